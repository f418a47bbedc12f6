//! What is refused: one clear error each, and nothing is changed.

use afterhours_e2e::small::{EVENING, MORNING, Small};
use afterhours_local::lambda::{Function, Outcome, Started};
use afterhours_local::proxy::{Record, Rule};
use serde_json::{Value, json};

use crate::support::{LIMIT, actions, empty_bucket, later, names, raw, report, settle};

/// Sends to a fresh scaler; gives type and text of the error, and the calls.
fn refused(small: &Small, payload: &Value, alias: Option<&str>) -> (String, String, Vec<Record>) {
    let answered = small
        .stage
        .send_as(later(EVENING, 0), payload, alias)
        .unwrap();
    let (Outcome::Error(error) | Outcome::InitError(error)) = &answered.outcome else {
        panic!("{payload} was not refused: {:?}", answered.outcome);
    };
    let text = |name: &str| error[name].as_str().unwrap().to_owned();
    (
        text("errorType"),
        text("errorMessage"),
        answered.calls.clone(),
    )
}

fn changes_nothing(calls: &[Record], what: &str) {
    let changing: Vec<String> = calls
        .iter()
        .filter(|record| record.call.mutating)
        .map(|record| format!("{} {:?}", record.call.operation, record.status))
        .collect();
    assert!(changing.is_empty(), "{what}: {changing:?}");
}

/// A change of a configuration.
fn with(config: &Value, change: impl Fn(&mut serde_json::Map<String, Value>)) -> Value {
    let mut config = config.clone();
    change(config.as_object_mut().unwrap());
    config
}

#[test]
fn a_faulty_configuration_is_refused_at_the_start_and_by_the_tool() {
    let small = Small::start("refused-config", 51).unwrap();
    let config = small.config.clone();
    let set = |name: &'static str, value: Value| {
        with(&config, |config| {
            config.insert(name.to_owned(), value.clone());
        })
    };
    let cases = [
        (set("modus", json!("act")), vec!["modus", "unknown field"]),
        (
            set("limits", json!({"max_share": 1})),
            vec!["limits", "max_share", "unknown field"],
        ),
        (set("mode", json!("Act")), vec!["mode", "Act", "observe"]),
        (set("scopes", json!("all")), vec!["scopes", "all"]),
        (set("version", json!(2)), vec!["version", "2"]),
        (
            set("zone", json!("Europe/Berln")),
            vec!["zone", "Europe/Berln"],
        ),
        (
            with(&config, |config| {
                config.remove("bucket");
            }),
            vec!["bucket", "missing field"],
        ),
        (set("bucket", json!("")), vec!["bucket"]),
        (
            set("schedules", json!({"office": "Mon-Fri 08:00-18:0"})),
            vec!["schedules.office", "18:0"],
        ),
        (
            set("schedules", json!({"office": "Mon-Fry 08:00-18:00"})),
            vec!["schedules.office", "Fry"],
        ),
    ];
    for (faulty, says) in cases {
        small.stage.configure(&faulty).unwrap();
        let (kind, error, calls) = refused(&small, &json!({"command": "tick"}), None);
        assert_eq!(kind, "Configuration", "{error}");
        for word in &says {
            assert!(error.contains(word), "{word}: {error}");
        }
        assert_eq!(names(&calls), Vec::<String>::new(), "{error}");
        let output = small
            .stage
            .tool(&["scale", "apply", "--now", EVENING])
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert_eq!(stderr.matches("error:").count(), 1, "{stderr}");
        for word in &says {
            assert!(stderr.contains(word), "{word}: {stderr}");
        }
    }
    let calls = small.stage.aws.proxy.calls_of("scaler");
    assert_eq!(names(&calls), Vec::<String>::new());
    assert_eq!(
        names(&small.stage.aws.proxy.calls_of("tool")),
        Vec::<String>::new()
    );
}

#[test]
fn a_bucket_that_does_not_exist_stops_everything() {
    let small = Small::start("refused-bucket", 52).unwrap();
    let config = with(&small.config, |config| {
        config.insert("bucket".to_owned(), json!("nowhere"));
    });
    small.stage.configure(&config).unwrap();
    let (kind, error, calls) = refused(&small, &json!({"command": "tick"}), None);
    assert_eq!(kind, "NotFound", "{error}");
    assert!(
        error.contains("NoSuchBucket") || error.contains("does not exist"),
        "{error}"
    );
    changes_nothing(&calls, "no bucket");
    let output = small
        .stage
        .tool(&["scale", "apply", "--now", EVENING])
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    changes_nothing(&small.stage.aws.proxy.calls_of("tool"), "no bucket");
}

#[test]
fn an_unknown_command_or_field_is_refused() {
    let small = Small::start("refused-command", 53).unwrap();
    for (payload, says) in [
        (json!({"command": "tock"}), "tock"),
        (json!({"command": "tick", "force": true}), "force"),
        (
            json!({"command": "wake", "target": "plain", "for": "3h", "until": "noon"}),
            "until",
        ),
        (
            json!({"command": "wake", "target": "plain", "for": "soon"}),
            "soon",
        ),
        (json!({"command": "wake", "target": "plain"}), "for"),
        (json!({"kommand": "tick"}), "command"),
        (json!("tick"), "commands: tick, plan"),
        (
            json!({"command": "wake", "target": "nobody", "for": "1h"}),
            "nobody",
        ),
    ] {
        let (kind, error, calls) = refused(&small, &payload, None);
        assert_eq!(kind, "Command", "{payload}: {error}");
        assert!(error.contains(says), "{payload}: {error}");
        changes_nothing(&calls, &error);
    }
    for arguments in [
        &["scale", "aply"][..],
        &["scale", "plan", "--nou", EVENING],
        &["scale", "wake", "plain", "--for", "soon", "--now", EVENING],
        &["scale", "wake", "plain", "--now", EVENING],
    ] {
        let output = small.stage.tool(arguments).unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
        assert_eq!(stderr.matches("error:").count(), 1, "{stderr}");
    }
    assert_eq!(
        names(&small.stage.aws.proxy.calls_of("tool")),
        Vec::<String>::new()
    );
}

#[test]
fn an_alias_may_do_what_the_configuration_says_and_no_more() {
    let small = Small::start("refused-alias", 54).unwrap();
    let config = with(&small.config, |config| {
        let chat = json!({"targets": ["asg/plain"], "commands": ["wake", "status"]});
        config.insert("aliases".to_owned(), json!({"chat": chat}));
    });
    small.stage.configure(&config).unwrap();
    for (payload, says) in [
        (json!({"command": "tick"}), "tick"),
        (json!({"command": "pause"}), "pause"),
        (
            json!({"command": "wake", "target": "tracked", "for": "1h"}),
            "asg/tracked",
        ),
    ] {
        let (kind, error, calls) = refused(&small, &payload, Some("chat"));
        assert_eq!(kind, "Command", "{payload}: {error}");
        assert!(
            error.contains("chat") && error.contains("may not") && error.contains(says),
            "{error}"
        );
        changes_nothing(&calls, &error);
    }
    let wake = json!({"command": "wake", "target": "plain", "for": "1h"});
    let woken = small
        .stage
        .send_as(later(EVENING, 60), &wake, Some("chat"))
        .unwrap();
    assert_eq!(woken.response().unwrap()["target"], "asg/plain");
}

#[test]
fn a_rehearsal_against_a_real_endpoint_is_refused() {
    let small = Small::start("refused-rehearsal", 55).unwrap();
    let real = "https://autoscaling.eu-central-1.amazonaws.com";
    for (name, value) in [
        ("AWS_ENDPOINT_URL", real),
        ("AWS_ENDPOINT_URL", ""),
        (
            "AWS_ENDPOINT_URL_S3",
            "https://s3.eu-central-1.amazonaws.com",
        ),
        ("AWS_ENDPOINT_URL_AUTO_SCALING", real),
        ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
    ] {
        let options = small
            .stage
            .scaler(later(EVENING, 0))
            .unwrap()
            .env(name, value);
        let function = Function::start(&options).unwrap();
        let Started::InitError(error) = function.started(LIMIT).unwrap() else {
            panic!("{name}={value} was accepted");
        };
        assert_eq!(error["errorType"], "Configuration", "{error}");
        let text = error["errorMessage"].as_str().unwrap();
        assert!(
            text.contains("AFTERHOURS_REHEARSAL_NOW") && text.contains(name),
            "{text}"
        );
    }
    let arguments = ["scale", "apply", "--now", EVENING, "--endpoint-url", real];
    let output = small.stage.tool(&arguments).unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("--now") && stderr.contains("loopback"),
        "{stderr}"
    );
    for caller in ["scaler", "tool"] {
        assert_eq!(
            names(&small.stage.aws.proxy.calls_of(caller)),
            Vec::<String>::new()
        );
    }
}

/// Gives a group another schedule.
fn schedule(small: &Small, group: &str, schedule: &str) {
    let code = "client('autoscaling').create_or_update_tags(Tags=[{'ResourceType': 'auto-scaling-group', \
                'ResourceId': args['group'], 'Key': 'afterhours:schedule', 'Value': args['schedule'], \
                'PropagateAtLaunch': False}])";
    let arguments = json!({"group": group, "schedule": schedule});
    small.stage.aws.python(code, &arguments).unwrap();
}

#[test]
fn a_schedule_with_a_typo_leaves_its_target_alone_and_is_reported_once() {
    let small = Small::start("refused-schedule", 56).unwrap();
    schedule(&small, "plain", "Mon-Fry 08:00-18:00");
    small.stage.aws.proxy.clear_published();
    for tick in 0..3 {
        let answered = small.stage.tick(later(EVENING, tick * 5)).unwrap();
        let report = report(&answered);
        let left = report["untouched"].as_array().unwrap().iter();
        let plain: Vec<&Value> = left.filter(|left| left["target"] == "asg/plain").collect();
        assert_eq!(plain.len(), 1, "{report}");
        assert!(
            plain[0]["reason"].as_str().unwrap().contains("Fry"),
            "{report}"
        );
        assert!(
            !actions(&report)
                .iter()
                .any(|action| action.contains("plain")),
            "{report}"
        );
        let touched = answered
            .mutations()
            .iter()
            .any(|record| record.call.param("AutoScalingGroupName") == Some("plain"));
        assert!(!touched, "tick {tick}");
    }
    let published = small.stage.aws.proxy.published();
    let about: Vec<_> = published
        .iter()
        .filter(|alert| alert.body("email").contains("Fry"))
        .collect();
    assert_eq!(about.len(), 1, "{published:?}");
    assert_eq!(published.len(), 1, "{published:?}");
    schedule(&small, "plain", "office");
    settle(&small, later(EVENING, 60));
    small.assert_asleep("mended").unwrap();
    settle(&small, later(MORNING, 0));
    small.assert_restored("morning").unwrap();
}

/// What still goes to sleep while an API is denied.
const DENIED: [(&str, &str, &[&str]); 8] = [
    (
        "autoscaling",
        "DescribeAutoScalingGroups",
        &["endpoint/queue", "endpoint/split"],
    ),
    (
        "autoscaling",
        "DescribePolicies",
        &["endpoint/queue", "endpoint/split"],
    ),
    ("sagemaker", "ListEndpoints", &["asg/plain", "asg/tracked"]),
    (
        "resourcegroupstaggingapi",
        "GetResources",
        &["asg/plain", "asg/tracked"],
    ),
    (
        "autoscaling",
        "UpdateAutoScalingGroup",
        &["endpoint/queue", "endpoint/split"],
    ),
    (
        "autoscaling",
        "SuspendProcesses",
        &["asg/plain", "endpoint/queue", "endpoint/split"],
    ),
    ("s3", "GetObject", &[]),
    ("s3", "PutObject", &[]),
];

#[test]
fn a_denied_api_is_named_and_the_others_go_on() {
    let small = Small::start("denied", 57).unwrap();
    for (service, operation, sleep) in DENIED {
        let when = format!("{operation} denied");
        let proxy = &small.stage.aws.proxy;
        let rule = proxy.add(Rule::on(service, operation).caller("scaler").deny());
        let answered = small.stage.tick(later(EVENING, 0)).unwrap();
        assert!(proxy.hits(rule) > 0, "{when}: it was not called");
        let text = match &answered.outcome {
            Outcome::Response(response) => {
                let done: Vec<String> = response["reports"][0]["actions"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|action| action["outcome"] == "done")
                    .map(|action| action["target"].as_str().unwrap().to_owned())
                    .collect();
                assert_eq!(done, sleep, "{when}: {response}");
                response.to_string()
            }
            Outcome::Error(error) => {
                assert!(sleep.is_empty(), "{when}: {error}");
                assert_eq!(error["errorType"], "Denied", "{when}: {error}");
                assert_eq!(answered.mutations().len(), 0, "{when}");
                error.to_string()
            }
            other => panic!("{when}: {other:?}"),
        };
        assert!(text.contains(operation), "{when}: {text}");
        proxy.remove(rule);
        settle(&small, later(EVENING, 5));
        small.assert_asleep(&when).unwrap();
        let rule = proxy.add(Rule::on(service, operation).caller("scaler").deny());
        for tick in 0..3 {
            small.stage.tick(later(MORNING, tick * 5)).unwrap();
        }
        proxy.remove(rule);
        settle(&small, later(MORNING, 15));
        small.assert_restored(&when).unwrap();
        empty_bucket(&small);
    }
    // The bucket is there and empty: nothing of all this was left in it.
    assert_eq!(raw(&small, "GET", "/?list-type=2", b"").0, 200);
}

//! The shell as a process: `examples/echo.rs` under the emulator of the Runtime API.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail the test"
)]

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

use afterhours_local::Options;
use afterhours_local::lambda::{Function, FunctionOptions, InvokeOptions, Outcome, Started};
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_mins(1);
const NOW: &str = "2026-03-27T21:00:00Z";

/// The example, which Cargo builds next to the tests of this package.
fn echo() -> PathBuf {
    let test = env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    let name = format!("echo{}", env::consts::EXE_SUFFIX);
    let program = folder.join("examples").join(name);
    assert!(
        program.exists(),
        "the example is not built; run `cargo build -p afterhours-shell --examples`"
    );
    program
}

/// The example with a configuration document, which nothing listens beyond.
fn options(config: &Value) -> FunctionOptions {
    let folder = Options::in_target("shell").unwrap().run;
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("config.json");
    fs::write(&file, config.to_string()).unwrap();
    FunctionOptions::new(echo(), "afterhours-echo", "http://127.0.0.1:1")
        .env("AFTERHOURS_CONFIG", file.to_str().unwrap())
}

fn config() -> Value {
    json!({
        "version": 1, "environment": "staging", "bucket": "b",
        "scopes": [{"account": "123456789012", "region": "eu-central-1"}],
    })
}

fn invoke(function: &Function, payload: &Value) -> Outcome {
    function
        .invoke(
            payload,
            &InvokeOptions {
                limit: LIMIT,
                ..InvokeOptions::default()
            },
        )
        .unwrap()
}

/// The metrics and the other lines that the function wrote, once `count` metrics are there.
fn written(function: &Function, count: usize) -> (Vec<Value>, Vec<Value>) {
    let wait = || {
        let lines = function.json_logs();
        lines
            .into_iter()
            .partition::<Vec<_>, _>(|line| line.get("_aws").is_some())
    };
    let deadline = std::time::Instant::now() + LIMIT;
    while wait().0.len() < count && std::time::Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    wait()
}

/// Starts a function that must not start, and gives its one error.
fn refused(options: &FunctionOptions) -> (String, String) {
    let function = Function::start(options).unwrap();
    let Started::InitError(error) = function.started(LIMIT).unwrap() else {
        panic!("started, or said nothing: {:?}", function.logs())
    };
    let outcome = function.invoke(
        &json!({}),
        &InvokeOptions {
            limit: LIMIT,
            ..InvokeOptions::default()
        },
    );
    assert!(matches!(outcome.unwrap(), Outcome::InitError(_)));
    let line = function
        .wait_for_log(LIMIT, |line| line.contains("cannot start"))
        .unwrap();
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(function.logs().len(), 1, "one line: {:?}", function.logs());
    assert_eq!(
        (&line["error_type"], &line["error"]),
        (&error["errorType"], &error["errorMessage"])
    );
    assert_eq!(line["level"], "ERROR");
    let ended = std::time::Instant::now() + LIMIT;
    while function.is_running().unwrap() && std::time::Instant::now() < ended {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(!function.is_running().unwrap());
    let text = |name: &str| error[name].as_str().unwrap().to_owned();
    (text("errorType"), text("errorMessage"))
}

#[test]
fn a_handler_gets_the_payload_as_it_came_with_alias_clock_and_budget() {
    let function =
        Function::start(&options(&config()).env("AFTERHOURS_REHEARSAL_NOW", NOW)).unwrap();
    assert!(matches!(
        function.started(LIMIT).unwrap(),
        Started::Ready(_)
    ));
    let invocation = InvokeOptions {
        request_id: "r-1".to_owned(),
        function_arn: Some(
            "arn:aws:lambda:eu-central-1:123456789012:function:afterhours-echo:team-a".to_owned(),
        ),
        limit: LIMIT,
        ..InvokeOptions::default()
    };
    let Outcome::Response(answer) = function
        .invoke(&json!({"a": [1, null]}), &invocation)
        .unwrap()
    else {
        panic!("{:?}", function.logs())
    };
    // The emulator's deadline is far away: the budget is that of the longest time-out.
    assert_eq!(
        answer,
        json!(format!(
            "r-1 Some(\"team-a\") {NOW} 810s {{\"a\":[1,null]}}"
        ))
    );
    let Outcome::Response(answer) = invoke(&function, &json!(7)) else {
        panic!("{:?}", function.logs())
    };
    assert!(answer.as_str().unwrap().contains(" None "), "{answer}");
}

#[test]
fn every_line_is_json_and_names_the_request_and_each_invocation_has_one_line_of_metrics() {
    let function =
        Function::start(&options(&config()).env("AFTERHOURS_REHEARSAL_NOW", NOW)).unwrap();
    assert!(
        matches!(invoke(&function, &json!({"command": "tick"})), Outcome::Response(answer) if answer == "tick")
    );
    assert!(matches!(
        invoke(&function, &json!({"command": "dance"})),
        Outcome::Error(_)
    ));
    let (metrics, lines) = written(&function, 2);
    assert_eq!(
        metrics.len() + lines.len(),
        function.logs().len(),
        "all lines are JSON"
    );
    let [good, bad] = &metrics[..] else {
        panic!("{metrics:?}")
    };
    assert_eq!(
        (&good["Targets"], &good["Errors"]),
        (&json!(3.0), &json!(0.0))
    );
    assert_eq!((bad.get("Targets"), &bad["Errors"]), (None, &json!(1.0)));
    for line in &metrics {
        assert_eq!(
            (&line["Function"], &line["Environment"]),
            (&json!("afterhours-echo"), &json!("staging"))
        );
        assert!(line["DurationMs"].as_f64().unwrap() >= 0.0);
        let at: jiff::Timestamp = NOW.parse().unwrap();
        assert_eq!(line["_aws"]["Timestamp"], json!(at.as_millisecond()));
    }
    let asked: Vec<_> = lines
        .iter()
        .filter(|line| line["message"] == "asked")
        .collect();
    assert_eq!(asked.len(), 2);
    for line in asked {
        assert_eq!(
            line["request_id"],
            json!(InvokeOptions::default().request_id)
        );
        assert_eq!(line["function"], "afterhours-echo");
        assert_eq!(line["mode"], "Observe");
    }
}

#[test]
fn errors_have_a_class_and_their_whole_chain_once() {
    let function = Function::start(&options(&config())).unwrap();
    for (payload, class, says) in [
        (
            json!({"command": "dance"}),
            "Command",
            "commands: tick, plan",
        ),
        (json!({"command": "tick", "extra": 1}), "Command", "extra"),
        (
            json!("denied"),
            "Denied",
            "s3:GetObject is denied: AccessDenied",
        ),
    ] {
        let Outcome::Error(error) = invoke(&function, &payload) else {
            panic!("{payload}")
        };
        assert_eq!(error["errorType"], class);
        assert!(
            error["errorMessage"].as_str().unwrap().contains(says),
            "{error}"
        );
    }
    let (_, lines) = written(&function, 3);
    let errors = lines.iter().filter(|line| line["level"] == "ERROR");
    assert_eq!(errors.count(), 3, "{lines:#?}");
}

#[test]
fn a_panic_is_an_error_and_the_process_stays() {
    let function = Function::start(&options(&config())).unwrap();
    let process = function.id();
    let Outcome::Error(error) = invoke(&function, &json!("panic")) else {
        panic!("{:?}", function.logs())
    };
    assert_eq!(error["errorType"], "Panic");
    assert!(
        error["errorMessage"].as_str().unwrap().contains("as asked"),
        "{error}"
    );
    assert!(matches!(invoke(&function, &json!(1)), Outcome::Response(_)));
    assert!(function.is_running().unwrap() && function.id() == process);
    let (_, lines) = written(&function, 2);
    let place = lines
        .iter()
        .find(|line| line["message"] == "panicked")
        .unwrap();
    assert!(
        place["place"].as_str().unwrap().contains("echo.rs"),
        "{place}"
    );
    assert_eq!(
        place["request_id"],
        json!(InvokeOptions::default().request_id)
    );
}

#[test]
fn what_does_not_end_in_time_is_given_up_with_an_error() {
    let function = Function::start(&options(&config())).unwrap();
    // The deadline has passed already, whatever the time is.
    let late = InvokeOptions {
        deadline_ms: 1,
        limit: LIMIT,
        ..InvokeOptions::default()
    };
    let Outcome::Error(error) = function.invoke(&json!("hang"), &late).unwrap() else {
        panic!("{:?}", function.logs())
    };
    assert_eq!(error["errorType"], "Timeout");
    assert!(matches!(invoke(&function, &json!(1)), Outcome::Response(_)));
}

#[test]
fn overrides_of_the_environment_win() {
    let acting = options(&config()).env("AFTERHOURS_MODE", "act");
    let (class, message) = refused(&acting);
    assert_eq!(
        (class.as_str(), message.as_str()),
        ("Configuration", "`topic_arn` is missing")
    );
    let quiet = options(&config()).env("AFTERHOURS_LOG_LEVEL", "warn");
    let function = Function::start(&quiet).unwrap();
    assert!(matches!(invoke(&function, &json!(1)), Outcome::Response(_)));
    assert_eq!(written(&function, 1).1, [] as [Value; 0]);
}

#[test]
fn a_configuration_that_cannot_be_used_gives_one_error_that_names_the_field() {
    let mut unknown = config();
    unknown["limit"] = json!({});
    let mut no_bucket = config();
    no_bucket.as_object_mut().unwrap().remove("bucket");
    let mut wrong = config();
    wrong["limits"] = json!({"max_capacity": "many"});
    for (config, says) in [
        (unknown, "limit"),
        (no_bucket, "`bucket`"),
        (wrong, "limits.max_capacity"),
    ] {
        let (class, message) = refused(&options(&config));
        assert_eq!(class, "Configuration");
        assert!(
            message.contains("config.json cannot be used") && message.contains(says),
            "{message}"
        );
    }
}

#[test]
fn an_environment_that_cannot_be_used_gives_one_error_that_names_the_variable() {
    for (name, value, says) in [
        (
            "AFTERHOURS_CONFIG",
            "ftp://x",
            "accepted: a file, `s3://BUCKET/KEY` or `ssm:/NAME`",
        ),
        (
            "AFTERHOURS_CONFIG",
            "missing.json",
            "missing.json cannot be read",
        ),
        ("AFTERHOURS_MODE", "try", "AFTERHOURS_MODE"),
        ("AFTERHOURS_BUCKET", "b", "AFTERHOURS_BUCKET is not known"),
        (
            "AWS_SECRET_ACCESS_KEY",
            "",
            "AWS_SECRET_ACCESS_KEY is not set",
        ),
        (
            "AWS_LAMBDA_FUNCTION_VERSION",
            "",
            "AWS_LAMBDA_FUNCTION_VERSION is not set",
        ),
    ] {
        let (class, message) = refused(&options(&config()).env(name, value));
        assert_eq!(class, "Configuration", "{message}");
        assert!(message.contains(says), "{message}");
    }
}

#[test]
fn a_rehearsal_with_a_real_endpoint_is_refused() {
    for (name, value) in [
        ("AWS_ENDPOINT_URL", ""),
        ("AWS_ENDPOINT_URL", "https://sts.eu-central-1.amazonaws.com"),
        (
            "AWS_ENDPOINT_URL_SAGEMAKER",
            "https://api.sagemaker.eu-central-1.amazonaws.com",
        ),
        ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
    ] {
        let options = options(&config())
            .env("AFTERHOURS_REHEARSAL_NOW", NOW)
            .env(name, value);
        let (class, message) = refused(&options);
        assert_eq!(class, "Configuration");
        assert!(
            message.starts_with("AFTERHOURS_REHEARSAL_NOW is set but ") && message.contains(name),
            "{message}"
        );
    }
}

//! The tool and the function: the same plan, the same deeds.

use std::process::Output;

use afterhours_e2e::small::{EVENING, MORNING, Small};
use afterhours_local::proxy::Record;
use serde_json::{Value, json};

use crate::support::{actions, later, report, settle};

/// Columns of a terminal.
const COLUMNS: usize = 80;

/// Runs the tool; gives exit code, standard output, and the calls it made.
fn tool(small: &Small, arguments: &[&str]) -> (i32, String, Vec<Record>) {
    let before = small.stage.aws.proxy.calls().len();
    let Output {
        status,
        stdout,
        stderr,
    } = small.stage.tool(arguments).unwrap();
    let stdout = String::from_utf8(stdout).unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!(stderr, "", "{arguments:?}");
    for line in stdout.lines().filter(|_| !arguments.contains(&"json")) {
        assert!(line.chars().count() <= COLUMNS, "{arguments:?}: {line}");
    }
    let calls = small.stage.aws.proxy.calls().split_off(before);
    (status.code().unwrap(), stdout, calls)
}

fn changing(calls: &[Record]) -> Vec<&str> {
    let changing = calls.iter().filter(|record| record.call.mutating);
    changing
        .map(|record| record.call.operation.as_str())
        .collect()
}

fn check_plan(plan: &Value) {
    let schema: Value =
        serde_json::from_str(include_str!("../../../../schemas/plan.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(plan)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:?}\n{plan}");
}

/// The plan of the tool, held against the schema and against the plan of the function.
fn same_plan(small: &Small, now: &str, code: i32) -> Value {
    let (ended, text, calls) = tool(small, &["scale", "plan", "--format", "json", "--now", now]);
    let planned: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(ended, code, "{planned}");
    assert_eq!(changing(&calls), Vec::<&str>::new());
    check_plan(&planned);
    let answered = small
        .stage
        .send(now.parse().unwrap(), &json!({"command": "plan"}))
        .unwrap();
    assert_eq!(changing(&answered.calls), Vec::<&str>::new());
    assert_eq!(report(&answered), planned);
    let (ended, _, calls) = tool(small, &["scale", "plan", "--now", now]);
    assert_eq!(ended, code);
    assert_eq!(changing(&calls), Vec::<&str>::new());
    planned
}

/// Applies every five minutes until there is nothing to do; gives the first report.
fn apply(small: &Small, from: &str) -> Value {
    let mut first = None;
    for tick in 0..10 {
        let now = later(from, tick * 5).to_string();
        let (code, text, _) = tool(
            small,
            &["scale", "apply", "--format", "json", "--now", &now],
        );
        assert!([0, 3].contains(&code), "{code}: {text}");
        let report: Value = serde_json::from_str(&text).unwrap();
        check_plan(&report);
        first.get_or_insert(report);
    }
    first.unwrap()
}

/// Without what only a tick that was carried out has.
fn intended(report: &Value) -> Value {
    let mut actions = report["actions"].clone();
    for action in actions.as_array_mut().unwrap() {
        action.as_object_mut().unwrap().remove("outcome");
    }
    actions
}

#[test]
fn s71_the_tool_plans_what_the_function_plans_and_apply_carries_it_out() {
    let small = Small::start("tool", 71).unwrap();
    same_plan(&small, "2026-11-24T12:00:00Z", 0);
    let planned = same_plan(&small, EVENING, 2);
    assert_eq!(
        actions(&planned),
        [
            "sleep asg/plain",
            "sleep asg/tracked",
            "sleep endpoint/queue",
            "sleep endpoint/split"
        ]
    );
    let applied = apply(&small, EVENING);
    assert_eq!(intended(&applied), planned["actions"]);
    same_plan(&small, "2026-11-24T18:00:00Z", 0);
    small.assert_asleep("by the tool").unwrap();
    let planned = same_plan(&small, MORNING, 2);
    // The function does what the tool planned.
    let ticked = report(&small.stage.tick(MORNING.parse().unwrap()).unwrap());
    assert_eq!(intended(&ticked), planned["actions"]);
    check_plan(&ticked);
    settle(&small, later(MORNING, 5));
    same_plan(&small, "2026-11-25T09:00:00Z", 0);
    small.assert_restored("by the function").unwrap();
}

#[test]
fn claims_and_the_kill_switch_work_from_the_tool() {
    let small = Small::start("tool-claims", 72).unwrap();
    settle(&small, later(EVENING, 0));
    let at = |time: &str| format!("2026-11-24T{time}:00Z");
    let size = |group: &str| {
        let seen = small.stage.aws.snapshot().unwrap();
        seen["auto_scaling_groups"][group]["DesiredCapacity"].clone()
    };
    let before =
        |group: &str| small.before["auto_scaling_groups"][group]["DesiredCapacity"].clone();

    let arguments = [
        "scale",
        "wake",
        "plain",
        "--for",
        "2h",
        "--reason",
        "a demo",
        "--owner",
        "ml",
        "--now",
        &at("20:00"),
    ];
    let (code, text, _) = tool(&small, &arguments);
    assert_eq!(code, 0);
    assert!(text.contains("leased until 2026-11-24T22:00:00Z"), "{text}");
    assert_eq!(size("plain"), before("plain"));
    assert_eq!(size("tracked"), json!(0));

    let (code, text, _) = tool(
        &small,
        &[
            "scale",
            "extend",
            "asg/plain",
            "--for",
            "30m",
            "--now",
            &at("20:05"),
        ],
    );
    assert_eq!(code, 0);
    assert!(text.contains("leased until 2026-11-24T22:30:00Z"), "{text}");

    let (code, text, calls) = tool(&small, &["scale", "status", "--now", &at("20:10")]);
    assert_eq!(code, 0);
    assert!(
        text.contains("asg/tracked") && text.contains("asleep since"),
        "{text}"
    );
    assert!(text.contains("leased until 2026-11-24T22:30:00Z"), "{text}");
    assert_eq!(changing(&calls), Vec::<&str>::new());

    for target in ["plain", "tracked", "queue", "split"] {
        let (code, text, calls) = tool(&small, &["scale", "why", target, "--now", &at("20:15")]);
        assert_eq!(code, 0);
        assert!(text.contains("schedule") && text.contains(target), "{text}");
        assert_eq!(changing(&calls), Vec::<&str>::new());
    }

    let (code, _, _) = tool(
        &small,
        &["scale", "release", "plain", "--now", &at("20:20")],
    );
    assert_eq!(code, 0);
    settle(&small, at("20:25").parse().unwrap());
    assert_eq!(size("plain"), json!(0));

    // Nothing wakes while the switch is thrown, and all of it does afterwards.
    let (code, _, _) = tool(
        &small,
        &[
            "scale",
            "pause",
            "--reason",
            "a migration",
            "--now",
            &at("21:00"),
        ],
    );
    assert_eq!(code, 0);
    let answered = small.stage.tick(later(MORNING, 0)).unwrap();
    assert_eq!(answered.mutations().len(), 0);
    let (_, text, _) = tool(&small, &["scale", "status", "--now", MORNING]);
    assert!(text.contains("paused"), "{text}");
    let (code, _, _) = tool(&small, &["scale", "resume", "--now", MORNING]);
    assert_eq!(code, 0);

    // A hold keeps one asleep by day.
    let hold = ["scale", "sleep", "tracked", "--for", "1h", "--now", MORNING];
    let (code, text, _) = tool(&small, &hold);
    assert_eq!(code, 0);
    assert!(
        text.contains("held asleep until 2026-11-25T08:00:00Z"),
        "{text}"
    );
    settle(&small, later(MORNING, 5));
    assert_eq!(size("tracked"), json!(0));
    assert_eq!(size("plain"), before("plain"));
    settle(&small, later(MORNING, 61));
    small.assert_restored("after the hold").unwrap();
}

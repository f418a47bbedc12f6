//! The Runtime API emulator, with a function written in Python.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::fs;
use std::process::Command;
use std::time::Duration;

use afterhours_local::Options;
use afterhours_local::lambda::{Function, FunctionOptions, InvokeOptions, Outcome, Started};
use serde_json::json;

const LIMIT: Duration = Duration::from_mins(1);
const FUNCTION: &str = r#"
import json, os, sys, urllib.request
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/"
def post(path, body):
    urllib.request.urlopen(urllib.request.Request(api + path, json.dumps(body).encode(), method="POST")).read()
if os.environ.get("BAD"):
    post("init/error", {"errorType": "Config", "errorMessage": "bad"}); sys.exit(3)
while True:
    with urllib.request.urlopen(api + "invocation/next") as event:
        head, body = event.headers, json.load(event)
    request = head["Lambda-Runtime-Aws-Request-Id"]
    print(json.dumps({"level": "INFO", "request": request}), flush=True)
    if body == "exit": sys.exit(7)
    if body == "hang":
        import time; time.sleep(600)
    kind = "error" if body == "error" else "response"
    post(f"invocation/{request}/{kind}", {"errorType": "E"} if kind == "error" else
        {"event": body, "arn": head["Lambda-Runtime-Invoked-Function-Arn"], "deadline": head["Lambda-Runtime-Deadline-Ms"],
         "env": sorted(os.environ), "endpoint": os.environ["AWS_ENDPOINT_URL"]})
"#;

fn options(test: &str) -> FunctionOptions {
    let folder = Options::in_target(test).unwrap().run;
    fs::create_dir_all(&folder).unwrap();
    let script = folder.join("function.py");
    fs::write(&script, FUNCTION).unwrap();
    let python = Command::new("python3")
        .args(["-c", "import sys; print(sys.executable)"])
        .output()
        .unwrap();
    let python = String::from_utf8(python.stdout).unwrap();
    let mut options =
        FunctionOptions::new(python.trim(), "afterhours-scaler", "http://127.0.0.1:1");
    options.arguments = vec![script.to_str().unwrap().to_owned()];
    options
}

#[test]
fn an_event_is_answered_with_the_callers_headers_and_a_clean_environment() {
    let function = Function::start(&options("lambda").env("EXTRA", "1")).unwrap();
    let Started::Ready(usage) = function.started(LIMIT).unwrap() else {
        panic!("not ready")
    };
    if cfg!(target_os = "linux") {
        assert!(usage.unwrap().peak_rss_kib > 1000);
        assert!(function.usage().unwrap().peak_rss_kib >= usage.unwrap().peak_rss_kib);
    }
    let invoke = InvokeOptions {
        request_id: "r-1".to_owned(),
        function_arn: Some("arn:aws:lambda:eu-central-1:123456789012:function:f:alias".to_owned()),
        deadline_ms: 1_234,
        limit: LIMIT,
    };
    for _ in 0..2 {
        let Outcome::Response(answer) = function
            .invoke(&json!({"command": "tick"}), &invoke)
            .unwrap()
        else {
            panic!("no response")
        };
        assert_eq!(answer["event"], json!({"command": "tick"}));
        assert!(answer["arn"].as_str().unwrap().ends_with(":alias"));
        assert_eq!(answer["deadline"], "1234");
        let names = answer["env"].as_array().unwrap();
        assert!(
            names.contains(&json!("EXTRA"))
                && !names.contains(&json!("HOME"))
                && !names.contains(&json!("CARGO"))
        );
    }
    function
        .wait_for_log(LIMIT, |line| line.contains("r-1"))
        .unwrap();
    assert_eq!(function.json_logs()[0]["request"], "r-1");
}

#[test]
fn errors_exits_hangs_and_failed_starts_are_told_apart() {
    let function = Function::start(&options("lambda")).unwrap();
    let invoke = InvokeOptions {
        limit: LIMIT,
        ..InvokeOptions::default()
    };
    assert!(
        matches!(function.invoke(&json!("error"), &invoke).unwrap(), Outcome::Error(error) if error["errorType"] == "E")
    );
    let short = InvokeOptions {
        limit: Duration::from_millis(300),
        ..InvokeOptions::default()
    };
    assert!(matches!(
        function.invoke(&json!("hang"), &short).unwrap(),
        Outcome::TimedOut
    ));
    assert!(!function.is_running().unwrap());

    let function = Function::start(&options("lambda")).unwrap();
    assert!(
        matches!(function.invoke(&json!("exit"), &invoke).unwrap(), Outcome::Exited(status) if status.code() == Some(7))
    );

    let function = Function::start(&options("lambda").env("BAD", "1")).unwrap();
    assert!(
        matches!(function.started(LIMIT).unwrap(), Started::InitError(error) if error["errorMessage"] == "bad")
    );
}

#[test]
fn a_killed_function_is_gone_at_once() {
    let function = Function::start(&options("lambda")).unwrap();
    function.started(LIMIT).unwrap();
    function.killer().kill().unwrap();
    assert!(matches!(
        function
            .invoke(&json!(1), &InvokeOptions::default())
            .unwrap(),
        Outcome::Exited(_)
    ));
    assert!(!function.is_running().unwrap());
}

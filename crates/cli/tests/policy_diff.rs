//! The real binary: `afterhours drift policy-diff`.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

const READ: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::models/*"}}"#;
const WRITE: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["S3:PutObject","s3:getobject"],"Resource":"arn:aws:s3:::models/*"}]}"#;
const PUBLIC: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::models/*"}}"#;

/// A file of this test with a text in it.
fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("policy-diff-{name}.json"));
    std::fs::write(&path, text).unwrap();
    path
}

fn run(before: &str, after: &str, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_afterhours"))
        .args(["drift", "policy-diff", before, after])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).ok();
    child.wait_with_output().unwrap()
}

/// The exit code and standard output for two policies of a test's name.
fn diff(name: &str, before: &str, after: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let before = file(&format!("{name}-a"), before);
    let after = file(&format!("{name}-b"), after);
    let output = run(
        before.to_str().unwrap(),
        after.to_str().unwrap(),
        arguments,
        "",
    );
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
    )
}

#[test]
fn equal_policies_end_with_0() {
    let (code, text) = diff("equal", READ, &READ.replace("s3:G", "S3:g"), &[]);
    assert_eq!(
        (code, text.as_str()),
        (Some(0), "equal: both permit the same\n")
    );
}

#[test]
fn a_difference_ends_with_2_and_words_within_80_columns() {
    let (code, text) = diff("broader", READ, WRITE, &[]);
    assert_eq!(code, Some(2));
    assert!(
        text.starts_with(
            "broader: the second permits more than the first\n  + adds S3:PutObject on"
        ),
        "{text}"
    );
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    let (code, text) = diff("public", READ, PUBLIC, &[]);
    assert_eq!(code, Some(2));
    assert!(
        text.contains("+ opens s3:GetObject on arn:aws:s3:::models/* to everyone"),
        "{text}"
    );
}

#[test]
fn json_gives_the_verdict() {
    let (code, text) = diff("json", WRITE, READ, &["--format", "json"]);
    let printed: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &printed["verdict"]), (Some(2), &json!("narrower")));
    assert_eq!(printed["changes"][0]["kind"], "allow_removed");
    let (code, text) = diff("json-equal", READ, READ, &["--format", "json"]);
    assert_eq!(code, Some(0));
    assert_eq!(
        serde_json::from_str::<Value>(&text).unwrap(),
        json!({"verdict": "equal", "changes": []})
    );
}

#[test]
fn a_policy_may_come_from_standard_input_or_wrapped_in_a_string() {
    let before = file("stdin", &Value::from(READ).to_string());
    let output = run(before.to_str().unwrap(), "-", &[], READ);
    assert_eq!(output.status.code(), Some(0));
    let output = run("-", "-", &[], READ);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn what_is_no_policy_ends_with_1_and_says_where() {
    let good = file("good", READ);
    let bad = file("bad", "{\n  \"Version\": \n}");
    let output = run(good.to_str().unwrap(), bad.to_str().unwrap(), &[], "");
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        error.contains("policy-diff-bad.json` is no IAM policy")
            && error.contains("line 3, column 1"),
        "{error}"
    );
    let output = run(good.to_str().unwrap(), "absent.json", &[], "");
    assert_eq!(output.status.code(), Some(1));
    let output = run(
        good.to_str().unwrap(),
        good.to_str().unwrap(),
        &["--account", "12"],
        "",
    );
    assert_eq!(output.status.code(), Some(1));
}

//! The real binary: `afterhours budget`.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn run(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_afterhours"))
        .arg("budget")
        .args(arguments)
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // Written beside the reading, as a full pipe would stop both.
    let writer = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)))
}

/// 150 days from 2025-01-01 of two keys; the first costs twice as much on day 140.
fn bill(spike: bool) -> String {
    let mut rows = "date,key,cost,currency\n".to_owned();
    let first = jiff::civil::date(2025, 1, 1);
    for at in 0..150 {
        let date = first.checked_add(jiff::Span::new().days(at)).unwrap();
        let factor = if spike && at == 140 { 2.0 } else { 1.0 };
        let noise = 1.0 + f64::from(at * 7 % 17) / 400.0;
        writeln!(
            rows,
            "{date},ml-team/Amazon SageMaker,{:.2},USD",
            120.0 * factor * noise
        )
        .unwrap();
        writeln!(rows, "{date},ops/Amazon EC2,{:.2},USD", 80.0 * noise).unwrap();
    }
    rows
}

fn schema() -> jsonschema::Validator {
    let schema = include_str!("../../../schemas/budget.schema.json");
    jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap()
}

#[test]
fn an_anomaly_is_printed_and_ends_with_2() {
    let output = run(&["scan", "--csv", "-", "--format", "json"], &bill(true));
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    let answer = json(&output);
    let errors: Vec<String> = schema()
        .iter_errors(&answer)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    let anomalies = answer["anomalies"].as_array().unwrap();
    assert_eq!(anomalies.len(), 1, "{anomalies:?}");
    let one = &anomalies[0];
    assert_eq!(
        (&one["date"], &one["key"]),
        (&"2025-05-21".into(), &"ml-team/Amazon SageMaker".into())
    );
    assert_eq!(one["state"], "recovered");
    assert!(
        (100.0..140.0).contains(&one["impact"].as_f64().unwrap()),
        "{one}"
    );
    assert_eq!(answer["forecast"].as_array().unwrap().len(), 3);
    assert_eq!(answer["currency"], "USD");
}

#[test]
fn the_schema_would_see_a_field_that_is_gone_or_new() {
    let output = run(&["scan", "--csv", "-", "--format", "json"], &bill(true));
    let answer = json(&output);
    for field in ["anomalies", "forecast", "currency"] {
        let mut less = answer.clone();
        less.as_object_mut().unwrap().remove(field);
        assert!(!schema().is_valid(&less), "{field}");
    }
    let mut more = answer;
    more["anomalies"][0]["colour"] = "red".into();
    assert!(!schema().is_valid(&more));
}

#[test]
fn quiet_costs_end_with_0() {
    let output = run(&["scan", "--csv", "-"], &bill(false));
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    assert!(text(&output.stdout).contains("No anomalies."));
}

#[test]
fn what_cannot_be_judged_ends_with_3() {
    let whole = bill(false);
    let rows = whole.lines().take(9).collect::<Vec<_>>().join("\n");
    let output = run(&["scan", "--csv", "-"], &rows);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("a score needs more than 14"));
    let stale = run(
        &["scan", "--csv", "-", "--as-of", "2025-07-01"],
        &bill(false),
    );
    assert_eq!(stale.status.code(), Some(3));
}

#[test]
fn what_cannot_be_read_ends_with_1_and_a_reason() {
    for (arguments, input, part) in [
        (&["scan", "--csv", "-"][..], "date;key;cost\n", "semicolons"),
        (
            &["scan", "--csv", "-"],
            "date,key,cost\n2025-01-01,a,abc\n",
            "line 2: `cost` is \"abc\"",
        ),
        (
            &["scan", "--csv", "no-such-file.csv"],
            "",
            "no-such-file.csv could not be read",
        ),
        (
            &["scan", "--csv", "-", "--budget", "total"],
            "",
            "KEY=AMOUNT",
        ),
        (&["scan", "--csv", "-", "--budget", "a=-5"], "", "above 0"),
        (
            &["scan", "--csv", "-", "--alerts-per-month", "many"],
            "",
            "a number from 0",
        ),
        (
            &["scan", "--csv", "-", "--as-of", "yesterday"],
            "",
            "--as-of",
        ),
        (&["scan"], "", "--csv"),
        (
            &["backtest", "--data", "-"],
            "date,key,cost\n2025-01-01,a,1\n",
            "180 days",
        ),
    ] {
        let output = run(arguments, input);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(
            text(&output.stderr).contains(part),
            "{arguments:?}: {}",
            text(&output.stderr)
        );
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn budgets_have_a_probability() {
    let budgets = ["--budget", "total=1000", "--budget", "ops/Amazon EC2=2600"];
    let mut arguments = vec!["scan", "--csv", "-", "--format", "json"];
    arguments.extend(budgets);
    let answer = json(&run(&arguments, &bill(false)));
    let forecast = answer["forecast"].as_array().unwrap();
    let of = |key: &str| forecast.iter().find(|one| one["key"] == key).unwrap();
    assert_eq!(of("total")["breach_probability"], 1.0);
    assert_eq!(of("total")["month"], "2025-05");
    let ops = of("ops/Amazon EC2");
    assert_eq!(ops["budget"], 2600.0);
    assert!(ops["breach_probability"].as_f64().unwrap() < 0.5, "{ops}");
    assert!(of("ml-team/Amazon SageMaker")["breach_probability"].is_null());
}

#[test]
fn days_from_as_of_on_are_not_looked_at() {
    let arguments = ["scan", "--csv", "-", "--as-of", "2025-05-21"];
    assert_eq!(run(&arguments, &bill(true)).status.code(), Some(0));
    let arguments = ["scan", "--csv", "-", "--as-of", "2025-05-22"];
    let output = run(&arguments, &bill(true));
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stdout).contains("the last day may still grow"));
    let arguments = ["scan", "--csv", "-", "--since", "2025-05-22"];
    assert_eq!(run(&arguments, &bill(true)).status.code(), Some(0));
}

#[test]
fn no_line_is_longer_than_a_terminal() {
    let long = bill(true).replace("Amazon SageMaker", &"EUC1-Host:ml.g5.48xlarge/".repeat(5));
    for (arguments, input) in [
        (
            &["scan", "--csv", "-", "--rollup", "--budget", "total=9000"][..],
            long.as_str(),
        ),
        (
            &["scan", "--csv", "-", "--alerts-per-month", "20"],
            &bill(true),
        ),
        (&["backtest"], ""),
    ] {
        let output = run(arguments, input);
        let lines: Vec<&str> = text(&output.stdout).lines().collect();
        assert!(lines.len() > 8, "{arguments:?}: {}", text(&output.stderr));
        for line in lines {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn backtest_names_every_rule_and_keeps_its_bars() {
    let output = run(&["backtest", "--format", "json"], "");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report = json(&output);
    let names: Vec<&str> = report["detectors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["detector"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "afterhours",
            "z-score 14 d",
            "MAD 30 d",
            "% over 7 d mean",
            "% over 30 d mean",
            "% over last week",
            "seasonal naive",
            "EWMA"
        ]
    );
    assert!(
        report["detectors"][0]["at_budgets"][1]["recall"]
            .as_f64()
            .unwrap()
            >= 0.65
    );
    assert!(report["forecast"][0]["mape"].as_f64().unwrap() <= 13.0);
}

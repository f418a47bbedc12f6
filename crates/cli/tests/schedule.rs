//! The real binary: `afterhours schedule`.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

fn afterhours(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_afterhours"));
    command
        .arg("schedule")
        .args(arguments)
        .env_remove("CLICOLOR_FORCE")
        .env_remove("NO_COLOR");
    command
}

fn run(arguments: &[&str]) -> Output {
    afterhours(arguments).stdin(Stdio::null()).output().unwrap()
}

fn with_input(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = afterhours(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // Written beside the reading, as a full pipe would stop both.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn answers(output: &Output) -> Vec<Value> {
    stdout(output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A file of this test run.
fn file(name: &str, content: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).unwrap();
    path
}

#[test]
fn eval_prints_the_state() {
    for (at, state) in [
        ("2026-03-27T06:59:59Z", "asleep\n"),
        ("2026-03-27T07:00:00Z", "awake\n"),
    ] {
        let output = run(&[
            "eval",
            "Mon-Fri 08:00-18:00",
            "--tz",
            "Europe/Berlin",
            "--at",
            at,
        ]);
        assert_eq!(
            (output.status.code(), stdout(&output).as_str()),
            (Some(0), state)
        );
    }
}

#[test]
fn eval_takes_skip_dates_and_instants_with_offsets() {
    let arguments = [
        "eval",
        "Mon-Fri 08:00-18:00; tz Europe/Berlin",
        "--at",
        "2026-12-25T10:00:00+01:00",
    ];
    assert_eq!(stdout(&run(&arguments)), "awake\n");
    let skipped = [
        &arguments[..],
        &["--skip", "2026-12-24", "--skip", "2026-12-25"],
    ]
    .concat();
    assert_eq!(stdout(&run(&skipped)), "asleep\n");
}

#[test]
fn the_tz_clause_beats_the_option_and_utc_is_the_default() {
    let text = "Mon-Fri 08:00-18:00; tz Europe/Berlin";
    let output = run(&[
        "eval",
        text,
        "--tz",
        "America/New_York",
        "--at",
        "2026-03-27T07:00:00Z",
    ]);
    assert_eq!(stdout(&output), "awake\n");
    let output = run(&[
        "eval",
        "Mon-Fri 08:00-18:00",
        "--at",
        "2026-03-27T07:59:59Z",
    ]);
    assert_eq!(stdout(&output), "asleep\n");
}

#[test]
fn eval_as_json_has_the_next_transitions() {
    let at = "2026-03-27T12:00:00Z";
    let output = run(&[
        "eval",
        "Mon-Fri 08:00-18:00",
        "--tz",
        "Europe/Berlin",
        "--at",
        at,
        "--format",
        "json",
    ]);
    let answer: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(answer["state"], "awake");
    assert_eq!(answer["tz"], "Europe/Berlin");
    assert_eq!(answer["since"], "2026-03-27T07:00:00Z");
    assert_eq!(
        answer["next"][1],
        json!({"at": "2026-03-30T06:00:00Z", "local": "2026-03-30T08:00:00+02:00", "to": "awake"})
    );
}

#[test]
fn without_an_instant_the_clock_decides() {
    assert_eq!(stdout(&run(&["eval", "always"])), "awake\n");
    assert_eq!(stdout(&run(&["eval", "never"])), "asleep\n");
}

#[test]
fn errors_and_wrong_usage_are_exit_code_1_and_say_what_is_accepted() {
    for (arguments, part) in [
        (vec!["eval", "Mon-Fry 08:00-18:00"], "did you mean `Fri`"),
        (vec!["eval", ""], "the schedule is empty"),
        (
            vec!["eval", "always; holidays de"],
            "`holidays` is not yet known",
        ),
        (
            vec!["eval", "always", "--tz", "Europe/Berln"],
            "did you mean `Europe/Berlin`",
        ),
        (vec!["eval", "always", "--at", "yesterday"], "RFC 3339"),
        (vec!["eval", "always", "--skip", "2026-02-30"], "YYYY-MM-DD"),
        (
            vec!["eval", "always", "--skip", "2026-12-25T00:00:00"],
            "YYYY-MM-DD",
        ),
        (vec!["eval"], "TEXT"),
        (
            vec!["eval", "always", "--batch", "-"],
            "cannot be used with",
        ),
        (
            vec!["eval", "--batch", "no-such-file.jsonl"],
            "cannot read `no-such-file.jsonl`",
        ),
        (vec!["evaluate"], "unrecognized subcommand"),
        (vec!["explain", "alway"], "did you mean `always`"),
        (vec!["lint"], "TEXT"),
        (
            vec!["lint", "--file", "no-such-file"],
            "cannot read `no-such-file`",
        ),
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(
            stderr(&output).contains(part),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert_eq!(stdout(&output), "", "{arguments:?}");
    }
}

#[test]
fn help_and_version_are_no_errors() {
    for arguments in [["--help"], ["help"]] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains("explain"));
    }
}

#[test]
fn a_batch_answers_each_line_in_order() {
    let lines = [
        r#"{"id":"a","schedule":"Mon-Fri 08:00-18:00","tz":"Europe/Berlin","at":"2026-03-27T07:00:00Z"}"#,
        r#"{"id":2,"schedule":"Mon-Fri 08:00-18:00","tz":"Europe/Berlin","at":"2026-03-27T06:59:59Z","skip":[]}"#,
        r#"{"at":"2026-12-25T09:00:00Z","skip":["2026-12-25"],"id":{"k":1},"schedule":"Mon-Fri 08:00-18:00"}"#,
        r#"{"schedule":"always","tz":null,"skip":null,"id":null}"#,
        r#"{"id":123456789012345678901234567890,"schedule":"Mon-Fri 08:00-18:00 \/ tz Etc/GMT+5","at":"2026-03-27T13:00:00Z"}"#,
    ];
    let output = with_input(&["eval", "--batch", "-"], lines.join("\n").as_bytes());
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        stdout(&output),
        "{\"id\":\"a\",\"state\":\"awake\"}\n{\"id\":2,\"state\":\"asleep\"}\n{\"id\":{\"k\":1},\"state\":\"asleep\"}\n\
         {\"id\":null,\"state\":\"awake\"}\n{\"id\":123456789012345678901234567890,\"state\":\"awake\"}\n"
    );
}

#[test]
fn a_faulty_line_of_a_batch_is_answered_with_its_error_and_the_rest_goes_on() {
    let faulty = [
        (
            r#"{"id":1,"schedule":"Mon-Fry 08:00-18:00"}"#,
            json!(1),
            "field `schedule`: clause `Mon-Fry 08:00-18:00`",
        ),
        (r#"{"id":2}"#, json!(2), "field `schedule` is missing"),
        (
            r#"{"id":3,"schedule":5}"#,
            json!(3),
            "field `schedule`: `5` has the wrong type",
        ),
        (
            r#"{"id":4,"schedule":"always","tz":"Europe/Berln"}"#,
            json!(4),
            "field `tz`: time zone `Europe/Berln`",
        ),
        (
            r#"{"id":5,"schedule":"always","at":"noon"}"#,
            json!(5),
            "field `at`: `noon` is not an instant",
        ),
        (
            r#"{"id":6,"schedule":"always","at":1774594800}"#,
            json!(6),
            "field `at`: `1774594800` has the wrong type",
        ),
        (
            r#"{"id":7,"schedule":"always","skip":["2026-02-30"]}"#,
            json!(7),
            "field `skip`: `2026-02-30`",
        ),
        (
            r#"{"id":8,"schedule":"always","skip":"2026-12-25"}"#,
            json!(8),
            "field `skip`",
        ),
        (
            r#"{"id":9,"schedule":"always","timezone":"UTC"}"#,
            json!(9),
            "unknown field `timezone`",
        ),
        ("not json", json!(null), "not a question"),
        ("[1]", json!(null), "not a question"),
        ("{\"id\":10", json!(null), "not a question"),
    ];
    let good = r#"{"id":"good","schedule":"always"}"#;
    let mut input = Vec::new();
    for (line, _, _) in &faulty {
        input.extend_from_slice(format!("{line}\n{good}\r\n").as_bytes());
    }
    input.extend_from_slice(b"\xff\xfe\n\n");
    let output = with_input(&["eval", "--batch", "-"], &input);
    assert_eq!(output.status.code(), Some(0));
    let answers = answers(&output);
    assert_eq!(answers.len(), faulty.len() * 2 + 1);
    for (pair, (line, id, part)) in answers.chunks(2).zip(&faulty) {
        assert_eq!(&pair[0]["id"], id, "{line}");
        let error = pair[0]["error"].as_str().unwrap();
        assert!(
            error.contains(part) && error.contains("accepted: "),
            "{line}: {error}"
        );
        assert_eq!(
            pair[1],
            json!({"id": "good", "state": "awake"}),
            "after {line}"
        );
    }
    assert_eq!(answers.last().unwrap()["id"], Value::Null);
}

#[test]
fn a_line_without_end_does_not_fill_the_memory_of_a_batch() {
    let mut input = vec![b'x'; 3_000_000];
    input.extend_from_slice(b"\n{\"id\":1,\"schedule\":\"never\"}\n");
    let answers = answers(&with_input(&["eval", "--batch", "-"], &input));
    assert!(
        answers[0]["error"]
            .as_str()
            .unwrap()
            .contains("longer than")
    );
    assert_eq!(answers[1], json!({"id": 1, "state": "asleep"}));
}

#[test]
fn the_options_stand_in_where_a_line_of_a_batch_has_none() {
    let path = file(
        "stand-in.jsonl",
        b"{\"id\":1,\"schedule\":\"Mon-Fri 08:00-18:00\"}\n",
    );
    let path = path.to_str().unwrap();
    let arguments = [
        "eval",
        "--batch",
        path,
        "--tz",
        "Europe/Berlin",
        "--at",
        "2026-03-27T07:00:00Z",
    ];
    assert_eq!(
        answers(&run(&arguments)),
        [json!({"id": 1, "state": "awake"})]
    );
    let skipped = [&arguments[..], &["--skip", "2026-03-27"]].concat();
    assert_eq!(
        answers(&run(&skipped)),
        [json!({"id": 1, "state": "asleep"})]
    );
}

#[test]
fn a_large_batch_keeps_more_calendars_than_its_memory_holds_right() {
    // More different schedules than are kept, twice: those made anew answer as before.
    let line = |number: u32| {
        let (hour, minute) = (number / 60 % 23, number % 60);
        format!(
            r#"{{"id":{number},"schedule":"Fri {hour:02}:{minute:02}-23:59","at":"2026-03-27T12:00:00Z"}}"#
        )
    };
    let lines: Vec<String> = (0..1_380).chain(0..1_380).map(line).collect();
    let answers = answers(&with_input(
        &["eval", "--batch", "-"],
        lines.join("\n").as_bytes(),
    ));
    assert_eq!(answers.len(), lines.len());
    for (answer, number) in answers.iter().zip((0..1_380).chain(0..1_380)) {
        let state = if number <= 720 { "awake" } else { "asleep" };
        assert_eq!(answer, &json!({"id": number, "state": state}));
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let line = "{\"id\":1,\"schedule\":\"always\"}\n";
    let path = file("many.jsonl", line.repeat(60_000).as_bytes());
    let mut child = afterhours(&["eval", "--batch", path.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0_u8; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        (output.status.code(), stderr(&output).as_str()),
        (Some(0), "")
    );
}

#[test]
fn explain_lists_transitions_in_local_time_and_utc_and_marks_the_change_of_clocks() {
    let text = "Mon-Fri 08:00-12:00,13:00-18:00; Sun 22:00-06:00; skip 2026-12-24..2027-01-01; \
                open 2026-12-27 10:00-16:00; tz Europe/Berlin";
    let output = run(&["explain", text, "--at", "2026-03-27T07:30:00Z"]);
    assert_eq!(output.status.code(), Some(0));
    let text = stdout(&output);
    for part in [
        "zone      Europe/Berlin (tz clause)",
        "windows   Mon-Fri 08:00-12:00",
        "Sun 22:00-06:00 (next day)",
        "skip      Thu 2026-12-24 to Fri 2027-01-01: no usual window begins",
        "open      Sun 2026-12-27: only 10:00-16:00 begins",
        "state     awake since 2026-03-27T07:00:00Z",
        "asleep    Fri 2026-03-27 12:00:00 +01:00  2026-03-27T11:00:00Z",
        "DST +1:00 Sun 2026-03-29 03:00:00 +02:00  2026-03-29T01:00:00Z",
        "awake     Sun 2026-03-29 22:00:00 +02:00  2026-03-29T20:00:00Z",
    ] {
        assert!(text.contains(part), "{part:?} is missing in\n{text}");
    }
    let listed = text
        .lines()
        .filter(|line| line.starts_with("awake  ") || line.starts_with("asleep  "));
    assert_eq!(listed.count(), 10);
}

#[test]
fn explain_stays_within_80_columns() {
    let dates: Vec<String> = (10..22).map(|day| format!("skip 2026-12-{day}")).collect();
    for text in [
        format!("Mon 08:00-18:00;{};tz America/Argentina/ComodRivadavia", dates.join(";")),
        "Mon-Sun 00:10-00:20,01:10-01:20,02:10-02:20; open 2026-03-29 00:00-01:00,02:00-03:00,04:00-05:00".to_owned(),
        "always; tz Antarctica/DumontDUrville".to_owned(),
    ] {
        let output = run(&["explain", &text, "--at", "2026-03-27T07:30:00.123456789Z"]);
        assert_eq!(output.status.code(), Some(0), "{text}");
        for line in stdout(&output).lines() {
            assert!(line.chars().count() <= 80, "{line:?}");
        }
    }
}

#[test]
fn explain_as_json_says_the_same() {
    let arguments = [
        "explain",
        "Fri 22:00-06:00",
        "--tz",
        "Europe/Berlin",
        "--at",
        "2026-03-27T20:00:00Z",
        "--format",
        "json",
    ];
    let answer: Value = serde_json::from_str(&stdout(&run(&arguments))).unwrap();
    assert_eq!(answer["tz_from"], "option");
    assert_eq!(
        answer["windows"],
        json!([{"days": "Fri", "window": "22:00-06:00", "ends_on_next_day": true}])
    );
    assert_eq!(answer["transitions"].as_array().unwrap().len(), 10);
    let change = json!({"at": "2026-03-29T01:00:00Z", "local": "2026-03-29T03:00:00+02:00", "shift_seconds": 3600});
    assert_eq!(answer["clock_changes"], json!([change]));
}

#[test]
fn lint_ends_with_2_when_a_schedule_is_faulty() {
    let output = run(&[
        "lint",
        "Mon-Fri 08:00-18:00",
        "Mon-Fri 8:00-18:00",
        "--format",
        "json",
    ]);
    assert_eq!(output.status.code(), Some(2));
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(report["faulty"], 1);
    assert_eq!(report["schedules"][0]["valid"], true);
    assert_eq!(report["schedules"][1]["source"], "argument 2");
    assert!(
        report["schedules"][1]["error"]
            .as_str()
            .unwrap()
            .contains("`8:00` is not a time")
    );
}

#[test]
fn lint_reads_a_file_and_warns_without_failing() {
    let path = file(
        "schedules.txt",
        b"Mon-Fri 08:00-12:00,13:00-18:00; tz Europe/Berlin\n\nMon 08:00-18:00; Mon 09:00-10:00\nopen 2026-01-01 08:00-09:00\n",
    );
    let arguments = [
        "lint",
        "--file",
        path.to_str().unwrap(),
        "--at",
        "2026-03-27T12:00:00Z",
    ];
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(
        text.ends_with("3 checked, 0 faulty, 2 with warnings\n"),
        "{text}"
    );
    assert!(
        text.contains("window `Mon 09:00-10:00` adds nothing"),
        "{text}"
    );
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );

    let output = run(&[&arguments[..], &["--format", "json"]].concat());
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(
        report["schedules"][0]["tag_value"],
        "Mon-Fri 08:00-12:00+13:00-18:00 / tz Europe/Berlin"
    );
    assert!(
        report["schedules"][1]["source"]
            .as_str()
            .unwrap()
            .ends_with("schedules.txt:3")
    );
    assert_eq!(
        report["schedules"][2]["warnings"][0]["kind"],
        "past_opening"
    );
}

#[test]
fn colour_is_only_for_terminals_and_never_against_no_color() {
    let arguments = ["lint", "always"];
    let forced = afterhours(&arguments)
        .env("CLICOLOR_FORCE", "1")
        .output()
        .unwrap();
    assert!(stdout(&forced).contains('\u{1b}'));
    assert!(!stdout(&run(&arguments)).contains('\u{1b}'));
    let refused = afterhours(&arguments)
        .env("CLICOLOR_FORCE", "1")
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    assert!(!stdout(&refused).contains('\u{1b}'));
}

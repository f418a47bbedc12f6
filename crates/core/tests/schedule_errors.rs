//! Every way in which a text is not a schedule, and the message that says so.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

use afterhours_core::schedule::{Schedule, ScheduleError};

fn message(text: &str) -> String {
    Schedule::parse(text).unwrap_err().to_string()
}

/// Each message shows these parts: the clause, what is wrong in it, what is accepted.
#[track_caller]
fn assert_refused(text: &str, parts: &[&str]) {
    let message = message(text);
    for part in parts {
        assert!(
            message.contains(part),
            "{text:?}: {message:?} does not show {part:?}"
        );
    }
    assert!(
        message.contains("accepted: "),
        "{text:?}: {message:?} does not say what is accepted"
    );
}

#[test]
fn an_empty_text_is_refused() {
    for text in ["", " ", "\t\n", "\u{a0}"] {
        assert_eq!(Schedule::parse(text), Err(ScheduleError::Empty));
    }
}

#[test]
fn the_limit_counts_characters() {
    let padded = |length: usize| format!("{:length$}", "Mon 08:00-18:00");
    assert!(Schedule::parse(&padded(256)).is_ok());
    assert_eq!(
        Schedule::parse(&padded(257)),
        Err(ScheduleError::TooLong { characters: 257 })
    );
    let wide = format!("tz {}", "\u{e9}".repeat(253));
    assert!(matches!(
        Schedule::parse(&wide),
        Err(ScheduleError::UnknownZone { .. })
    ));
}

#[test]
fn empty_clauses_are_refused_by_number() {
    for (text, number) in [
        ("Mon 08:00-18:00;", 2),
        (";Mon 08:00-18:00", 1),
        ("Mon 08:00-18:00;;tz UTC", 2),
        ("Mon 08:00-18:00 / / tz UTC", 2),
        ("Mon 08:00-18:00 /", 2),
    ] {
        assert_eq!(
            Schedule::parse(text),
            Err(ScheduleError::EmptyClause { number }),
            "{text}"
        );
    }
}

#[test]
fn unknown_words_are_refused_with_a_near_one() {
    assert_refused(
        "Mon 08:00-18:00; skp 2026-12-25",
        &["`skp 2026-12-25`", "`skp`", "did you mean `skip`"],
    );
    assert_refused("alway", &["`alway`", "did you mean `always`"]);
    assert_refused("opne 2026-12-25 08:00-09:00", &["did you mean `open`"]);
    assert_refused(
        "weekdays 08:00-18:00",
        &["`weekdays`", "`Mon-Fri 08:00-18:00`"],
    );
    assert_refused("on", &["`on`", "`always`"]);
    assert_refused("Mon-Fri08:00-18:00", &["`Mon-Fri08:00-18:00` is not known"]);
    assert_refused("off=(M-F,19);on=(M-F,7);tz=pt", &["`off=(M-F,19)`"]);
}

#[test]
fn unknown_days_are_refused_with_a_near_one() {
    assert_refused(
        "Mon-Fry 08:00-18:00",
        &[
            "`Mon-Fry 08:00-18:00`",
            "`Fry` is not a day",
            "did you mean `Fri`",
        ],
    );
    assert_refused(
        "Tues 08:00-18:00",
        &["`Tues` is not a day", "did you mean `Tue`"],
    );
    assert_refused("Wendesday 08:00-18:00", &["did you mean `Wednesday`"]);
    assert_refused("Mon,,Wed 08:00-18:00", &["`` is not a day"]);
    assert_refused("Mon-Wed-Fri 08:00-18:00", &["`Wed-Fri` is not a day"]);
    assert_refused("Mon Tue 08:00-18:00", &["`Mon Tue`"]);
}

#[test]
fn half_a_window_clause_is_refused() {
    assert_refused(
        "08:00-18:00",
        &["the days are missing", "`Mon-Sun 08:00-18:00`"],
    );
    assert_refused("Mon-Fri", &["`Mon-Fri`", "the times are missing"]);
    assert_refused(
        "open 2026-12-27",
        &["`open 2026-12-27`", "the times are missing"],
    );
    assert_refused("Mon 08:00", &["`08:00` is not a window"]);
    assert_refused(
        "Mon 08:00-12:00-18:00",
        &["`08:00-12:00-18:00` is not a window"],
    );
    assert_refused("Mon 08:00-12:00,", &["`` is not a window"]);
    assert_refused(
        "Mon 08:00-12:00 Tue 08:00-12:00",
        &["is not a window", "`;`"],
    );
}

#[test]
fn times_that_are_none_are_refused_with_the_reason() {
    for (time, reason) in [
        ("24:01", "out of range"),
        ("25:00", "out of range"),
        ("12:60", "out of range"),
        ("99:99", "out of range"),
        ("8:00", "two digits"),
        ("8", "HH:MM"),
        ("0800", "HH:MM"),
        ("18:00:00", "without seconds"),
        ("6:00pm", "AM and PM"),
        ("6 PM", "AM and PM"),
        ("18:00Z", "HH:MM"),
        ("18:00 tz UTC", "text after it"),
        ("", "HH:MM"),
        ("\u{661}\u{662}:00", "HH:MM"),
    ] {
        assert_refused(
            &format!("Mon 07:00-{time}"),
            &[&format!("`{time}` is not a time"), reason],
        );
    }
    assert_refused("Mon 24:00-06:00", &["`24:00` is not a time", "next day"]);
}

#[test]
fn a_window_without_length_is_refused() {
    for window in ["08:00-08:00", "00:00-00:00"] {
        assert_refused(
            &format!("Mon {window}"),
            &[
                &format!("window `{window}` ends when it begins"),
                "00:00-24:00",
            ],
        );
    }
}

#[test]
fn dates_that_are_none_are_refused() {
    for date in [
        "2026-02-29",
        "2026-13-01",
        "2026-00-10",
        "26-12-25",
        "25.12.2026",
        "2026-12-25T00:00",
        "2026-1-1",
        "",
        "-026-12-25",
        "2026-12-24,2026-12-25",
    ] {
        assert_refused(
            &format!("Mon 08:00-18:00; skip {date}"),
            &[&format!("`{date}` is not a date"), "YYYY-MM-DD"],
        );
    }
    assert_refused("Mon 08:00-18:00; skip 2026-12-24..", &["`` is not a date"]);
    assert_refused(
        "Mon 08:00-18:00; skip 2026-12-24...2026-12-26",
        &["`.2026-12-26` is not a date"],
    );
    assert_refused(
        "open 2026-02-30 08:00-09:00",
        &["`2026-02-30` is not a date"],
    );
    assert_refused(
        "open 2026-12-24..2026-12-25 08:00-09:00",
        &["is not a date", "one in each open clause"],
    );
    assert!(Schedule::parse("Mon 08:00-18:00; skip 2028-02-29").is_ok());
}

#[test]
fn a_reversed_range_of_dates_is_refused() {
    assert_refused(
        "Mon 08:00-18:00; skip 2027-01-01..2026-12-24",
        &["`2027-01-01..2026-12-24` ends before it begins"],
    );
}

#[test]
fn zones_that_are_none_are_refused_with_a_near_one() {
    assert_refused(
        "always; tz Europe/Berln",
        &["`tz Europe/Berln`", "did you mean `Europe/Berlin`"],
    );
    assert_refused("always; tz Berlin", &["did you mean `Europe/Berlin`"]);
    assert_refused("always; tz New York", &["did you mean `America/New_York`"]);
    for zone in [
        "",
        "+02:00",
        "CET-1CEST",
        "Etc/Unknown",
        "Mars/Olympus_Mons",
        "Europe/Berlin extra",
    ] {
        assert_refused(
            &format!("always; tz {zone}"),
            &[&format!("time zone `{zone}` is not known")],
        );
    }
}

#[test]
fn two_zones_are_refused_even_when_equal() {
    assert_refused(
        "tz UTC; always; tz UTC",
        &["`tz UTC`", "already given as `UTC`"],
    );
}

#[test]
fn always_and_never_stand_alone() {
    for (text, clause) in [
        ("always; Mon 08:00-18:00", "`Mon 08:00-18:00`"),
        ("Mon 08:00-18:00; always", "`Mon 08:00-18:00`"),
        ("never; skip 2026-12-25", "`skip 2026-12-25`"),
        (
            "never; open 2026-12-25 08:00-09:00",
            "`open 2026-12-25 08:00-09:00`",
        ),
        ("always; never", "`never`"),
        ("always; tz UTC; always", "`always`"),
    ] {
        assert_refused(text, &[clause, "cannot stand beside"]);
    }
    assert_refused("always on", &["`on` cannot follow `always`"]);
}

#[test]
fn holidays_are_refused_by_name_as_not_yet_known() {
    for clause in ["holidays de", "holidays de-by", "Holidays us", "holidays"] {
        assert_refused(
            &format!("Mon-Fri 08:00-18:00; {clause}"),
            &[&format!("`{clause}`"), "`holidays` is not yet known"],
        );
    }
}

#[test]
fn a_text_that_never_says_when_to_be_awake_is_refused() {
    for text in [
        "tz Europe/Berlin",
        "skip 2026-12-25",
        "skip 2026-12-25; tz UTC",
    ] {
        assert_eq!(
            Schedule::parse(text),
            Err(ScheduleError::NoWindows),
            "{text}"
        );
    }
}

#[test]
fn serde_refuses_with_the_same_message() {
    let error = serde_json::from_str::<Schedule>("\"Mon-Fry 08:00-18:00\"")
        .unwrap_err()
        .to_string();
    assert!(error.contains("did you mean `Fri`"), "{error}");
}

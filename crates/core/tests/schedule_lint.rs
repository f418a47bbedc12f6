//! Warnings about valid schedules.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

use afterhours_core::schedule::{Schedule, Zone};

fn warnings(text: &str) -> Vec<String> {
    let at = "2026-03-27T12:00:00Z".parse().unwrap();
    let schedule = Schedule::parse(text).unwrap();
    schedule
        .warnings(&Zone::utc(), at)
        .iter()
        .map(|warning| format!("{}: {warning}", warning.kind()))
        .collect()
}

#[track_caller]
fn assert_kinds(text: &str, kinds: &[&str]) {
    let found = warnings(text);
    let found: Vec<&str> = found
        .iter()
        .filter_map(|warning| warning.split(':').next())
        .collect();
    assert_eq!(found, kinds, "{text}");
}

#[test]
fn usual_schedules_have_no_warning() {
    for text in [
        "always",
        "never",
        "Mon-Fri 08:00-18:00",
        "Mon-Fri 08:00-12:00,12:00-18:00",
        "Mon-Fri 08:00-18:00; Sat 08:00-12:00",
        "Mon-Fri 08:00-18:00; Fri 17:00-20:00",
        "Mon-Fri 08:00-18:00; skip 2020-12-24..2020-12-31",
        "Mon-Fri 08:00-18:00; skip 2026-12-24..2027-01-01; open 2026-12-28 10:00-16:00",
        "Mon-Fri 08:00-18:00; open 2026-03-28 10:00-16:00",
        "Mon-Fri 08:00-18:00; open 2026-12-23 06:00-20:00",
    ] {
        assert_eq!(warnings(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_window_that_others_contain_is_named() {
    let warning = "covered_window: window `Fri 09:00-17:00` adds nothing: other windows contain it";
    assert_eq!(warnings("Mon-Fri 08:00-18:00; Fri 09:00-17:00"), [warning]);
    assert_kinds(
        "Mon 08:00-12:00,12:00-18:00,10:00-14:00",
        &["covered_window"],
    );
    assert_kinds("Mon 22:00-06:00,23:00-05:00", &["covered_window"]);
}

#[test]
fn of_two_equal_windows_one_is_named() {
    assert_kinds("Mon 08:00-18:00; Mon 08:00-18:00", &["covered_window"]);
}

#[test]
fn a_window_that_is_needed_on_one_day_is_kept() {
    assert_kinds("Mon-Thu 08:00-18:00; Mon-Fri 09:00-17:00", &[]);
}

#[test]
fn an_opening_is_past_when_its_last_window_has_ended() {
    assert_kinds(
        "Mon-Fri 08:00-18:00; open 2026-03-22 08:00-18:00",
        &["past_opening"],
    );
    assert_kinds(
        "Mon-Fri 08:00-18:00; open 2026-03-26 20:00-12:00",
        &["past_opening"],
    );
    assert_kinds("Mon-Wed 08:00-18:00; open 2026-03-26 20:00-12:01", &[]);
    assert_kinds("Mon-Wed 08:00-18:00; open 2026-03-27 08:00-18:00", &[]);
}

#[test]
fn an_opening_that_takes_usual_windows_away_names_them() {
    assert_eq!(
        warnings("Mon-Fri 08:00-12:00,13:00-18:00; open 2026-12-23 08:00-12:00"),
        [
            "replaced_windows: `open 2026-12-23` replaces the usual windows of that date: 13:00-18:00 will not begin"
        ]
    );
}

#[test]
fn a_schedule_that_has_come_to_its_end_is_named() {
    assert_kinds(
        "open 2026-03-22 08:00-18:00",
        &["past_opening", "never_awake_again"],
    );
    assert_kinds("Mon-Sun 00:00-24:00", &["never_asleep_again"]);
    assert_kinds(
        "Mon-Fri 08:00-18:00; skip 2026-01-01..9999-12-31",
        &["never_awake_again"],
    );
}

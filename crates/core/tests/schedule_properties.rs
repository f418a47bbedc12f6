//! Properties of the grammar and the calendar for schedules, zones and instants chosen at random.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

use afterhours_core::schedule::{MAX_CHARACTERS, Schedule, State, Zone};
use jiff::{Timestamp, ToSpan as _};
use proptest::prelude::*;

fn day() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "Mon", "tue", "WED", "Thursday", "Fri", "sat", "Sunday",
    ])
}

fn days() -> impl Strategy<Value = String> {
    let item = prop_oneof![
        day().prop_map(str::to_owned),
        (day(), day()).prop_map(|(first, last)| format!("{first}-{last}")),
    ];
    prop::collection::vec(item, 1..3).prop_map(|items| items.join(","))
}

fn window() -> impl Strategy<Value = String> {
    (0..1440_u16, 0..=1440_u16)
        .prop_filter("a window has a length", |(begin, end)| begin != end)
        .prop_map(|(begin, end)| {
            format!(
                "{:02}:{:02}-{:02}:{:02}",
                begin / 60,
                begin % 60,
                end / 60,
                end % 60
            )
        })
}

fn windows() -> impl Strategy<Value = String> {
    prop::collection::vec(window(), 1..3).prop_map(|windows| windows.join(","))
}

fn date() -> impl Strategy<Value = jiff::civil::Date> {
    (0..800_i64).prop_map(|days| jiff::civil::date(2026, 1, 1) + days.days())
}

fn zone() -> impl Strategy<Value = Zone> {
    prop::sample::select(Zone::names()).prop_map(|name| Zone::parse(&name).unwrap())
}

fn text() -> impl Strategy<Value = String> {
    let windows_clause =
        (days(), windows()).prop_map(|(days, windows)| format!("{days} {windows}"));
    let skip = (date(), 0..40_i64).prop_map(|(first, length)| match length {
        0 => format!("skip {first}"),
        _ => format!("skip {first}..{}", first + length.days()),
    });
    let open = (date(), windows()).prop_map(|(date, windows)| format!("open {date} {windows}"));
    (
        prop::collection::vec(windows_clause, 1..3),
        prop::collection::vec(prop_oneof![skip, open], 0..3),
        prop::option::of(zone()),
    )
        .prop_map(|(mut clauses, others, zone)| {
            clauses.extend(others);
            clauses.extend(zone.map(|zone| format!("tz {zone}")));
            clauses.join(" ; ")
        })
        .prop_filter("a schedule fits a tag value", |text| {
            text.len() <= MAX_CHARACTERS
        })
}

fn instant() -> impl Strategy<Value = Timestamp> {
    (1_767_225_600..1_861_920_000_i64).prop_map(|second| Timestamp::from_second(second).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn the_canonical_text_reads_back_as_an_equal_schedule(text in text()) {
        let schedule = Schedule::parse(&text).unwrap();
        let canonical = schedule.to_string();
        prop_assert!(canonical.len() <= MAX_CHARACTERS);
        prop_assert_eq!(&Schedule::parse(&canonical).unwrap(), &schedule);
        let json = serde_json::to_string(&schedule).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Schedule>(&json).unwrap(), &schedule);
        let tag = schedule.to_tag_value();
        if tag.len() <= MAX_CHARACTERS {
            prop_assert_eq!(&Schedule::parse(&tag).unwrap(), &schedule);
        }
    }

    #[test]
    fn the_state_is_constant_between_neighbouring_transitions(
        text in text(), zone in zone(), at in instant(), share in 0.0..1.0_f64,
    ) {
        let calendar = Schedule::parse(&text).unwrap().calendar(&zone);
        let state = calendar.state(at);
        let next = calendar.next_transition(at);
        let previous = calendar.previous_transition(at);
        if let Some(previous) = previous {
            prop_assert!(previous.at <= at);
            prop_assert_eq!(previous.to, state);
            prop_assert_ne!(calendar.state(previous.at - 1.nanosecond()), state);
        }
        if let Some(next) = next {
            prop_assert!(next.at > at);
            prop_assert_ne!(next.to, state);
            prop_assert_eq!(calendar.state(next.at), next.to);
            prop_assert_eq!(calendar.state(next.at - 1.nanosecond()), state);
            prop_assert_eq!(calendar.previous_transition(next.at), Some(next));
        }
        let begin = previous.map_or(at, |previous| previous.at).as_second();
        let end = next.map_or(at, |next| next.at).as_second();
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "any instant between serves")]
        let between = begin + ((end - 1 - begin).max(0) as f64 * share) as i64;
        prop_assert_eq!(calendar.state(Timestamp::from_second(between).unwrap()), state);
    }

    #[test]
    fn transitions_alternate_and_ascend(text in text(), zone in zone(), at in instant()) {
        let calendar = Schedule::parse(&text).unwrap().calendar(&zone);
        let mut state = calendar.state(at);
        let mut last = at;
        for transition in calendar.transitions(at).take(12) {
            prop_assert!(transition.at > last);
            prop_assert_ne!(transition.to, state);
            (last, state) = (transition.at, transition.to);
        }
    }

    #[test]
    fn an_extra_skip_means_the_same_as_a_skip_clause(text in text(), date in date(), zone in zone(), at in instant()) {
        let with_clause = format!("{text};skip {date}");
        prop_assume!(with_clause.len() <= MAX_CHARACTERS);
        let extra = Schedule::parse(&text).unwrap().with_skips(&[date]).calendar(&zone);
        let clause = Schedule::parse(&with_clause).unwrap().calendar(&zone);
        prop_assert_eq!(extra.state(at), clause.state(at));
        prop_assert_eq!(extra.next_transition(at), clause.next_transition(at));
    }

    #[test]
    fn any_instant_has_an_answer(
        text in text(), zone in zone(), second in Timestamp::MIN.as_second()..=Timestamp::MAX.as_second(),
        nanosecond in -999_999_999..=999_999_999_i32,
    ) {
        let calendar = Schedule::parse(&text).unwrap().calendar(&zone);
        let at = Timestamp::new(second, nanosecond).unwrap_or(Timestamp::MAX);
        let state = calendar.state(at);
        prop_assert!(calendar.next_transition(at).is_none_or(|next| next.to != state && next.at > at));
        prop_assert!(calendar.previous_transition(at).is_none_or(|before| before.to == state && before.at <= at));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
        drop(Schedule::parse(&text));
    }

    #[test]
    fn any_text_of_the_grammars_letters_is_read_or_refused_and_reads_back(
        text in "(Mon|Fri-Sun|skip|open|tz|UTC|always| / |/|;|,|\\+|-|:| |08:00-18:00|2[0-9]:[0-9]0|2026-12-2[0-9]|\\.\\.){1,9}",
    ) {
        if let Ok(schedule) = Schedule::parse(&text) {
            prop_assert_eq!(Schedule::parse(&schedule.to_string()).unwrap(), schedule);
        }
    }
}

#[test]
fn a_transition_decades_away_is_found() {
    let calendar = Schedule::parse("Mon-Sun 00:00-24:00; skip 2080-05-05")
        .unwrap()
        .calendar(&Zone::utc());
    let at: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let found: Vec<_> = calendar
        .transitions(at)
        .map(|next| (next.at.to_string(), next.to))
        .collect();
    let expected = [
        ("2080-05-05T00:00:00Z", State::Asleep),
        ("2080-05-06T00:00:00Z", State::Awake),
    ];
    assert_eq!(found, expected.map(|(at, state)| (at.to_owned(), state)));

    let late: Timestamp = "2500-01-01T00:00:00Z".parse().unwrap();
    let since = calendar.previous_transition(late).unwrap();
    assert_eq!(
        (since.at.to_string().as_str(), since.to),
        ("2080-05-06T00:00:00Z", State::Awake)
    );
}

#[test]
fn a_long_skip_is_passed() {
    let calendar = Schedule::parse("Mon 08:00-18:00; skip 2026-01-01..2050-12-31")
        .unwrap()
        .calendar(&Zone::utc());
    let at: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
    assert_eq!(
        calendar.next_transition(at).unwrap().at.to_string(),
        "2051-01-02T08:00:00Z"
    );
    assert_eq!(
        calendar.previous_transition(at).unwrap().at.to_string(),
        "2025-12-29T18:00:00Z"
    );
}

#[test]
fn what_never_changes_has_no_transition() {
    let at: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    for text in [
        "always",
        "never",
        "Mon-Sun 00:00-24:00",
        "Mon-Sun 06:00-18:00,18:00-06:00",
    ] {
        let calendar = Schedule::parse(text)
            .unwrap()
            .calendar(&Zone::parse("Europe/Berlin").unwrap());
        assert_eq!(calendar.next_transition(at), None, "{text}");
        assert_eq!(calendar.transitions(at).count(), 0, "{text}");
    }
}

//! The calendar against a second model, in every zone of the bundled database, around changes of its offset.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

use afterhours_core::schedule::{Calendar, Schedule, State, Zone};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp, ToSpan as _};

/// The instant of an edge by jiff's own idea of gaps and folds.
fn resolve(zone: &TimeZone, wall: DateTime) -> Timestamp {
    match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(wall).unwrap(),
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(wall).unwrap(),
        AmbiguousOffset::Gap { before, after } => {
            // Bisects for the change. `preceding` would not do: jiff 0.2.43 lists America/Indiana/Winamac an
            // hour early in March 2007, where the table of the zone ends and its rule begins.
            let mut inside = after.to_timestamp(wall).unwrap().as_second();
            let mut beyond = before.to_timestamp(wall).unwrap().as_second();
            while beyond - inside > 1 {
                let middle = inside.midpoint(beyond);
                if zone.to_offset(Timestamp::from_second(middle).unwrap()) == before {
                    inside = middle;
                } else {
                    beyond = middle;
                }
            }
            Timestamp::from_second(beyond).unwrap()
        }
    }
}

/// All windows of the dates around an instant, each edge resolved on its own. Reads the public parts of a
/// schedule; knows nothing of weeks, unions or searches.
fn windows(
    schedule: &Schedule,
    zone: &TimeZone,
    around: Timestamp,
    days: i64,
) -> Vec<(Timestamp, Timestamp)> {
    let today = zone.to_datetime(around).date();
    let mut windows = Vec::new();
    for distance in -days..=days {
        let date = today + distance.days();
        let opened: Vec<_> = schedule
            .opens()
            .iter()
            .filter(|open| open.date == date)
            .collect();
        let skipped = schedule
            .skips()
            .iter()
            .any(|skip| skip.first <= date && date <= skip.last);
        let starting: Vec<_> = if !opened.is_empty() {
            opened
                .iter()
                .flat_map(|open| open.windows.clone())
                .collect()
        } else if skipped {
            Vec::new()
        } else {
            let weekly = schedule
                .weekly()
                .iter()
                .filter(|weekly| weekly.days.contains(date.weekday()));
            weekly.flat_map(|weekly| weekly.windows.clone()).collect()
        };
        for window in starting {
            let midnight = date.at(0, 0, 0, 0);
            let begin = resolve(zone, midnight + i64::from(window.begin()).minutes());
            let end = resolve(zone, midnight + i64::from(window.end()).minutes());
            windows.push((begin, end));
        }
    }
    windows
}

fn naive_state(windows: &[(Timestamp, Timestamp)], at: Timestamp) -> State {
    if windows.iter().any(|(begin, end)| *begin <= at && at < *end) {
        State::Awake
    } else {
        State::Asleep
    }
}

/// Where the naive state changes in a stretch: only an edge of a window can be such an instant.
fn naive_transitions(
    windows: &[(Timestamp, Timestamp)],
    from: Timestamp,
    to: Timestamp,
) -> Vec<(Timestamp, State)> {
    let mut edges: Vec<Timestamp> = windows
        .iter()
        .flat_map(|(begin, end)| [*begin, *end])
        .collect();
    edges.sort_unstable();
    edges.dedup();
    edges.retain(|edge| from < *edge && *edge <= to);
    edges
        .into_iter()
        .map(|edge| (edge, naive_state(windows, edge)))
        .filter(|(edge, state)| *state != naive_state(windows, *edge - 1.second()))
        .collect()
}

/// The largest changes of the offset, the latest ones, and a spread of the others.
fn changes(zone: &TimeZone) -> Vec<Timestamp> {
    let end: Timestamp = "2037-01-01T00:00:00Z".parse().unwrap();
    let mut before = zone.to_offset(Timestamp::from_second(-5_000_000_000).unwrap());
    let mut all = Vec::new();
    for change in zone.following(Timestamp::from_second(-5_000_000_000).unwrap()) {
        if change.timestamp() > end {
            break;
        }
        all.push((
            (change.offset().seconds() - before.seconds()).abs(),
            change.timestamp(),
        ));
        before = change.offset();
    }
    let mut chosen: Vec<Timestamp> = all.iter().rev().take(2).map(|(_, at)| *at).collect();
    chosen.extend(all.iter().step_by(all.len() / 3 + 1).map(|(_, at)| *at));
    all.sort_unstable();
    chosen.extend(all.iter().rev().take(2).map(|(_, at)| *at));
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

/// Schedules whose edges lie around the wall-clock time of a change, on its date and the dates beside it.
fn schedules(zone: &TimeZone, change: Timestamp) -> Vec<Schedule> {
    let before = zone.to_datetime(change - 1.second());
    let after = zone.to_datetime(change);
    let time = |wall: DateTime, minutes: i64| {
        let moved = wall.saturating_add(minutes.minutes());
        format!("{:02}:{:02}", moved.hour(), moved.minute())
    };
    let day = before.date();
    let mut texts = vec![
        "Mon-Fri 08:00-18:00".to_owned(),
        "Mon-Sun 00:00-24:00".to_owned(),
        format!("Mon-Sun 00:00-24:00; skip {day}"),
        format!(
            "Mon-Sun 20:00-10:00; skip {}; open {day} 00:30-02:30,23:30-00:30",
            day.yesterday().unwrap()
        ),
    ];
    for (begin, end) in [
        (time(before, 0), time(after, 0)),
        (time(before, -30), time(before, 31)),
        (time(after, -29), time(after, 30)),
        (time(before, 16), time(after, -14)),
        (time(after, 15), time(before, -15)),
    ] {
        if begin != end {
            texts.push(format!("Mon-Sun {begin}-{end}"));
        }
    }
    texts
        .iter()
        .map(|text| Schedule::parse(text).unwrap())
        .collect()
}

fn check(calendar: &Calendar, schedule: &Schedule, change: Timestamp) {
    let zone = calendar.zone().time_zone();
    let windows = windows(schedule, zone, change, 6);
    let label = format!("{schedule} in {} around {change}", calendar.zone());
    let steps = [
        -93_600, -86_400, -5_400, -3_600, -1_800, -61, -1, 0, 1, 59, 1_800, 3_599, 3_600, 7_200,
        86_400,
    ];
    for step in steps {
        let at = change + Span::new().seconds(step);
        assert_eq!(
            calendar.state(at),
            naive_state(&windows, at),
            "{label} at {at}"
        );
    }
    let (from, to) = (change - 72.hours(), change + 72.hours());
    let expected = naive_transitions(&windows, from, to);
    let found: Vec<_> = calendar
        .transitions(from)
        .take_while(|next| next.at <= to)
        .map(|next| (next.at, next.to))
        .collect();
    assert_eq!(found, expected, "{label}");
    for (at, state) in found {
        assert_eq!(calendar.state(at), state, "{label} at {at}");
        assert_ne!(
            calendar.state(at - 1.second()),
            state,
            "{label} before {at}"
        );
        assert_eq!(calendar.previous_transition(at).unwrap().at, at, "{label}");
        assert!(
            calendar
                .previous_transition(at - 1.second())
                .is_none_or(|before| before.to != state),
            "{label}"
        );
    }
}

#[test]
fn every_zone_agrees_with_the_naive_model_around_changes_of_its_offset() {
    let names = Zone::names();
    assert!(
        names.len() > 590,
        "the bundled database has {} zones",
        names.len()
    );
    let mut checked = 0;
    for name in names {
        let zone = Zone::parse(&name).unwrap();
        for change in changes(zone.time_zone()) {
            for schedule in schedules(zone.time_zone(), change) {
                check(&schedule.calendar(&zone), &schedule, change);
                checked += 1;
            }
        }
    }
    assert!(checked > 10_000, "{checked} combinations");
}

#[test]
fn every_zone_answers_at_the_ends_of_time() {
    let texts = [
        "Mon-Fri 22:00-06:00",
        "Mon-Sun 00:00-24:00",
        "open 9999-12-31 00:00-24:00",
        "Sun 00:00-00:01; skip 0000-01-01..9999-12-31",
    ];
    for name in Zone::names() {
        let zone = Zone::parse(&name).unwrap();
        for text in texts {
            let calendar = Schedule::parse(text).unwrap().calendar(&zone);
            for at in [Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH] {
                let state = calendar.state(at);
                if let Some(next) = calendar.next_transition(at) {
                    assert!(
                        next.at > at && next.to != state,
                        "{text} in {name} after {at}"
                    );
                }
                if let Some(previous) = calendar.previous_transition(at) {
                    assert!(
                        previous.at <= at && previous.to == state,
                        "{text} in {name} before {at}"
                    );
                }
            }
        }
    }
}

//! What is said about incidents, night after night.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

use afterhours_core::alert::{Envelope, Kind, Scope, Severity};
use afterhours_cost::incident::{Acknowledgement, Memory, Notice, Status, Why, follow};
use afterhours_cost::{Day, Series, Settings, alert, detect};
use jiff::civil::date;

const START: jiff::civil::Date = date(2025, 1, 6);

fn day(number: i32) -> Day {
    Day::of(START).plus(number)
}

fn usual(size: f64, at: i32) -> f64 {
    let weekend = if at % 7 >= 5 { 0.6 } else { 1.0 };
    size * weekend * (1.0 + 0.03 * f64::from((at * 7 + 3) % 17 - 8) / 8.0)
}

fn series(key: &str, cost: impl Fn(i32) -> f64) -> Series {
    Series::new(key, day(0), (0..220).map(|at| Some(cost(at))))
}

/// Runs every night from one to the other; what was said on which night.
fn nights(all: &[Series], memory: &mut Memory, from: i32, to: i32) -> Vec<(i32, Notice)> {
    let settings = Settings::default();
    let mut said = Vec::new();
    for today in from..=to {
        let scan = detect(all, &settings, day(today).date());
        let (next, notices) = follow(memory, &scan, &settings);
        // What is kept between nights is the document.
        *memory = Memory::parse(&serde_json::to_string(&next).unwrap()).unwrap();
        said.extend(notices.into_iter().map(|notice| (today, notice)));
    }
    said
}

fn whys(said: &[(i32, Notice)]) -> Vec<(i32, Why)> {
    said.iter()
        .map(|(today, notice)| (*today, notice.why))
        .collect()
}

fn envelope(notice: &Notice) -> Envelope {
    let scope = Scope {
        account: "111111111111".to_owned(),
        region: "us-east-1".to_owned(),
        environment: "production".to_owned(),
    };
    let at = day(200)
        .date()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .unwrap()
        .timestamp();
    let envelope = alert::of_notice(notice, &scope, Some("USD"), at);
    envelope.validate().unwrap();
    envelope
}

#[test]
fn a_spike_is_told_of_once_and_closed_once() {
    let all = [series("a", |at| {
        usual(100.0, at) + if at == 150 { 90.0 } else { 0.0 }
    })];
    let said = nights(&all, &mut Memory::default(), 145, 190);
    assert_eq!(whys(&said), [(151, Why::New), (153, Why::Recovered)]);
    assert_eq!(said[0].1.id, said[1].1.id);
}

#[test]
fn a_fault_that_shows_on_three_levels_is_one_incident() {
    let extra = |at: i32| if (150..153).contains(&at) { 90.0 } else { 0.0 };
    let all = [
        series("1", |at| usual(200.0, at) + extra(at)),
        series("1/ec2", |at| usual(150.0, at) + extra(at)),
        series("1/ec2/box", |at| usual(100.0, at) + extra(at)),
        series("1/s3", |at| usual(50.0, at)),
    ];
    let mut memory = Memory::default();
    let said = nights(&all, &mut memory, 145, 190);
    assert_eq!(whys(&said).len(), 2, "{:?}", whys(&said));
    let incident = memory.incidents.values().next();
    assert!(incident.is_none_or(|one| one.keys.len() == 3), "{memory:?}");
    let notice = &said[0].1;
    assert_eq!(notice.incident.key, "1/ec2/box");
    assert_eq!(notice.incident.keys.len(), 3, "{notice:?}");
}

#[test]
fn two_faults_in_one_service_are_two_incidents() {
    let all = [
        series("1/ec2/box", |at| {
            usual(100.0, at) + if at >= 150 { 70.0 } else { 0.0 }
        }),
        series("1/ec2/ebs", |at| {
            usual(100.0, at) + if at >= 151 { 90.0 } else { 0.0 }
        }),
    ];
    let said = nights(&all, &mut Memory::default(), 148, 153);
    assert_eq!(whys(&said), [(151, Why::New), (152, Why::New)]);
    assert_ne!(said[0].1.id, said[1].1.id);
}

#[test]
fn a_lasting_excess_is_told_of_again_only_when_it_doubles() {
    let extra = |at: i32| match at {
        ..150 => 0.0,
        150..152 => 60.0,
        _ => 160.0,
    };
    let all = [series("a", |at| usual(100.0, at) + extra(at))];
    let said = nights(&all, &mut Memory::default(), 148, 154);
    assert_eq!(whys(&said), [(151, Why::New), (153, Why::Doubled)]);
}

#[test]
fn a_lasting_incident_is_told_of_again_after_a_week() {
    // Told to accept nothing, the detector goes on with it.
    let mut settings = Settings::default();
    settings.tuning.mask_days = 60;
    let all = [series("a", |at| {
        usual(100.0, at) * if at >= 150 { 2.0 } else { 1.0 }
    })];
    let mut memory = Memory::default();
    let mut said = Vec::new();
    for today in 148..=166 {
        let scan = detect(&all, &settings, day(today).date());
        let (next, notices) = follow(&memory, &scan, &settings);
        memory = next;
        said.extend(notices.iter().map(|notice| (today, notice.why)));
    }
    assert_eq!(
        said,
        [(151, Why::New), (158, Why::Reminder), (165, Why::Reminder)]
    );
}

#[test]
fn a_step_becomes_the_new_normal_and_then_there_is_silence() {
    let all = [series("a", |at| {
        usual(100.0, at) * if at >= 150 { 1.8 } else { 1.0 }
    })];
    let mut memory = Memory::default();
    let said = nights(&all, &mut memory, 148, 200);
    let last = said.last().unwrap();
    assert_eq!(last.1.why, Why::NewNormal);
    assert!(last.0 < 160, "{:?}", whys(&said));
    // Ended incidents are forgotten in the end.
    assert!(memory.incidents.is_empty(), "{memory:?}");
}

#[test]
fn an_acknowledged_amount_is_silent_and_a_larger_one_is_not() {
    let mut memory = Memory::default();
    memory.acknowledged.push(Acknowledgement {
        key: "1/ec2".to_owned(),
        up_to: 120.0,
        until: day(170),
    });
    let spike = |key: &str, extra: f64| {
        series(key, move |at| {
            usual(100.0, at) + if at == 150 { extra } else { 0.0 }
        })
    };
    let all = [spike("1/ec2/box", 100.0), spike("1/rds", 100.0)];
    let said = nights(&all, &mut memory.clone(), 150, 152);
    let keys: Vec<&str> = said
        .iter()
        .map(|(_, notice)| notice.incident.key.as_str())
        .collect();
    assert_eq!(keys, ["1/rds"]);
    let said = nights(&[spike("1/ec2/box", 300.0)], &mut memory, 150, 152);
    assert_eq!(whys(&said), [(151, Why::New)]);
}

#[test]
fn a_run_that_was_left_out_loses_nothing() {
    let all = [series("a", |at| {
        usual(100.0, at) + if at == 150 { 90.0 } else { 0.0 }
    })];
    let said = nights(&all, &mut Memory::default(), 154, 154);
    assert_eq!(whys(&said), [(154, Why::Recovered)]);
    let old = nights(&all, &mut Memory::default(), 190, 190);
    assert!(old.is_empty(), "{old:?}");
}

#[test]
fn the_same_night_twice_says_nothing_twice() {
    let all = [series("a", |at| {
        usual(100.0, at) + if at == 150 { 90.0 } else { 0.0 }
    })];
    let mut memory = Memory::default();
    assert_eq!(nights(&all, &mut memory, 151, 151).len(), 1);
    assert!(nights(&all, &mut memory, 151, 151).is_empty());
}

#[test]
fn a_memory_of_another_version_is_refused() {
    let error = Memory::parse(r#"{"version":2}"#).unwrap_err().to_string();
    assert!(error.contains("is 2, accepted: 1"), "{error}");
    assert!(Memory::parse("{}").is_err() && Memory::parse(r#"{"version":1,"x":1}"#).is_err());
}

#[test]
fn alerts_say_what_was_expected_what_it_cost_and_what_it_is_made_of() {
    let extra = |at: i32| if at >= 150 { 90.0 } else { 0.0 };
    let all = [
        series("1", |at| usual(150.0, at) + extra(at)),
        series("1/ec2", |at| usual(100.0, at) + extra(at)),
        series("1/s3", |at| usual(50.0, at)),
    ];
    let said = nights(&all, &mut Memory::default(), 150, 151);
    let envelope = envelope(&said[0].1);
    assert_eq!(
        (envelope.kind, envelope.severity),
        (Kind::Budget, Severity::Warning)
    );
    assert!(
        envelope.title.starts_with("1/ec2 cost USD 1"),
        "{}",
        envelope.title
    );
    assert!(
        envelope.title.contains(" more than expected, +"),
        "{}",
        envelope.title
    );
    let field = |label: &str| {
        let found = envelope.fields.iter().find(|field| field.label == label);
        found.map(|field| field.value.clone()).unwrap_or_default()
    };
    assert!(field("Expected").contains(" to ") && field("Expected").starts_with("USD "));
    assert!(
        field("Made up of").contains("1/ec2"),
        "{:?}",
        envelope.fields
    );
    assert!(
        envelope
            .fields
            .iter()
            .any(|field| field.value.ends_with('█')),
        "no chart"
    );
    assert_eq!(envelope.details["anomalies"][0]["state"], "new");
    assert_eq!(said[0].1.incident.status, Status::New);
}

#[test]
fn all_that_is_said_of_an_incident_is_one_thread() {
    let all = [series("a", |at| {
        usual(100.0, at) * if at >= 150 { 1.8 } else { 1.0 }
    })];
    let said = nights(&all, &mut Memory::default(), 150, 170);
    assert!(said.len() >= 2);
    let threads: std::collections::BTreeSet<String> = said
        .iter()
        .map(|(_, notice)| envelope(notice).fingerprint)
        .collect();
    assert_eq!(threads.len(), 1);
}

#[test]
fn a_budget_is_told_of_when_it_is_more_likely_passed_than_not() {
    let all = [series("a", |at| usual(100.0, at))];
    let alert_at = |amount: f64| {
        let mut settings = Settings::default();
        settings.budgets.insert("a".to_owned(), amount);
        let scan = detect(&all, &settings, day(161).date());
        let one = &scan.forecast[0];
        alert::of_forecast(
            one,
            &Scope::unknown(),
            Some("USD"),
            jiff::Timestamp::UNIX_EPOCH,
        )
    };
    assert_eq!(alert_at(4_000.0), None);
    let likely = alert_at(2_500.0).unwrap();
    assert_eq!(likely.severity, Severity::Warning);
    assert!(
        likely
            .title
            .contains("will pass its budget of USD 2,500.00 for 2025-06"),
        "{}",
        likely.title
    );
    assert!(
        likely.summary.contains("expected to be passed on 2025-06-"),
        "{}",
        likely.summary
    );
    let passed = alert_at(500.0).unwrap();
    assert_eq!(passed.severity, Severity::Critical);
    assert!(passed.title.contains("has passed"), "{}", passed.title);
    // Both are of one budget and month, so one thread.
    assert_eq!(likely.fingerprint, passed.fingerprint);
}

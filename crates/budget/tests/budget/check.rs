//! The hourly check.

use std::collections::BTreeMap;

use afterhours_budget::{Awake, BudgetError, CHECK_KEY, Checked, Place, check};
use afterhours_core::config::Config;
use afterhours_core::memory::{Lease, LeaseOrigin, ScopeDocument};
use afterhours_core::model::{Scope, TargetId};
use afterhours_ports::{Running, RunningCapacity};
use jiff::Timestamp;
use jiff::civil::date;

use crate::rig::{Bucket, HOST, SAGEMAKER, World, at, scope, with_spike};

fn config() -> Config {
    let text = r#"{"version":1,"environment":"staging","bucket":"b",
        "scopes":[{"account":"111111111111","region":"us-east-1"}],
        "budget":{"check_above":1.0,"prices":{"us-east-1/ml.g5.xlarge":1.5}}}"#;
    Config::from_json(text).unwrap()
}

fn running(target: TargetId, kind: &str, count: u32) -> Running {
    let tags = [("afterhours:schedule", "Mon-Fri 08:00-18:00")];
    Running {
        target,
        tags: tags
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        instances: BTreeMap::from([(kind.to_owned(), count)]),
    }
}

fn place(items: Vec<Running>) -> Place {
    Place {
        document: ScopeDocument::new(Scope {
            account: "111111111111".to_owned(),
            region: "us-east-1".to_owned(),
        }),
        capacity: RunningCapacity {
            items,
            unread: Vec::new(),
        },
    }
}

fn group(count: u32) -> Running {
    running(TargetId::group("gpu"), "g5.xlarge", count)
}

/// An hour of Tuesday, 2026-05-19.
fn hour(hour: i8) -> Timestamp {
    at(date(2026, 5, 19), hour)
}

async fn look(bucket: &Bucket, place: Place, now: Timestamp) -> Result<Checked, BudgetError> {
    check(&config(), &[place], bucket, Some(bucket), &scope(), now).await
}

#[tokio::test]
async fn capacity_outside_its_schedule_is_told_of_once_while_it_lasts() {
    let bucket = Bucket::default();
    let day = look(&bucket, place(vec![group(2)]), hour(12))
        .await
        .unwrap();
    assert!(day.outside.is_empty() && bucket.take_titles().is_empty());
    for late in 20..=22 {
        look(&bucket, place(vec![group(2)]), hour(late))
            .await
            .unwrap();
    }
    assert_eq!(
        bucket.take_titles(),
        ["Capacity outside its schedule costs USD 2.01 per hour"]
    );
    // Twice as much is news, and so is its end.
    look(&bucket, place(vec![group(4)]), hour(23))
        .await
        .unwrap();
    assert_eq!(
        bucket.take_titles(),
        ["Capacity outside its schedule costs USD 4.02 per hour"]
    );
    let morning = at(date(2026, 5, 20), 2);
    look(&bucket, place(Vec::new()), morning).await.unwrap();
    assert_eq!(
        bucket.take_titles(),
        ["Capacity outside its schedule is down to USD 0.00 per hour"]
    );
    look(&bucket, place(Vec::new()), at(date(2026, 5, 20), 3))
        .await
        .unwrap();
    assert!(bucket.take_titles().is_empty());
}

#[tokio::test]
async fn what_has_no_price_is_said_and_costs_nothing() {
    let bucket = Bucket::default();
    let unknown = running(TargetId::group("new"), "g9.xlarge", 3);
    let checked = look(&bucket, place(vec![unknown]), hour(22)).await.unwrap();
    assert_eq!(checked.outside[0].without_price, ["g9.xlarge"]);
    assert!(checked.usd_per_hour.abs() < f64::EPSILON && checked.alerts == 0);
}

#[tokio::test]
async fn a_closing_window_an_untagged_group_and_an_open_schedule_are_no_news() {
    let bucket = Bucket::default();
    let mut untagged = group(9);
    untagged.tags.clear();
    let just_closed = hour(18) + jiff::SignedDuration::from_mins(10);
    for now in [hour(9), just_closed] {
        let checked = look(&bucket, place(vec![group(9), untagged.clone()]), now)
            .await
            .unwrap();
        assert!(checked.outside.is_empty(), "{checked:?}");
    }
}

#[tokio::test]
async fn unread_capacity_is_said_and_ends_nothing() {
    let bucket = Bucket::default();
    look(&bucket, place(vec![group(2)]), hour(20))
        .await
        .unwrap();
    bucket.take_titles();
    let mut blind = place(Vec::new());
    blind
        .capacity
        .unread
        .push(("groups of us-east-1".to_owned(), "denied".to_owned()));
    let checked = look(&bucket, blind, hour(21)).await.unwrap();
    assert_eq!((checked.unread.len(), bucket.take_titles().len()), (1, 0));
}

#[tokio::test]
async fn a_failed_publish_is_tried_again_and_a_damaged_memory_is_named() {
    let bucket = Bucket::default();
    *bucket.topic_denied.lock().unwrap() = true;
    let error = look(&bucket, place(vec![group(2)]), hour(20))
        .await
        .unwrap_err();
    assert!(matches!(error, BudgetError::Publish(_)), "{error}");
    *bucket.topic_denied.lock().unwrap() = false;
    let checked = look(&bucket, place(vec![group(2)]), hour(21))
        .await
        .unwrap();
    assert_eq!(checked.alerts, 1);
    bucket.set(CHECK_KEY, "nothing");
    let error = Awake::load(&bucket).await.unwrap_err();
    assert!(error.to_string().contains(CHECK_KEY), "{error}");
}

#[tokio::test]
async fn what_the_check_saw_is_the_cause_of_an_incident_two_days_later() {
    let mut world = World::new(with_spike(date(2026, 5, 19), 3, 120.0));
    let endpoint = running(TargetId::endpoint("quant"), "ml.g5.xlarge", 4);
    let mut awake = place(vec![endpoint]);
    awake.document.leases.insert(
        TargetId::endpoint("quant"),
        Lease {
            origin: LeaseOrigin::Command,
            since: hour(18),
            until: at(date(2026, 5, 20), 8),
            count: None,
            reason: None,
            owner: Some("ml-team".to_owned()),
            requests: Vec::new(),
        },
    );
    world.runs(date(2026, 5, 14), date(2026, 5, 19)).await;
    for late in 19..=23 {
        look(&world.outside, awake.clone(), hour(late))
            .await
            .unwrap();
    }
    // The lease is over and forgotten by the time the costs are there.
    world.documents.clear();
    let (report, _) = world.runs(date(2026, 5, 20), date(2026, 5, 22)).await;
    assert!(report.incidents[0].incident.key.contains(SAGEMAKER) && HOST.contains("g5"));
    assert_eq!(
        report.incidents[0].causes,
        [
            "endpoint/quant stayed awake, lease of ml-team until 2026-05-20 08:00 UTC (seen outside its schedule by 5 hourly checks, about USD 30.00)"
        ]
    );
}

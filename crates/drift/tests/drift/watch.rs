//! Only changes are told, nothing is lost, and silence says how much was looked at.

use afterhours_core::alert::Severity;
use afterhours_core::alert::digest::{Contribution, DRIFT_KEY};
use afterhours_drift::{LEDGER_KEY, Scan, WatchError};
use serde_json::json;

use crate::rig::{Outside, World, key_pair, live, scan_of, told};

async fn scan(team: &str) -> Scan {
    let world = World::listing(vec![live(
        "aws_key_pair",
        "a",
        json!({"key_name": "a", "tags": {"team": team}}),
    )]);
    scan_of(json!([key_pair("a", json!({"team": "ml"}))]), &world).await
}

#[tokio::test]
async fn only_changes_are_told() {
    let outside = Outside::default();
    let mut counts = Vec::new();
    for team in ["ml", "ops", "ops", "dev", "ml"] {
        let answer = told(&outside, &scan(team).await).await.unwrap();
        counts.push((
            answer.new,
            answer.changed,
            answer.still_open,
            answer.resolved,
            answer.alerts,
        ));
    }
    assert_eq!(
        counts,
        [
            // The first alert is the heartbeat.
            (0, 0, 0, 0, 1),
            (1, 0, 0, 0, 1),
            (0, 0, 1, 0, 0),
            (0, 1, 0, 0, 1),
            (0, 0, 0, 1, 1)
        ]
    );
    let alerts = outside.alerts.lock().unwrap();
    assert!(alerts.iter().all(|alert| alert.validate().is_ok()));
    let heartbeat = &alerts[0];
    assert_eq!(heartbeat.severity, Severity::Info);
    assert!(
        heartbeat.summary.contains("100 % of 1 looked at"),
        "{}",
        heartbeat.summary
    );
}

#[tokio::test]
async fn what_could_not_be_told_is_told_by_the_next_scan() {
    let outside = Outside::default();
    *outside.topic_denied.lock().unwrap() = true;
    let failed = told(&outside, &scan("ops").await).await;
    assert!(matches!(failed, Err(WatchError::Publish(_))));
    assert!(outside.keys().is_empty(), "nothing is remembered");
    *outside.topic_denied.lock().unwrap() = false;
    let answer = told(&outside, &scan("ops").await).await.unwrap();
    assert_eq!((answer.new, answer.alerts), (1, 2));
}

#[tokio::test]
async fn a_damaged_ledger_is_not_written_over() {
    let outside = Outside::default();
    outside
        .objects
        .lock()
        .unwrap()
        .insert(LEDGER_KEY.to_owned(), (1, b"{".to_vec()));
    let failed = told(&outside, &scan("ops").await).await;
    assert!(matches!(failed, Err(WatchError::Ledger(_))));
    assert_eq!(outside.objects.lock().unwrap()[LEDGER_KEY].1, b"{");
}

#[tokio::test]
async fn the_digest_gets_what_is_open_and_how_much_was_looked_at() {
    let outside = Outside::default();
    told(&outside, &scan("ops").await).await.unwrap();
    let objects = outside.objects.lock().unwrap();
    let left = Contribution::from_json(&objects[DRIFT_KEY].1).unwrap();
    assert_eq!(left.standing, "1 open; 100 % of 1 looked at");
    assert_eq!(left.open[0].about, "aws_key_pair.a");
    assert_eq!(left.open[0].what, "tags.team: ml → ops");
}

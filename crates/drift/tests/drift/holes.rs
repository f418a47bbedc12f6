//! What was not looked at is never clean and never gone.

use std::collections::BTreeMap;
use std::sync::Arc;

use afterhours_diff::{HoleClass, Seen};
use afterhours_drift::{Options, StateSource, scan};
use serde_json::json;

use crate::rig::{
    Fate, Outside, Source, Told, World, at, hole, key_pair, live, options, resource, scan_of,
    scanned, state, told,
};

#[tokio::test]
async fn a_listing_that_ends_early_makes_what_it_lacks_unknown() {
    for (class, seen) in [
        (HoleClass::Denied, Seen::Denied),
        (HoleClass::Throttled, Seen::Throttled),
        (HoleClass::Failed, Seen::Failed),
    ] {
        let world = World::of(Told {
            listed: vec![live(
                "aws_key_pair",
                "a",
                json!({"key_name": "a", "tags": {}}),
            )],
            incomplete: BTreeMap::from([("aws_key_pair", hole(class))]),
            ..Told::default()
        });
        let resources = json!([key_pair("a", json!({})), key_pair("b", json!({}))]);
        let report = scan_of(resources, &world).await.report;
        assert_eq!(report.findings, [], "{class:?}");
        assert_eq!(report.coverage.compared, 1);
        assert_eq!(report.coverage.count(seen), 1);
        assert!(!report.is_complete(false));
    }
}

#[tokio::test]
async fn a_confirmation_that_fails_leaves_it_unknown() {
    let world = World::of(Told {
        confirm_fails: Some(hole(HoleClass::Throttled)),
        ..Told::default()
    });
    let report = scan_of(json!([key_pair("a", json!({}))]), &world)
        .await
        .report;
    assert_eq!(report.findings, []);
    assert_eq!(report.coverage.throttled, 1);
}

#[tokio::test]
async fn one_object_that_cannot_be_read_stops_no_other() {
    let world = World::of(Told {
        listed: vec![live(
            "aws_key_pair",
            "b",
            json!({"key_name": "b", "tags": {}}),
        )],
        unread: BTreeMap::from([("a".to_owned(), hole(HoleClass::Denied))]),
        ..Told::default()
    });
    let resources = json!([key_pair("a", json!({})), key_pair("b", json!({}))]);
    let report = scan_of(resources, &world).await.report;
    assert_eq!((report.coverage.compared, report.coverage.denied), (1, 1));
    assert_eq!(report.findings, []);
}

#[tokio::test]
async fn an_attribute_that_cannot_be_read_makes_it_partly_compared() {
    let mut object = live("aws_key_pair", "a", json!({"key_name": "a"}));
    object
        .holes
        .insert("tags".to_owned(), hole(HoleClass::Denied));
    let report = scan_of(
        json!([key_pair("a", json!({"team": "ml"}))]),
        &World::listing(vec![object]),
    )
    .await
    .report;
    assert_eq!(report.coverage.partly_compared, 1);
    let reason = &report.coverage.details[&Seen::PartlyCompared][0].reason;
    assert_eq!(reason, "tags: ec2:DescribeKeyPairs: no");
    assert!(!report.is_complete(false));
}

#[tokio::test]
async fn a_finding_resolves_though_another_attribute_cannot_be_read() {
    let outside = Outside::default();
    let mut counts = Vec::new();
    for team in ["ops", "ml"] {
        let tags = json!({"key_name": "a", "tags": {"team": team}});
        let mut object = live("aws_key_pair", "a", tags);
        object.attributes.remove("fingerprint");
        let world = World::listing(vec![object]);
        let scan = scan_of(json!([key_pair("a", json!({"team": "ml"}))]), &world).await;
        assert_eq!(scan.report.coverage.partly_compared, 1);
        let answer = told(&outside, &scan).await.unwrap();
        counts.push((answer.new, answer.resolved));
    }
    assert_eq!(counts, [(1, 0), (0, 1)]);
}

#[tokio::test]
async fn an_account_that_is_not_configured_is_said_to_be() {
    let arn = "arn:aws:ec2:eu-central-1:999999999999:key-pair/key-1";
    let pair = resource(
        "aws_key_pair",
        "far",
        json!({"id": "far", "key_name": "far", "arn": arn}),
    );
    let report = scan_of(json!([pair]), &World::listing(Vec::new()))
        .await
        .report;
    assert_eq!(report.findings, []);
    assert_eq!(report.coverage.failed, 1);
    let reason = &report.coverage.details[&Seen::Failed][0].reason;
    assert_eq!(reason, "account 999999999999 is not configured");
}

#[tokio::test]
async fn a_state_that_is_locked_or_written_meanwhile_is_void() {
    for fate in [Fate::Written, Fate::Locked, Fate::Unknown] {
        let mut source = Source::new("s", &state(json!([key_pair("a", json!({}))])));
        source.fate = fate;
        let scan = scanned(vec![source], &World::listing(Vec::new())).await;
        assert_eq!(scan.report.findings, [], "{fate:?}");
        assert_eq!(
            (scan.report.coverage.void, scan.report.coverage.compared),
            (1, 0)
        );
        assert!(
            scan.looked.states.is_empty(),
            "what is void resolves nothing"
        );
        assert!(!scan.report.is_complete(false));
    }
}

#[tokio::test]
async fn an_old_lock_is_a_finding_of_its_own() {
    let mut source = Source::new("s", &state(json!([key_pair("a", json!({}))])));
    source.fate = Fate::Locked;
    source.lock_since = Some(at("2026-11-20T05:00:00Z"));
    let report = scanned(vec![source], &World::listing(Vec::new()))
        .await
        .report;
    let [finding] = report.findings.as_slice() else {
        panic!("{:?}", report.findings);
    };
    assert_eq!(finding.id.as_deref(), Some("stale_lock"));
    assert_eq!(
        finding.next_step.as_deref(),
        Some("terraform force-unlock 1")
    );
}

#[tokio::test]
async fn a_state_that_cannot_be_read_stops_no_other_and_withholds_what_is_unmanaged() {
    let good = Source::new("good", &state(json!([key_pair("a", json!({}))])));
    let mut bad = Source::new("bad", &json!({}));
    bad.bytes = b"<html>".to_vec();
    let world = World::listing(vec![
        live("aws_key_pair", "a", json!({"key_name": "a", "tags": {}})),
        live("aws_key_pair", "of-the-bad-state", json!({})),
    ]);
    let report = scanned(vec![good, bad], &world).await.report;
    assert_eq!(report.findings, []);
    assert_eq!((report.coverage.compared, report.coverage.failed), (1, 1));
    assert!(report.states.iter().any(|line| line.error.is_some()));
    assert!(!report.is_complete(false));
    assert_eq!(report.notes.len(), 1);
}

#[tokio::test]
async fn nothing_is_called_unmanaged_while_states_are_missing() {
    let world = World::listing(vec![
        live("aws_key_pair", "a", json!({"key_name": "a", "tags": {}})),
        live("aws_key_pair", "of-a-state-that-was-not-listed", json!({})),
    ]);
    let source: Arc<dyn StateSource> =
        Arc::new(Source::new("s", &state(json!([key_pair("a", json!({}))]))));
    for (whole, findings) in [(true, 1), (false, 0)] {
        let options = Options { whole, ..options() };
        let scan = scan(vec![source.clone()], &world, &options).await;
        assert_eq!(scan.report.findings.len(), findings);
        assert_eq!((scan.looked.all_read, scan.looked.listings), (whole, whole));
        assert_eq!(scan.report.notes.is_empty(), whole);
    }
}

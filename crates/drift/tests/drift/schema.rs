//! The published schema holds for every sort of finding and of hole.

use std::collections::BTreeMap;

use afterhours_diff::HoleClass;
use serde_json::{Value, json};

use crate::rig::{Fate, Source, Told, World, at, hole, key_pair, live, resource, scanned, state};

const SCHEMA: &str = include_str!("../../../../schemas/drift.schema.json");

#[tokio::test]
async fn reports_are_of_the_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let world = World::of(Told {
        listed: vec![
            live(
                "aws_key_pair",
                "a",
                json!({"key_name": "a", "tags": {"team": "ops"}}),
            ),
            live("aws_key_pair", "by-hand", json!({})),
        ],
        unread: BTreeMap::from([("denied".to_owned(), hole(HoleClass::Denied))]),
        ..Told::default()
    });
    let one = Source::new(
        "one",
        &state(json!([
            key_pair("a", json!({"team": "ml"})),
            key_pair("gone", json!({})),
            key_pair("denied", json!({})),
            resource("aws_quantum_ledger", "q", json!({"id": "q"})),
        ])),
    );
    let two = Source::new(
        "two",
        &state(json!([key_pair("a", json!({"team": "ops"}))])),
    );
    let mut locked = Source::new("locked", &state(json!([key_pair("b", json!({}))])));
    locked.fate = Fate::Locked;
    locked.lock_since = Some(at("2026-11-01T00:00:00Z"));
    let report = scanned(vec![one, two, locked], &world).await.report;
    let classes: std::collections::BTreeSet<_> = report
        .findings
        .iter()
        .map(|finding| finding.class)
        .collect();
    assert_eq!(classes.len(), 5, "{classes:?}");
    let document = serde_json::to_value(&report).unwrap();
    let problems: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

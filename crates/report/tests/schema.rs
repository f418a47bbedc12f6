//! The schema of the document and the types behind it say the same.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

#[path = "../../../tests/report/src/samples.rs"]
#[expect(unreachable_pub, reason = "the browser's tests show the same nights")]
mod samples;

use std::collections::BTreeSet;

use afterhours_report::{Looked, Night};
use serde_json::{Value, json};

const SCHEMA: &str = include_str!("../../../schemas/report.schema.json");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

fn nights() -> Vec<Night> {
    vec![
        samples::night(),
        samples::many(20),
        samples::empty(),
        samples::unseen(),
        samples::failed(),
        samples::hostile(),
    ]
}

/// Every name of a field in a value; `details` has names of classes below it.
fn keys(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, part) in map {
                into.insert(key.clone());
                // Values of attributes have names of their own.
                if key != "state" && key != "live" {
                    keys(part, into);
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|part| keys(part, into)),
        _ => {}
    }
}

fn properties(schema: &Value, into: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Object(named)) = map.get("properties") {
                into.extend(named.keys().cloned());
            }
            map.values().for_each(|part| properties(part, into));
        }
        Value::Array(list) => list.iter().for_each(|part| properties(part, into)),
        _ => {}
    }
}

#[test]
fn what_is_written_fits_the_schema_and_uses_every_field() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let mut written = BTreeSet::new();
    for night in nights() {
        let value = serde_json::to_value(&night).unwrap();
        if let Err(error) = validator.validate(&value) {
            panic!("{}: {error}", error.instance_path());
        }
        keys(&value, &mut written);
    }
    let mut named = BTreeSet::new();
    properties(&schema(), &mut named);
    let unused: Vec<_> = named.difference(&written).collect();
    assert!(unused.is_empty(), "{unused:?}");
    let unnamed: Vec<_> = written.difference(&named).collect();
    assert!(unnamed.is_empty(), "{unnamed:?}");
}

#[test]
fn schema_and_types_refuse_the_same() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let sample = serde_json::to_value(samples::night()).unwrap();
    let item = "/sleepers/looked_at/items/0";
    for (place, wrong) in [
        ("/version".to_owned(), json!(2)),
        ("/from".to_owned(), json!("yesterday")),
        ("/scopes/0".to_owned(), json!({ "account": "123456789012" })),
        ("/sleepers".to_owned(), json!({ "clean": true })),
        (format!("{item}/timeline/0/state"), json!("napping")),
        (format!("{item}/saved/money"), json!({ "free": true })),
        (format!("{item}/claims"), json!([{ "kind": "wish" }])),
        (
            "/savings/looked_at/prices/0/date".to_owned(),
            json!("lately"),
        ),
        ("/drift/looked_at/findings/0/class".to_owned(), json!("odd")),
        (
            "/drift/looked_at/findings/0/severity".to_owned(),
            json!("high"),
        ),
        ("/drift/looked_at/coverage/denied".to_owned(), json!(-1)),
        (
            "/cost/looked_at/incidents/0/state".to_owned(),
            json!("over"),
        ),
        ("/cost/looked_at/forecast/0/p50".to_owned(), json!("much")),
        ("/open/0/severity".to_owned(), Value::Null),
        (
            "/health/looked_at/checks/0/status".to_owned(),
            json!("fine"),
        ),
    ] {
        let mut value = sample.clone();
        assert!(validator.is_valid(&value));
        *value.pointer_mut(&place).unwrap() = wrong;
        assert!(!validator.is_valid(&value), "{place}: schema");
        assert!(
            Night::from_json(&value.to_string()).is_err(),
            "{place}: types"
        );
    }
}

#[test]
fn what_may_be_left_out_may_be_left_out_of_both() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let least = json!({
        "version": 1, "deployment": "ml-platform", "environment": "dev", "from": "2026-11-19T17:00:00Z",
        "to": "2026-11-20T07:30:00Z", "zone": "Europe/Berlin", "generated_at": "2026-11-20T07:31:00Z",
    });
    assert!(validator.is_valid(&least));
    let night = Night::from_json(&least.to_string()).unwrap();
    assert!(matches!(night.drift, Looked::NotLookedAt(_)));
    for key in least.as_object().unwrap().keys() {
        let mut less = least.clone();
        less.as_object_mut().unwrap().remove(key);
        assert!(!validator.is_valid(&less), "{key}: schema");
        assert!(Night::from_json(&less.to_string()).is_err(), "{key}: types");
    }
}

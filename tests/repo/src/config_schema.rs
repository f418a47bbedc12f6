//! The schema of the configuration and its type say the same.

use std::collections::BTreeSet;
use std::fs;

use afterhours_core::budget_command::BudgetCommand;
use afterhours_core::command::Command;
use afterhours_core::config::Config;
use afterhours_core::watch_command::WatchCommand;
use jsonschema::Validator;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::root;

fn document() -> Value {
    serde_json::from_str(&root::read("schemas/config.schema.json")).unwrap()
}

fn schema() -> Validator {
    jsonschema::validator_for(&document()).unwrap()
}

fn sample(name: &str) -> Value {
    serde_json::from_str(&root::read(&format!("events/config/{name}.json"))).unwrap()
}

fn read(value: &Value) -> Result<Config, String> {
    Config::from_json(&value.to_string()).map_err(|error| error.to_string())
}

/// Every place in a value, as JSON pointers.
fn pointers(value: &Value, at: &str, into: &mut Vec<String>) {
    let parts: Vec<(String, &Value)> = match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, part)| (key.replace('~', "~0").replace('/', "~1"), part))
            .collect(),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(index, part)| (index.to_string(), part))
            .collect(),
        _ => Vec::new(),
    };
    for (key, part) in parts {
        let pointer = format!("{at}/{key}");
        pointers(part, &pointer, into);
        into.push(pointer);
    }
}

/// The last field of a pointer that is not an index.
fn field(pointer: &str) -> &str {
    // A price is told by the field that holds all of them.
    let named = |part: &&str| part.parse::<usize>().is_err() && !part.contains("~1");
    pointer.rsplit('/').find(named).unwrap()
}

#[test]
fn samples_are_accepted_by_both() {
    let schema = schema();
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(root::path("events/config")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let name = file.strip_suffix(".json").unwrap().to_owned();
        let value = sample(&name);
        let errors: Vec<String> = schema
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{file}: {errors:?}");
        let config = read(&value).unwrap();
        let written = serde_json::to_value(&config).unwrap();
        assert!(
            schema.is_valid(&written),
            "{file} as it is written: {written}"
        );
        assert_eq!(read(&written).unwrap(), config, "{file}");
        names.insert(name);
    }
    assert!(
        names.contains("minimal") && names.contains("full"),
        "{names:?}"
    );
}

/// Compares the fields of a value with those of the schema; maps with free keys go by their values.
fn compare(value: &Value, schema: &Value, at: &str, root: &Value) {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    match value {
        Value::Object(map) => {
            if let Some(properties) = schema["properties"].as_object() {
                let keys = |map: &Map<String, Value>| map.keys().cloned().collect::<BTreeSet<_>>();
                assert_eq!(keys(map), keys(properties), "fields of {at}");
                for (key, part) in map {
                    compare(part, &properties[key], &format!("{at}.{key}"), root);
                }
            } else {
                for (key, part) in map {
                    compare(
                        part,
                        &schema["additionalProperties"],
                        &format!("{at}.{key}"),
                        root,
                    );
                }
            }
        }
        Value::Array(list) => {
            for part in list {
                compare(part, &schema["items"], &format!("{at}[]"), root);
            }
        }
        _ => {}
    }
}

#[test]
fn type_and_schema_have_the_same_fields() {
    let config = read(&sample("full")).unwrap();
    let written = serde_json::to_value(config).unwrap();
    compare(&written, &document(), "", &document());
}

#[test]
fn defaults_of_the_schema_are_those_of_the_type() {
    let written = serde_json::to_value(read(&sample("minimal")).unwrap()).unwrap();
    let document = document();
    let mut compared = 0;
    let mut look = |properties: &Value, values: &Value, at: &str| {
        for (key, schema) in properties.as_object().unwrap() {
            if let Some(default) = schema.get("default") {
                assert_eq!(values.get(key), Some(default), "{at}{key}");
                compared += 1;
            }
        }
    };
    look(&document["properties"], &written, "");
    for part in ["limits", "busy", "digest", "rates"] {
        look(
            &document["properties"][part]["properties"],
            &written[part],
            part,
        );
    }
    assert_eq!(
        compared, 16,
        "a field with a default is missing on either side"
    );
}

#[test]
fn commands_of_aliases_are_the_commands() {
    let document = document();
    let names = &document["properties"]["aliases"]["additionalProperties"]["properties"];
    let known = [
        Command::NAMES.as_slice(),
        &WatchCommand::NAMES,
        &BudgetCommand::NAMES,
    ]
    .concat();
    let known: BTreeSet<&str> = known.into_iter().collect();
    let listed: Vec<&str> = names["commands"]["items"]["enum"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    assert_eq!(listed.len(), known.len());
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), known);
}

#[test]
fn unknown_fields_are_refused_by_both_at_every_place() {
    let schema = schema();
    let full = sample("full");
    let mut places = vec![String::new()];
    pointers(&full, "", &mut places);
    let mut tried = 0;
    for place in places {
        let mut value = full.clone();
        let free = [
            "/schedules",
            "/aliases",
            "/budget/budgets",
            "/budget/prices",
        ]
        .contains(&place.as_str());
        let Some(Value::Object(map)) = value.pointer_mut(&place) else {
            continue;
        };
        if free {
            continue;
        }
        map.insert("colour".to_owned(), json!(1));
        let error = read(&value).unwrap_err();
        assert!(
            error.contains("colour") && error.contains("expected"),
            "{place}: {error}"
        );
        assert!(!schema.is_valid(&value), "{place}");
        tried += 1;
    }
    assert!(tried >= 10, "{tried} places");
}

#[test]
fn wrong_types_are_refused_by_both_at_every_place() {
    let schema = schema();
    let full = sample("full");
    let mut places = Vec::new();
    pointers(&full, "", &mut places);
    assert!(places.len() > 40);
    for place in places {
        for wrong in [json!({ "a": [] }), json!([[]]), json!(true)] {
            // A flag may be true.
            if wrong == true && full.pointer(&place).is_some_and(Value::is_boolean) {
                continue;
            }
            let mut value = full.clone();
            *value.pointer_mut(&place).unwrap() = wrong;
            let error = read(&value).unwrap_err();
            assert!(error.contains(field(&place)), "{place}: {error}");
            assert!(!schema.is_valid(&value), "{place}: {value}");
        }
    }
}

#[test]
fn what_may_be_absent_or_null_is_the_same_for_both() {
    let schema = schema();
    let full = sample("full");
    let mut places = Vec::new();
    pointers(&full, "", &mut places);
    let mut refused = BTreeSet::new();
    for place in places {
        let mut null = full.clone();
        *null.pointer_mut(&place).unwrap() = Value::Null;
        assert_eq!(read(&null).is_ok(), schema.is_valid(&null), "{place} null");

        let mut without = full.clone();
        let (parent, key) = place.rsplit_once('/').unwrap();
        let Some(Value::Object(map)) = without.pointer_mut(parent) else {
            continue;
        };
        // That the default names a schedule is nothing that a schema can say.
        if place.starts_with("/schedules") {
            continue;
        }
        map.remove(key);
        let verdict = read(&without);
        assert_eq!(verdict.is_ok(), schema.is_valid(&without), "{place} absent");
        if let Err(error) = verdict {
            assert!(error.contains(&format!("`{key}`")), "{place}: {error}");
            refused.insert(place);
        }
    }
    for place in [
        "/version",
        "/environment",
        "/bucket",
        "/scopes",
        "/scopes/0/account",
    ] {
        assert!(refused.contains(place), "{place} may be absent");
    }
}

/// A value that is put into the full sample, what the message must name, and whether the schema can refuse it, too.
#[derive(Deserialize)]
struct Fault {
    at: String,
    value: Value,
    named: Vec<String>,
    schema: bool,
}

#[test]
fn faults_are_refused_with_the_field_the_value_and_what_is_accepted() {
    let schema = schema();
    let faults: Vec<Fault> =
        serde_json::from_str(&root::read("tests/repo/fixtures/config-faults.json")).unwrap();
    assert!(faults.len() >= 30);
    for fault in faults {
        let Fault { at, value, .. } = &fault;
        let mut config = sample("full");
        *config.pointer_mut(at).unwrap() = value.clone();
        let error = read(&config).unwrap_err();
        for part in &fault.named {
            assert!(
                error.contains(part),
                "{at} = {value}: {part:?} is not in: {error}"
            );
        }
        assert_eq!(!schema.is_valid(&config), fault.schema, "{at} = {value}");
    }
}

#[test]
fn spans_that_the_schema_accepts_are_accepted_by_the_type() {
    let schema = schema();
    for (text, accepted) in [
        ("90m", true),
        ("3h", true),
        ("1h30m", true),
        ("2d", true),
        ("45s", true),
        ("1d2h3m4s", true),
        ("10h", true),
        ("h", false),
        ("30m1h", false),
        ("1h1h", false),
        ("-3h", false),
        ("3 h", false),
        ("0h0m", false),
        ("1w", false),
        ("", false),
    ] {
        let mut value = sample("full");
        value["limits"]["max_lease"] = json!(text);
        assert_eq!(read(&value).is_ok(), accepted, "{text:?}");
        assert_eq!(schema.is_valid(&value), accepted, "{text:?}");
    }
}

#[test]
fn text_that_is_no_single_document_is_refused() {
    let minimal = root::read("events/config/minimal.json");
    for text in [
        String::new(),
        "{".to_owned(),
        format!("{minimal}{minimal}"),
        minimal.replace('}', ""),
    ] {
        let error = Config::from_json(&text).unwrap_err().to_string();
        assert!(error.starts_with("configuration"), "{error}");
    }
}

//! Sample payloads of the scaler are what it accepts.

use std::fs;

use afterhours_core::command::Command;
use afterhours_core::watch_command::WatchCommand;
use serde_json::{Value, json};

use crate::root;

fn sample(name: &str) -> Value {
    serde_json::from_str(&root::read(&format!("events/scaler/{name}.json"))).unwrap()
}

fn refused(payload: &Value) -> String {
    Command::from_json(&payload.to_string())
        .expect_err(&payload.to_string())
        .to_string()
}

#[test]
fn every_command_has_a_sample_that_reads_back_unchanged() {
    for name in Command::NAMES {
        let payload = sample(name);
        let command = Command::from_json(&payload.to_string()).unwrap();
        assert_eq!(command.name(), name);
        assert_eq!(serde_json::to_value(&command).unwrap(), payload, "{name}");
    }
}

#[test]
fn every_sample_is_of_a_command() {
    for entry in fs::read_dir(root::path("events/scaler")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let name = file.strip_suffix(".json").unwrap_or(&file);
        assert!(Command::NAMES.contains(&name), "{file}");
    }
}

#[test]
fn samples_of_the_drift_watcher_read_back_unchanged() {
    for entry in fs::read_dir(root::path("events/drift")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let text = root::read(&format!("events/drift/{file}"));
        let payload: Value = serde_json::from_str(&text).unwrap();
        let command = WatchCommand::from_json(&text).unwrap();
        assert_eq!(serde_json::to_value(&command).unwrap(), payload, "{file}");
    }
}

#[test]
fn unknown_command_is_refused_with_a_list_of_all() {
    for payload in [
        json!({ "command": "slep", "target": "x", "for": "1h" }),
        json!({}),
        json!([]),
    ] {
        let error = refused(&payload);
        for name in Command::NAMES {
            assert!(error.contains(name), "{name} is not in: {error}");
        }
    }
}

#[test]
fn unknown_field_is_refused_by_name_with_a_list_of_what_is_accepted() {
    for name in Command::NAMES {
        let mut payload = sample(name);
        let fields: Vec<String> = payload.as_object().unwrap().keys().cloned().collect();
        payload["colour"] = json!(1);
        let error = refused(&payload);
        assert!(error.contains("`colour`"), "{name}: {error}");
        for field in fields.iter().filter(|field| *field != "command") {
            assert!(
                error.contains(&format!("`{field}`")),
                "{name}: {field} is not in: {error}"
            );
        }
    }
}

#[test]
fn missing_fields_and_wrong_types_are_refused() {
    for name in Command::NAMES {
        let payload = sample(name);
        for field in ["target", "for"] {
            if payload.get(field).is_none() {
                continue;
            }
            let mut without = payload.clone();
            without.as_object_mut().unwrap().remove(field);
            assert!(refused(&without).contains(&format!("`{field}`")), "{name}");
            let mut wrong = payload.clone();
            wrong[field] = json!(7);
            assert!(refused(&wrong).contains("invalid type"), "{name}: {field}");
        }
    }
    let mut wake = sample("wake");
    wake["for"] = json!("3 weeks");
    assert!(refused(&wake).contains("accepted: `30s`"));
    wake["for"] = json!("3h");
    wake["target"] = json!("rds/x");
    assert!(refused(&wake).contains("`asg/NAME` or `endpoint/NAME`"));
}

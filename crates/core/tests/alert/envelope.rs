//! The envelope: its type and its schema agree, and faults are named.

use std::collections::HashSet;

use afterhours_core::alert::{Envelope, Kind, Scope, Severity, from_sns_message};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::samples::{root, samples};
use super::strategies::{built, text};

fn schema() -> Validator {
    let text = std::fs::read_to_string(root("schemas/alert.schema.json")).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

fn sample() -> Value {
    serde_json::to_value(&samples().remove(2).1).unwrap()
}

#[test]
fn samples_fit_the_schema_and_read_back_unchanged() {
    let schema = schema();
    for (name, envelope) in samples() {
        let value = serde_json::to_value(&envelope).unwrap();
        let errors: Vec<_> = schema
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        assert_eq!(Envelope::from_value(value).unwrap(), envelope, "{name}");
    }
}

#[test]
fn schema_and_type_refuse_the_same_faults_and_the_message_names_the_field() {
    let schema = schema();
    let long = "x".repeat(251);
    let cases: Vec<(&str, Value, &str)> = vec![
        ("/version", json!(2), "`version` is 2, accepted: 1"),
        ("/extra", json!(1), "unknown field `extra`"),
        ("/kind", json!("cost"), "unknown variant `cost`"),
        ("/severity", json!("fatal"), "unknown variant `fatal`"),
        ("/id", json!("has space"), "`id` is \"has space\""),
        ("/fingerprint", json!(""), "`fingerprint` is \"\""),
        ("/title", json!("two\nlines"), "`title` is \"two\\nlines\""),
        ("/title", json!(" "), "`title` is \" \""),
        ("/title", json!(long), "one line of 1 to 250 characters"),
        ("/title", json!("left\u{202E}right"), "`title`"),
        ("/account", json!(""), "`account` is \"\""),
        (
            "/region",
            json!("x".repeat(65)),
            "one line of 1 to 64 characters",
        ),
        (
            "/summary",
            json!(7),
            "at `summary`: invalid type: integer `7`, expected a string",
        ),
        (
            "/occurred_at",
            json!("yesterday"),
            "at `occurred_at`: failed to parse",
        ),
        (
            "/occurred_at",
            json!("-000044-03-15T12:00:00Z"),
            "years 0 to 9999",
        ),
        (
            "/fields",
            json!([{ "label": "", "value": "v" }]),
            "`fields[0].label` is \"\"",
        ),
        (
            "/fields",
            json!([{ "label": "l", "value": "v", "unit": "h" }]),
            "unknown field `unit`",
        ),
        (
            "/actions",
            json!([{ "label": "l" }]),
            "neither `url` nor `command`",
        ),
        (
            "/actions",
            json!([{ "label": "l", "url": "https://a.example", "command": "c" }]),
            "both `url` and `command`",
        ),
        (
            "/actions",
            json!([{ "label": "l", "command": "a\nb" }]),
            "`actions[0].command`",
        ),
        (
            "/links",
            json!([{ "label": "l", "url": "javascript:alert(1)" }]),
            "`links[0].url` is \"javascript:alert(1)\"",
        ),
        (
            "/links",
            json!([{ "label": "l", "url": "https://a.example/<b>" }]),
            "`links[0].url`",
        ),
    ];
    for (path, value, expected) in cases {
        let mut faulty = sample();
        faulty[&path[1..]] = value;
        assert!(
            !schema.is_valid(&faulty),
            "the schema accepts {path}: {faulty}"
        );
        let error = Envelope::from_value(faulty.clone()).expect_err(path);
        let text = format!(
            "{error}: {}",
            std::error::Error::source(&error)
                .map(ToString::to_string)
                .unwrap_or_default()
        );
        assert!(text.contains(expected), "{path}: {text}");
    }
}

#[test]
fn each_missing_required_field_is_refused_by_schema_and_type_and_named() {
    let schema = schema();
    let optional = ["fields", "actions", "links", "details"];
    for name in sample().as_object().unwrap().keys() {
        let mut faulty = sample();
        faulty.as_object_mut().unwrap().remove(name);
        let read = Envelope::from_value(faulty.clone());
        assert_eq!(
            schema.is_valid(&faulty),
            optional.contains(&name.as_str()),
            "{name}"
        );
        match read {
            Ok(_) => assert!(optional.contains(&name.as_str()), "{name} is not required"),
            Err(error) => {
                let source = std::error::Error::source(&error)
                    .map(ToString::to_string)
                    .unwrap_or_default();
                assert!(
                    format!("{error} {source}").contains(&format!("`{name}`")),
                    "{name}: {error} {source}"
                );
            }
        }
    }
}

#[test]
fn severities_are_ordered() {
    assert!(
        Severity::Info < Severity::Notice
            && Severity::Notice < Severity::Warning
            && Severity::Warning < Severity::Critical
    );
}

#[test]
fn the_same_cause_has_one_fingerprint_and_another_cause_account_or_kind_has_not() {
    let scope = |account: &str| Scope {
        account: account.into(),
        region: "r".into(),
        environment: "e".into(),
    };
    let make = |kind, account: &str, cause: &[&str], second: i64| {
        let at = jiff::Timestamp::from_second(second).unwrap();
        Envelope::builder(kind, Severity::Info, &scope(account))
            .title(&format!("at {second}"))
            .cause(cause)
            .build(at)
    };
    let first = make(Kind::Scale, "1", &["wake-failed", "gpu"], 1);
    let later = make(Kind::Scale, "1", &["wake-failed", "gpu"], 2);
    assert_eq!(first.fingerprint, later.fingerprint);
    assert_ne!(first.id, later.id);
    assert_eq!(first, make(Kind::Scale, "1", &["wake-failed", "gpu"], 1));
    // Held so that threads survive an upgrade.
    assert_eq!(first.fingerprint, "9aa9327d44a91c0414de478203ea61dc");
    let others = [
        make(Kind::Health, "1", &["wake-failed", "gpu"], 1),
        make(Kind::Scale, "2", &["wake-failed", "gpu"], 1),
        make(Kind::Scale, "1", &["wake-failed", "gpu2"], 1),
        make(Kind::Scale, "1", &["wake-failedg", "pu"], 1),
        first,
    ];
    assert_eq!(
        others
            .iter()
            .map(|e| e.fingerprint.clone())
            .collect::<HashSet<_>>()
            .len(),
        others.len()
    );
}

#[test]
fn an_envelope_that_arrives_by_sns_is_itself() {
    for (name, envelope) in samples() {
        let read = from_sns_message(
            &envelope.to_json(),
            Some("a subject"),
            jiff::Timestamp::UNIX_EPOCH,
        );
        assert_eq!(read, envelope, "{name}");
    }
}

#[test]
fn a_foreign_message_keeps_its_text_and_says_what_was_cut() {
    let at = jiff::Timestamp::UNIX_EPOCH;
    let envelope = from_sns_message(&"ALARM é ".repeat(5000), None, at);
    assert_eq!(
        (envelope.kind, envelope.severity),
        (Kind::Health, Severity::Notice)
    );
    assert!(envelope.summary.starts_with("ALARM é"));
    assert!(
        envelope.summary.ends_with("more bytes"),
        "{}",
        envelope.summary
    );
    assert!(!from_sns_message("", None, at).summary.is_empty());
    // A later version is foreign too, and the reader learns why.
    let mut later = sample();
    later["version"] = json!(9);
    let envelope = from_sns_message(&later.to_string(), Some("s"), at);
    assert!(
        envelope
            .fields
            .iter()
            .any(|field| field.value.contains("`version` is 9")),
        "{:?}",
        envelope.fields
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_built_is_valid_fits_the_schema_and_reads_back(envelope in built()) {
        prop_assert!(envelope.validate().is_ok(), "{:?}", envelope.validate());
        let value = serde_json::to_value(&envelope).unwrap();
        let schema = schema();
        let error = schema.iter_errors(&value).next().map(|error| format!("{} {error}", error.instance_path()));
        prop_assert!(error.is_none(), "{error:?}");
        prop_assert_eq!(Envelope::parse(&envelope.to_json()).unwrap(), envelope);
    }

    #[test]
    fn any_message_becomes_a_valid_envelope(message in text(), subject in proptest::option::of(text())) {
        let envelope = from_sns_message(&message, subject.as_deref(), jiff::Timestamp::UNIX_EPOCH);
        prop_assert!(envelope.validate().is_ok());
        prop_assert!(!envelope.summary.is_empty());
    }
}

//! What is published fits SNS, whatever the envelope.

use afterhours_core::alert::digest::{self, Failed, Slept};
use afterhours_core::alert::{Envelope, Kind, MAX_BYTES, Scope, Severity, SnsMessage, sns_message};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::samples::{quiet_night, samples};
use super::strategies::{any_envelope, built};

fn bodies(message: &SnsMessage) -> Value {
    serde_json::from_str(&message.body).unwrap()
}

fn size(message: &SnsMessage) -> usize {
    let attributes: usize = message
        .attributes
        .iter()
        .map(|(name, value)| name.len() + value.len() + 6)
        .sum();
    message.body.len() + message.subject.len() + attributes
}

fn body(message: &SnsMessage, protocol: &str) -> String {
    bodies(message)[protocol]
        .as_str()
        .unwrap_or_else(|| panic!("{protocol} is not a string"))
        .to_owned()
}

#[test]
fn each_protocol_gets_its_form_and_policies_get_their_attributes() {
    for (name, envelope) in samples() {
        let message = sns_message(&envelope);
        assert_eq!(
            message.attributes,
            vec![
                ("kind", envelope.kind.to_string()),
                ("severity", envelope.severity.to_string()),
                ("environment", envelope.environment.clone()),
            ],
            "{name}"
        );
        assert_eq!(
            Envelope::parse(&body(&message, "lambda")).unwrap(),
            envelope,
            "{name}"
        );
        assert_eq!(
            Envelope::parse(&body(&message, "sqs")).unwrap(),
            envelope,
            "{name}"
        );
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            words(&body(&message, "default")).contains(&words(&envelope.title)),
            "{name}"
        );
        assert_eq!(body(&message, "default"), body(&message, "email"), "{name}");
        let chat: Value = serde_json::from_str(&body(&message, "https")).unwrap();
        assert_eq!(
            (&chat["version"], &chat["source"]),
            (&json!("1.0"), &json!("custom")),
            "{name}"
        );
        assert_eq!(chat["content"]["textType"], "client-markdown", "{name}");
        assert_eq!(chat["metadata"]["threadId"], envelope.fingerprint, "{name}");
        insta::assert_json_snapshot!(format!("chat-{name}"), chat);
    }
}

#[test]
fn details_go_first_when_a_message_is_too_large_and_a_note_says_so() {
    let envelope = Envelope::builder(Kind::Drift, Severity::Notice, &Scope::unknown())
        .title("many findings")
        .summary(&"kept ".repeat(2000))
        .details(json!({ "findings": "x".repeat(300_000) }))
        .build(jiff::Timestamp::UNIX_EPOCH);
    let message = sns_message(&envelope);
    assert!(size(&message) <= MAX_BYTES, "{}", size(&message));
    let read = Envelope::parse(&body(&message, "lambda")).unwrap();
    assert_eq!(read.summary, envelope.summary);
    assert_eq!(read.details["cut"], true);
    assert!(read.details["bytes"].as_u64().unwrap() > 300_000);
}

#[test]
fn of_a_large_night_spare_rows_go_and_what_still_fails_stays() {
    let mut night = quiet_night();
    night.slept = (0..4000)
        .map(|i| Slept {
            target: format!("slept-{i}"),
            ..night.slept[0].clone()
        })
        .collect();
    night.failed = (0..50)
        .map(|i| Failed {
            target: format!("failing-{i:03}"),
            kind: "asg".to_owned(),
            at: night.to,
            action: "wake".to_owned(),
            error: "AccessDenied".to_owned(),
            still_failing: true,
        })
        .collect();
    let message = sns_message(&digest::envelope(&night));
    assert!(size(&message) <= MAX_BYTES, "{}", size(&message));
    let read = Envelope::parse(&body(&message, "lambda")).unwrap();
    let left: digest::Night = serde_json::from_value(read.details).unwrap();
    assert_eq!(left.failed, night.failed);
    assert_eq!(left.slept.len() + left.omitted.slept, 4000);
    assert!(body(&message, "email").contains("Slept (4000)"));
    assert!(body(&message, "email").contains("more"));
}

#[test]
fn a_thousand_names_that_failed_to_wake_survive_every_cut() {
    let mut night = quiet_night();
    night.failed = (0..1000)
        .map(|i| Failed {
            target: format!("gpu-group-{i:04}"),
            kind: "asg".to_owned(),
            at: night.to,
            action: "wake".to_owned(),
            error: "AccessDenied ".repeat(40),
            still_failing: true,
        })
        .collect();
    let message = sns_message(&digest::envelope(&night));
    assert!(size(&message) <= MAX_BYTES, "{}", size(&message));
    for protocol in ["email", "lambda", "default", "sqs"] {
        let text = body(&message, protocol);
        for i in 0..1000 {
            assert!(
                text.contains(&format!("gpu-group-{i:04}")),
                "{protocol} does not name {i}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_message_fits_and_every_body_is_text(envelope in any_envelope(), times in prop_oneof![Just(1_usize), Just(300_usize)]) {
        let mut envelope = envelope;
        envelope.summary = envelope.summary.repeat(times);
        let message = sns_message(&envelope);
        prop_assert!(size(&message) <= MAX_BYTES, "{}", size(&message));
        let subject = &message.subject;
        prop_assert!(!subject.is_empty() && subject.len() < 100, "{subject:?}");
        prop_assert!(subject.bytes().all(|b| (b' '..=b'~').contains(&b)) && subject.starts_with('['), "{subject:?}");
        let bodies = bodies(&message);
        for protocol in ["default", "email", "lambda", "sqs", "https"] {
            prop_assert!(bodies[protocol].as_str().is_some_and(|text| !text.is_empty()), "{}", protocol);
        }
    }

    #[test]
    fn a_valid_envelope_is_still_valid_after_every_cut(envelope in built(), times in prop_oneof![Just(1_usize), Just(300_usize)]) {
        let mut envelope = envelope;
        envelope.summary = envelope.summary.repeat(times);
        let read = Envelope::parse(&body(&sns_message(&envelope), "sqs"));
        prop_assert!(read.is_ok(), "{:?}", read.err());
    }
}

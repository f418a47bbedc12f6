//! Slack messages against Slack's documented limits, checked by code that shares nothing with the rendering.

use std::collections::HashSet;

use afterhours_core::alert::digest::{self, Failed};
use afterhours_core::alert::{Envelope, Kind, Scope, Severity, slack};
use proptest::prelude::*;
use serde_json::Value;

use super::samples::{quiet_night, samples};
use super::strategies::{any_envelope, text};

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Every break of a documented limit (docs.slack.dev/reference/block-kit), or of this project's promises about markup.
pub(crate) fn faults(message: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let fallback = message["text"].as_str().unwrap_or_default();
    if fallback.trim().is_empty() || units(fallback) > 4000 || !well_escaped(fallback) {
        faults.push(format!("text: {fallback:?}"));
    }
    let blocks = message["blocks"].as_array().cloned().unwrap_or_default();
    if !(1..=50).contains(&blocks.len()) {
        faults.push(format!("{} blocks", blocks.len()));
    }
    for (i, block) in blocks.iter().enumerate() {
        faults.extend(
            block_faults(block)
                .into_iter()
                .map(|fault| format!("block {i}: {fault}")),
        );
    }
    faults
}

/// Every break of a limit in one block.
fn block_faults(block: &Value) -> Vec<String> {
    let list = |name: &str| block[name].as_array().cloned().unwrap_or_default();
    let texts_of = |texts: &[Value], max| {
        texts
            .iter()
            .flat_map(|text| text_faults(text, max, false))
            .collect()
    };
    match block["type"].as_str().unwrap_or_default() {
        "header" => text_faults(&block["text"], 150, true),
        "section" => {
            let fields = list("fields");
            let mut faults: Vec<String> = texts_of(&fields, 2000);
            if let Some(text) = block.get("text") {
                faults.extend(text_faults(text, 3000, false));
            } else if fields.is_empty() {
                faults.push("neither text nor fields".to_owned());
            }
            if fields.len() > 10 || block.get("fields").is_some() && fields.is_empty() {
                faults.push(format!("{} fields", fields.len()));
            }
            faults
        }
        "context" => {
            let elements = list("elements");
            let mut faults: Vec<String> = texts_of(&elements, 3000);
            if !(1..=10).contains(&elements.len()) {
                faults.push(format!("{} elements", elements.len()));
            }
            faults
        }
        "actions" => {
            let elements = list("elements");
            let ids: HashSet<_> = elements
                .iter()
                .map(|button| button["action_id"].to_string())
                .collect();
            let mut faults: Vec<String> = elements.iter().flat_map(button_faults).collect();
            if !(1..=25).contains(&elements.len()) || ids.len() != elements.len() {
                faults.push(format!(
                    "{} elements, {} action_ids",
                    elements.len(),
                    ids.len()
                ));
            }
            faults
        }
        "divider" => Vec::new(),
        other => vec![format!("unknown block {other:?}")],
    }
}

/// Every break of a limit in one button.
fn button_faults(button: &Value) -> Vec<String> {
    let within = |name: &str, max| {
        button[name]
            .as_str()
            .is_some_and(|text| (1..=max).contains(&units(text)))
    };
    let mut faults = text_faults(&button["text"], 75, true);
    if button["type"] != "button" || !within("action_id", 255) || !within("url", 3000) {
        faults.push(format!("button {button}"));
    }
    faults
}

/// Every break of a limit or promise in one text object.
fn text_faults(object: &Value, max: usize, plain: bool) -> Vec<String> {
    let text = object["text"].as_str().unwrap_or_default();
    let kind = if plain { "plain_text" } else { "mrkdwn" };
    // Fences come in pairs, each alone on its line.
    let fences = text.matches("```").count();
    let alone = text.split('\n').filter(|line| *line == "```").count();
    [
        (
            text.trim().is_empty() || units(text) > max,
            format!("{} of {max} characters", units(text)),
        ),
        (object["type"] != kind, format!("not {kind}")),
        (
            text.chars().any(|c| c.is_control() && c != '\n'),
            "control character".to_owned(),
        ),
        (!plain && !well_escaped(text), "not escaped".to_owned()),
        (
            !plain && (!fences.is_multiple_of(2) || fences != alone),
            "broken code block".to_owned(),
        ),
    ]
    .into_iter()
    .filter_map(|(bad, what)| bad.then(|| format!("{what}: {text:?}")))
    .collect()
}

/// Whether `&` begins an entity and `<` and `>` only enclose links.
fn well_escaped(text: &str) -> bool {
    let entities = text.match_indices('&').all(|(at, _)| {
        ["&amp;", "&lt;", "&gt;"]
            .iter()
            .any(|entity| text[at..].starts_with(entity))
    });
    let links = text
        .match_indices('<')
        .all(|(at, _)| text[at..].starts_with("<http"));
    entities && links && text.matches('<').count() == text.matches('>').count()
}

fn all_text(envelope: &Envelope) -> String {
    slack::render(envelope).to_value().to_string()
}

fn failing(names: impl Iterator<Item = String>, error: &str) -> Vec<Failed> {
    names
        .map(|target| Failed {
            target,
            kind: "asg".to_owned(),
            at: "2026-11-21T06:55:00Z".parse().unwrap(),
            action: "wake".to_owned(),
            error: error.to_owned(),
            still_failing: true,
        })
        .collect()
}

#[test]
fn samples_render_as_blocks() {
    for (name, envelope) in samples() {
        let message = slack::render(&envelope).to_value();
        assert_eq!(faults(&message), Vec::<String>::new(), "{name}");
        insta::assert_json_snapshot!(format!("slack-{name}"), message);
    }
}

#[test]
fn lists_that_do_not_fit_say_how_many_more_there_are() {
    let scope = Scope::unknown();
    let mut builder = Envelope::builder(Kind::Health, Severity::Info, &scope)
        .title("t")
        .summary(&"line of text\n".repeat(9000));
    for i in 0..40 {
        builder = builder
            .field(&format!("f{i}"), &"v".repeat(5000))
            .command(&format!("c{i}"), &"c".repeat(900));
        builder = builder.link(
            &format!("l{i}"),
            &format!("https://a.example/{}", "u".repeat(900)),
        );
    }
    let text = all_text(&builder.build(jiff::Timestamp::UNIX_EPOCH));
    for what in [
        "more lines",
        "more fields",
        "more commands",
        "more links",
        "more characters",
    ] {
        assert!(text.contains(what), "{what}");
    }
}

#[test]
fn the_twenty_sixth_page_is_still_there_as_a_link() {
    let mut builder = Envelope::builder(Kind::Health, Severity::Info, &Scope::unknown()).title("t");
    for i in 0..30 {
        builder = builder.open(&format!("open {i}"), &format!("https://a.example/{i}"));
    }
    let text = all_text(&builder.build(jiff::Timestamp::UNIX_EPOCH));
    for i in 0..30 {
        assert!(
            text.contains(&format!("https://a.example/{i}\""))
                || text.contains(&format!("https://a.example/{i}|")),
            "{i}"
        );
    }
}

#[test]
fn a_thousand_groups_that_failed_to_wake_are_all_named_before_everything_else() {
    let mut night = quiet_night();
    let names = || (0..1000).map(|i| format!("team-{}-gpu-group-{i:04}", i % 7));
    night.failed = failing(names(), &"AccessDenied ".repeat(30));
    night.slept = (0..3000)
        .map(|i| digest::Slept {
            target: format!("slept-{i}"),
            ..night.slept[0].clone()
        })
        .collect();
    let message = slack::render(&digest::envelope(&night)).to_value();
    assert_eq!(faults(&message), Vec::<String>::new());
    let text = message.to_string();
    for name in names() {
        assert!(text.contains(&name), "{name} is not named");
    }
    assert!(text.find("team-0-gpu-group-0000").unwrap() < text.find("slept-0").unwrap());
    assert!(
        text.contains("more rows"),
        "the cut of the list of sleepers is not told"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn every_message_keeps_every_limit(envelope in any_envelope()) {
        let message = slack::render(&envelope).to_value();
        prop_assert_eq!(faults(&message), Vec::<String>::new());
    }

    #[test]
    fn a_sleeper_that_still_fails_is_named_whatever_its_error(error in text(), count in 1..60_usize) {
        let mut night = quiet_night();
        night.failed = failing((0..count).map(|i| format!("gpu-{i}-x")), &error);
        let text = all_text(&digest::envelope(&night));
        for i in 0..count {
            let name = format!("gpu-{i}-x");
            prop_assert!(text.contains(&name), "{}", name);
        }
    }
}

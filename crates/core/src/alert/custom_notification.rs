//! The custom notification of Amazon Q Developer in chat applications (AWS Chatbot before).
//!
//! Form and field names: <https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html>. A message of any
//! other form is dropped silently by that service. Its page gives no sizes that could be relied on; the texts here are
//! kept to what one Slack section takes.

use serde_json::{Map, Value, json};

use super::clip;
use super::envelope::Envelope;
use super::parts::Action;
use super::slack::escape_within;
use super::view;

const MAX_DESCRIPTION: usize = 2800;
const MAX_STEPS: usize = 10;
const MAX_RESOURCES: usize = 20;
const MAX_CONTEXT: usize = 20;

/// The document that goes to the `https` protocol; updates of one fingerprint share a thread.
pub fn document(envelope: &Envelope) -> Value {
    let title = escape_within(&clip::line(&envelope.title), 240);
    let mut description = escape_within(&clip::lines(&envelope.summary), MAX_DESCRIPTION);
    if description.is_empty() {
        description.clone_from(&title);
    }
    let environment = escape_within(&clip::line(&envelope.environment), 100);
    let resources: Vec<_> = envelope
        .fields
        .iter()
        .map(|field| clip::line(&field.value))
        .filter(|value| value.starts_with("arn:") && value.len() <= 2048)
        .take(MAX_RESOURCES)
        .collect();
    json!({
        "version": "1.0",
        "source": "custom",
        "id": clip::chars(&envelope.id, 128),
        "content": {
            "textType": "client-markdown",
            "title": format!("[{}] {title}", envelope.severity),
            "description": description,
            "nextSteps": steps(envelope),
            "keywords": [envelope.kind.as_str(), envelope.severity.as_str(), environment],
        },
        "metadata": {
            "threadId": clip::chars(&envelope.fingerprint, 128),
            "summary": title,
            "eventType": envelope.kind.as_str(),
            "relatedResources": resources,
            "additionalContext": context(envelope),
        },
    })
}

fn steps(envelope: &Envelope) -> Vec<String> {
    let mut steps: Vec<_> = envelope
        .actions
        .iter()
        .take(MAX_STEPS)
        .map(|action| {
            let label = escape_within(&clip::line(action.label()), 400);
            let target = escape_within(&clip::line(action.target()), 1000);
            match action {
                Action::Url { .. } => format!("{label}: {target}"),
                Action::Command { .. } => format!("{label}: `{target}`"),
            }
        })
        .collect();
    let left = envelope.actions.len().saturating_sub(MAX_STEPS);
    if left > 0 {
        steps.push(format!("… and {left} more"));
    }
    steps
}

fn context(envelope: &Envelope) -> Value {
    let mut context = Map::new();
    let mut put = |key: &str, value: &str| {
        let key = clip::chars(&clip::line(key), 100);
        context
            .entry(key)
            .or_insert_with(|| Value::String(escape_within(&clip::lines(value), 500)));
    };
    put("account", &envelope.account);
    put("region", &envelope.region);
    put("environment", &envelope.environment);
    put("occurred_at", &envelope.occurred_at.to_string());
    for field in envelope.fields.iter().take(MAX_CONTEXT) {
        put(&field.label, &field.value);
    }
    for section in view::sections(envelope) {
        // Names only: the lists themselves are in the other renderings.
        let names: Vec<_> = section
            .rows
            .iter()
            .filter_map(|row| row.cells.first())
            .map(|n| clip::line(n))
            .collect();
        put(&section.heading, &names.join(", "));
    }
    Value::Object(context)
}

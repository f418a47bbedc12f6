//! What is published to SNS: one body for each protocol, and attributes for filter policies.

use serde_json::{Map, Value, json};

use super::clip;
use super::custom_notification;
use super::envelope::{Envelope, MAX_ID, MAX_SCOPE, MAX_TITLE};
use super::parts::{Action, Field, MAX_LABEL};
use super::{text, view};

/// Bytes of a published message, attributes included
/// (<https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>, `Message`).
pub const MAX_BYTES: usize = 262_144;
/// Characters of a subject: "less than 100 characters long" (the same page, `Subject`).
pub const MAX_SUBJECT: usize = 99;
/// Columns of the plain text.
const COLUMNS: usize = 80;
/// Kept free for what SNS and the SDK put around the message.
const MARGIN: usize = 4 * 1024;

/// The arguments of a Publish call with `MessageStructure=json`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnsMessage {
    /// ASCII, one line, 1 to 99 characters, beginning with `[`.
    pub subject: String,
    /// JSON object text: a string for each of `default`, `email`, `lambda`, `sqs` and `https`.
    pub body: String,
    /// Message attributes of type `String`: `kind`, `severity` and `environment`.
    pub attributes: Vec<(&'static str, String)>,
}

/// The message that carries an envelope, always within SNS's limit.
///
/// `default` and `email` are plain text, `lambda` and `sqs` the envelope, `https` the document that Amazon Q Developer
/// in chat applications shows. When it would be too large the details are cut first, with a note in their place; of a
/// night its spare rows go first, and what still fails to wake goes last.
pub fn sns_message(envelope: &Envelope) -> SnsMessage {
    let subject = subject(envelope);
    let attributes = vec![
        ("kind", envelope.kind.as_str().to_owned()),
        ("severity", envelope.severity.as_str().to_owned()),
        (
            "environment",
            clip::chars(&clip::line(&envelope.environment), MAX_SCOPE),
        ),
    ];
    let around: usize = attributes
        .iter()
        .map(|(name, value)| name.len() + value.len() + "String".len())
        .sum();
    let room = MAX_BYTES - MARGIN - subject.len() - around;
    let mut last = String::new();
    for step in 0..=LAST_STEP {
        last = body(&smaller(envelope, step));
        if last.len() <= room {
            break;
        }
    }
    SnsMessage {
        subject,
        body: last,
        attributes,
    }
}

fn subject(envelope: &Envelope) -> String {
    let text = format!("[{}] {}", envelope.severity, clip::line(&envelope.title));
    let mut ascii = String::new();
    for c in text.chars() {
        match c {
            ' '..='~' => ascii.push(c),
            '…' => ascii.push_str("..."),
            '–' | '—' | '‐' | '‑' => ascii.push('-'),
            '‘' | '’' => ascii.push('\''),
            '“' | '”' => ascii.push('"'),
            _ => ascii.push('?'),
        }
    }
    if ascii.len() > MAX_SUBJECT {
        ascii.truncate(MAX_SUBJECT - 3);
        ascii.push_str("...");
    }
    ascii.trim_end().to_owned()
}

fn body(envelope: &Envelope) -> String {
    let plain = text::render(envelope, COLUMNS);
    let json = envelope.to_json();
    json!({
        "default": plain,
        "email": plain,
        "lambda": json,
        "sqs": json,
        "https": custom_notification::document(envelope).to_string(),
    })
    .to_string()
}

/// Bytes of a command or an address that go first when a message is far too large.
const LONG_TARGET: usize = 600;

const LAST_STEP: usize = 6;

/// The envelope made smaller, more so with each step; step 0 leaves it as it is.
fn smaller(envelope: &Envelope, step: usize) -> Envelope {
    let mut small = envelope.clone();
    let night = view::night(envelope);
    small.details = match (step, night) {
        (0, _) => return small,
        (1, Some(night)) => as_value(&night.shrink(100, 300)),
        (2, Some(night)) => as_value(&night.shrink(10, 100)),
        (3, Some(night)) => as_value(&night.shrink(0, 20)),
        _ => cut_details(&envelope.details),
    };
    if step >= 4 {
        let (fields, chars) = match step {
            4 => (100, 40_000),
            5 => (20, 12_000),
            _ => (5, 1_000),
        };
        shorten(&mut small, fields, chars);
    }
    small
}

fn as_value(night: &super::digest::Night) -> Value {
    serde_json::to_value(night).unwrap_or_default()
}

fn cut_details(details: &Value) -> Value {
    if details.is_null() {
        return Value::Null;
    }
    let bytes = details.to_string().len();
    let mut note = Map::new();
    note.insert("cut".to_owned(), json!(true));
    note.insert("bytes".to_owned(), json!(bytes));
    note.insert(
        "note".to_owned(),
        json!("the details were left out: with them the message was over what SNS carries"),
    );
    Value::Object(note)
}

/// Cuts the texts, with notes, to at most `most` fields and `chars` characters of summary.
fn shorten(envelope: &mut Envelope, most: usize, chars: usize) {
    let line = |text: &str, max| clip::chars(&clip::line(text), max);
    for (text, max) in [
        (&mut envelope.title, MAX_TITLE),
        (&mut envelope.environment, MAX_SCOPE),
        (&mut envelope.account, MAX_SCOPE),
        (&mut envelope.region, MAX_SCOPE),
        (&mut envelope.id, MAX_ID),
        (&mut envelope.fingerprint, MAX_ID),
    ] {
        *text = line(text, max);
    }
    envelope.summary = note_chars(&clip::lines(&envelope.summary), chars);
    let cut_fields = envelope.fields.len().saturating_sub(most);
    let cut_others =
        envelope.actions.len().saturating_sub(most) + envelope.links.len().saturating_sub(most);
    envelope.fields.truncate(most);
    envelope.actions.truncate(most);
    envelope.links.truncate(most);
    let before = envelope.links.len();
    envelope.links.retain(|link| link.url.len() <= LONG_TARGET);
    let cut_others = cut_others + before - envelope.links.len();
    for field in &mut envelope.fields {
        field.label = line(&field.label, MAX_LABEL);
        field.value = note_chars(&clip::lines(&field.value), chars / most.max(1));
    }
    for action in &mut envelope.actions {
        // A cut command or address would be a wrong one, so a long one gives way to a word about it.
        let long = action.target().len() > LONG_TARGET;
        let name = line(action.label(), MAX_LABEL);
        match action {
            Action::Url { label, .. } | Action::Command { label, .. } if !long => *label = name,
            _ => {
                *action = Action::Command {
                    label: name,
                    command: "# left out, too long".to_owned(),
                }
            }
        }
    }
    for link in &mut envelope.links {
        link.label = line(&link.label, MAX_LABEL);
    }
    if cut_fields + cut_others > 0 {
        let value = format!("… and {cut_fields} more fields, {cut_others} more actions and links");
        envelope.fields.push(Field {
            label: "Left out".to_owned(),
            value,
        });
    }
}

fn note_chars(text: &str, max: usize) -> String {
    let count = text.chars().count();
    if count <= max {
        return text.to_owned();
    }
    let head: String = text.chars().take(max).collect();
    format!("{head}\n… and {} more characters", count - max)
}

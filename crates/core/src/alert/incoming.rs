//! Messages that arrive: an envelope, or anything else, which must not be lost.

use jiff::Timestamp;
use serde_json::json;

use super::clip;
use super::envelope::{Envelope, Kind, Scope, Severity};

/// Most bytes of a foreign message that go into the summary.
const MAX_RAW: usize = 8 * 1024;

/// The envelope in an SNS message; a message that is none is wrapped as kind `health` with its raw text as summary
/// (cut at 8 KiB with a note), so that a person still reads it.
///
/// `received_at` is when SNS took the message; it dates a wrapped one.
pub fn from_sns_message(text: &str, subject: Option<&str>, received_at: Timestamp) -> Envelope {
    let error = match Envelope::parse(text) {
        Ok(envelope) => return envelope,
        Err(error) => error,
    };
    let why = std::error::Error::source(&error)
        .map_or_else(|| error.to_string(), |source| format!("{error}: {source}"));
    let (kept, cut) = clip::bytes(text, MAX_RAW);
    let mut summary = clip::lines(kept);
    if summary.is_empty() {
        "(the message was empty)".clone_into(&mut summary);
    }
    if cut > 0 {
        summary = format!("{summary}\n… and {cut} more bytes");
    }
    let subject = subject
        .map(clip::line)
        .filter(|subject| !subject.is_empty());
    let title = subject.unwrap_or_else(|| "A message that is not an alert envelope".to_owned());
    Envelope::builder(Kind::Health, Severity::Notice, &Scope::unknown())
        .title(&title)
        .summary(&summary)
        .field("Not an envelope because", &clip::chars(&why, 500))
        .cause(["foreign-message", &title])
        .details(json!({ "bytes": text.len() }))
        .build(received_at)
}

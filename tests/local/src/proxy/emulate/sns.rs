//! SNS `Publish`: moto accepts messages that SNS refuses, and keeps no list of what was published over HTTP.
//!
//! Source of the limits: <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html> (262,144 bytes; subject under 100
//! characters, no line breaks; `MessageStructure=json` needs a top-level `default` of type string).

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::super::call::Call;
use super::super::reply::AwsError;

/// A message that was published to a topic.
#[derive(Debug, Clone, Serialize)]
pub struct Published {
    /// The ARN of the topic.
    pub topic: String,
    /// The subject, used in e-mail.
    pub subject: Option<String>,
    /// The message; for `MessageStructure=json` the document with one text per protocol.
    pub message: String,
    /// Whether the message is a document with one text per protocol.
    pub per_protocol: bool,
    /// The string attributes.
    pub attributes: BTreeMap<String, String>,
    /// Who published: application id or access key.
    pub caller: String,
}

impl Published {
    /// The text for one protocol (`lambda`, `email`, `https`, …), falling back to `default` as SNS does.
    pub fn body(&self, protocol: &str) -> String {
        if !self.per_protocol {
            return self.message.clone();
        }
        let document: Value = serde_json::from_str(&self.message).unwrap_or(Value::Null);
        let text = document
            .get(protocol)
            .or_else(|| document.get("default"))
            .and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    }
}

/// Checks and keeps a `Publish`; other calls pass.
pub(crate) fn publish(published: &mut Vec<Published>, call: &Call) -> Result<(), AwsError> {
    if call.operation != "Publish" {
        return Ok(());
    }
    let refuse = |text: &str| {
        Err(AwsError::new(
            "InvalidParameter",
            format!("Invalid parameter: {text}"),
        ))
    };
    let message = call.param("Message").unwrap_or_default();
    if message.is_empty() {
        return refuse("Empty message");
    }
    let subject = call.param("Subject");
    if subject.is_some_and(|subject| {
        subject.is_empty() || subject.chars().count() > 99 || subject.chars().any(char::is_control)
    }) {
        return refuse("Subject");
    }
    let attributes = attributes(call);
    let size = message.len()
        + attributes
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum::<usize>();
    if size > 262_144 {
        return refuse("Message too long");
    }
    let per_protocol = call.param("MessageStructure") == Some("json");
    if per_protocol {
        let Ok(Value::Object(document)) = serde_json::from_str(message) else {
            return refuse("Message Structure - JSON message body failed to parse");
        };
        if !document.get("default").is_some_and(Value::is_string) {
            return refuse("Message Structure - No default entry in JSON message body");
        }
    }
    published.push(Published {
        topic: call
            .param("TopicArn")
            .or(call.param("TargetArn"))
            .unwrap_or_default()
            .to_owned(),
        subject: subject.map(str::to_owned),
        message: message.to_owned(),
        per_protocol,
        attributes,
        caller: call.caller.clone(),
    });
    Ok(())
}

fn attributes(call: &Call) -> BTreeMap<String, String> {
    (1..=100)
        .map_while(|index| {
            let name = call.param(&format!("MessageAttributes.entry.{index}.Name"))?;
            let value = call
                .param(&format!(
                    "MessageAttributes.entry.{index}.Value.StringValue"
                ))
                .unwrap_or_default();
            Some((name.to_owned(), value.to_owned()))
        })
        .collect()
}

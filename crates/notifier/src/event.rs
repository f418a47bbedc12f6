//! What SNS hands to a function (<https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html>).

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// One message of SNS; fields that are not needed are left out.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Notification {
    /// The same for every delivery of a message.
    pub message_id: String,
    /// The subject, where there is one.
    #[serde(default)]
    pub subject: Option<String>,
    /// The message.
    pub message: String,
    /// When SNS took it.
    pub timestamp: Timestamp,
}

/// A payload that is no event of SNS.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "payload refused: {message}; accepted: an event of SNS, {{\"Records\": [{{\"EventSource\": \"aws:sns\", \"Sns\": {{…}}}}]}}"
)]
pub struct EventError {
    message: String,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "Records")]
    records: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    event_source: String,
    sns: Notification,
}

/// The records of an event, each read for itself: one that cannot be read does not stop the others.
///
/// # Errors
/// The payload has no records at all.
pub(crate) fn records(payload: &str) -> Result<Vec<Result<Notification, String>>, EventError> {
    let refused = |message: String| EventError { message };
    let event: Event = serde_json::from_str(payload).map_err(|error| refused(error.to_string()))?;
    if event.records.is_empty() {
        return Err(refused("`Records` is empty".to_owned()));
    }
    Ok(event.records.into_iter().map(notification).collect())
}

fn notification(record: Value) -> Result<Notification, String> {
    let record: Record =
        serde_json::from_value(record).map_err(|error| format!("no record of SNS: {error}"))?;
    if record.event_source != "aws:sns" {
        return Err(format!(
            "no record of SNS: `EventSource` is {:?}",
            record.event_source
        ));
    }
    Ok(record.sns)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// As the documentation of Lambda shows it.
    fn documented() -> Value {
        json!({
            "EventVersion": "1.0",
            "EventSubscriptionArn": "arn:aws:sns:us-east-1:123456789012:sns-lambda:21be56ed-a058-49f5-8c98-aedd2564c486",
            "EventSource": "aws:sns",
            "Sns": {
                "SignatureVersion": "1",
                "Timestamp": "2019-01-02T12:45:07.000Z",
                "Signature": "tcc6faL2yUC6dgZdmrwh1Y4cGa/ebXEkAi6RibDsvpi+tE/1+82j...65r==",
                "SigningCertUrl": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-ac565b8b1a6c5d002d285f9598aa1d9b.pem",
                "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
                "Message": "Hello from SNS!",
                "MessageAttributes": {"Test": {"Type": "String", "Value": "TestString"}},
                "Type": "Notification",
                "UnsubscribeUrl": "https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe",
                "TopicArn": "arn:aws:sns:us-east-1:123456789012:sns-lambda",
                "Subject": "TestInvoke"
            }
        })
    }

    #[test]
    fn the_documented_event_is_read() {
        let read = records(&json!({"Records": [documented()]}).to_string()).unwrap();
        let expected = Notification {
            message_id: "95df01b4-ee98-5cb9-9903-4c221d41eb5e".to_owned(),
            subject: Some("TestInvoke".to_owned()),
            message: "Hello from SNS!".to_owned(),
            timestamp: "2019-01-02T12:45:07Z".parse().unwrap(),
        };
        assert_eq!(read, [Ok(expected)]);
    }

    #[test]
    fn a_record_that_cannot_be_read_does_not_hide_the_others() {
        let mut no_subject = documented();
        no_subject["Sns"]["Subject"] = Value::Null;
        let mut other = documented();
        other["EventSource"] = json!("aws:sqs");
        let read = records(&json!({"Records": [7, other, no_subject]}).to_string()).unwrap();
        assert!(read[0].as_ref().unwrap_err().contains("no record of SNS"));
        assert!(read[1].as_ref().unwrap_err().contains("aws:sqs"));
        assert_eq!(read[2].as_ref().unwrap().subject, None);
    }

    #[test]
    fn what_is_no_event_is_refused_with_what_is_accepted() {
        for payload in [
            "",
            "{}",
            "[]",
            r#"{"command":"tick"}"#,
            r#"{"Records":[]}"#,
            r#"{"Records":{}}"#,
        ] {
            let error = records(payload).unwrap_err().to_string();
            assert!(
                error.contains("accepted: an event of SNS, {\"Records\""),
                "{error}"
            );
        }
    }
}

//! Alerts on their way to Slack.

use afterhours_e2e::programs::program;
use afterhours_e2e::stage::Stage;
use afterhours_local::lambda::{Function, FunctionOptions, Outcome, Started};
use afterhours_local::slack::Trouble;
use serde_json::{Value, json};

use crate::support::LIMIT;

const ALERT: &str = include_str!("../../../../events/alerts/wake-failed.json");

/// An event of SNS with one message.
fn event(number: u32, subject: Option<&str>, message: &str) -> Value {
    json!({"Records": [{
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": "arn:aws:sns:eu-central-1:123456789012:alerts:00000000-0000-4000-8000-000000000000",
        "Sns": {
            "Type": "Notification",
            "MessageId": format!("00000000-0000-4000-9000-{number:012}"),
            "TopicArn": "arn:aws:sns:eu-central-1:123456789012:alerts",
            "Subject": subject,
            "Message": message,
            "Timestamp": "2026-11-24T17:00:00.000Z",
            "MessageAttributes": {},
        },
    }]})
}

/// A stage with a webhook's address in the secret.
fn stage(name: &str) -> Stage {
    let stage = Stage::start(name).unwrap();
    let topic = "arn:aws:sns:eu-central-1:123456789012:alerts";
    stage
        .configure(&afterhours_e2e::platform::config("unused", topic))
        .unwrap();
    stage.store_webhook().unwrap();
    stage
}

fn start(stage: &Stage) -> Function {
    let options = FunctionOptions::new(
        program("notifier").unwrap(),
        "notifier",
        &stage.aws.endpoint_url(),
    )
    .env(
        "AFTERHOURS_CONFIG",
        stage.config_path().display().to_string(),
    )
    .env("AFTERHOURS_LOG_LEVEL", "trace");
    let function = Function::start(&options).unwrap();
    assert!(
        matches!(function.started(LIMIT).unwrap(), Started::Ready(_)),
        "{:?}",
        function.logs()
    );
    function
}

/// The address in whole or in its secret part must be in no line.
fn tells_no_address(function: &Function) {
    function.kill().unwrap();
    let logs = function.logs();
    assert!(!logs.is_empty());
    for line in logs {
        for secret in ["/services/", "XXXXXXXX", "T00000000"] {
            assert!(!line.text.contains(secret), "{}", line.text);
        }
    }
}

#[test]
fn an_alert_reaches_slack_through_429_500_and_a_closed_connection() {
    let stage = stage("notifier");
    let function = start(&stage);
    stage.slack.trouble([
        Trouble::RateLimited(1),
        Trouble::ServerError,
        Trouble::HangUp,
    ]);
    let outcome = function
        .invoke(&event(1, None, ALERT), &stage.invocation().unwrap())
        .unwrap();
    assert!(matches!(outcome, Outcome::Response(_)), "{outcome:?}");
    let statuses: Vec<Option<u16>> = stage
        .slack
        .messages()
        .iter()
        .map(|message| message.status)
        .collect();
    assert_eq!(statuses, [Some(429), Some(500), None, Some(200)]);
    let title = serde_json::from_str::<Value>(ALERT).unwrap()["title"]
        .as_str()
        .unwrap()
        .to_owned();
    let accepted = stage.slack.accepted();
    assert_eq!(accepted.len(), 1);
    assert!(
        accepted[0].to_string().contains(&title),
        "{title}: {}",
        accepted[0]
    );
    // Lambda's own retry of the event posts nothing again.
    let outcome = function
        .invoke(&event(1, None, ALERT), &stage.invocation().unwrap())
        .unwrap();
    assert!(matches!(outcome, Outcome::Response(_)), "{outcome:?}");
    assert_eq!(stage.slack.accepted().len(), 1);
    tells_no_address(&function);
}

#[test]
fn a_webhook_that_is_gone_fails_the_invocation_with_a_typed_error() {
    let stage = stage("notifier-gone");
    let function = start(&stage);
    stage.slack.trouble([Trouble::NoService; 6]);
    let outcome = function
        .invoke(&event(2, None, ALERT), &stage.invocation().unwrap())
        .unwrap();
    let Outcome::Error(error) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(error["errorType"], "Undelivered", "{error}");
    let text = error["errorMessage"].as_str().unwrap();
    assert!(
        text.contains("404") && text.contains("00000000-0000-4000-9000-000000000002"),
        "{text}"
    );
    assert!(!text.contains("/services/"), "{text}");
    assert_eq!(stage.slack.accepted(), Vec::<Value>::new());
    // Once the webhook is back the same process delivers again.
    stage.slack.clear();
    let outcome = function
        .invoke(&event(2, None, ALERT), &stage.invocation().unwrap())
        .unwrap();
    assert!(matches!(outcome, Outcome::Response(_)), "{outcome:?}");
    assert_eq!(stage.slack.accepted().len(), 1);
    tells_no_address(&function);
}

#[test]
fn a_message_that_is_no_alert_of_ours_is_not_lost() {
    let stage = stage("notifier-plain");
    let function = start(&stage);
    let alarm = json!({"AlarmName": "gpu-idle", "NewStateValue": "ALARM", "NewStateReason": "Threshold crossed"});
    for (number, message) in [
        (3, "disk <full> & more on host-7".to_owned()),
        (4, alarm.to_string()),
    ] {
        let subject = Some("from elsewhere");
        let outcome = function
            .invoke(
                &event(number, subject, &message),
                &stage.invocation().unwrap(),
            )
            .unwrap();
        assert!(matches!(outcome, Outcome::Response(_)), "{outcome:?}");
    }
    let accepted = stage.slack.accepted();
    assert_eq!(accepted.len(), 2);
    assert!(
        accepted[0].to_string().contains("host-7"),
        "{}",
        accepted[0]
    );
    assert!(
        accepted[1].to_string().contains("gpu-idle"),
        "{}",
        accepted[1]
    );
    tells_no_address(&function);
}

#[test]
fn an_event_that_is_none_of_sns_is_refused() {
    let stage = stage("notifier-event");
    let function = start(&stage);
    for payload in [json!({}), json!({"Records": []}), json!("tick")] {
        let outcome = function
            .invoke(&payload, &stage.invocation().unwrap())
            .unwrap();
        let Outcome::Error(error) = outcome else {
            panic!("{payload}: {outcome:?}");
        };
        assert_eq!(error["errorType"], "Command", "{error}");
        assert!(
            error["errorMessage"].as_str().unwrap().contains("aws:sns"),
            "{error}"
        );
    }
    assert!(stage.slack.messages().is_empty());
}

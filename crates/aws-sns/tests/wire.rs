//! What goes over the wire, and what comes of what comes back.

use afterhours_aws::testing::{Reply, Script};
use afterhours_aws_sns::SnsPublisher;
use afterhours_core::alert::{Envelope, Kind, Scope, Severity};
use afterhours_ports::{ErrorClass, Publisher as _};

const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:afterhours-alerts";
const DONE: &str =
    "<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>";

fn alert() -> Envelope {
    let scope = Scope {
        account: "111122223333".to_owned(),
        region: "eu-central-1".to_owned(),
        environment: "staging".to_owned(),
    };
    Envelope::builder(Kind::Scale, Severity::Warning, &scope)
        .title("gpu-training failed to wake")
        .build(jiff::Timestamp::UNIX_EPOCH)
}

#[tokio::test(start_paused = true)]
async fn an_alert_goes_out_with_bodies_subject_and_attributes() {
    let script = Script::new([Reply::ok(DONE)]);
    SnsPublisher::new(&script.aws(), TOPIC)
        .publish(&alert())
        .await
        .unwrap();
    let sent = script.sent();
    assert!(
        sent[0]
            .uri
            .starts_with("https://sns.eu-west-1.amazonaws.com"),
        "{}",
        sent[0].uri
    );
    for part in [
        "Action=Publish",
        "TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A111122223333%3Aafterhours-alerts",
        "MessageStructure=json",
        "MessageAttributes.entry.1.Value.DataType=String",
        "=severity",
        "=warning",
        "=environment",
        "=staging",
        "=kind",
        "=scale",
        "gpu-training",
    ] {
        assert!(sent[0].body.contains(part), "{part}: {}", sent[0].body);
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_topic_a_denial_and_throttling_are_told_apart() {
    let script = Script::new([
        Reply::xml_error(404, "NotFound", "Topic does not exist"),
        Reply::xml_error(403, "AuthorizationError", "not authorized"),
        Reply::xml_error(400, "Throttling", "Rate exceeded"),
        Reply::ok(DONE),
    ]);
    let publisher = SnsPublisher::new(&script.aws(), TOPIC);
    let missing = publisher.publish(&alert()).await.unwrap_err();
    assert_eq!(
        (missing.class, missing.action.as_str()),
        (ErrorClass::NotFound, "sns:Publish")
    );
    assert_eq!(
        publisher.publish(&alert()).await.unwrap_err().class,
        ErrorClass::Denied
    );
    assert_eq!(publisher.publish(&alert()).await, Ok(()));
}

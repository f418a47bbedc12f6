//! The notifier as the shell runs it.

use std::collections::BTreeMap;
use std::time::Duration;

use afterhours_aws::Aws;
use afterhours_core::config::Config;
use afterhours_local::slack::{Slack, Trouble};
use afterhours_notifier::start;
use afterhours_shell::{Environment, ErrorClass, Handler, Invocation, Metric, Start};
use serde_json::json;

use crate::{Bench, alert, event};

fn invocation() -> Invocation {
    Invocation {
        request_id: "r-1".to_owned(),
        alias: None,
        now: "2026-11-20T22:00:00Z".parse().unwrap(),
        budget: Duration::from_mins(1),
    }
}

#[tokio::test]
async fn what_was_delivered_is_answered_and_counted() {
    let slack = Slack::start().unwrap();
    let bench = Bench::of(&slack);
    let payload = event(&[("m-1", alert("one", ""))]);
    let answer = bench.notifier.handle(&payload, invocation()).await.unwrap();
    assert_eq!(answer.body, json!({"delivered": ["m-1"], "repeated": []}));
    assert_eq!(
        answer.metrics,
        [Metric::count("Delivered", 1), Metric::count("Failures", 0)]
    );
}

#[tokio::test]
async fn what_was_not_delivered_fails_the_invocation_with_its_message_ids() {
    let slack = Slack::start().unwrap();
    slack.trouble([Trouble::Prohibited]);
    let bench = Bench::of(&slack);
    let payload = event(&[("m-1", alert("one", "")), ("m-2", alert("two", ""))]);
    let error = bench
        .notifier
        .handle(&payload, invocation())
        .await
        .unwrap_err();
    assert_eq!(error.class(), ErrorClass::Undelivered);
    assert!(
        error
            .chain()
            .starts_with("1 of 2 messages could not be delivered: m-1: "),
        "{}",
        error.chain()
    );
    assert_eq!(
        error.metrics(),
        [Metric::count("Delivered", 1), Metric::count("Failures", 1)]
    );
}

#[tokio::test]
async fn a_payload_that_is_no_event_is_of_the_class_of_refused_commands() {
    let slack = Slack::start().unwrap();
    let error = Bench::of(&slack)
        .notifier
        .handle("{}", invocation())
        .await
        .unwrap_err();
    assert_eq!(error.class(), ErrorClass::Command);
}

#[tokio::test]
async fn it_starts_only_with_a_place_to_deliver_to() {
    let variables: BTreeMap<String, String> = [
        ("AFTERHOURS_CONFIG", "config.json"),
        ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001"),
        ("AWS_LAMBDA_FUNCTION_NAME", "afterhours-notifier"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let environment = Environment::from_variables(&variables).unwrap();
    let aws = Aws::new(environment.aws()).unwrap();
    let mut document = json!({
        "version": 1, "environment": "staging", "bucket": "b",
        "scopes": [{"account": "123456789012", "region": "eu-central-1"}],
    });
    let begin = |document: &serde_json::Value| {
        let config = Config::from_json(&document.to_string()).unwrap();
        start(Start {
            environment: environment.clone(),
            config,
            aws: aws.clone(),
        })
    };
    let Err(error) = begin(&document).await else {
        panic!("started")
    };
    assert_eq!(error.class(), ErrorClass::Configuration);
    assert!(
        error.chain().contains("`notify.slack_webhook_secret`"),
        "{}",
        error.chain()
    );
    document["notify"] = json!({"slack_webhook_secret": "afterhours/slack"});
    assert!(begin(&document).await.is_ok());
}

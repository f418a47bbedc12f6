//! Who hears of what happens in a bucket.

use aws_sdk_s3::operation::get_bucket_notification_configuration::GetBucketNotificationConfigurationOutput;
use aws_sdk_s3::types::{Event, NotificationConfigurationFilter};
use serde_json::{Value, json};

use super::said::Said;
use super::values::{blocks, object, texts};

/// A bucket without any receiver still has its (empty) configuration.
pub(super) fn notification(found: &GetBucketNotificationConfigurationOutput) -> Said {
    Said::own(Some(object([
        (
            "eventbridge",
            Value::from(found.event_bridge_configuration().is_some()),
        ),
        (
            "lambda_function",
            blocks(found.lambda_function_configurations(), |one| {
                let arn = ("lambda_function_arn", one.lambda_function_arn());
                receiver(one.id(), arn, one.events(), one.filter())
            }),
        ),
        (
            "queue",
            blocks(found.queue_configurations(), |one| {
                let arn = ("queue_arn", one.queue_arn());
                receiver(one.id(), arn, one.events(), one.filter())
            }),
        ),
        (
            "topic",
            blocks(found.topic_configurations(), |one| {
                let arn = ("topic_arn", one.topic_arn());
                receiver(one.id(), arn, one.events(), one.filter())
            }),
        ),
    ])))
}

fn receiver(
    id: Option<&str>,
    (name, arn): (&str, &str),
    events: &[Event],
    filter: Option<&NotificationConfigurationFilter>,
) -> Value {
    let rules = filter
        .and_then(|filter| filter.key())
        .map(aws_sdk_s3::types::S3KeyFilter::filter_rules)
        .unwrap_or_default();
    // S3 answers `Prefix` or `prefix`, whatever was put.
    let rule = |wanted: &str| {
        let found = rules.iter().find(|rule| {
            rule.name()
                .is_some_and(|name| name.as_str().eq_ignore_ascii_case(wanted))
        });
        json!(found.and_then(|rule| rule.value()))
    };
    Value::Object(object([
        ("id", json!(id)),
        (name, Value::from(arn)),
        ("events", texts(events)),
        ("filter_prefix", rule("prefix")),
        ("filter_suffix", rule("suffix")),
    ]))
}

//! Topics and their policies.

use afterhours_aws::port_error;
use afterhours_diff::{Live, Wanted};
use afterhours_ports::{PortError, PortResult};
use serde_json::{Map, Value};

use super::{
    Attributes, GET_TOPIC, LIST_TAGS, LIST_TOPICS, POLICY, TOPIC, TopicReader, arn_of, follow,
    identity, object,
};

/// Protocols whose deliveries a topic can log, as attributes of SNS and of Terraform begin.
const LOGGED: [(&str, &str); 5] = [
    ("Application", "application"),
    ("Firehose", "firehose"),
    ("HTTP", "http"),
    ("Lambda", "lambda"),
    ("SQS", "sqs"),
];

pub(super) async fn attributes(reader: &TopicReader, arn: &str) -> PortResult<Attributes> {
    reader.pace.wait().await;
    let answer = reader
        .client
        .get_topic_attributes()
        .topic_arn(arn)
        .send()
        .await
        .map_err(|error| port_error(GET_TOPIC, error))?;
    let attributes = Attributes::of(answer.attributes);
    arn_of(
        GET_TOPIC,
        "TopicArn",
        attributes.0.get("TopicArn").map(String::as_str),
    )?;
    Ok(attributes)
}

pub(super) async fn tags(reader: &TopicReader, arn: &str) -> PortResult<Value> {
    reader.pace.wait().await;
    let answer = reader
        .client
        .list_tags_for_resource()
        .resource_arn(arn)
        .send()
        .await
        .map_err(|error| port_error(LIST_TAGS, error))?;
    let tags = answer.tags().iter();
    Ok(tags
        .map(|tag| (tag.key().to_owned(), Value::from(tag.value())))
        .collect::<Map<String, Value>>()
        .into())
}

/// As `aws_sns_topic`, without tags.
pub(super) fn topic(arn: &str, read: &Attributes) -> Live {
    let mut live = other(arn);
    live.attributes.extend(object([
        ("archive_policy", read.text("ArchivePolicy")),
        (
            "content_based_deduplication",
            read.flag("ContentBasedDeduplication"),
        ),
        ("delivery_policy", read.text("DeliveryPolicy")),
        ("display_name", read.text("DisplayName")),
        ("fifo_throughput_scope", read.text("FifoThroughputScope")),
        ("fifo_topic", read.flag("FifoTopic")),
        ("kms_master_key_id", read.text("KmsMasterKeyId")),
        ("maximum_message_size", read.number("MaximumMessageSize")),
        ("owner", read.text("Owner")),
        ("policy", read.text("Policy")),
        ("signature_version", read.number("SignatureVersion")),
        ("tracing_config", read.text("TracingConfig")),
    ]));
    for (sns, terraform) in LOGGED {
        let role = |outcome: &str| read.text(&format!("{sns}{outcome}FeedbackRoleArn"));
        let mut put = |name: &str, value: Value| {
            live.attributes.insert(format!("{terraform}_{name}"), value);
        };
        put("failure_feedback_role_arn", role("Failure"));
        put("success_feedback_role_arn", role("Success"));
        put(
            "success_feedback_sample_rate",
            read.number(&format!("{sns}SuccessFeedbackSampleRate")),
        );
    }
    live
}

/// As `aws_sns_topic_policy`: it is there as long as the topic is.
pub(super) fn policy(arn: &str, read: &Attributes) -> Live {
    let mut live = identity(POLICY, arn);
    live.attributes.extend(object([
        ("owner", read.text("Owner")),
        ("policy", read.text("Policy")),
    ]));
    live
}

fn other(arn: &str) -> Live {
    let mut live = identity(TOPIC, arn);
    let name = arn.rsplit(':').next().unwrap_or_default();
    live.attributes.insert("name".to_owned(), Value::from(name));
    live
}

/// Topics that no state names (100 a page, which SNS decides).
pub(super) async fn others(
    reader: &TopicReader,
    wanted: &Wanted,
) -> (Vec<Live>, Option<PortError>) {
    follow(LIST_TOPICS, &reader.topics, |token| async {
        let answer = reader
            .client
            .list_topics()
            .set_next_token(token)
            .send()
            .await
            .map_err(|error| port_error(LIST_TOPICS, error))?;
        let mut objects = Vec::new();
        for topic in answer.topics() {
            let arn = arn_of(LIST_TOPICS, "TopicArn", topic.topic_arn())?;
            if !wanted.names(TOPIC, &arn) {
                objects.push(other(&arn));
            }
        }
        Ok((objects, answer.next_token))
    })
    .await
}

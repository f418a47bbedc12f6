//! Subscriptions.

use afterhours_aws::port_error;
use afterhours_diff::{Live, Wanted};
use afterhours_ports::{PortError, PortResult};
use serde_json::Value;

use super::{
    Attributes, GET_SUBSCRIPTION, LIST_SUBSCRIPTIONS, SUBSCRIPTION, TopicReader, arn_of, follow,
    identity, object,
};

pub(super) async fn attributes(reader: &TopicReader, arn: &str) -> PortResult<Attributes> {
    reader.pace.wait().await;
    let request = reader.client.get_subscription_attributes();
    let answer = request
        .subscription_arn(arn)
        .send()
        .await
        .map_err(|error| port_error(GET_SUBSCRIPTION, error))?;
    let attributes = Attributes::of(answer.attributes);
    arn_of(
        GET_SUBSCRIPTION,
        "SubscriptionArn",
        attributes.0.get("SubscriptionArn").map(String::as_str),
    )?;
    Ok(attributes)
}

/// As `aws_sns_topic_subscription`.
pub(super) fn subscription(arn: &str, read: &Attributes) -> Live {
    let mut live = identity(SUBSCRIPTION, arn);
    live.attributes.extend(object([
        (
            "confirmation_was_authenticated",
            read.flag("ConfirmationWasAuthenticated"),
        ),
        ("delivery_policy", read.text("DeliveryPolicy")),
        ("endpoint", read.text("Endpoint")),
        ("filter_policy", read.text("FilterPolicy")),
        ("filter_policy_scope", read.text("FilterPolicyScope")),
        ("owner_id", read.text("Owner")),
        ("protocol", read.text("Protocol")),
        ("raw_message_delivery", read.flag("RawMessageDelivery")),
        ("redrive_policy", read.text("RedrivePolicy")),
        ("replay_policy", read.text("ReplayPolicy")),
        ("subscription_role_arn", read.text("SubscriptionRoleArn")),
        ("topic_arn", read.text("TopicArn")),
    ]));
    live
}

/// Subscriptions that no state names (100 a page, which SNS decides).
///
/// The list has `PendingConfirmation` and `Deleted` in place of the ARNs of those that are not yet confirmed and those
/// that are about to vanish: they cannot be told from those that states name, so they are left out.
pub(super) async fn others(
    reader: &TopicReader,
    wanted: &Wanted,
) -> (Vec<Live>, Option<PortError>) {
    follow(LIST_SUBSCRIPTIONS, &reader.subscriptions, |token| async {
        let answer = reader
            .client
            .list_subscriptions()
            .set_next_token(token)
            .send()
            .await
            .map_err(|error| port_error(LIST_SUBSCRIPTIONS, error))?;
        let mut objects = Vec::new();
        for entry in answer.subscriptions() {
            let arn = arn_of(
                LIST_SUBSCRIPTIONS,
                "SubscriptionArn",
                entry.subscription_arn(),
            )?;
            if !arn.starts_with("arn:") || wanted.names(SUBSCRIPTION, &arn) {
                continue;
            }
            let mut live = identity(SUBSCRIPTION, &arn);
            live.attributes.extend(object([
                ("protocol", Value::from(entry.protocol())),
                ("topic_arn", Value::from(entry.topic_arn())),
            ]));
            objects.push(live);
        }
        Ok((objects, answer.next_token))
    })
    .await
}

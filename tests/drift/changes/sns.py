"""Changes of topics, their policies and subscriptions.

A topic of the provider holds its policy: what changes an `aws_sns_topic_policy` changes its topic as well. A new notation of a
document is a change to the provider's refresh; by meaning it is none.
"""

import json

from common import change

FULL = "aws_sns_topic.full"
FIFO = "aws_sns_topic.fifo"
ML = 'aws_sns_topic.alerts["ml"]'
POLICY = 'aws_sns_topic_policy.alerts["quant"]'
QUEUE = "aws_sns_topic_subscription.queue"
WEB = "aws_sns_topic_subscription.web"


def set_topic(aws, state, address, name, value):
    """Sets one attribute of a topic."""
    aws("sns").set_topic_attributes(
        TopicArn=state[address]["arn"], AttributeName=name, AttributeValue=value
    )


def set_subscription(aws, state, address, name, value):
    """Sets one attribute of a subscription."""
    aws("sns").set_subscription_attributes(
        SubscriptionArn=state[address]["arn"], AttributeName=name, AttributeValue=value
    )


@change("sns-topic-published-by-everybody", FULL, "change", ["policy"])
def topic_published_by_everybody(aws, state):
    policy = json.loads(state[FULL]["policy"])
    policy["Statement"][0]["Principal"] = "*"
    del policy["Statement"][0]["Condition"]
    set_topic(aws, state, FULL, "Policy", json.dumps(policy))


@change("sns-topic-not-encrypted", FULL, "change", ["kms_master_key_id"])
def topic_not_encrypted(aws, state):
    set_topic(aws, state, FULL, "KmsMasterKeyId", "")


@change("sns-topic-encrypted", "aws_sns_topic.bare[1]", "change", ["kms_master_key_id"])
def topic_encrypted(aws, state):
    set_topic(aws, state, "aws_sns_topic.bare[1]", "KmsMasterKeyId", "alias/aws/sns")


@change("sns-topic-display-name", ML, "change", ["display_name"])
def topic_display_name(aws, state):
    set_topic(aws, state, ML, "DisplayName", "Nobody reads this")


@change("sns-topic-delivery-policy", FULL, "change", ["delivery_policy"])
def topic_delivery_policy(aws, state):
    policy = json.loads(state[FULL]["delivery_policy"])
    policy["http"]["defaultHealthyRetryPolicy"]["numRetries"] = 0
    set_topic(aws, state, FULL, "DeliveryPolicy", json.dumps(policy))


@change("sns-topic-duplicates", FIFO, "change", ["content_based_deduplication"])
def topic_duplicates(aws, state):
    set_topic(aws, state, FIFO, "ContentBasedDeduplication", "false")


@change("sns-topic-tag", ML, "change", ["tags.team"])
def topic_tag(aws, state):
    aws("sns").tag_resource(
        ResourceArn=state[ML]["arn"], Tags=[{"Key": "team", "Value": "quant"}]
    )


@change("sns-topic-tag-added", FIFO, "change", ["tags.owner"])
def topic_tag_added(aws, state):
    aws("sns").tag_resource(
        ResourceArn=state[FIFO]["arn"], Tags=[{"Key": "owner", "Value": ""}]
    )


@change("sns-topic-deleted", "aws_sns_topic.bare[0]", "delete", [])
def topic_deleted(aws, state):
    aws("sns").delete_topic(TopicArn=state["aws_sns_topic.bare[0]"]["arn"])


@change("sns-policy-deny-dropped", POLICY, "change", ["policy"])
def policy_deny_dropped(aws, state):
    policy = json.loads(state[POLICY]["policy"])
    policy["Statement"] = [entry for entry in policy["Statement"] if entry["Effect"] == "Allow"]
    set_topic(aws, state, POLICY, "Policy", json.dumps(policy))


@change("sns-subscription-not-raw", QUEUE, "change", ["raw_message_delivery"])
def subscription_not_raw(aws, state):
    set_subscription(aws, state, QUEUE, "RawMessageDelivery", "false")


@change("sns-subscription-filter", QUEUE, "change", ["filter_policy"])
def subscription_filter(aws, state):
    policy = json.loads(state[QUEUE]["filter_policy"])
    policy["kind"].remove("drift")
    set_subscription(aws, state, QUEUE, "FilterPolicy", json.dumps(policy))


@change("sns-subscription-filter-removed", QUEUE, "change", ["filter_policy"])
def subscription_filter_removed(aws, state):
    set_subscription(aws, state, QUEUE, "FilterPolicy", "")


@change("sns-subscription-letters-lost", QUEUE, "change", ["redrive_policy"])
def subscription_letters_lost(aws, state):
    set_subscription(aws, state, QUEUE, "RedrivePolicy", "")


@change("sns-subscription-retries", WEB, "change", ["delivery_policy"])
def subscription_retries(aws, state):
    set_subscription(
        aws,
        state,
        WEB,
        "DeliveryPolicy",
        '{"healthyRetryPolicy":{"minDelayTarget":5,"maxDelayTarget":5,"numRetries":1}}',
    )


@change(
    "sns-subscription-role",
    "aws_sns_topic_subscription.delivery",
    "change",
    ["subscription_role_arn"],
)
def subscription_role(aws, state):
    set_subscription(
        aws,
        state,
        "aws_sns_topic_subscription.delivery",
        "SubscriptionRoleArn",
        "arn:aws:iam::123456789012:role/other",
    )


@change("sns-subscription-deleted", 'aws_sns_topic_subscription.function["ml"]', "delete", [])
def subscription_deleted(aws, state):
    arn = state['aws_sns_topic_subscription.function["ml"]']["arn"]
    aws("sns").unsubscribe(SubscriptionArn=arn)


@change("sns-noop-policy-turned", FULL, "noop", [])
def noop_policy_turned(aws, state):
    policy = json.loads(state[FULL]["policy"])
    statement = policy["Statement"][0]
    statement["Principal"]["Service"].reverse()
    statement["Action"] = statement["Action"][0]
    statement["Resource"] = [statement["Resource"]]
    statement["Condition"]["StringEquals"]["aws:SourceAccount"] = ["123456789012"]
    set_topic(aws, state, FULL, "Policy", json.dumps(policy, indent=2))


@change("sns-noop-policy-statements-turned", POLICY, "noop", [])
def noop_policy_statements_turned(aws, state):
    policy = json.loads(state[POLICY]["policy"])
    policy["Statement"].reverse()
    set_topic(aws, state, POLICY, "Policy", json.dumps(policy))


@change("sns-noop-delivery-policy-formatted", FULL, "noop", [])
def noop_delivery_policy_formatted(aws, state):
    policy = json.loads(state[FULL]["delivery_policy"])
    set_topic(aws, state, FULL, "DeliveryPolicy", json.dumps(policy, indent=4))


@change("sns-noop-filter-formatted", QUEUE, "noop", [])
def noop_filter_formatted(aws, state):
    policy = json.loads(state[QUEUE]["filter_policy"])
    members = dict(reversed(policy.items()))
    set_subscription(aws, state, QUEUE, "FilterPolicy", json.dumps(members, indent=2))


@change("sns-noop-filter-turned", QUEUE, "noop", [])
def noop_filter_turned(aws, state):
    policy = json.loads(state[QUEUE]["filter_policy"])
    policy["kind"].reverse()
    set_subscription(aws, state, QUEUE, "FilterPolicy", json.dumps(policy))


@change("sns-noop-redrive-formatted", QUEUE, "noop", [])
def noop_redrive_formatted(aws, state):
    policy = json.loads(state[QUEUE]["redrive_policy"])
    set_subscription(aws, state, QUEUE, "RedrivePolicy", json.dumps(policy, indent=2))


@change("sns-noop-tag-of-aws", ML, "noop", [])
def noop_tag_of_aws(aws, state):
    aws("sns").tag_resource(
        ResourceArn=state[ML]["arn"],
        Tags=[{"Key": "aws:cloudformation:stack-name", "Value": "alerts"}],
    )


@change("sns-noop-raw-again", QUEUE, "noop", [])
def noop_raw_again(aws, state):
    set_subscription(aws, state, QUEUE, "RawMessageDelivery", "true")

//! What the drift reader sends, and what comes of what comes back.

use std::collections::BTreeMap;
use std::time::Duration;

use afterhours_aws::Pace;
use afterhours_aws::testing::{Reply, Script};
use afterhours_aws_sns::drift::{READ_ACTIONS, TopicReader};
use afterhours_diff::{HoleClass, Listing, Live, Wanted, WantedKeys};
use afterhours_ports::Reader as _;
use serde_json::json;
use tokio::time::Instant;

const TOPIC: &str = "aws_sns_topic";
const POLICY: &str = "aws_sns_topic_policy";
const SUBSCRIPTION: &str = "aws_sns_topic_subscription";
const OPS: &str = "arn:aws:sns:eu-central-1:111122223333:ops";
const ML: &str = "arn:aws:sns:eu-central-1:111122223333:ml";
const QUEUE: &str = "arn:aws:sns:eu-central-1:111122223333:ops:1111";

/// Keys by type; `others` for all where there is a key `*`.
fn wanted(kinds: &[(&'static str, &[&str])]) -> Wanted {
    let kinds = kinds.iter().map(|(kind, keys)| {
        let (others, keys): (Vec<&str>, Vec<&str>) = keys.iter().partition(|key| **key == "*");
        let keys = WantedKeys {
            keys: keys.into_iter().map(str::to_owned).collect(),
            others: !others.is_empty(),
        };
        (*kind, keys)
    });
    Wanted {
        kinds: kinds.collect(),
        confirm: false,
        account: "111122223333".to_owned(),
        region: "eu-central-1".to_owned(),
    }
}

fn confirmed(kinds: &[(&'static str, &[&str])]) -> Wanted {
    Wanted {
        confirm: true,
        ..wanted(kinds)
    }
}

/// Listings by type; every call that was made is one of those that the reader may make.
async fn read(script: &Script, wanted: &Wanted) -> BTreeMap<&'static str, Listing> {
    let listings = TopicReader::new(&script.aws(), Pace::unlimited())
        .read(wanted)
        .await;
    for action in actions(script) {
        assert!(READ_ACTIONS.contains(&format!("sns:{action}").as_str()));
    }
    let count = listings.len();
    let by_kind: BTreeMap<_, _> = listings
        .into_iter()
        .map(|listing| (listing.kind, listing))
        .collect();
    assert_eq!(by_kind.len(), count);
    by_kind
}

fn actions(script: &Script) -> Vec<String> {
    let sent = script.sent();
    let actions = sent.iter().filter_map(|sent| {
        let mut fields = sent.body.split('&');
        fields.find_map(|field| field.strip_prefix("Action=").map(str::to_owned))
    });
    let mut actions: Vec<String> = actions.collect();
    actions.sort();
    actions
}

#[expect(clippy::panic, reason = "an assertion of the tests")]
fn live<'l>(listing: &'l Listing, key: &str) -> &'l Live {
    let found = listing.objects.iter().find(|live| live.key == key);
    found.unwrap_or_else(|| panic!("no {key} in {listing:?}"))
}

fn reply(action: &'static str, body: &str) -> Reply {
    Reply::ok(format!(
        "<{action}Response><{action}Result>{body}</{action}Result></{action}Response>"
    ))
    .when(action)
}

fn attributes(action: &'static str, entries: &[(&str, &str)]) -> Reply {
    let entries: Vec<String> = entries
        .iter()
        .map(|(name, value)| {
            let value = value.replace('&', "&amp;").replace('<', "&lt;");
            format!("<entry><key>{name}</key><value>{value}</value></entry>")
        })
        .collect();
    let entries = entries.concat();
    reply(action, &format!("<Attributes>{entries}</Attributes>"))
}

fn topic(more: &[(&str, &str)]) -> Reply {
    let mut entries = vec![
        ("TopicArn", OPS),
        ("Owner", "111122223333"),
        ("Policy", r#"{"Statement":[]}"#),
        ("DisplayName", ""),
        ("SubscriptionsPending", "7"),
        ("EffectiveDeliveryPolicy", "{}"),
    ];
    entries.extend(more);
    attributes("GetTopicAttributes", &entries)
}

fn tags() -> Reply {
    reply(
        "ListTagsForResource",
        "<Tags><member><Key>team</Key><Value>ops</Value></member><member><Key>empty</Key><Value></Value></member></Tags>",
    )
}

fn subscription(more: &[(&str, &str)]) -> Reply {
    let mut entries = vec![
        ("SubscriptionArn", QUEUE),
        ("TopicArn", OPS),
        ("Owner", "111122223333"),
        ("Protocol", "sqs"),
        ("Endpoint", "arn:aws:sqs:eu-central-1:111122223333:inbox"),
    ];
    entries.extend(more);
    attributes("GetSubscriptionAttributes", &entries)
}

fn gone(action: &'static str) -> Reply {
    Reply::xml_error(404, "NotFound", "does not exist").when(action)
}

fn denied(action: &'static str) -> Reply {
    Reply::xml_error(403, "AuthorizationError", "is not authorized").when(action)
}

/// Three times, which is as often as is tried.
fn throttled(action: &'static str) -> [Reply; 3] {
    [(); 3].map(|()| Reply::xml_error(400, "Throttling", "Rate exceeded").when(action))
}

/// Three times, which is as often as is tried.
fn failing(action: &'static str) -> [Reply; 3] {
    [(); 3].map(|()| Reply::xml_error(500, "InternalError", "").when(action))
}

#[tokio::test(start_paused = true)]
async fn a_topic_and_its_policy_are_one_call_and_its_tags_another() {
    for wanted in [wanted, confirmed] {
        let script = Script::new([
            topic(&[
                ("KmsMasterKeyId", "alias/aws/sns"),
                ("DeliveryPolicy", r#"{"http":{}}"#),
                ("FifoTopic", "true"),
                ("ContentBasedDeduplication", "false"),
                ("FifoThroughputScope", "Topic"),
                ("ArchivePolicy", r#"{"MessageRetentionPeriod":"30"}"#),
                ("SignatureVersion", "2"),
                ("TracingConfig", "Active"),
                ("MaximumMessageSize", "1024"),
                ("HTTPSuccessFeedbackRoleArn", "r1"),
                ("HTTPSuccessFeedbackSampleRate", "100"),
                ("SQSFailureFeedbackRoleArn", "r2"),
                ("LambdaFailureFeedbackRoleArn", "r3"),
                ("FirehoseSuccessFeedbackRoleArn", "r4"),
                ("ApplicationSuccessFeedbackSampleRate", "5"),
            ]),
            tags(),
        ]);
        let read = read(&script, &wanted(&[(TOPIC, &[OPS]), (POLICY, &[OPS])])).await;
        assert_eq!(
            actions(&script),
            ["GetTopicAttributes", "ListTagsForResource"]
        );
        for listing in read.values() {
            assert!(listing.incomplete.is_none() && listing.unread.is_empty());
        }
        let tags = json!({"team": "ops", "empty": ""});
        assert_eq!(
            json!(live(&read[TOPIC], OPS).attributes),
            json!({
                "application_failure_feedback_role_arn": null,
                "application_success_feedback_role_arn": null,
                "application_success_feedback_sample_rate": 5,
                "archive_policy": r#"{"MessageRetentionPeriod":"30"}"#,
                "arn": OPS,
                "content_based_deduplication": false,
                "delivery_policy": r#"{"http":{}}"#,
                "display_name": "",
                "fifo_throughput_scope": "Topic",
                "fifo_topic": true,
                "firehose_failure_feedback_role_arn": null,
                "firehose_success_feedback_role_arn": "r4",
                "firehose_success_feedback_sample_rate": null,
                "http_failure_feedback_role_arn": null,
                "http_success_feedback_role_arn": "r1",
                "http_success_feedback_sample_rate": 100,
                "kms_master_key_id": "alias/aws/sns",
                "lambda_failure_feedback_role_arn": "r3",
                "lambda_success_feedback_role_arn": null,
                "lambda_success_feedback_sample_rate": null,
                "maximum_message_size": 1024,
                "name": "ops",
                "owner": "111122223333",
                "policy": r#"{"Statement":[]}"#,
                "region": "eu-central-1",
                "signature_version": 2,
                "sqs_failure_feedback_role_arn": "r2",
                "sqs_success_feedback_role_arn": null,
                "sqs_success_feedback_sample_rate": null,
                "tags": tags,
                "tags_all": tags,
                "tracing_config": "Active",
            })
        );
        assert_eq!(
            json!(live(&read[POLICY], OPS).attributes),
            json!({"arn": OPS, "owner": "111122223333", "policy": r#"{"Statement":[]}"#, "region": "eu-central-1"})
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_policy_alone_takes_no_tags() {
    let script = Script::new([topic(&[])]);
    let read = read(&script, &wanted(&[(POLICY, &[OPS])])).await;
    assert_eq!(actions(&script), ["GetTopicAttributes"]);
    assert_eq!(read.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_subscription_is_one_call_whether_confirmed_or_not() {
    for pending in ["true", "false"] {
        let script = Script::new([subscription(&[
            ("PendingConfirmation", pending),
            ("ConfirmationWasAuthenticated", "true"),
            ("RawMessageDelivery", "true"),
            ("FilterPolicy", r#"{"a":[{"numeric":["<",1]}]}"#),
            ("FilterPolicyScope", "MessageBody"),
            ("RedrivePolicy", r#"{"deadLetterTargetArn":"q"}"#),
            ("ReplayPolicy", "{}"),
            ("SubscriptionRoleArn", "r"),
        ])]);
        let read = read(&script, &wanted(&[(SUBSCRIPTION, &[QUEUE])])).await;
        assert_eq!(
            json!(live(&read[SUBSCRIPTION], QUEUE).attributes),
            json!({
                "arn": QUEUE,
                "confirmation_was_authenticated": true,
                "delivery_policy": null,
                "endpoint": "arn:aws:sqs:eu-central-1:111122223333:inbox",
                "filter_policy": r#"{"a":[{"numeric":["<",1]}]}"#,
                "filter_policy_scope": "MessageBody",
                "owner_id": "111122223333",
                "protocol": "sqs",
                "raw_message_delivery": true,
                "redrive_policy": r#"{"deadLetterTargetArn":"q"}"#,
                "region": "eu-central-1",
                "replay_policy": "{}",
                "subscription_role_arn": "r",
                "topic_arn": OPS,
            })
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_found_is_gone_and_what_cannot_be_asked_for_is_not() {
    for (kind, key, call) in [
        (TOPIC, OPS, "GetTopicAttributes"),
        (POLICY, OPS, "GetTopicAttributes"),
        (SUBSCRIPTION, QUEUE, "GetSubscriptionAttributes"),
    ] {
        for wanted in [wanted, confirmed] {
            let script = Script::new([gone(call)]);
            let read_gone = read(&script, &wanted(&[(kind, &[key])])).await;
            assert_eq!(actions(&script), [call]);
            let listing = &read_gone[kind];
            assert!(listing.objects.is_empty() && listing.unread.is_empty());
            assert!(listing.incomplete.is_none());
            for (broken, class) in [
                (vec![denied(call)], HoleClass::Denied),
                (throttled(call).into(), HoleClass::Throttled),
                (failing(call).into(), HoleClass::Failed),
                (vec![Reply::ok("<html/>")], HoleClass::Failed),
                (vec![attributes(call, &[])], HoleClass::Failed),
            ] {
                let script = Script::new(broken);
                let read = read(&script, &wanted(&[(kind, &[key])])).await;
                let listing = &read[kind];
                assert!(listing.objects.is_empty() && listing.incomplete.is_none());
                assert_eq!(listing.unread[key].class, class, "{call}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_topic_that_cannot_be_asked_for_hides_no_other() {
    let script = Script::new([topic(&[]).when("Aops"), denied("Aml"), tags()]);
    let read = read(&script, &wanted(&[(TOPIC, &[OPS, ML])])).await;
    live(&read[TOPIC], OPS);
    let hole = &read[TOPIC].unread[ML];
    assert_eq!(
        (hole.class, hole.action.as_str()),
        (HoleClass::Denied, "sns:GetTopicAttributes")
    );
}

#[tokio::test(start_paused = true)]
async fn tags_that_cannot_be_read_are_a_hole_and_no_removed_tags() {
    let call = "ListTagsForResource";
    for (broken, class) in [
        (vec![denied(call)], HoleClass::Denied),
        (throttled(call).into(), HoleClass::Throttled),
        (failing(call).into(), HoleClass::Failed),
        (vec![gone(call)], HoleClass::Failed),
    ] {
        let mut replies = vec![topic(&[])];
        replies.extend(broken);
        let script = Script::new(replies);
        let read = read(&script, &wanted(&[(TOPIC, &[OPS])])).await;
        let topic = live(&read[TOPIC], OPS);
        assert_eq!(topic.attributes["owner"], "111122223333");
        for name in ["tags", "tags_all"] {
            assert!(!topic.attributes.contains_key(name));
            let hole = &topic.holes[name];
            assert_eq!(
                (hole.class, hole.action.as_str()),
                (class, "sns:ListTagsForResource")
            );
        }
    }
}

fn topics(next: &str, arns: &[&str]) -> Reply {
    let topics: Vec<String> = arns
        .iter()
        .map(|arn| format!("<member><TopicArn>{arn}</TopicArn></member>"))
        .collect();
    let topics = topics.concat();
    let next = if next.is_empty() {
        String::new()
    } else {
        format!("<NextToken>{next}</NextToken>")
    };
    reply("ListTopics", &format!("<Topics>{topics}</Topics>{next}"))
}

#[tokio::test(start_paused = true)]
async fn topics_and_subscriptions_that_no_state_names_come_from_the_lists() {
    let entry = |arn: &str| {
        format!(
            "<member><SubscriptionArn>{arn}</SubscriptionArn><Owner>111122223333</Owner><Protocol>https</Protocol>\
             <Endpoint>https://hooks.example.com/token</Endpoint><TopicArn>{OPS}</TopicArn></member>"
        )
    };
    let other = format!("{OPS}:2222");
    let first = [entry("PendingConfirmation"), entry(QUEUE)].concat();
    let second = [entry(&other), entry("Deleted")].concat();
    let script = Script::new([
        topic(&[]),
        tags(),
        topics("more", &[OPS]),
        topics("", &[ML]),
        subscription(&[]),
        reply(
            "ListSubscriptions",
            &format!("<Subscriptions>{first}</Subscriptions><NextToken>s2</NextToken>"),
        ),
        reply(
            "ListSubscriptions",
            &format!("<Subscriptions>{second}</Subscriptions>"),
        ),
    ]);
    let wanted = wanted(&[(TOPIC, &[OPS, "*"]), (SUBSCRIPTION, &[QUEUE, "*"])]);
    let read = read(&script, &wanted).await;
    let sent = script.sent();
    assert_eq!(sent.len(), 7);
    for token in ["NextToken=more", "NextToken=s2"] {
        assert!(sent.iter().any(|sent| sent.body.contains(token)));
    }
    for (kind, key) in [(TOPIC, ML), (SUBSCRIPTION, other.as_str())] {
        assert!(read[kind].incomplete.is_none());
        assert_eq!(read[kind].objects.len(), 2);
        let live = live(&read[kind], key);
        assert_eq!((live.id.as_str(), live.arn.as_deref()), (key, Some(key)));
        // Where a message goes is nobody's business before somebody asks for it.
        assert!(!json!(live.attributes).to_string().contains("token"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_breaks_off_is_incomplete_and_keeps_what_is_known() {
    for (broken, class) in [
        (vec![denied("ListTopics")], HoleClass::Denied),
        (throttled("ListTopics").into(), HoleClass::Throttled),
        (failing("ListTopics").into(), HoleClass::Failed),
        (vec![topics("more", &[])], HoleClass::Failed),
        (vec![topics("", &[""])], HoleClass::Failed),
    ] {
        let mut replies = vec![topic(&[]), tags(), topics("more", &[ML])];
        replies.extend(broken);
        let script = Script::new(replies);
        let read = read(&script, &wanted(&[(TOPIC, &[OPS, "*"])])).await;
        let hole = read[TOPIC].incomplete.as_ref().unwrap();
        assert_eq!(
            (hole.class, hole.action.as_str()),
            (class, "sns:ListTopics")
        );
        live(&read[TOPIC], OPS);
        live(&read[TOPIC], ML);
    }
    let script = Script::new([denied("ListSubscriptions")]);
    let read = read(&script, &wanted(&[(SUBSCRIPTION, &["*"])])).await;
    let hole = read[SUBSCRIPTION].incomplete.as_ref().unwrap();
    assert_eq!(hole.action, "sns:ListSubscriptions");
}

#[tokio::test(start_paused = true)]
async fn a_confirmation_asks_for_the_keys_and_no_list() {
    let script = Script::new([gone("GetTopicAttributes")]);
    let mut wanted = confirmed(&[(TOPIC, &[OPS])]);
    wanted.kinds.get_mut(TOPIC).unwrap().others = true;
    read(&script, &wanted).await;
    assert_eq!(actions(&script), ["GetTopicAttributes"]);
}

#[tokio::test(start_paused = true)]
async fn lists_keep_to_thirty_pages_a_second_and_objects_to_their_pace() {
    let pages = (0..61).map(|page| {
        let token = if page == 60 {
            String::new()
        } else {
            format!("t{page}")
        };
        topics(&token, &[ML])
    });
    let script = Script::new(pages);
    let start = Instant::now();
    read(&script, &wanted(&[(TOPIC, &["*"])])).await;
    assert_eq!(script.sent().len(), 61);
    assert!(
        start.elapsed() >= Duration::from_millis(1_990),
        "{:?}",
        start.elapsed()
    );

    let keys: Vec<String> = (0..11).map(|n| format!("{OPS}{n}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let script = Script::new(keys.iter().map(|_| gone("GetTopicAttributes")));
    let start = Instant::now();
    let reader = TopicReader::new(&script.aws(), Pace::per_second(10.0));
    reader.read(&wanted(&[(TOPIC, &keys)])).await;
    assert_eq!(start.elapsed().as_millis(), 1_000);
}

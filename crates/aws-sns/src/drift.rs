//! Topics, their policies and subscriptions behind the port of the drift watcher.
//!
//! SNS lists names only, so each topic and subscription that a state names takes one call (a topic a second one for its
//! tags); the lists are read where those that no state names are wanted.

use std::collections::{BTreeMap, BTreeSet};

use afterhours_aws::{Answer, Aws, Pace, Pages, Service};
use afterhours_diff::{Listing, Live, Wanted};
use afterhours_ports::{ErrorClass, PortError, PortResult, Reader, hole};
use async_trait::async_trait;
use aws_sdk_sns::Client;
use futures_util::{StreamExt as _, stream};
use serde_json::{Map, Value};

mod subscription;
mod topic;

/// What the reader may call, as IAM names it.
pub const READ_ACTIONS: &[&str] = &[
    GET_SUBSCRIPTION,
    GET_TOPIC,
    LIST_SUBSCRIPTIONS,
    LIST_TAGS,
    LIST_TOPICS,
];

const GET_SUBSCRIPTION: &str = "sns:GetSubscriptionAttributes";
const GET_TOPIC: &str = "sns:GetTopicAttributes";
const LIST_SUBSCRIPTIONS: &str = "sns:ListSubscriptions";
const LIST_TAGS: &str = "sns:ListTagsForResource";
const LIST_TOPICS: &str = "sns:ListTopics";

const TOPIC: &str = "aws_sns_topic";
const POLICY: &str = "aws_sns_topic_policy";
const SUBSCRIPTION: &str = "aws_sns_topic_subscription";

/// So many calls are under way at once.
const AT_ONCE: usize = 8;

/// Lists are read at this rate at most: 30 a second for `ListTopics` and for `ListSubscriptions`
/// (<https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html>,
/// <https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptions.html>).
const LISTS_PER_SECOND: f64 = 30.0;

/// Reads SNS of one account and region.
#[derive(Debug, Clone)]
pub struct TopicReader {
    client: Client,
    pace: Pace,
    topics: Pace,
    subscriptions: Pace,
}

impl TopicReader {
    /// `pace` spaces the calls for single objects; the lists keep to their own rate.
    pub fn new(aws: &Aws, pace: Pace) -> Self {
        Self {
            client: Client::new(&aws.config(Service::Sns)),
            pace,
            topics: Pace::per_second(LISTS_PER_SECOND),
            subscriptions: Pace::per_second(LISTS_PER_SECOND),
        }
    }

    /// What every attribute of each topic is, by ARN; none where it does not exist.
    async fn topics(
        &self,
        arns: BTreeSet<&str>,
    ) -> BTreeMap<String, PortResult<Option<Attributes>>> {
        let mut asks = Vec::new();
        for arn in arns {
            asks.push(async move { (arn.to_owned(), found(topic::attributes(self, arn).await)) });
        }
        stream::iter(asks).buffer_unordered(AT_ONCE).collect().await
    }

    async fn named_topics(&self, wanted: &Wanted) -> (Option<Listing>, Option<Listing>) {
        let arns: BTreeSet<&str> = wanted.keys(TOPIC).chain(wanted.keys(POLICY)).collect();
        let read = self.topics(arns).await;
        let policies = wanted
            .wants(POLICY)
            .then(|| listing(POLICY, wanted, &read, topic::policy));
        let mut topics = wanted
            .wants(TOPIC)
            .then(|| listing(TOPIC, wanted, &read, topic::topic));
        if let Some(listing) = &mut topics {
            listing.objects = self.tagged(std::mem::take(&mut listing.objects)).await;
        }
        (topics, policies)
    }

    async fn tagged(&self, topics: Vec<Live>) -> Vec<Live> {
        let mut asks = Vec::new();
        for mut topic in topics {
            asks.push(async move {
                let tags = topic::tags(self, &topic.key).await;
                for name in ["tags", "tags_all"] {
                    match &tags {
                        Ok(tags) => {
                            topic.attributes.insert(name.to_owned(), tags.clone());
                        }
                        Err(error) => {
                            topic.holes.insert(name.to_owned(), hole(error));
                        }
                    }
                }
                topic
            });
        }
        stream::iter(asks).buffered(AT_ONCE).collect().await
    }

    async fn named_subscriptions(&self, wanted: &Wanted) -> Option<Listing> {
        if !wanted.wants(SUBSCRIPTION) {
            return None;
        }
        let keys: Vec<&str> = wanted.keys(SUBSCRIPTION).collect();
        let mut asks = Vec::new();
        for arn in keys {
            asks.push(async move {
                let read = subscription::attributes(self, arn).await;
                (arn.to_owned(), found(read))
            });
        }
        let read: BTreeMap<String, PortResult<Option<Attributes>>> =
            stream::iter(asks).buffer_unordered(AT_ONCE).collect().await;
        Some(listing(
            SUBSCRIPTION,
            wanted,
            &read,
            subscription::subscription,
        ))
    }
}

#[async_trait]
impl Reader for TopicReader {
    fn kinds(&self) -> &'static [&'static str] {
        &[TOPIC, POLICY, SUBSCRIPTION]
    }

    async fn read(&self, wanted: &Wanted) -> Vec<Listing> {
        let others = |kind: &str| {
            let kind = wanted.kinds.get(kind);
            !wanted.confirm && kind.is_some_and(|wanted| wanted.others)
        };
        let (all_topics, all_subscriptions) = (others(TOPIC), others(SUBSCRIPTION));
        let ((mut topics, policies), mut subscriptions, other_topics, other_subscriptions) = futures_util::join!(
            self.named_topics(wanted),
            self.named_subscriptions(wanted),
            async {
                if all_topics {
                    topic::others(self, wanted).await
                } else {
                    (Vec::new(), None)
                }
            },
            async {
                if all_subscriptions {
                    subscription::others(self, wanted).await
                } else {
                    (Vec::new(), None)
                }
            },
        );
        for (listing, (objects, failed)) in [
            (&mut topics, other_topics),
            (&mut subscriptions, other_subscriptions),
        ] {
            if let Some(listing) = listing {
                listing.objects.extend(objects);
                listing.incomplete = failed.as_ref().map(hole);
            }
        }
        [topics, policies, subscriptions]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// Attributes as SNS gives them: all are texts.
#[derive(Debug, Clone)]
struct Attributes(BTreeMap<String, String>);

impl Attributes {
    fn of(attributes: Option<std::collections::HashMap<String, String>>) -> Self {
        Self(attributes.unwrap_or_default().into_iter().collect())
    }

    fn text(&self, name: &str) -> Value {
        self.0
            .get(name)
            .map_or(Value::Null, |text| Value::from(text.as_str()))
    }

    /// A number; what is none stays the text that it is.
    fn number(&self, name: &str) -> Value {
        match self.0.get(name).map(|text| text.parse::<i64>()) {
            Some(Ok(number)) => Value::from(number),
            _ => self.text(name),
        }
    }

    /// A flag; what is none stays the text that it is.
    fn flag(&self, name: &str) -> Value {
        match self.0.get(name).map(|text| text.to_ascii_lowercase()) {
            Some(text) if text == "true" => Value::Bool(true),
            Some(text) if text == "false" => Value::Bool(false),
            _ => self.text(name),
        }
    }
}

/// None where the thing that was asked for by its ARN does not exist (`NotFound`, `ResourceNotFound`).
fn found<T>(answer: PortResult<T>) -> PortResult<Option<T>> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(PortError {
            class: ErrorClass::NotFound,
            ..
        }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Those that states name; what is not found is gone, what could not be asked for is unread, never gone.
fn listing(
    kind: &'static str,
    wanted: &Wanted,
    read: &BTreeMap<String, PortResult<Option<Attributes>>>,
    project: fn(&str, &Attributes) -> Live,
) -> Listing {
    let mut listing = Listing::complete(kind, Vec::new());
    for (arn, answer) in read {
        if !wanted.names(kind, arn) {
            continue;
        }
        match answer {
            Ok(Some(attributes)) => listing.objects.push(project(arn, attributes)),
            Ok(None) => {}
            Err(error) => {
                listing.unread.insert(arn.clone(), hole(error));
            }
        }
    }
    listing
}

/// The object that an ARN names, with the attributes that the ARN gives.
fn identity(kind: &'static str, arn: &str) -> Live {
    let region = arn.split(':').nth(3).unwrap_or_default();
    Live {
        kind,
        key: arn.to_owned(),
        id: arn.to_owned(),
        arn: Some(arn.to_owned()),
        attributes: object([("arn", Value::from(arn)), ("region", Value::from(region))]),
        ..Live::default()
    }
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Items and token of one page.
type Page = (Vec<Live>, Option<String>);

/// Follows a list to its end; what came before a failure is kept.
async fn follow<F: Future<Output = PortResult<Page>>>(
    action: &'static str,
    pace: &Pace,
    fetch: impl Fn(Option<String>) -> F,
) -> (Vec<Live>, Option<PortError>) {
    let mut objects = Vec::new();
    let mut pages = Pages::new(action);
    let mut token = None;
    loop {
        pace.wait().await;
        let (items, next) = match fetch(token).await {
            Ok(answer) => answer,
            Err(error) => return (objects, Some(error)),
        };
        // Items that are left out on purpose do not make a page an empty one.
        let count = items.len().max(1);
        objects.extend(items);
        token = match pages.next(next.as_deref(), count) {
            Ok(Some(token)) => Some(token),
            Ok(None) => return (objects, None),
            Err(error) => return (objects, Some(error)),
        };
    }
}

/// An ARN that an answer has to have.
fn arn_of(action: &'static str, field: &str, arn: Option<&str>) -> PortResult<String> {
    Answer::of(action).text(field, arn)
}

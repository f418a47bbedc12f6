//! The notifier against a stand-in for Slack that is strict about Slack's limits.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail the test"
)]

mod function;
mod scripted;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use afterhours_core::alert::{Envelope, Kind, Scope, Severity};
use afterhours_local::slack::{Slack, Trouble, problems};
use afterhours_notifier::{
    Client, Notifier, NotifyError, Report, Retry, Secret, Secrets, Undelivered, Waiting,
};
use afterhours_ports::{ErrorClass, PortError, PortResult};
use async_trait::async_trait;
use serde_json::{Value, json};

use scripted::Scripted;

const BUDGET: Duration = Duration::from_mins(10);

/// Secrets in order; the last one stays.
struct Vault(Mutex<VecDeque<PortResult<Secret>>>, Mutex<u32>);

#[async_trait]
impl Secrets for Vault {
    async fn text(&self, id: &str) -> PortResult<Secret> {
        assert_eq!(id, "afterhours/slack");
        *self.1.lock().unwrap() += 1;
        let mut texts = self.0.lock().unwrap();
        if texts.len() > 1 {
            texts.pop_front().unwrap()
        } else {
            texts[0].clone()
        }
    }
}

/// Time that passes only when somebody waits.
#[derive(Default)]
struct Counted(Mutex<Vec<Duration>>);

#[async_trait]
impl Waiting for Counted {
    fn elapsed(&self) -> Duration {
        self.0.lock().unwrap().iter().sum()
    }

    async fn pause(&self, time: Duration) {
        self.0.lock().unwrap().push(time);
    }
}

struct Bench {
    vault: Arc<Vault>,
    waiting: Arc<Counted>,
    notifier: Notifier,
}

impl Bench {
    fn new(secrets: impl IntoIterator<Item = PortResult<String>>) -> Self {
        let secrets = secrets
            .into_iter()
            .map(|text| text.map(Secret::new))
            .collect();
        let vault = Arc::new(Vault(Mutex::new(secrets), Mutex::default()));
        let waiting = Arc::new(Counted::default());
        let notifier = Notifier::new(
            Arc::clone(&vault) as _,
            "afterhours/slack",
            Client::new().unwrap(),
        )
        .with_waiting(Arc::clone(&waiting) as _)
        .with_retry(Retry::default());
        Self {
            vault,
            waiting,
            notifier,
        }
    }

    fn of(slack: &Slack) -> Self {
        Self::new([Ok(slack.webhook_url())])
    }

    async fn run(&self, messages: &[(&str, String)]) -> Result<Report, NotifyError> {
        self.notifier.run(&event(messages), BUDGET).await
    }

    fn pauses(&self) -> Vec<Duration> {
        self.waiting.0.lock().unwrap().clone()
    }

    fn reads(&self) -> u32 {
        *self.vault.1.lock().unwrap()
    }
}

fn event(messages: &[(&str, String)]) -> String {
    let records: Vec<Value> = messages
        .iter()
        .map(|(id, message)| {
            json!({
                "EventSource": "aws:sns",
                "EventVersion": "1.0",
                "Sns": {
                    "Type": "Notification", "MessageId": id, "Subject": null, "Message": message,
                    "Timestamp": "2026-11-20T22:00:07.000Z", "MessageAttributes": {},
                },
            })
        })
        .collect();
    json!({ "Records": records }).to_string()
}

fn alert(title: &str, summary: &str) -> String {
    let scope = Scope {
        account: "123456789012".to_owned(),
        region: "eu-central-1".to_owned(),
        environment: "staging".to_owned(),
    };
    let envelope = Envelope::builder(Kind::Scale, Severity::Warning, &scope)
        .title(title)
        .summary(summary)
        .cause([title])
        .build("2026-11-20T22:00:00Z".parse().unwrap());
    serde_json::to_string(&envelope).unwrap()
}

fn undelivered(result: Result<Report, NotifyError>) -> Undelivered {
    match result {
        Err(NotifyError::Undelivered(undelivered)) => undelivered,
        other => panic!("{other:?}"),
    }
}

fn statuses(slack: &Slack) -> Vec<Option<u16>> {
    slack
        .messages()
        .iter()
        .map(|message| message.status)
        .collect()
}

#[tokio::test]
async fn an_alert_is_posted_once_and_the_secret_is_read_once() {
    let slack = Slack::start().unwrap();
    let bench = Bench::of(&slack);
    let first = bench
        .run(&[(
            "m-1",
            alert("asg/gpu-training failed to wake", "Try it by hand."),
        )])
        .await
        .unwrap();
    assert_eq!(first.delivered, ["m-1"]);
    bench.run(&[("m-2", alert("second", ""))]).await.unwrap();
    let accepted = slack.accepted();
    assert_eq!(accepted.len(), 2);
    assert_eq!(
        accepted[0]["text"],
        "warning: asg/gpu-training failed to wake"
    );
    assert!(
        accepted[0]["blocks"]
            .to_string()
            .contains("Try it by hand.")
    );
    assert_eq!((bench.reads(), bench.pauses().len()), (1, 0));
}

#[tokio::test]
async fn a_repeated_event_posts_only_what_is_still_missing() {
    let slack = Slack::start().unwrap();
    let bench = Bench::of(&slack);
    let messages = [("m-1", alert("one", "")), ("m-2", alert("two", ""))];
    slack.trouble(std::iter::once(Trouble::Prohibited));
    let failed = undelivered(bench.run(&messages).await);
    assert_eq!(
        (
            failed.failures[0].message_id.as_str(),
            &failed.report.delivered[..]
        ),
        ("m-1", &["m-2".to_owned()][..])
    );
    let report = bench.run(&messages).await.unwrap();
    assert_eq!(
        (&report.delivered[..], &report.repeated[..]),
        (&["m-1".to_owned()][..], &["m-2".to_owned()][..])
    );
    assert_eq!(slack.accepted().len(), 2);
}

#[tokio::test]
async fn retry_after_is_honoured() {
    let slack = Slack::start().unwrap();
    slack.trouble([Trouble::RateLimited(7), Trouble::RateLimited(0)]);
    let bench = Bench::of(&slack);
    bench.run(&[("m-1", alert("one", ""))]).await.unwrap();
    assert_eq!(statuses(&slack), [Some(429), Some(429), Some(200)]);
    let [first, second] = bench.pauses()[..] else {
        panic!("{:?}", bench.pauses())
    };
    assert_eq!(first, Duration::from_secs(7));
    assert!(
        (Duration::from_millis(500)..=Duration::from_secs(1)).contains(&second),
        "{second:?}"
    );
}

#[tokio::test]
async fn a_retry_after_beyond_the_budget_ends_it_at_once() {
    let slack = Slack::start().unwrap();
    slack.trouble([Trouble::RateLimited(3_600)]);
    let bench = Bench::of(&slack);
    let failed = undelivered(bench.run(&[("m-1", alert("one", ""))]).await);
    assert!(
        failed.failures[0]
            .reason
            .contains("the time does not suffice"),
        "{failed}"
    );
    assert!(
        failed.failures[0].reason.contains("429 ") || failed.failures[0].reason.ends_with("429"),
        "{failed}"
    );
    assert_eq!(bench.pauses().len(), 0);
}

#[tokio::test]
async fn faults_and_broken_connections_are_tried_again_with_growing_pauses() {
    let slack = Slack::start().unwrap();
    slack.trouble([Trouble::ServerError, Trouble::HangUp, Trouble::ServerError]);
    let bench = Bench::of(&slack);
    bench.run(&[("m-1", alert("one", ""))]).await.unwrap();
    assert_eq!(statuses(&slack), [Some(500), None, Some(500), Some(200)]);
    let pauses = bench.pauses();
    assert_eq!(pauses.len(), 3);
    for (pause, longest) in pauses.iter().zip([500, 1_000, 2_000]) {
        let longest = Duration::from_millis(longest);
        assert!((longest / 2..=longest).contains(pause), "{pauses:?}");
    }
}

#[tokio::test]
async fn it_is_given_up_after_so_many_attempts() {
    let slack = Slack::start().unwrap();
    slack.trouble([Trouble::ServerError; 6]);
    let bench = Bench::of(&slack);
    let error = bench
        .run(&[("m-1", alert("one", ""))])
        .await
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "1 of 1 messages could not be delivered: m-1: given up after 6 attempts: the webhook answered 500 rollup_error"
    );
    assert_eq!(slack.messages().len(), 6);
}

#[tokio::test]
async fn a_webhook_that_is_not_there_is_tried_again_and_its_address_stays_secret() {
    let slack = Slack::start().unwrap();
    let url = slack.webhook_url();
    drop(slack);
    let bench = Bench::new([Ok(url)]);
    let failed = undelivered(bench.run(&[("m-1", alert("one", ""))]).await);
    let reason = &failed.failures[0].reason;
    assert!(
        reason.contains("given up after 6 attempts") && !reason.contains("services"),
        "{reason}"
    );
    assert_eq!(bench.pauses().len(), 5);
}

#[tokio::test]
async fn a_removed_webhook_is_looked_up_again_once() {
    let slack = Slack::start().unwrap();
    let old = slack.webhook_url();
    let new = old.replace("XXXXXXXXXXXXXXXXXXXXXXXX", "YYYYYYYYYYYYYYYYYYYYYYYY");
    slack.trouble([Trouble::NoService]);
    let bench = Bench::new([Ok(old), Ok(new)]);
    bench.run(&[("m-1", alert("one", ""))]).await.unwrap();
    assert_eq!(statuses(&slack), [Some(404), Some(200)]);
    assert_eq!((bench.reads(), bench.pauses().len()), (2, 0));
}

#[tokio::test]
async fn a_removed_webhook_that_was_not_replaced_is_not_asked_again() {
    for trouble in [Trouble::NoService, Trouble::Prohibited] {
        let slack = Slack::start().unwrap();
        slack.trouble([trouble]);
        let bench = Bench::of(&slack);
        let failed = undelivered(bench.run(&[("m-1", alert("one", ""))]).await);
        assert!(
            failed.failures[0]
                .reason
                .starts_with("the webhook answered 40"),
            "{failed}"
        );
        assert_eq!((slack.messages().len(), bench.reads()), (1, 2));
    }
}

#[tokio::test]
async fn a_secret_that_cannot_be_used_says_so_and_is_not_shown() {
    let denied = PortError {
        class: ErrorClass::Denied,
        action: "secretsmanager:GetSecretValue".to_owned(),
        code: "AccessDeniedException".to_owned(),
        message: String::new(),
    };
    for (secret, says) in [
        (Err(denied), "secretsmanager:GetSecretValue is denied"),
        (
            Ok("xoxb-not-a-webhook".to_owned()),
            "accepted: https://HOST/PATH",
        ),
        (
            Ok("http://hooks.slack.com/services/T/B/xoxb-not".to_owned()),
            "accepted: https://HOST/PATH",
        ),
    ] {
        let bench = Bench::new([secret]);
        let error = bench
            .run(&[("m-1", alert("one", ""))])
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains(says) && !error.contains("xoxb"), "{error}");
    }
}

#[tokio::test]
async fn refused_blocks_are_sent_once_more_as_plain_text() {
    for word in ["invalid_blocks", "invalid_payload"] {
        let slack = Scripted::start(&[word]);
        let bench = Bench::new([Ok(slack.url())]);
        bench
            .run(&[("m-1", alert("a <b> & ```c```", "Try it by hand."))])
            .await
            .unwrap();
        let [blocks, plain] = &slack.bodies()[..] else {
            panic!("{:?}", slack.bodies())
        };
        assert!(blocks.get("blocks").is_some() && plain.get("blocks").is_none());
        assert_eq!(problems(plain), [] as [String; 0]);
        let text = plain["text"].as_str().unwrap();
        assert!(
            text.contains("Try it by hand.") && text.contains("a &lt;b&gt; &amp; '''c'''"),
            "{text}"
        );
        assert_eq!(bench.pauses().len(), 0);
    }
}

#[tokio::test]
async fn a_plain_text_that_is_refused_too_is_final() {
    let slack = Scripted::start(&["invalid_blocks", "invalid_payload"]);
    let bench = Bench::new([Ok(slack.url())]);
    let failed = undelivered(bench.run(&[("m-1", alert("one", ""))]).await);
    assert_eq!(
        failed.failures[0].reason,
        "the webhook answered 400 invalid_payload"
    );
    assert_eq!(slack.bodies().len(), 2);
}

#[tokio::test]
async fn other_refusals_are_final() {
    let slack = Scripted::start(&["user_not_found"]);
    let bench = Bench::new([Ok(slack.url())]);
    let failed = undelivered(bench.run(&[("m-1", alert("one", ""))]).await);
    assert_eq!(
        failed.failures[0].reason,
        "the webhook answered 400 user_not_found"
    );
    assert_eq!(slack.bodies().len(), 1);
}

#[tokio::test]
async fn a_message_that_fails_stops_no_other() {
    let slack = Slack::start().unwrap();
    slack.trouble([Trouble::Prohibited]);
    let bench = Bench::of(&slack);
    let mut event: Value = serde_json::from_str(&event(&[
        ("m-1", alert("one", "")),
        ("m-2", alert("two", "")),
        ("m-3", alert("three", "")),
    ]))
    .unwrap();
    event["Records"]
        .as_array_mut()
        .unwrap()
        .insert(1, json!({"EventSource": "aws:sqs"}));
    let failed = undelivered(bench.notifier.run(&event.to_string(), BUDGET).await);
    let ids: Vec<_> = failed
        .failures
        .iter()
        .map(|failure| failure.message_id.as_str())
        .collect();
    assert_eq!(ids, ["m-1", "Records[1]"]);
    assert_eq!(failed.report.delivered, ["m-2", "m-3"]);
    assert!(
        failed
            .to_string()
            .starts_with("2 of 4 messages could not be delivered: m-1: "),
        "{failed}"
    );
}

#[tokio::test]
async fn a_message_that_takes_long_leaves_the_others_their_time() {
    let slack = Slack::start().unwrap();
    // The share of the first of two is half of the budget.
    slack.trouble([Trouble::RateLimited(301)]);
    let bench = Bench::of(&slack);
    let failed = undelivered(
        bench
            .run(&[("m-1", alert("one", "")), ("m-2", alert("two", ""))])
            .await,
    );
    assert_eq!(failed.failures.len(), 1);
    assert_eq!(failed.report.delivered, ["m-2"]);
}

#[tokio::test]
async fn messages_that_are_no_alerts_are_delivered_too() {
    let slack = Slack::start().unwrap();
    let bench = Bench::of(&slack);
    let budget = "Budget Name: platform\nYou have passed 80% of 1000.00 USD".to_owned();
    bench
        .run(&[
            ("m-1", budget),
            ("m-2", String::new()),
            ("m-3", "{\"version\": 9}".to_owned()),
        ])
        .await
        .unwrap();
    let accepted = slack.accepted();
    assert_eq!(accepted.len(), 3);
    assert!(accepted[0].to_string().contains("80% of 1000.00 USD"));
    assert!(accepted[1].to_string().contains("the message was empty"));
    assert!(accepted[2].to_string().contains("`version`"));
}

#[tokio::test]
async fn a_huge_alert_arrives_and_its_plain_text_is_within_slacks_limits() {
    let summary = "asg/gpu-training-with-a-long-name <failed> & \"waits\"\n".repeat(4_000);
    let slack = Slack::start().unwrap();
    Bench::of(&slack)
        .run(&[("m-1", alert("huge", &summary))])
        .await
        .unwrap();
    assert_eq!(slack.accepted().len(), 1);
    let slack = Scripted::start(&["invalid_blocks"]);
    Bench::new([Ok(slack.url())])
        .run(&[("m-2", alert("huge", &summary))])
        .await
        .unwrap();
    let plain = &slack.bodies()[1];
    assert_eq!(problems(plain), [] as [String; 0]);
    assert!(plain["text"].as_str().unwrap().len() > 10_000);
}

#[tokio::test]
async fn what_is_no_event_is_refused() {
    let slack = Slack::start().unwrap();
    let bench = Bench::of(&slack);
    let error = bench
        .notifier
        .run(r#"{"command":"tick"}"#, BUDGET)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, NotifyError::Event(_)) && error.to_string().contains("accepted"),
        "{error}"
    );
    assert_eq!((slack.messages().len(), bench.reads()), (0, 0));
}

//! The Slack stand-in, over HTTP.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use afterhours_local::slack::{Slack, Trouble};
use serde_json::{Value, json};

/// Posts with a content type and gives the raw answer, empty when the connection was closed.
fn post(slack: &Slack, content_type: &str, body: &Value) -> String {
    let url = slack.webhook_url();
    let (host, path) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let body = body.to_string();
    write!(stream, "POST /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap_or_default();
    answer.to_lowercase()
}

#[test]
fn good_messages_are_taken_and_bad_ones_refused_as_slack_does() {
    let slack = Slack::start().unwrap();
    let good = json!({"text": "hello", "blocks": [{"type": "divider"}]});
    assert!(post(&slack, "application/json", &good).starts_with("http/1.1 200"));
    assert!(post(&slack, "text/plain", &good).ends_with("invalid_payload"));
    assert!(
        post(
            &slack,
            "application/json",
            &json!({"text": "x", "blocks": [{"type": "nonsense"}]})
        )
        .ends_with("invalid_blocks")
    );
    assert!(
        post(
            &slack,
            "application/json",
            &json!({"blocks": [{"type": "divider"}]})
        )
        .ends_with("no_text")
    );
    assert_eq!(slack.accepted(), [good]);
    assert_eq!(slack.messages().len(), 4);
    assert!(slack.messages()[2].problems[0].contains("nonsense"));
}

#[test]
fn troubles_come_in_order_and_end() {
    let slack = Slack::start().unwrap();
    slack.trouble([
        Trouble::RateLimited(3),
        Trouble::ServerError,
        Trouble::NoService,
        Trouble::HangUp,
    ]);
    let message = json!({"text": "hello"});
    let answers: Vec<String> = (0..5)
        .map(|_| post(&slack, "application/json", &message))
        .collect();
    assert!(answers[0].starts_with("http/1.1 429") && answers[0].contains("retry-after: 3"));
    assert!(answers[1].starts_with("http/1.1 500"));
    assert!(answers[2].starts_with("http/1.1 404") && answers[2].ends_with("no_service"));
    assert_eq!(answers[3], "");
    assert!(answers[4].starts_with("http/1.1 200"));
    let statuses: Vec<_> = slack
        .messages()
        .iter()
        .map(|message| message.status)
        .collect();
    assert_eq!(statuses, [Some(429), Some(500), Some(404), None, Some(200)]);
}

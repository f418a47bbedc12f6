//! What the tests share.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use afterhours_e2e::small::Small;
use afterhours_e2e::stage::Answered;
use afterhours_local::lambda::{Function, Outcome, Started};
use afterhours_local::proxy::{Record, Rule};
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

/// How long a function may take to start.
pub(crate) const LIMIT: std::time::Duration = std::time::Duration::from_mins(1);

/// An instant some minutes later.
pub(crate) fn later(from: &str, minutes: i64) -> Timestamp {
    let from: Timestamp = from.parse().unwrap();
    from.checked_add(minutes.minutes()).unwrap()
}

/// The calls of the scaler, in the order in which they ended.
pub(crate) fn names(calls: &[Record]) -> Vec<String> {
    calls
        .iter()
        .map(|record| format!("{}:{}", record.call.service, record.call.operation))
        .collect()
}

/// A call and its input in one line.
pub(crate) fn change(record: &Record) -> String {
    format!("{} {}", record.call.operation, record.call.input)
}

/// The one report of a tick.
pub(crate) fn report(answered: &Answered) -> Value {
    answered
        .response()
        .unwrap()
        .pointer("/reports/0")
        .unwrap()
        .clone()
}

/// The targets and verbs of a report's actions, sorted.
pub(crate) fn actions(report: &Value) -> Vec<String> {
    let mut actions: Vec<String> = report["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|action| {
            format!(
                "{} {}",
                action["action"].as_str().unwrap(),
                action["target"].as_str().unwrap()
            )
        })
        .collect();
    actions.sort();
    actions
}

/// One request to the server behind the proxy, past the product and past the log.
pub(crate) fn raw(small: &Small, method: &str, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
    let port = small.stage.aws.moto.port();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    // The server tells services apart by the credential's scope.
    let head = format!(
        "{method} /small{path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nAuthorization: AWS4-HMAC-SHA256 \
         Credential=test/20260101/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=0\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let split = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap();
    let status = String::from_utf8_lossy(answer.get(9..12).unwrap())
        .parse()
        .unwrap();
    (status, answer.split_off(split + 4))
}

/// The key of the scope document.
pub(crate) fn document_path() -> String {
    format!(
        "/scopes/{}/{}.json",
        afterhours_local::ACCOUNT,
        afterhours_local::REGION
    )
}

/// What lies in the bucket as the scope document.
pub(crate) fn document(small: &Small) -> Option<Vec<u8>> {
    let (status, body) = raw(small, "GET", &document_path(), b"");
    (status == 200).then_some(body)
}

/// Deletes all that the scaler wrote since the log was emptied, so that the next night begins with nothing.
pub(crate) fn empty_bucket(small: &Small) {
    let keys: BTreeSet<String> = small
        .stage
        .aws
        .proxy
        .mutations()
        .iter()
        .filter(|record| record.call.is("s3", "PutObject"))
        .filter_map(|record| record.call.param("Key").map(ToOwned::to_owned))
        .collect();
    for key in keys {
        let (status, _) = raw(small, "DELETE", &format!("/{key}"), b"");
        assert!(status == 204 || status == 404, "DELETE {key}: {status}");
    }
    assert_eq!(document(small), None, "the bucket is not empty");
    small.stage.aws.proxy.clear_log();
}

/// Whether nothing is left to be done and nothing is under way.
fn is_quiet(answered: &Answered) -> bool {
    answered.mutations().is_empty() && answered.writes().is_empty()
}

/// Ticks every five minutes from `from` until a tick changes nothing and waits for nothing.
pub(crate) fn settle(small: &Small, from: Timestamp) {
    let mut last = Value::Null;
    for tick in 0..20 {
        let now = from.checked_add((tick * 5).minutes()).unwrap();
        let answered = small.stage.tick(now).unwrap();
        let response = answered.response().unwrap();
        assert_eq!(response["errors"], json!([]), "{response}");
        last = report(&answered);
        let waits = last["untouched"]
            .as_array()
            .unwrap()
            .iter()
            .any(|left| !is_final(left["reason"].as_str().unwrap()));
        // An endpoint that goes away between the list and the look at it is an error of that tick.
        let unread = last["errors"] != json!([]);
        if is_quiet(&answered) && !waits && !unread {
            return;
        }
    }
    panic!("no end after 20 ticks: {last}");
}

fn is_final(reason: &str) -> bool {
    !["status ", "being deleted", "another tick works on it"]
        .iter()
        .any(|begin| reason.starts_with(begin) || reason.contains(begin))
}

/// A whole night: everything sleeps, then everything is as it was.
pub(crate) fn whole_night(small: &Small, evening: &str, morning: &str) {
    settle(small, later(evening, 0));
    small.assert_asleep("evening").unwrap();
    settle(small, later(morning, 0));
    small.assert_restored("morning").unwrap();
}

/// One invocation of a fresh process, with a request id of the caller's choice.
pub(crate) fn send_with_id(small: &Small, now: Timestamp, payload: &Value, id: &str) -> Outcome {
    let stage = &small.stage;
    let function = Function::start(&stage.scaler(now).unwrap()).unwrap();
    assert!(
        matches!(function.started(LIMIT).unwrap(), Started::Ready(_)),
        "{:?}",
        function.logs()
    );
    let mut options = stage.invocation().unwrap();
    id.clone_into(&mut options.request_id);
    function.invoke(payload, &options).unwrap()
}

/// Where a call is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// AWS never saw the call.
    Before,
    /// AWS carried the call out; nobody got the answer.
    After,
}

/// One tick whose process is killed at the `n`-th matching call; `false` where it made fewer calls and came to its end.
pub(crate) fn killed_tick(small: &Small, now: Timestamp, rule: Rule, at: At) -> bool {
    let stage = &small.stage;
    let function = Function::start(&stage.scaler(now).unwrap()).unwrap();
    let Started::Ready(_) = function.started(LIMIT).unwrap() else {
        panic!("the scaler did not start");
    };
    let killer = function.killer();
    let kill = move |_: &afterhours_local::proxy::Call| {
        killer.kill().unwrap();
        afterhours_local::proxy::Flow::HangUp
    };
    let id = stage.aws.proxy.add(match at {
        At::Before => rule.before(kill),
        At::After => rule.after(kill),
    });
    let outcome = function
        .invoke(&json!({"command": "tick"}), &stage.invocation().unwrap())
        .unwrap();
    let hit = stage.aws.proxy.hits(id) == 1;
    stage.aws.proxy.remove(id);
    match outcome {
        Outcome::Exited(status) => {
            assert!(hit && !status.success(), "{status}");
            true
        }
        Outcome::Response(_) => {
            assert!(!hit, "the tick answered although it was killed");
            false
        }
        other => panic!("{other:?}"),
    }
}

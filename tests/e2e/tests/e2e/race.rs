//! Two ticks at once, duplicates and late events: one set of calls, and nothing is lost.

use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use afterhours_e2e::small::{EVENING, MORNING, Small};
use afterhours_local::lambda::Outcome;
use afterhours_local::proxy::{Flow, Rule};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::support::{change, empty_bucket, later, send_with_id, settle};

/// How a tick is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Delivery {
    Once,
    /// Two processes, each past its reads before either writes.
    AtOnce,
    /// The same request again, to another process, when the first has answered.
    Duplicate,
    /// Two processes with the same request id.
    DuplicateAtOnce,
}

/// Holds the first two calls that reach it until both have, at most for ten seconds.
fn meeting() -> impl Fn(&afterhours_local::proxy::Call) -> Flow + Send + Sync + 'static {
    let state = Arc::new((Mutex::new(0_u32), Condvar::new()));
    move |_| {
        let (count, changed) = &*state;
        let mut count = count.lock().unwrap();
        *count += 1;
        changed.notify_all();
        let (count, _) = changed
            .wait_timeout_while(count, Duration::from_secs(10), |count| *count < 2)
            .unwrap();
        assert!(*count >= 2, "the other tick did not come");
        Flow::Continue
    }
}

fn tick() -> Value {
    json!({"command": "tick"})
}

fn deliver(small: &Small, now: Timestamp, delivery: Delivery, number: i64) {
    let id = |other: u8| format!("00000000-0000-4000-a{other:03}-{number:012}");
    let answered = |outcome: Outcome| match outcome {
        Outcome::Response(response) => assert_eq!(response["errors"], json!([]), "{response}"),
        other => panic!("{delivery:?}: {other:?}"),
    };
    let second = if delivery == Delivery::AtOnce {
        id(2)
    } else {
        id(1)
    };
    match delivery {
        Delivery::Once => answered(send_with_id(small, now, &tick(), &id(1))),
        Delivery::Duplicate => {
            answered(send_with_id(small, now, &tick(), &id(1)));
            answered(send_with_id(small, now, &tick(), &second));
        }
        Delivery::AtOnce | Delivery::DuplicateAtOnce => {
            let rule = (number == 0).then(|| {
                let first = Rule::on("s3", "PutObject").caller("scaler").times(2);
                small.stage.aws.proxy.add(first.before(meeting()))
            });
            thread::scope(|scope| {
                let other = scope.spawn(|| send_with_id(small, now, &tick(), &second));
                answered(send_with_id(small, now, &tick(), &id(1)));
                answered(other.join().unwrap());
            });
            if let Some(rule) = rule {
                assert_eq!(small.stage.aws.proxy.hits(rule), 2);
                small.stage.aws.proxy.remove(rule);
            }
        }
    }
}

/// The changes of a night, the evening's and the morning's, each sorted.
fn night(small: &Small, delivery: Delivery) -> [Vec<String>; 2] {
    [(EVENING, true), (MORNING, false)].map(|(from, evening)| {
        let before = small.stage.aws.proxy.mutations().len();
        for number in 0..6 {
            deliver(small, later(from, number * 5), delivery, number);
        }
        settle(small, later(from, 30));
        let when = format!("{delivery:?} {from}");
        if evening {
            small.assert_asleep(&when).unwrap();
        } else {
            small.assert_restored(&when).unwrap();
        }
        let mut changes: Vec<String> = small
            .stage
            .aws
            .proxy
            .mutations()
            .split_off(before)
            .iter()
            .filter(|record| record.call.service != "s3" && record.call.service != "sns")
            .map(change)
            .collect();
        changes.sort();
        changes
    })
}

#[test]
fn two_ticks_at_once_and_duplicates_make_one_set_of_calls() {
    let small = Small::start("race", 41).unwrap();
    let alone = night(&small, Delivery::Once);
    assert!(alone.iter().all(|changes| changes.len() > 5), "{alone:?}");
    for delivery in [
        Delivery::AtOnce,
        Delivery::Duplicate,
        Delivery::DuplicateAtOnce,
    ] {
        empty_bucket(&small);
        let [evening, morning] = night(&small, delivery);
        assert_eq!(evening, alone[0], "{delivery:?} in the evening");
        assert_eq!(morning, alone[1], "{delivery:?} in the morning");
    }
}

#[test]
fn an_event_that_comes_late_changes_nothing() {
    let small = Small::start("late", 42).unwrap();
    let id = "00000000-0000-4000-8000-00000000aaaa";
    send_with_id(&small, later(EVENING, 0), &tick(), id);
    settle(&small, later(EVENING, 5));
    small.assert_asleep("evening").unwrap();
    let before = small.stage.aws.proxy.mutations().len();
    // The evening's event once more, hours later: it says nothing about when it was sent.
    send_with_id(&small, later(EVENING, 240), &tick(), id);
    assert_eq!(small.stage.aws.proxy.mutations().len(), before);
    settle(&small, later(MORNING, 0));
    let before = small.stage.aws.proxy.mutations().len();
    send_with_id(&small, later(MORNING, 120), &tick(), id);
    assert_eq!(small.stage.aws.proxy.mutations().len(), before);
    small.assert_restored("morning").unwrap();
}

#[test]
fn a_claim_that_is_delivered_twice_counts_once() {
    let small = Small::start("claim-twice", 43).unwrap();
    settle(&small, later(EVENING, 0));
    let now = later(EVENING, 120);
    let ask = |payload: &Value, id: &str| match send_with_id(&small, now, payload, id) {
        Outcome::Response(answer) => answer["lease"]["until"].as_str().unwrap().to_owned(),
        other => panic!("{other:?}"),
    };
    let wake = json!({"command": "wake", "target": "plain", "for": "1h"});
    let extend = json!({"command": "extend", "target": "plain", "for": "1h"});
    let (first, second) = (
        "00000000-0000-4000-8000-00000000bbbb",
        "00000000-0000-4000-8000-00000000cccc",
    );
    assert_eq!(ask(&wake, first), "2026-11-24T20:00:00Z");
    let changes = small.stage.aws.proxy.mutations().len();
    assert_eq!(ask(&wake, first), "2026-11-24T20:00:00Z");
    assert_eq!(
        small.stage.aws.proxy.mutations().len(),
        changes,
        "the duplicate changed something"
    );
    assert_eq!(ask(&extend, second), "2026-11-24T21:00:00Z");
    assert_eq!(
        ask(&extend, second),
        "2026-11-24T21:00:00Z",
        "extended twice"
    );
    settle(&small, later(MORNING, 0));
    small.assert_restored("morning").unwrap();
}

//! A wire that fails: throttling, 500s, closed connections, lost answers, short pages, slow answers.

use std::collections::HashSet;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use afterhours_e2e::small::{EVENING, MORNING, Small};
use afterhours_local::proxy::{Call, Rule};
use serde_json::{Value, json};

use crate::support::{actions, later, report, settle};

/// Holds for the first call of each operation on each resource; in the bucket for the first of each kind of object.
fn first_of_each() -> impl Fn(&Call) -> bool + Send + Sync + 'static {
    let seen = Mutex::new(HashSet::new());
    move |call| {
        let resource = match call.param("Key").and_then(|key| key.split_once('/')) {
            Some((kind, _)) => kind.to_owned(),
            None => call.input.to_string(),
        };
        let name = format!("{}:{} {resource}", call.service, call.operation);
        call.caller == "scaler" && seen.lock().unwrap().insert(name)
    }
}

#[test]
fn s05_one_group_is_throttled_five_times_and_the_others_are_not_delayed() {
    let small = Small::start("throttled", 61).unwrap();
    let proxy = &small.stage.aws.proxy;
    let plain = |call: &Call| call.param("AutoScalingGroupName") == Some("plain");
    proxy.add(
        Rule::on("autoscaling", "UpdateAutoScalingGroup")
            .when(plain)
            .times(5)
            .throttle(),
    );
    let mut attempts = Vec::new();
    for tick in 0..3 {
        let answered = small.stage.tick(later(EVENING, tick * 5)).unwrap();
        let updates: Vec<Option<u16>> = answered
            .calls
            .iter()
            .filter(|record| {
                record.call.is("autoscaling", "UpdateAutoScalingGroup") && plain(&record.call)
            })
            .map(|record| record.status)
            .collect();
        if tick == 0 {
            assert_eq!(updates.len(), 6, "the first tick rides it out: {updates:?}");
            let position = |wanted: &dyn Fn(&Call) -> bool| {
                answered
                    .mutations()
                    .iter()
                    .rposition(|record| wanted(&record.call))
                    .unwrap()
            };
            let last = position(&plain);
            for other in ["tracked", "queue", "split"] {
                let at = position(&|call: &Call| call.input.to_string().contains(other));
                assert!(at < last, "{other} waited for plain");
            }
        }
        attempts.extend(updates);
    }
    assert_eq!(
        attempts,
        [
            Some(400),
            Some(400),
            Some(400),
            Some(400),
            Some(400),
            Some(200)
        ]
    );
    settle(&small, later(EVENING, 15));
    small.assert_asleep("throttled").unwrap();
    settle(&small, later(MORNING, 0));
    small.assert_restored("throttled").unwrap();
    // It passed by itself: nobody was woken for it.
    let told: Vec<_> = proxy
        .published()
        .into_iter()
        .filter(|alert| alert.body("email").contains("failed"))
        .collect();
    assert!(told.is_empty(), "{told:?}");
}

type Disturbance = (&'static str, fn(Rule) -> Rule);

const DISTURBANCES: [Disturbance; 5] = [
    ("throttled", Rule::throttle),
    ("answered 500", Rule::server_error),
    ("hung up on before it arrives", Rule::hang_up),
    ("carried out and not answered", Rule::lose_answer),
    ("slow", |rule| rule.delay(Duration::from_millis(150))),
];

fn disturbed(seed: u64, name: &str, disturb: fn(Rule) -> Rule) {
    let small = Small::start("disturbed", seed).unwrap();
    let proxy = &small.stage.aws.proxy;
    let when = format!("every call {name} once");
    let evening = proxy.add(disturb(Rule::on("*", "*").when(first_of_each())));
    settle(&small, later(EVENING, 0));
    assert!(proxy.hits(evening) > 15, "{when}");
    proxy.remove(evening);
    small.assert_asleep(&when).unwrap();
    let morning = proxy.add(disturb(Rule::on("*", "*").when(first_of_each())));
    settle(&small, later(MORNING, 0));
    assert!(proxy.hits(morning) > 15, "{when}");
    proxy.remove(morning);
    small.assert_restored(&when).unwrap();
}

#[test]
fn a_night_in_which_each_call_fails_once_loses_nothing() {
    // At once, each with an account of its own: most of the time is spent in waiting for the next attempt.
    thread::scope(|scope| {
        for (seed, (name, disturb)) in (620..).zip(DISTURBANCES) {
            scope.spawn(move || disturbed(seed, name, disturb));
        }
    });
}

#[test]
fn a_journal_entry_written_and_not_answered_costs_one_tick() {
    let small = Small::start("lost-journal", 64).unwrap();
    let proxy = &small.stage.aws.proxy;
    let journal = |call: &Call| {
        call.param("Key")
            .is_some_and(|key| key.starts_with("journal/"))
    };
    for from in [EVENING, MORNING] {
        let rule = proxy.add(
            Rule::on("s3", "PutObject")
                .caller("scaler")
                .when(journal)
                .times(1)
                .lose_answer(),
        );
        // The second attempt finds the entry there: nothing tells it from one of somebody else, who is left to act.
        let first = small.stage.tick(later(from, 0)).unwrap();
        assert_eq!(proxy.hits(rule), 1);
        assert_eq!(first.mutations().len(), 0);
        proxy.remove(rule);
        let second = small.stage.tick(later(from, 5)).unwrap();
        assert_eq!(actions(&report(&second)).len(), 4);
        settle(&small, later(from, 10));
        if from == EVENING {
            small.assert_asleep("evening").unwrap();
        } else {
            small.assert_restored("morning").unwrap();
        }
    }
}

#[test]
fn short_pages_make_the_same_plan_as_whole_pages() {
    let small = Small::start("pages", 63).unwrap();
    let proxy = &small.stage.aws.proxy;
    let plan = |from: &str| -> (Value, usize) {
        let answered = small
            .stage
            .send(later(from, 0), &json!({"command": "plan"}))
            .unwrap();
        (report(&answered), answered.calls.len())
    };
    let both = |from: &str| {
        let (whole, calls) = plan(from);
        assert!(!whole["actions"].as_array().unwrap().is_empty(), "{whole}");
        let rule = proxy.add(Rule::on("*", "*").caller("scaler").page_size(1));
        let (short, more) = plan(from);
        proxy.remove(rule);
        assert!(
            more > calls,
            "{more} calls with short pages, {calls} with whole ones"
        );
        assert_eq!(short, whole);
    };
    both(EVENING);
    let rule = proxy.add(Rule::on("*", "*").caller("scaler").page_size(1));
    settle(&small, later(EVENING, 0));
    proxy.remove(rule);
    small.assert_asleep("short pages").unwrap();
    both(MORNING);
    let rule = proxy.add(Rule::on("*", "*").caller("scaler").page_size(1));
    settle(&small, later(MORNING, 0));
    proxy.remove(rule);
    small.assert_restored("short pages").unwrap();
}

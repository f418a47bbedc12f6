//! Somebody claims a group while a tick is about to put it to sleep, and deliveries that come twice or late.

use std::sync::{Arc, Mutex};

use afterhours_core::command::Command;
use afterhours_fake::{Faults, Passed, Point};
use afterhours_scaler::{Request, Scaler};
use serde_json::json;

use crate::crash::{EVENING, GROUPS, MORNING, check_safe, platform};
use crate::rig::{MINUTES, Rig, elsewhere, size};

const WAKE: &str = r#"{"command": "wake", "target": "train", "for": "2h", "owner": "ops"}"#;

/// At boundary `n` the scaler answers `payload` from begin to end, in another process.
fn at_boundary(rig: &Rig, faults: &Faults, n: usize, payload: &str) -> Arc<Mutex<Option<String>>> {
    let answer = Arc::new(Mutex::new(None));
    let command = Command::from_json(payload).unwrap();
    let scaler = Scaler::new(rig.config.clone(), vec![(rig.scope(), rig.aws.ports())]);
    let request = Request {
        id: "ops-1".to_owned(),
        now: rig.now,
        budget: rig.budget,
        alias: None,
    };
    let told = Arc::clone(&answer);
    faults.at(n, move || {
        let reply = elsewhere(&scaler, &command, &request);
        let text = reply.map_or_else(|error| format!("error: {error}"), |_| "ok".to_owned());
        *told.lock().unwrap() = Some(text);
    });
    answer
}

/// The boundaries of an evening's first tick.
async fn first_tick() -> Vec<Passed> {
    let mut rig = platform().await;
    let faults = Faults::new();
    rig.tick_with(&faults).await.unwrap();
    faults.passed()
}

/// An evening in which `train` is claimed at boundary `n` and the tick dies at boundary `dies`.
async fn race(n: usize, dies: Option<usize>) -> Result<(), String> {
    let mut rig = platform().await;
    let before = rig.aws.world().platform();
    let faults = Faults::new();
    let answer = at_boundary(&rig, &faults, n, WAKE);
    if let Some(dies) = dies {
        faults.crash_at(dies);
    }
    let _ = rig.tick_with(&faults).await;
    let answer = answer.lock().unwrap().clone();
    if answer.as_deref() != Some("ok") {
        return Err(format!("the claim was answered by {answer:?}"));
    }
    for tick in 0..9 {
        check_safe(&rig.document().await, &rig.aws.world().platform(), &before)
            .map_err(|error| format!("after tick {tick}: {error}"))?;
        rig.pass(MINUTES);
        rig.tick().await;
        if rig.size("train") != size(2, 4, 6) {
            return Err(format!("train is {} after tick {tick}", rig.size("train")));
        }
    }
    for name in GROUPS {
        if name != "train" && !rig.size(name).is_zero() {
            return Err(format!("{name} is {}", rig.size(name)));
        }
    }
    rig.settle_from("2026-11-02T20:00:00Z").await;
    if rig.size("train") != size(0, 0, 6) {
        return Err(format!("after the lease train is {}", rig.size("train")));
    }
    rig.settle_from(MORNING).await;
    let now = rig.aws.world().platform();
    if now != before {
        return Err(format!("was {before:#?}\nis {now:#?}"));
    }
    let left = rig.document().await.records.len();
    if left > 0 {
        return Err(format!("{left} records are left"));
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_wake_at_every_boundary_of_the_evening_is_heard_in_the_next_tick() {
    for (n, boundary) in first_tick().await.into_iter().enumerate() {
        if boundary.point == Point::After {
            continue;
        }
        if let Err(error) = race(n, None).await {
            panic!("boundary {n} {boundary:?}: {error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_wake_while_a_tick_works_that_dies_later_loses_nothing() {
    let passed = first_tick().await;
    let first = passed
        .iter()
        .position(|passed| passed.action == "s3:PutObject")
        .unwrap();
    let mut races = 0;
    for n in (first..passed.len()).filter(|n| passed[*n].point == Point::Before) {
        for dies in (n + 1..passed.len()).filter(|dies| passed[*dies].point == Point::Before) {
            if let Err(error) = race(n, Some(dies)).await {
                panic!(
                    "claimed at {n} {:?}, dies at {dies} {:?}: {error}",
                    passed[n], passed[dies]
                );
            }
            races += 1;
        }
    }
    assert!(races > 50, "{races}");
}

#[tokio::test(start_paused = true)]
async fn s65_a_wake_while_another_tick_puts_it_to_sleep_is_one_wake() {
    let passed = first_tick().await;
    let calls = passed
        .iter()
        .position(|passed| passed.action == "autoscaling:UpdateAutoScalingGroup")
        .unwrap();
    let mut rig = platform().await;
    let faults = Faults::new();
    at_boundary(&rig, &faults, calls, WAKE);
    rig.tick_with(&faults).await.unwrap();
    let updates = |rig: &Rig| {
        let world = rig.aws.world();
        let calls = world.calls_of("autoscaling:UpdateAutoScalingGroup");
        calls.iter().filter(|call| call.resource == "train").count()
    };
    assert_eq!(updates(&rig), 1, "the sleep");
    rig.pass(MINUTES);
    rig.tick().await;
    assert_eq!(updates(&rig), 2, "the wake");
    rig.settle_from("2026-11-02T18:10:00Z").await;
    assert_eq!(updates(&rig), 2);
    assert_eq!(rig.size("train"), size(2, 4, 6));
}

#[tokio::test(start_paused = true)]
async fn s69_duplicate_and_late_deliveries_decide_from_now() {
    let mut rig = platform().await;
    let first = rig.request();
    let tick = Command::Tick {};
    rig.scaler().run(&tick, &first).await.unwrap();
    rig.settle_from("2026-11-02T18:05:00Z").await;
    let before = rig.writes();
    // The event of 18:00 once more, 20 minutes late, and again out of order after a later one.
    rig.clock("2026-11-02T18:30:00Z");
    for id in [first.id.as_str(), "request-2", first.id.as_str()] {
        let late = rig.request_as(id);
        rig.scaler().run(&tick, &late).await.unwrap();
    }
    assert_eq!(rig.writes(), before);
    // The evening's event arrives when the window is open again: it wakes.
    rig.settle_from("2026-11-03T00:30:00Z").await;
    rig.clock(MORNING);
    let late = rig.request_as(&first.id);
    rig.scaler().run(&tick, &late).await.unwrap();
    assert_eq!(rig.size("train"), size(2, 4, 6));
}

#[tokio::test(start_paused = true)]
async fn s70_the_time_of_an_event_has_no_say() {
    let mut rig = platform().await;
    let event = json!({ "command": "tick", "time": "2026-11-02T17:58:00Z" });
    let refused = rig.refused(&event).await;
    assert!(refused.contains("time"), "{refused}");
    rig.clock(EVENING);
    rig.step().await;
    let updates = rig.calls("autoscaling:UpdateAutoScalingGroup");
    rig.settle_from("2026-11-02T18:02:00Z").await;
    assert_eq!(rig.calls("autoscaling:UpdateAutoScalingGroup"), updates);
}

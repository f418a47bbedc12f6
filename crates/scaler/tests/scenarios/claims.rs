//! Leases, holds, the kill switch: S60 to S66; and claims that are refused.

use afterhours_core::command::Command;
use afterhours_core::memory::LeaseOrigin;
use afterhours_core::model::{PolicyKind, TargetId};
use afterhours_scaler::{Reply, Request};
use serde_json::json;

use crate::rig::{OFFICE, Rig, SCHEDULE, at, size, untouched};

const NIGHT: &str = "2026-11-02T18:00:00Z";
const UPDATE: &str = "autoscaling:UpdateAutoScalingGroup";

async fn asleep() -> Rig {
    let mut rig = Rig::new();
    rig.train();
    rig.settle_from(NIGHT).await;
    assert_eq!(rig.size("train"), size(0, 0, 6));
    rig
}

#[tokio::test(start_paused = true)]
async fn s60_a_lease_is_up_at_once_and_over_on_time() {
    let mut rig = asleep().await;
    rig.clock("2026-11-02T21:00:00Z");
    let report = rig
        .claim(&json!({ "command": "wake", "target": "train", "for": "2h", "reason": "sweep", "owner": "ops" }))
        .await;
    assert_eq!(rig.size("train"), size(2, 4, 6));
    assert_eq!(report.lease.unwrap().until, at("2026-11-02T23:00:00Z"));
    while rig.now < at("2026-11-02T23:00:00Z") {
        rig.step().await;
        assert_eq!(rig.size("train"), size(2, 4, 6), "{}", rig.now);
    }
    rig.tick().await;
    assert_eq!(rig.size("train"), size(0, 0, 6));
    assert!(rig.document().await.leases.is_empty());
}

#[tokio::test(start_paused = true)]
async fn s60_a_lease_ends_though_nobody_ticked_when_it_did() {
    let mut rig = asleep().await;
    rig.clock("2026-11-02T21:00:00Z");
    rig.claim(&json!({ "command": "wake", "target": "train", "for": "2h" }))
        .await;
    rig.clock("2026-11-03T02:00:00Z");
    rig.tick().await;
    assert_eq!(rig.size("train"), size(0, 0, 6));
    rig.settle_from("2026-11-03T08:00:00Z").await;
    assert_eq!(rig.size("train"), size(2, 4, 6));
}

#[tokio::test(start_paused = true)]
async fn s61_two_people_who_extend_at_once_are_both_counted_and_repeats_once() {
    let mut rig = asleep().await;
    rig.clock("2026-11-02T21:00:00Z");
    rig.claim(&json!({ "command": "wake", "target": "train", "for": "1h" }))
        .await;
    let extend = Command::from_json(r#"{"command":"extend","target":"train","for":"1h"}"#).unwrap();
    let (ops, dev) = (rig.request_as("ops"), rig.request_as("dev"));
    let (one, two, again) = (rig.scaler(), rig.scaler(), rig.scaler());
    let (one, two, again) = tokio::join!(
        one.run(&extend, &ops),
        two.run(&extend, &dev),
        again.run(&extend, &ops)
    );
    for reply in [one, two, again] {
        reply.unwrap();
    }
    let lease = rig.document().await.leases[&TargetId::group("train")].clone();
    assert_eq!(lease.until, at("2026-11-03T00:00:00Z"));
    // Delivered once more, much later.
    rig.clock("2026-11-02T23:30:00Z");
    let late = Request {
        now: rig.now,
        ..ops
    };
    rig.scaler().run(&extend, &late).await.unwrap();
    let lease = rig.document().await.leases[&TargetId::group("train")].clone();
    assert_eq!(lease.until, at("2026-11-03T00:00:00Z"));
}

#[tokio::test(start_paused = true)]
async fn s61_a_wake_that_is_delivered_twice_is_one_lease() {
    let mut rig = asleep().await;
    rig.clock("2026-11-02T21:00:00Z");
    let wake = json!({ "command": "wake", "target": "train", "for": "2h" });
    let request = rig.request_as("ops");
    rig.command_as(&wake, &request).await.unwrap();
    rig.clock("2026-11-02T21:20:00Z");
    let again = Request {
        now: rig.now,
        ..request
    };
    let writes = rig.writes();
    rig.command_as(&wake, &again).await.unwrap();
    assert_eq!(rig.writes(), writes);
    let lease = rig.document().await.leases[&TargetId::group("train")].clone();
    assert_eq!(lease.until, at("2026-11-02T23:00:00Z"));
}

#[tokio::test(start_paused = true)]
async fn s62_a_lease_beyond_the_maximum_is_cut_and_the_caller_told() {
    let mut rig = asleep().await;
    for (payload, command) in [("wake", "20h"), ("extend", "12h")] {
        let report = rig
            .claim(&json!({ "command": payload, "target": "train", "for": command }))
            .await;
        assert_eq!(
            report.lease.unwrap().until.duration_since(rig.now),
            jiff::SignedDuration::from_hours(12)
        );
        let notes = report.notes.join("; ");
        assert!(notes.contains("limits.max_lease is 12h"), "{notes}");
    }
    rig.claim(&json!({ "command": "release", "target": "train" }))
        .await;
    let report = rig
        .claim(&json!({ "command": "sleep", "target": "train", "for": "3d" }))
        .await;
    assert!(report.notes.join("; ").contains("limits.max_lease is 12h"));
}

#[tokio::test(start_paused = true)]
async fn s63_a_lease_over_the_morning_makes_no_blip() {
    let mut rig = asleep().await;
    rig.clock("2026-11-03T07:00:00Z");
    rig.claim(&json!({ "command": "wake", "target": "train", "for": "2h" }))
        .await;
    let updates = rig.calls(UPDATE);
    while rig.now < at("2026-11-03T10:00:00Z") {
        rig.step().await;
        assert_eq!(rig.size("train"), size(2, 4, 6), "{}", rig.now);
    }
    assert_eq!(rig.calls(UPDATE), updates);
    let document = rig.document().await;
    assert!(document.leases.is_empty() && document.records.is_empty());
}

#[tokio::test(start_paused = true)]
async fn s63_a_lease_over_the_evening_makes_no_blip() {
    let mut rig = Rig::new();
    rig.train();
    rig.clock("2026-11-02T17:00:00Z");
    rig.claim(&json!({ "command": "wake", "target": "train", "for": "3h" }))
        .await;
    while rig.now < at("2026-11-02T20:00:00Z") {
        rig.step().await;
        assert_eq!(rig.mutations(), 0, "{}", rig.now);
    }
    rig.tick().await;
    assert_eq!(rig.size("train"), size(0, 0, 6));
}

#[tokio::test(start_paused = true)]
async fn s64_a_lease_with_a_count_wakes_as_many_and_the_morning_all() {
    let mut rig = Rig::new();
    {
        let mut world = rig.aws.world();
        world
            .group("train")
            .size(2, 4, 6)
            .tag(SCHEDULE, OFFICE)
            .policy("track", PolicyKind::Alarm)
            .add();
    }
    let before = rig.aws.world().platform();
    rig.settle_from(NIGHT).await;
    rig.clock("2026-11-02T21:00:00Z");
    rig.claim(&json!({ "command": "wake", "target": "train", "for": "2h", "count": 1 }))
        .await;
    assert_eq!(rig.size("train"), size(0, 1, 6));
    assert!(!rig.aws.world().alarm("train", 5), "alarms stay off");
    rig.settle_from("2026-11-02T21:05:00Z").await;
    assert_eq!(rig.size("train"), size(0, 1, 6));
    // One more, then all.
    rig.claim(&json!({ "command": "wake", "target": "train", "for": "2h", "count": 2 }))
        .await;
    assert_eq!(rig.size("train"), size(0, 2, 6));
    rig.settle_from("2026-11-02T23:30:00Z").await;
    assert_eq!(rig.size("train"), size(0, 0, 6));
    assert_eq!(rig.group_record("train").await.unwrap().size, size(2, 4, 6));
    rig.clock("2026-11-03T07:00:00Z");
    rig.claim(&json!({ "command": "wake", "target": "train", "for": "3h", "count": 1 }))
        .await;
    rig.settle_from("2026-11-03T08:00:00Z").await;
    assert_eq!(rig.aws.world().platform(), before);
    assert!(rig.document().await.records.is_empty());
}

#[tokio::test(start_paused = true)]
async fn s64_counts_that_cannot_be_had_are_refused_by_name() {
    let mut rig = asleep().await;
    {
        let mut world = rig.aws.world();
        world
            .group("idle")
            .size(0, 0, 3)
            .tag(SCHEDULE, OFFICE)
            .add();
    }
    let wake = |target: &str, count: u32| json!({ "command": "wake", "target": target, "for": "1h", "count": count });
    let refused = rig.refused(&wake("train", 0)).await;
    assert!(refused.contains("1 or more"), "{refused}");
    let refused = rig.refused(&wake("train", 7)).await;
    assert!(refused.contains("its maximum size is 6"), "{refused}");
    let refused = rig
        .refused(&json!({ "command": "wake", "target": "idle", "for": "1h" }))
        .await;
    assert!(refused.contains("name a count"), "{refused}");
    // A group that was at zero goes back to zero, and leaves nothing behind.
    rig.claim(&wake("idle", 2)).await;
    assert_eq!(rig.size("idle"), size(0, 2, 3));
    rig.settle_from("2026-11-02T19:30:00Z").await;
    assert_eq!(rig.size("idle"), size(0, 0, 3));
    rig.settle_from("2026-11-03T08:00:00Z").await;
    assert_eq!(rig.size("idle"), size(0, 0, 3));
    assert!(rig.document().await.records.is_empty());
}

#[tokio::test(start_paused = true)]
async fn s64_an_endpoint_can_be_leased_in_part_too() {
    let mut rig = Rig::new();
    {
        let mut world = rig.aws.world();
        world
            .endpoint("quant")
            .asynchronous()
            .variant("main", 3, 1.0)
            .tag(SCHEDULE, OFFICE)
            .target("main", 2, 4)
            .add();
        world.endpoint("classic").tag(SCHEDULE, OFFICE).add();
    }
    let before = rig.aws.world().platform();
    rig.settle_from(NIGHT).await;
    rig.claim(&json!({ "command": "wake", "target": "quant", "for": "2h", "count": 1 }))
        .await;
    rig.settle_from("2026-11-02T18:30:00Z").await;
    assert_eq!(rig.aws.world().count_of("quant", "main"), 1);
    let refused = rig
        .refused(&json!({ "command": "wake", "target": "classic", "for": "1h", "count": 1 }))
        .await;
    assert!(refused.contains("leave the count out"), "{refused}");
    rig.settle_from("2026-11-02T21:00:00Z").await;
    assert_eq!(rig.aws.world().count_of("quant", "main"), 0);
    rig.settle_from("2026-11-03T08:00:00Z").await;
    assert_eq!(rig.aws.world().platform(), before);
}

#[tokio::test(start_paused = true)]
async fn s65_a_wake_while_an_endpoint_is_being_deleted_waits_and_is_done_once() {
    let mut rig = Rig::new();
    {
        let mut world = rig.aws.world();
        world.endpoint("classic").tag(SCHEDULE, OFFICE).add();
    }
    rig.clock(NIGHT);
    rig.tick().await;
    let report = rig
        .claim(&json!({ "command": "wake", "target": "classic", "for": "2h" }))
        .await;
    let notes = report.notes.join("; ");
    assert!(notes.contains("Deleting"), "{notes}");
    assert_eq!(rig.calls("sagemaker:CreateEndpoint"), 0);
    rig.settle_from("2026-11-02T18:05:00Z").await;
    assert_eq!(rig.calls("sagemaker:CreateEndpoint"), 1);
    assert!(rig.aws.world().find_endpoint("classic").is_some());
}

#[tokio::test(start_paused = true)]
async fn s66_while_paused_nothing_is_done_and_everything_is_said() {
    let mut rig = Rig::new();
    rig.train();
    rig.clock("2026-11-02T17:00:00Z");
    rig.command(&json!({ "command": "pause", "reason": "launch", "owner": "ops" }))
        .await
        .unwrap();
    rig.clock(NIGHT);
    let report = rig.tick().await;
    assert_eq!(rig.mutations(), 0);
    let why = untouched(&report, "asg/train");
    assert!(why.contains("paused since 2026-11-02T17:00:00Z"), "{why}");
    let wake = json!({ "command": "wake", "target": "train", "for": "1h" });
    let notes = rig.claim(&wake).await.notes.join("; ");
    assert!(notes.contains("paused"), "{notes}");
    // The first pause says since when nothing happened.
    rig.command(&json!({ "command": "pause", "owner": "dev" }))
        .await
        .unwrap();
    match rig.command(&json!({ "command": "status" })).await.unwrap() {
        Reply::Status { scopes, .. } => {
            let pause = scopes[0].paused.clone().unwrap();
            assert_eq!(pause.owner.as_deref(), Some("ops"));
        }
        other => panic!("{other:?}"),
    }
    rig.command(&json!({ "command": "resume" })).await.unwrap();
    rig.settle_from("2026-11-02T19:30:00Z").await;
    assert_eq!(rig.size("train"), size(0, 0, 6));
}

#[tokio::test(start_paused = true)]
async fn s66_what_sleeps_when_everything_is_paused_is_kept_and_woken_later() {
    let mut rig = asleep().await;
    rig.command(&json!({ "command": "pause" })).await.unwrap();
    let calls = rig.mutations();
    rig.settle_from("2026-11-03T08:00:00Z").await;
    assert_eq!(rig.mutations(), calls);
    assert_eq!(rig.group_record("train").await.unwrap().size, size(2, 4, 6));
    rig.command(&json!({ "command": "resume" })).await.unwrap();
    rig.settle_from("2026-11-03T09:30:00Z").await;
    assert_eq!(rig.size("train"), size(2, 4, 6));
}

#[tokio::test(start_paused = true)]
async fn a_hold_keeps_asleep_until_it_is_over_or_released() {
    let mut rig = Rig::new();
    rig.train();
    rig.clock("2026-11-02T10:00:00Z");
    rig.claim(&json!({ "command": "sleep", "target": "asg/train", "for": "3h", "owner": "ops" }))
        .await;
    assert_eq!(rig.size("train"), size(0, 0, 6));
    let refused = rig
        .refused(&json!({ "command": "wake", "target": "train", "for": "1h" }))
        .await;
    assert!(
        refused.contains("held asleep until 2026-11-02T13:00:00Z by ops"),
        "{refused}"
    );
    rig.settle_from("2026-11-02T12:50:00Z").await;
    assert_eq!(rig.size("train"), size(0, 0, 6));
    rig.settle_from("2026-11-02T13:00:00Z").await;
    assert_eq!(rig.size("train"), size(2, 4, 6));
    assert!(rig.document().await.holds.is_empty());
    rig.claim(&json!({ "command": "sleep", "target": "train", "for": "3h" }))
        .await;
    rig.claim(&json!({ "command": "release", "target": "train" }))
        .await;
    assert_eq!(rig.size("train"), size(2, 4, 6));
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_not_overruled_by_a_hold() {
    let mut rig = asleep().await;
    rig.claim(&json!({ "command": "wake", "target": "train", "for": "2h", "owner": "ops", "reason": "sweep" }))
        .await;
    let refused = rig
        .refused(&json!({ "command": "sleep", "target": "train", "for": "1h" }))
        .await;
    assert!(
        refused.contains("leased until 2026-11-02T")
            && refused.contains("by ops (unverified) (sweep)"),
        "{refused}"
    );
    // A wake by hand is nobody's claim: a hold ends it.
    let mut rig = asleep().await;
    rig.aws.world().set_desired("train", 2).unwrap();
    rig.settle_from("2026-11-02T20:00:00Z").await;
    rig.claim(&json!({ "command": "sleep", "target": "train", "for": "1h" }))
        .await;
    assert_eq!(rig.size("train"), size(0, 0, 6));
}

#[tokio::test(start_paused = true)]
async fn a_hand_made_wake_can_be_made_a_lease() {
    let mut rig = asleep().await;
    rig.aws.world().set_desired("train", 2).unwrap();
    rig.settle_from("2026-11-02T20:00:00Z").await;
    rig.claim(&json!({ "command": "wake", "target": "train", "for": "1h" }))
        .await;
    assert_eq!(rig.size("train"), size(2, 4, 6));
    let lease = rig.document().await.leases[&TargetId::group("train")].clone();
    assert_eq!(lease.origin, LeaseOrigin::Command);
    rig.settle_from("2026-11-02T21:30:00Z").await;
    assert_eq!(rig.size("train"), size(0, 0, 6));
}

#[tokio::test(start_paused = true)]
async fn claims_that_cannot_be_are_refused_and_change_nothing() {
    let mut rig = asleep().await;
    {
        let mut world = rig.aws.world();
        world.group("both").tag(SCHEDULE, OFFICE).add();
        world.endpoint("both").tag(SCHEDULE, OFFICE).add();
        world.group("stranger").add();
        world
            .group("safe")
            .tag(SCHEDULE, OFFICE)
            .tag("afterhours:protect", "yes")
            .add();
        world.group("typo").tag(SCHEDULE, "Mon-Fri 8-18h").add();
    }
    let writes = rig.writes();
    let wake = |target: &str| json!({ "command": "wake", "target": target, "for": "1h" });
    for (payload, expected) in [
        (
            wake("trian"),
            "no sleeper is called trian; there are: asg/both, asg/train",
        ),
        (
            wake("both"),
            "may be asg/both in 111122223333/eu-central-1 or endpoint/both",
        ),
        (wake("stranger"), "no tag afterhours:schedule"),
        (wake("safe"), "afterhours:protect is set"),
        (wake("typo"), "invalid schedule"),
        (wake("lambda/x"), "unknown kind"),
        (wake(""), "target is empty"),
        (json!({ "command": "wake", "target": "train" }), "for"),
        (
            json!({ "command": "wake", "target": "train", "for": "soon" }),
            "no length of time",
        ),
        (
            json!({ "command": "wake", "target": "train", "for": "1h", "counts": 1 }),
            "counts",
        ),
        (
            json!({ "command": "extend", "target": "train", "for": "1h" }),
            "has no lease",
        ),
        (
            json!({ "command": "release", "target": "train" }),
            "neither a lease nor a hold",
        ),
        (
            json!({ "command": "awake", "target": "train" }),
            "commands: tick, plan, status",
        ),
        (
            json!({ "command": "why", "target": "nobody" }),
            "no sleeper is called nobody",
        ),
    ] {
        let refused = rig.refused(&payload).await;
        assert!(refused.contains(expected), "{payload}: {refused}");
    }
    assert_eq!(rig.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn an_alias_may_do_what_the_configuration_permits_and_no_more() {
    let mut rig = Rig::with(&json!({ "aliases": {
        "research": { "targets": ["train*"], "commands": ["wake", "release", "why"] },
        "viewer": { "targets": ["*"], "commands": ["status"] },
    }}));
    rig.train();
    {
        let mut world = rig.aws.world();
        world.group("secret").tag(SCHEDULE, OFFICE).add();
    }
    rig.settle_from(NIGHT).await;
    let writes = rig.writes();
    let wake = |target: &str| json!({ "command": "wake", "target": target, "for": "1h" });
    let mut by = |alias: &str| Request {
        alias: Some(alias.to_owned()),
        ..rig.request()
    };
    let (research, viewer, other) = (by("research"), by("viewer"), by("main"));
    for (request, payload, expected) in [
        (&research, wake("secret"), "may not wake asg/secret"),
        (
            &research,
            json!({ "command": "tick" }),
            "may not tick everything",
        ),
        (&research, json!({ "command": "pause" }), "may not pause"),
        (&viewer, wake("train"), "may not wake"),
        // Who may not ask is not told what there is.
        (&viewer, wake("nobody"), "may not wake"),
    ] {
        let refused = rig.command_as(&payload, request).await.unwrap_err();
        let refused = refused.to_string();
        assert!(refused.contains(expected), "{payload}: {refused}");
        assert!(!refused.contains("asg/train,"), "{refused}");
    }
    assert_eq!(rig.writes(), writes);
    rig.command_as(&json!({ "command": "status" }), &viewer)
        .await
        .unwrap();
    rig.command_as(&wake("train"), &research).await.unwrap();
    assert_eq!(rig.size("train"), size(2, 4, 6));
    rig.command_as(&json!({ "command": "tick" }), &other)
        .await
        .unwrap();
}

//! Auto Scaling groups: S01 to S08, S16, S17, S19 to S21.

use std::collections::BTreeSet;

use afterhours_core::memory::{LeaseOrigin, Phase};
use afterhours_core::model::{PolicyKind, TargetId};
use afterhours_fake::{Fault, Faults};
use serde_json::json;

use crate::rig::{MINUTES, OFFICE, Rig, SCHEDULE, at, size, untouched};

const UPDATE: &str = "autoscaling:UpdateAutoScalingGroup";

#[tokio::test(start_paused = true)]
async fn s01_two_deliveries_of_one_event_sleep_once() {
    let mut rig = Rig::new();
    rig.train();
    rig.clock("2026-11-02T18:00:00Z");
    let request = rig.request();
    let tick = afterhours_core::command::Command::Tick {};
    let (first, second) = (rig.scaler(), rig.scaler());
    let (first, second) = tokio::join!(first.run(&tick, &request), second.run(&tick, &request));
    first.unwrap();
    second.unwrap();
    assert_eq!(rig.calls(UPDATE), 1);
    assert_eq!(rig.size("train"), size(0, 0, 6));
    assert_eq!(rig.group_record("train").await.unwrap().size, size(2, 4, 6));
    let before = rig.writes();
    rig.tick().await;
    assert_eq!(rig.writes(), before, "a third delivery does nothing");
}

#[tokio::test(start_paused = true)]
async fn s02_an_hour_that_happens_twice_sleeps_once_and_keeps_what_was_saved() {
    let mut rig = Rig::new();
    rig.aws
        .world()
        .group("train")
        .size(2, 4, 6)
        .tag(SCHEDULE, "Mon-Sun 08:00-01:00 / tz America/New_York")
        .add();
    // 01:00 EDT, the first of two 01:00 on this day.
    rig.clock("2026-11-01T04:55:00Z");
    rig.step().await;
    assert_eq!(rig.size("train"), size(2, 4, 6));
    for _ in 0..15 {
        rig.step().await;
        assert_eq!(rig.size("train"), size(0, 0, 6));
    }
    // 01:00 EST was at 06:00 UTC.
    assert!(rig.now > at("2026-11-01T06:05:00Z"));
    assert_eq!(rig.calls(UPDATE), 1);
    assert_eq!(rig.group_record("train").await.unwrap().size, size(2, 4, 6));
    rig.settle_from("2026-11-01T13:00:00Z").await;
    assert_eq!(rig.size("train"), size(2, 4, 6), "08:00 EST");
}

#[tokio::test(start_paused = true)]
async fn s03_a_crash_between_record_and_call_is_finished_by_the_next_tick() {
    let mut rig = Rig::new();
    rig.train();
    rig.clock("2026-11-02T18:00:00Z");
    let faults = Faults::new();
    faults.add(Fault::new(UPDATE, afterhours_fake::crashed(UPDATE)));
    // The process dies where the first mutating call would be: nothing is written after it.
    faults.add(Fault::new("s3:PutObject", afterhours_fake::crashed("s3:PutObject")).after(2));
    rig.tick_with(&faults).await.unwrap_err();
    assert_eq!(rig.size("train"), size(2, 4, 6));
    let saved = rig.group_record("train").await.unwrap();
    assert_eq!(saved.size, size(2, 4, 6));
    rig.pass(MINUTES);
    rig.tick().await;
    assert_eq!(rig.size("train"), size(0, 0, 6));
    assert_eq!(rig.group_record("train").await.unwrap().size, saved.size);
}

#[tokio::test(start_paused = true)]
async fn s04_a_crash_after_the_call_is_recognised_as_our_own_doing() {
    let mut rig = Rig::new();
    rig.train();
    rig.clock("2026-11-02T18:00:00Z");
    let faults = Faults::new();
    faults.add(Fault::new("s3:PutObject", afterhours_fake::crashed("s3:PutObject")).after(2));
    rig.tick_with(&faults).await.unwrap_err();
    assert_eq!(rig.size("train"), size(0, 0, 6));
    let record = rig.record(&TargetId::group("train")).await.unwrap();
    assert_eq!(record.phase, Phase::Sleeping);
    rig.pass(MINUTES);
    rig.tick().await;
    assert_eq!(rig.calls(UPDATE), 1, "nothing had to be done again");
    let record = rig.record(&TargetId::group("train")).await.unwrap();
    assert_eq!(record.phase, Phase::Asleep);
    assert_eq!(rig.group_record("train").await.unwrap().size, size(2, 4, 6));
    let document = rig.document().await;
    assert!(document.leases.is_empty(), "it was nobody's wake");
}

#[tokio::test(start_paused = true)]
async fn s05_a_throttled_group_waits_for_a_later_tick_and_delays_no_other() {
    let mut rig = Rig::new();
    rig.train();
    for name in ["a", "z"] {
        let mut world = rig.aws.world();
        world.group(name).tag(SCHEDULE, OFFICE).add();
    }
    rig.clock("2026-11-02T18:00:00Z");
    let faults = Faults::new();
    faults.add(Fault::throttle(UPDATE).on("train").times(5));
    for tick in 0..6 {
        let report = rig.tick_with(&faults).await.unwrap();
        assert_eq!(report.failures(), usize::from(tick < 5), "tick {tick}");
        for name in ["a", "z"] {
            assert_eq!(rig.size(name), size(0, 0, 1), "tick {tick}");
        }
        rig.pass(MINUTES);
    }
    assert_eq!(rig.size("train"), size(0, 0, 6));
    assert_eq!(rig.group_record("train").await.unwrap().size, size(2, 4, 6));
}

#[tokio::test(start_paused = true)]
async fn s06_a_scaling_activity_in_progress_is_waited_for_without_an_alarm() {
    let mut rig = Rig::new();
    rig.train();
    rig.clock("2026-11-02T18:00:00Z");
    rig.aws.world().start_activity("train");
    let report = rig.tick().await;
    assert_eq!(report.failures(), 1);
    assert_eq!(rig.size("train"), size(2, 4, 6));
    rig.pass(MINUTES);
    rig.tick().await;
    assert_eq!(rig.size("train"), size(0, 0, 6));
    assert_eq!(rig.titles(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn s07_a_group_at_zero_gets_no_record_and_is_not_woken() {
    let mut rig = Rig::new();
    {
        let mut world = rig.aws.world();
        world
            .group("idle")
            .size(0, 0, 6)
            .tag(SCHEDULE, OFFICE)
            .add();
    }
    rig.clock("2026-11-02T18:00:00Z");
    let before = rig.writes();
    let report = rig.tick().await;
    assert!(untouched(&report, "asg/idle").contains("already at zero"));
    assert!(rig.group_record("idle").await.is_none());
    rig.clock("2026-11-03T08:00:00Z");
    rig.tick().await;
    assert_eq!(rig.size("idle"), size(0, 0, 6));
    assert_eq!(rig.writes(), before);
}

#[tokio::test(start_paused = true)]
async fn s08_a_hand_made_wake_is_respected_for_the_longest_lease_then_slept() {
    let mut rig = Rig::with(&json!({ "limits": { "max_lease": "3h" } }));
    rig.train();
    rig.settle_from("2026-11-02T18:00:00Z").await;
    rig.clock("2026-11-02T20:00:00Z");
    rig.aws.world().set_desired("train", 3).unwrap();
    rig.aws.world().settle();
    while rig.now < at("2026-11-02T22:55:00Z") {
        rig.step().await;
        assert_eq!(rig.size("train"), size(0, 3, 6), "{}", rig.now);
        assert_eq!(rig.group_record("train").await.unwrap().size, size(2, 4, 6));
    }
    let lease = rig.document().await.leases[&TargetId::group("train")].clone();
    assert_eq!(lease.origin, LeaseOrigin::Observed);
    assert_eq!(lease.until, at("2026-11-02T23:00:00Z"));
    rig.settle_from("2026-11-02T23:00:00Z").await;
    assert_eq!(rig.size("train"), size(0, 0, 6));
    assert!(rig.document().await.leases.is_empty());
    rig.settle_from("2026-11-03T08:00:00Z").await;
    assert_eq!(rig.size("train"), size(2, 4, 6));
    assert!(rig.document().await.records.is_empty());
}

#[tokio::test(start_paused = true)]
async fn s08_a_second_hand_made_wake_of_a_night_is_respected_too() {
    let mut rig = Rig::with(&json!({ "limits": { "max_lease": "1h" } }));
    rig.train();
    rig.settle_from("2026-11-02T18:00:00Z").await;
    rig.aws.world().set_desired("train", 3).unwrap();
    rig.settle_from("2026-11-02T20:00:00Z").await;
    // The person is done before the lease is over, and comes back after it.
    rig.aws.world().set_desired("train", 0).unwrap();
    rig.settle_from("2026-11-02T20:30:00Z").await;
    rig.settle_from("2026-11-02T21:30:00Z").await;
    rig.aws.world().set_desired("train", 2).unwrap();
    rig.settle_from("2026-11-02T22:00:00Z").await;
    assert_eq!(rig.size("train"), size(0, 2, 6));
    rig.settle_from("2026-11-02T23:10:00Z").await;
    assert_eq!(rig.size("train"), size(0, 0, 6));
}

#[tokio::test(start_paused = true)]
async fn s08_a_hand_made_wake_can_be_released() {
    let mut rig = Rig::new();
    rig.train();
    rig.settle_from("2026-11-02T18:00:00Z").await;
    rig.aws.world().set_desired("train", 3).unwrap();
    rig.settle_from("2026-11-02T20:00:00Z").await;
    rig.claim(&json!({ "command": "release", "target": "train" }))
        .await;
    rig.settle_from("2026-11-02T20:30:00Z").await;
    assert_eq!(rig.size("train"), size(0, 0, 6));
    assert_eq!(rig.group_record("train").await.unwrap().size, size(2, 4, 6));
}

#[tokio::test(start_paused = true)]
async fn s09_bounds_that_were_deployed_while_asleep_are_kept_on_waking() {
    let mut rig = Rig::new();
    rig.train();
    rig.settle_from("2026-11-02T18:00:00Z").await;
    // `terraform apply` with new bounds: AWS raises the desired capacity to the minimum.
    rig.aws.world().update_size("train", size(3, 3, 8)).unwrap();
    rig.settle_from("2026-11-03T07:00:00Z").await;
    rig.settle_from("2026-11-03T08:00:00Z").await;
    assert_eq!(rig.size("train"), size(3, 4, 8));
    assert!(rig.document().await.records.is_empty());
}

#[tokio::test(start_paused = true)]
async fn s16_policies_cannot_wake_a_sleeping_group_and_are_as_before_afterwards() {
    let mut rig = Rig::new();
    {
        let mut world = rig.aws.world();
        world
            .group("alarms")
            .size(2, 4, 6)
            .tag(SCHEDULE, OFFICE)
            .policy("track", PolicyKind::Alarm)
            .disabled_policy("old", PolicyKind::Alarm)
            .add();
        world
            .group("forecast")
            .size(1, 2, 8)
            .tag(SCHEDULE, OFFICE)
            .policy("predict", PolicyKind::Predictive)
            .policy("track", PolicyKind::Alarm)
            .add();
        world
            .group("quiet")
            .size(1, 2, 3)
            .tag(SCHEDULE, OFFICE)
            .policy("only", PolicyKind::ForecastOnly)
            .disabled_policy("predict", PolicyKind::Predictive)
            .add();
    }
    let before = rig.aws.world().platform();
    rig.settle_from("2026-11-02T18:00:00Z").await;
    {
        let mut world = rig.aws.world();
        assert_eq!(world.size_of("alarms"), size(0, 0, 6));
        assert_eq!(world.size_of("forecast"), size(0, 0, 0));
        assert_eq!(world.size_of("quiet"), size(0, 0, 3));
        assert!(!world.alarm("alarms", 5));
        assert!(!world.alarm("forecast", 5));
        assert!(!world.forecast("forecast", 5));
        assert!(world.find_group("quiet").unwrap().suspended.is_empty());
    }
    rig.settle_from("2026-11-03T08:00:00Z").await;
    assert_eq!(rig.aws.world().platform(), before);
}

#[tokio::test(start_paused = true)]
async fn s17_processes_that_somebody_suspended_stay_suspended() {
    let mut rig = Rig::new();
    {
        let mut world = rig.aws.world();
        world
            .group("a")
            .size(2, 4, 6)
            .tag(SCHEDULE, OFFICE)
            .policy("track", PolicyKind::Alarm)
            .suspended("AZRebalance")
            .add();
        world
            .group("b")
            .size(1, 1, 1)
            .tag(SCHEDULE, OFFICE)
            .policy("track", PolicyKind::Alarm)
            .suspended("AlarmNotification")
            .add();
    }
    let before = rig.aws.world().platform();
    rig.settle_from("2026-11-02T18:00:00Z").await;
    let suspended = rig.aws.world().find_group("a").unwrap().suspended.clone();
    let expected = ["AZRebalance", "AlarmNotification"].map(str::to_owned);
    assert_eq!(suspended, BTreeSet::from(expected));
    rig.settle_from("2026-11-03T08:00:00Z").await;
    assert_eq!(rig.aws.world().platform(), before);
}

#[tokio::test(start_paused = true)]
async fn s19_a_group_of_a_managed_node_group_is_left_to_its_owner() {
    let mut rig = Rig::new();
    {
        let mut world = rig.aws.world();
        world
            .group("eks-workers")
            .size(1, 3, 5)
            .tag(SCHEDULE, OFFICE)
            .tag("eks:nodegroup-name", "workers")
            .add();
    }
    rig.clock("2026-11-02T18:00:00Z");
    let report = rig.tick().await;
    assert!(untouched(&report, "asg/eks-workers").contains("EKS node group \"workers\""));
    assert_eq!(rig.mutations(), 0);
}

#[tokio::test(start_paused = true)]
async fn s20_nothing_is_let_go_where_nothing_at_all_is_found() {
    let mut rig = Rig::new();
    rig.train();
    rig.settle_from("2026-11-02T18:00:00Z").await;
    rig.aws.world().delete_group("train").unwrap();
    rig.settle_from("2026-11-02T22:05:00Z").await;
    // The credentials may be of another account.
    assert_eq!(rig.document().await.records.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn s21_an_untagged_namesake_is_not_touched_whatever_was_claimed() {
    let mut rig = Rig::new();
    rig.train();
    rig.settle_from("2026-11-02T18:00:00Z").await;
    rig.claim(&json!({ "command": "sleep", "target": "train", "for": "10h" }))
        .await;
    rig.aws.world().delete_group("train").unwrap();
    rig.aws.world().settle();
    rig.aws.world().group("train").size(1, 2, 3).add();
    let before = rig.mutations();
    rig.settle_from("2026-11-02T22:05:00Z").await;
    assert_eq!(rig.size("train"), size(1, 2, 3));
    assert_eq!(rig.mutations(), before);
}

#[tokio::test(start_paused = true)]
async fn s09_bounds_deployed_at_night_survive_a_second_sleep() {
    let mut rig = Rig::new();
    rig.train();
    rig.settle_from("2026-11-02T18:00:00Z").await;
    rig.claim(&json!({ "command": "sleep", "target": "train", "for": "10h" }))
        .await;
    rig.aws.world().update_size("train", size(3, 5, 8)).unwrap();
    rig.settle_from("2026-11-02T22:05:00Z").await;
    assert_eq!(rig.size("train"), size(0, 0, 8));
    rig.claim(&json!({ "command": "release", "target": "train" }))
        .await;
    rig.settle_from("2026-11-03T08:00:00Z").await;
    assert_eq!(rig.size("train"), size(3, 4, 8));
}

#[tokio::test(start_paused = true)]
async fn s20_a_group_deleted_overnight_is_let_go_without_a_storm() {
    let mut rig = Rig::new();
    rig.train();
    rig.aws.world().group("other").size(1, 1, 1).add();
    rig.settle_from("2026-11-02T18:00:00Z").await;
    rig.aws.world().delete_group("train").unwrap();
    rig.clock("2026-11-02T22:00:00Z");
    let report = rig.tick().await;
    assert!(untouched(&report, "asg/train").contains("being deleted"));
    rig.settle_from("2026-11-02T22:05:00Z").await;
    assert!(rig.document().await.records.is_empty());
    let journal = rig.aws.world().keys();
    let archived = journal.iter().any(|key| {
        let world = rig.aws.world();
        let text = String::from_utf8_lossy(world.object(key).unwrap()).into_owned();
        key.starts_with("journal/") && text.contains("\"asg/train\"")
    });
    assert!(archived, "what it was can be read in the journal");
    rig.settle_from("2026-11-03T08:00:00Z").await;
    let told = rig.titles();
    assert!(
        !told.iter().any(|title| title.contains("failed to")),
        "{told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn s21_a_namesake_does_not_get_what_another_group_had() {
    let mut rig = Rig::new();
    rig.train();
    rig.settle_from("2026-11-02T18:00:00Z").await;
    rig.clock("2026-11-03T07:57:00Z");
    rig.aws.world().recreate_group("train", size(0, 1, 1));
    rig.settle_from("2026-11-03T08:00:00Z").await;
    assert_eq!(rig.size("train"), size(0, 1, 1));
    assert!(rig.document().await.records.is_empty());
    // It sleeps and wakes as what it is.
    rig.settle_from("2026-11-03T18:00:00Z").await;
    assert_eq!(rig.size("train"), size(0, 0, 1));
    rig.settle_from("2026-11-04T08:00:00Z").await;
    assert_eq!(rig.size("train"), size(0, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn s21_a_namesake_made_at_night_sleeps_with_a_record_of_its_own() {
    let mut rig = Rig::new();
    rig.train();
    rig.settle_from("2026-11-02T18:00:00Z").await;
    rig.clock("2026-11-02T22:00:00Z");
    rig.aws.world().recreate_group("train", size(1, 1, 1));
    let report = rig.tick().await;
    assert_eq!(report.plan.errors, []);
    assert_eq!(rig.size("train"), size(0, 0, 1));
    rig.settle_from("2026-11-03T08:00:00Z").await;
    assert_eq!(rig.size("train"), size(1, 1, 1));
}

//! What is told, how often, and that it is not lost.

use afterhours_core::alert::Severity;
use afterhours_fake::{Fault, Faults};
use serde_json::json;

use crate::rig::{MINUTES, OFFICE, Rig, SCHEDULE, size};

const NIGHT: &str = "2026-11-02T18:00:00Z";
const MORNING: &str = "2026-11-03T08:00:00Z";
const UPDATE: &str = "autoscaling:UpdateAutoScalingGroup";

async fn asleep() -> Rig {
    let mut rig = Rig::new();
    rig.train();
    rig.settle_from(NIGHT).await;
    rig.clock(MORNING);
    rig
}

fn failures(rig: &Rig) -> usize {
    let titles = rig.titles();
    titles
        .iter()
        .filter(|title| title.contains("failed to"))
        .count()
}

#[tokio::test(start_paused = true)]
async fn a_wake_that_is_denied_is_told_of_at_once_and_once() {
    let mut rig = asleep().await;
    rig.aws.world().deny(UPDATE);
    for _ in 0..5 {
        rig.step().await;
        assert_eq!(failures(&rig), 1);
    }
    let alert = rig.aws.world().published().last().unwrap().clone();
    assert_eq!(alert.severity, Severity::Critical);
    assert_eq!(alert.title, "train failed to wake");
    assert!(
        alert.summary.contains("UpdateAutoScalingGroup is denied"),
        "{}",
        alert.summary
    );
    rig.aws.world().allow(UPDATE);
    rig.settle_from("2026-11-03T08:30:00Z").await;
    assert_eq!(rig.size("train"), size(2, 4, 6));
    // It works again; the next time it fails is another time.
    rig.settle_from("2026-11-03T18:00:00Z").await;
    rig.aws.world().deny(UPDATE);
    rig.clock("2026-11-04T08:00:00Z");
    rig.step().await;
    rig.step().await;
    assert_eq!(failures(&rig), 2);
}

#[tokio::test(start_paused = true)]
async fn what_passes_by_itself_is_told_of_when_it_does_not() {
    for fault in [
        Fault::throttle(UPDATE),
        Fault::new(UPDATE, afterhours_fake::unavailable(UPDATE)),
    ] {
        let mut rig = asleep().await;
        let faults = Faults::new();
        faults.add(fault);
        for told in [0, 0, 1, 1, 1] {
            rig.tick_with(&faults).await.unwrap();
            assert_eq!(failures(&rig), told);
            rig.pass(MINUTES);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_target_that_becomes_a_denied_one_is_told_of() {
    let mut rig = asleep().await;
    let faults = Faults::new();
    faults.add(Fault::throttle(UPDATE).times(1));
    rig.tick_with(&faults).await.unwrap();
    assert_eq!(failures(&rig), 0);
    rig.pass(MINUTES);
    rig.aws.world().deny(UPDATE);
    rig.step().await;
    rig.step().await;
    assert_eq!(failures(&rig), 1);
}

#[tokio::test(start_paused = true)]
async fn an_alert_that_could_not_be_published_is_published_later() {
    let mut rig = asleep().await;
    {
        let mut world = rig.aws.world();
        world.group("typo").tag(SCHEDULE, "weekdays").add();
        world.deny(UPDATE);
        world.deny("sns:Publish");
    }
    rig.step().await;
    rig.step().await;
    assert_eq!(rig.titles(), [""; 0]);
    rig.aws.world().allow("sns:Publish");
    rig.step().await;
    rig.step().await;
    let told = rig.titles();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told.iter().any(|title| title == "train failed to wake"),
        "{told:?}"
    );
    assert!(
        told.iter().any(|title| title.starts_with("typo")),
        "{told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_somebody_mended_by_hand_is_over() {
    let mut rig = asleep().await;
    rig.aws.world().deny(UPDATE);
    rig.step().await;
    rig.aws.world().update_size("train", size(2, 4, 6)).unwrap();
    rig.settle_from("2026-11-03T08:30:00Z").await;
    assert!(rig.document().await.records.is_empty());
    assert!(
        rig.document()
            .await
            .outcomes
            .values()
            .all(|outcome| outcome.error.is_none())
    );
    rig.settle_from("2026-11-03T09:00:00Z").await;
    rig.settle_from("2026-11-04T09:00:00Z").await;
    let told = rig.titles();
    assert!(
        !told.iter().any(|title| title.contains("still failing")),
        "{told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_night_ends_with_one_digest_of_what_happened() {
    let mut rig = Rig::new();
    rig.train();
    {
        let mut world = rig.aws.world();
        world.group("plain").tag(SCHEDULE, OFFICE).add();
        world.group("lab").tag(SCHEDULE, OFFICE).add();
        world
            .group("hung")
            .size(1, 2, 2)
            .tag(SCHEDULE, OFFICE)
            .add();
        world.protect_instances("hung", true);
    }
    rig.clock("2026-11-02T17:00:00Z");
    let lease = json!({ "command": "wake", "target": "lab", "for": "12h", "owner": "ops", "reason": "sweep" });
    rig.claim(&lease).await;
    rig.settle_from(NIGHT).await;
    assert_eq!(rig.titles(), [""; 0], "the evening is no morning");
    rig.settle_from("2026-11-03T05:00:00Z").await;
    rig.aws.world().deny_on(UPDATE, "plain");
    rig.clock(MORNING);
    while rig.now < crate::rig::at("2026-11-03T12:00:00Z") {
        rig.step().await;
    }
    let published = rig.aws.world().published().to_vec();
    let digests: Vec<_> = published
        .iter()
        .filter(|alert| alert.title.starts_with("Night of 2 Nov"))
        .collect();
    assert_eq!(digests.len(), 1, "{:?}", rig.titles());
    let digest = digests[0];
    assert!(digest.occurred_at < crate::rig::at("2026-11-03T09:05:00Z"));
    assert_eq!(
        digest.title,
        "Night of 2 Nov: 4 slept, 1 kept awake, 3 woke, 1 failed (still failing)"
    );
    let names = |list: &str| -> Vec<String> {
        let rows = digest.details[list].as_array().unwrap();
        let name = |row: &serde_json::Value| row["target"].as_str().unwrap().to_owned();
        rows.iter().map(name).collect()
    };
    assert_eq!(names("slept"), ["hung", "plain", "train", "lab"]);
    assert_eq!(names("woke"), ["hung", "lab", "train"]);
    assert_eq!(names("kept_awake"), ["lab"]);
    assert_eq!(names("failed"), ["plain"]);
    assert_eq!(digest.severity, Severity::Warning);
}

#[tokio::test(start_paused = true)]
async fn a_digest_that_could_not_be_published_is_published_later_and_whole() {
    let mut rig = asleep().await;
    rig.settle_from(MORNING).await;
    rig.clock("2026-11-03T09:00:00Z");
    rig.aws.world().deny("sns:Publish");
    rig.step().await;
    rig.step().await;
    rig.aws.world().allow("sns:Publish");
    rig.settle_from("2026-11-03T09:30:00Z").await;
    assert_eq!(
        rig.titles(),
        ["Night of 2 Nov: 1 slept, 0 kept awake, 1 woke, 0 failed"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_quiet_night_has_no_digest_and_what_happens_later_waits_for_the_next() {
    let mut rig = Rig::new();
    rig.train();
    rig.settle_from("2026-11-02T09:00:00Z").await;
    rig.settle_from("2026-11-02T12:00:00Z").await;
    rig.claim(&json!({ "command": "sleep", "target": "train", "for": "1h" }))
        .await;
    rig.settle_from("2026-11-02T13:30:00Z").await;
    rig.settle_from(NIGHT).await;
    assert_eq!(rig.titles(), [""; 0]);
    rig.settle_from(MORNING).await;
    rig.settle_from("2026-11-03T09:00:00Z").await;
    let told = rig.titles();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("2 slept") && told[0].contains("2 woke"),
        "{told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_still_costs_while_it_sleeps_is_said() {
    let mut rig = Rig::new();
    {
        let mut world = rig.aws.world();
        world
            .group("hung")
            .size(1, 2, 2)
            .tag(SCHEDULE, "Mon 00:00-18:00")
            .add();
        world.protect_instances("hung", true);
    }
    rig.settle_from(NIGHT).await;
    rig.settle_from("2026-11-03T09:00:00Z").await;
    let digest = rig.aws.world().published().last().unwrap().clone();
    let note = digest.details["still_billing"][0]["note"].to_string();
    assert!(note.contains("protected from scale-in"), "{note}");
}

#[tokio::test(start_paused = true)]
async fn a_night_in_which_nothing_could_be_looked_at_is_not_silent() {
    let mut rig = Rig::new();
    rig.train();
    rig.aws
        .world()
        .deny("autoscaling:DescribeAutoScalingGroups");
    rig.settle_from(NIGHT).await;
    rig.settle_from("2026-11-03T09:00:00Z").await;
    let digest = rig.aws.world().published().last().unwrap().clone();
    let open = digest.details["open"][0]["what"].to_string();
    assert!(open.contains("groups could not be looked at"), "{open}");
}

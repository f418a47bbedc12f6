//! What bounds a tick: the share, the order, the largest size, the time of a busy target.

use afterhours_fake::World;
use afterhours_ports::MetricQuery;
use serde_json::json;

use crate::rig::{MINUTES, OFFICE, Rig, SCHEDULE, at, size, untouched};

const NIGHT: &str = "2026-11-02T18:00:00Z";
const UPDATE: &str = "autoscaling:UpdateAutoScalingGroup";

fn many(world: &mut World, count: usize) {
    for index in 0..count {
        let name = format!("g{index:02}");
        world.group(&name).tag(SCHEDULE, OFFICE).add();
    }
}

#[tokio::test(start_paused = true)]
async fn one_tick_changes_a_share_and_the_next_ones_the_rest() {
    let mut rig = Rig::with(&json!({
        "limits": { "max_share_per_tick": 0.25, "min_changes_per_tick": 1 }
    }));
    many(&mut rig.aws.world(), 10);
    rig.clock(NIGHT);
    for asleep in [3, 6, 9, 10] {
        let report = rig.tick().await;
        assert_eq!(rig.calls(UPDATE), asleep);
        if asleep == 3 {
            let why = untouched(&report, "asg/g09");
            assert!(why.contains("one tick changes 3 of 10 targets"), "{why}");
        }
        rig.pass(MINUTES);
    }
}

#[tokio::test(start_paused = true)]
async fn few_targets_are_not_held_up_by_the_share() {
    let mut rig = Rig::with(&json!({
        "limits": { "max_share_per_tick": 0.01, "min_changes_per_tick": 4 }
    }));
    many(&mut rig.aws.world(), 6);
    rig.clock(NIGHT);
    rig.step().await;
    assert_eq!(rig.calls(UPDATE), 4);
    rig.step().await;
    assert_eq!(rig.calls(UPDATE), 6);
}

#[tokio::test(start_paused = true)]
async fn wakes_go_before_sleeps() {
    let mut rig = Rig::with(&json!({
        "limits": { "max_share_per_tick": 0.01, "min_changes_per_tick": 1 }
    }));
    {
        let mut world = rig.aws.world();
        world.group("a").tag(SCHEDULE, "Mon-Fri 08:00-18:00").add();
        world.group("z").tag(SCHEDULE, "Mon-Fri 18:00-22:00").add();
    }
    rig.settle_from("2026-11-02T12:00:00Z").await;
    assert_eq!(rig.size("z"), size(0, 0, 1));
    rig.clock(NIGHT);
    rig.step().await;
    assert_eq!(rig.size("z"), size(1, 1, 1));
    assert_eq!(rig.size("a"), size(1, 1, 1));
    rig.step().await;
    assert_eq!(rig.size("a"), size(0, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn what_was_begun_goes_before_what_was_not() {
    let mut rig = Rig::with(&json!({
        "limits": { "max_share_per_tick": 0.01, "min_changes_per_tick": 1 }
    }));
    {
        let mut world = rig.aws.world();
        world.group("z").tag(SCHEDULE, OFFICE).add();
    }
    rig.clock(NIGHT);
    rig.aws.world().start_activity("z");
    rig.step().await;
    {
        let mut world = rig.aws.world();
        world.group("a").tag(SCHEDULE, OFFICE).add();
    }
    rig.step().await;
    assert_eq!(rig.size("z"), size(0, 0, 1));
    assert_eq!(rig.size("a"), size(1, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_could_not_wake_again_is_left_awake_and_a_person_is_told_once() {
    let mut rig = Rig::with(&json!({ "limits": { "max_capacity": 20 } }));
    {
        let mut world = rig.aws.world();
        world
            .group("huge")
            .size(0, 21, 40)
            .tag(SCHEDULE, OFFICE)
            .add();
        world
            .endpoint("quant")
            .asynchronous()
            .variant("main", 21, 1.0)
            .tag(SCHEDULE, OFFICE)
            .add();
    }
    rig.settle_from(NIGHT).await;
    assert_eq!(rig.size("huge"), size(0, 21, 40));
    assert_eq!(rig.aws.world().count_of("quant", "main"), 21);
    assert_eq!(rig.mutations(), 0);
    let told = rig.titles();
    let of = |name: &str| {
        let about = told.iter().filter(|title| title.starts_with(name));
        about
            .filter(|title| title.contains("max_capacity is 20"))
            .count()
    };
    assert_eq!((of("huge"), of("quant")), (1, 1), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_target_that_says_it_is_busy_gets_a_bounded_grace() {
    let mut rig = Rig::with(&json!({ "busy": { "max_grace": "1h" } }));
    rig.train();
    let busy = "afterhours:busy-until";
    rig.aws
        .world()
        .tag_group("train", busy, "2026-11-02T18:30:00Z");
    rig.clock(NIGHT);
    let report = rig.step().await;
    let why = untouched(&report, "asg/train");
    assert!(
        why.contains("sleeps at 2026-11-02T19:00:00Z at the latest"),
        "{why}"
    );
    let writes = rig.writes();
    rig.settle_from("2026-11-02T18:05:00Z").await;
    assert_eq!(rig.writes(), writes, "the grace is noted once");
    rig.settle_from("2026-11-02T18:30:00Z").await;
    assert_eq!(rig.size("train"), size(0, 0, 6));
    assert!(rig.document().await.grace.is_empty());
    // The next night it never ends: the grace does.
    rig.settle_from("2026-11-03T08:00:00Z").await;
    rig.aws
        .world()
        .tag_group("train", busy, "2026-12-01T00:00:00Z");
    rig.settle_from("2026-11-03T18:00:00Z").await;
    rig.settle_from("2026-11-03T18:55:00Z").await;
    assert_eq!(rig.size("train"), size(2, 4, 6));
    rig.settle_from("2026-11-03T19:00:00Z").await;
    assert_eq!(rig.size("train"), size(0, 0, 6));
    let slept = rig
        .record(&afterhours_core::model::TargetId::group("train"))
        .await;
    assert_eq!(slept.unwrap().captured_at, at("2026-11-03T19:00:00Z"));
}

#[tokio::test(start_paused = true)]
async fn a_target_above_a_threshold_or_of_unknown_load_waits() {
    let mut rig = Rig::with(&json!({ "busy": { "gpu_percent": 10.0, "max_grace": "2h" } }));
    rig.train();
    {
        let mut world = rig.aws.world();
        world.group("quiet").tag(SCHEDULE, OFFICE).add();
        world
            .endpoint("quant")
            .asynchronous()
            .tag(SCHEDULE, OFFICE)
            .add();
        let gpu = |namespace: &str, name: &str, dimensions: &[(&str, &str)]| MetricQuery {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            dimensions: dimensions
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        };
        let group = [("AutoScalingGroupName", "train")];
        let query = gpu("CWAgent", "nvidia_smi_utilization_gpu", &group);
        world.add_point(query, at("2026-11-02T17:55:00Z"), 63.0);
        let endpoint = [("EndpointName", "quant"), ("VariantName", "AllTraffic")];
        let query = gpu("/aws/sagemaker/Endpoints", "GPUUtilization", &endpoint);
        world.add_point(query, at("2026-11-02T17:55:00Z"), 80.0);
    }
    rig.clock(NIGHT);
    let report = rig.step().await;
    let why = untouched(&report, "asg/train");
    assert!(why.contains("GPU 63 % over 10 %"), "{why}");
    assert!(untouched(&report, "endpoint/quant").contains("GPU 80 % over 10 %"));
    assert_eq!(rig.size("quiet"), size(0, 0, 1));
    rig.aws.world().deny("cloudwatch:GetMetricData");
    rig.clock("2026-11-02T18:20:00Z");
    let report = rig.step().await;
    assert!(untouched(&report, "asg/train").contains("unknown"));
    rig.aws.world().allow("cloudwatch:GetMetricData");
    rig.settle_from("2026-11-02T18:30:00Z").await;
    assert_eq!(rig.size("train"), size(0, 0, 6));
}

#[tokio::test(start_paused = true)]
async fn production_sleeps_only_where_it_says_so_itself() {
    let mut rig = Rig::with(&json!({
        "production": { "tag": "env", "values": ["production", "prod"] }
    }));
    {
        let mut world = rig.aws.world();
        for (name, env) in [("a", "Prod"), ("b", "production"), ("c", "dev")] {
            world
                .group(name)
                .tag(SCHEDULE, OFFICE)
                .tag("env", env)
                .add();
        }
        world.tag_group("b", "afterhours:allow-production", "true");
    }
    rig.settle_from(NIGHT).await;
    assert_eq!(rig.size("a"), size(1, 1, 1));
    assert_eq!(rig.size("b"), size(0, 0, 1));
    assert_eq!(rig.size("c"), size(0, 0, 1));
}

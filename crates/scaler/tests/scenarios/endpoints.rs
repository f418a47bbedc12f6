//! `SageMaker` endpoints: S33 to S36, S40 to S42.

use afterhours_core::model::{EndpointStatus, Suspension, TargetId};
use afterhours_fake::{CallKind, Fault, Faults};
use serde_json::json;

use crate::rig::{MINUTES, OFFICE, Rig, SCHEDULE, untouched};

const CAPACITY: &str = "sagemaker:UpdateEndpointWeightsAndCapacities";
const ROLE: &str = "arn:aws:iam::111122223333:role/scaling";

fn asynchronous(rig: &Rig) {
    let mut world = rig.aws.world();
    world
        .endpoint("quant")
        .asynchronous()
        .variant("main", 3, 1.0)
        .tag(SCHEDULE, OFFICE)
        .target("main", 1, 4)
        .policy("main", "backlog", 5)
        .add();
}

/// Two variants whose counts and weights are not those of the configuration any more.
fn classic(rig: &Rig) {
    let mut world = rig.aws.world();
    world
        .config("classic-v1")
        .variant("blue", 1, 1.0)
        .variant("green", 1, 1.0)
        .add();
    world
        .endpoint("classic")
        .config("classic-v1")
        .variant("blue", 2, 0.7)
        .variant("green", 3, 0.3)
        .tag(SCHEDULE, OFFICE)
        .tag("team", "quant")
        .target_with(
            "blue",
            1,
            4,
            Suspension {
                scale_in: true,
                ..Suspension::default()
            },
            Some(ROLE),
        )
        .target("green", 2, 6)
        .policy("blue", "track", 70)
        .policy("green", "track", 50)
        .add();
}

#[tokio::test(start_paused = true)]
async fn s33_a_sleep_says_what_becomes_of_queued_requests() {
    let mut rig = Rig::new();
    asynchronous(&rig);
    rig.clock("2026-11-02T18:00:00Z");
    let report = rig.tick().await;
    assert!(report.plan.actions[0].reason.contains("expire after 6 h"));
}

#[tokio::test(start_paused = true)]
async fn s33_an_asynchronous_endpoint_goes_to_zero_behind_a_lowered_target() {
    let mut rig = Rig::new();
    asynchronous(&rig);
    let before = rig.aws.world().platform();
    rig.clock("2026-11-02T18:00:00Z");
    rig.step().await;
    let calls: Vec<_> = {
        let world = rig.aws.world();
        world.mutations().iter().map(|call| call.action).collect()
    };
    assert_eq!(
        calls,
        ["application-autoscaling:RegisterScalableTarget", CAPACITY],
        "the minimum goes first"
    );
    {
        let mut world = rig.aws.world();
        assert_eq!(world.count_of("quant", "main"), 0);
        let target = world.targets_of("quant").remove(0);
        assert_eq!((target.min, target.max), (0, 4));
        assert_eq!(target.suspended, Suspension::ALL);
        assert!(!world.scale_by_policy("quant", "main", 4));
    }
    rig.settle_from("2026-11-02T18:05:00Z").await;
    rig.settle_from("2026-11-03T08:00:00Z").await;
    assert_eq!(rig.aws.world().platform(), before);
    assert!(rig.document().await.records.is_empty());
}

#[tokio::test(start_paused = true)]
async fn s33_a_sleeping_endpoint_costs_no_single_reads() {
    let mut rig = Rig::new();
    asynchronous(&rig);
    rig.settle_from("2026-11-02T18:00:00Z").await;
    let before = rig.calls("sagemaker:DescribeEndpoint");
    rig.settle_from("2026-11-02T23:00:00Z").await;
    assert_eq!(rig.calls("sagemaker:DescribeEndpoint"), before);
}

#[tokio::test(start_paused = true)]
async fn s33_flags_that_were_suspended_before_are_so_again() {
    let mut rig = Rig::new();
    {
        let mut world = rig.aws.world();
        let suspended = Suspension {
            scale_out: true,
            ..Suspension::default()
        };
        world
            .endpoint("quant")
            .asynchronous()
            .variant("main", 3, 1.0)
            .tag(SCHEDULE, OFFICE)
            .target_with("main", 2, 4, suspended, Some(ROLE))
            .add();
    }
    let before = rig.aws.world().platform();
    rig.settle_from("2026-11-02T18:00:00Z").await;
    rig.settle_from("2026-11-03T08:00:00Z").await;
    assert_eq!(rig.aws.world().platform(), before);
}

#[tokio::test(start_paused = true)]
async fn s33_bounds_of_a_target_that_were_deployed_at_night_win_and_are_not_left_suspended() {
    let mut rig = Rig::new();
    asynchronous(&rig);
    rig.settle_from("2026-11-02T18:00:00Z").await;
    {
        // `terraform apply` of a new maximum: it leaves the suspensions as they are.
        let mut world = rig.aws.world();
        let mut target = world.targets_of("quant").remove(0);
        target.max = 8;
        world.register(&target).unwrap();
    }
    rig.settle_from("2026-11-02T22:00:00Z").await;
    rig.settle_from("2026-11-03T08:00:00Z").await;
    let target = rig.aws.world().targets_of("quant").remove(0);
    assert_eq!((target.min, target.max), (1, 8));
    assert_eq!(target.suspended, Suspension::default());
}

#[tokio::test(start_paused = true)]
async fn s33_a_target_that_was_registered_at_night_is_restored_too() {
    let mut rig = Rig::new();
    {
        let mut world = rig.aws.world();
        world
            .endpoint("quant")
            .asynchronous()
            .variant("main", 3, 1.0)
            .tag(SCHEDULE, OFFICE)
            .add();
    }
    rig.settle_from("2026-11-02T18:00:00Z").await;
    let deployed = {
        let mut world = rig.aws.world();
        let target = afterhours_core::model::ScalableTarget {
            resource_id: afterhours_fake::World::resource_id("quant", "main"),
            dimension: "sagemaker:variant:DesiredInstanceCount".to_owned(),
            min: 1,
            max: 5,
            role_arn: None,
            suspended: Suspension::default(),
        };
        world.register(&target).unwrap();
        world.targets_of("quant")
    };
    // It raised the endpoint to one instance: a wake by hand, respected until the next morning.
    rig.settle_from("2026-11-02T22:00:00Z").await;
    rig.claim(&json!({ "command": "release", "target": "quant" }))
        .await;
    rig.settle_from("2026-11-02T22:30:00Z").await;
    assert_eq!(rig.aws.world().count_of("quant", "main"), 0);
    rig.settle_from("2026-11-03T08:00:00Z").await;
    assert_eq!(rig.aws.world().count_of("quant", "main"), 3);
    assert_eq!(rig.aws.world().targets_of("quant"), deployed);
}

#[tokio::test(start_paused = true)]
async fn s33_a_hand_made_wake_of_an_endpoint_is_respected_then_slept() {
    let mut rig = Rig::with(&json!({ "limits": { "max_lease": "2h" } }));
    asynchronous(&rig);
    let before = rig.aws.world().platform();
    rig.settle_from("2026-11-02T18:00:00Z").await;
    rig.aws.world().set_count("quant", "main", 1).unwrap();
    rig.settle_from("2026-11-02T20:00:00Z").await;
    assert_eq!(rig.aws.world().count_of("quant", "main"), 1);
    rig.settle_from("2026-11-02T21:30:00Z").await;
    assert_eq!(rig.aws.world().count_of("quant", "main"), 1);
    rig.settle_from("2026-11-02T22:05:00Z").await;
    assert_eq!(rig.aws.world().count_of("quant", "main"), 0);
    rig.settle_from("2026-11-03T08:00:00Z").await;
    assert_eq!(rig.aws.world().platform(), before);
}

#[tokio::test(start_paused = true)]
async fn s34_a_classic_endpoint_that_no_pattern_names_is_left_with_the_reason() {
    let mut rig = Rig::with(&json!({ "recreate_endpoints": ["other-*"] }));
    classic(&rig);
    rig.clock("2026-11-02T18:00:00Z");
    let report = rig.tick().await;
    assert!(untouched(&report, "endpoint/classic").contains("recreate_endpoints"));
    assert_eq!(rig.mutations(), 0);
}

#[tokio::test(start_paused = true)]
async fn s34_forms_that_cannot_sleep_say_why() {
    let mut rig = Rig::with(&json!({ "recreate_endpoints": ["*"] }));
    {
        let mut world = rig.aws.world();
        world
            .endpoint("serverless")
            .serverless()
            .tag(SCHEDULE, OFFICE)
            .add();
        world
            .endpoint("components")
            .components(&["llm"])
            .tag(SCHEDULE, OFFICE)
            .add();
    }
    rig.clock("2026-11-02T18:00:00Z");
    let report = rig.tick().await;
    assert!(untouched(&report, "endpoint/serverless").contains("costs nothing"));
    assert!(untouched(&report, "endpoint/components").contains("inference components"));
    assert_eq!(rig.mutations(), 0);
}

#[tokio::test(start_paused = true)]
async fn s35_a_classic_endpoint_is_deleted_and_made_again_with_everything_it_had() {
    let mut rig = Rig::new();
    classic(&rig);
    let before = rig.aws.world().platform();
    rig.settle_from("2026-11-02T18:00:00Z").await;
    assert!(rig.aws.world().find_endpoint("classic").is_none());
    let saved = rig.endpoint_record("classic").await.unwrap();
    assert_eq!(saved.config_name, "classic-v1");
    assert_eq!(saved.variants, before.endpoints["classic"].variants);
    assert_eq!(saved.tags, before.endpoints["classic"].tags);
    assert_eq!(saved.scalable_targets, before.targets);
    assert_eq!(saved.policies, before.policies);
    let ticks = rig.settle_from("2026-11-03T08:00:00Z").await;
    assert_eq!(rig.aws.world().platform(), before);
    assert!(rig.document().await.records.is_empty());
    assert!(
        ticks <= 6,
        "create, weights, two counts, targets and policies took {ticks} ticks"
    );
}

#[tokio::test(start_paused = true)]
async fn s35_tags_of_aws_itself_are_not_sent_back() {
    let mut rig = Rig::new();
    classic(&rig);
    rig.aws
        .world()
        .tag_endpoint("classic", "aws:cloudformation:stack-name", "ml");
    rig.settle_from("2026-11-02T18:00:00Z").await;
    rig.settle_from("2026-11-03T08:00:00Z").await;
    let tags = rig.aws.world().tags_of("classic");
    assert_eq!(tags.len(), 2, "{tags:?}");
    assert_eq!(tags["team"], "quant");
}

#[tokio::test(start_paused = true)]
async fn s35_what_could_not_be_made_again_is_not_deleted() {
    let mut rig = Rig::new();
    {
        let mut world = rig.aws.world();
        let odd = Err("PolicyType PredictiveScaling is not known".to_owned());
        world
            .endpoint("classic-policy")
            .tag(SCHEDULE, OFFICE)
            .target("AllTraffic", 1, 2)
            .policy_with("AllTraffic", "odd", odd)
            .add();
        world
            .endpoint("classic-cron")
            .tag(SCHEDULE, OFFICE)
            .target("AllTraffic", 1, 2)
            .scheduled_action("AllTraffic", "nightly")
            .add();
    }
    rig.clock("2026-11-02T18:00:00Z");
    let report = rig.tick().await;
    assert!(untouched(&report, "endpoint/classic-policy").contains("odd"));
    assert!(untouched(&report, "endpoint/classic-cron").contains("nightly"));
    assert_eq!(rig.mutations(), 0);
    let unknown = [
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScalingPolicies",
        "application-autoscaling:DescribeScheduledActions",
        "sagemaker:ListInferenceComponents",
        "sagemaker:DescribeEndpointConfig",
        "sagemaker:DescribeEndpoint",
        "sagemaker:ListTags",
    ];
    for action in unknown {
        let mut rig = Rig::new();
        classic(&rig);
        rig.clock("2026-11-02T18:00:00Z");
        rig.aws.world().deny(action);
        let report = rig.tick().await;
        let errors = format!("{:?}", report.plan.errors);
        assert!(errors.contains(action), "{action}: {errors}");
        assert_eq!(rig.mutations(), 0, "{action}");
    }
}

#[tokio::test(start_paused = true)]
async fn s36_an_endpoint_in_transition_is_left_for_a_later_tick() {
    for status in [
        EndpointStatus::Updating,
        EndpointStatus::SystemUpdating,
        EndpointStatus::RollingBack,
        EndpointStatus::Creating,
    ] {
        let mut rig = Rig::new();
        asynchronous(&rig);
        classic(&rig);
        rig.clock("2026-11-02T18:00:00Z");
        for name in ["quant", "classic"] {
            rig.aws.world().set_status(name, status.clone(), None);
        }
        let report = rig.tick().await;
        assert_eq!(rig.mutations(), 0, "{status}");
        let why = untouched(&report, "endpoint/quant");
        assert!(why.contains(&status.to_string()), "{why}");
        rig.pass(MINUTES);
        rig.tick().await;
        assert!(rig.mutations() > 0, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn s36_a_transition_that_does_not_end_is_told_of_once_after_an_hour() {
    let mut rig = Rig::new();
    asynchronous(&rig);
    rig.clock("2026-11-02T18:00:00Z");
    for tick in 0..30 {
        let status = EndpointStatus::SystemUpdating;
        rig.aws.world().set_status("quant", status, None);
        rig.tick().await;
        let told = rig.titles().len();
        assert_eq!(told, usize::from(tick >= 12), "tick {tick}");
        rig.clock(&format!(
            "2026-11-02T{:02}:{:02}:00Z",
            18 + (tick + 1) / 12,
            (tick + 1) % 12 * 5
        ));
    }
    assert_eq!(rig.mutations(), 0);
    assert!(
        rig.titles()[0].contains("SystemUpdating"),
        "{:?}",
        rig.titles()
    );
}

#[tokio::test(start_paused = true)]
async fn s36_an_endpoint_that_no_call_mends_is_left_and_told_of_once() {
    let mut rig = Rig::new();
    asynchronous(&rig);
    rig.clock("2026-11-02T18:00:00Z");
    rig.aws.world().set_status(
        "quant",
        EndpointStatus::UpdateRollbackFailed,
        Some("no capacity"),
    );
    rig.step().await;
    rig.step().await;
    assert_eq!(rig.mutations(), 0);
    let told = rig.titles();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("UpdateRollbackFailed"), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn s40_a_deployment_that_wakes_an_endpoint_is_slept_again_under_its_new_configuration() {
    let mut rig = Rig::new();
    asynchronous(&rig);
    rig.settle_from("2026-11-02T18:00:00Z").await;
    {
        let mut world = rig.aws.world();
        let config = world.config("quant-v2").asynchronous();
        config
            .variant("main", 1, 1.0)
            .variant("canary", 2, 0.1)
            .add();
        world.update_endpoint("quant", "quant-v2").unwrap();
    }
    rig.settle_from("2026-11-02T22:00:00Z").await;
    let saved = rig.endpoint_record("quant").await.unwrap();
    assert_eq!(saved.config_name, "quant-v2");
    {
        let world = rig.aws.world();
        assert_eq!(world.count_of("quant", "main"), 0);
        assert_eq!(world.count_of("quant", "canary"), 0);
    }
    rig.settle_from("2026-11-03T08:00:00Z").await;
    let world = rig.aws.world();
    assert_eq!(world.count_of("quant", "main"), 3, "what it had");
    assert_eq!(world.count_of("quant", "canary"), 2, "what was deployed");
    assert_eq!(
        world.find_endpoint("quant").unwrap().config_name,
        "quant-v2"
    );
}

#[tokio::test(start_paused = true)]
async fn s41_an_endpoint_whose_configuration_is_gone_is_not_deleted() {
    let mut rig = Rig::new();
    classic(&rig);
    rig.aws.world().delete_config("classic-v1").unwrap();
    rig.clock("2026-11-02T18:00:00Z");
    rig.step().await;
    rig.step().await;
    assert_eq!(rig.mutations(), 0);
    let told = rig.titles();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("classic-v1 does not exist"), "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn s41_a_configuration_deleted_at_night_is_told_of_at_night_and_nothing_is_lost() {
    let mut rig = Rig::new();
    classic(&rig);
    let before = rig.aws.world().platform();
    rig.settle_from("2026-11-02T18:00:00Z").await;
    rig.aws.world().delete_config("classic-v1").unwrap();
    rig.settle_from("2026-11-02T22:00:00Z").await;
    let told = rig.titles();
    assert!(
        told.iter()
            .any(|title| title.contains("classic-v1 was deleted")),
        "{told:?}"
    );
    rig.settle_from("2026-11-03T08:00:00Z").await;
    assert!(rig.endpoint_record("classic").await.is_some());
    assert_eq!(rig.calls("sagemaker:CreateEndpoint"), 0);
    {
        let mut world = rig.aws.world();
        let config = world.config("classic-v1");
        config
            .variant("blue", 1, 1.0)
            .variant("green", 1, 1.0)
            .add();
    }
    rig.settle_from("2026-11-03T10:00:00Z").await;
    assert_eq!(rig.aws.world().platform(), before);
}

#[tokio::test(start_paused = true)]
async fn s42_the_configuration_with_all_that_hangs_on_it_is_never_touched() {
    let mut rig = Rig::new();
    classic(&rig);
    asynchronous(&rig);
    rig.settle_from("2026-11-02T18:00:00Z").await;
    rig.settle_from("2026-11-03T08:00:00Z").await;
    let world = rig.aws.world();
    let config = &world.find_endpoint("classic").unwrap().config_name;
    assert_eq!(config, "classic-v1");
    let about_configs = |call: &&afterhours_fake::Call| {
        call.action.contains("EndpointConfig") && call.kind != CallKind::Read
    };
    assert_eq!(world.calls().iter().filter(about_configs).count(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_whose_creation_failed_keeps_its_record() {
    let mut rig = Rig::new();
    classic(&rig);
    rig.settle_from("2026-11-02T18:00:00Z").await;
    rig.clock("2026-11-03T08:00:00Z");
    let faults = Faults::new();
    faults.add(Fault::deny("sagemaker:CreateEndpoint").times(1));
    rig.tick_with(&faults).await.unwrap();
    assert!(rig.endpoint_record("classic").await.is_some());
    rig.pass(MINUTES);
    rig.tick().await;
    rig.aws.world().doom("classic", "no capacity");
    rig.pass(MINUTES);
    rig.tick().await;
    let record = rig.record(&TargetId::endpoint("classic")).await;
    assert!(record.is_some());
    let told = rig.titles();
    assert!(
        told.iter().any(|title| title.contains("Failed")),
        "{told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn tags_that_the_tagging_service_does_not_know_yet_are_read_afresh() {
    let mut rig = Rig::new();
    asynchronous(&rig);
    rig.aws.world().freeze_tagging();
    rig.aws
        .world()
        .tag_endpoint("quant", "afterhours:protect", "true");
    rig.clock("2026-11-02T18:00:00Z");
    rig.tick().await;
    assert_eq!(rig.mutations(), 0);
}

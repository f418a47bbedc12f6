//! Auto Scaling groups behave as in AWS.

use std::collections::BTreeSet;

use afterhours_core::model::{GroupSize, PolicyKind};
use afterhours_fake::FakeAws;
use afterhours_ports::ErrorClass;

const ZERO: GroupSize = GroupSize {
    min: 0,
    desired: 0,
    max: 6,
};
const FULL: GroupSize = GroupSize {
    min: 2,
    desired: 4,
    max: 6,
};

fn aws() -> FakeAws {
    let aws = FakeAws::new();
    aws.world()
        .group("gpu")
        .size(2, 4, 6)
        .tag("afterhours:schedule", "office")
        .policy("cpu", PolicyKind::Alarm)
        .suspended("AZRebalance")
        .add();
    aws
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_group_is_listed_with_all_that_was_given() {
    let groups = aws().ports().groups.list().await.unwrap();
    let group = &groups[0];
    assert_eq!(groups.len(), 1);
    assert_eq!((group.name.as_str(), group.size), ("gpu", FULL));
    assert_eq!(group.tags["afterhours:schedule"], "office");
    assert_eq!(group.suspended, set(&["AZRebalance"]));
    assert_eq!(group.policies.as_ref().unwrap()[0].name, "cpu");
    assert_eq!(group.instances.len(), 4);
    assert_eq!(group.created_at.to_string(), "2026-11-02T07:00:00Z");
}

#[tokio::test]
async fn instances_follow_desired_only_when_settled() {
    let aws = aws();
    aws.ports().groups.update_size("gpu", ZERO).await.unwrap();
    assert_eq!(aws.world().size_of("gpu"), ZERO);
    assert_eq!(aws.world().find_group("gpu").unwrap().instances.len(), 4);
    aws.world().settle();
    assert!(aws.world().find_group("gpu").unwrap().instances.is_empty());
    aws.ports().groups.update_size("gpu", FULL).await.unwrap();
    aws.world().settle();
    assert_eq!(aws.world().find_group("gpu").unwrap().instances.len(), 4);
}

#[tokio::test]
async fn protected_instances_stay() {
    let aws = aws();
    aws.world().protect_instances("gpu", true);
    aws.ports().groups.update_size("gpu", ZERO).await.unwrap();
    aws.world().settle();
    assert_eq!(aws.world().find_group("gpu").unwrap().instances.len(), 4);
    aws.world().protect_instances("gpu", false);
    aws.world().settle();
    assert!(aws.world().find_group("gpu").unwrap().instances.is_empty());
}

#[tokio::test]
async fn a_lifecycle_hook_keeps_instances_in_terminating_wait() {
    let aws = aws();
    aws.world().hold_terminations("gpu");
    aws.ports().groups.update_size("gpu", ZERO).await.unwrap();
    for _ in 0..2 {
        aws.world().settle();
        let group = aws.world().find_group("gpu").unwrap().clone();
        assert_eq!(group.instances.len(), 4);
        assert!(
            group
                .instances
                .iter()
                .all(|i| i.lifecycle == "Terminating:Wait")
        );
    }
    // Instances that are leaving are no capacity: new ones come for them.
    aws.ports().groups.update_size("gpu", FULL).await.unwrap();
    aws.world().settle();
    assert_eq!(aws.world().find_group("gpu").unwrap().instances.len(), 8);
    aws.world().release_terminations("gpu");
    assert_eq!(aws.world().find_group("gpu").unwrap().instances.len(), 4);
}

#[tokio::test]
async fn suspended_launch_and_terminate_keep_the_instances_as_they_are() {
    let aws = aws();
    let groups = aws.ports().groups;
    groups
        .suspend("gpu", &set(&["Terminate", "Launch"]))
        .await
        .unwrap();
    groups.update_size("gpu", ZERO).await.unwrap();
    aws.world().settle();
    assert_eq!(aws.world().find_group("gpu").unwrap().instances.len(), 4);
    groups.resume("gpu", &set(&["Terminate"])).await.unwrap();
    aws.world().settle();
    groups.update_size("gpu", FULL).await.unwrap();
    aws.world().settle();
    assert!(aws.world().find_group("gpu").unwrap().instances.is_empty());
}

#[tokio::test]
async fn sizes_that_contradict_each_other_are_refused() {
    let aws = aws();
    for (size, message) in [
        (
            GroupSize {
                min: 2,
                desired: 0,
                max: 6,
            },
            "Desired capacity:0 must be between the specified min size:2 and max size:6",
        ),
        (
            GroupSize {
                min: 0,
                desired: 7,
                max: 6,
            },
            "Desired capacity:7 must be between the specified min size:0 and max size:6",
        ),
        (
            GroupSize {
                min: 3,
                desired: 3,
                max: 2,
            },
            "Max bound, 2, must be greater than or equal to min bound, 3",
        ),
    ] {
        let error = aws
            .ports()
            .groups
            .update_size("gpu", size)
            .await
            .unwrap_err();
        assert_eq!(
            (error.class, error.code.as_str()),
            (ErrorClass::Invalid, "ValidationError")
        );
        assert_eq!(error.message, message);
    }
    assert_eq!(aws.world().size_of("gpu"), FULL);
}

#[test]
fn desired_by_hand_has_to_lie_within_the_bounds() {
    let aws = aws();
    aws.world().set_desired("gpu", 5).unwrap();
    assert_eq!(aws.world().size_of("gpu").desired, 5);
    for outside in [1, 7] {
        let error = aws.world().set_desired("gpu", outside).unwrap_err();
        assert_eq!(error.class, ErrorClass::Invalid);
    }
    assert_eq!(aws.world().size_of("gpu").desired, 5);
}

#[tokio::test]
async fn a_group_with_an_activity_or_in_deletion_has_to_wait() {
    let aws = aws();
    let groups = aws.ports().groups;
    aws.world().start_activity("gpu");
    let error = groups.update_size("gpu", ZERO).await.unwrap_err();
    assert_eq!(
        (error.class, error.code.as_str()),
        (ErrorClass::Busy, "ScalingActivityInProgress")
    );
    aws.world().settle();
    groups.update_size("gpu", ZERO).await.unwrap();

    aws.world().delete_group("gpu").unwrap();
    assert!(groups.list().await.unwrap()[0].deleting);
    let error = groups.update_size("gpu", FULL).await.unwrap_err();
    assert_eq!(
        (error.class, error.code.as_str()),
        (ErrorClass::Busy, "ScalingActivityInProgress")
    );
    aws.world().settle();
    assert!(groups.list().await.unwrap().is_empty());
    let error = groups.update_size("gpu", FULL).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::NotFound);
}

#[tokio::test]
async fn processes_are_added_and_taken_away_one_by_one() {
    let aws = aws();
    let groups = aws.ports().groups;
    groups
        .suspend("gpu", &set(&["AlarmNotification", "AZRebalance"]))
        .await
        .unwrap();
    let suspended = aws.world().find_group("gpu").unwrap().suspended.clone();
    assert_eq!(suspended, set(&["AlarmNotification", "AZRebalance"]));
    groups
        .resume("gpu", &set(&["AlarmNotification"]))
        .await
        .unwrap();
    assert_eq!(
        aws.world().find_group("gpu").unwrap().suspended,
        set(&["AZRebalance"])
    );
    let error = groups.suspend("gpu", &set(&["Alarm"])).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Invalid);
    // The API takes no process for all processes.
    groups.suspend("gpu", &set(&[])).await.unwrap();
    assert_eq!(aws.world().find_group("gpu").unwrap().suspended.len(), 9);
}

#[tokio::test]
async fn an_alarm_has_no_effect_while_notifications_are_suspended() {
    let aws = aws();
    assert!(aws.world().alarm("gpu", 99));
    assert_eq!(aws.world().size_of("gpu").desired, 6);
    aws.ports()
        .groups
        .suspend("gpu", &set(&["AlarmNotification"]))
        .await
        .unwrap();
    assert!(!aws.world().alarm("gpu", 3));
    assert_eq!(aws.world().size_of("gpu").desired, 6);
}

#[test]
fn an_alarm_has_no_effect_without_an_enabled_policy() {
    let aws = FakeAws::new();
    aws.world().group("plain").size(0, 1, 4).add();
    aws.world()
        .group("off")
        .size(0, 1, 4)
        .disabled_policy("cpu", PolicyKind::Alarm)
        .add();
    assert!(!aws.world().alarm("plain", 3));
    assert!(!aws.world().alarm("off", 3));
}

#[tokio::test]
async fn a_forecast_only_scales_out_up_to_the_maximum_and_minds_no_suspension() {
    let aws = FakeAws::new();
    aws.world()
        .group("ml")
        .size(0, 0, 4)
        .policy("forecast", PolicyKind::Predictive)
        .add();
    aws.world()
        .group("dry")
        .size(0, 0, 4)
        .policy("forecast", PolicyKind::ForecastOnly)
        .add();
    aws.ports()
        .groups
        .suspend("ml", &set(&["AlarmNotification"]))
        .await
        .unwrap();
    assert!(aws.world().forecast("ml", 9));
    assert_eq!(aws.world().size_of("ml").desired, 4);
    assert!(!aws.world().forecast("ml", 1));
    assert!(!aws.world().forecast("dry", 3));
    let closed = GroupSize {
        min: 0,
        desired: 0,
        max: 0,
    };
    aws.world().update_size("ml", closed).unwrap();
    assert!(!aws.world().forecast("ml", 3));
}

#[test]
fn a_group_made_anew_has_another_arn_and_creation_time() {
    let aws = aws();
    let before = aws.world().find_group("gpu").unwrap().clone();
    let later = "2026-11-03T01:00:00Z".parse().unwrap();
    aws.world().set_now(later);
    aws.world().recreate_group(
        "gpu",
        GroupSize {
            min: 1,
            desired: 1,
            max: 2,
        },
    );
    let after = aws.world().find_group("gpu").unwrap().clone();
    assert_ne!(after.arn, before.arn);
    assert_eq!(after.created_at, later);
    assert_eq!((after.tags, after.policies), (before.tags, before.policies));
    assert!(after.suspended.is_empty());
    assert_eq!(after.instances.len(), 1);
}

#[tokio::test]
async fn policies_that_cannot_be_read_do_not_fail_the_groups() {
    let aws = aws();
    aws.world().deny("autoscaling:DescribePolicies");
    let groups = aws.ports().groups.list().await.unwrap();
    let error = groups[0].policies.clone().unwrap_err();
    assert!(
        error.starts_with("autoscaling:DescribePolicies is denied: AccessDenied"),
        "{error}"
    );
    aws.world().allow("autoscaling:DescribePolicies");
    assert!(aws.ports().groups.list().await.unwrap()[0].policies.is_ok());
}

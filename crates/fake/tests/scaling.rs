//! Application Auto Scaling behaves as in AWS.

use afterhours_core::model::{EndpointPolicy, EndpointStatus, ScalableTarget, Suspension};
use afterhours_fake::{FakeAws, World};
use afterhours_ports::ErrorClass;
use serde_json::json;

const INSTANCES: &str = "sagemaker:variant:DesiredInstanceCount";

fn aws() -> FakeAws {
    let aws = FakeAws::new();
    aws.world()
        .endpoint("queue")
        .asynchronous()
        .variant("v", 2, 1.0)
        .target("v", 1, 4)
        .policy("v", "backlog", 5)
        .scheduled_action("v", "morning")
        .add();
    aws
}

fn target(min: u32, max: u32, suspended: Suspension) -> ScalableTarget {
    ScalableTarget {
        resource_id: World::resource_id("queue", "v"),
        dimension: INSTANCES.to_owned(),
        min,
        max,
        role_arn: None,
        suspended,
    }
}

#[tokio::test]
async fn targets_policies_and_scheduled_actions_are_listed() {
    let scaling = aws().ports().scaling;
    let targets = scaling.targets().await.unwrap();
    assert_eq!((targets[0].min, targets[0].max), (1, 4));
    assert!(
        targets[0]
            .role_arn
            .as_ref()
            .unwrap()
            .contains("/aws-service-role/")
    );
    assert_eq!(scaling.policies().await.unwrap()[0].name, "backlog");
    let actions = scaling.scheduled_actions().await.unwrap();
    assert_eq!(actions["endpoint/queue/variant/v"], ["morning"]);
}

#[tokio::test]
async fn registering_puts_the_count_into_the_bounds_even_when_all_is_suspended() {
    let aws = aws();
    let scaling = aws.ports().scaling;
    scaling
        .register(&target(3, 4, Suspension::ALL))
        .await
        .unwrap();
    assert_eq!(aws.world().count_of("queue", "v"), 3);
    assert_eq!(
        aws.world().find_endpoint("queue").unwrap().status,
        EndpointStatus::Updating
    );
    aws.world().settle();
    scaling
        .register(&target(0, 1, Suspension::ALL))
        .await
        .unwrap();
    assert_eq!(aws.world().count_of("queue", "v"), 1);
    aws.world().settle();
    scaling
        .register(&target(0, 4, Suspension::default()))
        .await
        .unwrap();
    assert_eq!(aws.world().count_of("queue", "v"), 1);
    assert_eq!(
        aws.world().find_endpoint("queue").unwrap().status,
        EndpointStatus::InService
    );
}

#[tokio::test]
async fn an_endpoint_in_an_update_is_put_into_the_bounds_afterwards() {
    let aws = aws();
    aws.ports()
        .endpoints
        .set_count("queue", "v", 0)
        .await
        .unwrap();
    aws.ports()
        .scaling
        .register(&target(1, 4, Suspension::ALL))
        .await
        .unwrap();
    assert_eq!(aws.world().count_of("queue", "v"), 0);
    aws.world().settle();
    assert_eq!(aws.world().count_of("queue", "v"), 1);
    aws.world().settle();
    assert_eq!(
        aws.world().find_endpoint("queue").unwrap().status,
        EndpointStatus::InService
    );
}

#[tokio::test]
async fn targets_that_make_no_sense_are_refused() {
    let aws = aws();
    let scaling = aws.ports().scaling;
    let sound = target(1, 4, Suspension::default());
    for refused in [
        target(4, 1, Suspension::default()),
        ScalableTarget {
            resource_id: World::resource_id("queue", "absent"),
            ..sound.clone()
        },
        ScalableTarget {
            resource_id: World::resource_id("absent", "v"),
            ..sound.clone()
        },
        ScalableTarget {
            resource_id: "service/web".to_owned(),
            ..sound.clone()
        },
        ScalableTarget {
            dimension: "ecs:service:DesiredCount".to_owned(),
            ..sound.clone()
        },
    ] {
        let error = scaling.register(&refused).await.unwrap_err();
        assert_eq!(
            (error.class, error.code.as_str()),
            (ErrorClass::Invalid, "ValidationException")
        );
    }
    aws.world()
        .set_status("queue", EndpointStatus::Creating, None);
    let error = scaling.register(&sound).await.unwrap_err();
    assert_eq!(
        (error.class, error.code.as_str()),
        (ErrorClass::Busy, "ConcurrentUpdateException")
    );
    assert_eq!(scaling.targets().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_role_of_ones_own_has_to_be_passed() {
    let aws = aws();
    let scaling = aws.ports().scaling;
    aws.world().deny("iam:PassRole");
    let role = "arn:aws:iam::111122223333:role/scaling";
    let own = ScalableTarget {
        role_arn: Some(role.to_owned()),
        ..target(1, 4, Suspension::default())
    };
    assert_eq!(
        scaling.register(&own).await.unwrap_err().class,
        ErrorClass::Denied
    );
    let linked = scaling.targets().await.unwrap().remove(0);
    scaling.register(&linked).await.unwrap();
    aws.world().allow("iam:PassRole");
    scaling.register(&own).await.unwrap();
    assert_eq!(
        scaling.targets().await.unwrap()[0].role_arn.as_deref(),
        Some(role)
    );
}

#[tokio::test]
async fn deregistering_takes_policies_and_scheduled_actions_with_it() {
    let aws = aws();
    let scaling = aws.ports().scaling;
    let id = World::resource_id("queue", "v");
    scaling.deregister(&id, INSTANCES).await.unwrap();
    assert!(scaling.targets().await.unwrap().is_empty());
    assert!(scaling.policies().await.unwrap().is_empty());
    assert!(scaling.scheduled_actions().await.unwrap().is_empty());
    scaling.deregister(&id, INSTANCES).await.unwrap();
}

#[tokio::test]
async fn deleting_an_endpoint_deregisters_its_targets_and_only_its() {
    let aws = aws();
    aws.world()
        .endpoint("queue-2")
        .asynchronous()
        .variant("v", 1, 1.0)
        .target("v", 1, 2)
        .add();
    aws.ports().endpoints.delete("queue").await.unwrap();
    assert!(aws.world().targets_of("queue").is_empty());
    assert!(aws.world().policies_of("queue").is_empty());
    assert_eq!(aws.world().targets_of("queue-2").len(), 1);
}

#[tokio::test]
async fn a_policy_needs_a_target_and_replaces_the_one_of_its_name() {
    let aws = aws();
    let scaling = aws.ports().scaling;
    let mut policy = aws.world().policies_of("queue").remove(0);
    policy.definition = Ok(json!({ "PolicyType": "StepScaling" }));
    scaling.put_policy(&policy).await.unwrap();
    assert_eq!(scaling.policies().await.unwrap(), [policy.clone()]);
    for definition in [
        Ok(json!({})),
        Err("has a metric that cannot be carried over".to_owned()),
    ] {
        let refused = EndpointPolicy {
            definition,
            ..policy.clone()
        };
        assert_eq!(
            scaling.put_policy(&refused).await.unwrap_err().class,
            ErrorClass::Invalid
        );
    }
    scaling
        .deregister(&policy.resource_id, INSTANCES)
        .await
        .unwrap();
    let error = scaling.put_policy(&policy).await.unwrap_err();
    assert_eq!(
        (error.class, error.code.as_str()),
        (ErrorClass::NotFound, "ObjectNotFoundException")
    );
}

#[tokio::test]
async fn a_policy_scales_only_within_bounds_and_where_it_is_not_suspended() {
    let aws = aws();
    assert!(aws.world().scale_by_policy("queue", "v", 9));
    assert_eq!(aws.world().count_of("queue", "v"), 4);
    assert!(
        !aws.world().scale_by_policy("queue", "v", 2),
        "an update is under way"
    );
    aws.world().settle();
    let no_in = Suspension {
        scale_in: true,
        ..Suspension::default()
    };
    aws.ports()
        .scaling
        .register(&target(0, 6, no_in))
        .await
        .unwrap();
    assert!(!aws.world().scale_by_policy("queue", "v", 2));
    assert!(aws.world().scale_by_policy("queue", "v", 5));
    aws.world().settle();
    let no_out = Suspension {
        scale_out: true,
        ..Suspension::default()
    };
    aws.ports()
        .scaling
        .register(&target(0, 6, no_out))
        .await
        .unwrap();
    assert!(!aws.world().scale_by_policy("queue", "v", 6));
    assert!(aws.world().scale_by_policy("queue", "v", 0));
    assert_eq!(aws.world().count_of("queue", "v"), 0);
}

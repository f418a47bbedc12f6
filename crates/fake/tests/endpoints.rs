//! Endpoints behave as in AWS.

use afterhours_core::model::{EndpointStatus, Tags, Variant};
use afterhours_fake::FakeAws;
use afterhours_ports::{DescribedEndpoint, ErrorClass, PortError};

const BUSY: &str = r#"Cannot update in-progress endpoint "arn:aws:sagemaker:eu-central-1:111122223333:endpoint/quant"."#;

fn aws() -> FakeAws {
    let aws = FakeAws::new();
    aws.world()
        .endpoint("quant")
        .variant("blue", 3, 0.7)
        .variant("green", 1, 0.3)
        .tag("afterhours:schedule", "office")
        .target("blue", 2, 5)
        .policy("blue", "load", 70)
        .add();
    aws.world()
        .endpoint("queue")
        .asynchronous()
        .variant("v", 2, 1.0)
        .add();
    aws
}

async fn describe(aws: &FakeAws, name: &str) -> Option<DescribedEndpoint> {
    let described = aws.ports().endpoints.describe(name).await;
    assert!(described.is_ok(), "{described:?}");
    described.ok().flatten()
}

fn known_as(error: &PortError) -> (ErrorClass, &str, &str) {
    (error.class, error.code.as_str(), error.message.as_str())
}

fn variant(name: &str, count: u32, weight: f32) -> Variant {
    Variant {
        name: name.to_owned(),
        count,
        weight,
    }
}

#[tokio::test]
async fn an_endpoint_is_described_with_all_that_was_given() {
    let aws = aws();
    let quant = describe(&aws, "quant").await.unwrap();
    assert_eq!(quant.status, EndpointStatus::InService);
    assert_eq!(quant.config_name, "quant-config");
    assert_eq!(
        quant.variants,
        [variant("blue", 3, 0.7), variant("green", 1, 0.3)]
    );
    assert!(!quant.asynchronous && !quant.serverless && !quant.managed_scaling);
    assert!(describe(&aws, "queue").await.unwrap().asynchronous);
    assert_eq!(describe(&aws, "absent").await, None);
    let tags = aws.ports().endpoints.tags(&quant.arn).await.unwrap();
    assert_eq!(tags["afterhours:schedule"], "office");
    let names: Vec<_> = aws
        .ports()
        .endpoints
        .list()
        .await
        .unwrap()
        .into_iter()
        .map(|e| e.name)
        .collect();
    assert_eq!(names, ["quant", "queue"]);
}

#[tokio::test]
async fn forms_of_endpoints_can_be_told_apart() {
    let aws = FakeAws::new();
    aws.world().endpoint("sls").serverless().add();
    aws.world()
        .endpoint("ics")
        .components(&["llama", "qwen"])
        .add();
    let sls = describe(&aws, "sls").await.unwrap();
    assert!(sls.serverless);
    assert_eq!(sls.variants, [variant("AllTraffic", 0, 1.0)]);
    assert!(describe(&aws, "ics").await.unwrap().managed_scaling);
    let endpoints = aws.ports().endpoints;
    assert_eq!(
        endpoints
            .with_components()
            .await
            .unwrap()
            .into_iter()
            .collect::<Vec<_>>(),
        ["ics"]
    );
    assert!(
        endpoints
            .describe_config("ics-config")
            .await
            .unwrap()
            .unwrap()
            .variant_without_model
    );
    assert!(
        !endpoints
            .describe_config("sls-config")
            .await
            .unwrap()
            .unwrap()
            .variant_without_model
    );
    assert_eq!(endpoints.describe_config("absent").await.unwrap(), None);
}

#[tokio::test]
async fn a_change_leads_through_updating_and_bars_the_next_one() {
    let aws = aws();
    let endpoints = aws.ports().endpoints;
    endpoints.set_count("quant", "blue", 1).await.unwrap();
    let quant = describe(&aws, "quant").await.unwrap();
    assert_eq!(quant.status, EndpointStatus::Updating);
    assert_eq!(quant.variants[0].count, 1);
    for error in [
        endpoints.set_count("quant", "green", 2).await.unwrap_err(),
        endpoints
            .set_weights("quant", &[("blue".to_owned(), 1.0)])
            .await
            .unwrap_err(),
        endpoints.delete("quant").await.unwrap_err(),
        aws.world()
            .update_endpoint("quant", "quant-config")
            .unwrap_err(),
    ] {
        assert_eq!(
            known_as(&error),
            (ErrorClass::Busy, "ValidationException", BUSY)
        );
    }
    aws.world().settle();
    assert_eq!(
        describe(&aws, "quant").await.unwrap().status,
        EndpointStatus::InService
    );
    endpoints.set_count("quant", "green", 2).await.unwrap();
}

#[tokio::test]
async fn nothing_can_be_changed_in_any_status_but_in_service() {
    let aws = aws();
    for status in [
        EndpointStatus::Creating,
        EndpointStatus::SystemUpdating,
        EndpointStatus::RollingBack,
        EndpointStatus::OutOfService,
        EndpointStatus::Failed,
        EndpointStatus::UpdateRollbackFailed,
    ] {
        aws.world().set_status("queue", status.clone(), None);
        let error = aws
            .ports()
            .endpoints
            .set_count("queue", "v", 1)
            .await
            .unwrap_err();
        assert_eq!(error.class, ErrorClass::Busy, "{status}");
        assert_eq!(aws.world().count_of("queue", "v"), 2);
    }
}

#[tokio::test]
async fn a_failed_endpoint_can_only_be_deleted() {
    let aws = aws();
    aws.world()
        .set_status("quant", EndpointStatus::Failed, Some("no capacity"));
    let quant = describe(&aws, "quant").await.unwrap();
    assert_eq!(quant.failure_reason.as_deref(), Some("no capacity"));
    aws.world().settle();
    assert_eq!(
        describe(&aws, "quant").await.unwrap().status,
        EndpointStatus::Failed
    );
    aws.ports().endpoints.delete("quant").await.unwrap();
}

#[tokio::test]
async fn only_an_asynchronous_endpoint_goes_to_zero_instances() {
    let aws = aws();
    aws.world().endpoint("sls").serverless().add();
    let endpoints = aws.ports().endpoints;
    endpoints.set_count("queue", "v", 0).await.unwrap();
    for (name, variant) in [("quant", "blue"), ("sls", "AllTraffic")] {
        let error = endpoints.set_count(name, variant, 0).await.unwrap_err();
        assert_eq!(error.class, ErrorClass::Invalid);
        assert_eq!(
            describe(&aws, name).await.unwrap().status,
            EndpointStatus::InService
        );
    }
    assert_eq!(aws.world().count_of("quant", "blue"), 3);
}

#[tokio::test]
async fn what_is_not_there_cannot_be_changed() {
    let aws = aws();
    let endpoints = aws.ports().endpoints;
    let error = endpoints.set_count("quant", "red", 1).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Invalid);
    assert!(error.message.contains(r#""red""#), "{error}");
    for error in [
        endpoints.set_count("absent", "v", 1).await.unwrap_err(),
        endpoints.delete("absent").await.unwrap_err(),
        endpoints.tags("arn:absent").await.unwrap_err(),
    ] {
        assert_eq!(error.class, ErrorClass::NotFound);
        assert!(
            error.message.starts_with("Could not find endpoint \""),
            "{error}"
        );
    }
}

#[tokio::test]
async fn weights_are_set_for_several_variants_or_not_at_all() {
    let aws = aws();
    let endpoints = aws.ports().endpoints;
    let weights = |blue: f32, other: &str| [("blue".to_owned(), blue), (other.to_owned(), 0.5)];
    for refused in [&weights(0.5, "red")[..], &weights(-1.0, "green")[..], &[]] {
        let error = endpoints.set_weights("quant", refused).await.unwrap_err();
        assert_eq!(error.class, ErrorClass::Invalid);
    }
    let quant = describe(&aws, "quant").await.unwrap();
    assert_eq!(
        quant.variants,
        [variant("blue", 3, 0.7), variant("green", 1, 0.3)]
    );
    assert_eq!(quant.status, EndpointStatus::InService);
    endpoints
        .set_weights("quant", &weights(0.5, "green"))
        .await
        .unwrap();
    let quant = describe(&aws, "quant").await.unwrap();
    assert_eq!(
        quant.variants,
        [variant("blue", 3, 0.5), variant("green", 1, 0.5)]
    );
    assert_eq!(quant.status, EndpointStatus::Updating);
}

#[tokio::test]
async fn a_deletion_keeps_the_name_until_settled_and_the_configuration_for_good() {
    let aws = aws();
    let endpoints = aws.ports().endpoints;
    endpoints.delete("quant").await.unwrap();
    assert_eq!(
        describe(&aws, "quant").await.unwrap().status,
        EndpointStatus::Deleting
    );
    let error = endpoints
        .create("quant", "quant-config", &Tags::new())
        .await
        .unwrap_err();
    assert_eq!(
        known_as(&error),
        (
            ErrorClass::Invalid,
            "ValidationException",
            r#"Cannot create already existing endpoint "arn:aws:sagemaker:eu-central-1:111122223333:endpoint/quant"."#
        )
    );
    aws.world().settle();
    assert_eq!(describe(&aws, "quant").await, None);
    assert!(
        endpoints
            .describe_config("quant-config")
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn an_endpoint_made_anew_has_its_arn_again_and_another_creation_time() {
    let aws = aws();
    let endpoints = aws.ports().endpoints;
    let before = describe(&aws, "quant").await.unwrap();
    endpoints.delete("quant").await.unwrap();
    aws.world().settle();
    aws.world().set_now("2026-11-03T05:40:00Z".parse().unwrap());
    let tags = Tags::from([("team".to_owned(), "quant".to_owned())]);
    endpoints
        .create("quant", "quant-config", &tags)
        .await
        .unwrap();
    let creating = describe(&aws, "quant").await.unwrap();
    assert_eq!(creating.status, EndpointStatus::Creating);
    assert!(creating.variants.is_empty());
    aws.world().settle();
    let after = describe(&aws, "quant").await.unwrap();
    assert_eq!(after.status, EndpointStatus::InService);
    assert_eq!(after.arn, before.arn);
    assert_ne!(after.created_at, before.created_at);
    assert_eq!(after.variants, before.variants);
    // Tags are those of the call; targets do not come back by themselves.
    assert_eq!(endpoints.tags(&after.arn).await.unwrap(), tags);
    assert!(aws.world().targets_of("quant").is_empty());
}

#[tokio::test]
async fn creating_needs_a_configuration_and_no_reserved_tag() {
    let aws = aws();
    let endpoints = aws.ports().endpoints;
    let error = endpoints
        .create("new", "absent", &Tags::new())
        .await
        .unwrap_err();
    assert_eq!(
        known_as(&error),
        (
            ErrorClass::Invalid,
            "ValidationException",
            r#"Could not find endpoint configuration "arn:aws:sagemaker:eu-central-1:111122223333:endpoint-config/absent"."#
        )
    );
    let reserved = Tags::from([("aws:cloudformation:stack-name".to_owned(), "s".to_owned())]);
    let error = endpoints
        .create("new", "quant-config", &reserved)
        .await
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::Invalid);
    assert_eq!(describe(&aws, "new").await, None);
    let error = endpoints
        .create("QUANT", "quant-config", &Tags::new())
        .await
        .unwrap_err();
    assert!(
        error
            .message
            .starts_with("Cannot create already existing endpoint"),
        "{error}"
    );
}

#[tokio::test]
async fn changes_can_fail_when_they_settle() {
    let aws = aws();
    let endpoints = aws.ports().endpoints;
    endpoints
        .create("new", "quant-config", &Tags::new())
        .await
        .unwrap();
    aws.world().doom("new", "no capacity");
    endpoints.set_count("queue", "v", 9).await.unwrap();
    aws.world().doom("queue", "quota reached");
    aws.world().settle();
    let new = describe(&aws, "new").await.unwrap();
    assert_eq!(
        (new.status, new.failure_reason.as_deref()),
        (EndpointStatus::Failed, Some("no capacity"))
    );
    let queue = describe(&aws, "queue").await.unwrap();
    assert_eq!(queue.status, EndpointStatus::InService);
    assert_eq!(queue.failure_reason.as_deref(), Some("quota reached"));
    assert_eq!(queue.variants[0].count, 2);
}

#[tokio::test]
async fn an_update_to_another_configuration_wakes_a_sleeping_endpoint() {
    let aws = aws();
    aws.ports()
        .endpoints
        .set_count("queue", "v", 0)
        .await
        .unwrap();
    aws.world().settle();
    aws.world()
        .config("queue-2")
        .asynchronous()
        .variant("v", 4, 1.0)
        .add();
    aws.world().update_endpoint("queue", "queue-2").unwrap();
    aws.world().settle();
    let queue = describe(&aws, "queue").await.unwrap();
    assert_eq!(
        (queue.config_name.as_str(), queue.variants[0].count),
        ("queue-2", 4)
    );
}

#[tokio::test]
async fn a_deleted_configuration_leaves_its_endpoint_running() {
    let aws = aws();
    aws.world().delete_config("queue-config").unwrap();
    assert_eq!(
        aws.ports()
            .endpoints
            .describe_config("queue-config")
            .await
            .unwrap(),
        None
    );
    assert!(describe(&aws, "queue").await.unwrap().asynchronous);
    let error = aws.world().delete_config("queue-config").unwrap_err();
    assert_eq!(error.class, ErrorClass::NotFound);
}

#[test]
fn somebody_can_make_an_endpoint_anew_from_another_configuration() {
    let aws = aws();
    aws.world().config("quant-2").variant("blue", 1, 1.0).add();
    aws.world().set_now("2026-11-03T01:00:00Z".parse().unwrap());
    aws.world().recreate_endpoint("quant", "quant-2").unwrap();
    let quant = aws.world().find_endpoint("quant").unwrap().clone();
    assert_eq!(
        (quant.status, quant.config_name.as_str()),
        (EndpointStatus::InService, "quant-2")
    );
    assert_eq!(quant.created_at.to_string(), "2026-11-03T01:00:00Z");
    assert_eq!(
        aws.world().tags_of("quant")["afterhours:schedule"],
        "office"
    );
    assert!(aws.world().targets_of("quant").is_empty());
}

#[tokio::test]
async fn deleting_and_creating_need_the_permissions_that_come_with_them() {
    let aws = aws();
    let endpoints = aws.ports().endpoints;
    aws.world()
        .deny("application-autoscaling:DeregisterScalableTarget");
    let error = endpoints.delete("quant").await.unwrap_err();
    assert_eq!(
        error.action,
        "application-autoscaling:DeregisterScalableTarget"
    );
    assert_eq!(error.class, ErrorClass::Denied);
    endpoints.delete("queue").await.unwrap();
    aws.world().deny("sagemaker:AddTags");
    let tags = Tags::from([("team".to_owned(), "quant".to_owned())]);
    let error = endpoints
        .create("new", "quant-config", &tags)
        .await
        .unwrap_err();
    assert_eq!(
        (error.class, error.action.as_str()),
        (ErrorClass::Denied, "sagemaker:AddTags")
    );
    endpoints
        .create("new", "quant-config", &Tags::new())
        .await
        .unwrap();
}

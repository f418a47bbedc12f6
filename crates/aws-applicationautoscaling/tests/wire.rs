//! What goes over the wire, and what comes of what comes back.

use afterhours_aws::Pace;
use afterhours_aws::testing::{Reply, Script, Sent};
use afterhours_aws_applicationautoscaling::SagemakerScaling;
use afterhours_core::model::{EndpointPolicy, ScalableTarget, Suspension};
use afterhours_ports::{ApplicationScaling as _, ErrorClass};
use serde_json::{Value, json};

const RESOURCE: &str = "endpoint/quant/variant/AllTraffic";
const DIMENSION: &str = "sagemaker:variant:DesiredInstanceCount";

fn adapter(script: &Script) -> SagemakerScaling {
    SagemakerScaling::new(&script.aws(), Pace::unlimited())
}

/// The body as JSON; null where it is none.
fn body(sent: &Sent) -> Value {
    serde_json::from_str(&sent.body).unwrap_or_default()
}

fn target_json() -> Value {
    json!({
        "ServiceNamespace": "sagemaker", "ResourceId": RESOURCE, "ScalableDimension": DIMENSION,
        "MinCapacity": 1, "MaxCapacity": 4, "CreationTime": 1_767_323_045.0,
        "RoleARN": "arn:aws:iam::111122223333:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/x",
        "SuspendedState": { "DynamicScalingInSuspended": true, "ScheduledScalingSuspended": false },
    })
}

fn policy_json(kind: &str, extra: &Value) -> Value {
    let mut policy = json!({
        "PolicyARN": "arn:aws:autoscaling:eu-central-1:111122223333:scalingPolicy:u", "PolicyName": "p",
        "ServiceNamespace": "sagemaker", "ResourceId": RESOURCE, "ScalableDimension": DIMENSION,
        "PolicyType": kind, "Alarms": [], "CreationTime": 1_767_323_045.0,
    });
    if let (Some(policy), Some(extra)) = (policy.as_object_mut(), extra.as_object()) {
        policy.extend(extra.clone());
    }
    policy
}

/// Every field that a target tracking configuration of the API has.
fn full_configuration() -> Value {
    json!({
        "TargetValue": 70.25,
        "ScaleOutCooldown": 60,
        "ScaleInCooldown": 300,
        "DisableScaleIn": true,
        "PredefinedMetricSpecification": {
            "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance", "ResourceLabel": "label",
        },
        "CustomizedMetricSpecification": {
            "MetricName": "Backlog", "Namespace": "AWS/SageMaker", "Statistic": "Average", "Unit": "Count",
            "Dimensions": [{ "Name": "EndpointName", "Value": "quant" }],
            "Metrics": [
                { "Id": "e1", "Expression": "m1 / m2", "Label": "per instance", "ReturnData": true },
                { "Id": "m1", "ReturnData": false, "MetricStat": {
                    "Stat": "Sum", "Unit": "Count",
                    "Metric": { "MetricName": "M", "Namespace": "N", "Dimensions": [{ "Name": "a", "Value": "b" }] },
                } },
            ],
        },
    })
}

#[tokio::test(start_paused = true)]
async fn targets_are_read_over_pages() {
    let script = Script::new([
        Reply::ok(json!({ "ScalableTargets": [target_json()], "NextToken": "n" }).to_string()),
        Reply::ok(json!({ "ScalableTargets": [target_json()] }).to_string()),
    ]);
    let targets = adapter(&script).targets().await.unwrap();
    assert_eq!(targets.len(), 2);
    assert_eq!((targets[0].min, targets[0].max), (1, 4));
    let suspended = Suspension {
        scale_in: true,
        scale_out: false,
        scheduled: false,
    };
    assert_eq!(targets[0].suspended, suspended);
    assert_eq!(targets[0].variant_of("quant"), Some("AllTraffic"));
    let sent = script.sent();
    assert_eq!(
        body(&sent[1]),
        json!({ "ServiceNamespace": "sagemaker", "MaxResults": 50, "NextToken": "n" })
    );
}

#[tokio::test(start_paused = true)]
async fn a_missing_capacity_is_an_error_and_never_zero() {
    for field in [
        "MinCapacity",
        "MaxCapacity",
        "ResourceId",
        "ScalableDimension",
    ] {
        let mut target = target_json();
        target.as_object_mut().unwrap().remove(field);
        let script = Script::new([Reply::ok(
            json!({ "ScalableTargets": [target] }).to_string(),
        )]);
        let error = adapter(&script).targets().await.unwrap_err();
        assert!(error.message.contains(&format!("`{field}`")), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_policy_with_every_field_goes_round_unchanged() {
    let field = "TargetTrackingScalingPolicyConfiguration";
    let policy = policy_json(
        "TargetTrackingScaling",
        &json!({ field: full_configuration() }),
    );
    let script = Script::new([
        Reply::ok(json!({ "ScalingPolicies": [policy] }).to_string()),
        Reply::ok(r#"{"PolicyARN":"arn"}"#),
    ]);
    let adapter = adapter(&script);
    let policies = adapter.policies().await.unwrap();
    adapter.put_policy(&policies[0]).await.unwrap();
    let sent = script.sent();
    assert_eq!(body(&sent[0])["MaxResults"], json!(10));
    let expected = json!({
        "PolicyName": "p", "ServiceNamespace": "sagemaker", "ResourceId": RESOURCE,
        "ScalableDimension": DIMENSION, "PolicyType": "TargetTrackingScaling",
        field: full_configuration(),
    });
    assert_eq!(body(&sent[1]), expected);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_made_again_exactly_says_why() {
    let field = "TargetTrackingScalingPolicyConfiguration";
    let mut nested = full_configuration();
    nested["CustomizedMetricSpecification"]["Metrics"][1]["MetricStat"]["Period"] = json!(10);
    for (policy, expected) in [
        (policy_json("StepScaling", &json!({})), "ARN of the policy"),
        (
            policy_json("PredictiveScaling", &json!({})),
            "PredictiveScaling",
        ),
        (policy_json("TargetTrackingScaling", &json!({})), field),
        (
            policy_json(
                "TargetTrackingScaling",
                &json!({ field: { "TargetValue": 1, "New": 1 } }),
            ),
            "unknown field `New`",
        ),
        (
            policy_json("TargetTrackingScaling", &json!({ field: nested })),
            "unknown field `Period`",
        ),
        (
            policy_json(
                "TargetTrackingScaling",
                &json!({ field: { "DisableScaleIn": true } }),
            ),
            "lacks `TargetValue`",
        ),
    ] {
        let script = Script::new([Reply::ok(
            json!({ "ScalingPolicies": [policy] }).to_string(),
        )]);
        let adapter = adapter(&script);
        let found = adapter.policies().await.unwrap().remove(0);
        let reason = found.definition.clone().unwrap_err();
        assert!(reason.contains(expected), "{reason}");
        assert_eq!(
            adapter.put_policy(&found).await.unwrap_err().class,
            ErrorClass::Invalid
        );
        assert_eq!(script.sent().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_definition_with_a_wrong_type_is_refused_before_it_is_sent() {
    let script = Script::new([]);
    let definition = json!({
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": { "TargetValue": "70" },
    });
    let policy = EndpointPolicy {
        name: "p".to_owned(),
        resource_id: RESOURCE.to_owned(),
        dimension: DIMENSION.to_owned(),
        definition: Ok(definition),
    };
    let error = adapter(&script).put_policy(&policy).await.unwrap_err();
    assert!(
        error.message.contains("`TargetValue`") && error.message.contains("a number"),
        "{error}"
    );
    assert!(script.sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn scheduled_actions_are_named_by_resource() {
    let action = |name: &str| {
        json!({ "ScheduledActionName": name, "ScheduledActionARN": "arn", "ServiceNamespace": "sagemaker",
            "Schedule": "rate(1 day)", "ResourceId": RESOURCE, "CreationTime": 1_767_323_045.0 })
    };
    let script = Script::new([
        Reply::ok(json!({ "ScheduledActions": [action("up")], "NextToken": "n" }).to_string()),
        Reply::ok(json!({ "ScheduledActions": [action("down")] }).to_string()),
    ]);
    let actions = adapter(&script).scheduled_actions().await.unwrap();
    assert_eq!(actions.get(RESOURCE).unwrap(), &["up", "down"]);
}

#[tokio::test(start_paused = true)]
async fn a_target_is_registered_with_all_that_it_has() {
    let target = |role: Option<&str>| ScalableTarget {
        resource_id: RESOURCE.to_owned(),
        dimension: DIMENSION.to_owned(),
        min: 0,
        max: 4,
        role_arn: role.map(str::to_owned),
        suspended: Suspension {
            scale_in: true,
            scale_out: false,
            scheduled: true,
        },
    };
    let own = "arn:aws:iam::111122223333:role/scaling";
    let linked = "arn:aws:iam::111122223333:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/x";
    let script = Script::new([Reply::ok("{}"), Reply::ok("{}"), Reply::ok("{}")]);
    let adapter = adapter(&script);
    for role in [Some(own), Some(linked), None] {
        adapter.register(&target(role)).await.unwrap();
    }
    let sent = script.sent();
    let mut expected = json!({
        "ServiceNamespace": "sagemaker", "ResourceId": RESOURCE, "ScalableDimension": DIMENSION,
        "MinCapacity": 0, "MaxCapacity": 4,
        "SuspendedState": { "DynamicScalingInSuspended": true, "DynamicScalingOutSuspended": false,
            "ScheduledScalingSuspended": true },
    });
    assert_eq!(body(&sent[1]), expected);
    assert_eq!(body(&sent[2]), expected);
    expected["RoleARN"] = json!(own);
    assert_eq!(body(&sent[0]), expected);
}

#[tokio::test(start_paused = true)]
async fn a_target_that_is_gone_needs_no_removal() {
    let script = Script::new([
        Reply::json_error(400, "ObjectNotFoundException", "No scalable target found"),
        Reply::json_error(
            400,
            "ConcurrentUpdateException",
            "already has pending update",
        ),
        Reply::json_error(400, "AccessDeniedException", "no"),
    ]);
    let adapter = adapter(&script);
    assert_eq!(adapter.deregister(RESOURCE, DIMENSION).await, Ok(()));
    let busy = adapter.deregister(RESOURCE, DIMENSION).await.unwrap_err();
    assert_eq!(busy.class, ErrorClass::Busy);
    let denied = adapter.deregister(RESOURCE, DIMENSION).await.unwrap_err();
    assert_eq!(denied.class, ErrorClass::Denied);
}

#[tokio::test(start_paused = true)]
async fn throttling_is_retried_and_malformed_answers_are_errors() {
    let script = Script::new([
        Reply::json_error(400, "ThrottlingException", "Rate exceeded"),
        Reply::ok("{}"),
        Reply::ok("{\"ScalingPolicies\":"),
    ]);
    let adapter = adapter(&script);
    assert_eq!(adapter.targets().await, Ok(Vec::new()));
    assert_eq!(
        adapter.policies().await.unwrap_err().class,
        ErrorClass::Unavailable
    );
}

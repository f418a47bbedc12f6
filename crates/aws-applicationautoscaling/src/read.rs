//! From the wire to the model.

use afterhours_aws::Answer;
use afterhours_core::model::{EndpointPolicy, ScalableTarget, Suspension};
use afterhours_ports::PortResult;
use aws_sdk_applicationautoscaling::types::ScalableTarget as SdkTarget;
use serde_json::{Value, json};

use crate::definition;

pub(crate) fn target(answer: Answer, target: &SdkTarget) -> PortResult<ScalableTarget> {
    // Each flag "is false by default" (API reference, `SuspendedState`).
    let suspended = target
        .suspended_state()
        .map_or_else(Suspension::default, |state| Suspension {
            scale_in: state.dynamic_scaling_in_suspended().unwrap_or(false),
            scale_out: state.dynamic_scaling_out_suspended().unwrap_or(false),
            scheduled: state.scheduled_scaling_suspended().unwrap_or(false),
        });
    let dimension = Some(target.scalable_dimension().as_str()).filter(|text| text.contains(':'));
    Ok(ScalableTarget {
        resource_id: answer.text("ResourceId", Some(target.resource_id()))?,
        dimension: answer.text("ScalableDimension", dimension)?,
        min: answer.count("MinCapacity", Some(target.min_capacity()))?,
        max: answer.count("MaxCapacity", Some(target.max_capacity()))?,
        role_arn: Some(target.role_arn().to_owned()).filter(|role| !role.is_empty()),
        suspended,
    })
}

/// Whether each target gives its capacities itself: the SDK fills in zero for those that are absent.
pub(crate) fn capacities_given(answer: Answer, body: &[u8]) -> PortResult<()> {
    for target in list(answer, body, "ScalableTargets")? {
        for field in ["MinCapacity", "MaxCapacity"] {
            if !target.get(field).is_some_and(Value::is_i64) {
                return Err(answer.lacks(field));
            }
        }
    }
    Ok(())
}

/// Reads policies from the body itself, so that nothing in them is lost unseen.
pub(crate) fn policies(answer: Answer, body: &[u8]) -> PortResult<Vec<EndpointPolicy>> {
    list(answer, body, "ScalingPolicies")?
        .iter()
        .map(|policy| {
            let text = |field| answer.text(field, policy.get(field).and_then(Value::as_str));
            Ok(EndpointPolicy {
                name: text("PolicyName")?,
                resource_id: text("ResourceId")?,
                dimension: text("ScalableDimension")?,
                definition: policy_definition(policy),
            })
        })
        .collect()
}

fn policy_definition(policy: &Value) -> Result<Value, String> {
    let kind = policy.get("PolicyType").and_then(Value::as_str);
    match kind {
        Some(definition::TARGET_TRACKING) => {
            let field = definition::CONFIGURATION;
            let configuration = policy
                .get(field)
                .ok_or_else(|| format!("the policy lacks `{field}`"))?;
            let found = json!({ "PolicyType": kind, field: configuration });
            definition::parse(&found)?;
            Ok(found)
        }
        Some("StepScaling") => Err(
            "step scaling: its alarms name the ARN of the policy, which a re-creation would change"
                .to_owned(),
        ),
        Some(other) => Err(format!(
            "policies of the type {other:?} cannot be made again exactly"
        )),
        None => Err("the policy lacks `PolicyType`".to_owned()),
    }
}

fn list(answer: Answer, body: &[u8], field: &str) -> PortResult<Vec<Value>> {
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| answer.unusable(format!("the answer cannot be read: {error}")))?;
    match body {
        Value::Object(mut fields) => match fields.remove(field) {
            Some(Value::Array(items)) => Ok(items),
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(_) => Err(answer.unusable(format!("`{field}` is no list"))),
        },
        _ => Err(answer.unusable("the answer is no object".to_owned())),
    }
}

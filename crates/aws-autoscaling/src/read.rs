//! From the SDK's types to the model.

use afterhours_aws::Answer;
use afterhours_core::model::{Group, GroupPolicy, GroupSize, Instance, PolicyKind, Tags};
use afterhours_ports::PortResult;
use aws_sdk_autoscaling::types::{
    AutoScalingGroup, LifecycleState, PredictiveScalingMode, ScalingPolicy,
};

pub(crate) fn group(answer: Answer, group: &AutoScalingGroup) -> PortResult<Group> {
    let mut tags = Tags::new();
    for tag in group.tags() {
        let key = answer.text("Tags.member.Key", tag.key())?;
        tags.insert(key, tag.value().unwrap_or_default().to_owned());
    }
    let suspended = group
        .suspended_processes()
        .iter()
        .map(|process| {
            answer.text(
                "SuspendedProcesses.member.ProcessName",
                process.process_name(),
            )
        })
        .collect::<PortResult<_>>()?;
    let instances = group
        .instances()
        .iter()
        .map(|instance| {
            let lifecycle = instance.lifecycle_state().map(LifecycleState::as_str);
            Ok(Instance {
                id: answer.text("Instances.member.InstanceId", instance.instance_id())?,
                lifecycle: answer.text("Instances.member.LifecycleState", lifecycle)?,
                protected: answer.required(
                    "Instances.member.ProtectedFromScaleIn",
                    instance.protected_from_scale_in(),
                )?,
            })
        })
        .collect::<PortResult<_>>()?;
    Ok(Group {
        name: answer.text("AutoScalingGroupName", group.auto_scaling_group_name())?,
        arn: answer.text("AutoScalingGroupARN", group.auto_scaling_group_arn())?,
        created_at: answer.instant("CreatedTime", group.created_time())?,
        tags,
        size: GroupSize {
            min: answer.count("MinSize", group.min_size())?,
            desired: answer.count("DesiredCapacity", group.desired_capacity())?,
            max: answer.count("MaxSize", group.max_size())?,
        },
        suspended,
        policies: Ok(Vec::new()),
        instances,
        warm_pool: group.warm_pool_configuration().is_some(),
        operator: group.operator().map(|operator| {
            let principal = operator.principal().unwrap_or_default();
            format!("the operator {principal:?}")
        }),
        deleting: group.status().is_some(),
    })
}

pub(crate) fn policy(answer: Answer, policy: &ScalingPolicy) -> Result<GroupPolicy, String> {
    let name = answer
        .text("PolicyName", policy.policy_name())
        .map_err(|error| error.to_string())?;
    let kind = match policy.policy_type() {
        Some("SimpleScaling" | "StepScaling" | "TargetTrackingScaling") => PolicyKind::Alarm,
        Some("PredictiveScaling") => {
            let configuration = policy.predictive_scaling_configuration();
            match configuration.and_then(|configuration| configuration.mode()) {
                Some(PredictiveScalingMode::ForecastAndScale) => PolicyKind::Predictive,
                // "Defaults to ForecastOnly if not specified" (API reference, `PredictiveScalingConfiguration`).
                Some(PredictiveScalingMode::ForecastOnly) | None => PolicyKind::ForecastOnly,
                Some(other) => {
                    let mode = other.as_str();
                    return Err(format!(
                        "policy {name:?} has the unknown predictive mode {mode:?}"
                    ));
                }
            }
        }
        Some(other) => return Err(format!("policy {name:?} has the unknown type {other:?}")),
        None => return Err(answer.lacks("PolicyType").to_string()),
    };
    // "The default is enabled" (API reference, `PutScalingPolicy`, `Enabled`).
    Ok(GroupPolicy {
        name,
        kind,
        enabled: policy.enabled().unwrap_or(true),
    })
}

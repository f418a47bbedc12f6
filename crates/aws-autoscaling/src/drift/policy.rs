//! Scaling policies, as states have them.

use afterhours_aws::Answer;
use afterhours_diff::{Listing, Live, Wanted};
use afterhours_ports::PortResult;
use aws_sdk_autoscaling::types::{
    CustomizedMetricSpecification, Metric, MetricDimension, ScalingPolicy,
    TargetTrackingConfiguration, TargetTrackingMetricDataQuery,
};
use serde_json::{Value, json};

use super::live::{self, Fetched, block, named};
use super::predictive::predictive;
use super::{POLICY, actions};

pub(super) fn listing(wanted: &Wanted, policies: &Fetched<ScalingPolicy>) -> Option<Listing> {
    live::listing(wanted, POLICY, policies, policy)
}

fn policy(policy: &ScalingPolicy) -> PortResult<Live> {
    let fields = Answer::of(actions::POLICIES);
    let group = fields.text("AutoScalingGroupName", policy.auto_scaling_group_name())?;
    let name = fields.text("PolicyName", policy.policy_name())?;
    let steps = policy.step_adjustments().iter().map(|step| {
        json!({
            "metric_interval_lower_bound": step.metric_interval_lower_bound(),
            "metric_interval_upper_bound": step.metric_interval_upper_bound(),
            "scaling_adjustment": step.scaling_adjustment(),
        })
    });
    let attributes = json!({
        "adjustment_type": policy.adjustment_type(),
        "autoscaling_group_name": group,
        "cooldown": policy.cooldown(),
        "enabled": policy.enabled(),
        "estimated_instance_warmup": policy.estimated_instance_warmup(),
        "metric_aggregation_type": policy.metric_aggregation_type(),
        "min_adjustment_magnitude": policy.min_adjustment_magnitude(),
        "name": name,
        "policy_type": policy.policy_type(),
        "predictive_scaling_configuration":
            block(policy.predictive_scaling_configuration(), predictive),
        "scaling_adjustment": policy.scaling_adjustment(),
        "step_adjustment": steps.collect::<Vec<_>>(),
        "target_tracking_configuration": block(policy.target_tracking_configuration(), tracking),
    });
    Ok(named(
        POLICY,
        &group,
        &name,
        policy.policy_arn(),
        attributes,
    ))
}

fn tracking(tracking: &TargetTrackingConfiguration) -> Value {
    json!({
        "customized_metric_specification":
            block(tracking.customized_metric_specification(), customized),
        "disable_scale_in": tracking.disable_scale_in(),
        "predefined_metric_specification":
            block(tracking.predefined_metric_specification(), |metric| {
                let kind = metric.predefined_metric_type();
                json!({
                    "predefined_metric_type": kind.map(|kind| kind.as_str()),
                    "resource_label": metric.resource_label(),
                })
            }),
        "target_value": tracking.target_value(),
    })
}

fn customized(metric: &CustomizedMetricSpecification) -> Value {
    json!({
        "metric_dimension": dimensions(metric.dimensions()),
        "metric_name": metric.metric_name(),
        "metrics": metric.metrics().iter().map(query).collect::<Vec<_>>(),
        "namespace": metric.namespace(),
        "period": metric.period(),
        "statistic": metric.statistic().map(|statistic| statistic.as_str()),
        "unit": metric.unit(),
    })
}

fn query(query: &TargetTrackingMetricDataQuery) -> Value {
    json!({
        "expression": query.expression(),
        "id": query.id(),
        "label": query.label(),
        "metric_stat": block(query.metric_stat(), |found| json!({
            "metric": block(found.metric(), metric),
            "period": found.period(),
            "stat": found.stat(),
            "unit": found.unit(),
        })),
        "return_data": query.return_data(),
    })
}

/// One metric of `CloudWatch`.
pub(super) fn metric(metric: &Metric) -> Value {
    json!({
        "dimensions": dimensions(metric.dimensions()),
        "metric_name": metric.metric_name(),
        "namespace": metric.namespace(),
    })
}

fn dimensions(dimensions: &[MetricDimension]) -> Vec<Value> {
    dimensions
        .iter()
        .map(|dimension| json!({ "name": dimension.name(), "value": dimension.value() }))
        .collect()
}

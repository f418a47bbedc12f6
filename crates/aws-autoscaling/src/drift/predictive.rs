//! Predictive scaling, as states have it.

use aws_sdk_autoscaling::types::{
    MetricDataQuery, PredictiveScalingConfiguration, PredictiveScalingMetricSpecification,
};
use serde_json::{Value, json};

use super::live::block;
use super::policy::metric;

/// A named metric; the SDK has a type of its own for each use.
macro_rules! predefined {
    ($metric:expr) => {
        block($metric, |metric| {
            let kind = metric.predefined_metric_type();
            json!({
                "predefined_metric_type": kind.map(|kind| kind.as_str()),
                "resource_label": metric.resource_label(),
            })
        })
    };
}

/// Queries for a metric; so here.
macro_rules! customized {
    ($metric:expr) => {
        block($metric, |metric| {
            let queries = metric.metric_data_queries().iter();
            json!({ "metric_data_queries": queries.map(query).collect::<Vec<_>>() })
        })
    };
}

pub(super) fn predictive(found: &PredictiveScalingConfiguration) -> Value {
    let behavior = found.max_capacity_breach_behavior();
    json!({
        "max_capacity_breach_behavior": behavior.map(|behavior| behavior.as_str()),
        "max_capacity_buffer": found.max_capacity_buffer(),
        "metric_specification":
            found.metric_specifications().iter().map(specification).collect::<Vec<_>>(),
        "mode": found.mode().map(|mode| mode.as_str()),
        "scheduling_buffer_time": found.scheduling_buffer_time(),
    })
}

fn specification(found: &PredictiveScalingMetricSpecification) -> Value {
    json!({
        "customized_capacity_metric_specification":
            customized!(found.customized_capacity_metric_specification()),
        "customized_load_metric_specification":
            customized!(found.customized_load_metric_specification()),
        "customized_scaling_metric_specification":
            customized!(found.customized_scaling_metric_specification()),
        "predefined_load_metric_specification":
            predefined!(found.predefined_load_metric_specification()),
        "predefined_metric_pair_specification":
            predefined!(found.predefined_metric_pair_specification()),
        "predefined_scaling_metric_specification":
            predefined!(found.predefined_scaling_metric_specification()),
        "target_value": found.target_value(),
    })
}

fn query(query: &MetricDataQuery) -> Value {
    json!({
        "expression": query.expression(),
        "id": query.id(),
        "label": query.label(),
        "metric_stat": block(query.metric_stat(), |found| json!({
            "metric": block(found.metric(), metric),
            "stat": found.stat(),
            "unit": found.unit(),
        })),
        "return_data": query.return_data(),
    })
}

//! Endpoints.

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::types::{
    BlueGreenUpdatePolicy, CapacitySize, DeploymentConfig, ProductionVariantSummary,
    RollingUpdatePolicy,
};
use serde_json::{Value, json};

use super::values::{Object, block, blocks, number, object, text};

/// Terraform's arguments, and what runs now under names of the API: a state has no such attributes, an explanation may
/// need them.
pub(super) fn attributes(endpoint: &DescribeEndpointOutput) -> Object {
    let mut attributes = object([
        (
            "endpoint_config_name",
            json!(endpoint.endpoint_config_name()),
        ),
        ("endpoint_status", text(endpoint.endpoint_status())),
        (
            "production_variants",
            blocks(endpoint.production_variants(), variant),
        ),
    ]);
    // What the last deployment used is kept, so there is none before the first update that had one.
    let deployment = endpoint.last_deployment_config().map(deployment);
    attributes.insert("deployment_config".to_owned(), block(deployment));
    attributes
}

fn variant(variant: &ProductionVariantSummary) -> Value {
    json!({
        "variant_name": variant.variant_name(),
        "current_instance_count": variant.current_instance_count(),
        "desired_instance_count": variant.desired_instance_count(),
        "current_weight": number(variant.current_weight()),
        "desired_weight": number(variant.desired_weight()),
    })
}

fn deployment(config: &DeploymentConfig) -> Value {
    let rollback = config.auto_rollback_configuration().map(|rollback| {
        let alarms = blocks(
            rollback.alarms(),
            |alarm| json!({"alarm_name": alarm.alarm_name()}),
        );
        json!({"alarms": alarms})
    });
    json!({
        "auto_rollback_configuration": block(rollback),
        "blue_green_update_policy": block(config.blue_green_update_policy().map(blue_green)),
        "rolling_update_policy": block(config.rolling_update_policy().map(rolling)),
    })
}

fn blue_green(policy: &BlueGreenUpdatePolicy) -> Value {
    let routing = policy.traffic_routing_configuration().map(|routing| {
        json!({
            "type": text(routing.r#type()),
            "wait_interval_in_seconds": routing.wait_interval_in_seconds(),
            "canary_size": block(routing.canary_size().map(size)),
            "linear_step_size": block(routing.linear_step_size().map(size)),
        })
    });
    json!({
        "maximum_execution_timeout_in_seconds": policy.maximum_execution_timeout_in_seconds(),
        "termination_wait_in_seconds": policy.termination_wait_in_seconds(),
        "traffic_routing_configuration": block(routing),
    })
}

fn rolling(policy: &RollingUpdatePolicy) -> Value {
    json!({
        "maximum_execution_timeout_in_seconds": policy.maximum_execution_timeout_in_seconds(),
        "wait_interval_in_seconds": policy.wait_interval_in_seconds(),
        "maximum_batch_size": block(policy.maximum_batch_size().map(size)),
        "rollback_maximum_batch_size": block(policy.rollback_maximum_batch_size().map(size)),
    })
}

fn size(size: &CapacitySize) -> Value {
    json!({"type": text(size.r#type()), "value": size.value()})
}

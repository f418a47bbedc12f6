//! Endpoint configurations.

use aws_sdk_sagemaker::operation::describe_endpoint_config::DescribeEndpointConfigOutput;
use aws_sdk_sagemaker::types::{AsyncInferenceConfig, DataCaptureConfig, ProductionVariant};
use serde_json::{Value, json};

use super::values::{Object, block, blocks, number, object, text};

pub(super) fn attributes(configuration: &DescribeEndpointConfigOutput) -> Object {
    object([
        (
            "execution_role_arn",
            json!(configuration.execution_role_arn()),
        ),
        ("kms_key_arn", json!(configuration.kms_key_id())),
        (
            "async_inference_config",
            block(configuration.async_inference_config().map(asynchronous)),
        ),
        (
            "data_capture_config",
            block(configuration.data_capture_config().map(capture)),
        ),
        (
            "production_variants",
            blocks(configuration.production_variants(), variant),
        ),
        (
            "shadow_production_variants",
            blocks(configuration.shadow_production_variants(), variant),
        ),
    ])
}

fn asynchronous(config: &AsyncInferenceConfig) -> Value {
    let client = config.client_config().map(|client| {
        json!({
            "max_concurrent_invocations_per_instance": client.max_concurrent_invocations_per_instance(),
        })
    });
    let output = config.output_config().map(|output| {
        let notification = output.notification_config().map(|notification| {
            json!({
                "error_topic": notification.error_topic(),
                "success_topic": notification.success_topic(),
                "include_inference_response_in": blocks(
                    notification.include_inference_response_in(),
                    |topic| Value::from(topic.as_str()),
                ),
            })
        });
        json!({
            "kms_key_id": output.kms_key_id(),
            "s3_failure_path": output.s3_failure_path(),
            "s3_output_path": output.s3_output_path(),
            "notification_config": block(notification),
        })
    });
    json!({"client_config": block(client), "output_config": block(output)})
}

fn capture(config: &DataCaptureConfig) -> Value {
    let types = config.capture_content_type_header().map(|types| {
        json!({
            "csv_content_types": types.csv_content_types(),
            "json_content_types": types.json_content_types(),
        })
    });
    json!({
        "destination_s3_uri": config.destination_s3_uri(),
        "enable_capture": config.enable_capture(),
        "initial_sampling_percentage": config.initial_sampling_percentage(),
        "kms_key_id": config.kms_key_id(),
        "capture_content_type_header": block(types),
        "capture_options": blocks(
            config.capture_options(),
            |option| json!({"capture_mode": text(option.capture_mode())}),
        ),
    })
}

fn variant(variant: &ProductionVariant) -> Value {
    let reservation = variant.capacity_reservation_config().map(|reservation| {
        json!({
            "capacity_reservation_preference": text(reservation.capacity_reservation_preference()),
            "ml_reservation_arn": reservation.ml_reservation_arn(),
        })
    });
    let dump = variant.core_dump_config().map(|dump| {
        json!({"destination_s3_uri": dump.destination_s3_uri(), "kms_key_id": dump.kms_key_id()})
    });
    let scaling = variant.managed_instance_scaling().map(|scaling| {
        json!({
            "max_instance_count": scaling.max_instance_count(),
            "min_instance_count": scaling.min_instance_count(),
            "status": text(scaling.status()),
        })
    });
    let routing = variant
        .routing_config()
        .map(|routing| json!({"routing_strategy": text(routing.routing_strategy())}));
    let serverless = variant.serverless_config().map(|serverless| {
        json!({
            "max_concurrency": serverless.max_concurrency(),
            "memory_size_in_mb": serverless.memory_size_in_mb(),
            "provisioned_concurrency": serverless.provisioned_concurrency(),
        })
    });
    json!({
        "accelerator_type": text(variant.accelerator_type()),
        "container_startup_health_check_timeout_in_seconds":
            variant.container_startup_health_check_timeout_in_seconds(),
        "enable_ssm_access": variant.enable_ssm_access(),
        "inference_ami_version": text(variant.inference_ami_version()),
        "initial_instance_count": variant.initial_instance_count(),
        "initial_variant_weight": number(variant.initial_variant_weight()),
        "instance_type": text(variant.instance_type()),
        "model_data_download_timeout_in_seconds": variant.model_data_download_timeout_in_seconds(),
        "model_name": variant.model_name(),
        "variant_name": variant.variant_name(),
        "volume_size_in_gb": variant.volume_size_in_gb(),
        "capacity_reservation_config": block(reservation),
        "core_dump_config": block(dump),
        "managed_instance_scaling": block(scaling),
        "routing_config": block(routing),
        "serverless_config": block(serverless),
    })
}

//! Models.

use aws_sdk_sagemaker::operation::describe_model::DescribeModelOutput;
use aws_sdk_sagemaker::types::{
    AdditionalModelDataSource, ContainerDefinition, ImageConfig, S3ModelDataSource,
};
use serde_json::{Map, Value, json};

use super::values::{Object, block, blocks, object, text};

pub(super) fn attributes(model: &DescribeModelOutput) -> Object {
    let execution = model
        .inference_execution_config()
        .map(|execution| json!({"mode": text(execution.mode())}));
    let network = model.vpc_config().map(|network| {
        json!({
            "security_group_ids": network.security_group_ids(),
            "subnets": network.subnets(),
        })
    });
    object([
        (
            "enable_network_isolation",
            json!(model.enable_network_isolation()),
        ),
        ("execution_role_arn", json!(model.execution_role_arn())),
        ("container", blocks(model.containers(), container)),
        (
            "primary_container",
            block(model.primary_container().map(container)),
        ),
        ("inference_execution_config", block(execution)),
        ("vpc_config", block(network)),
    ])
}

fn container(container: &ContainerDefinition) -> Value {
    let environment: Map<String, Value> = container
        .environment()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
        .collect();
    let source = container
        .model_data_source()
        .map(|source| json!({"s3_data_source": block(source.s3_data_source().map(s3_source))}));
    let several = container
        .multi_model_config()
        .map(|several| json!({"model_cache_setting": text(several.model_cache_setting())}));
    json!({
        "container_hostname": container.container_hostname(),
        "environment": environment,
        "image": container.image(),
        "inference_specification_name": container.inference_specification_name(),
        "mode": text(container.mode()),
        "model_data_url": container.model_data_url(),
        "model_package_name": container.model_package_name(),
        "additional_model_data_source": blocks(container.additional_model_data_sources(), additional),
        "image_config": block(container.image_config().map(image)),
        "model_data_source": block(source),
        "multi_model_config": block(several),
    })
}

fn image(image: &ImageConfig) -> Value {
    let credentials = image.repository_auth_config().map(|config| {
        json!({"repository_credentials_provider_arn": config.repository_credentials_provider_arn()})
    });
    json!({
        "repository_access_mode": text(image.repository_access_mode()),
        "repository_auth_config": block(credentials),
    })
}

fn additional(source: &AdditionalModelDataSource) -> Value {
    json!({
        "channel_name": source.channel_name(),
        "s3_data_source": block(source.s3_data_source().map(s3_source)),
    })
}

fn s3_source(source: &S3ModelDataSource) -> Value {
    let access = source
        .model_access_config()
        .map(|access| json!({"accept_eula": access.accept_eula()}));
    json!({
        "compression_type": text(source.compression_type()),
        "s3_data_type": text(source.s3_data_type()),
        "s3_uri": source.s3_uri(),
        "model_access_config": block(access),
    })
}

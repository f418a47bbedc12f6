//! From the SDK's types to the model.

use afterhours_aws::Answer;
use afterhours_core::model::{EndpointStatus, EndpointSummary, Variant};
use afterhours_ports::{DescribedEndpoint, PortResult};
use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::types::{
    EndpointStatus as SdkStatus, EndpointSummary as SdkSummary, ProductionVariantSummary,
};

/// What the SDK fills in for a required enumeration that an answer lacks.
const NO_VALUE: &str = "no value was set";

pub(crate) fn summary(answer: Answer, endpoint: &SdkSummary) -> PortResult<EndpointSummary> {
    Ok(EndpointSummary {
        name: answer.text("EndpointName", endpoint.endpoint_name())?,
        arn: answer.text("EndpointArn", endpoint.endpoint_arn())?,
        status: status(answer, endpoint.endpoint_status())?,
        created_at: answer.instant("CreationTime", endpoint.creation_time())?,
        modified_at: answer.instant("LastModifiedTime", endpoint.last_modified_time())?,
    })
}

pub(crate) fn endpoint(
    answer: Answer,
    endpoint: &DescribeEndpointOutput,
) -> PortResult<DescribedEndpoint> {
    let status = status(answer, endpoint.endpoint_status())?;
    let summaries = endpoint.production_variants();
    // While it is being made, and where that failed, an endpoint has no variants yet.
    if summaries.is_empty() && status == EndpointStatus::InService {
        return Err(answer.lacks("ProductionVariants"));
    }
    let variants = summaries.iter().map(|summary| variant(answer, summary));
    Ok(DescribedEndpoint {
        name: answer.text("EndpointName", endpoint.endpoint_name())?,
        arn: answer.text("EndpointArn", endpoint.endpoint_arn())?,
        created_at: answer.instant("CreationTime", endpoint.creation_time())?,
        status,
        failure_reason: endpoint
            .failure_reason()
            .filter(|reason| !reason.is_empty())
            .map(str::to_owned),
        config_name: answer.text("EndpointConfigName", endpoint.endpoint_config_name())?,
        variants: variants.collect::<PortResult<_>>()?,
        asynchronous: endpoint.async_inference_config().is_some(),
        serverless: !summaries.is_empty() && summaries.iter().all(is_serverless),
        managed_scaling: summaries
            .iter()
            .any(|summary| summary.managed_instance_scaling().is_some()),
    })
}

fn variant(answer: Answer, summary: &ProductionVariantSummary) -> PortResult<Variant> {
    let count = if is_serverless(summary) && summary.desired_instance_count().is_none() {
        0
    } else {
        answer.count(
            "ProductionVariants.DesiredInstanceCount",
            summary.desired_instance_count(),
        )?
    };
    // A variant whose weight is not being changed may give its current weight only.
    let weight = summary.desired_weight().or(summary.current_weight());
    Ok(Variant {
        name: answer.text("ProductionVariants.VariantName", summary.variant_name())?,
        count,
        weight: answer.required("ProductionVariants.DesiredWeight", weight)?,
    })
}

fn is_serverless(summary: &ProductionVariantSummary) -> bool {
    summary.current_serverless_config().is_some() || summary.desired_serverless_config().is_some()
}

fn status(answer: Answer, status: Option<&SdkStatus>) -> PortResult<EndpointStatus> {
    let text = status
        .map(SdkStatus::as_str)
        .filter(|text| *text != NO_VALUE);
    Ok(match answer.text("EndpointStatus", text)?.as_str() {
        "InService" => EndpointStatus::InService,
        "Creating" => EndpointStatus::Creating,
        "Updating" => EndpointStatus::Updating,
        "SystemUpdating" => EndpointStatus::SystemUpdating,
        "RollingBack" => EndpointStatus::RollingBack,
        "Deleting" => EndpointStatus::Deleting,
        "OutOfService" => EndpointStatus::OutOfService,
        "Failed" => EndpointStatus::Failed,
        "UpdateRollbackFailed" => EndpointStatus::UpdateRollbackFailed,
        other => EndpointStatus::Other(other.to_owned()),
    })
}

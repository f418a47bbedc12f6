//! `SageMaker` endpoints behind their port.

pub mod drift;
mod read;
pub mod running;

use std::collections::BTreeSet;

use afterhours_aws::{Answer, Aws, Pace, Pages, Service, port_error, request_error};
use afterhours_core::model::{EndpointSummary, Tags};
use afterhours_ports::{
    ConfigFacts, DescribedEndpoint, Endpoints, ErrorClass, PortError, PortResult,
};
use async_trait::async_trait;
use aws_sdk_sagemaker::Client;
use aws_sdk_sagemaker::types::{DesiredWeightAndCapacity, Tag};

/// What the adapter may call, as IAM names it; `CreateEndpoint` with tags needs `AddTags` too.
pub const ACTIONS: &[&str] = &[
    ADD_TAGS,
    CREATE,
    DELETE,
    DESCRIBE,
    DESCRIBE_CONFIG,
    LIST,
    LIST_COMPONENTS,
    LIST_TAGS,
    UPDATE,
];

const ADD_TAGS: &str = "sagemaker:AddTags";
const CREATE: &str = "sagemaker:CreateEndpoint";
const DELETE: &str = "sagemaker:DeleteEndpoint";
const DESCRIBE: &str = "sagemaker:DescribeEndpoint";
const DESCRIBE_CONFIG: &str = "sagemaker:DescribeEndpointConfig";
const LIST: &str = "sagemaker:ListEndpoints";
const LIST_COMPONENTS: &str = "sagemaker:ListInferenceComponents";
const LIST_TAGS: &str = "sagemaker:ListTags";
const UPDATE: &str = "sagemaker:UpdateEndpointWeightsAndCapacities";

/// Endpoints, components or tags of one page (`MaxResults`: "Maximum value of 100"
/// (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListEndpoints.html>)).
const PAGE: i32 = 100;

/// The endpoints of one account and region.
#[derive(Debug, Clone)]
pub struct SagemakerEndpoints {
    client: Client,
    pace: Pace,
}

impl SagemakerEndpoints {
    /// All endpoints, at this pace.
    pub fn new(aws: &Aws, pace: Pace) -> Self {
        Self {
            client: Client::new(&aws.config(Service::SageMaker)),
            pace,
        }
    }

    async fn update(&self, name: &str, wanted: Vec<DesiredWeightAndCapacity>) -> PortResult<()> {
        self.pace.wait().await;
        let request = self
            .client
            .update_endpoint_weights_and_capacities()
            .endpoint_name(name)
            .set_desired_weights_and_capacities(Some(wanted));
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| port_error(UPDATE, error))
    }
}

#[async_trait]
impl Endpoints for SagemakerEndpoints {
    async fn list(&self) -> PortResult<Vec<EndpointSummary>> {
        let mut endpoints = Vec::new();
        let mut pages = Pages::new(LIST);
        let mut token = None;
        loop {
            self.pace.wait().await;
            let request = self
                .client
                .list_endpoints()
                .max_results(PAGE)
                .set_next_token(token);
            let answer = request
                .send()
                .await
                .map_err(|error| port_error(LIST, error))?;
            for endpoint in answer.endpoints() {
                endpoints.push(read::summary(Answer::of(LIST), endpoint)?);
            }
            token = pages.next(answer.next_token(), answer.endpoints().len())?;
            if token.is_none() {
                return Ok(endpoints);
            }
        }
    }

    async fn with_components(&self) -> PortResult<BTreeSet<String>> {
        let mut names = BTreeSet::new();
        let mut pages = Pages::new(LIST_COMPONENTS);
        let mut token = None;
        loop {
            self.pace.wait().await;
            let request = self
                .client
                .list_inference_components()
                .max_results(PAGE)
                .set_next_token(token);
            let answer = request
                .send()
                .await
                .map_err(|error| port_error(LIST_COMPONENTS, error))?;
            for component in answer.inference_components() {
                let name = component.endpoint_name();
                names.insert(Answer::of(LIST_COMPONENTS).text("EndpointName", name)?);
            }
            token = pages.next(answer.next_token(), answer.inference_components().len())?;
            if token.is_none() {
                return Ok(names);
            }
        }
    }

    async fn describe(&self, name: &str) -> PortResult<Option<DescribedEndpoint>> {
        self.pace.wait().await;
        let answer = self
            .client
            .describe_endpoint()
            .endpoint_name(name)
            .send()
            .await;
        let Some(answer) = found(answer.map_err(|error| port_error(DESCRIBE, error)))? else {
            return Ok(None);
        };
        read::endpoint(Answer::of(DESCRIBE), &answer).map(Some)
    }

    async fn describe_config(&self, name: &str) -> PortResult<Option<ConfigFacts>> {
        self.pace.wait().await;
        let answer = self
            .client
            .describe_endpoint_config()
            .endpoint_config_name(name)
            .send()
            .await;
        let answer = found(answer.map_err(|error| port_error(DESCRIBE_CONFIG, error)))?;
        Ok(answer.map(|config| ConfigFacts {
            variant_without_model: config
                .production_variants()
                .iter()
                .any(|variant| variant.model_name().is_none_or(str::is_empty)),
        }))
    }

    async fn tags(&self, arn: &str) -> PortResult<Tags> {
        let mut tags = Tags::new();
        let mut pages = Pages::new(LIST_TAGS);
        let mut token = None;
        loop {
            self.pace.wait().await;
            let request = self
                .client
                .list_tags()
                .resource_arn(arn)
                .max_results(PAGE)
                .set_next_token(token);
            let answer = request
                .send()
                .await
                .map_err(|error| port_error(LIST_TAGS, error))?;
            for tag in answer.tags() {
                let key = Answer::of(LIST_TAGS).text("Tags.Key", tag.key())?;
                tags.insert(key, tag.value().unwrap_or_default().to_owned());
            }
            token = pages.next(answer.next_token(), answer.tags().len())?;
            if token.is_none() {
                return Ok(tags);
            }
        }
    }

    async fn set_count(&self, name: &str, variant: &str, count: u32) -> PortResult<()> {
        let count = i32::try_from(count).map_err(|error| request_error(UPDATE, &error))?;
        let wanted = DesiredWeightAndCapacity::builder()
            .variant_name(variant)
            .desired_instance_count(count)
            .build();
        self.update(name, vec![wanted]).await
    }

    async fn set_weights(&self, name: &str, weights: &[(String, f32)]) -> PortResult<()> {
        let wanted = weights.iter().map(|(variant, weight)| {
            DesiredWeightAndCapacity::builder()
                .variant_name(variant)
                .desired_weight(*weight)
                .build()
        });
        self.update(name, wanted.collect()).await
    }

    async fn delete(&self, name: &str) -> PortResult<()> {
        self.pace.wait().await;
        let request = self.client.delete_endpoint().endpoint_name(name);
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| port_error(DELETE, error))
    }

    async fn create(&self, name: &str, config_name: &str, tags: &Tags) -> PortResult<()> {
        let tags = tags
            .iter()
            .map(|(key, value)| Tag::builder().key(key).value(value).build())
            .collect::<Vec<_>>();
        self.pace.wait().await;
        let request = self
            .client
            .create_endpoint()
            .endpoint_name(name)
            .endpoint_config_name(config_name)
            .set_tags((!tags.is_empty()).then_some(tags));
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| port_error(CREATE, error))
    }
}

/// None where there is no such thing: `SageMaker` says so by the message of a `ValidationException`.
fn found<T>(answer: Result<T, PortError>) -> PortResult<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.class == ErrorClass::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

//! Groups, endpoints and Application Auto Scaling.

use std::collections::{BTreeMap, BTreeSet};

use afterhours_core::model::{
    EndpointPolicy, EndpointStatus, EndpointSummary, Group, GroupSize, ScalableTarget, Tags,
    Variant,
};
use async_trait::async_trait;
use jiff::Timestamp;

use crate::PortResult;

/// EC2 Auto Scaling.
#[async_trait]
pub trait Groups: Send + Sync {
    /// Reads every group of the region with its policies, by bulk reads.
    ///
    /// Policies that cannot be read do not fail the groups: they say so.
    async fn list(&self) -> PortResult<Vec<Group>>;
    /// Sets minimum, desired and maximum in one call (`UpdateAutoScalingGroup`).
    async fn update_size(&self, name: &str, size: GroupSize) -> PortResult<()>;
    /// Suspends processes (`SuspendProcesses`); the set is never empty.
    async fn suspend(&self, name: &str, processes: &BTreeSet<String>) -> PortResult<()>;
    /// Resumes processes (`ResumeProcesses`); the set is never empty.
    async fn resume(&self, name: &str, processes: &BTreeSet<String>) -> PortResult<()>;
}

/// An endpoint as `DescribeEndpoint` gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribedEndpoint {
    /// `EndpointName`.
    pub name: String,
    /// `EndpointArn`.
    pub arn: String,
    /// `CreationTime`.
    pub created_at: Timestamp,
    /// `EndpointStatus`.
    pub status: EndpointStatus,
    /// `FailureReason`.
    pub failure_reason: Option<String>,
    /// `EndpointConfigName`.
    pub config_name: String,
    /// Production variants with `DesiredInstanceCount` and `DesiredWeight`, in order.
    pub variants: Vec<Variant>,
    /// Whether `AsyncInferenceConfig` is set.
    pub asynchronous: bool,
    /// Whether every variant is serverless (`CurrentServerlessConfig`, or `DesiredServerlessConfig`).
    pub serverless: bool,
    /// Whether a variant has `ManagedInstanceScaling`.
    pub managed_scaling: bool,
}

/// What matters of an endpoint configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFacts {
    /// Whether a production variant has no `ModelName`: such an endpoint hosts inference components.
    pub variant_without_model: bool,
}

/// `SageMaker` endpoints.
#[async_trait]
pub trait Endpoints: Send + Sync {
    /// Names every endpoint of the region (`ListEndpoints`, 100 a page).
    async fn list(&self) -> PortResult<Vec<EndpointSummary>>;
    /// Names the endpoints that host inference components (`ListInferenceComponents`, 100 a page).
    async fn with_components(&self) -> PortResult<BTreeSet<String>>;
    /// Reads one; none where it does not exist.
    async fn describe(&self, name: &str) -> PortResult<Option<DescribedEndpoint>>;
    /// Reads one endpoint configuration; none where it does not exist.
    async fn describe_config(&self, name: &str) -> PortResult<Option<ConfigFacts>>;
    /// Reads the tags of one endpoint afresh (`ListTags`).
    async fn tags(&self, arn: &str) -> PortResult<Tags>;
    /// Sets the instance count of one variant (`UpdateEndpointWeightsAndCapacities`).
    async fn set_count(&self, name: &str, variant: &str, count: u32) -> PortResult<()>;
    /// Sets the weights of variants (`UpdateEndpointWeightsAndCapacities`).
    async fn set_weights(&self, name: &str, weights: &[(String, f32)]) -> PortResult<()>;
    /// Deletes one; its configuration stays.
    async fn delete(&self, name: &str) -> PortResult<()>;
    /// Makes one from an existing configuration, with tags.
    async fn create(&self, name: &str, config_name: &str, tags: &Tags) -> PortResult<()>;
}

/// Application Auto Scaling, namespace `sagemaker`.
#[async_trait]
pub trait ApplicationScaling: Send + Sync {
    /// Reads every scalable target of endpoint variants, 50 a page.
    async fn targets(&self) -> PortResult<Vec<ScalableTarget>>;
    /// Reads every scaling policy of endpoint variants.
    async fn policies(&self) -> PortResult<Vec<EndpointPolicy>>;
    /// Names every scheduled action, by resource id.
    async fn scheduled_actions(&self) -> PortResult<BTreeMap<String, Vec<String>>>;
    /// Registers or changes a target: minimum, maximum and all three suspensions are sent; the role
    /// only where it is not a service-linked one.
    async fn register(&self, target: &ScalableTarget) -> PortResult<()>;
    /// Removes a target, and with it its policies. A target that is gone already is no error.
    async fn deregister(&self, resource_id: &str, dimension: &str) -> PortResult<()>;
    /// Makes or replaces a policy.
    async fn put_policy(&self, policy: &EndpointPolicy) -> PortResult<()>;
}

/// The Resource Groups Tagging API.
#[async_trait]
pub trait Tagging: Send + Sync {
    /// Tags of all endpoints that carry at least one of the tag keys, by ARN.
    async fn endpoints(&self, any_of_keys: &[&str]) -> PortResult<BTreeMap<String, Tags>>;
}

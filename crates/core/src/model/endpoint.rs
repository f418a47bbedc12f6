//! `SageMaker` endpoints and what Application Auto Scaling holds about them.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Tags;

/// `EndpointStatus` of `DescribeEndpoint`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EndpointStatus {
    /// Ready; the only status in which it may be changed.
    InService,
    /// Being made.
    Creating,
    /// Being changed by a caller.
    Updating,
    /// Being changed by AWS; cannot be changed meanwhile.
    SystemUpdating,
    /// A change failed and is being undone.
    RollingBack,
    /// Being deleted.
    Deleting,
    /// Not able to take requests.
    OutOfService,
    /// Could not be made; deleting is the only operation.
    Failed,
    /// A change and its undoing both failed.
    UpdateRollbackFailed,
    /// A status that this version does not know.
    Other(String),
}

impl EndpointStatus {
    /// Whether it will leave this status by itself.
    pub const fn in_transition(&self) -> bool {
        matches!(
            self,
            Self::Creating
                | Self::Updating
                | Self::SystemUpdating
                | Self::RollingBack
                | Self::Deleting
        )
    }
}

impl fmt::Display for EndpointStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other(text) => f.write_str(text),
            known => write!(f, "{known:?}"),
        }
    }
}

/// What decides how an endpoint can reach zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointKind {
    /// Has `AsyncInferenceConfig`: variants may have zero instances.
    Asynchronous,
    /// Every variant is serverless: costs nothing while idle.
    Serverless,
    /// Hosts inference components, or is made to (variants without a model).
    InferenceComponents,
    /// Classic real-time: a variant has at least one instance as long as it exists.
    RealTime,
}

/// One production variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// `VariantName`.
    pub name: String,
    /// `DesiredInstanceCount`; zero for serverless variants.
    pub count: u32,
    /// `DesiredWeight`.
    pub weight: f32,
}

/// `SuspendedState` of a scalable target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Suspension {
    /// `DynamicScalingInSuspended`.
    pub scale_in: bool,
    /// `DynamicScalingOutSuspended`.
    pub scale_out: bool,
    /// `ScheduledScalingSuspended`.
    pub scheduled: bool,
}

impl Suspension {
    /// Everything suspended.
    pub const ALL: Self = Self {
        scale_in: true,
        scale_out: true,
        scheduled: true,
    };
}

/// One scalable target of Application Auto Scaling in the namespace `sagemaker`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScalableTarget {
    /// `ResourceId`: `endpoint/NAME/variant/NAME`.
    pub resource_id: String,
    /// `ScalableDimension`.
    pub dimension: String,
    /// `MinCapacity`.
    pub min: u32,
    /// `MaxCapacity`.
    pub max: u32,
    /// `RoleARN`, as reported.
    pub role_arn: Option<String>,
    /// `SuspendedState`.
    pub suspended: Suspension,
}

impl ScalableTarget {
    /// The variant that it scales, if its resource is a variant of `endpoint`.
    pub fn variant_of(&self, endpoint: &str) -> Option<&str> {
        let rest = self.resource_id.strip_prefix("endpoint/")?;
        rest.strip_prefix(endpoint)?.strip_prefix("/variant/")
    }
}

/// One scaling policy of Application Auto Scaling, with all that `PutScalingPolicy` takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EndpointPolicy {
    /// `PolicyName`.
    pub name: String,
    /// `ResourceId`.
    pub resource_id: String,
    /// `ScalableDimension`.
    pub dimension: String,
    /// The arguments of `PutScalingPolicy` that make it again (`PolicyType` and its configuration),
    /// in the API's own names; an error text where they cannot be carried over exactly.
    pub definition: Result<Value, String>,
}

/// An endpoint as `ListEndpoints` names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointSummary {
    /// `EndpointName`.
    pub name: String,
    /// `EndpointArn`.
    pub arn: String,
    /// `EndpointStatus`.
    pub status: EndpointStatus,
    /// `CreationTime`.
    pub created_at: Timestamp,
    /// `LastModifiedTime`.
    pub modified_at: Timestamp,
}

/// An endpoint as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Endpoint {
    /// `EndpointName`.
    pub name: String,
    /// `EndpointArn`; the same again for an endpoint made anew under the same name.
    pub arn: String,
    /// `CreationTime`.
    pub created_at: Timestamp,
    /// `LastModifiedTime`, where the list gave it.
    pub modified_at: Option<Timestamp>,
    /// `EndpointStatus`.
    pub status: EndpointStatus,
    /// `FailureReason`: also set where an update failed and the endpoint went on `InService`.
    pub failure_reason: Option<String>,
    /// `EndpointConfigName`.
    pub config_name: String,
    /// What it is; an error text where that could not be read.
    pub kind: Result<EndpointKind, String>,
    /// Production variants in the order of the API.
    pub variants: Vec<Variant>,
    /// All tags.
    pub tags: Tags,
    /// Scalable targets of its variants; an error text where they could not be read.
    pub scalable_targets: Result<Vec<ScalableTarget>, String>,
    /// Scaling policies of its variants; an error text where they could not be read.
    pub policies: Result<Vec<EndpointPolicy>, String>,
    /// Names of Application Auto Scaling scheduled actions of its variants.
    pub scheduled_actions: Result<Vec<String>, String>,
}

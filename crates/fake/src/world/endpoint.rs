//! What the world keeps of an endpoint and of its configuration.

use afterhours_core::model::{EndpointStatus, Variant};
use jiff::Timestamp;

/// A production variant of an endpoint configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigVariant {
    /// `VariantName`.
    pub name: String,
    /// `InitialInstanceCount`; at least 1 except for serverless variants.
    pub count: u32,
    /// `InitialVariantWeight`.
    pub weight: f32,
}

/// An endpoint configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct EndpointConfig {
    /// Production variants in order.
    pub variants: Vec<ConfigVariant>,
    /// Whether `AsyncInferenceConfig` is set.
    pub asynchronous: bool,
    /// Whether the variants are serverless.
    pub serverless: bool,
    /// Whether the variants have no `ModelName` and have `ManagedInstanceScaling`.
    pub for_components: bool,
}

/// An endpoint as the world keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct FakeEndpoint {
    /// `EndpointArn`.
    pub arn: String,
    /// `CreationTime`.
    pub created_at: Timestamp,
    /// `LastModifiedTime`.
    pub modified_at: Timestamp,
    /// `EndpointStatus`.
    pub status: EndpointStatus,
    /// `FailureReason`.
    pub failure_reason: Option<String>,
    /// `EndpointConfigName`.
    pub config_name: String,
    /// What it was made from; stays when the configuration is deleted.
    pub config: EndpointConfig,
    /// Desired counts and weights.
    pub variants: Vec<Variant>,
    /// What to go back to when the change under way fails.
    pub(super) rollback: Option<(String, EndpointConfig, Vec<Variant>)>,
    /// Why the change under way will fail.
    pub(super) doomed: Option<String>,
}

impl EndpointConfig {
    pub(crate) fn initial_variants(&self) -> Vec<Variant> {
        let initial = |variant: &ConfigVariant| Variant {
            name: variant.name.clone(),
            count: if self.serverless { 0 } else { variant.count },
            weight: variant.weight,
        };
        self.variants.iter().map(initial).collect()
    }
}

impl FakeEndpoint {
    pub(super) fn begin_update(&mut self, now: Timestamp) {
        let before = (
            self.config_name.clone(),
            self.config.clone(),
            self.variants.clone(),
        );
        self.rollback = Some(before);
        self.status = EndpointStatus::Updating;
        self.failure_reason = None;
        self.modified_at = now;
    }

    pub(super) fn settle(&mut self, now: Timestamp) {
        if !self.status.in_transition() {
            return;
        }
        let rollback = self.rollback.take();
        let doomed = self.doomed.take();
        self.modified_at = now;
        match (doomed, rollback) {
            (Some(reason), None) if self.status == EndpointStatus::Creating => {
                self.status = EndpointStatus::Failed;
                self.failure_reason = Some(reason);
            }
            (Some(reason), Some((config_name, config, variants))) => {
                self.status = EndpointStatus::InService;
                self.failure_reason = Some(reason);
                self.config_name = config_name;
                self.config = config;
                self.variants = variants;
            }
            _ => self.status = EndpointStatus::InService,
        }
    }
}

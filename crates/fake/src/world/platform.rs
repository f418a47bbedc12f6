//! All that a wake has to bring back, in a form that can be compared.

use std::collections::{BTreeMap, BTreeSet};

use afterhours_core::model::{
    EndpointPolicy, EndpointStatus, GroupPolicy, GroupSize, ScalableTarget, Tags, Variant,
};

use super::World;

/// The groups and endpoints of a world without what a sleep may change for good: instance ids, and
/// creation and modification times of endpoints.
#[derive(Debug, Clone, PartialEq)]
pub struct Platform {
    /// Size, suspended processes, policies, tags and ARN of each group, by name.
    pub groups: BTreeMap<String, PlatformGroup>,
    /// Each endpoint, by name.
    pub endpoints: BTreeMap<String, PlatformEndpoint>,
    /// All scalable targets.
    pub targets: Vec<ScalableTarget>,
    /// All scaling policies of Application Auto Scaling.
    pub policies: Vec<EndpointPolicy>,
    /// Names of scheduled actions by resource id.
    pub scheduled_actions: BTreeMap<String, Vec<String>>,
}

/// A group in a [`Platform`].
#[derive(Debug, Clone, PartialEq)]
pub struct PlatformGroup {
    /// Its ARN: it is never made anew.
    pub arn: String,
    /// Its size.
    pub size: GroupSize,
    /// Suspended processes.
    pub suspended: BTreeSet<String>,
    /// Scaling policies.
    pub policies: Result<Vec<GroupPolicy>, String>,
    /// Tags.
    pub tags: Tags,
    /// How many instances there are, in whatever state.
    pub instances: usize,
}

/// An endpoint in a [`Platform`].
#[derive(Debug, Clone, PartialEq)]
pub struct PlatformEndpoint {
    /// Its ARN.
    pub arn: String,
    /// Its status.
    pub status: EndpointStatus,
    /// Its configuration.
    pub config_name: String,
    /// Counts and weights.
    pub variants: Vec<Variant>,
    /// Tags.
    pub tags: Tags,
}

impl World {
    /// All that a wake has to bring back.
    pub fn platform(&self) -> Platform {
        let groups = self.groups.iter().map(|(name, group)| {
            let kept = PlatformGroup {
                arn: group.arn.clone(),
                size: group.size,
                suspended: group.suspended.clone(),
                policies: group.policies.clone(),
                tags: group.tags.clone(),
                instances: group.instances.len(),
            };
            (name.clone(), kept)
        });
        let endpoints = self.endpoints.iter().map(|(name, endpoint)| {
            let kept = PlatformEndpoint {
                arn: endpoint.arn.clone(),
                status: endpoint.status.clone(),
                config_name: endpoint.config_name.clone(),
                variants: endpoint.variants.clone(),
                tags: self.tags_of(name),
            };
            (name.clone(), kept)
        });
        Platform {
            groups: groups.collect(),
            endpoints: endpoints.collect(),
            targets: self.targets.values().cloned().collect(),
            policies: self.policies.values().cloned().collect(),
            scheduled_actions: self.actions_by_resource(),
        }
    }
}

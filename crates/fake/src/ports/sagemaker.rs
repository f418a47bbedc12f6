//! `SageMaker` and Application Auto Scaling.

use std::collections::{BTreeMap, BTreeSet};

use afterhours_core::model::{EndpointPolicy, EndpointSummary, ScalableTarget, Tags};
use afterhours_ports::{ApplicationScaling, ConfigFacts, DescribedEndpoint, Endpoints, PortResult};
use async_trait::async_trait;

use super::FakeAws;
use crate::CallKind::{Mutate, Read};
use crate::error::not_found;

/// `ListEndpoints` and `ListInferenceComponents` give at most 100 a page.
const SAGEMAKER_PAGE: usize = 100;
/// Application Auto Scaling gives at most 50 a page.
const SCALING_PAGE: usize = 50;

#[async_trait]
impl Endpoints for FakeAws {
    async fn list(&self) -> PortResult<Vec<EndpointSummary>> {
        let mut world = self.world();
        let endpoints = world.endpoint_summaries();
        world.pages("sagemaker:ListEndpoints", endpoints.len(), SAGEMAKER_PAGE)?;
        Ok(endpoints)
    }

    async fn with_components(&self) -> PortResult<BTreeSet<String>> {
        let mut world = self.world();
        let count = world.components.len();
        world.pages("sagemaker:ListInferenceComponents", count, SAGEMAKER_PAGE)?;
        Ok(world.components.values().cloned().collect())
    }

    async fn describe(&self, name: &str) -> PortResult<Option<DescribedEndpoint>> {
        let action = "sagemaker:DescribeEndpoint";
        self.world()
            .call(Read, action, name, |world| Ok(world.described(name)))
    }

    async fn describe_config(&self, name: &str) -> PortResult<Option<ConfigFacts>> {
        self.world()
            .call(Read, "sagemaker:DescribeEndpointConfig", name, |world| {
                let facts = world.configs.get(name);
                Ok(facts.map(|config| ConfigFacts {
                    variant_without_model: config.for_components,
                }))
            })
    }

    async fn tags(&self, arn: &str) -> PortResult<Tags> {
        let action = "sagemaker:ListTags";
        self.world().call(Read, action, arn, |world| {
            let missing = || not_found(action, format!("Could not find endpoint \"{arn}\"."));
            world.endpoint_tags.get(arn).cloned().ok_or_else(missing)
        })
    }

    async fn set_count(&self, name: &str, variant: &str, count: u32) -> PortResult<()> {
        let action = "sagemaker:UpdateEndpointWeightsAndCapacities";
        self.world().call(Mutate, action, name, |world| {
            world.set_count(name, variant, count)
        })
    }

    async fn set_weights(&self, name: &str, weights: &[(String, f32)]) -> PortResult<()> {
        let action = "sagemaker:UpdateEndpointWeightsAndCapacities";
        self.world().call(Mutate, action, name, |world| {
            world.set_weights(name, weights)
        })
    }

    async fn delete(&self, name: &str) -> PortResult<()> {
        self.world()
            .call(Mutate, "sagemaker:DeleteEndpoint", name, |world| {
                // The scaling guide: the deletion deregisters targets in the name of the caller.
                for target in world.targets_of(name) {
                    let deregister = "application-autoscaling:DeregisterScalableTarget";
                    world.permitted(deregister, &target.resource_id)?;
                }
                world.delete_endpoint(name)
            })
    }

    async fn create(&self, name: &str, config_name: &str, tags: &Tags) -> PortResult<()> {
        self.world()
            .call(Mutate, "sagemaker:CreateEndpoint", name, |world| {
                if !tags.is_empty() {
                    world.permitted("sagemaker:AddTags", name)?;
                }
                world.create_endpoint(name, config_name, tags)
            })
    }
}

#[async_trait]
impl ApplicationScaling for FakeAws {
    async fn targets(&self) -> PortResult<Vec<ScalableTarget>> {
        let mut world = self.world();
        let targets: Vec<_> = world.targets.values().cloned().collect();
        let action = "application-autoscaling:DescribeScalableTargets";
        world.pages(action, targets.len(), SCALING_PAGE)?;
        Ok(targets)
    }

    async fn policies(&self) -> PortResult<Vec<EndpointPolicy>> {
        let mut world = self.world();
        let policies: Vec<_> = world.policies.values().cloned().collect();
        let action = "application-autoscaling:DescribeScalingPolicies";
        world.pages(action, policies.len(), SCALING_PAGE)?;
        Ok(policies)
    }

    async fn scheduled_actions(&self) -> PortResult<BTreeMap<String, Vec<String>>> {
        let mut world = self.world();
        let actions = world.actions_by_resource();
        let count = actions.values().flatten().count();
        world.pages(
            "application-autoscaling:DescribeScheduledActions",
            count,
            SCALING_PAGE,
        )?;
        Ok(actions)
    }

    async fn register(&self, target: &ScalableTarget) -> PortResult<()> {
        let action = "application-autoscaling:RegisterScalableTarget";
        self.world()
            .call(Mutate, action, &target.resource_id, |world| {
                // A service-linked role is not passed; any other is.
                if let Some(role) = &target.role_arn
                    && !role.contains(":role/aws-service-role/")
                {
                    world.permitted("iam:PassRole", role)?;
                }
                world.register(target)
            })
    }

    async fn deregister(&self, resource_id: &str, dimension: &str) -> PortResult<()> {
        let action = "application-autoscaling:DeregisterScalableTarget";
        self.world().call(Mutate, action, resource_id, |world| {
            world.deregister(resource_id, dimension)
        })
    }

    async fn put_policy(&self, policy: &EndpointPolicy) -> PortResult<()> {
        let action = "application-autoscaling:PutScalingPolicy";
        self.world()
            .call(Mutate, action, &policy.resource_id, |world| {
                world.put_policy(policy)
            })
    }
}

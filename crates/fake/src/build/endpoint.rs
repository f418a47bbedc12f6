//! Endpoints and endpoint configurations for tests.

use afterhours_core::model::{
    EndpointPolicy, EndpointStatus, ScalableTarget, Suspension, Tags, Variant,
};
use serde_json::json;

use crate::World;
use crate::world::{ConfigVariant, EndpointConfig, INSTANCES};

/// Makes an endpoint configuration; [`ConfigBuilder::add`] ends it.
#[derive(Debug)]
#[must_use = "a builder does nothing until `add`"]
pub struct ConfigBuilder<'a> {
    world: &'a mut World,
    name: String,
    config: EndpointConfig,
}

/// Makes an endpoint; [`EndpointBuilder::add`] ends it.
#[derive(Debug)]
#[must_use = "a builder does nothing until `add`"]
pub struct EndpointBuilder<'a> {
    world: &'a mut World,
    name: String,
    config_name: String,
    config: EndpointConfig,
    variants: Vec<Variant>,
    tags: Tags,
    components: Vec<String>,
    targets: Vec<ScalableTarget>,
    policies: Vec<EndpointPolicy>,
    actions: Vec<(String, String)>,
}

const EMPTY: EndpointConfig = EndpointConfig {
    variants: Vec::new(),
    asynchronous: false,
    serverless: false,
    for_components: false,
};

impl World {
    /// Starts an endpoint configuration: classic real-time, with a variant `AllTraffic` of 1 instance unless
    /// another is given.
    pub fn config(&mut self, name: &str) -> ConfigBuilder<'_> {
        ConfigBuilder {
            world: self,
            name: name.to_owned(),
            config: EMPTY,
        }
    }

    /// Starts an endpoint in service that is created now: classic real-time, with a variant `AllTraffic` of 1
    /// instance unless another is given, and a configuration `NAME-config` made for it.
    pub fn endpoint(&mut self, name: &str) -> EndpointBuilder<'_> {
        EndpointBuilder {
            world: self,
            name: name.to_owned(),
            config_name: format!("{name}-config"),
            config: EMPTY,
            variants: Vec::new(),
            tags: Tags::new(),
            components: Vec::new(),
            targets: Vec::new(),
            policies: Vec::new(),
            actions: Vec::new(),
        }
    }
}

impl ConfigBuilder<'_> {
    /// With `AsyncInferenceConfig`.
    pub const fn asynchronous(mut self) -> Self {
        self.config.asynchronous = true;
        self
    }

    /// With serverless variants.
    pub const fn serverless(mut self) -> Self {
        self.config.serverless = true;
        self
    }

    /// With variants without a model, made to host inference components.
    pub const fn for_components(mut self) -> Self {
        self.config.for_components = true;
        self
    }

    /// A production variant with its initial count and weight.
    pub fn variant(mut self, name: &str, count: u32, weight: f32) -> Self {
        self.config.variants.push(ConfigVariant {
            name: name.to_owned(),
            count,
            weight,
        });
        self
    }

    /// Puts the configuration into the world.
    pub fn add(mut self) {
        if self.config.variants.is_empty() {
            self = self.variant("AllTraffic", 1, 1.0);
        }
        self.world.configs.insert(self.name, self.config);
    }
}

impl EndpointBuilder<'_> {
    /// With `AsyncInferenceConfig`.
    pub const fn asynchronous(mut self) -> Self {
        self.config.asynchronous = true;
        self
    }

    /// With serverless variants.
    pub const fn serverless(mut self) -> Self {
        self.config.serverless = true;
        self
    }

    /// Made to host inference components, and hosting these.
    pub fn components(mut self, names: &[&str]) -> Self {
        self.config.for_components = true;
        self.components = names.iter().map(ToString::to_string).collect();
        self
    }

    /// The name of its configuration; one of this name that exists already is used as it is.
    pub fn config(mut self, name: &str) -> Self {
        name.clone_into(&mut self.config_name);
        self
    }

    /// A production variant with its count and weight now; a configuration made for it has the same, but
    /// at least 1 instance.
    pub fn variant(mut self, name: &str, count: u32, weight: f32) -> Self {
        self.variants.push(Variant {
            name: name.to_owned(),
            count,
            weight,
        });
        self
    }

    /// A tag.
    pub fn tag(mut self, key: &str, value: &str) -> Self {
        self.tags.insert(key.to_owned(), value.to_owned());
        self
    }

    /// A scalable target for the instance count of a variant, nothing suspended.
    pub fn target(self, variant: &str, min: u32, max: u32) -> Self {
        self.target_with(variant, min, max, Suspension::default(), None)
    }

    /// A scalable target with suspensions, and a role that is not the service-linked one.
    pub fn target_with(
        mut self,
        variant: &str,
        min: u32,
        max: u32,
        suspended: Suspension,
        role_arn: Option<&str>,
    ) -> Self {
        self.targets.push(ScalableTarget {
            resource_id: World::resource_id(&self.name, variant),
            dimension: INSTANCES.to_owned(),
            min,
            max,
            role_arn: role_arn.map(ToOwned::to_owned),
            suspended,
        });
        self
    }

    /// A target-tracking policy on invocations per instance; needs a target of the variant.
    pub fn policy(self, variant: &str, name: &str, invocations: u32) -> Self {
        let definition = json!({
            "PolicyType": "TargetTrackingScaling",
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": f64::from(invocations),
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
                },
                "ScaleInCooldown": 300,
                "ScaleOutCooldown": 60
            }
        });
        self.policy_with(variant, name, Ok(definition))
    }

    /// A policy with any definition, or an error text for one that cannot be carried over.
    pub fn policy_with(
        mut self,
        variant: &str,
        name: &str,
        definition: Result<serde_json::Value, String>,
    ) -> Self {
        self.policies.push(EndpointPolicy {
            name: name.to_owned(),
            resource_id: World::resource_id(&self.name, variant),
            dimension: INSTANCES.to_owned(),
            definition,
        });
        self
    }

    /// A scheduled action of Application Auto Scaling.
    pub fn scheduled_action(mut self, variant: &str, name: &str) -> Self {
        self.actions
            .push((World::resource_id(&self.name, variant), name.to_owned()));
        self
    }

    /// Puts the endpoint into the world, in service.
    ///
    /// # Panics
    /// Where AWS would not make it: its name differs from another's only in case.
    pub fn add(mut self) {
        let variants = self.add_config();
        let Self { world, name, .. } = self;
        // What a test adds replaces what was there under the name, so creating it cannot be refused.
        world.endpoints.remove(&name);
        let made = world.create_endpoint(&name, &self.config_name, &Tags::new());
        assert_eq!(made, Ok(()), "endpoint {name:?} could not be added");
        world.set_status(&name, EndpointStatus::InService, None);
        for (key, value) in &self.tags {
            world.tag_endpoint(&name, key, value);
        }
        if let Some(endpoint) = world.endpoints.get_mut(&name) {
            endpoint.variants = variants;
        }
        for component in self.components {
            world.components.insert(component, name.clone());
        }
        for mut target in self.targets {
            let role = target
                .role_arn
                .take()
                .unwrap_or_else(|| world.service_linked_role());
            target.role_arn = Some(role);
            world.targets.insert(
                (target.resource_id.clone(), target.dimension.clone()),
                target,
            );
        }
        for policy in self.policies {
            let key = (policy.resource_id.clone(), policy.dimension.clone());
            world.policies.insert((key, policy.name.clone()), policy);
        }
        for (resource_id, action) in self.actions {
            let key = (resource_id, INSTANCES.to_owned());
            world.scheduled_actions.entry(key).or_default().push(action);
        }
    }

    /// Makes the configuration unless it exists; gives the counts and weights of now.
    fn add_config(&mut self) -> Vec<Variant> {
        if let Some(existing) = self.world.configs.get(&self.config_name) {
            let given = std::mem::take(&mut self.variants);
            return if given.is_empty() {
                existing.initial_variants()
            } else {
                given
            };
        }
        let config = &mut self.config;
        if self.variants.is_empty() {
            let count = u32::from(!config.serverless);
            self.variants.push(Variant {
                name: "AllTraffic".to_owned(),
                count,
                weight: 1.0,
            });
        }
        config.variants = self
            .variants
            .iter()
            .map(|variant| ConfigVariant {
                name: variant.name.clone(),
                count: variant.count.max(u32::from(!config.serverless)),
                weight: variant.weight,
            })
            .collect();
        self.world
            .configs
            .insert(self.config_name.clone(), config.clone());
        std::mem::take(&mut self.variants)
    }
}

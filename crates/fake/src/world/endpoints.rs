//! `SageMaker` endpoints: what can be done with them.

use afterhours_core::model::{EndpointStatus, EndpointSummary, Tags, Variant};
use afterhours_ports::{DescribedEndpoint, PortResult};

use super::endpoint::{EndpointConfig, FakeEndpoint};
use super::{World, known};
use crate::error::{busy, invalid, not_found};

impl World {
    /// An endpoint as the world keeps it; none where it does not exist.
    pub fn find_endpoint(&self, name: &str) -> Option<&FakeEndpoint> {
        self.endpoints.get(name)
    }

    /// The desired instance count of a variant that exists.
    pub fn count_of(&self, endpoint: &str, variant: &str) -> u32 {
        let found = known(self.endpoints.get(endpoint), "endpoint", endpoint);
        known(
            found.variants.iter().find(|v| v.name == variant),
            "variant",
            variant,
        )
        .count
    }

    /// The ARN that an endpoint of this name has: `SageMaker` writes names in ARNs in lower case.
    pub fn endpoint_arn(&self, name: &str) -> String {
        let Self { scope, .. } = self;
        let name = name.to_ascii_lowercase();
        format!(
            "arn:aws:sagemaker:{}:{}:endpoint/{name}",
            scope.region, scope.account
        )
    }

    /// Sets the status of an endpoint, with the reason for a failure; settling ends transitions.
    pub fn set_status(&mut self, name: &str, status: EndpointStatus, reason: Option<&str>) {
        let endpoint = known(self.endpoints.get_mut(name), "endpoint", name);
        endpoint.status = status;
        endpoint.failure_reason = reason.map(ToOwned::to_owned);
    }

    /// The change under way, or the next one, will fail: a creation ends in `Failed`, an update in `InService` with a
    /// failure reason and all as it was before.
    pub fn doom(&mut self, name: &str, reason: &str) {
        let endpoint = known(self.endpoints.get_mut(name), "endpoint", name);
        endpoint.doomed = Some(reason.to_owned());
    }

    /// `UpdateEndpointWeightsAndCapacities` with the count of one variant.
    pub fn set_count(&mut self, name: &str, variant: &str, count: u32) -> PortResult<()> {
        let action = "sagemaker:UpdateEndpointWeightsAndCapacities";
        self.change_variants(action, name, &[variant], |endpoint| {
            if endpoint.config.serverless {
                let text = format!("Variant \"{variant}\" is serverless and has no instance count");
                return Err(invalid(action, text));
            }
            // The scaling guide: "Minimum instance count is required to be 1 or higher."
            if count == 0 && !endpoint.config.asynchronous {
                let text = format!(
                    "Desired instance count 0 of variant \"{variant}\" is not valid: minimum \
                     instance count is required to be 1 or higher"
                );
                return Err(invalid(action, text));
            }
            for found in endpoint
                .variants
                .iter_mut()
                .filter(|found| found.name == variant)
            {
                found.count = count;
            }
            Ok(())
        })
    }

    /// `UpdateEndpointWeightsAndCapacities` with weights.
    pub fn set_weights(&mut self, name: &str, weights: &[(String, f32)]) -> PortResult<()> {
        let action = "sagemaker:UpdateEndpointWeightsAndCapacities";
        let names: Vec<&str> = weights
            .iter()
            .map(|(variant, _)| variant.as_str())
            .collect();
        if names.is_empty() {
            return Err(invalid(
                action,
                "DesiredWeightsAndCapacities needs at least 1 item",
            ));
        }
        self.change_variants(action, name, &names, |endpoint| {
            for (variant, weight) in weights {
                if weight.is_nan() || *weight < 0.0 {
                    let text = format!("Weight {weight} of variant \"{variant}\" is below 0");
                    return Err(invalid(action, text));
                }
                for found in endpoint
                    .variants
                    .iter_mut()
                    .filter(|found| found.name == *variant)
                {
                    found.weight = *weight;
                }
            }
            Ok(())
        })
    }

    /// `UpdateEndpoint` without `RetainAllVariantProperties`: counts and weights come from the
    /// configuration, which wakes what slept.
    pub fn update_endpoint(&mut self, name: &str, config_name: &str) -> PortResult<()> {
        let action = "sagemaker:UpdateEndpoint";
        let config = self.existing_config(action, config_name)?;
        let now = self.now;
        let endpoint = self.changeable_endpoint(action, name)?;
        endpoint.begin_update(now);
        endpoint.variants = config.initial_variants();
        endpoint.config = config;
        config_name.clone_into(&mut endpoint.config_name);
        Ok(())
    }

    /// `DeleteEndpoint`: in deletion until settled; its configuration stays. Its scalable targets are
    /// deregistered without a word, with their policies.
    pub fn delete_endpoint(&mut self, name: &str) -> PortResult<()> {
        let action = "sagemaker:DeleteEndpoint";
        let now = self.now;
        let missing = self.no_endpoint(action, name);
        let endpoint = self.endpoints.get_mut(name).ok_or(missing)?;
        if endpoint.status.in_transition() {
            return Err(in_progress(action, endpoint));
        }
        endpoint.status = EndpointStatus::Deleting;
        endpoint.modified_at = now;
        self.forget_targets_of(name);
        Ok(())
    }

    /// `CreateEndpoint` from a configuration that exists.
    pub fn create_endpoint(&mut self, name: &str, config: &str, tags: &Tags) -> PortResult<()> {
        let action = "sagemaker:CreateEndpoint";
        let arn = self.endpoint_arn(name);
        // Names differ for AWS only if they do so in more than case.
        if self.endpoints.values().any(|endpoint| endpoint.arn == arn) {
            let text = format!("Cannot create already existing endpoint \"{arn}\".");
            return Err(invalid(action, text));
        }
        if let Some(key) = tags
            .keys()
            .find(|key| key.to_ascii_lowercase().starts_with("aws:"))
        {
            let text = format!(
                "Tag key \"{key}\" is not valid: aws: prefixed tag key names are not allowed for \
                 external use."
            );
            return Err(invalid(action, text));
        }
        let found = self.existing_config(action, config)?;
        self.endpoints.insert(
            name.to_owned(),
            FakeEndpoint {
                arn: arn.clone(),
                created_at: self.now,
                modified_at: self.now,
                status: EndpointStatus::Creating,
                failure_reason: None,
                config_name: config.to_owned(),
                variants: found.initial_variants(),
                config: found,
                rollback: None,
                doomed: None,
            },
        );
        self.endpoint_tags.insert(arn, tags.clone());
        Ok(())
    }

    /// Somebody deletes an endpoint and makes it anew under the same name and with the same tags: the same
    /// ARN, created now, in service at once, without its scalable targets.
    pub fn recreate_endpoint(&mut self, name: &str, config_name: &str) -> PortResult<()> {
        let old = known(self.endpoints.remove(name), "endpoint", name);
        self.forget_targets_of(name);
        let tags = self.endpoint_tags.remove(&old.arn).unwrap_or_default();
        self.create_endpoint(name, config_name, &tags)?;
        self.set_status(name, EndpointStatus::InService, None);
        Ok(())
    }

    /// `DeleteEndpointConfig`, which AWS does also for one in use.
    pub fn delete_config(&mut self, name: &str) -> PortResult<()> {
        self.existing_config("sagemaker:DeleteEndpointConfig", name)?;
        self.configs.remove(name);
        Ok(())
    }

    /// The tags of an endpoint that exists.
    pub fn tags_of(&self, endpoint: &str) -> Tags {
        let arn = &known(self.endpoints.get(endpoint), "endpoint", endpoint).arn;
        self.endpoint_tags.get(arn).cloned().unwrap_or_default()
    }

    /// `AddTags` for an endpoint that exists.
    pub fn tag_endpoint(&mut self, endpoint: &str, key: &str, value: &str) {
        let arn = known(self.endpoints.get(endpoint), "endpoint", endpoint)
            .arn
            .clone();
        self.endpoint_tags
            .entry(arn)
            .or_default()
            .insert(key.to_owned(), value.to_owned());
    }

    /// `DeleteTags` for an endpoint that exists.
    pub fn untag_endpoint(&mut self, endpoint: &str, key: &str) {
        let arn = &known(self.endpoints.get(endpoint), "endpoint", endpoint).arn;
        if let Some(tags) = self.endpoint_tags.get_mut(arn) {
            tags.remove(key);
        }
    }

    pub(crate) fn endpoint_summaries(&self) -> Vec<EndpointSummary> {
        let summary = |(name, endpoint): (&String, &FakeEndpoint)| EndpointSummary {
            name: name.clone(),
            arn: endpoint.arn.clone(),
            status: endpoint.status.clone(),
            created_at: endpoint.created_at,
            modified_at: endpoint.modified_at,
        };
        self.endpoints.iter().map(summary).collect()
    }

    pub(crate) fn described(&self, name: &str) -> Option<DescribedEndpoint> {
        let endpoint = self.endpoints.get(name)?;
        // While an endpoint is made, `DescribeEndpoint` gives no `ProductionVariants` yet.
        let made = endpoint.status != EndpointStatus::Creating;
        Some(DescribedEndpoint {
            name: name.to_owned(),
            arn: endpoint.arn.clone(),
            created_at: endpoint.created_at,
            status: endpoint.status.clone(),
            failure_reason: endpoint.failure_reason.clone(),
            config_name: endpoint.config_name.clone(),
            variants: if made {
                endpoint.variants.clone()
            } else {
                Vec::new()
            },
            asynchronous: endpoint.config.asynchronous,
            serverless: made && endpoint.config.serverless,
            managed_scaling: made && endpoint.config.for_components,
        })
    }

    pub(super) fn settle_endpoints(&mut self) {
        let now = self.now;
        let tags = &mut self.endpoint_tags;
        let components = &mut self.components;
        self.endpoints.retain(|name, endpoint| {
            if endpoint.status == EndpointStatus::Deleting {
                tags.remove(&endpoint.arn);
                components.retain(|_, host| host != name);
                return false;
            }
            endpoint.settle(now);
            true
        });
        self.clamp_what_waited();
    }

    /// Puts the count of a variant into bounds, if its endpoint can be changed now; says if so.
    pub(super) fn clamp(&mut self, name: &str, variant: &str, min: u32, max: u32) -> bool {
        let now = self.now;
        let Some(endpoint) = self.endpoints.get_mut(name) else {
            return true;
        };
        if endpoint.status != EndpointStatus::InService {
            return false;
        }
        let outside = |v: &Variant| v.name == variant && (v.count < min || v.count > max);
        if endpoint.variants.iter().any(outside) {
            endpoint.begin_update(now);
            for found in endpoint
                .variants
                .iter_mut()
                .filter(|found| found.name == variant)
            {
                found.count = found.count.clamp(min, max);
            }
        }
        true
    }

    fn change_variants(
        &mut self,
        action: &str,
        name: &str,
        variants: &[&str],
        change: impl FnOnce(&mut FakeEndpoint) -> PortResult<()>,
    ) -> PortResult<()> {
        let now = self.now;
        let endpoint = self.changeable_endpoint(action, name)?;
        for variant in variants {
            if !endpoint.variants.iter().any(|found| found.name == *variant) {
                let config = &endpoint.config_name;
                let text = format!(
                    "The variant name(s) \"{variant}\" is/are not present within endpoint \
                     configuration \"{config}\"."
                );
                return Err(invalid(action, text));
            }
        }
        let mut changed = endpoint.clone();
        change(&mut changed)?;
        endpoint.begin_update(now);
        endpoint.variants = changed.variants;
        Ok(())
    }

    fn changeable_endpoint(&mut self, action: &str, name: &str) -> PortResult<&mut FakeEndpoint> {
        let missing = self.no_endpoint(action, name);
        let endpoint = self.endpoints.get_mut(name).ok_or(missing)?;
        if endpoint.status != EndpointStatus::InService {
            return Err(in_progress(action, endpoint));
        }
        Ok(endpoint)
    }

    pub(super) fn no_endpoint(&self, action: &str, name: &str) -> afterhours_ports::PortError {
        let arn = self.endpoint_arn(name);
        not_found(action, format!("Could not find endpoint \"{arn}\"."))
    }

    fn existing_config(&self, action: &str, name: &str) -> PortResult<EndpointConfig> {
        self.configs.get(name).cloned().ok_or_else(|| {
            let scope = &self.scope;
            let text = format!(
                "Could not find endpoint configuration \
                 \"arn:aws:sagemaker:{}:{}:endpoint-config/{}\".",
                scope.region,
                scope.account,
                name.to_ascii_lowercase()
            );
            // The ports call this invalid where an endpoint should be made from it.
            if action == "sagemaker:CreateEndpoint" {
                invalid(action, text)
            } else {
                not_found(action, text)
            }
        })
    }
}

/// AWS has one message for all statuses that allow no change.
fn in_progress(action: &str, endpoint: &FakeEndpoint) -> afterhours_ports::PortError {
    let arn = &endpoint.arn;
    if endpoint.status.in_transition() {
        return busy(
            action,
            format!("Cannot update in-progress endpoint \"{arn}\"."),
        );
    }
    let status = &endpoint.status;
    busy(
        action,
        format!("Cannot update endpoint \"{arn}\" with status {status}."),
    )
}

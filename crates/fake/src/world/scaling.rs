//! Application Auto Scaling, namespace `sagemaker`.

use std::collections::BTreeMap;

use afterhours_core::model::{EndpointPolicy, EndpointStatus, ScalableTarget};
use afterhours_ports::PortResult;

use super::{TargetKey, World};
use crate::error::{busy_as, invalid, not_found_as};

/// The dimension of the instance count of an endpoint variant.
pub(crate) const INSTANCES: &str = "sagemaker:variant:DesiredInstanceCount";
/// The dimension of the provisioned concurrency of a serverless variant.
const CONCURRENCY: &str = "sagemaker:variant:DesiredProvisionedConcurrency";

impl World {
    /// The resource id of a variant: `endpoint/NAME/variant/NAME`.
    pub fn resource_id(endpoint: &str, variant: &str) -> String {
        format!("endpoint/{endpoint}/variant/{variant}")
    }

    /// The scalable targets of an endpoint, by resource id.
    pub fn targets_of(&self, endpoint: &str) -> Vec<ScalableTarget> {
        let of = |target: &&ScalableTarget| target.variant_of(endpoint).is_some();
        self.targets.values().filter(of).cloned().collect()
    }

    /// The scaling policies of an endpoint, by resource id and name.
    pub fn policies_of(&self, endpoint: &str) -> Vec<EndpointPolicy> {
        let of =
            |policy: &&EndpointPolicy| parts(&policy.resource_id).is_some_and(|p| p.0 == endpoint);
        self.policies.values().filter(of).cloned().collect()
    }

    /// `RegisterScalableTarget` with minimum, maximum and suspensions.
    ///
    /// Whatever changes, the count of the variant is put into the bounds, also while scaling is suspended
    /// (API reference: "adjusts the capacity … even if you don't include the `MinCapacity` and `MaxCapacity`
    /// request parameters"); an endpoint that cannot be changed now is adjusted when it can.
    pub fn register(&mut self, target: &ScalableTarget) -> PortResult<()> {
        let action = "application-autoscaling:RegisterScalableTarget";
        let (endpoint, variant) = checked_resource(action, &target.resource_id, &target.dimension)?;
        if target.min > target.max {
            return Err(invalid(
                action,
                "Maximum capacity cannot be less than minimum capacity",
            ));
        }
        self.check_variant(action, endpoint, variant, &target.resource_id)?;
        let mut stored = target.clone();
        stored.role_arn = stored.role_arn.or_else(|| Some(self.service_linked_role()));
        let key = key_of(target);
        self.targets.insert(key.clone(), stored);
        if target.dimension == INSTANCES && !self.clamp(endpoint, variant, target.min, target.max) {
            self.unclamped.insert(key);
        }
        Ok(())
    }

    /// `DeregisterScalableTarget`: policies and scheduled actions go with it. One that is gone is no error.
    pub fn deregister(&mut self, resource_id: &str, dimension: &str) -> PortResult<()> {
        checked_resource(
            "application-autoscaling:DeregisterScalableTarget",
            resource_id,
            dimension,
        )?;
        self.forget_target(&(resource_id.to_owned(), dimension.to_owned()));
        Ok(())
    }

    /// `PutScalingPolicy`: makes it, or replaces the one of the same name.
    pub fn put_policy(&mut self, policy: &EndpointPolicy) -> PortResult<()> {
        let action = "application-autoscaling:PutScalingPolicy";
        let EndpointPolicy {
            name,
            resource_id,
            dimension,
            definition,
        } = policy;
        checked_resource(action, resource_id, dimension)?;
        let definition = definition
            .as_ref()
            .map_err(|why| invalid(action, why.clone()))?;
        if definition
            .get("PolicyType")
            .and_then(|kind| kind.as_str())
            .is_none()
        {
            return Err(invalid(
                action,
                format!("policy {name:?} has no PolicyType"),
            ));
        }
        let key = (resource_id.clone(), dimension.clone());
        if !self.targets.contains_key(&key) {
            let text = format!(
                "No scalable target registered for service namespace: sagemaker, resource ID: \
                 {resource_id}, scalable dimension: {dimension}"
            );
            return Err(not_found_as(action, "ObjectNotFoundException", text));
        }
        self.policies.insert((key, name.clone()), policy.clone());
        Ok(())
    }

    /// A scaling policy wants `count` instances of a variant; says whether it had an effect.
    ///
    /// It has none without a target and a policy, while that direction is suspended, or while the endpoint
    /// cannot be changed; the bounds of the target hold.
    pub fn scale_by_policy(&mut self, endpoint: &str, variant: &str, count: u32) -> bool {
        let key = (Self::resource_id(endpoint, variant), INSTANCES.to_owned());
        let Some(target) = self.targets.get(&key) else {
            return false;
        };
        let has_policy = self.policies.keys().any(|(of, _)| *of == key);
        let before = self.count_of(endpoint, variant);
        let wanted = count.clamp(target.min, target.max);
        let stopped = match wanted.cmp(&before) {
            std::cmp::Ordering::Less => target.suspended.scale_in,
            std::cmp::Ordering::Equal => true,
            std::cmp::Ordering::Greater => target.suspended.scale_out,
        };
        has_policy && !stopped && self.set_count(endpoint, variant, wanted).is_ok()
    }

    pub(crate) fn actions_by_resource(&self) -> BTreeMap<String, Vec<String>> {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for ((resource_id, _), names) in &self.scheduled_actions {
            found
                .entry(resource_id.clone())
                .or_default()
                .extend(names.iter().cloned());
        }
        found
    }

    /// Deregisters the targets of an endpoint that is being deleted.
    pub(super) fn forget_targets_of(&mut self, endpoint: &str) {
        for target in self.targets_of(endpoint) {
            self.forget_target(&key_of(&target));
        }
    }

    pub(super) fn clamp_what_waited(&mut self) {
        for key in std::mem::take(&mut self.unclamped) {
            let Some(ScalableTarget { min, max, .. }) = self.targets.get(&key) else {
                continue;
            };
            let (min, max) = (*min, *max);
            let Some((endpoint, variant)) = parts(&key.0) else {
                continue;
            };
            if !self.clamp(endpoint, variant, min, max) {
                self.unclamped.insert(key);
            }
        }
    }

    fn forget_target(&mut self, key: &TargetKey) {
        self.targets.remove(key);
        self.unclamped.remove(key);
        self.scheduled_actions.remove(key);
        self.policies.retain(|(of, _), _| of != key);
    }

    fn check_variant(
        &self,
        action: &str,
        endpoint: &str,
        variant: &str,
        resource_id: &str,
    ) -> PortResult<()> {
        let found = self.endpoints.get(endpoint);
        match found.map(|found| &found.status) {
            // Its variants are not there to be scaled; the documented error for a pending update.
            Some(EndpointStatus::Creating | EndpointStatus::Deleting) => Err(busy_as(
                action,
                "ConcurrentUpdateException",
                format!("{resource_id} has a pending update"),
            )),
            Some(_) if found.is_some_and(|f| f.variants.iter().any(|v| v.name == variant)) => {
                Ok(())
            }
            _ => Err(invalid(
                action,
                format!("SageMaker variant does not exist: {resource_id}"),
            )),
        }
    }

    pub(crate) fn service_linked_role(&self) -> String {
        format!(
            "arn:aws:iam::{}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/\
             AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint",
            self.scope.account
        )
    }
}

fn key_of(target: &ScalableTarget) -> TargetKey {
    (target.resource_id.clone(), target.dimension.clone())
}

/// Endpoint and variant of a resource id.
fn parts(resource_id: &str) -> Option<(&str, &str)> {
    resource_id
        .strip_prefix("endpoint/")?
        .split_once("/variant/")
}

fn checked_resource<'a>(
    action: &str,
    resource_id: &'a str,
    dimension: &str,
) -> PortResult<(&'a str, &'a str)> {
    if ![INSTANCES, CONCURRENCY].contains(&dimension) {
        return Err(invalid(
            action,
            format!("Unsupported scalable dimension: {dimension}"),
        ));
    }
    parts(resource_id)
        .ok_or_else(|| invalid(action, format!("Unsupported resource ID: {resource_id}")))
}

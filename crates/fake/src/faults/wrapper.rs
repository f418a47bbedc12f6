//! The ports with faults.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use afterhours_core::alert::Envelope;
use afterhours_core::model::{
    EndpointPolicy, EndpointSummary, Group, GroupSize, ScalableTarget, Tags,
};
use afterhours_ports::{
    ApplicationScaling, ConfigFacts, DescribedEndpoint, Endpoints, Groups, MetricQuery, Metrics,
    PortResult, Precondition, Publisher, PutOutcome, Store, Stored, Tagging,
};
use async_trait::async_trait;
use jiff::Timestamp;

use super::Faults;

/// One port with faults.
pub(super) struct Faulty<P: ?Sized> {
    inner: Arc<P>,
    faults: Faults,
}

impl<P: ?Sized> Faulty<P> {
    pub(super) fn new(inner: Arc<P>, faults: &Faults) -> Self {
        Self {
            inner,
            faults: faults.clone(),
        }
    }
}

#[async_trait]
impl Groups for Faulty<dyn Groups> {
    async fn list(&self) -> PortResult<Vec<Group>> {
        self.faults
            .call(
                "autoscaling:DescribeAutoScalingGroups",
                "*",
                self.inner.list(),
            )
            .await
    }

    async fn update_size(&self, name: &str, size: GroupSize) -> PortResult<()> {
        let work = self.inner.update_size(name, size);
        self.faults
            .call("autoscaling:UpdateAutoScalingGroup", name, work)
            .await
    }

    async fn suspend(&self, name: &str, processes: &BTreeSet<String>) -> PortResult<()> {
        let work = self.inner.suspend(name, processes);
        self.faults
            .call("autoscaling:SuspendProcesses", name, work)
            .await
    }

    async fn resume(&self, name: &str, processes: &BTreeSet<String>) -> PortResult<()> {
        let work = self.inner.resume(name, processes);
        self.faults
            .call("autoscaling:ResumeProcesses", name, work)
            .await
    }
}

#[async_trait]
impl Endpoints for Faulty<dyn Endpoints> {
    async fn list(&self) -> PortResult<Vec<EndpointSummary>> {
        self.faults
            .call("sagemaker:ListEndpoints", "*", self.inner.list())
            .await
    }

    async fn with_components(&self) -> PortResult<BTreeSet<String>> {
        let work = self.inner.with_components();
        self.faults
            .call("sagemaker:ListInferenceComponents", "*", work)
            .await
    }

    async fn describe(&self, name: &str) -> PortResult<Option<DescribedEndpoint>> {
        self.faults
            .call(
                "sagemaker:DescribeEndpoint",
                name,
                self.inner.describe(name),
            )
            .await
    }

    async fn describe_config(&self, name: &str) -> PortResult<Option<ConfigFacts>> {
        let work = self.inner.describe_config(name);
        self.faults
            .call("sagemaker:DescribeEndpointConfig", name, work)
            .await
    }

    async fn tags(&self, arn: &str) -> PortResult<Tags> {
        self.faults
            .call("sagemaker:ListTags", arn, self.inner.tags(arn))
            .await
    }

    async fn set_count(&self, name: &str, variant: &str, count: u32) -> PortResult<()> {
        let work = self.inner.set_count(name, variant, count);
        self.faults
            .call("sagemaker:UpdateEndpointWeightsAndCapacities", name, work)
            .await
    }

    async fn set_weights(&self, name: &str, weights: &[(String, f32)]) -> PortResult<()> {
        let work = self.inner.set_weights(name, weights);
        self.faults
            .call("sagemaker:UpdateEndpointWeightsAndCapacities", name, work)
            .await
    }

    async fn delete(&self, name: &str) -> PortResult<()> {
        self.faults
            .call("sagemaker:DeleteEndpoint", name, self.inner.delete(name))
            .await
    }

    async fn create(&self, name: &str, config_name: &str, tags: &Tags) -> PortResult<()> {
        let work = self.inner.create(name, config_name, tags);
        self.faults
            .call("sagemaker:CreateEndpoint", name, work)
            .await
    }
}

#[async_trait]
impl ApplicationScaling for Faulty<dyn ApplicationScaling> {
    async fn targets(&self) -> PortResult<Vec<ScalableTarget>> {
        let work = self.inner.targets();
        self.faults
            .call("application-autoscaling:DescribeScalableTargets", "*", work)
            .await
    }

    async fn policies(&self) -> PortResult<Vec<EndpointPolicy>> {
        let work = self.inner.policies();
        self.faults
            .call("application-autoscaling:DescribeScalingPolicies", "*", work)
            .await
    }

    async fn scheduled_actions(&self) -> PortResult<BTreeMap<String, Vec<String>>> {
        let work = self.inner.scheduled_actions();
        self.faults
            .call(
                "application-autoscaling:DescribeScheduledActions",
                "*",
                work,
            )
            .await
    }

    async fn register(&self, target: &ScalableTarget) -> PortResult<()> {
        let action = "application-autoscaling:RegisterScalableTarget";
        self.faults
            .call(action, &target.resource_id, self.inner.register(target))
            .await
    }

    async fn deregister(&self, resource_id: &str, dimension: &str) -> PortResult<()> {
        let action = "application-autoscaling:DeregisterScalableTarget";
        let work = self.inner.deregister(resource_id, dimension);
        self.faults.call(action, resource_id, work).await
    }

    async fn put_policy(&self, policy: &EndpointPolicy) -> PortResult<()> {
        let action = "application-autoscaling:PutScalingPolicy";
        self.faults
            .call(action, &policy.resource_id, self.inner.put_policy(policy))
            .await
    }
}

#[async_trait]
impl Tagging for Faulty<dyn Tagging> {
    async fn endpoints(&self, any_of_keys: &[&str]) -> PortResult<BTreeMap<String, Tags>> {
        self.faults
            .call("tag:GetResources", "*", self.inner.endpoints(any_of_keys))
            .await
    }
}

#[async_trait]
impl Metrics for Faulty<dyn Metrics> {
    async fn averages(
        &self,
        queries: &[MetricQuery],
        from: Timestamp,
        until: Timestamp,
    ) -> PortResult<Vec<Option<f64>>> {
        let work = self.inner.averages(queries, from, until);
        self.faults
            .call("cloudwatch:GetMetricData", "*", work)
            .await
    }
}

#[async_trait]
impl Store for Faulty<dyn Store> {
    async fn get(&self, key: &str) -> PortResult<Option<Stored>> {
        self.faults
            .call("s3:GetObject", key, self.inner.get(key))
            .await
    }

    async fn put(&self, key: &str, json: &[u8], only_if: &Precondition) -> PortResult<PutOutcome> {
        self.faults
            .call("s3:PutObject", key, self.inner.put(key, json, only_if))
            .await
    }

    async fn keys_after(
        &self,
        prefix: &str,
        after: &str,
        limit: Option<u32>,
    ) -> PortResult<Vec<String>> {
        let work = self.inner.keys_after(prefix, after, limit);
        self.faults.call("s3:ListBucket", prefix, work).await
    }
}

#[async_trait]
impl Publisher for Faulty<dyn Publisher> {
    async fn publish(&self, alert: &Envelope) -> PortResult<()> {
        self.faults
            .call("sns:Publish", &alert.id, self.inner.publish(alert))
            .await
    }
}

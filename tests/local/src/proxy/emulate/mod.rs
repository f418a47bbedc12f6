//! What moto lacks or gets wrong, one file per service, each saying what and by which source.

#![expect(
    clippy::indexing_slicing,
    reason = "indexing a JSON value by name gives null for what is not there"
)]

mod application_autoscaling;
mod autoscaling;
mod cloudwatch;
mod pages;
mod sagemaker;
pub(crate) mod sns;
mod tagging;

use std::collections::BTreeMap;

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;
use serde_json::{Map, Value, json};

use super::call::Call;
use super::reply::{self, AwsError};
use super::{Shared, locked};
use crate::http::{HangUp, Incoming};

/// The account of moto.
pub(crate) const ACCOUNT: &str = "123456789012";

/// How long endpoints stay in `Creating`, `Updating` and `Deleting`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transitions {
    /// A change is done when its call returns.
    Immediate,
    /// A change is seen in transition by this many `DescribeEndpoint` calls of the endpoint, and is done after them.
    AfterDescribes(u32),
    /// A change is done when [`super::Proxy::settle`] is called.
    Manual,
}

/// The state that the proxy keeps in moto's place.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) transitions: Transitions,
    pub(crate) published: Vec<sns::Published>,
    regions: BTreeMap<String, Region>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            transitions: Transitions::AfterDescribes(1),
            published: Vec::new(),
            regions: BTreeMap::new(),
        }
    }
}

#[derive(Debug, Clone, Default)]
struct Region {
    sagemaker: sagemaker::SageMaker,
    scaling: application_autoscaling::Scaling,
    // Group and policy names of Auto Scaling policies that are not enabled.
    disabled_policies: std::collections::BTreeSet<(String, String)>,
}

impl World {
    fn region(&mut self, name: &str) -> &mut Region {
        self.regions.entry(name.to_owned()).or_default()
    }

    pub(crate) fn settle(&mut self) {
        for region in self.regions.values_mut() {
            region.sagemaker.settle();
        }
    }

    pub(crate) fn set_endpoint_status(&mut self, region: &str, name: &str, status: &str) -> bool {
        self.region(region).sagemaker.set_status(name, status)
    }

    pub(crate) fn dump(&self) -> Value {
        let regions = self.regions.iter().map(|(name, region)| {
            (name.clone(), json!({"sagemaker": region.sagemaker.dump(), "application-autoscaling": region.scaling.dump()}))
        });
        Value::Object(regions.collect::<Map<_, _>>())
    }
}

impl Shared {
    /// Answers the call here if moto cannot, else forwards it.
    pub(crate) async fn emulate(
        &self,
        call: &Call,
        request: Incoming,
    ) -> Result<Response<Full<Bytes>>, HangUp> {
        let emulated = match call.service.as_str() {
            "sagemaker" => {
                let mut world = locked(&self.world);
                let transitions = world.transitions;
                let region = world.region(&call.region);
                sagemaker::handle(
                    &mut region.sagemaker,
                    &mut region.scaling,
                    transitions,
                    call,
                )
            }
            "application-autoscaling" => {
                let mut world = locked(&self.world);
                let region = world.region(&call.region);
                Some(application_autoscaling::handle(
                    &mut region.scaling,
                    &mut region.sagemaker,
                    call,
                ))
            }
            "sns" => {
                let checked = sns::publish(&mut locked(&self.world).published, call);
                checked.err().map(Err)
            }
            "autoscaling" => return self.autoscaling(call, request).await,
            "cloudwatch" => return self.cloudwatch(call, request).await,
            "resourcegroupstaggingapi" if call.operation == "GetResources" => {
                return self.get_resources(call, request).await;
            }
            "s3" if call
                .param("IfMatch")
                .or(call.param("IfNoneMatch"))
                .is_some()
                && call.operation == "PutObject" =>
            {
                let _alone = self.conditional.lock().await;
                return self.upstream.forward(request).await;
            }
            _ => None,
        };
        match emulated {
            Some(Ok(output)) => Ok(reply::output(call, &output)),
            Some(Err(error)) => Ok(reply::error(call, &error)),
            None => self.upstream.forward(request).await,
        }
    }
}

/// Seconds since 1970 of the real clock: SageMaker and Application Auto Scaling stamp what they make.
fn now() -> f64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "the emulated service has a clock as AWS has; no test reads it"
    )]
    let now = std::time::SystemTime::now();
    let since = now
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    (since.as_secs_f64() * 1000.0).round() / 1000.0
}

/// A required string field.
fn required<'a>(call: &'a Call, field: &str) -> Result<&'a str, AwsError> {
    call.param(field).ok_or_else(|| {
        AwsError::new("ValidationException", format!("1 validation error detected: Value null at '{field}' failed to satisfy constraint: Member must not be null"))
    })
}

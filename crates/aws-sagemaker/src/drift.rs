//! Models, endpoint configurations, endpoints and notebook instances, for the drift watcher.
//!
//! What states name is described one by one, with its tags; the lists tell only what no state names, by name and ARN.

mod configuration;
mod endpoint;
mod list;
mod model;
mod notebook;
mod single;
mod values;

use afterhours_aws::{Aws, Pace, Service};
use afterhours_diff::{Listing, Live, Wanted};
use afterhours_ports::{PortResult, Reader, hole};
use async_trait::async_trait;
use aws_sdk_sagemaker::Client;
use futures_util::{StreamExt as _, stream};

/// What the reader may call, as IAM names it.
pub const READ_ACTIONS: &[&str] = &[
    "sagemaker:DescribeEndpoint",
    "sagemaker:DescribeEndpointConfig",
    "sagemaker:DescribeModel",
    "sagemaker:DescribeNotebookInstance",
    "sagemaker:DescribeNotebookInstanceLifecycleConfig",
    "sagemaker:ListEndpointConfigs",
    "sagemaker:ListEndpoints",
    "sagemaker:ListModels",
    "sagemaker:ListNotebookInstances",
    "sagemaker:ListTags",
];

/// Calls at the same time.
const CONCURRENCY: usize = 8;

/// `SageMaker` publishes no rate for its control plane, and throttles early; retries ride out the rest.
const CALLS_PER_SECOND: f64 = 10.0;

const MODEL: &str = "aws_sagemaker_model";
const CONFIGURATION: &str = "aws_sagemaker_endpoint_configuration";
const ENDPOINT: &str = "aws_sagemaker_endpoint";
const NOTEBOOK: &str = "aws_sagemaker_notebook_instance";
const LIFECYCLE: &str = "aws_sagemaker_notebook_instance_lifecycle_configuration";

const KINDS: &[&str] = &[CONFIGURATION, ENDPOINT, LIFECYCLE, MODEL, NOTEBOOK];

/// Reads models, endpoint configurations, endpoints and notebook instances.
#[derive(Debug, Clone)]
pub struct MachineLearningReader {
    client: Client,
    pace: Pace,
}

impl MachineLearningReader {
    /// Those of one account and region.
    pub fn new(aws: &Aws) -> Self {
        Self::paced(aws, Pace::per_second(CALLS_PER_SECOND))
    }

    /// With another rate of calls.
    pub fn paced(aws: &Aws, pace: Pace) -> Self {
        Self {
            client: Client::new(&aws.config(Service::SageMaker)),
            pace,
        }
    }

    /// One object by its name; none where there is no such thing.
    async fn single(&self, kind: &'static str, name: &str) -> PortResult<Option<Live>> {
        match kind {
            MODEL => single::model(self, name).await,
            CONFIGURATION => single::configuration(self, name).await,
            ENDPOINT => single::endpoint(self, name).await,
            NOTEBOOK => single::notebook(self, name).await,
            _ => single::lifecycle(self, name).await,
        }
    }

    async fn named(&self, kind: &'static str, name: String) -> (String, PortResult<Option<Live>>) {
        let found = Box::pin(self.single(kind, &name)).await;
        (name, found)
    }

    async fn listing(&self, kind: &'static str, wanted: &Wanted) -> Listing {
        let mut listing = Listing::complete(kind, Vec::new());
        let calls: Vec<_> = wanted
            .keys(kind)
            .map(|name| self.named(kind, name.to_owned()))
            .collect();
        let mut answers = stream::iter(calls).buffer_unordered(CONCURRENCY);
        while let Some((name, found)) = answers.next().await {
            match found {
                Ok(found) => listing.objects.extend(found),
                Err(error) => {
                    listing.unread.insert(name, hole(&error));
                }
            }
        }
        listing.objects.sort_by(|a, b| a.key.cmp(&b.key));
        let others = wanted.kinds.get(kind).is_some_and(|keys| keys.others);
        if others && kind != LIFECYCLE {
            let (found, ended) = list::all(self, kind).await;
            let others = found
                .into_iter()
                .filter(|(name, _)| !wanted.names(kind, name));
            listing
                .objects
                .extend(others.map(|(name, arn)| values::identity(kind, &name, &arn, wanted)));
            listing.incomplete = ended.as_ref().map(hole);
        }
        listing
    }
}

#[async_trait]
impl Reader for MachineLearningReader {
    fn kinds(&self) -> &'static [&'static str] {
        KINDS
    }

    async fn read(&self, wanted: &Wanted) -> Vec<Listing> {
        let mut listings = Vec::new();
        for kind in KINDS.iter().copied().filter(|kind| wanted.wants(kind)) {
            let mut listing = Box::pin(self.listing(kind, wanted)).await;
            for live in &mut listing.objects {
                values::insert(&mut live.attributes, "region", wanted.region.as_str());
            }
            listings.push(listing);
        }
        listings
    }
}

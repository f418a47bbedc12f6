//! Instances, volumes, launch templates and key pairs.
//!
//! Everything comes in lists, which are asked for at the same time. What no list gives is asked for one by one, of
//! the instances that states name. What is to be confirmed is asked for by filters on its ids, and launch templates,
//! which have no such filter, by their ids.

#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "closures are shorter than the paths of the SDK's types"
)]

mod calls;
mod instance;
mod instances;
mod interfaces;
mod key_pairs;
mod live;
mod requirements;
mod template;
mod templates;
mod volumes;

use afterhours_aws::{Aws, Pace, Service};
use afterhours_diff::{Listing, Wanted};
use afterhours_ports::Reader;
use async_trait::async_trait;
use aws_sdk_ec2::Client;

/// What the reader may call, as IAM names it.
pub const READ_ACTIONS: &[&str] = &[
    actions::INSTANCE_ATTRIBUTE,
    actions::CREDITS,
    actions::INSTANCES,
    actions::KEY_PAIRS,
    actions::VERSIONS,
    actions::TEMPLATES,
    actions::VOLUMES,
];

mod actions {
    pub(super) const CREDITS: &str = "ec2:DescribeInstanceCreditSpecifications";
    pub(super) const INSTANCES: &str = "ec2:DescribeInstances";
    pub(super) const INSTANCE_ATTRIBUTE: &str = "ec2:DescribeInstanceAttribute";
    pub(super) const KEY_PAIRS: &str = "ec2:DescribeKeyPairs";
    pub(super) const TEMPLATES: &str = "ec2:DescribeLaunchTemplates";
    pub(super) const VERSIONS: &str = "ec2:DescribeLaunchTemplateVersions";
    pub(super) const VOLUMES: &str = "ec2:DescribeVolumes";
}

const INSTANCE: &str = "aws_instance";
const VOLUME: &str = "aws_ebs_volume";
const ATTACHMENT: &str = "aws_volume_attachment";
const TEMPLATE: &str = "aws_launch_template";
const KEY_PAIR: &str = "aws_key_pair";

/// Requests at the same time, of those that go out one per object.
const AT_ONCE: usize = 8;

/// Reads the compute half of EC2.
#[derive(Debug, Clone)]
pub struct ComputeReader {
    client: Client,
    pace: Pace,
}

impl ComputeReader {
    /// The account and region of this connection. `pace` spaces the requests that go out one per object; EC2 refills
    /// 20 requests a second into the bucket that they draw from
    /// (<https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>).
    pub fn new(aws: &Aws, pace: Pace) -> Self {
        Self {
            client: Client::new(&aws.config(Service::Ec2)),
            pace,
        }
    }
}

#[async_trait]
impl Reader for ComputeReader {
    fn kinds(&self) -> &'static [&'static str] {
        &[INSTANCE, VOLUME, ATTACHMENT, TEMPLATE, KEY_PAIR]
    }

    async fn read(&self, wanted: &Wanted) -> Vec<Listing> {
        let instances = async {
            let instances = self.instances(wanted).await;
            let details = self.details(wanted, &instances).await;
            (instances, details)
        };
        // Boxed, because together they would be large.
        let ((instances, details), volumes, templates, key_pairs) = futures_util::join!(
            Box::pin(instances),
            Box::pin(self.volumes(wanted)),
            Box::pin(self.templates(wanted)),
            Box::pin(self.key_pairs(wanted)),
        );
        [
            instances::listing(wanted, &instances, &details, &volumes),
            volumes::listing(wanted, &volumes, &instances),
            volumes::attachments(wanted, &volumes),
            templates,
            key_pairs,
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

//! The lists: each in whole, or what is to be confirmed.

use std::collections::BTreeSet;

use afterhours_aws::port_error;
use afterhours_diff::Wanted;
use aws_sdk_ec2::types::{
    Filter, Instance, InstanceCreditSpecification, InstanceStateName, KeyPairInfo, LaunchTemplate,
    LaunchTemplateVersion, Volume,
};

use super::{ATTACHMENT, ComputeReader, INSTANCE, KEY_PAIR, VOLUME, actions};
use crate::pages::{Fetched, all, filters};

/// "Valid range: 5-1000" of `MaxResults`
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html>, and so of volumes and of
/// credit specifications).
const PAGE: i32 = 1000;

/// "This value can be between 1 and 200"
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplates.html>).
const TEMPLATES_PAGE: i32 = 200;

impl ComputeReader {
    /// Instances that are not yet gone: AWS lists terminated ones for an hour.
    pub(super) async fn instances(&self, wanted: &Wanted) -> Fetched<Instance> {
        // Whose a volume is may be told by its instance.
        if !wanted.wants(INSTANCE) && !others(wanted, VOLUME) {
            return Fetched::default();
        }
        let mut fetched = Fetched::default();
        for filters in requests(wanted, &[("instance-id", names(wanted, INSTANCE))]) {
            let found: Fetched<Instance> = all(actions::INSTANCES, |token| {
                let request = self
                    .client
                    .describe_instances()
                    .set_filters(filters.clone())
                    .max_results(PAGE)
                    .set_next_token(token);
                async move {
                    let answer = request
                        .send()
                        .await
                        .map_err(|error| port_error(actions::INSTANCES, error))?;
                    let reservations = answer.reservations.unwrap_or_default();
                    let instances = reservations
                        .into_iter()
                        .flat_map(|reservation| reservation.instances.unwrap_or_default())
                        .collect();
                    Ok((instances, answer.next_token))
                }
            })
            .await;
            fetched.extend(found);
        }
        fetched.items.retain(|instance| {
            instance.state().and_then(|state| state.name()) != Some(&InstanceStateName::Terminated)
        });
        fetched
    }

    /// Volumes, for themselves, for attachments and for the block devices of instances.
    pub(super) async fn volumes(&self, wanted: &Wanted) -> Fetched<Volume> {
        let named = wanted.keys(INSTANCE).next().is_some();
        if !wanted.wants(VOLUME) && !wanted.wants(ATTACHMENT) && !named {
            return Fetched::default();
        }
        let mut ids = names(wanted, VOLUME);
        ids.extend(
            wanted
                .keys(ATTACHMENT)
                .filter_map(|key| key.split('|').nth(1)),
        );
        let by = [
            ("volume-id", ids),
            ("attachment.instance-id", names(wanted, INSTANCE)),
        ];
        let mut fetched = Fetched::default();
        for filters in requests(wanted, &by) {
            let found = all(actions::VOLUMES, |token| {
                let request = self
                    .client
                    .describe_volumes()
                    .set_filters(filters.clone())
                    .max_results(PAGE)
                    .set_next_token(token);
                async move {
                    let answer = request
                        .send()
                        .await
                        .map_err(|error| port_error(actions::VOLUMES, error))?;
                    Ok((answer.volumes.unwrap_or_default(), answer.next_token))
                }
            })
            .await;
            fetched.extend(found);
        }
        fetched
    }

    /// "If you do not specify an instance ID, Amazon EC2 returns burstable performance instances with the unlimited
    /// credit option, as well as instances that were previously configured as T2, T3, and T3a with the unlimited
    /// credit option"
    /// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceCreditSpecifications.html>).
    pub(super) async fn credits(&self) -> Fetched<InstanceCreditSpecification> {
        all(actions::CREDITS, |token| {
            let request = self
                .client
                .describe_instance_credit_specifications()
                .max_results(PAGE)
                .set_next_token(token);
            async move {
                let answer = request
                    .send()
                    .await
                    .map_err(|error| port_error(actions::CREDITS, error))?;
                let found = answer.instance_credit_specifications.unwrap_or_default();
                Ok((found, answer.next_token))
            }
        })
        .await
    }

    /// Templates, or the one of this id.
    pub(super) async fn template_list(&self, id: Option<&str>) -> Fetched<LaunchTemplate> {
        all(actions::TEMPLATES, |token| {
            let request = self.client.describe_launch_templates();
            let request = match id {
                Some(id) => request.launch_template_ids(id),
                None => request.max_results(TEMPLATES_PAGE).set_next_token(token),
            };
            async move {
                let answer = request
                    .send()
                    .await
                    .map_err(|error| port_error(actions::TEMPLATES, error))?;
                Ok((
                    answer.launch_templates.unwrap_or_default(),
                    answer.next_token,
                ))
            }
        })
        .await
    }

    /// The latest version of each template, or of the one of this id. The others are what a state does not hold.
    pub(super) async fn versions(&self, id: Option<&str>) -> Fetched<LaunchTemplateVersion> {
        all(actions::VERSIONS, |token| {
            let request = self
                .client
                .describe_launch_template_versions()
                .set_launch_template_id(id.map(str::to_owned))
                .versions("$Latest")
                .max_results(TEMPLATES_PAGE)
                .set_next_token(token);
            async move {
                let answer = request
                    .send()
                    .await
                    .map_err(|error| port_error(actions::VERSIONS, error))?;
                let versions = answer.launch_template_versions.unwrap_or_default();
                Ok((versions, answer.next_token))
            }
        })
        .await
    }

    /// Key pairs with their public keys, which come in one answer.
    pub(super) async fn key_pair_list(&self, wanted: &Wanted) -> Fetched<KeyPairInfo> {
        let mut fetched = Fetched::default();
        for filters in requests(wanted, &[("key-name", names(wanted, KEY_PAIR))]) {
            let found = all(actions::KEY_PAIRS, |_| {
                let request = self
                    .client
                    .describe_key_pairs()
                    .include_public_key(true)
                    .set_filters(filters.clone());
                async move {
                    let answer = request
                        .send()
                        .await
                        .map_err(|error| port_error(actions::KEY_PAIRS, error))?;
                    Ok((answer.key_pairs.unwrap_or_default(), None))
                }
            })
            .await;
            fetched.extend(found);
        }
        fetched
    }
}

/// Whether objects of this type that no state names are wanted.
pub(super) fn others(wanted: &Wanted, kind: &str) -> bool {
    wanted.kinds.get(kind).is_some_and(|kind| kind.others)
}

fn names<'w>(wanted: &'w Wanted, kind: &str) -> BTreeSet<&'w str> {
    wanted.keys(kind).collect()
}

/// The filters of each request: none for the whole list; in confirmation those that ask for what is wanted alone.
fn requests(wanted: &Wanted, by: &[(&str, BTreeSet<&str>)]) -> Vec<Option<Vec<Filter>>> {
    if !wanted.confirm {
        return vec![None];
    }
    by.iter()
        .flat_map(|(name, values)| filters(name, values.iter().copied()))
        .map(Some)
        .collect()
}

//! The lists: each in whole, or what is to be confirmed.

use std::collections::BTreeSet;

use afterhours_aws::{Answer, RawBody, port_error};
use afterhours_diff::Wanted;
use aws_sdk_autoscaling::types::{
    AutoScalingGroup, LifecycleHook, NotificationConfiguration, ScalingPolicy,
    ScheduledUpdateGroupAction,
};

use super::live::{Fetched, all, by_group};
use super::{ATTACHMENT, GROUP, GROUP_TAG, GroupReader, POLICY, SCHEDULE, actions};
use crate::{PAGE, sizes};

/// "By default, you can only specify up to 50 names"
/// (<https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html>); policies,
/// scheduled actions and lifecycle hooks: "a maximum of 50".
const NAMES: usize = 50;

impl GroupReader {
    pub(super) async fn group_list(&self, wanted: &Wanted) -> Fetched<AutoScalingGroup> {
        let mut fetched = Fetched::default();
        if ![GROUP, ATTACHMENT, GROUP_TAG]
            .iter()
            .any(|kind| wanted.wants(kind))
        {
            return fetched;
        }
        let mut names: BTreeSet<&str> = wanted.keys(GROUP).collect();
        names.extend(
            wanted
                .keys(ATTACHMENT)
                .filter_map(|key| key.split('|').next()),
        );
        // A name may hold a comma, and so may a key: the longest name is tried as well as the shortest.
        for key in wanted.keys(GROUP_TAG) {
            names.extend(key.match_indices(',').filter_map(|(at, _)| key.get(..at)));
        }
        let names: Vec<&str> = names.into_iter().collect();
        for names in requests(wanted, &names) {
            fetched.extend(self.groups_of(names).await);
        }
        fetched
    }

    async fn groups_of(&self, names: Option<Vec<String>>) -> Fetched<AutoScalingGroup> {
        all(actions::GROUPS, false, |token| {
            let raw = RawBody::new();
            let request = self
                .client
                .describe_auto_scaling_groups()
                .set_auto_scaling_group_names(names.clone())
                .max_records(PAGE)
                .set_next_token(token)
                .customize()
                .interceptor(raw.clone());
            async move {
                self.pace.wait().await;
                let answer = request
                    .send()
                    .await
                    .map_err(|error| port_error(actions::GROUPS, error))?;
                // The SDK would fill sizes that are missing with zero.
                sizes::all_given(Answer::of(actions::GROUPS), &raw.take())?;
                Ok((
                    answer.auto_scaling_groups.unwrap_or_default(),
                    answer.next_token,
                ))
            }
        })
        .await
    }

    pub(super) async fn policy_list(&self, wanted: &Wanted) -> Fetched<ScalingPolicy> {
        let mut fetched = Fetched::default();
        for (group, names) in of_groups(wanted, POLICY) {
            let found = all(actions::POLICIES, group.is_some(), |token| {
                let request = self
                    .client
                    .describe_policies()
                    .set_auto_scaling_group_name(group.clone())
                    .set_policy_names(names.clone())
                    .max_records(PAGE)
                    .set_next_token(token);
                async move {
                    self.pace.wait().await;
                    let answer = request
                        .send()
                        .await
                        .map_err(|error| port_error(actions::POLICIES, error))?;
                    Ok((
                        answer.scaling_policies.unwrap_or_default(),
                        answer.next_token,
                    ))
                }
            })
            .await;
            add(&mut fetched, group.as_deref(), found);
        }
        fetched
    }

    /// What has run or has ended is no longer listed.
    pub(super) async fn schedule_list(
        &self,
        wanted: &Wanted,
    ) -> Fetched<ScheduledUpdateGroupAction> {
        let mut fetched = Fetched::default();
        for (group, names) in of_groups(wanted, SCHEDULE) {
            let found = all(actions::SCHEDULES, group.is_some(), |token| {
                let request = self
                    .client
                    .describe_scheduled_actions()
                    .set_auto_scaling_group_name(group.clone())
                    .set_scheduled_action_names(names.clone())
                    .max_records(PAGE)
                    .set_next_token(token);
                async move {
                    self.pace.wait().await;
                    let answer = request
                        .send()
                        .await
                        .map_err(|error| port_error(actions::SCHEDULES, error))?;
                    let found = answer.scheduled_update_group_actions.unwrap_or_default();
                    Ok((found, answer.next_token))
                }
            })
            .await;
            add(&mut fetched, group.as_deref(), found);
        }
        fetched
    }

    /// The hooks of one group come in one answer.
    pub(super) async fn hooks_of(&self, group: &str) -> Fetched<LifecycleHook> {
        all(actions::HOOKS, true, |_| {
            let request = self
                .client
                .describe_lifecycle_hooks()
                .auto_scaling_group_name(group);
            async move {
                self.pace.wait().await;
                let answer = request
                    .send()
                    .await
                    .map_err(|error| port_error(actions::HOOKS, error))?;
                Ok((answer.lifecycle_hooks.unwrap_or_default(), None))
            }
        })
        .await
    }

    /// Which types of which groups go to which topic; of all groups, because names are of no use where one is gone.
    pub(super) async fn notification_list(&self) -> Fetched<NotificationConfiguration> {
        all(actions::NOTIFICATIONS, false, |token| {
            let request = self
                .client
                .describe_notification_configurations()
                .max_records(PAGE)
                .set_next_token(token);
            async move {
                self.pace.wait().await;
                let answer = request
                    .send()
                    .await
                    .map_err(|error| port_error(actions::NOTIFICATIONS, error))?;
                Ok((
                    answer.notification_configurations.unwrap_or_default(),
                    answer.next_token,
                ))
            }
        })
        .await
    }
}

/// A failure counts against the group that was asked, or against the whole list.
fn add<T>(fetched: &mut Fetched<T>, group: Option<&str>, found: Fetched<T>) {
    match group {
        Some(group) => fetched.extend_of(group, found),
        None => fetched.extend(found),
    }
}

/// The names of each request: none for the whole list.
fn requests(wanted: &Wanted, names: &[&str]) -> Vec<Option<Vec<String>>> {
    if !wanted.confirm {
        return vec![None];
    }
    names
        .chunks(NAMES)
        .map(|names| Some(names.iter().map(|name| (*name).to_owned()).collect()))
        .collect()
}

/// Group and names of each request: neither for the whole list, nothing where the type is not wanted.
fn of_groups(wanted: &Wanted, kind: &str) -> Vec<(Option<String>, Option<Vec<String>>)> {
    if !wanted.wants(kind) {
        return Vec::new();
    }
    if !wanted.confirm {
        return vec![(None, None)];
    }
    by_group(wanted, kind)
        .into_iter()
        .flat_map(|(group, names)| {
            requests(wanted, &names)
                .into_iter()
                .map(|names| (Some(group.to_owned()), names))
                .collect::<Vec<_>>()
        })
        .collect()
}

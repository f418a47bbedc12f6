//! Lifecycle hooks and notifications.

use std::collections::{BTreeMap, BTreeSet};

use afterhours_aws::Answer;
use afterhours_diff::{Listing, Live, Origin, Wanted};
use afterhours_ports::PortResult;
use aws_sdk_autoscaling::types::LifecycleHook;
use futures_util::StreamExt as _;
use serde_json::json;

use super::live::{Fetched, by_group, listing, members, named};
use super::{GroupReader, HOOK, NOTIFICATION, actions};

/// Requests at the same time.
const AT_ONCE: usize = 8;

impl GroupReader {
    /// Hooks, group by group: no list gives those of several.
    pub(super) async fn hooks(&self, wanted: &Wanted) -> Option<Listing> {
        let groups: Vec<&str> = by_group(wanted, HOOK).into_keys().collect();
        let asked: Vec<_> = groups
            .into_iter()
            .map(|group| async move { (group, self.hooks_of(group).await) })
            .collect();
        let asked: Vec<_> = futures_util::stream::iter(asked)
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let mut fetched = Fetched::default();
        for (group, found) in asked {
            fetched.extend_of(group, found);
        }
        listing(wanted, HOOK, &fetched, hook)
    }

    /// For each resource the groups that send to its topic, of those that it names, and what they send.
    pub(super) async fn notifications(&self, wanted: &Wanted) -> Option<Listing> {
        if !wanted.wants(NOTIFICATION) {
            return None;
        }
        if wanted.keys(NOTIFICATION).next().is_none() {
            return Some(Listing::complete(NOTIFICATION, Vec::new()));
        }
        let fetched = self.notification_list().await;
        let mut listing = Listing::complete(NOTIFICATION, Vec::new());
        listing.incomplete.clone_from(&fetched.hole);
        for key in wanted.keys(NOTIFICATION) {
            let mut parts = key.split('|');
            let topic = parts.next().unwrap_or_default();
            let groups: BTreeSet<&str> = parts.collect();
            let (mut sending, mut sent) = (BTreeSet::new(), BTreeSet::new());
            for found in &fetched.items {
                let group = found.auto_scaling_group_name().unwrap_or_default();
                if found.topic_arn() == Some(topic) && groups.contains(group) {
                    sending.insert(group);
                    sent.extend(found.notification_type());
                }
            }
            // What was read of a list that ends too early may be a part of it.
            if fetched.hole.is_some() || sending.is_empty() {
                continue;
            }
            listing.objects.push(Live {
                kind: NOTIFICATION,
                key: key.to_owned(),
                id: topic.to_owned(),
                arn: None,
                attributes: members(json!({
                    "group_names": sending,
                    "notifications": sent,
                    "topic_arn": topic,
                })),
                holes: BTreeMap::new(),
                origin: Origin::Ordinary,
            });
        }
        Some(listing)
    }
}

fn hook(hook: &LifecycleHook) -> PortResult<Live> {
    let fields = Answer::of(actions::HOOKS);
    let group = fields.text("AutoScalingGroupName", hook.auto_scaling_group_name())?;
    let name = fields.text("LifecycleHookName", hook.lifecycle_hook_name())?;
    let attributes = json!({
        "autoscaling_group_name": group,
        "default_result": hook.default_result(),
        "heartbeat_timeout": hook.heartbeat_timeout(),
        "lifecycle_transition": hook.lifecycle_transition(),
        "name": name,
        "notification_metadata": hook.notification_metadata(),
        "notification_target_arn": hook.notification_target_arn(),
        "role_arn": hook.role_arn(),
    });
    Ok(named(HOOK, &group, &name, None, attributes))
}

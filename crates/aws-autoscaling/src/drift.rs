//! Groups and what belongs to them, behind the port of readers.
//!
//! Everything comes in lists; only lifecycle hooks are asked for group by group, and only of groups whose hooks states
//! name. What is to be confirmed is asked for by its name.

#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "closures are shorter than the paths of the SDK's types"
)]

mod attached;
mod calls;
mod group;
mod hooks;
mod live;
mod policy;
mod predictive;
mod requirements;
mod schedule;

use afterhours_aws::{Aws, Pace, Service};
use afterhours_diff::{Listing, Wanted};
use afterhours_ports::Reader;
use async_trait::async_trait;
use aws_sdk_autoscaling::Client;

/// What the reader may call, as IAM names it.
pub const READ_ACTIONS: &[&str] = &[
    actions::GROUPS,
    actions::HOOKS,
    actions::NOTIFICATIONS,
    actions::POLICIES,
    actions::SCHEDULES,
];

mod actions {
    pub(super) const GROUPS: &str = "autoscaling:DescribeAutoScalingGroups";
    pub(super) const HOOKS: &str = "autoscaling:DescribeLifecycleHooks";
    pub(super) const NOTIFICATIONS: &str = "autoscaling:DescribeNotificationConfigurations";
    pub(super) const POLICIES: &str = "autoscaling:DescribePolicies";
    pub(super) const SCHEDULES: &str = "autoscaling:DescribeScheduledActions";
}

const GROUP: &str = "aws_autoscaling_group";
const ATTACHMENT: &str = "aws_autoscaling_attachment";
const GROUP_TAG: &str = "aws_autoscaling_group_tag";
const HOOK: &str = "aws_autoscaling_lifecycle_hook";
const NOTIFICATION: &str = "aws_autoscaling_notification";
const POLICY: &str = "aws_autoscaling_policy";
const SCHEDULE: &str = "aws_autoscaling_schedule";

/// Reads Auto Scaling for the drift watcher.
#[derive(Debug, Clone)]
pub struct GroupReader {
    client: Client,
    pace: Pace,
}

impl GroupReader {
    /// The account and region of this connection. All operations share one bucket of requests on the side of AWS, hence
    /// one `pace`.
    pub fn new(aws: &Aws, pace: Pace) -> Self {
        Self {
            client: Client::new(&aws.config(Service::AutoScaling)),
            pace,
        }
    }
}

#[async_trait]
impl Reader for GroupReader {
    fn kinds(&self) -> &'static [&'static str] {
        &[
            GROUP,
            ATTACHMENT,
            GROUP_TAG,
            HOOK,
            NOTIFICATION,
            POLICY,
            SCHEDULE,
        ]
    }

    async fn read(&self, wanted: &Wanted) -> Vec<Listing> {
        // Boxed, because together they would be large.
        let (groups, policies, schedules, hooks, notifications) = futures_util::join!(
            Box::pin(self.group_list(wanted)),
            Box::pin(self.policy_list(wanted)),
            Box::pin(self.schedule_list(wanted)),
            Box::pin(self.hooks(wanted)),
            Box::pin(self.notifications(wanted)),
        );
        [
            group::listing(wanted, &groups),
            attached::attachments(wanted, &groups),
            attached::tags(wanted, &groups),
            policy::listing(wanted, &policies),
            schedule::listing(wanted, &schedules),
            hooks,
            notifications,
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

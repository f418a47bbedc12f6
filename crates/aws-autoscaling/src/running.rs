//! What of the groups runs now, by instance type, for the hourly check of costs.

use std::collections::BTreeMap;

use afterhours_aws::{Answer, Aws, Pace, Pages, Service, port_error};
use afterhours_core::model::TargetId;
use afterhours_ports::{PortResult, Running};
use aws_sdk_autoscaling::Client;
use aws_sdk_autoscaling::types::LifecycleState;

use crate::{DESCRIBE_GROUPS, PAGE};

/// What this reading calls, as IAM names it.
pub const READ_ACTIONS: &[&str] = &[DESCRIBE_GROUPS];

/// Groups of the region that have instances, each with its tags; terminated instances do not count.
///
/// # Errors
/// The call failed, or an answer names no group.
pub async fn groups(aws: &Aws, pace: &Pace) -> PortResult<Vec<Running>> {
    let client = Client::new(&aws.config(Service::AutoScaling));
    let mut pages = Pages::new(DESCRIBE_GROUPS);
    let mut token = None;
    let mut running = Vec::new();
    loop {
        pace.wait().await;
        let answer = client
            .describe_auto_scaling_groups()
            .max_records(PAGE)
            .set_next_token(token)
            .send()
            .await
            .map_err(|error| port_error(DESCRIBE_GROUPS, error))?;
        for group in answer.auto_scaling_groups() {
            let name = group.auto_scaling_group_name();
            let name =
                Answer::of(DESCRIBE_GROUPS).text("AutoScalingGroups.AutoScalingGroupName", name)?;
            let mut instances = BTreeMap::<String, u32>::new();
            for instance in group.instances() {
                if instance.lifecycle_state() != Some(&LifecycleState::Terminated) {
                    let kind = instance.instance_type().unwrap_or_default().to_owned();
                    *instances.entry(kind).or_default() += 1;
                }
            }
            if instances.is_empty() {
                continue;
            }
            let tags = group.tags().iter();
            let tags = tags.filter_map(|tag| {
                let value = tag.value().unwrap_or_default();
                Some((tag.key()?.to_owned(), value.to_owned()))
            });
            running.push(Running {
                target: TargetId::group(name),
                tags: tags.collect(),
                instances,
            });
        }
        token = pages.next(answer.next_token(), answer.auto_scaling_groups().len())?;
        if token.is_none() {
            return Ok(running);
        }
    }
}

//! Scheduled actions.

use afterhours_aws::Answer;
use afterhours_diff::{Listing, Live, Wanted};
use afterhours_ports::PortResult;
use aws_sdk_autoscaling::types::ScheduledUpdateGroupAction;
use serde_json::json;

use super::live::{self, Fetched, instant, named};
use super::{SCHEDULE, actions};

pub(super) fn listing(
    wanted: &Wanted,
    actions: &Fetched<ScheduledUpdateGroupAction>,
) -> Option<Listing> {
    live::listing(wanted, SCHEDULE, actions, action)
}

fn action(action: &ScheduledUpdateGroupAction) -> PortResult<Live> {
    let fields = Answer::of(actions::SCHEDULES);
    let group = fields.text("AutoScalingGroupName", action.auto_scaling_group_name())?;
    let name = fields.text("ScheduledActionName", action.scheduled_action_name())?;
    let is_recurring = action.recurrence().is_some_and(|text| !text.is_empty());
    let start = if is_recurring {
        json!({ "recurring": true })
    } else {
        json!(instant(action.start_time()))
    };
    let attributes = json!({
        "autoscaling_group_name": group,
        "desired_capacity": action.desired_capacity(),
        "end_time": instant(action.end_time()),
        "max_size": action.max_size(),
        "min_size": action.min_size(),
        "recurrence": action.recurrence(),
        "scheduled_action_name": name,
        "start_time": start,
        "time_zone": action.time_zone(),
    });
    Ok(named(
        SCHEDULE,
        &group,
        &name,
        action.scheduled_action_arn(),
        attributes,
    ))
}

//! Auto Scaling groups.

use std::collections::BTreeSet;

use afterhours_core::model::{Group, GroupSize, Instance, PolicyKind};
use afterhours_ports::PortResult;

use super::{World, known};
use crate::error::{busy_as, invalid, not_found};

/// The process names of the EC2 Auto Scaling API reference (`SuspendProcesses`).
const PROCESSES: [&str; 9] = [
    "AddToLoadBalancer",
    "AlarmNotification",
    "AZRebalance",
    "HealthCheck",
    "InstanceRefresh",
    "Launch",
    "ReplaceUnhealthy",
    "ScheduledActions",
    "Terminate",
];

impl World {
    /// A group as it is; none where it does not exist.
    pub fn find_group(&self, name: &str) -> Option<&Group> {
        self.groups.get(name)
    }

    /// The size of a group that exists.
    pub fn size_of(&self, name: &str) -> GroupSize {
        known(self.groups.get(name), "group", name).size
    }

    /// Changes anything of a group, as nobody but a test can.
    pub fn edit_group(&mut self, name: &str, edit: impl FnOnce(&mut Group)) {
        edit(known(self.groups.get_mut(name), "group", name));
    }

    /// `CreateOrUpdateTags` for a group that exists.
    pub fn tag_group(&mut self, name: &str, key: &str, value: &str) {
        self.edit_group(name, |group| {
            group.tags.insert(key.to_owned(), value.to_owned());
        });
    }

    /// `DeleteTags` for a group that exists.
    pub fn untag_group(&mut self, name: &str, key: &str) {
        self.edit_group(name, |group| {
            group.tags.remove(key);
        });
    }

    /// `UpdateAutoScalingGroup` with all three sizes, as a deployment does it too.
    pub fn update_size(&mut self, name: &str, size: GroupSize) -> PortResult<()> {
        let action = "autoscaling:UpdateAutoScalingGroup";
        let group = self.changeable_group(action, name)?;
        let GroupSize { min, desired, max } = size;
        if min > max {
            let text =
                format!("Max bound, {max}, must be greater than or equal to min bound, {min}");
            return Err(invalid(action, text));
        }
        if desired < min || desired > max {
            let text = format!(
                "Desired capacity:{desired} must be between the specified min size:{min} and max \
                 size:{max}"
            );
            return Err(invalid(action, text));
        }
        group.size = size;
        Ok(())
    }

    /// `SetDesiredCapacity`: what a person does to get machines by hand.
    pub fn set_desired(&mut self, name: &str, desired: u32) -> PortResult<()> {
        let action = "autoscaling:SetDesiredCapacity";
        let group = self.changeable_group(action, name)?;
        let GroupSize { min, max, .. } = group.size;
        let (bound, word, limit) = if desired > max {
            ("above max", "max", max)
        } else if desired < min {
            ("below min", "min", min)
        } else {
            group.size.desired = desired;
            return Ok(());
        };
        let text = format!(
            "New SetDesiredCapacity value {desired} is {bound} value {limit} for the \
             AutoScalingGroup ({word} size)."
        );
        Err(invalid(action, text))
    }

    /// `SuspendProcesses`; an empty set means all, as in the API.
    pub fn suspend(&mut self, name: &str, processes: &BTreeSet<String>) -> PortResult<()> {
        let action = "autoscaling:SuspendProcesses";
        let processes = checked(action, processes)?;
        self.changeable_group(action, name)?
            .suspended
            .extend(processes);
        Ok(())
    }

    /// `ResumeProcesses`; an empty set means all, as in the API.
    pub fn resume(&mut self, name: &str, processes: &BTreeSet<String>) -> PortResult<()> {
        let action = "autoscaling:ResumeProcesses";
        let processes = checked(action, processes)?;
        let group = self.changeable_group(action, name)?;
        group
            .suspended
            .retain(|process| !processes.contains(process));
        Ok(())
    }

    /// An alarm fires and a policy wants `desired`; says whether it had an effect.
    ///
    /// It has none without an enabled alarm-driven policy, nor while `AlarmNotification` is suspended;
    /// the bounds of the group hold.
    pub fn alarm(&mut self, name: &str, desired: u32) -> bool {
        let group = known(self.groups.get_mut(name), "group", name);
        if !has_policy(group, PolicyKind::Alarm) || group.suspended.contains("AlarmNotification") {
            return false;
        }
        set_within_bounds(group, desired)
    }

    /// The forecast wants at least `desired`; says whether it had an effect.
    ///
    /// It has none without an enabled policy that forecasts and scales. Predictive scaling only scales
    /// out, is driven by no alarm and honours the maximum (its default `HonorMaxCapacity`).
    pub fn forecast(&mut self, name: &str, desired: u32) -> bool {
        let group = known(self.groups.get_mut(name), "group", name);
        if !has_policy(group, PolicyKind::Predictive) {
            return false;
        }
        let desired = desired.max(group.size.desired);
        set_within_bounds(group, desired)
    }

    /// A scaling activity is in progress until the world settles: changes are refused.
    pub fn start_activity(&mut self, name: &str) {
        known(self.groups.get(name), "group", name);
        self.active.insert(name.to_owned());
    }

    /// Instances that terminate wait for a lifecycle hook in `Terminating:Wait`.
    pub fn hold_terminations(&mut self, name: &str) {
        known(self.groups.get(name), "group", name);
        self.hooked.insert(name.to_owned());
    }

    /// The lifecycle hook lets go: waiting instances are gone, and none will wait.
    pub fn release_terminations(&mut self, name: &str) {
        self.hooked.remove(name);
        self.edit_group(name, |group| {
            group
                .instances
                .retain(|instance| instance.lifecycle != "Terminating:Wait");
        });
    }

    /// Protects the instances that exist from scale-in, or no longer.
    pub fn protect_instances(&mut self, name: &str, protected: bool) {
        self.edit_group(name, |group| {
            for instance in &mut group.instances {
                instance.protected = protected;
            }
        });
    }

    /// `DeleteAutoScalingGroup` with `ForceDelete`: it is being deleted, and gone when settled.
    pub fn delete_group(&mut self, name: &str) -> PortResult<()> {
        let group = self.changeable_group("autoscaling:DeleteAutoScalingGroup", name)?;
        group.deleting = true;
        Ok(())
    }

    /// Somebody deletes a group and makes it anew under the same name, with the same tags and policies:
    /// another ARN, created now, nothing suspended.
    pub fn recreate_group(&mut self, name: &str, size: GroupSize) {
        let old = known(self.groups.remove(name), "group", name);
        self.active.remove(name);
        let arn = self.new_group_arn(name);
        let group = Group {
            arn,
            created_at: self.now,
            size,
            suspended: BTreeSet::new(),
            instances: Vec::new(),
            operator: None,
            deleting: false,
            ..old
        };
        self.groups.insert(name.to_owned(), group);
        self.settle_group(name);
    }

    /// The ARN of a new group; its UUID counts up.
    pub(crate) fn new_group_arn(&mut self, name: &str) -> String {
        let serial = self.next_serial();
        let account = &self.scope.account;
        let region = &self.scope.region;
        format!(
            "arn:aws:autoscaling:{region}:{account}:autoScalingGroup:\
             00000000-0000-4000-8000-{serial:012x}:autoScalingGroupName/{name}"
        )
    }

    pub(super) fn settle_groups(&mut self) {
        self.active.clear();
        self.groups.retain(|_, group| !group.deleting);
        let names: Vec<String> = self.groups.keys().cloned().collect();
        for name in names {
            self.settle_group(&name);
        }
    }

    /// Lets the instances of one group follow its desired capacity.
    pub(crate) fn settle_group(&mut self, name: &str) {
        let mut serial = self.serial;
        if let Some(group) = self.groups.get_mut(name) {
            terminate_surplus(group, self.hooked.contains(name));
            launch_missing(group, || {
                serial += 1;
                serial
            });
        }
        self.serial = serial;
    }

    fn changeable_group(&mut self, action: &str, name: &str) -> PortResult<&mut Group> {
        let active = self.active.contains(name);
        let Some(group) = self.groups.get_mut(name) else {
            let text =
                format!("AutoScalingGroup name not found - AutoScalingGroup '{name}' not found");
            return Err(not_found(action, text));
        };
        if group.deleting || active {
            let what = if group.deleting {
                "is pending delete"
            } else {
                "has an activity"
            };
            let text = format!("AutoScalingGroup {name} {what}: Scaling activity in progress");
            return Err(busy_as(action, "ScalingActivityInProgress", text));
        }
        Ok(group)
    }
}

fn checked(action: &str, processes: &BTreeSet<String>) -> PortResult<BTreeSet<String>> {
    if processes.is_empty() {
        return Ok(PROCESSES.iter().map(ToString::to_string).collect());
    }
    match processes
        .iter()
        .find(|process| !PROCESSES.contains(&process.as_str()))
    {
        Some(unknown) => Err(invalid(
            action,
            format!("Invalid scaling process: {unknown}"),
        )),
        None => Ok(processes.clone()),
    }
}

fn has_policy(group: &Group, kind: PolicyKind) -> bool {
    group
        .policies
        .iter()
        .flatten()
        .any(|policy| policy.enabled && policy.kind == kind)
}

fn set_within_bounds(group: &mut Group, desired: u32) -> bool {
    let before = group.size.desired;
    group.size.desired = desired.min(group.size.max).max(group.size.min);
    group.size.desired != before
}

/// Instances that count towards the capacity: those that are leaving do not.
fn serving(group: &Group) -> usize {
    group
        .instances
        .iter()
        .filter(|instance| !instance.lifecycle.starts_with("Terminating"))
        .count()
}

fn terminate_surplus(group: &mut Group, waits: bool) {
    if group.suspended.contains("Terminate") {
        return;
    }
    let mut surplus = serving(group).saturating_sub(group.size.desired as usize);
    group.instances.retain_mut(|instance| {
        let may_go = !instance.protected && !instance.lifecycle.starts_with("Terminating");
        if surplus == 0 || !may_go {
            return true;
        }
        surplus -= 1;
        "Terminating:Wait".clone_into(&mut instance.lifecycle);
        waits
    });
}

fn launch_missing(group: &mut Group, mut serial: impl FnMut() -> u64) {
    if group.suspended.contains("Launch") {
        return;
    }
    for _ in serving(group)..group.size.desired as usize {
        group.instances.push(Instance {
            id: format!("i-{:017x}", serial()),
            lifecycle: "InService".to_owned(),
            protected: false,
        });
    }
}

//! What is decided about an Auto Scaling group.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Action, Change, Finding, Planner, Reason, Shape, Step, Verb, Verdict, Want};
use crate::alert::Severity;
use crate::memory::{GroupRecord, Lease, LeaseOrigin, NightEventKind, Phase, Record, Saved};
use crate::model::{Group, GroupSize, PolicyKind, TargetId};

/// The process whose suspension keeps alarms from changing the size.
const ALARM_NOTIFICATION: &str = "AlarmNotification";

impl Planner<'_> {
    pub(super) fn group(&mut self, group: &Group) {
        let target = TargetId::group(&group.name);
        let remembered = self
            .record(&target)
            .is_some_and(|record| record.is_of(&group.arn, group.created_at));
        let wanted = self.want(&target, &group.tags, remembered);
        let verdict = match self.leave(&target, &group.tags, wanted) {
            Err(verdict) => verdict,
            Ok(wanted) => match self.at_work(&target) {
                Some(verdict) => verdict,
                None => self.selected_group(&target, group, wanted),
            },
        };
        self.settle(target, verdict);
    }

    fn selected_group(&mut self, target: &TargetId, group: &Group, wanted: Want) -> Verdict {
        if group.deleting {
            return Verdict::Leave(Reason::BeingDeleted);
        }
        let record = match self.record(target) {
            Some(record) if !record.is_of(&group.arn, group.created_at) => {
                // A namesake: what was saved belongs to a group that is no more.
                self.let_go(target, record, "deleted and made anew");
                None
            }
            Some(Record {
                saved: Saved::Group(saved),
                phase,
                captured_at,
                ..
            }) => Some(Known {
                saved,
                phase: *phase,
                captured_at: *captured_at,
            }),
            _ => None,
        };
        if record.is_none()
            && let Some(owner) = group.owner()
        {
            return Verdict::Leave(Reason::OwnedBy(owner));
        }
        match wanted {
            Want::Asleep { why } => match record {
                None => self.first_sleep(target, group, why),
                Some(record) => self.stay_asleep(target, group, &record, why),
            },
            Want::Awake { count, open, why } => {
                if let Some(change) = self.drop_grace(target) {
                    self.change(change);
                }
                match record {
                    None => self.stay_awake(target, group, count, why),
                    Some(record) => self.wake_group(target, group, &record, count, open, why),
                }
            }
            Want::Leave(reason) => Verdict::Leave(reason),
            Want::Ignore => Verdict::Ignore,
        }
    }

    /// Takes the record and puts the group to sleep.
    fn first_sleep(&mut self, target: &TargetId, group: &Group, why: Reason) -> Verdict {
        if group.size.is_zero() {
            return Verdict::Leave(Reason::AlreadyZero);
        }
        if group.warm_pool {
            let why =
                "its warm pool holds maximum minus desired instances, so sleeping would grow it";
            return Verdict::Leave(Reason::CannotSleep(why.to_owned()));
        }
        let bound = self.input.config.limits.max_capacity;
        if group.size.desired > bound {
            return self.too_large(target, &group.size.to_string());
        }
        let suspend = match processes_to_suspend(group) {
            Ok(suspend) => suspend,
            Err(error) => {
                let error = format!("left awake, since its scaling policies are unknown: {error}");
                return self.error(target, error);
            }
        };
        if let Some(busy) = self.about_to_sleep(target, &group.tags) {
            return Verdict::Leave(busy);
        }
        let asleep = asleep_size(group, group.size);
        let saved = GroupRecord {
            size: group.size,
            suspended_before: group.suspended.clone(),
            suspended_by_us: suspend.clone(),
            written: BTreeSet::from([asleep]),
            last_written: asleep,
        };
        self.sleep_group(target, group, saved, self.input.now, why, &suspend, false)
    }

    /// Looks after a group that was put to sleep.
    fn stay_asleep(
        &mut self,
        target: &TargetId,
        group: &Group,
        record: &Known<'_>,
        why: Reason,
    ) -> Verdict {
        let saved = record.saved;
        let confirmed = matches!(record.phase, Phase::Asleep | Phase::Leased);
        let written = saved.last_written;
        let woken =
            confirmed && (group.size.desired > written.desired || group.size.min > written.min);
        if woken && !self.observed_lease_is_over(target) && !matches!(why, Reason::Held { .. }) {
            return self.respect(target);
        }
        let suspend: BTreeSet<String> = saved
            .suspended_by_us
            .difference(&group.suspended)
            .cloned()
            .collect();
        if group.size.is_zero() && suspend.is_empty() {
            if self.observed_lease_is_over(target) {
                self.change(Change::DropLease(target.clone()));
            }
            if record.phase != Phase::Asleep {
                // The call of an earlier tick took effect, and that tick did not live to say so.
                let record = group_record(group, saved.clone(), record.captured_at, Phase::Asleep);
                self.change(Change::PutRecord(target.clone(), Box::new(record)));
                let event = NightEventKind::Slept {
                    from: saved.size.to_string(),
                };
                self.change(self.event(target, event));
            }
            return Verdict::Leave(Reason::Asleep {
                since: record.captured_at,
                still_running: still_running(group),
            });
        }
        if woken && let Some(busy) = self.about_to_sleep(target, &group.tags) {
            return Verdict::Leave(busy);
        }
        let asleep = asleep_size(group, group.size);
        let mut saved = with_deployed_bounds(saved, group.size);
        saved.written.insert(asleep);
        saved.last_written = asleep;
        let continues = record.phase == Phase::Sleeping;
        self.sleep_group(
            target,
            group,
            saved,
            record.captured_at,
            why,
            &suspend,
            continues,
        )
    }

    /// Somebody woke it past this tool: that is respected for the time of the longest lease.
    fn respect(&mut self, target: &TargetId) -> Verdict {
        let now = self.input.now;
        let until = now
            .checked_add(self.input.config.limits.max_lease.duration())
            .unwrap_or(Timestamp::MAX);
        let lease = Lease {
            origin: LeaseOrigin::Observed,
            since: now,
            until,
            count: None,
            reason: None,
            owner: None,
            requests: Vec::new(),
        };
        self.change(Change::PutLease(target.clone(), lease));
        Verdict::Leave(Reason::Leased {
            until,
            count: None,
            observed: true,
            owner: None,
        })
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one place where every sleep is put together"
    )]
    fn sleep_group(
        &mut self,
        target: &TargetId,
        group: &Group,
        saved: GroupRecord,
        captured_at: Timestamp,
        why: Reason,
        suspend: &BTreeSet<String>,
        continues: bool,
    ) -> Verdict {
        let size = saved.last_written;
        let mut steps = Vec::new();
        if !suspend.is_empty() {
            steps.push(Step::SuspendProcesses {
                processes: suspend.clone(),
            });
        }
        if group.size != size {
            steps.push(Step::UpdateGroup { size });
        }
        let slept = NightEventKind::Slept {
            from: saved.size.to_string(),
        };
        let mut before = Vec::from_iter(self.drop_grace(target));
        if self.observed_lease_is_over(target) {
            before.push(Change::DropLease(target.clone()));
        }
        let sleeping = group_record(group, saved.clone(), captured_at, Phase::Sleeping);
        let asleep = group_record(group, saved, captured_at, Phase::Asleep);
        before.push(Change::PutRecord(target.clone(), Box::new(sleeping)));
        Verdict::Act(Box::new(Action {
            target: target.clone(),
            arn: group.arn.clone(),
            verb: Verb::Sleep,
            from: Shape::Group(group.size),
            to: Shape::Group(size),
            reason: why,
            steps,
            continues,
            before,
            on_success: vec![
                Change::PutRecord(target.clone(), Box::new(asleep)),
                self.event(target, slept),
            ],
        }))
    }

    /// A group without a record that should be awake.
    fn stay_awake(
        &mut self,
        target: &TargetId,
        group: &Group,
        count: Option<u32>,
        why: Reason,
    ) -> Verdict {
        if !group.size.is_zero() {
            return match why {
                Reason::Leased { .. } => Verdict::Leave(why),
                _ => Verdict::Leave(Reason::Awake),
            };
        }
        let Some(count) = count.filter(|count| *count > 0) else {
            return Verdict::Leave(Reason::AlreadyZero);
        };
        if group.size.max == 0 {
            let why = "its maximum size is 0, so a lease cannot raise it".to_owned();
            return Verdict::Leave(Reason::Trouble(why));
        }
        // It was at zero before anybody asked for it, and goes back to that.
        let size = GroupSize {
            min: 0,
            desired: count.min(group.size.max),
            max: group.size.max,
        };
        let saved = GroupRecord {
            size: group.size,
            suspended_before: group.suspended.clone(),
            suspended_by_us: BTreeSet::new(),
            written: BTreeSet::from([size]),
            last_written: size,
        };
        self.lease_group(target, group, saved, self.input.now, &BTreeSet::new(), why)
    }

    /// Wakes a group that was put to sleep: wholly, or as far as a lease asks for.
    fn wake_group(
        &mut self,
        target: &TargetId,
        group: &Group,
        record: &Known<'_>,
        count: Option<u32>,
        open: bool,
        why: Reason,
    ) -> Verdict {
        if !open && self.observed_lease(target) {
            // Whoever woke it past this tool has what they wanted.
            return Verdict::Leave(why);
        }
        let saved = record.saved;
        let whole = merge(saved, group.size);
        let partial = count.filter(|count| !open || *count > whole.desired);
        let goal = match partial {
            None => whole,
            Some(count) => GroupSize {
                min: if open { whole.min } else { 0 },
                // A lease never takes away what runs.
                desired: count.max(group.size.desired).min(whole.max),
                max: whole.max,
            },
        };
        let bound = self.input.config.limits.max_capacity;
        if goal.desired > bound || goal.min > bound {
            return self.finding(Finding {
                target: target.clone(),
                code: "beyond-maximum",
                severity: Severity::Critical,
                what: format!("not woken to {goal}: limits.max_capacity is {bound}"),
                fix: "Raise limits.max_capacity, or set the group's size by hand.".to_owned(),
            });
        }
        let mut next = saved.clone();
        next.written.insert(goal);
        next.last_written = goal;
        let captured_at = record.captured_at;
        let resume: BTreeSet<String> = if open || partial.is_none() {
            saved
                .suspended_by_us
                .intersection(&group.suspended)
                .cloned()
                .collect()
        } else {
            BTreeSet::new()
        };
        if partial.is_some() {
            let mine = record.phase == Phase::Leased && saved.last_written == goal;
            if resume.is_empty() && group.size == goal && mine {
                return Verdict::Leave(why);
            }
            return self.lease_group(target, group, next, captured_at, &resume, why);
        }
        let mut steps = Vec::new();
        if group.size != goal {
            steps.push(Step::UpdateGroup { size: goal });
        }
        if !resume.is_empty() {
            steps.push(Step::ResumeProcesses { processes: resume });
        }
        let done = [
            Some(Change::DropRecord(target.clone())),
            self.observed_lease(target)
                .then(|| Change::DropLease(target.clone())),
            Some(self.event(
                target,
                NightEventKind::Woke {
                    to: goal.to_string(),
                },
            )),
        ];
        let done = done.into_iter().flatten();
        if steps.is_empty() {
            for change in done {
                self.change(change);
            }
            return Verdict::Leave(Reason::Awake);
        }
        let waking = group_record(group, next, captured_at, Phase::Waking);
        Verdict::Act(Box::new(Action {
            target: target.clone(),
            arn: group.arn.clone(),
            verb: Verb::Wake,
            from: Shape::Group(group.size),
            to: Shape::Group(goal),
            reason: why,
            steps,
            continues: record.phase == Phase::Waking,
            before: vec![Change::PutRecord(target.clone(), Box::new(waking))],
            on_success: done.collect(),
        }))
    }

    /// Gives a group what a lease with a count asks for; its record stays.
    fn lease_group(
        &mut self,
        target: &TargetId,
        group: &Group,
        saved: GroupRecord,
        captured_at: Timestamp,
        resume: &BTreeSet<String>,
        why: Reason,
    ) -> Verdict {
        let size = saved.last_written;
        let mut steps = Vec::new();
        if group.size != size {
            steps.push(Step::UpdateGroup { size });
        }
        if !resume.is_empty() {
            steps.push(Step::ResumeProcesses {
                processes: resume.clone(),
            });
        }
        let leased = group_record(group, saved.clone(), captured_at, Phase::Leased);
        if steps.is_empty() {
            self.change(Change::PutRecord(target.clone(), Box::new(leased)));
            return Verdict::Leave(why);
        }
        let waking = group_record(group, saved, captured_at, Phase::Waking);
        Verdict::Act(Box::new(Action {
            target: target.clone(),
            arn: group.arn.clone(),
            verb: Verb::Wake,
            from: Shape::Group(group.size),
            to: Shape::Group(size),
            reason: why,
            steps,
            continues: false,
            before: vec![Change::PutRecord(target.clone(), Box::new(waking))],
            on_success: vec![
                Change::PutRecord(target.clone(), Box::new(leased)),
                self.event(
                    target,
                    NightEventKind::Woke {
                        to: size.to_string(),
                    },
                ),
            ],
        }))
    }
}

fn group_record(group: &Group, saved: GroupRecord, captured_at: Timestamp, phase: Phase) -> Record {
    Record {
        arn: group.arn.clone(),
        created_at: group.created_at,
        captured_at,
        phase,
        saved: Saved::Group(saved),
    }
}

/// A record that is known to be of this very group.
struct Known<'a> {
    saved: &'a GroupRecord,
    phase: Phase,
    captured_at: Timestamp,
}

/// The size of a sleeping group. The maximum stays, unless a predictive policy could raise it again:
/// such a policy is not driven by alarms.
fn asleep_size(group: &Group, size: GroupSize) -> GroupSize {
    let predictive = group
        .policies
        .iter()
        .flatten()
        .any(|policy| policy.enabled && policy.kind == PolicyKind::Predictive);
    GroupSize {
        min: 0,
        desired: 0,
        max: if predictive { 0 } else { size.max },
    }
}

/// Processes to suspend, so that no alarm wakes the group.
fn processes_to_suspend(group: &Group) -> Result<BTreeSet<String>, &str> {
    let policies = group.policies.as_ref().map_err(String::as_str)?;
    let driven = policies
        .iter()
        .any(|policy| policy.enabled && policy.kind == PolicyKind::Alarm);
    let suspended = group.suspended.contains(ALARM_NOTIFICATION);
    Ok(if driven && !suspended {
        BTreeSet::from([ALARM_NOTIFICATION.to_owned()])
    } else {
        BTreeSet::new()
    })
}

/// What the group wakes to: what was saved, where its size is still what we wrote, else what somebody
/// deployed meanwhile. A wake never takes running capacity away.
fn merge(saved: &GroupRecord, live: GroupSize) -> GroupSize {
    let ours =
        |field: fn(&GroupSize) -> u32| saved.written.iter().any(|size| field(size) == field(&live));
    let min = if ours(|size| size.min) {
        saved.size.min
    } else {
        live.min
    };
    let max = if ours(|size| size.max) {
        saved.size.max
    } else {
        live.max
    };
    let desired = if ours(|size| size.desired) {
        saved.size.desired
    } else {
        saved.size.desired.max(live.desired)
    };
    let max = max.max(min);
    GroupSize {
        min,
        desired: desired.clamp(min, max),
        max,
    }
}

/// The record with a minimum and maximum that somebody deployed since: they are what it wakes to. What was
/// running is remembered as it was.
fn with_deployed_bounds(saved: &GroupRecord, live: GroupSize) -> GroupRecord {
    let mut next = saved.clone();
    if !saved.written.iter().any(|size| size.min == live.min) {
        next.size.min = live.min;
    }
    if !saved.written.iter().any(|size| size.max == live.max) {
        next.size.max = live.max;
    }
    next
}

/// Instances that a sleeping group still has, in words.
fn still_running(group: &Group) -> Vec<String> {
    group
        .instances
        .iter()
        .map(|instance| {
            let why = if instance.protected {
                ", protected from scale-in"
            } else {
                ""
            };
            format!("{} ({}{why})", instance.id, instance.lifecycle)
        })
        .collect()
}

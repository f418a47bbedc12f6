//! A second look at a plan before it is carried out: what must hold whatever the planner thought.

use std::collections::BTreeSet;
use std::fmt;

use super::{Action, Change, Plan, PlanInput, Selection, Step, Verb, select};
use crate::memory::{Record, Saved};
use crate::model::{Kind, Tags, TargetId};

/// A rule that an action breaks; such an action is not carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lint {
    /// The target of the action.
    pub target: TargetId,
    /// The rule, in words.
    pub rule: &'static str,
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "plan refused by its own check: {}", self.rule)
    }
}

/// Takes actions out that break a rule, and names the rules.
pub fn lint(input: PlanInput<'_>, plan: &mut Plan) -> Vec<Lint> {
    let mut seen = BTreeSet::new();
    let mut broken = Vec::new();
    plan.actions.retain(|action| {
        let rule = if seen.insert(action.target.clone()) {
            check(input, action)
        } else {
            Some("a target has one action in a plan")
        };
        if let Some(rule) = rule {
            broken.push(Lint {
                target: action.target.clone(),
                rule,
            });
        }
        rule.is_none()
    });
    for lint in &broken {
        plan.errors.push((lint.target.clone(), lint.to_string()));
    }
    broken
}

fn check(input: PlanInput<'_>, action: &Action) -> Option<&'static str> {
    let Some(record) = record_before(action) else {
        return Some("an action writes its record before its first call");
    };
    if record.arn != action.arn {
        return Some("a record is of the very target that the action changes");
    }
    if action.steps.is_empty() {
        return Some("an action has at least one call");
    }
    let old = input.document.records.get(&action.target);
    let tags = tags_of(input, action, record);
    match select(input.config, tags) {
        Selection::Protected => return Some("a protected target is never touched"),
        Selection::Untagged if !old.is_some_and(|old| is_of_same(old, record)) => {
            return Some("an untagged target is never touched");
        }
        Selection::Invalid { .. } | Selection::Production(_) => {
            return Some("a target that is not selected is never touched");
        }
        Selection::Untagged | Selection::Scheduled { .. } => {}
    }
    if let Some(old) = old
        && is_of_same(old, record)
        && lowers(old, record)
    {
        return Some("what was saved is never overwritten with less");
    }
    if action.verb == Verb::Sleep && saves_nothing(record) {
        return Some("a sleep saves what it takes away");
    }
    action
        .steps
        .iter()
        .find_map(|step| check_step(input, action, step, record))
}

fn check_step(
    input: PlanInput<'_>,
    action: &Action,
    step: &Step,
    record: &Record,
) -> Option<&'static str> {
    let bound = input.config.limits.max_capacity;
    let asleep = action.verb == Verb::Sleep;
    let group = action.target.kind == Kind::AutoScalingGroup;
    match step {
        Step::SuspendProcesses { .. } | Step::ResumeProcesses { .. } | Step::UpdateGroup { .. }
            if !group =>
        {
            Some("calls of groups go to groups")
        }
        Step::SuspendProcesses { processes } | Step::ResumeProcesses { processes }
            if processes.is_empty() =>
        {
            Some("an empty list of processes means all of them")
        }
        Step::UpdateGroup { size } if size.min > size.desired || size.desired > size.max => {
            Some("minimum, desired and maximum are in order")
        }
        Step::UpdateGroup { size } if asleep && !size.is_zero() => Some("a sleep goes to zero"),
        Step::UpdateGroup { size } if !asleep && size.desired > bound => {
            Some("nothing wakes beyond limits.max_capacity")
        }
        Step::SuspendProcesses { .. } | Step::ResumeProcesses { .. } | Step::UpdateGroup { .. } => {
            None
        }
        _ if group => Some("calls of endpoints go to endpoints"),
        Step::SetVariantCount { count, .. } if asleep && *count > 0 => Some("a sleep goes to zero"),
        Step::SetVariantCount { count, .. } if *count > bound => {
            Some("nothing wakes beyond limits.max_capacity")
        }
        Step::DeleteEndpoint {} if !input.config.may_recreate(&action.target.name) => {
            Some("only endpoints named in recreate_endpoints are deleted")
        }
        Step::DeleteEndpoint {} => match &record.saved {
            Saved::Endpoint(saved) if saved.is_deleted_on_purpose() => None,
            _ => Some("an endpoint is deleted only with a record to make it again from"),
        },
        Step::CreateEndpoint { tags, .. } => match &record.saved {
            Saved::Endpoint(saved) if saved.tags == *tags => None,
            _ => Some("an endpoint is made again with the tags that it had"),
        },
        _ => None,
    }
}

fn record_before(action: &Action) -> Option<&Record> {
    action.before.iter().find_map(|change| match change {
        Change::PutRecord(target, record) if *target == action.target => Some(&**record),
        _ => None,
    })
}

fn tags_of<'a>(input: PlanInput<'a>, action: &Action, record: &'a Record) -> &'a Tags {
    static NONE: Tags = Tags::new();
    let name = &action.target.name;
    let live = match action.target.kind {
        Kind::AutoScalingGroup => input
            .inventory
            .groups
            .items
            .iter()
            .find(|group| group.name == *name)
            .map(|group| &group.tags),
        Kind::SagemakerEndpoint => input
            .inventory
            .endpoints
            .items
            .iter()
            .find(|endpoint| endpoint.name == *name)
            .map(|endpoint| &endpoint.tags),
    };
    live.unwrap_or(match &record.saved {
        Saved::Endpoint(saved) => &saved.tags,
        Saved::Group(_) => &NONE,
    })
}

/// Whether two records are of one sleeper; an endpoint made anew by hand has the ARN of the old one.
fn is_of_same(old: &Record, new: &Record) -> bool {
    let recreated = matches!(&old.saved, Saved::Endpoint(saved) if saved.recreating);
    old.arn == new.arn && (old.created_at == new.created_at || recreated)
}

fn lowers(old: &Record, new: &Record) -> bool {
    match (&old.saved, &new.saved) {
        // Bounds that somebody deployed meanwhile are taken over; what ran stays as it was.
        (Saved::Group(old), Saved::Group(new)) => old.size.desired != new.size.desired,
        (Saved::Endpoint(old), Saved::Endpoint(new)) => {
            old.config_name == new.config_name && old.variants != new.variants
        }
        _ => true,
    }
}

fn saves_nothing(record: &Record) -> bool {
    match &record.saved {
        // A group that was at zero and leased goes back to zero: that is what it was.
        Saved::Group(saved) => {
            saved.size.is_zero() && saved.written.iter().all(|size| size.is_zero())
        }
        Saved::Endpoint(saved) => saved.variants.iter().all(|variant| variant.count == 0),
    }
}

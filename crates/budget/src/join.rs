//! What the scaler did in the service and the days of an incident.

use std::collections::BTreeSet;

use afterhours_core::memory::{Lease, LeaseOrigin, NightEventKind, ScopeDocument};
use afterhours_core::model::{Kind, TargetId};
use afterhours_cost::Day;
use afterhours_cost::incident::Incident;
use afterhours_cost::series::levels;
use jiff::Timestamp;

use crate::check::Awake;
use crate::follow::begins;

/// Causes named of one incident.
const MOST: usize = 5;

/// Which sleepers a cost can come from; none where the scaler has nothing to do with it.
pub fn sleepers_of(key: &str) -> Option<Kind> {
    let has = |text: &str| levels(key).any(|level| level.contains(text));
    if has("SageMaker") {
        Some(Kind::SagemakerEndpoint)
    } else if has("Elastic Compute Cloud") || levels(key).any(|level| level == "EC2 - Other") {
        // GPU instances of groups, and their volumes.
        Some(Kind::AutoScalingGroup)
    } else {
        None
    }
}

/// Sentences of what kept sleepers of that service awake in those days, the most telling first: what the hourly check
/// saw running outside its schedule, then leases, failures to put to sleep, and busy targets.
pub fn causes(incident: &Incident, documents: &[ScopeDocument], awake: &Awake) -> Vec<String> {
    let kinds: BTreeSet<Kind> = incident
        .keys
        .iter()
        .filter_map(|key| sleepers_of(key))
        .collect();
    if kinds.is_empty() {
        return Vec::new();
    }
    let (from, until) = (
        begins(incident.since.date()),
        begins(incident.last.plus(1).date()),
    );
    let mut told = BTreeSet::new();
    let mut causes = awake.causes(incident, &kinds, &mut told);
    for document in documents {
        let is_of = |target: &TargetId| kinds.contains(&target.kind);
        for (target, lease) in &document.leases {
            // What the check saw names its lease already.
            let is_new = !told.contains(&target.to_string());
            if is_new && is_of(target) && lease.since < until && lease.until > from {
                causes.push(leased(target, lease));
            }
        }
        for event in &document.events {
            let in_time = event.at >= from && event.at < until;
            if !in_time || !is_of(&event.target) {
                continue;
            }
            match &event.event {
                NightEventKind::Leased {
                    until: to, owner, ..
                } if !document.leases.contains_key(&event.target) => {
                    let owner = owner.as_deref().unwrap_or("somebody");
                    let target = &event.target;
                    causes.push(format!(
                        "{target} stayed awake, lease of {owner} until {}",
                        short(*to)
                    ));
                }
                NightEventKind::Failed { action, error } if action.contains("sleep") => {
                    causes.push(format!(
                        "{} could not be put to sleep: {error}",
                        event.target
                    ));
                }
                _ => {}
            }
        }
        for (target, outcome) in &document.outcomes {
            let in_time = outcome.at >= from && outcome.at < until;
            if let Some(error) = &outcome.error
                && is_of(target)
                && in_time
                && outcome.action.contains("sleep")
            {
                causes.push(format!("{target} could not be put to sleep: {error}"));
            }
        }
        for (target, grace) in &document.grace {
            if is_of(target) && grace.since < until {
                causes.push(format!(
                    "{target} stayed awake since {}: {}",
                    short(grace.since),
                    grace.busy
                ));
            }
        }
        if let Some(pause) = &document.paused
            && pause.since < until
        {
            let scope = &document.scope;
            let since = short(pause.since);
            causes.push(format!("the scaler is paused in {scope} since {since}"));
        }
    }
    let mut seen = BTreeSet::new();
    causes.retain(|cause| seen.insert(cause.clone()));
    causes.truncate(MOST);
    causes
}

/// `endpoint/quant stayed awake, lease of ml-team until 2026-11-20 22:00 UTC (evaluation)`.
pub(crate) fn leased(target: &TargetId, lease: &Lease) -> String {
    let owner = match (&lease.owner, lease.origin) {
        (Some(owner), _) => owner.as_str(),
        (None, LeaseOrigin::Observed) => "somebody who woke it by hand",
        (None, LeaseOrigin::Command) => "somebody",
    };
    let reason = lease.reason.as_ref();
    let reason = reason.map_or_else(String::new, |reason| format!(" ({reason})"));
    format!(
        "{target} stayed awake, lease of {owner} until {}{reason}",
        short(lease.until)
    )
}

pub(crate) fn short(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// The days of an incident.
pub(crate) fn is_within(incident: &Incident, day: jiff::civil::Date) -> bool {
    let day = Day::of(day);
    day >= incident.since && day <= incident.last
}

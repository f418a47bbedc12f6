//! From what a tick found and did to alerts.

use std::collections::BTreeMap;

use afterhours_core::alert::digest::{
    self, Contribution, Failed, KeptAwake, Night, Open, Paused, Slept, StillBilling, Woke,
};
use afterhours_core::alert::scale::{self, Failure, Operation, Subject};
use afterhours_core::alert::{Envelope, Scope as AlertScope};
use afterhours_core::config::Config;
use afterhours_core::memory::{NightEventKind, ScopeDocument};
use afterhours_core::model::{Inventory, Scope, TargetId};
use afterhours_core::plan::{Action, Finding, Plan, Reason, Verb};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::execute::Failed as FailedCall;
use crate::tick::Outgoing;

fn alert_scope(config: &Config, scope: &Scope) -> AlertScope {
    AlertScope {
        account: scope.account.clone(),
        region: scope.region.clone(),
        environment: config.environment.clone(),
    }
}

fn subject(config: &Config, scope: &Scope, target: &TargetId, arn: Option<&str>) -> Subject {
    Subject {
        scope: alert_scope(config, scope),
        target: target.name.clone(),
        kind: target.kind.prefix().to_owned(),
        arn: arn.map(ToOwned::to_owned),
    }
}

/// Alerts of findings that were not reported yet.
pub(crate) fn findings(
    config: &Config,
    scope: &Scope,
    plan: &Plan,
    document: &ScopeDocument,
    now: Timestamp,
) -> Vec<Outgoing> {
    plan.new_findings(document)
        .map(|finding| {
            let Finding {
                target,
                code,
                severity,
                what,
                fix,
            } = finding;
            let subject = subject(config, scope, target, None);
            let told = scale::Finding::Other {
                code,
                severity: *severity,
                what,
                fix: Some(fix),
            };
            Outgoing {
                alert: scale::finding(&subject, &told, now),
                finding: finding.fingerprint(),
            }
        })
        .collect()
}

/// The alert of an action that failed.
pub(crate) fn failure(
    config: &Config,
    scope: &Scope,
    action: &Action,
    failed: &FailedCall,
    now: Timestamp,
) -> Envelope {
    let subject = subject(config, scope, &action.target, Some(&action.arn));
    let error = failed.to_string();
    let failure = Failure {
        operation: match action.verb {
            Verb::Sleep => Operation::Sleep,
            Verb::Wake => Operation::Wake,
        },
        call: match failed {
            FailedCall::Call(error) => Some(&error.action),
            FailedCall::OutOfTime => None,
        },
        error: &error,
        fix: None,
    };
    scale::failure(&subject, &failure, now)
}

/// A digest that was not sent yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Due {
    /// Its local date.
    pub(crate) date: Date,
    /// When it was due.
    at: Timestamp,
}

impl Due {
    /// Whether it tells what happened at an instant; what came later is told a day later.
    pub(crate) fn tells(self, at: Timestamp) -> bool {
        at < self.at
    }
}

/// Today's digest, where it is due.
pub(crate) fn digest_due(config: &Config, document: &ScopeDocument, now: Timestamp) -> Option<Due> {
    let zone = config.zone.time_zone();
    let date = now.to_zoned(zone.clone()).date();
    let at = date.to_datetime(config.digest.at);
    let at = at.to_zoned(zone.clone()).ok()?.timestamp();
    (at <= now && document.digest_sent != Some(date)).then_some(Due { date, at })
}

/// The digest of the night, when there is something to tell.
pub(crate) fn digest(
    config: &Config,
    document: &ScopeDocument,
    plan: &Plan,
    inventory: &Inventory,
    due: Due,
    contributions: Vec<Contribution>,
    now: Timestamp,
) -> Option<Envelope> {
    let happened = document.events.iter().any(|event| due.tells(event.at));
    let open = document
        .findings
        .values()
        .any(|known| due.tells(known.since));
    let paused = document
        .paused
        .as_ref()
        .is_some_and(|pause| due.tells(pause.since));
    let began_later = |target: &TargetId| {
        let mut later = document
            .events
            .iter()
            .filter(|event| event.target == *target && !due.tells(event.at));
        later.any(|event| matches!(event.event, NightEventKind::Failed { .. }))
    };
    let failing = document
        .outcomes
        .iter()
        .any(|(target, outcome)| outcome.error.is_some() && !began_later(target));
    // What cannot be looked at later in the day is a matter of the next digest.
    let blind = now.duration_since(due.at) < SignedDuration::from_hours(1)
        && (inventory.groups.error.is_some() || inventory.endpoints.error.is_some());
    let contributed = contributions
        .iter()
        .any(|contribution| contribution.worst().is_some());
    let told = happened || open || paused || failing || blind || contributed;
    told.then(|| {
        digest::envelope(&Night {
            contributions,
            ..night(config, document, plan, inventory, due, now)
        })
    })
}

fn night(
    config: &Config,
    document: &ScopeDocument,
    plan: &Plan,
    inventory: &Inventory,
    due: Due,
    now: Timestamp,
) -> Night {
    let scope = &document.scope;
    let mut night = Night {
        scope: alert_scope(config, scope),
        from: document
            .events
            .iter()
            .map(|event| event.at)
            .filter(|at| due.tells(*at))
            .min()
            .unwrap_or(now),
        to: now,
        zone: config.zone.name().to_owned(),
        slept: Vec::new(),
        woke: Vec::new(),
        kept_awake: Vec::new(),
        failed: Vec::new(),
        still_billing: Vec::new(),
        open: Vec::new(),
        paused: document.paused.as_ref().map(|pause| Paused {
            since: pause.since,
            by: pause.owner.clone(),
            reason: pause.reason.clone(),
        }),
        contributions: Vec::new(),
        calls: None,
        omitted: digest::Omitted::default(),
    };
    happened(&mut night, document, due);
    for (target, reason) in &plan.untouched {
        if let Reason::Asleep { still_running, .. } = reason
            && !still_running.is_empty()
        {
            let note = format!("still running: {}", still_running.join(", "));
            night.still_billing.push(StillBilling {
                target: target.name.clone(),
                note,
            });
        }
    }
    for known in document.findings.values() {
        let target = known.target.name.clone();
        night.open.push(Open {
            target,
            what: known.what.clone(),
            since: known.since,
        });
    }
    for (kind, error) in [
        ("groups", &inventory.groups.error),
        ("endpoints", &inventory.endpoints.error),
    ] {
        if let Some(error) = error {
            let what = format!("{kind} could not be looked at: {error}");
            night.open.push(Open {
                target: scope.to_string(),
                what,
                since: now,
            });
        }
    }
    night
}

/// Puts in what happened since the last digest.
fn happened(night: &mut Night, document: &ScopeDocument, due: Due) {
    let mut kept: BTreeMap<&TargetId, KeptAwake> = BTreeMap::new();
    let mut failed: BTreeMap<(&TargetId, &str), Failed> = BTreeMap::new();
    for event in document.events.iter().filter(|event| due.tells(event.at)) {
        let target = event.target.name.clone();
        let kind = event.target.kind.prefix().to_owned();
        let at = event.at;
        match &event.event {
            NightEventKind::Slept { from } => {
                night.slept.push(Slept {
                    target,
                    kind,
                    at,
                    from: from.clone(),
                });
            }
            NightEventKind::Woke { to } => {
                night.woke.push(Woke {
                    target,
                    kind,
                    at,
                    to: to.clone(),
                });
            }
            NightEventKind::Leased {
                until,
                count,
                reason,
                owner,
            } => {
                let lease = KeptAwake {
                    target,
                    until: *until,
                    count: *count,
                    reason: reason.clone(),
                    owner: owner.clone(),
                    verified: false,
                };
                kept.insert(&event.target, lease);
            }
            NightEventKind::Failed { action, error } => {
                let failure = Failed {
                    target,
                    kind,
                    at,
                    action: action.clone(),
                    error: error.clone(),
                    still_failing: false,
                };
                failed.insert((&event.target, action), failure);
            }
        }
    }
    for (target, outcome) in &document.outcomes {
        if let Some(error) = &outcome.error {
            let failure = Failed {
                target: target.name.clone(),
                kind: target.kind.prefix().to_owned(),
                at: outcome.at,
                action: outcome.action.clone(),
                error: error.clone(),
                still_failing: true,
            };
            failed.insert((target, &outcome.action), failure);
        }
    }
    night.kept_awake = kept.into_values().collect();
    night.failed = failed.into_values().collect();
}

//! The plan: what is to be done now, from inventory, schedules, claims, records and the clock.
//!
//! Planning is pure and deterministic. It decides from what is, never from what was the last event,
//! so a plan that was carried out halfway is simply made again.

mod action;
mod endpoint;
mod group;
mod limits;
mod lint;
mod reason;
mod report;
mod want;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use action::{Action, Change, Shape, Step, Verb};
pub use lint::{Lint, lint};
pub use reason::Reason;
pub use report::{ActionReport, ErrorReport, FindingReport, PlanReport, UntouchedReport};
pub use want::{ScheduleSource, Selection, Want, calendar, select, tags, want};

use crate::alert::Severity;
use crate::config::Config;
use crate::memory::{
    Grace, KnownFinding, LeaseOrigin, NightEvent, NightEventKind, Record, ScopeDocument,
};
use crate::model::{Activity, Inventory, Kind, Tags, TargetId};

/// All that a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct PlanInput<'a> {
    /// Now.
    pub now: Timestamp,
    /// The configuration.
    pub config: &'a Config,
    /// What is remembered.
    pub document: &'a ScopeDocument,
    /// What is there.
    pub inventory: &'a Inventory,
    /// What those about to sleep are doing; none before that was looked at.
    pub activity: Option<&'a BTreeMap<TargetId, Activity>>,
    /// Only this target is changed, where one is named.
    pub focus: Option<&'a TargetId>,
}

/// Something that wants a person's attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// About what.
    pub target: TargetId,
    /// A stable name for what is wrong, such as `invalid-schedule`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub fix: String,
}

impl Finding {
    /// The same for the same thing, so that it is reported once.
    pub fn fingerprint(&self) -> String {
        format!("{}:{}:{}", self.code, self.target, self.what)
    }
}

/// What is to be done now.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// In the order in which they are to be carried out.
    pub actions: Vec<Action>,
    /// Selected targets that are left as they are, and why.
    pub untouched: Vec<(TargetId, Reason)>,
    /// What could not be read or decided.
    pub errors: Vec<(TargetId, String)>,
    /// What wants attention, known or new.
    pub findings: Vec<Finding>,
    /// Changes of the document that go with no action.
    pub changes: Vec<Change>,
    /// Targets that are about to sleep, whose activity should be looked at first.
    pub about_to_sleep: Vec<TargetId>,
}

impl Plan {
    /// Whether nothing is to be called.
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// Findings that were not reported yet.
    pub fn new_findings<'a>(
        &'a self,
        document: &'a ScopeDocument,
    ) -> impl Iterator<Item = &'a Finding> {
        self.findings
            .iter()
            .filter(|finding| !document.findings.contains_key(&finding.fingerprint()))
    }
}

/// Makes the plan.
pub fn plan(input: PlanInput<'_>) -> Plan {
    let mut planner = Planner {
        input,
        plan: Plan::default(),
    };
    for group in by_name(&input.inventory.groups.items, |group| &group.name) {
        planner.group(group);
    }
    for endpoint in by_name(&input.inventory.endpoints.items, |endpoint| &endpoint.name) {
        planner.endpoint(endpoint);
    }
    planner.other_endpoints();
    planner.absent();
    planner.unreadable();
    planner.over();
    planner.findings();
    limits::apply(input, &mut planner.plan);
    planner.plan
}

/// Items in the order of their names: how AWS happens to list them changes no plan.
fn by_name<T>(items: &[T], name: impl Fn(&T) -> &String) -> Vec<&T> {
    let mut items = Vec::from_iter(items);
    items.sort_by(|a, b| name(a).cmp(name(b)));
    items
}

/// Whether a plan needs to know more of an endpoint than its name and tags.
pub fn needs_detail(
    config: &Config,
    document: &ScopeDocument,
    summary: &crate::model::EndpointSummary,
    tags: &Tags,
    now: Timestamp,
) -> bool {
    let target = TargetId::endpoint(&summary.name);
    let remembered = remembers(document, summary);
    let wanted = want(config, document, &target, tags, remembered, now);
    match document.records.get(&target) {
        None => matches!(wanted, Want::Asleep { .. }),
        Some(Record {
            saved: crate::memory::Saved::Endpoint(saved),
            phase,
            ..
        }) => {
            let untouched = *phase == crate::memory::Phase::Asleep
                && saved.seen_modified == Some(summary.modified_at)
                && !document.leases.contains_key(&target);
            !(untouched && matches!(wanted, Want::Asleep { .. }))
        }
        Some(_) => true,
    }
}

/// Whether the record of an endpoint's name is of this very endpoint.
fn remembers(document: &ScopeDocument, summary: &crate::model::EndpointSummary) -> bool {
    let record = document.records.get(&TargetId::endpoint(&summary.name));
    record.is_some_and(|record| record.is_of(&summary.arn, summary.created_at))
}

/// Makes a plan, target by target.
struct Planner<'a> {
    input: PlanInput<'a>,
    plan: Plan,
}

/// What is decided about one target.
enum Verdict {
    Act(Box<Action>),
    Leave(Reason),
    Ignore,
}

impl<'a> Planner<'a> {
    fn record(&self, target: &TargetId) -> Option<&'a Record> {
        self.input.document.records.get(target)
    }

    fn want(&self, target: &TargetId, tags: &Tags, remembered: bool) -> Want {
        want(
            self.input.config,
            self.input.document,
            target,
            tags,
            remembered,
            self.input.now,
        )
    }

    /// A tick that works on the target may be about to change it: whatever is read now may be outdated
    /// before it is written, so nothing is concluded from it.
    fn at_work(&self, target: &TargetId) -> Option<Verdict> {
        let PlanInput { now, document, .. } = self.input;
        let work = document.at_work_on(target, now)?;
        Some(Verdict::Leave(Reason::InFlight { until: work.until }))
    }

    fn settle(&mut self, target: TargetId, verdict: Verdict) {
        self.drop_failure(&target, &verdict);
        match verdict {
            Verdict::Ignore => {}
            Verdict::Leave(reason) => self.plan.untouched.push((target, reason)),
            Verdict::Act(action) => self.plan.actions.push(*action),
        }
    }

    /// What failed and is now as it should be, whoever mended it, fails no longer.
    fn drop_failure(&mut self, target: &TargetId, verdict: &Verdict) {
        let settled = match verdict {
            Verdict::Act(_) => false,
            Verdict::Ignore => true,
            Verdict::Leave(reason) => matches!(
                reason,
                Reason::Awake
                    | Reason::Asleep { .. }
                    | Reason::AlreadyZero
                    | Reason::Leased { .. }
                    | Reason::Protected
                    | Reason::Production { .. }
            ),
        };
        let outcome = self.input.document.outcomes.get(target);
        if settled && outcome.is_some_and(|outcome| outcome.error.is_some()) {
            self.change(Change::DropOutcome(target.clone()));
        }
    }

    fn error(&mut self, target: &TargetId, error: impl Into<String>) -> Verdict {
        let error = error.into();
        self.plan.errors.push((target.clone(), error.clone()));
        Verdict::Leave(Reason::Trouble(error))
    }

    fn finding(&mut self, finding: Finding) -> Verdict {
        let what = finding.what.clone();
        self.plan.findings.push(finding);
        Verdict::Leave(Reason::Trouble(what))
    }

    /// What could not be woken again is not put to sleep.
    fn too_large(&mut self, target: &TargetId, size: &str) -> Verdict {
        let bound = self.input.config.limits.max_capacity;
        self.finding(Finding {
            target: target.clone(),
            code: "beyond-maximum",
            severity: Severity::Warning,
            what: format!(
                "left awake at {size}: limits.max_capacity is {bound}, and nothing wakes beyond it"
            ),
            fix: "Raise limits.max_capacity.".to_owned(),
        })
    }

    fn change(&mut self, change: Change) {
        self.plan.changes.push(change);
    }

    fn event(&self, target: &TargetId, event: NightEventKind) -> Change {
        Change::Event(NightEvent {
            at: self.input.now,
            target: target.clone(),
            event,
        })
    }

    /// Handles wants that are the same for every kind; gives back the others.
    fn leave(&mut self, target: &TargetId, tags: &Tags, want: Want) -> Result<Want, Verdict> {
        match want {
            Want::Ignore => Err(Verdict::Ignore),
            Want::Leave(reason) => {
                self.report_leave(target, tags, &reason);
                Err(Verdict::Leave(reason))
            }
            wanted => Ok(wanted),
        }
    }

    /// Reports those reasons for leaving a target alone that a person has to know.
    fn report_leave(&mut self, target: &TargetId, tags: &Tags, reason: &Reason) {
        let asleep = self.record(target).is_some();
        match reason {
            Reason::InvalidSchedule { error } => {
                let value = tags.get(want::tags::SCHEDULE).cloned().unwrap_or_default();
                self.plan.findings.push(Finding {
                    target: target.clone(),
                    code: "invalid-schedule",
                    severity: if asleep {
                        Severity::Critical
                    } else {
                        Severity::Warning
                    },
                    what: format!("schedule {value:?} cannot be read: {error}"),
                    fix: "Correct the tag afterhours:schedule; until then nothing is done with it."
                        .to_owned(),
                });
            }
            Reason::Protected | Reason::Production { .. } | Reason::TagRemoved if asleep => {
                self.plan.findings.push(Finding {
                    target: target.clone(),
                    code: "asleep-and-not-selected",
                    severity: Severity::Critical,
                    what: format!("it was put to sleep and may not be woken: {reason}"),
                    fix: "Take the tag away, or restore it by hand to what `why` prints."
                        .to_owned(),
                });
            }
            _ => {}
        }
    }

    /// Notes that a target is about to sleep; says why it is not to be yet, where it is busy.
    fn about_to_sleep(&mut self, target: &TargetId, tags: &Tags) -> Option<Reason> {
        self.plan.about_to_sleep.push(target.clone());
        let PlanInput {
            now,
            config,
            document,
            ..
        } = self.input;
        let busy = self.busy_now(target, tags)?;
        let known = document.grace.get(target);
        let since = known.map_or(now, |grace| grace.since);
        let until = since
            .checked_add(config.busy.max_grace.duration())
            .unwrap_or(Timestamp::MAX);
        if now >= until {
            return None;
        }
        if known.is_none() {
            let grace = Grace {
                since,
                busy: busy.clone(),
            };
            self.change(Change::PutGrace(target.clone(), grace));
        }
        Some(Reason::Busy { busy, until })
    }

    fn busy_now(&self, target: &TargetId, tags: &Tags) -> Option<String> {
        if let Some(value) = tags.get(want::tags::BUSY_UNTIL) {
            match value.trim().parse::<Timestamp>() {
                Ok(until) if self.input.now < until => {
                    return Some(format!("{} {until}", want::tags::BUSY_UNTIL));
                }
                Ok(_) => {}
                Err(_) => {
                    return Some(format!(
                        "{} {value:?} is no instant; accepted: 2026-03-27T22:00:00Z",
                        want::tags::BUSY_UNTIL
                    ));
                }
            }
        }
        match self.input.activity?.get(target)? {
            Activity::Idle => None,
            Activity::Busy(what) => Some(what.clone()),
            Activity::Unknown(error) => Some(format!("unknown: {error}")),
        }
    }

    /// Ends a grace that is no longer needed.
    fn drop_grace(&self, target: &TargetId) -> Option<Change> {
        let known = self.input.document.grace.contains_key(target);
        known.then(|| Change::DropGrace(target.clone()))
    }

    /// A lease that was made because somebody woke the target past this tool.
    fn observed_lease(&self, target: &TargetId) -> bool {
        let lease = self.input.document.leases.get(target);
        lease.is_some_and(|lease| lease.origin == LeaseOrigin::Observed)
    }

    /// A lease that was made because somebody woke the target past this tool, and has run out.
    fn observed_lease_is_over(&self, target: &TargetId) -> bool {
        self.input.document.leases.get(target).is_some_and(|lease| {
            lease.origin == LeaseOrigin::Observed && !lease.is_active(self.input.now)
        })
    }

    /// Selected endpoints whose details do not matter now.
    fn other_endpoints(&mut self) {
        let others = &self.input.inventory.other_endpoints;
        for (summary, tags) in by_name(others, |(summary, _)| &summary.name) {
            let target = TargetId::endpoint(&summary.name);
            let remembered = remembers(self.input.document, summary);
            let wanted = self.want(&target, tags, remembered);
            let verdict = match (self.leave(&target, tags, wanted), self.at_work(&target)) {
                (Err(verdict), _) | (Ok(_), Some(verdict)) => verdict,
                (Ok(Want::Asleep { .. }), None) => match self.record(&target) {
                    Some(record) => Verdict::Leave(Reason::Asleep {
                        since: record.captured_at,
                        still_running: Vec::new(),
                    }),
                    None => Verdict::Leave(Reason::InTransition(summary.status.clone())),
                },
                (Ok(_), None) => {
                    if let Some(change) = self.drop_grace(&target) {
                        self.change(change);
                    }
                    Verdict::Leave(Reason::Awake)
                }
            };
            self.settle(target, verdict);
        }
    }

    /// Remembered targets that were not found.
    fn absent(&mut self) {
        let Inventory {
            groups,
            endpoints,
            other_endpoints,
            ..
        } = self.input.inventory;
        // The inventory checks the account of what it finds; where nothing at all is found, the credentials may
        // be of another account, and nothing is concluded.
        let seen =
            !groups.items.is_empty() || !endpoints.items.is_empty() || !other_endpoints.is_empty();
        for (target, record) in &self.input.document.records {
            let (present, proven) = match target.kind {
                Kind::AutoScalingGroup => (
                    groups.items.iter().any(|group| group.name == target.name),
                    groups.proves_absent(&target.name),
                ),
                Kind::SagemakerEndpoint => (
                    endpoints
                        .items
                        .iter()
                        .any(|endpoint| endpoint.name == target.name)
                        || other_endpoints
                            .iter()
                            .any(|(other, _)| other.name == target.name),
                    endpoints.proves_absent(&target.name),
                ),
            };
            if present || !proven {
                continue;
            }
            let verdict = match (&record.saved, self.at_work(target)) {
                (_, Some(at_work)) => at_work,
                (crate::memory::Saved::Endpoint(saved), None) if saved.is_deleted_on_purpose() => {
                    self.deleted_endpoint(target, record, saved)
                }
                _ if !seen => Verdict::Leave(Reason::Trouble(
                    "not found, and nothing else was found either: what it was is kept".to_owned(),
                )),
                _ => self.gone(target, record),
            };
            self.settle(target.clone(), verdict);
        }
    }

    /// A remembered target that somebody deleted.
    fn gone(&mut self, target: &TargetId, record: &Record) -> Verdict {
        self.let_go(target, record, "deleted");
        for change in [
            Change::DropLease(target.clone()),
            Change::DropHold(target.clone()),
            Change::DropOutcome(target.clone()),
        ] {
            self.change(change);
        }
        Verdict::Leave(Reason::Trouble(
            "it was deleted by somebody else; what it was is kept in the journal only".to_owned(),
        ))
    }

    /// Drops the record of a sleeper that is no more, and says what it was.
    fn let_go(&mut self, target: &TargetId, record: &Record, how: &str) {
        self.change(Change::DropRecord(target.clone()));
        self.plan.findings.push(Finding {
            target: target.clone(),
            code: "gone-while-asleep",
            severity: Severity::Notice,
            what: format!(
                "it was {how} by somebody else while it slept; before that it was {}",
                record.saved
            ),
            fix: "Nothing is to be done, if that was meant; the journal keeps the whole record."
                .to_owned(),
        });
    }

    /// Targets that exist and could not be read, and whole kinds that could not be listed.
    fn unreadable(&mut self) {
        let Inventory {
            groups, endpoints, ..
        } = self.input.inventory;
        for (kind, error, unreadable) in [
            (Kind::AutoScalingGroup, &groups.error, &groups.unreadable),
            (
                Kind::SagemakerEndpoint,
                &endpoints.error,
                &endpoints.unreadable,
            ),
        ] {
            for (name, error) in unreadable {
                self.plan.errors.push((
                    TargetId {
                        kind,
                        name: name.clone(),
                    },
                    error.clone(),
                ));
            }
            if let Some(error) = error {
                self.plan.errors.push((
                    TargetId {
                        kind,
                        name: "*".to_owned(),
                    },
                    error.clone(),
                ));
            }
        }
    }

    /// Claims that have run out.
    fn over(&mut self) {
        let PlanInput { now, document, .. } = self.input;
        for (target, lease) in &document.leases {
            if lease.origin == LeaseOrigin::Command && !lease.is_active(now) {
                self.change(Change::DropLease(target.clone()));
            }
        }
        for target in document.waiting.keys() {
            let endpoints = &self.input.inventory.endpoints;
            let here = |name: &str| endpoints.items.iter().any(|endpoint| endpoint.name == name);
            if !here(&target.name) && endpoints.proves_absent(&target.name) {
                self.change(Change::DropWaiting(target.clone()));
            }
        }
        for (target, hold) in &document.holds {
            if !hold.is_active(now) {
                self.change(Change::DropHold(target.clone()));
            }
        }
    }

    /// Remembers new findings and forgets those that are over.
    fn findings(&mut self) {
        let PlanInput {
            now,
            document,
            inventory,
            ..
        } = self.input;
        let found: BTreeMap<String, &Finding> = self
            .plan
            .findings
            .iter()
            .map(|finding| (finding.fingerprint(), finding))
            .collect();
        let mut changes = Vec::new();
        for (fingerprint, finding) in &found {
            if !document.findings.contains_key(fingerprint) {
                let known = KnownFinding {
                    target: finding.target.clone(),
                    what: finding.what.clone(),
                    since: now,
                };
                changes.push(Change::PutFinding(fingerprint.clone(), known));
            }
        }
        for (fingerprint, known) in &document.findings {
            // What could not be looked at in this tick is not over.
            let readable = match known.target.kind {
                Kind::AutoScalingGroup => inventory.groups.proves_absent(&known.target.name),
                Kind::SagemakerEndpoint => inventory.endpoints.proves_absent(&known.target.name),
            };
            if !found.contains_key(fingerprint) && readable {
                changes.push(Change::DropFinding(fingerprint.clone()));
            }
        }
        self.plan.changes.extend(changes);
    }
}

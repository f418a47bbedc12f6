//! `why`: what is decided about a target, and from what.

use afterhours_core::command::Command;
use afterhours_core::memory::{Grace, Hold, Lease, Outcome, Pause, Record};
use afterhours_core::model::{Scope, Tags, TargetId, TargetName};
use afterhours_core::plan::{ActionReport, PlanInput, PlanReport, ScheduleSource, calendar, plan};
use afterhours_core::schedule::{State, Transition};
use jiff::Timestamp;
use serde::Serialize;

use crate::claims::Resolved;
use crate::{Reply, Request, Scaler, ScalerError};

/// What is decided about a target, and from what.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WhyReport {
    /// The instant that it is decided for.
    pub now: Timestamp,
    /// The scope.
    pub scope: Scope,
    /// The target.
    pub target: TargetId,
    /// Its tags.
    pub tags: Tags,
    /// Its schedule, where it has a valid one.
    pub schedule: Option<WhySchedule>,
    /// The lease, if any.
    pub lease: Option<Lease>,
    /// The hold, if any.
    pub hold: Option<Hold>,
    /// The kill switch.
    pub paused: Option<Pause>,
    /// The grace of a busy target.
    pub grace: Option<Grace>,
    /// What it was before it slept.
    pub record: Option<Record>,
    /// What came of the last action.
    pub outcome: Option<Outcome>,
    /// What a tick would do now, if anything.
    pub action: Option<ActionReport>,
    /// Why it would be left alone otherwise.
    pub untouched: Option<String>,
    /// What could not be read or decided.
    pub errors: Vec<String>,
}

/// A schedule at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhySchedule {
    /// Where it comes from.
    pub source: String,
    /// The zone that it is read in.
    pub zone: String,
    /// What it says now.
    pub state: State,
    /// When it says something else.
    pub next: Option<Transition>,
}

impl Scaler {
    pub(crate) async fn why(
        &self,
        command: &Command,
        name: &TargetName,
        request: &Request,
    ) -> Result<Reply, ScalerError> {
        let resolved = self.resolve(name, request.now).await?;
        self.permit(command, request, Some(&resolved.target))?;
        let Resolved {
            scope,
            loaded,
            inventory,
            target,
            tags,
            ..
        } = resolved;
        let now = request.now;
        let document = &loaded.document;
        let input = PlanInput {
            now,
            config: &self.config,
            document,
            inventory: &inventory,
            activity: None,
            focus: Some(&target),
        };
        let report = PlanReport::new(now, scope.clone(), self.config.mode, &plan(input));
        let schedule = calendar(&self.config, &tags).map(|(calendar, source)| WhySchedule {
            source: match source {
                ScheduleSource::Named(name) => format!("named schedule {name}"),
                ScheduleSource::Text => "the text of its tag".to_owned(),
                ScheduleSource::Default(name) => format!("AutoShutdown=True, schedule {name}"),
            },
            zone: calendar.zone().name().to_owned(),
            state: calendar.state(now),
            next: calendar.next_transition(now),
        });
        Ok(Reply::Why(Box::new(WhyReport {
            now,
            scope: scope.clone(),
            schedule,
            lease: document.leases.get(&target).cloned(),
            hold: document.holds.get(&target).cloned(),
            paused: document.paused.clone(),
            grace: document.grace.get(&target).cloned(),
            record: document.records.get(&target).cloned(),
            outcome: document.outcomes.get(&target).cloned(),
            action: report
                .actions
                .into_iter()
                .find(|action| action.target == target),
            untouched: report
                .untouched
                .into_iter()
                .find(|left| left.target == target)
                .map(|left| left.reason),
            errors: report
                .errors
                .into_iter()
                .filter(|error| error.target == target)
                .map(|error| error.error)
                .collect(),
            target,
            tags,
        })))
    }
}

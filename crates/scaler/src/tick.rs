//! One tick of one scope.

use std::collections::BTreeSet;

use afterhours_core::alert::Envelope;
use afterhours_core::alert::digest::{BUDGET_KEY, Contribution, DRIFT_KEY};
use afterhours_core::config::Mode;
use afterhours_core::memory::{InFlight, NightEvent, NightEventKind, Outcome, ScopeDocument};
use afterhours_core::model::{Inventory, Scope, TargetId};
use afterhours_core::plan::{Action, Change, Plan, PlanInput, PlanReport, lint, plan};
use afterhours_ports::{Ports, Publisher, Store};
use tokio::time::Instant;

use crate::execute::{Executed, Failed, execute};
use crate::gather::gather;
use crate::memory::{Commit, Loaded, MemoryError, amend, commit, load, mend};
use crate::{Request, Scaler, ScalerError, TickReport, activity, alerts, of_scope};

/// How often a tick plans anew when others write at the same time.
const ATTEMPTS: usize = 5;

/// Failures that pass by themselves are told of when they happened this often in a row.
const PATIENCE: u32 = 3;

/// All that one attempt was decided from.
struct Decision {
    loaded: Loaded,
    inventory: Inventory,
    plan: Plan,
}

impl Scaler {
    pub(crate) async fn tick_scope(
        &self,
        scope: &Scope,
        ports: &Ports,
        request: &Request,
        deadline: Instant,
        focus: Option<&TargetId>,
        dry_run: bool,
    ) -> Result<TickReport, ScalerError> {
        for _ in 0..ATTEMPTS {
            let mut decision = self.decide(scope, ports, request, focus).await?;
            for mended in &decision.loaded.mended {
                tracing::warn!(%scope, "{mended}");
            }
            let acts = self.config.mode == Mode::Act && !dry_run;
            let report = self.report(&decision, request);
            if dry_run {
                return Ok(report);
            }
            if !acts {
                decision.plan.actions.clear();
                decision.plan.changes.retain(Change::is_report);
            }
            let Some(began) = self
                .begin(scope, ports, request, &decision)
                .await
                .map_err(of_scope(scope))?
            else {
                // Somebody else wrote meanwhile: what was decided may no longer hold.
                continue;
            };
            return self
                .carry_out(scope, ports, request, deadline, decision, began, report)
                .await;
        }
        Err(ScalerError::Contended)
    }

    /// Reads and plans; changes nothing.
    async fn decide(
        &self,
        scope: &Scope,
        ports: &Ports,
        request: &Request,
        focus: Option<&TargetId>,
    ) -> Result<Decision, ScalerError> {
        let loaded = load(ports.store.as_ref(), scope)
            .await
            .map_err(of_scope(scope))?;
        let inventory = gather(ports, &self.config, &loaded.document, request.now).await?;
        let input = PlanInput {
            now: request.now,
            config: &self.config,
            document: &loaded.document,
            inventory: &inventory,
            activity: None,
            focus,
        };
        let mut made = plan(input);
        if self.config.busy.reads_metrics() && !made.about_to_sleep.is_empty() {
            let activity = activity::activity(
                ports.metrics.as_ref(),
                &self.config,
                &inventory,
                &made.about_to_sleep,
                request.now,
            )
            .await;
            made = plan(PlanInput {
                activity: Some(&activity),
                ..input
            });
        }
        for broken in lint(input, &mut made) {
            tracing::error!(target = %broken.target, "{broken}");
        }
        Ok(Decision {
            loaded,
            inventory,
            plan: made,
        })
    }

    fn report(&self, decision: &Decision, request: &Request) -> TickReport {
        let Decision { loaded, plan, .. } = decision;
        let document = &loaded.document;
        let scope = document.scope.clone();
        TickReport {
            targets: plan.actions.len() + plan.untouched.len(),
            asleep: document.records.len(),
            plan: PlanReport::new(request.now, scope, self.config.mode, plan),
            alerts: 0,
            mended: loaded.mended.clone(),
        }
    }

    /// Writes what is about to be done; none where somebody else wrote first.
    async fn begin(
        &self,
        scope: &Scope,
        ports: &Ports,
        request: &Request,
        decision: &Decision,
    ) -> Result<Option<Began>, MemoryError> {
        let Decision {
            loaded,
            plan,
            inventory,
        } = decision;
        let mut document = loaded.document.clone();
        for change in &plan.changes {
            change.apply(&mut document);
        }
        for change in plan.actions.iter().flat_map(|action| &action.before) {
            change.apply(&mut document);
        }
        let findings = alerts::findings(&self.config, scope, plan, &loaded.document, request.now);
        let due = alerts::digest_due(&self.config, &document, request.now);
        let contributions = if due.is_some() && self.config.scopes.first() == Some(scope) {
            self.contributions(ports.store.as_ref()).await
        } else {
            Vec::new()
        };
        let digest = due.and_then(|due| {
            let config = &self.config;
            alerts::digest(
                config,
                &document,
                plan,
                inventory,
                due,
                contributions,
                request.now,
            )
        });
        let night = due.filter(|_| digest.is_some()).map(|due| {
            let events = std::mem::take(&mut document.events);
            let (told, later) = events.into_iter().partition(|event| due.tells(event.at));
            document.events = later;
            (document.digest_sent.replace(due.date), told)
        });
        let mut at_work = None;
        if !plan.actions.is_empty() {
            let span = jiff::SignedDuration::try_from(request.budget).unwrap_or_default();
            let work = InFlight {
                request: request.id.clone(),
                until: request.now.checked_add(span).unwrap_or(request.now),
                targets: plan
                    .actions
                    .iter()
                    .map(|action| action.target.clone())
                    .collect(),
            };
            document.in_flight.retain(|work| request.now < work.until);
            document.in_flight.push(work.clone());
            at_work = Some(work);
        }
        if document != loaded.document {
            let entry = Commit {
                at: request.now,
                request: request.id.clone(),
                cause: "tick".to_owned(),
                intents: plan.actions.iter().map(intent).collect(),
                document,
            };
            if commit(ports.store.as_ref(), loaded, entry).await?.is_none() {
                return Ok(None);
            }
        } else if !loaded.mended.is_empty() {
            mend(ports.store.as_ref(), loaded).await?;
        }
        Ok(Some(Began {
            findings,
            digest,
            night,
            at_work,
        }))
    }

    /// What the other functions have to say in the digest. One that cannot be read is logged and left out: the digest
    /// of the night does not wait for it.
    async fn contributions(&self, store: &dyn Store) -> Vec<Contribution> {
        let mut read = Vec::new();
        let keys = [
            self.config.drift.as_ref().map(|_| DRIFT_KEY),
            self.config.budget.as_ref().map(|_| BUDGET_KEY),
        ];
        for key in keys.into_iter().flatten() {
            match store.get(key).await {
                Ok(Some(stored)) => match Contribution::from_json(&stored.bytes) {
                    Ok(contribution) => read.push(contribution),
                    Err(error) => tracing::warn!(key, %error, "is no contribution to the digest"),
                },
                Ok(None) => {}
                Err(error) => tracing::warn!(key, %error, "is left out of the digest"),
            }
        }
        read
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the second half of a tick, kept apart to be read"
    )]
    async fn carry_out(
        &self,
        scope: &Scope,
        ports: &Ports,
        request: &Request,
        deadline: Instant,
        decision: Decision,
        began: Began,
        mut report: TickReport,
    ) -> Result<TickReport, ScalerError> {
        let Decision { loaded, plan, .. } = decision;
        let executed = execute(ports, &plan.actions, deadline).await;
        let mut failures = failures(&loaded.document, &plan.actions, &executed);
        let mut undelivered = Vec::new();
        let mut digest_lost = false;
        if let Some(publisher) = &ports.publisher {
            for Outgoing { alert, finding } in began.findings {
                if tell(publisher.as_ref(), &alert).await {
                    report.alerts += 1;
                } else {
                    undelivered.push(finding);
                }
            }
            for failure in failures.iter_mut().filter(|failure| failure.is_due()) {
                let Failure { action, error, .. } = failure;
                let alert = alerts::failure(&self.config, scope, action, error, request.now);
                failure.told = tell(publisher.as_ref(), &alert).await;
                report.alerts += usize::from(failure.told);
            }
            if let Some(digest) = &began.digest {
                digest_lost = !tell(publisher.as_ref(), digest).await;
                report.alerts += usize::from(!digest_lost);
            }
        }
        let night = began.night.filter(|_| digest_lost);
        if !plan.actions.is_empty() || !undelivered.is_empty() || night.is_some() {
            let outcomes = outcomes(&plan.actions, &executed, &failures, request);
            let finish = |document: &mut ScopeDocument| {
                for change in &outcomes.changes {
                    change.apply(document);
                }
                for (target, outcome) in &outcomes.outcomes {
                    document.outcomes.insert(target.clone(), outcome.clone());
                }
                for fingerprint in &undelivered {
                    document.findings.remove(fingerprint);
                }
                if let Some((sent, events)) = &night {
                    document.digest_sent = *sent;
                    document.events.splice(0..0, events.iter().cloned());
                }
                document
                    .in_flight
                    .retain(|work| Some(work) != began.at_work.as_ref());
            };
            let document = amend(ports.store.as_ref(), scope, finish)
                .await
                .map_err(of_scope(scope))?;
            report.asleep = document.records.len();
        }
        for executed in &executed {
            let Some(action) = report.plan.actions.get_mut(executed.index) else {
                continue;
            };
            action.outcome = Some(match &executed.error {
                None => "done".to_owned(),
                Some(error) => format!("failed: {error}"),
            });
        }
        Ok(report)
    }
}

/// What was written before the first call.
struct Began {
    findings: Vec<Outgoing>,
    digest: Option<Envelope>,
    /// The date of the last digest and the events that this digest tells of, should it be lost.
    night: Option<(Option<jiff::civil::Date>, Vec<NightEvent>)>,
    /// The mark that keeps other ticks off the targets of this one.
    at_work: Option<InFlight>,
}

/// An alert on its way, and the finding to be reported again should it be lost.
pub(crate) struct Outgoing {
    pub(crate) alert: Envelope,
    pub(crate) finding: String,
}

/// An action that failed.
struct Failure<'a> {
    action: &'a Action,
    error: &'a Failed,
    /// How many times in a row, this time included.
    count: u32,
    /// Whether an alert of this row was published.
    told: bool,
}

impl Failure<'_> {
    /// Whether somebody has to be told now.
    fn is_due(&self) -> bool {
        let patience = if self.error.passes_by_itself() {
            PATIENCE
        } else {
            1
        };
        !self.told && self.count >= patience
    }
}

/// Publishes an alert; says whether that worked.
async fn tell(publisher: &dyn Publisher, alert: &Envelope) -> bool {
    match publisher.publish(alert).await {
        Ok(()) => true,
        Err(error) => {
            tracing::error!(%error, title = alert.title, "alert was not published");
            false
        }
    }
}

fn intent(action: &Action) -> String {
    let Action {
        verb,
        target,
        from,
        to,
        reason,
        ..
    } = action;
    format!("{verb} {target}: {from} -> {to} ({reason})")
}

fn failures<'a>(
    document: &ScopeDocument,
    actions: &'a [Action],
    executed: &'a [Executed],
) -> Vec<Failure<'a>> {
    executed
        .iter()
        .filter_map(|executed| {
            let error = executed.error.as_ref()?;
            let action = actions.get(executed.index)?;
            let before = document.outcomes.get(&action.target);
            let before = before.filter(|outcome| outcome.action == action.verb.to_string());
            Some(Failure {
                action,
                error,
                count: before
                    .map_or(0, |outcome| outcome.failures)
                    .saturating_add(1),
                told: before.is_some_and(|outcome| outcome.told),
            })
        })
        .collect()
}

struct Outcomes {
    changes: Vec<Change>,
    outcomes: Vec<(TargetId, Outcome)>,
}

fn outcomes(
    actions: &[Action],
    executed: &[Executed],
    failures: &[Failure<'_>],
    request: &Request,
) -> Outcomes {
    let failed: BTreeSet<usize> = executed
        .iter()
        .filter(|executed| executed.error.is_some())
        .map(|executed| executed.index)
        .collect();
    let mut changes: Vec<Change> = Vec::new();
    let mut outcomes = Vec::new();
    for (index, action) in actions.iter().enumerate() {
        if !failed.contains(&index) {
            changes.extend(action.on_success.iter().cloned());
            let outcome = Outcome {
                at: request.now,
                action: action.verb.to_string(),
                error: None,
                failures: 0,
                told: false,
            };
            outcomes.push((action.target.clone(), outcome));
        }
    }
    for Failure {
        action,
        error,
        count,
        told,
    } in failures
    {
        let outcome = Outcome {
            at: request.now,
            action: action.verb.to_string(),
            error: Some(error.to_string()),
            failures: *count,
            told: *told,
        };
        outcomes.push((action.target.clone(), outcome));
        if *count == 1 {
            let event = NightEventKind::Failed {
                action: action.verb.to_string(),
                error: error.to_string(),
            };
            let target = action.target.clone();
            changes.push(Change::Event(NightEvent {
                at: request.now,
                target,
                event,
            }));
        }
    }
    Outcomes { changes, outcomes }
}

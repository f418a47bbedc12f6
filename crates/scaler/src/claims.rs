//! Leases, holds and the kill switch: what people ask for.

use std::collections::BTreeMap;

use afterhours_core::command::Command;
use afterhours_core::config::{Mode, Span};
use afterhours_core::memory::{
    Hold, Lease, LeaseOrigin, NightEvent, NightEventKind, Pause, Record, Saved, ScopeDocument,
};
use afterhours_core::model::{Inventory, Kind, Scope, Tags, TargetId, TargetName};
use afterhours_core::plan::{Reason, Selection, Want, select, want};
use afterhours_ports::Ports;
use jiff::Timestamp;
use tokio::time::Instant;

use crate::gather::{gather, known_targets};
use crate::memory::{Commit, Loaded, MemoryError, commit, load};
use crate::{
    ClaimReport, Reply, Request, Scaler, ScalerError, StatusReport, chain, nothing_worked,
    of_scope, scope_errors,
};

/// How often a claim is made anew when others write at the same time.
const ATTEMPTS: usize = 12;

/// How many requests a lease remembers, to tell a repeated delivery.
const REQUESTS: usize = 20;

/// A claim that was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// Nothing is called that.
    #[error("no sleeper is called {name}; there are: {known}")]
    Unknown {
        /// The name.
        name: String,
        /// What there is.
        known: String,
    },
    /// More than one is called that.
    #[error("{name} may be {candidates}; name one of them")]
    Ambiguous {
        /// The name.
        name: String,
        /// What it may mean.
        candidates: String,
    },
    /// It is not selected.
    #[error("{target} is left alone: {reason}")]
    NotSelected {
        /// The target.
        target: TargetId,
        /// Why.
        reason: String,
    },
    /// A hold is in the way.
    #[error("{target} is held asleep until {until}{by}; release it first")]
    Held {
        /// The target.
        target: TargetId,
        /// Until when.
        until: Timestamp,
        /// By whom and why, where known.
        by: String,
    },
    /// A lease is in the way.
    #[error("{target} is leased until {until}{by}; release it first")]
    Leased {
        /// The target.
        target: TargetId,
        /// Until when.
        until: Timestamp,
        /// By whom and why, where known.
        by: String,
    },
    /// There is nothing to extend.
    #[error("{target} has no lease; accepted: `wake` with a time")]
    NoLease {
        /// The target.
        target: TargetId,
    },
    /// There is nothing to release.
    #[error("{target} has neither a lease nor a hold")]
    NoClaim {
        /// The target.
        target: TargetId,
    },
    /// The count cannot be had.
    #[error("count {count} is not accepted for {target}: {reason}")]
    Count {
        /// The target.
        target: TargetId,
        /// The count.
        count: u32,
        /// Why.
        reason: String,
    },
}

/// What a name was found to mean, and all that was read to find it.
pub(crate) struct Resolved<'a> {
    pub(crate) scope: &'a Scope,
    pub(crate) ports: &'a Ports,
    pub(crate) loaded: Loaded,
    pub(crate) inventory: Inventory,
    pub(crate) target: TargetId,
    pub(crate) tags: Tags,
}

impl Scaler {
    /// Finds the one sleeper, over all scopes, that a name means.
    pub(crate) async fn resolve(
        &self,
        name: &TargetName,
        now: Timestamp,
    ) -> Result<Resolved<'_>, ScalerError> {
        let mut found = Vec::new();
        let mut known_names = Vec::new();
        let mut failed = Vec::new();
        for (scope, ports) in &self.scopes {
            let (loaded, inventory) = match self.read(scope, ports, now).await {
                Ok(read) => read,
                // A scope that cannot be read does not keep a claim from another one.
                Err(error) if self.scopes.len() > 1 => {
                    failed.push(format!("{scope}: {}", chain(&error)));
                    continue;
                }
                Err(error) => return Err(error),
            };
            for error in [&inventory.groups.error, &inventory.endpoints.error] {
                failed.extend(error.clone());
            }
            let known = known_targets(&inventory, &loaded.document);
            known_names.extend(self.selected(&known));
            let matching: Vec<(TargetId, Tags)> = known
                .into_iter()
                .filter(|(target, _)| name.matches(target))
                .collect();
            for (target, tags) in matching {
                let (loaded, inventory) = (loaded.clone(), inventory.clone());
                found.push(Resolved {
                    scope,
                    ports,
                    loaded,
                    inventory,
                    target,
                    tags,
                });
            }
        }
        if found.len() > 1 {
            let candidates = found
                .iter()
                .map(|found| format!("{} in {}", found.target, found.scope))
                .collect::<Vec<_>>()
                .join(" or ");
            return Err(ClaimError::Ambiguous {
                name: name.to_string(),
                candidates,
            }
            .into());
        }
        let Some(found) = found.pop() else {
            let mut known = known_names.join(", ");
            if known.is_empty() {
                "none".clone_into(&mut known);
            }
            if !failed.is_empty() {
                known = format!("{known} (not all could be listed: {})", failed.join("; "));
            }
            return Err(ClaimError::Unknown {
                name: name.to_string(),
                known,
            }
            .into());
        };
        Ok(found)
    }

    async fn read(
        &self,
        scope: &Scope,
        ports: &Ports,
        now: Timestamp,
    ) -> Result<(Loaded, Inventory), ScalerError> {
        let loaded = load(ports.store.as_ref(), scope)
            .await
            .map_err(of_scope(scope))?;
        let inventory = gather(ports, &self.config, &loaded.document, now).await?;
        Ok((loaded, inventory))
    }

    fn selected(&self, known: &BTreeMap<TargetId, Tags>) -> Vec<String> {
        known
            .iter()
            .filter(|(_, tags)| matches!(select(&self.config, tags), Selection::Scheduled { .. }))
            .map(|(target, _)| target.to_string())
            .collect()
    }

    pub(crate) async fn claim(
        &self,
        command: &Command,
        name: &TargetName,
        request: &Request,
        deadline: Instant,
    ) -> Result<Reply, ScalerError> {
        for _ in 0..ATTEMPTS {
            let resolved = self.resolve(name, request.now).await?;
            self.permit(command, request, Some(&resolved.target))?;
            let mut document = resolved.loaded.document.clone();
            let mut notes = Vec::new();
            self.change(command, request, &resolved, &mut document, &mut notes)?;
            if document != resolved.loaded.document {
                let entry = Commit {
                    at: request.now,
                    request: request.id.clone(),
                    cause: command.name().to_owned(),
                    intents: vec![format!("{} {}", command.name(), resolved.target)],
                    document: document.clone(),
                };
                let store = resolved.ports.store.as_ref();
                if commit(store, &resolved.loaded, entry)
                    .await
                    .map_err(of_scope(resolved.scope))?
                    .is_none()
                {
                    continue;
                }
            }
            return Ok(self
                .claimed(&resolved, &document, notes, request, deadline)
                .await);
        }
        Err(ScalerError::Contended)
    }

    /// Acts on the claim at once, for this target only, and reports.
    async fn claimed(
        &self,
        resolved: &Resolved<'_>,
        document: &ScopeDocument,
        mut notes: Vec<String>,
        request: &Request,
        deadline: Instant,
    ) -> Reply {
        let Resolved {
            scope,
            ports,
            target,
            ..
        } = resolved;
        if self.config.mode == Mode::Observe {
            notes.push("mode is observe: the claim is remembered, and nothing is done".to_owned());
        }
        if let Some(pause) = &document.paused {
            let since = pause.since;
            notes.push(format!(
                "paused since {since}: nothing is done until `resume`"
            ));
        }
        let tick = match self
            .tick_scope(scope, ports, request, deadline, Some(target), false)
            .await
        {
            Ok(report) => Some(report),
            Err(error) => {
                let error = chain(&error);
                notes.push(format!(
                    "remembered; acting on it at once failed, the next tick does: {error}"
                ));
                None
            }
        };
        if let Some(tick) = &tick {
            for untouched in tick
                .plan
                .untouched
                .iter()
                .filter(|left| left.target == *target)
            {
                notes.push(untouched.reason.clone());
            }
        }
        Reply::Claim(Box::new(ClaimReport {
            target: target.clone(),
            lease: document
                .leases
                .get(target)
                .filter(|lease| lease.is_active(request.now))
                .cloned(),
            hold: document.holds.get(target).cloned(),
            notes,
            tick,
        }))
    }

    fn change(
        &self,
        command: &Command,
        request: &Request,
        resolved: &Resolved<'_>,
        document: &mut ScopeDocument,
        notes: &mut Vec<String>,
    ) -> Result<(), ClaimError> {
        let target = &resolved.target;
        let now = request.now;
        if !matches!(command, Command::Release { .. }) {
            self.selectable(resolved, now)?;
        }
        match command {
            Command::Wake { .. } => {
                not_held(target, document, now)?;
                self.wake(command, request, resolved, document, notes)?;
            }
            Command::Extend { span, .. } => {
                not_held(target, document, now)?;
                let lease = document
                    .leases
                    .get(target)
                    .filter(|lease| lease.is_active(now));
                let lease = lease.ok_or_else(|| ClaimError::NoLease {
                    target: target.clone(),
                })?;
                if lease.requests.contains(&request.id) {
                    return Ok(());
                }
                let until = self
                    .bounded(now, lease.until, *span, notes)
                    .max(lease.until);
                let requests = with_request(Some(lease), &request.id);
                let lease = Lease {
                    origin: LeaseOrigin::Command,
                    until,
                    requests,
                    ..lease.clone()
                };
                put_lease(document, target, lease, now);
            }
            Command::Release { .. } => {
                let lease = document.leases.remove(target);
                let hold = document.holds.remove(target);
                if let Some(lease) = &lease
                    && lease.origin == LeaseOrigin::Observed
                {
                    // It is over, not forgotten: else its target would look woken by hand anew.
                    let over = Lease {
                        until: lease.until.min(now),
                        ..lease.clone()
                    };
                    document.leases.insert(target.clone(), over);
                }
                if lease.is_none() && hold.is_none() {
                    return Err(ClaimError::NoClaim {
                        target: target.clone(),
                    });
                }
            }
            Command::Sleep {
                span,
                reason,
                owner,
                ..
            } => {
                if let Some(lease) = document.leases.get(target)
                    && lease.is_active(now)
                    && lease.origin == LeaseOrigin::Command
                {
                    let by = by(lease.owner.as_deref(), lease.reason.as_deref());
                    let until = lease.until;
                    return Err(ClaimError::Leased {
                        target: target.clone(),
                        until,
                        by,
                    });
                }
                let until = self.bounded(now, now, *span, notes);
                let hold = Hold {
                    since: now,
                    until,
                    reason: reason.clone(),
                    owner: owner.clone(),
                };
                document.leases.remove(target);
                document.holds.insert(target.clone(), hold);
            }
            _ => {}
        }
        Ok(())
    }

    fn wake(
        &self,
        command: &Command,
        request: &Request,
        resolved: &Resolved<'_>,
        document: &mut ScopeDocument,
        notes: &mut Vec<String>,
    ) -> Result<(), ClaimError> {
        let Command::Wake {
            span,
            count,
            reason,
            owner,
            ..
        } = command
        else {
            return Ok(());
        };
        let (target, now) = (&resolved.target, request.now);
        check_count(resolved, *count)?;
        let active = document
            .leases
            .get(target)
            .filter(|lease| lease.is_active(now));
        if active.is_some_and(|lease| lease.requests.contains(&request.id)) {
            return Ok(());
        }
        let until = self.bounded(now, now, *span, notes);
        let known = active.filter(|lease| lease.origin == LeaseOrigin::Command);
        let lease = Lease {
            origin: LeaseOrigin::Command,
            since: known.map_or(now, |lease| lease.since),
            // A lease that is longer already is not cut short by a second one.
            until: known.map_or(until, |lease| lease.until.max(until)),
            count: count.or_else(|| known.and_then(|lease| lease.count)),
            reason: reason
                .clone()
                .or_else(|| known.and_then(|lease| lease.reason.clone())),
            owner: owner
                .clone()
                .or_else(|| known.and_then(|lease| lease.owner.clone())),
            requests: with_request(known, &request.id),
        };
        put_lease(document, target, lease, now);
        Ok(())
    }

    /// `from + span`, at most the longest lease from now; says so where it was cut.
    fn bounded(
        &self,
        now: Timestamp,
        from: Timestamp,
        span: Span,
        notes: &mut Vec<String>,
    ) -> Timestamp {
        let limit = self.config.limits.max_lease;
        let add = |instant: Timestamp, span: Span| {
            instant
                .checked_add(span.duration())
                .unwrap_or(Timestamp::MAX)
        };
        let (until, longest) = (add(from, span), add(now, limit));
        if until > longest {
            notes.push(format!("cut to {longest}: limits.max_lease is {limit}"));
        }
        until.min(longest)
    }

    /// Claims are for what the tags select, and for what sleeps.
    fn selectable(&self, resolved: &Resolved<'_>, now: Timestamp) -> Result<(), ClaimError> {
        let Resolved {
            target,
            tags,
            loaded,
            ..
        } = resolved;
        let refuse = |reason: String| ClaimError::NotSelected {
            target: target.clone(),
            reason,
        };
        let remembered = loaded.document.records.contains_key(target);
        match want(
            &self.config,
            &loaded.document,
            target,
            tags,
            remembered,
            now,
        ) {
            Want::Leave(Reason::TagRemoved) | Want::Awake { .. } | Want::Asleep { .. } => Ok(()),
            Want::Leave(reason) => Err(refuse(reason.to_string())),
            Want::Ignore => Err(refuse(
                "it has no tag afterhours:schedule, so it is never touched".to_owned(),
            )),
        }
    }

    /// Turns the kill switch on or off in every scope.
    pub(crate) async fn switch(
        &self,
        command: &Command,
        request: &Request,
    ) -> Result<Reply, ScalerError> {
        let mut scopes = Vec::new();
        let mut failed = Vec::new();
        for (scope, ports) in &self.scopes {
            match switch_scope(scope, ports, command, request).await {
                Ok(document) => scopes.push(status_report(document)),
                Err(error) => failed.push((scope.clone(), of_scope(scope)(error))),
            }
        }
        if !failed.is_empty() && scopes.is_empty() {
            return Err(nothing_worked(failed));
        }
        let errors = scope_errors(&failed);
        Ok(Reply::Status { scopes, errors })
    }

    pub(crate) async fn status(&self, _now: Timestamp) -> Result<Reply, ScalerError> {
        let mut scopes = Vec::new();
        let mut failed = Vec::new();
        for (scope, ports) in &self.scopes {
            match load(ports.store.as_ref(), scope).await {
                Ok(loaded) => scopes.push(status_report(loaded.document)),
                Err(error) => failed.push((scope.clone(), of_scope(scope)(error))),
            }
        }
        if !failed.is_empty() && scopes.is_empty() {
            return Err(nothing_worked(failed));
        }
        let errors = scope_errors(&failed);
        Ok(Reply::Status { scopes, errors })
    }
}

fn not_held(target: &TargetId, document: &ScopeDocument, now: Timestamp) -> Result<(), ClaimError> {
    match document
        .holds
        .get(target)
        .filter(|hold| hold.is_active(now))
    {
        None => Ok(()),
        Some(hold) => Err(ClaimError::Held {
            target: target.clone(),
            until: hold.until,
            by: by(hold.owner.as_deref(), hold.reason.as_deref()),
        }),
    }
}

async fn switch_scope(
    scope: &Scope,
    ports: &Ports,
    command: &Command,
    request: &Request,
) -> Result<ScopeDocument, MemoryError> {
    let store = ports.store.as_ref();
    for _ in 0..ATTEMPTS {
        let loaded = load(store, scope).await?;
        let mut document = loaded.document.clone();
        document.paused = match command {
            // The first pause stands: it says since when nothing happened.
            Command::Pause { reason, owner } => document.paused.or_else(|| {
                Some(Pause {
                    since: request.now,
                    reason: reason.clone(),
                    owner: owner.clone(),
                })
            }),
            _ => None,
        };
        if document == loaded.document {
            return Ok(document);
        }
        let entry = Commit {
            at: request.now,
            request: request.id.clone(),
            cause: command.name().to_owned(),
            intents: vec![command.name().to_owned()],
            document,
        };
        if let Some(document) = commit(store, &loaded, entry).await? {
            return Ok(document);
        }
    }
    Err(MemoryError::Contended(scope.clone()))
}

fn status_report(document: ScopeDocument) -> StatusReport {
    StatusReport {
        scope: document.scope,
        generation: document.generation,
        paused: document.paused,
        records: document.records,
        leases: document.leases,
        holds: document.holds,
        outcomes: document.outcomes,
        findings: document.findings.into_values().collect(),
        in_flight: document.in_flight,
    }
}

fn put_lease(document: &mut ScopeDocument, target: &TargetId, lease: Lease, now: Timestamp) {
    document.events.push(NightEvent {
        at: now,
        target: target.clone(),
        event: NightEventKind::Leased {
            until: lease.until,
            count: lease.count,
            reason: lease.reason.clone(),
            owner: lease.owner.clone(),
        },
    });
    document.leases.insert(target.clone(), lease);
}

fn with_request(lease: Option<&Lease>, request: &str) -> Vec<String> {
    let mut requests = lease
        .map(|lease| lease.requests.clone())
        .unwrap_or_default();
    requests.push(request.to_owned());
    let surplus = requests.len().saturating_sub(REQUESTS);
    requests.drain(..surplus);
    requests
}

fn by(owner: Option<&str>, reason: Option<&str>) -> String {
    let owner = owner
        .map(|owner| format!(" by {owner} (unverified)"))
        .unwrap_or_default();
    let reason = reason
        .map(|reason| format!(" ({reason})"))
        .unwrap_or_default();
    format!("{owner}{reason}")
}

/// A count must be reachable: at least one, and no more than the group's maximum.
fn check_count(resolved: &Resolved<'_>, count: Option<u32>) -> Result<(), ClaimError> {
    let Resolved {
        target,
        loaded,
        inventory,
        ..
    } = resolved;
    let refuse = |count: u32, reason: &str| ClaimError::Count {
        target: target.clone(),
        count,
        reason: reason.to_owned(),
    };
    let record = loaded
        .document
        .records
        .get(target)
        .map(|Record { saved, .. }| saved);
    let group = inventory
        .groups
        .items
        .iter()
        .find(|group| group.name == target.name);
    match (count, target.kind) {
        (Some(0), _) => Err(refuse(
            0,
            "accepted: 1 or more, or no count for all that it had",
        )),
        (Some(count), Kind::AutoScalingGroup) => {
            let saved = match record {
                Some(Saved::Group(saved)) => saved.size.max,
                _ => 0,
            };
            let max = saved.max(group.map_or(0, |group| group.size.max));
            if count > max {
                return Err(refuse(count, &format!("its maximum size is {max}")));
            }
            Ok(())
        }
        (Some(count), Kind::SagemakerEndpoint) => match record {
            Some(Saved::Endpoint(saved)) if saved.is_deleted_on_purpose() => Err(refuse(
                count,
                "it is made again as it was; leave the count out",
            )),
            _ => Ok(()),
        },
        (None, Kind::AutoScalingGroup) => {
            let zero = group.is_some_and(|group| group.size.is_zero());
            if zero && record.is_none() {
                let reason = "it was at zero before it could sleep, so a lease has to name a count";
                return Err(refuse(0, reason));
            }
            Ok(())
        }
        (None, Kind::SagemakerEndpoint) => Ok(()),
    }
}

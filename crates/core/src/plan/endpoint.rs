//! What is decided about a `SageMaker` endpoint.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{
    Action, Change, Finding, PlanInput, Planner, Reason, Shape, Step, Verb, Verdict, Want,
};
use crate::alert::Severity;
use crate::memory::{
    EndpointMethod, EndpointRecord, Lease, LeaseOrigin, NightEventKind, Phase, Record, Saved,
};
use crate::model::{
    ConfigState, Endpoint, EndpointKind, EndpointStatus, ScalableTarget, Suspension, TargetId,
    Variant,
};

/// How long an endpoint may be in transition before a person is told: the longest that the SDK's own
/// waiter `EndpointInService` waits (120 times 30 s).
const TRANSITION_DEADLINE: SignedDuration = SignedDuration::from_hours(1);

impl Planner<'_> {
    pub(super) fn endpoint(&mut self, endpoint: &Endpoint) {
        let target = TargetId::endpoint(&endpoint.name);
        let remembered = self
            .record(&target)
            .is_some_and(|record| record.is_of(&endpoint.arn, endpoint.created_at));
        let wanted = self.want(&target, &endpoint.tags, remembered);
        let verdict = match self.leave(&target, &endpoint.tags, wanted) {
            Err(verdict) => verdict,
            Ok(wanted) => match self.at_work(&target) {
                Some(verdict) => verdict,
                None => self.selected_endpoint(&target, endpoint, wanted),
            },
        };
        self.settle(target, verdict);
    }

    fn selected_endpoint(
        &mut self,
        target: &TargetId,
        endpoint: &Endpoint,
        wanted: Want,
    ) -> Verdict {
        let known = self.record(target).and_then(|record| match &record.saved {
            Saved::Endpoint(saved) => Some((record, saved)),
            Saved::Group(_) => None,
        });
        let known = match known {
            Some((record, _)) if !record.is_of(&endpoint.arn, endpoint.created_at) => {
                // Somebody made it anew: what was saved belongs to an endpoint that is no more.
                self.let_go(target, record, "deleted and made anew");
                None
            }
            known => known,
        };
        if endpoint.status.in_transition() {
            if known.is_some() || matches!(wanted, Want::Asleep { .. }) {
                self.waits(target, endpoint, matches!(wanted, Want::Awake { .. }));
            }
            return Verdict::Leave(Reason::InTransition(endpoint.status.clone()));
        }
        if self.input.document.waiting.contains_key(target) {
            self.change(Change::DropWaiting(target.clone()));
        }
        if endpoint.status != EndpointStatus::InService {
            return self.unusable(target, endpoint, known.is_some());
        }
        match wanted {
            Want::Asleep { why } => match known {
                None => self.first_endpoint_sleep(target, endpoint, why),
                Some((record, saved)) => match saved.method {
                    EndpointMethod::ZeroInstances => {
                        self.stay_at_zero(target, endpoint, record, saved, why)
                    }
                    EndpointMethod::DeleteAndRecreate => self.delete_endpoint(
                        target,
                        endpoint,
                        record.captured_at,
                        saved.clone(),
                        why,
                        true,
                    ),
                },
            },
            Want::Awake { count, open, why } => {
                if let Some(change) = self.drop_grace(target) {
                    self.change(change);
                }
                match known {
                    None => Verdict::Leave(match why {
                        Reason::Leased { .. } => why,
                        _ => Reason::Awake,
                    }),
                    // Whoever woke it past this tool has what they wanted.
                    Some(_) if !open && self.observed_lease(target) => Verdict::Leave(why),
                    Some((record, saved)) => match saved.method {
                        EndpointMethod::ZeroInstances => {
                            let count = count.filter(|_| !open);
                            self.wake_from_zero(target, endpoint, record, saved, count, why)
                        }
                        EndpointMethod::DeleteAndRecreate => {
                            self.finish_recreation(target, endpoint, record, saved, why)
                        }
                    },
                }
            }
            Want::Leave(reason) => Verdict::Leave(reason),
            Want::Ignore => Verdict::Ignore,
        }
    }

    /// An endpoint that should change and is changing already: past the deadline a person is told.
    fn waits(&mut self, target: &TargetId, endpoint: &Endpoint, waking: bool) {
        let PlanInput { now, document, .. } = self.input;
        // The last action that succeeded began it, where it was ours.
        let ours = document
            .outcomes
            .get(target)
            .filter(|outcome| outcome.error.is_none());
        let noted = document.waiting.get(target).copied();
        let Some(since) = noted.or(ours.map(|outcome| outcome.at)) else {
            self.change(Change::PutWaiting(target.clone(), now));
            return;
        };
        if now.duration_since(since) < TRANSITION_DEADLINE {
            return;
        }
        let direction = if waking { "wake" } else { "sleep" };
        self.plan.findings.push(Finding {
            target: target.clone(),
            code: "stuck",
            severity: if waking {
                Severity::Critical
            } else {
                Severity::Warning
            },
            what: format!(
                "it should {direction}, and is in status {} since {since} or longer",
                endpoint.status
            ),
            fix: "Look at its events in the SageMaker console; nothing is done until it is InService."
                .to_owned(),
        });
    }

    /// An endpoint in a status that no call mends.
    fn unusable(&mut self, target: &TargetId, endpoint: &Endpoint, asleep: bool) -> Verdict {
        let reason = endpoint
            .failure_reason
            .clone()
            .unwrap_or_else(|| "no reason given".to_owned());
        self.finding(Finding {
            target: target.clone(),
            code: "endpoint-status",
            severity: if asleep {
                Severity::Critical
            } else {
                Severity::Warning
            },
            what: format!("status {}, so it is left alone: {reason}", endpoint.status),
            fix: "SageMaker accepts only a deletion now; make it again from its configuration."
                .to_owned(),
        })
    }

    fn first_endpoint_sleep(
        &mut self,
        target: &TargetId,
        endpoint: &Endpoint,
        why: Reason,
    ) -> Verdict {
        let cannot = |why: &str| Verdict::Leave(Reason::CannotSleep(why.to_owned()));
        let method = match &endpoint.kind {
            Err(error) => {
                let error = format!("left awake, since what it is could not be read: {error}");
                return self.error(target, error);
            }
            Ok(EndpointKind::Serverless) => {
                return cannot("serverless, it costs nothing while idle");
            }
            Ok(EndpointKind::InferenceComponents) => {
                return cannot("it hosts inference components, which this version does not scale");
            }
            Ok(EndpointKind::RealTime) if self.input.config.may_recreate(&endpoint.name) => {
                EndpointMethod::DeleteAndRecreate
            }
            Ok(EndpointKind::RealTime) => {
                return cannot(
                    "a real-time variant keeps at least one instance as long as the endpoint \
                     exists; name it in recreate_endpoints to have it deleted and re-created",
                );
            }
            Ok(EndpointKind::Asynchronous) => EndpointMethod::ZeroInstances,
        };
        let deleting = method == EndpointMethod::DeleteAndRecreate;
        if !deleting && endpoint.variants.iter().all(|variant| variant.count == 0) {
            return Verdict::Leave(Reason::AlreadyZero);
        }
        let bound = self.input.config.limits.max_capacity;
        if endpoint
            .variants
            .iter()
            .any(|variant| variant.count > bound)
        {
            return self.too_large(target, &shape(&endpoint.variants).to_string());
        }
        let scalable_targets = match &endpoint.scalable_targets {
            Ok(targets) => targets.clone(),
            Err(error) => {
                let error = format!("left awake, since its scalable targets are unknown: {error}");
                return self.error(target, error);
            }
        };
        if deleting && let Some(verdict) = self.cannot_recreate(target, endpoint) {
            return verdict;
        }
        if let Some(busy) = self.about_to_sleep(target, &endpoint.tags) {
            return Verdict::Leave(busy);
        }
        let why = match why {
            Reason::Closed if !deleting => Reason::ClosedQueue,
            why => why,
        };
        let saved = EndpointRecord {
            method,
            config_name: endpoint.config_name.clone(),
            tags: endpoint.tags.clone(),
            variants: endpoint.variants.clone(),
            scalable_targets,
            policies: endpoint.policies.clone().unwrap_or_default(),
            written: BTreeSet::from([0]),
            last_written: 0,
            seen_modified: None,
            recreating: false,
        };
        let now = self.input.now;
        if deleting {
            self.delete_endpoint(target, endpoint, now, saved, why, false)
        } else {
            self.zero_endpoint(target, endpoint, now, saved, why, false)
        }
    }

    /// Why an endpoint would not come back as it was, if it were deleted.
    fn cannot_recreate(&mut self, target: &TargetId, endpoint: &Endpoint) -> Option<Verdict> {
        let unknown =
            |what: &str, error: &str| format!("left awake, since {what} are unknown: {error}");
        let policies = match &endpoint.policies {
            Ok(policies) => policies,
            Err(error) => return Some(self.error(target, unknown("its scaling policies", error))),
        };
        match &endpoint.scheduled_actions {
            Ok(actions) if actions.is_empty() => {}
            Ok(actions) => {
                let names = actions.join(", ");
                return Some(Verdict::Leave(Reason::CannotSleep(format!(
                    "a deletion would lose its Application Auto Scaling scheduled actions: {names}"
                ))));
            }
            Err(error) => return Some(self.error(target, unknown("its scheduled actions", error))),
        }
        for policy in policies {
            if let Err(error) = &policy.definition {
                return Some(Verdict::Leave(Reason::CannotSleep(format!(
                    "its scaling policy {:?} cannot be made again as it was: {error}",
                    policy.name
                ))));
            }
        }
        let config = &endpoint.config_name;
        match self.input.inventory.configs.get(config) {
            Some(ConfigState::Exists) => None,
            Some(ConfigState::Missing) => Some(self.finding(Finding {
                target: target.clone(),
                code: "config-missing",
                severity: Severity::Warning,
                what: format!("left awake: its configuration {config} does not exist, so it could not be made again"),
                fix: "Make the endpoint configuration again under that name.".to_owned(),
            })),
            Some(ConfigState::Unreadable(error)) => {
                let error = format!("left awake, since its configuration {config} could not be read: {error}");
                Some(self.error(target, error))
            }
            None => {
                let error = format!("left awake, since its configuration {config} was not read");
                Some(self.error(target, error))
            }
        }
    }

    /// Looks after an asynchronous endpoint that was put to sleep.
    fn stay_at_zero(
        &mut self,
        target: &TargetId,
        endpoint: &Endpoint,
        record: &Record,
        saved: &EndpointRecord,
        why: Reason,
    ) -> Verdict {
        let confirmed = matches!(record.phase, Phase::Asleep | Phase::Leased);
        let woken = confirmed
            && endpoint
                .variants
                .iter()
                .any(|variant| variant.count > saved.last_written);
        let mut saved = saved.clone();
        let mut why = why;
        if endpoint.config_name != saved.config_name {
            // Somebody deployed to it: it wakes to the counts that were saved, under the new configuration.
            if woken {
                why = Reason::Redeployed {
                    config_name: endpoint.config_name.clone(),
                };
            }
            saved.config_name.clone_from(&endpoint.config_name);
            saved.variants = merge_variants(&saved.variants, &endpoint.variants);
        } else if woken
            && !self.observed_lease_is_over(target)
            && !matches!(why, Reason::Held { .. })
        {
            return self.respect_endpoint(target);
        }
        if woken && let Some(busy) = self.about_to_sleep(target, &endpoint.tags) {
            return Verdict::Leave(busy);
        }
        saved.last_written = 0;
        let continues = record.phase == Phase::Sleeping;
        self.zero_endpoint(target, endpoint, record.captured_at, saved, why, continues)
    }

    fn respect_endpoint(&mut self, target: &TargetId) -> Verdict {
        let now = self.input.now;
        let span = self.input.config.limits.max_lease.duration();
        let until = now.checked_add(span).unwrap_or(jiff::Timestamp::MAX);
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

    /// Lowers and suspends scalable targets, then takes one variant to zero instances.
    fn zero_endpoint(
        &mut self,
        target: &TargetId,
        endpoint: &Endpoint,
        captured_at: jiff::Timestamp,
        mut saved: EndpointRecord,
        why: Reason,
        continues: bool,
    ) -> Verdict {
        let live = match &endpoint.scalable_targets {
            Ok(targets) => targets.as_slice(),
            Err(error) => {
                let error = format!("its scalable targets are unknown: {error}");
                return self.error(target, error);
            }
        };
        let mut steps: Vec<Step> = live
            .iter()
            .filter(|target| **target != lowered(target))
            .map(|target| Step::RegisterTarget {
                target: lowered(target),
            })
            .collect();
        // What was deployed to a sleeping endpoint is what it wakes to.
        for live in live {
            match saved
                .scalable_targets
                .iter_mut()
                .find(|known| same_target(live, known))
            {
                Some(known) => *known = merge_target(known, live),
                None => saved.scalable_targets.push(live.clone()),
            }
        }
        // The service takes the capacity of one variant per call, and is busy with it for a while.
        let next = endpoint.variants.iter().find(|variant| variant.count > 0);
        if let Some(variant) = next {
            steps.push(Step::SetVariantCount {
                variant: variant.name.clone(),
                count: 0,
            });
        }
        let known = self.record(target);
        if steps.is_empty() {
            if self.observed_lease_is_over(target) {
                self.change(Change::DropLease(target.clone()));
            }
            saved.seen_modified = endpoint.modified_at;
            let asleep = endpoint_record(endpoint, saved.clone(), captured_at, Phase::Asleep);
            if known != Some(&asleep) {
                if known.is_some_and(|record| record.phase != Phase::Asleep) {
                    let event = NightEventKind::Slept {
                        from: shape(&saved.variants).to_string(),
                    };
                    self.change(self.event(target, event));
                }
                self.change(Change::PutRecord(target.clone(), Box::new(asleep)));
            }
            return Verdict::Leave(Reason::Asleep {
                since: captured_at,
                still_running: Vec::new(),
            });
        }
        let mut to = endpoint.variants.clone();
        for variant in &mut to {
            if next.is_some_and(|next| next.name == variant.name) {
                variant.count = 0;
            }
        }
        let mut before = Vec::from_iter(self.drop_grace(target));
        if self.observed_lease_is_over(target) {
            before.push(Change::DropLease(target.clone()));
        }
        saved.seen_modified = None;
        let sleeping = endpoint_record(endpoint, saved, captured_at, Phase::Sleeping);
        before.push(Change::PutRecord(target.clone(), Box::new(sleeping)));
        Verdict::Act(Box::new(Action {
            target: target.clone(),
            arn: endpoint.arn.clone(),
            verb: Verb::Sleep,
            from: shape(&endpoint.variants),
            to: shape(&to),
            reason: why,
            steps,
            continues,
            before,
            on_success: Vec::new(),
        }))
    }

    /// Wakes an asynchronous endpoint: variant by variant, then its scalable targets.
    fn wake_from_zero(
        &mut self,
        target: &TargetId,
        endpoint: &Endpoint,
        record: &Record,
        saved: &EndpointRecord,
        count: Option<u32>,
        why: Reason,
    ) -> Verdict {
        let goal: Vec<Variant> = endpoint
            .variants
            .iter()
            .map(|live| {
                let known = saved.variants.iter().find(|known| known.name == live.name);
                let whole = match known {
                    Some(known) if saved.written.contains(&live.count) => known.count,
                    Some(known) => known.count.max(live.count),
                    None => live.count,
                };
                let count = count.map_or(whole, |count| count.max(live.count));
                Variant {
                    count,
                    ..live.clone()
                }
            })
            .collect();
        let bound = self.input.config.limits.max_capacity;
        if goal.iter().any(|variant| variant.count > bound) {
            return self.finding(Finding {
                target: target.clone(),
                code: "beyond-maximum",
                severity: Severity::Critical,
                what: format!(
                    "not woken to {}: limits.max_capacity is {bound}",
                    shape(&goal)
                ),
                fix: "Raise limits.max_capacity, or set the instance count by hand.".to_owned(),
            });
        }
        let next = endpoint
            .variants
            .iter()
            .zip(&goal)
            .find(|(live, goal)| live.count != goal.count);
        if let Some((_, next)) = next {
            let mut saved = saved.clone();
            saved.written.insert(next.count);
            saved.last_written = next.count;
            saved.seen_modified = None;
            let step = Step::SetVariantCount {
                variant: next.name.clone(),
                count: next.count,
            };
            let waking = endpoint_record(endpoint, saved, record.captured_at, Phase::Waking);
            return Verdict::Act(Box::new(Action {
                target: target.clone(),
                arn: endpoint.arn.clone(),
                verb: Verb::Wake,
                from: shape(&endpoint.variants),
                to: shape(&goal),
                reason: why,
                steps: vec![step],
                continues: record.phase == Phase::Waking,
                before: vec![Change::PutRecord(target.clone(), Box::new(waking))],
                on_success: Vec::new(),
            }));
        }
        if count.is_some() {
            // Partly awake: scalable targets stay as the sleep left them, and so does the record.
            if record.phase != Phase::Leased {
                let leased =
                    endpoint_record(endpoint, saved.clone(), record.captured_at, Phase::Leased);
                self.change(Change::PutRecord(target.clone(), Box::new(leased)));
                let event = NightEventKind::Woke {
                    to: shape(&goal).to_string(),
                };
                self.change(self.event(target, event));
            }
            return Verdict::Leave(why);
        }
        let live = match &endpoint.scalable_targets {
            Ok(targets) => targets.as_slice(),
            Err(error) => {
                let error = format!("its scalable targets could not be restored: {error}");
                return self.error(target, error);
            }
        };
        // What somebody registered meanwhile is theirs; only what the sleep wrote is taken back.
        let steps = live
            .iter()
            .filter_map(|live| {
                let mut known = saved.scalable_targets.iter();
                let known = known.find(|known| same_target(live, known))?;
                let target = merge_target(known, live);
                (target != *live).then_some(Step::RegisterTarget { target })
            })
            .collect();
        self.finish_wake(target, endpoint, record, saved, steps, why)
    }

    /// The last part of a wake: what is left to restore, or nothing, and the record is done.
    fn finish_wake(
        &mut self,
        target: &TargetId,
        endpoint: &Endpoint,
        record: &Record,
        saved: &EndpointRecord,
        steps: Vec<Step>,
        why: Reason,
    ) -> Verdict {
        let mut done = vec![Change::DropRecord(target.clone())];
        if self.observed_lease(target) {
            done.push(Change::DropLease(target.clone()));
        }
        let event = NightEventKind::Woke {
            to: shape(&endpoint.variants).to_string(),
        };
        done.push(self.event(target, event));
        if steps.is_empty() {
            for change in done {
                self.change(change);
            }
            return Verdict::Leave(Reason::Awake);
        }
        let waking = endpoint_record(endpoint, saved.clone(), record.captured_at, Phase::Waking);
        Verdict::Act(Box::new(Action {
            target: target.clone(),
            arn: endpoint.arn.clone(),
            verb: Verb::Wake,
            from: shape(&endpoint.variants),
            to: shape(&endpoint.variants),
            reason: why,
            steps,
            continues: true,
            before: vec![Change::PutRecord(target.clone(), Box::new(waking))],
            on_success: done,
        }))
    }

    /// Deletes a classic real-time endpoint of which everything is known.
    fn delete_endpoint(
        &mut self,
        target: &TargetId,
        endpoint: &Endpoint,
        captured_at: jiff::Timestamp,
        mut saved: EndpointRecord,
        why: Reason,
        continues: bool,
    ) -> Verdict {
        if !self.input.config.may_recreate(&endpoint.name) {
            let why = "recreate_endpoints no longer names it".to_owned();
            return Verdict::Leave(Reason::CannotSleep(why));
        }
        if continues && let Some(verdict) = self.cannot_recreate(target, endpoint) {
            return verdict;
        }
        let live = match &endpoint.scalable_targets {
            Ok(targets) => targets.as_slice(),
            Err(error) => {
                let error = format!("left awake, since its scalable targets are unknown: {error}");
                return self.error(target, error);
            }
        };
        // The service would deregister them by itself, silently, or fail for lack of the permission.
        let mut steps: Vec<Step> = live
            .iter()
            .map(|target| Step::DeregisterTarget {
                resource_id: target.resource_id.clone(),
                dimension: target.dimension.clone(),
            })
            .collect();
        steps.push(Step::DeleteEndpoint {});
        saved.recreating = false;
        saved.config_name.clone_from(&endpoint.config_name);
        let mut before = Vec::from_iter(self.drop_grace(target));
        if self.observed_lease_is_over(target) {
            before.push(Change::DropLease(target.clone()));
        }
        let sleeping = endpoint_record(endpoint, saved, captured_at, Phase::Sleeping);
        before.push(Change::PutRecord(target.clone(), Box::new(sleeping)));
        Verdict::Act(Box::new(Action {
            target: target.clone(),
            arn: endpoint.arn.clone(),
            verb: Verb::Sleep,
            from: shape(&endpoint.variants),
            to: Shape::ABSENT,
            reason: why,
            steps,
            continues,
            before,
            on_success: Vec::new(),
        }))
    }

    /// An endpoint that was deleted on purpose and does not exist.
    pub(super) fn deleted_endpoint(
        &mut self,
        target: &TargetId,
        record: &Record,
        saved: &EndpointRecord,
    ) -> Verdict {
        let wanted = self.want(target, &saved.tags, true);
        let config = &saved.config_name;
        let state = self.input.inventory.configs.get(config);
        let missing = state == Some(&ConfigState::Missing);
        if missing {
            self.plan.findings.push(Finding {
                target: target.clone(),
                code: "config-missing",
                severity: Severity::Critical,
                what: format!("it sleeps and cannot wake: its configuration {config} was deleted"),
                fix: "Make the endpoint configuration again under that name.".to_owned(),
            });
        }
        let wanted = match self.leave(target, &saved.tags, wanted) {
            Err(verdict) => return verdict,
            Ok(wanted) => wanted,
        };
        let Want::Awake { why, .. } = wanted else {
            if record.phase != Phase::Asleep {
                let asleep = Record {
                    phase: Phase::Asleep,
                    ..record.clone()
                };
                self.change(Change::PutRecord(target.clone(), Box::new(asleep)));
                let event = NightEventKind::Slept {
                    from: shape(&saved.variants).to_string(),
                };
                self.change(self.event(target, event));
            }
            return Verdict::Leave(Reason::Asleep {
                since: record.captured_at,
                still_running: Vec::new(),
            });
        };
        if missing {
            return Verdict::Leave(Reason::Trouble(format!(
                "its configuration {config} was deleted"
            )));
        }
        let mut next = saved.clone();
        next.recreating = true;
        let waking = Record {
            phase: Phase::Waking,
            saved: Saved::Endpoint(next),
            ..record.clone()
        };
        Verdict::Act(Box::new(Action {
            target: target.clone(),
            arn: record.arn.clone(),
            verb: Verb::Wake,
            from: Shape::ABSENT,
            to: shape(&saved.variants),
            reason: why,
            steps: vec![Step::CreateEndpoint {
                config_name: config.clone(),
                tags: saved.tags.clone(),
            }],
            continues: record.phase == Phase::Waking,
            before: vec![Change::PutRecord(target.clone(), Box::new(waking))],
            on_success: Vec::new(),
        }))
    }

    /// Gives a re-created endpoint the counts, weights, targets and policies that it had.
    fn finish_recreation(
        &mut self,
        target: &TargetId,
        endpoint: &Endpoint,
        record: &Record,
        saved: &EndpointRecord,
        why: Reason,
    ) -> Verdict {
        let known = |live: &Variant| saved.variants.iter().find(|known| known.name == live.name);
        let (live_targets, live_policies) = match (&endpoint.scalable_targets, &endpoint.policies) {
            (Ok(targets), Ok(policies)) => (targets, policies),
            (Err(error), _) | (_, Err(error)) => {
                let error = format!("its scaling could not be restored: {error}");
                return self.error(target, error);
            }
        };
        let weights: Vec<(String, f32)> = endpoint
            .variants
            .iter()
            .filter_map(|live| {
                let known = known(live)?;
                let same = known.weight.to_bits() == live.weight.to_bits();
                (!same).then(|| (known.name.clone(), known.weight))
            })
            .collect();
        let count = endpoint.variants.iter().find_map(|live| {
            let known = known(live)?;
            (known.count != live.count).then(|| (known.name.clone(), known.count))
        });
        // One change at a time: the service is busy with each for a while.
        let step = match (weights.is_empty(), count) {
            (false, _) => Some(Step::SetVariantWeights { weights }),
            (true, Some((variant, count))) => Some(Step::SetVariantCount { variant, count }),
            (true, None) => None,
        };
        if let Some(step) = step {
            let waking =
                endpoint_record(endpoint, saved.clone(), record.captured_at, Phase::Waking);
            return Verdict::Act(Box::new(Action {
                target: target.clone(),
                arn: endpoint.arn.clone(),
                verb: Verb::Wake,
                from: shape(&endpoint.variants),
                to: shape(&saved.variants),
                reason: why,
                steps: vec![step],
                continues: true,
                before: vec![Change::PutRecord(target.clone(), Box::new(waking))],
                on_success: Vec::new(),
            }));
        }
        let targets = saved
            .scalable_targets
            .iter()
            .filter(|known| !live_targets.iter().any(|live| live == *known))
            .map(|known| Step::RegisterTarget {
                target: known.clone(),
            });
        let policies = saved
            .policies
            .iter()
            .filter(|known| !live_policies.iter().any(|live| live == *known))
            .map(|known| Step::PutPolicy {
                policy: known.clone(),
            });
        let steps = targets.chain(policies).collect();
        self.finish_wake(target, endpoint, record, saved, steps, why)
    }
}

fn endpoint_record(
    endpoint: &Endpoint,
    saved: EndpointRecord,
    captured_at: jiff::Timestamp,
    phase: Phase,
) -> Record {
    Record {
        arn: endpoint.arn.clone(),
        created_at: endpoint.created_at,
        captured_at,
        phase,
        saved: Saved::Endpoint(saved),
    }
}

/// A scalable target while its endpoint sleeps: a registration raises what is below its minimum, so
/// the minimum goes first.
fn lowered(target: &ScalableTarget) -> ScalableTarget {
    ScalableTarget {
        min: 0,
        suspended: Suspension::ALL,
        ..target.clone()
    }
}

fn same_target(a: &ScalableTarget, b: &ScalableTarget) -> bool {
    a.resource_id == b.resource_id && a.dimension == b.dimension
}

/// What a target wakes to: what was known of it, where it is what the sleep wrote, else what somebody
/// registered meanwhile.
fn merge_target(known: &ScalableTarget, live: &ScalableTarget) -> ScalableTarget {
    ScalableTarget {
        min: if live.min == 0 {
            known.min.min(live.max)
        } else {
            live.min
        },
        suspended: Suspension {
            scale_in: live.suspended.scale_in && known.suspended.scale_in,
            scale_out: live.suspended.scale_out && known.suspended.scale_out,
            scheduled: live.suspended.scheduled && known.suspended.scheduled,
        },
        ..live.clone()
    }
}

fn shape(variants: &[Variant]) -> Shape {
    Shape::Endpoint {
        instances: variants
            .iter()
            .map(|variant| (variant.name.clone(), variant.count))
            .collect(),
    }
}

/// The variants of a new configuration, with the saved counts of those that were there before.
fn merge_variants(saved: &[Variant], live: &[Variant]) -> Vec<Variant> {
    live.iter()
        .map(|live| {
            let known = saved.iter().find(|known| known.name == live.name);
            Variant {
                count: known.map_or(live.count, |known| known.count),
                ..live.clone()
            }
        })
        .collect()
}

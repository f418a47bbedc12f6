//! A scaler, a world and a clock.

use std::time::Duration;

use afterhours_core::command::Command;
use afterhours_core::config::Config;
use afterhours_core::memory::{EndpointRecord, GroupRecord, Record, Saved, ScopeDocument};
use afterhours_core::model::{GroupSize, Scope, TargetId};
use afterhours_fake::{FakeAws, Faults, World};
use afterhours_ports::Ports;
use afterhours_scaler::memory::load;
use afterhours_scaler::{ClaimReport, Reply, Request, Scaler, ScalerError, TickReport};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Between two ticks.
pub(crate) const MINUTES: i64 = 5;
/// Shorter than the time between two ticks, so that a dead tick holds up one tick at most.
pub(crate) const BUDGET: Duration = Duration::from_mins(4);
/// Tag key of schedules.
pub(crate) const SCHEDULE: &str = "afterhours:schedule";
/// The schedule of most sleepers, in UTC.
pub(crate) const OFFICE: &str = "Mon-Fri 08:00-18:00";

/// An instant, written in full.
pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Minimum, desired and maximum.
pub(crate) fn size(min: u32, desired: u32, max: u32) -> GroupSize {
    GroupSize { min, desired, max }
}

/// A configuration that acts, with fields replaced or added.
pub(crate) fn config(over: &Value) -> Config {
    let mut document = json!({
        "version": 1,
        "mode": "act",
        "environment": "test",
        "bucket": "state",
        "topic_arn": "arn:aws:sns:eu-central-1:111122223333:alerts",
        "scopes": [{ "account": "111122223333", "region": "eu-central-1" }],
        "schedules": { "office": OFFICE },
        "default_schedule": "office",
        "recreate_endpoints": ["classic*"],
    });
    let fields = document.as_object_mut().unwrap();
    fields.extend(over.as_object().unwrap().clone());
    Config::from_json(&document.to_string()).unwrap()
}

/// A scaler, a world and a clock; Monday 2026-11-02 07:00 UTC at first.
pub(crate) struct Rig {
    pub(crate) aws: FakeAws,
    pub(crate) config: Config,
    pub(crate) now: Timestamp,
    pub(crate) budget: Duration,
    requests: u32,
}

impl Rig {
    pub(crate) fn new() -> Self {
        Self::with(&json!({}))
    }

    pub(crate) fn with(over: &Value) -> Self {
        let aws = FakeAws::new();
        let now = aws.world().now();
        Self {
            aws,
            config: config(over),
            now,
            budget: BUDGET,
            requests: 0,
        }
    }

    pub(crate) fn scope(&self) -> Scope {
        self.config.scopes[0].clone()
    }

    /// A scaler that was just started, on these ports.
    pub(crate) fn scaler_on(&self, ports: Ports) -> Scaler {
        Scaler::new(self.config.clone(), vec![(self.scope(), ports)])
    }

    pub(crate) fn scaler(&self) -> Scaler {
        self.scaler_on(self.aws.ports())
    }

    pub(crate) fn request(&mut self) -> Request {
        self.requests += 1;
        self.request_as(&format!("request-{}", self.requests))
    }

    pub(crate) fn request_as(&self, id: &str) -> Request {
        Request {
            id: id.to_owned(),
            now: self.now,
            budget: self.budget,
            alias: None,
        }
    }

    /// Sets the clock, without settling.
    pub(crate) fn clock(&mut self, now: &str) {
        self.set_clock(at(now));
    }

    pub(crate) fn set_clock(&mut self, now: Timestamp) {
        self.now = now;
        self.aws.world().set_now(now);
    }

    /// Time passes, and everything under way comes to its end.
    pub(crate) fn pass(&mut self, minutes: i64) {
        self.set_clock(self.now + SignedDuration::from_mins(minutes));
        self.aws.world().settle();
    }

    /// A tick that must work.
    pub(crate) async fn tick(&mut self) -> TickReport {
        self.try_tick().await.unwrap()
    }

    pub(crate) async fn try_tick(&mut self) -> Result<TickReport, ScalerError> {
        let ports = self.aws.ports();
        self.tick_on(ports).await
    }

    pub(crate) async fn tick_with(&mut self, faults: &Faults) -> Result<TickReport, ScalerError> {
        let ports = faults.wrap(self.aws.ports());
        self.tick_on(ports).await
    }

    pub(crate) async fn tick_on(&mut self, ports: Ports) -> Result<TickReport, ScalerError> {
        let request = self.request();
        only(self.scaler_on(ports).run(&Command::Tick {}, &request).await)
    }

    /// A tick, then time passes until the next one.
    pub(crate) async fn step(&mut self) -> TickReport {
        let report = self.tick().await;
        self.pass(MINUTES);
        report
    }

    /// Ticks from an instant on until one does nothing; says how many it took.
    pub(crate) async fn settle_from(&mut self, instant: &str) -> usize {
        self.clock(instant);
        self.aws.world().settle();
        for count in 0..20 {
            let before = self.writes();
            self.step().await;
            if self.writes() == before {
                return count;
            }
        }
        panic!("no end after 20 ticks from {instant}");
    }

    /// A command given as its payload.
    pub(crate) async fn command(&mut self, payload: &Value) -> Result<Reply, ScalerError> {
        let request = self.request();
        self.command_as(payload, &request).await
    }

    pub(crate) async fn command_as(
        &self,
        payload: &Value,
        request: &Request,
    ) -> Result<Reply, ScalerError> {
        let command = Command::from_json(&payload.to_string())?;
        self.scaler().run(&command, request).await
    }

    /// A claim that must be accepted.
    pub(crate) async fn claim(&mut self, payload: &Value) -> ClaimReport {
        match self.command(payload).await.unwrap() {
            Reply::Claim(report) => *report,
            other => panic!("{payload} was answered by {other:?}"),
        }
    }

    pub(crate) async fn refused(&mut self, payload: &Value) -> String {
        self.command(payload).await.unwrap_err().to_string()
    }

    /// What is remembered, from the document or the journal.
    pub(crate) async fn document(&self) -> ScopeDocument {
        let store = self.aws.ports().store;
        load(store.as_ref(), &self.scope()).await.unwrap().document
    }

    pub(crate) async fn record(&self, target: &TargetId) -> Option<Record> {
        self.document().await.records.get(target).cloned()
    }

    pub(crate) async fn group_record(&self, name: &str) -> Option<GroupRecord> {
        match self.record(&TargetId::group(name)).await?.saved {
            Saved::Group(saved) => Some(saved),
            Saved::Endpoint(_) => None,
        }
    }

    pub(crate) async fn endpoint_record(&self, name: &str) -> Option<EndpointRecord> {
        match self.record(&TargetId::endpoint(name)).await?.saved {
            Saved::Endpoint(saved) => Some(saved),
            Saved::Group(_) => None,
        }
    }

    pub(crate) fn size(&self, name: &str) -> GroupSize {
        self.aws.world().size_of(name)
    }

    /// Calls with this action, refused ones included.
    pub(crate) fn calls(&self, action: &str) -> usize {
        self.aws.world().calls_of(action).len()
    }

    /// Mutating calls, writes to the bucket and alerts so far.
    pub(crate) fn writes(&self) -> usize {
        let world = self.aws.world();
        world.mutations().len() + world.writes().len() + world.publishes().len()
    }

    pub(crate) fn mutations(&self) -> usize {
        self.aws.world().mutations().len()
    }

    /// Titles of the alerts so far.
    pub(crate) fn titles(&self) -> Vec<String> {
        let world = self.aws.world();
        world
            .published()
            .iter()
            .map(|alert| alert.title.clone())
            .collect()
    }

    /// A group of 2/4/6 with the office schedule.
    pub(crate) fn train(&self) {
        train(&mut self.aws.world());
    }
}

/// A group `train` of 2/4/6 with the office schedule.
pub(crate) fn train(world: &mut World) {
    world
        .group("train")
        .size(2, 4, 6)
        .tag(SCHEDULE, OFFICE)
        .add();
}

/// The report of the only scope.
pub(crate) fn only(reply: Result<Reply, ScalerError>) -> Result<TickReport, ScalerError> {
    match reply? {
        Reply::Tick { mut reports, .. } => Ok(reports.remove(0)),
        other => panic!("a tick was answered by {other:?}"),
    }
}

/// Why a target was left as it is.
pub(crate) fn untouched(report: &TickReport, target: &str) -> String {
    report
        .plan
        .untouched
        .iter()
        .find(|left| left.target.to_string() == target)
        .map(|left| left.reason.clone())
        .unwrap_or_default()
}

/// Runs a command from begin to end in another process, as it were, while this one stands still.
pub(crate) fn elsewhere(
    scaler: &Scaler,
    command: &Command,
    request: &Request,
) -> Result<Reply, ScalerError> {
    std::thread::scope(|scope| {
        let run = || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = runtime.enable_time().start_paused(true).build().unwrap();
            runtime.block_on(scaler.run(command, request))
        };
        scope.spawn(run).join().unwrap()
    })
}

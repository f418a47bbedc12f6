//! The state of one account and region.

mod endpoint;
mod endpoints;
mod groups;
mod others;
mod platform;
mod records;
mod scaling;

use std::collections::{BTreeMap, BTreeSet};

use afterhours_core::alert::Envelope;
use afterhours_core::model::{EndpointPolicy, Group, ScalableTarget, Scope, Tags};
use afterhours_ports::{MetricQuery, PortResult};
use jiff::Timestamp;

use crate::error::{check_permission, denied};
use crate::log::{Call, CallKind};

pub(crate) use scaling::INSTANCES;

pub use endpoint::{ConfigVariant, EndpointConfig, FakeEndpoint};
pub use others::{MetricPoint, Reading};
pub use platform::{Platform, PlatformEndpoint, PlatformGroup};

/// A scalable target is known by resource id and dimension.
pub(crate) type TargetKey = (String, String);

/// All that exists in one account and region, and what was asked of it.
///
/// Functions named like API calls (`update_size`, `set_count`, `register`, …) are those calls as somebody
/// else makes them: AWS refuses them alike, but they are neither denied nor logged.
#[derive(Debug)]
pub struct World {
    pub(crate) scope: Scope,
    pub(crate) now: Timestamp,
    pub(crate) groups: BTreeMap<String, Group>,
    /// Groups of which the instances wait in `Terminating:Wait` for a lifecycle hook.
    pub(crate) hooked: BTreeSet<String>,
    /// Groups with a scaling activity in progress until the next settling.
    pub(crate) active: BTreeSet<String>,
    pub(crate) endpoints: BTreeMap<String, FakeEndpoint>,
    pub(crate) configs: BTreeMap<String, EndpointConfig>,
    pub(crate) components: BTreeMap<String, String>,
    pub(crate) endpoint_tags: BTreeMap<String, Tags>,
    pub(crate) stale_tags: Option<BTreeMap<String, Tags>>,
    pub(crate) targets: BTreeMap<TargetKey, ScalableTarget>,
    /// Targets whose variant is put into their bounds when its endpoint is in service again.
    pub(crate) unclamped: BTreeSet<TargetKey>,
    pub(crate) policies: BTreeMap<(TargetKey, String), EndpointPolicy>,
    pub(crate) scheduled_actions: BTreeMap<TargetKey, Vec<String>>,
    pub(crate) objects: BTreeMap<String, Vec<u8>>,
    pub(crate) bucket_missing: bool,
    pub(crate) published: Vec<Envelope>,
    pub(crate) metrics: BTreeMap<MetricQuery, Reading>,
    denials: BTreeSet<(String, Option<String>)>,
    calls: Vec<Call>,
    serial: u64,
}

impl Default for World {
    fn default() -> Self {
        Self::new(Scope {
            account: "111122223333".to_owned(),
            region: "eu-central-1".to_owned(),
        })
    }
}

impl World {
    /// An empty account; its clock shows 2026-11-02T07:00:00Z, a Monday.
    pub fn new(scope: Scope) -> Self {
        Self {
            scope,
            now: Timestamp::constant(1_793_602_800, 0),
            groups: BTreeMap::new(),
            hooked: BTreeSet::new(),
            active: BTreeSet::new(),
            endpoints: BTreeMap::new(),
            configs: BTreeMap::new(),
            components: BTreeMap::new(),
            endpoint_tags: BTreeMap::new(),
            stale_tags: None,
            targets: BTreeMap::new(),
            unclamped: BTreeSet::new(),
            policies: BTreeMap::new(),
            scheduled_actions: BTreeMap::new(),
            objects: BTreeMap::new(),
            bucket_missing: false,
            published: Vec::new(),
            metrics: BTreeMap::new(),
            denials: BTreeSet::new(),
            calls: Vec::new(),
            serial: 0,
        }
    }

    /// The account and region.
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The instant that creation and modification times are taken from.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Moves the clock.
    pub const fn set_now(&mut self, now: Timestamp) {
        self.now = now;
    }

    /// Lets time pass until nothing is under way any more: instances come and go as groups want it,
    /// endpoints reach `InService` or are gone.
    pub fn settle(&mut self) {
        self.settle_groups();
        self.settle_endpoints();
    }

    /// Takes a permission away, such as `autoscaling:UpdateAutoScalingGroup`, or one that a call needs besides
    /// its own: `autoscaling:DescribePolicies`, `sagemaker:AddTags`, `iam:PassRole`.
    pub fn deny(&mut self, action: &str) {
        check_permission(action);
        self.denials.insert((action.to_owned(), None));
    }

    /// Takes a permission away for one resource: a group's or endpoint's name, an endpoint's ARN (for
    /// `sagemaker:ListTags`), a target's resource id, or a key of the bucket.
    pub fn deny_on(&mut self, action: &str, resource: &str) {
        check_permission(action);
        self.denials
            .insert((action.to_owned(), Some(resource.to_owned())));
    }

    /// Gives all permissions for an action back.
    pub fn allow(&mut self, action: &str) {
        self.denials.retain(|(denied, _)| denied != action);
    }

    /// All calls since the beginning or [`Self::forget_calls`], in order.
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// The calls with this action.
    pub fn calls_of(&self, action: &str) -> Vec<&Call> {
        self.calls
            .iter()
            .filter(|call| call.action == action)
            .collect()
    }

    /// The calls that change a resource or were meant to.
    pub fn mutations(&self) -> Vec<&Call> {
        self.calls_of_kind(CallKind::Mutate)
    }

    /// The writes to the bucket, also those that met a conflict or were refused.
    pub fn writes(&self) -> Vec<&Call> {
        self.calls_of_kind(CallKind::Write)
    }

    /// The calls that only read.
    pub fn reads(&self) -> Vec<&Call> {
        self.calls_of_kind(CallKind::Read)
    }

    /// The calls that publish an alert or were meant to.
    pub fn publishes(&self) -> Vec<&Call> {
        self.calls_of_kind(CallKind::Publish)
    }

    /// Empties the log.
    pub fn forget_calls(&mut self) {
        self.calls.clear();
    }

    fn calls_of_kind(&self, kind: CallKind) -> Vec<&Call> {
        self.calls.iter().filter(|call| call.kind == kind).collect()
    }

    /// Answers one request: refuses what is denied, does it, and logs it.
    pub(crate) fn call<T>(
        &mut self,
        kind: CallKind,
        action: &'static str,
        resource: &str,
        work: impl FnOnce(&mut Self) -> PortResult<T>,
    ) -> PortResult<T> {
        let result = self.permitted(action, resource).and_then(|()| work(self));
        let error = result.as_ref().err().cloned();
        self.calls.push(Call {
            action,
            resource: resource.to_owned(),
            kind,
            error,
        });
        result
    }

    /// Answers a bulk read of `count` items in pages of `page`.
    pub(crate) fn pages(
        &mut self,
        action: &'static str,
        count: usize,
        page: usize,
    ) -> PortResult<()> {
        for _ in 0..count.div_ceil(page).max(1) {
            self.call(CallKind::Read, action, "*", |_| Ok(()))?;
        }
        Ok(())
    }

    /// Whether a permission is there that a call needs.
    pub(crate) fn permitted(&self, action: &str, resource: &str) -> PortResult<()> {
        let denies = |on: Option<String>| self.denials.contains(&(action.to_owned(), on));
        if denies(None) || denies(Some(resource.to_owned())) {
            return Err(denied(action, resource));
        }
        Ok(())
    }

    pub(crate) const fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }
}

/// What a test names must exist.
#[expect(
    clippy::panic,
    reason = "a test that names what does not exist is wrong itself"
)]
pub(crate) fn known<T>(found: Option<T>, what: &str, name: &str) -> T {
    match found {
        Some(found) => found,
        None => panic!("the test names {what} {name:?}, which does not exist"),
    }
}

//! Random lives of a platform: what must hold whatever people, AWS and the scaler do.

use std::collections::BTreeSet;

use afterhours_core::config::Mode;
use afterhours_core::memory::{Saved, ScopeDocument};
use afterhours_core::model::{Group, GroupSize, PolicyKind, TargetId};
use afterhours_fake::{CallKind, FakeAws, Faults, Platform};
use afterhours_ports::{Groups, PortResult};
use async_trait::async_trait;
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::rig::{OFFICE, Rig, SCHEDULE, size};

/// Europe changes its clocks on the second day of each life.
const BEGIN: &str = "2026-10-24T07:00:00Z";
const BERLIN: &str = "Mon-Sun 08:00-18:00 / tz Europe/Berlin";
const OVERNIGHT: &str = "Mon-Sun 20:00-02:30 / tz Europe/Berlin";
/// A time when everything is awake: Berlin's afternoon, except for what is open overnight.
const LATE_AFTERNOON: &str = "2026-11-02T12:00:00Z";
const GROUPS: [&str; 5] = ["a", "b", "c", "safe", "stranger"];
const ENDPOINTS: [&str; 2] = ["quant", "classic"];
const DENIALS: [&str; 8] = [
    "autoscaling:UpdateAutoScalingGroup",
    "autoscaling:SuspendProcesses",
    "autoscaling:DescribePolicies",
    "sagemaker:UpdateEndpointWeightsAndCapacities",
    "sagemaker:CreateEndpoint",
    "application-autoscaling:RegisterScalableTarget",
    "s3:PutObject",
    "sns:Publish",
];

#[derive(Debug, Clone)]
enum Op {
    Pass(i64),
    Ticks(u8),
    Crash(usize),
    Hand(usize, u32),
    Deploy(usize, GroupSize),
    Delete(usize),
    Recreate(usize, GroupSize),
    Untag(usize),
    Tag(usize),
    Protect(usize, bool),
    Claim(Value),
    Deny(usize),
    Allow,
}

fn sizes() -> impl Strategy<Value = GroupSize> {
    (0u32..3, 0u32..3, 0u32..3)
        .prop_map(|(min, more, room)| size(min, min + more, min + more + room))
}

fn claim() -> impl Strategy<Value = Op> {
    let names = prop_oneof![
        prop::sample::select(GROUPS.map(|name| format!("asg/{name}")).to_vec()),
        prop::sample::select(ENDPOINTS.map(|name| format!("endpoint/{name}")).to_vec()),
    ];
    let with_time = prop::sample::select(vec!["wake", "extend", "sleep"]);
    let timed = (with_time, names.clone(), 1u32..9, prop::option::of(1u32..3)).prop_map(
        |(command, target, hours, count)| {
            let mut payload =
                json!({ "command": command, "target": target, "for": format!("{hours}h") });
            if let (Some(count), "wake") = (count, command) {
                payload["count"] = json!(count);
            }
            Op::Claim(payload)
        },
    );
    prop_oneof![
        4 => timed,
        2 => names.prop_map(|target| Op::Claim(json!({ "command": "release", "target": target }))),
        1 => Just(Op::Claim(json!({ "command": "pause" }))),
        2 => Just(Op::Claim(json!({ "command": "resume" }))),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let group = 0..3usize;
    prop_oneof![
        8 => prop::sample::select(vec![5i64, 30, 150, 420, 600]).prop_map(Op::Pass),
        4 => (1u8..4).prop_map(Op::Ticks),
        5 => (0usize..110).prop_map(Op::Crash),
        2 => (group.clone(), 0u32..4).prop_map(|(group, desired)| Op::Hand(group, desired)),
        1 => (group.clone(), sizes()).prop_map(|(group, size)| Op::Deploy(group, size)),
        1 => group.clone().prop_map(Op::Delete),
        1 => (group.clone(), sizes()).prop_map(|(group, size)| Op::Recreate(group, size)),
        1 => group.clone().prop_map(Op::Untag),
        1 => group.clone().prop_map(Op::Tag),
        1 => (group, any::<bool>()).prop_map(|(group, on)| Op::Protect(group, on)),
        4 => claim(),
        2 => (0..DENIALS.len()).prop_map(Op::Deny),
        2 => Just(Op::Allow),
    ]
}

/// A platform whose life is watched.
struct Life {
    rig: Rig,
    first: Platform,
    /// Groups that somebody else changed: what they were at first is not what they will be.
    disturbed: BTreeSet<String>,
}

impl Life {
    fn new() -> Self {
        let mut rig = Rig::with(&json!({ "zone": "Europe/Berlin" }));
        rig.clock(BEGIN);
        {
            let mut world = rig.aws.world();
            world
                .group("a")
                .size(2, 4, 6)
                .tag(SCHEDULE, BERLIN)
                .policy("track", PolicyKind::Alarm)
                .suspended("AZRebalance")
                .add();
            world
                .group("b")
                .size(0, 1, 3)
                .tag(SCHEDULE, OVERNIGHT)
                .policy("predict", PolicyKind::Predictive)
                .add();
            world.group("c").size(1, 1, 2).tag(SCHEDULE, BERLIN).add();
            world
                .group("safe")
                .tag(SCHEDULE, BERLIN)
                .tag("afterhours:protect", "true")
                .add();
            world.group("stranger").add();
            world
                .endpoint("quant")
                .asynchronous()
                .variant("main", 2, 1.0)
                .variant("side", 1, 0.5)
                .tag(SCHEDULE, BERLIN)
                .target("main", 1, 4)
                .policy("main", "backlog", 5)
                .add();
            world
                .config("classic-v1")
                .variant("blue", 1, 1.0)
                .variant("green", 1, 1.0)
                .add();
            world
                .endpoint("classic")
                .config("classic-v1")
                .variant("blue", 2, 0.7)
                .variant("green", 1, 0.3)
                .tag(SCHEDULE, BERLIN)
                .target("blue", 1, 4)
                .policy("blue", "track", 70)
                .add();
        }
        let first = rig.aws.world().platform();
        Self {
            rig,
            first,
            disturbed: BTreeSet::new(),
        }
    }

    fn exists(&self, group: &str) -> bool {
        let world = self.rig.aws.world();
        world.find_group(group).is_some_and(|group| !group.deleting)
    }

    async fn apply(&mut self, op: &Op) {
        let name = match op {
            Op::Hand(group, _)
            | Op::Deploy(group, _)
            | Op::Delete(group)
            | Op::Recreate(group, _)
            | Op::Untag(group)
            | Op::Tag(group)
            | Op::Protect(group, _) => GROUPS[*group],
            _ => "",
        };
        if !name.is_empty() && !self.exists(name) {
            return;
        }
        match op {
            Op::Pass(minutes) => {
                self.rig.pass(*minutes);
                self.tick(None).await;
            }
            Op::Ticks(count) => {
                for _ in 0..*count {
                    self.rig.pass(5);
                    self.tick(None).await;
                }
            }
            Op::Crash(boundary) => {
                self.rig.pass(5);
                self.tick(Some(*boundary)).await;
            }
            Op::Hand(_, desired) => {
                let changed = self.rig.aws.world().set_desired(name, *desired).is_ok();
                self.disturb(name, changed);
            }
            Op::Deploy(_, size) => {
                let changed = self.rig.aws.world().update_size(name, *size).is_ok();
                self.disturb(name, changed);
            }
            Op::Delete(_) => {
                let changed = self.rig.aws.world().delete_group(name).is_ok();
                self.disturb(name, changed);
            }
            Op::Recreate(_, size) => {
                self.rig.aws.world().recreate_group(name, *size);
                self.disturb(name, true);
            }
            Op::Untag(_) => self.rig.aws.world().untag_group(name, SCHEDULE),
            Op::Tag(_) => self.rig.aws.world().tag_group(name, SCHEDULE, BERLIN),
            Op::Protect(_, on) => {
                let value = if *on { "true" } else { "false" };
                let mut world = self.rig.aws.world();
                world.tag_group(name, "afterhours:protect", value);
            }
            Op::Claim(payload) => self.watched(Some(payload), None).await,
            Op::Deny(action) => self.rig.aws.world().deny(DENIALS[*action]),
            Op::Allow => self.allow(),
        }
    }

    fn disturb(&mut self, name: &str, changed: bool) {
        if changed {
            self.disturbed.insert(name.to_owned());
        }
    }

    fn allow(&self) {
        for action in DENIALS {
            self.rig.aws.world().allow(action);
        }
    }

    async fn tick(&mut self, crash: Option<usize>) {
        self.watched(None, crash).await;
    }

    /// Runs a tick or a command, and looks at what it did.
    async fn watched(&mut self, payload: Option<&Value>, crash: Option<usize>) {
        let before = self.rig.document().await;
        let was = self.rig.aws.world().platform();
        self.rig.aws.world().forget_calls();
        if let Some(payload) = payload {
            let _ = self.rig.command(payload).await;
        } else {
            let faults = Faults::new();
            if let Some(boundary) = crash {
                faults.crash_at(boundary);
            }
            let _ = self.rig.tick_with(&faults).await;
        }
        let after = self.rig.document().await;
        let is = self.rig.aws.world().platform();
        self.nothing_forbidden(&before, &after, &was);
        self.nothing_lost(&before, &after, &was, &is);
    }

    fn nothing_forbidden(&self, before: &ScopeDocument, after: &ScopeDocument, was: &Platform) {
        let world = self.rig.aws.world();
        let mutated: Vec<&str> = world
            .mutations()
            .iter()
            .map(|call| call.resource.as_str())
            .collect();
        if after.paused.is_some() {
            assert!(mutated.is_empty(), "paused, and {mutated:?}");
        }
        for (name, group) in &was.groups {
            let on = |value: &String| value != "false";
            let protected = group.tags.get("afterhours:protect").is_some_and(on);
            let recorded = before.records.contains_key(&TargetId::group(name));
            let untagged = !group.tags.contains_key(SCHEDULE) && !recorded;
            if protected || untagged {
                assert!(!mutated.contains(&name.as_str()), "{name} was touched");
            }
        }
    }

    fn nothing_lost(
        &self,
        before: &ScopeDocument,
        after: &ScopeDocument,
        was: &Platform,
        is: &Platform,
    ) {
        for (name, group) in &is.groups {
            let old = &was.groups[name];
            let saved = |document: &ScopeDocument| {
                let record = document.records.get(&TargetId::group(name))?;
                match &record.saved {
                    // What belongs to a namesake that is no more is no record of this group.
                    Saved::Group(saved) => (record.arn == group.arn).then(|| saved.clone()),
                    Saved::Endpoint(_) => panic!("{name} has a strange record"),
                }
            };
            match (saved(before), saved(after)) {
                (None, None) => assert_eq!(group.size, old.size, "{name} was changed unrecorded"),
                (None, Some(saved)) => {
                    assert_eq!(saved.size, old.size, "{name} is recorded as it was");
                    assert_eq!(saved.suspended_before, old.suspended, "{name}");
                }
                (Some(first), Some(saved)) => {
                    // A deployment may change the bounds that it wakes to, never what ran.
                    let (now, then) = (saved.size, first.size);
                    assert_eq!(now.desired, then.desired, "the record of {name} stays");
                    if !self.disturbed.contains(name) {
                        assert_eq!(now, then, "the record of {name} stays");
                    }
                    assert_eq!(saved.suspended_before, first.suspended_before, "{name}");
                }
                (Some(first), None) if self.disturbed.contains(name) => {
                    let least = old.size.desired.min(first.size.desired);
                    assert!(group.size.desired >= least, "{name}");
                    assert!(group.size.max >= first.size.max.min(old.size.max), "{name}");
                }
                (Some(first), None) => {
                    assert_eq!(group.size, first.size, "{name} is restored");
                    assert_eq!(group.suspended, first.suspended_before, "{name}");
                }
            }
        }
        let first = &self.first;
        for name in ENDPOINTS {
            let target = TargetId::endpoint(name);
            let whole = is
                .endpoints
                .get(name)
                .is_some_and(|endpoint| endpoint.variants == first.endpoints[name].variants);
            match after.records.get(&target).map(|record| &record.saved) {
                None => assert!(whole, "{name} is not whole and has no record"),
                Some(Saved::Endpoint(saved)) => {
                    assert_eq!(saved.variants, first.endpoints[name].variants);
                    assert_eq!(saved.tags, first.endpoints[name].tags);
                }
                Some(Saved::Group(_)) => panic!("{name} has a strange record"),
            }
        }
    }

    /// Everything is released and permitted again, and the windows open.
    async fn end(mut self) {
        self.allow();
        let names = GROUPS.map(|name| format!("asg/{name}"));
        let names = names
            .into_iter()
            .chain(ENDPOINTS.map(|name| format!("endpoint/{name}")));
        let _ = self.rig.command(&json!({ "command": "resume" })).await;
        for name in names {
            let release = json!({ "command": "release", "target": name });
            let _ = self.rig.command(&release).await;
        }
        for name in ["a", "b", "c"] {
            if self.exists(name) {
                let mut world = self.rig.aws.world();
                world.tag_group(name, "afterhours:protect", "false");
                world.tag_group(name, SCHEDULE, "always");
            }
        }
        self.rig.settle_from(LATE_AFTERNOON).await;
        let is = self.rig.aws.world().platform();
        let document = self.rig.document().await;
        assert!(document.records.is_empty(), "{:?}", document.records.keys());
        for name in GROUPS {
            if self.disturbed.contains(name) {
                continue;
            }
            let (was, is) = (&self.first.groups[name], &is.groups[name]);
            assert_eq!(is.size, was.size, "{name}");
            assert_eq!(is.suspended, was.suspended, "{name}");
            assert_eq!(is.arn, was.arn, "{name}");
        }
        assert_eq!(is.endpoints, self.first.endpoints);
        assert_eq!(is.targets, self.first.targets);
        assert_eq!(is.policies, self.first.policies);
        // And now there is nothing to do.
        let writes = self.rig.writes();
        let report = self.rig.tick().await;
        assert_eq!(report.plan.actions, []);
        assert_eq!(self.rig.writes(), writes);
    }
}

fn run(work: impl Future<Output = ()>) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().unwrap();
    runtime.block_on(work);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_nothing_is_lost_and_nothing_forbidden_is_done(
        ops in prop::collection::vec(op(), 1..40)
    ) {
        run(async {
            let mut life = Life::new();
            for op in &ops {
                life.apply(op).await;
            }
            life.end().await;
        });
    }

    #[test]
    fn an_observer_never_changes_anything(ops in prop::collection::vec(op(), 1..15)) {
        run(async {
            let mut life = Life::new();
            life.rig.config.mode = Mode::Observe;
            for op in &ops {
                life.apply(op).await;
                let world = life.rig.aws.world();
                assert!(world.calls().iter().all(|call| call.kind != CallKind::Mutate));
            }
        });
    }

    #[test]
    fn a_plan_does_not_depend_on_the_order_of_the_inventory(
        ops in prop::collection::vec(op(), 1..15)
    ) {
        run(async {
            let mut life = Life::new();
            for op in &ops {
                life.apply(op).await;
                let mut ports = life.rig.aws.ports();
                let request = life.rig.request();
                let command = afterhours_core::command::Command::Plan {};
                let straight = life.rig.scaler().run(&command, &request).await;
                ports.groups = std::sync::Arc::new(Reversed(life.rig.aws.clone()));
                let reversed = life.rig.scaler_on(ports).run(&command, &request).await;
                assert!(straight.unwrap() == reversed.unwrap(), "the plans differ");
            }
        });
    }
}

/// Groups in the opposite order.
struct Reversed(FakeAws);

#[async_trait]
impl Groups for Reversed {
    async fn list(&self) -> PortResult<Vec<Group>> {
        let mut groups = Groups::list(&self.0).await?;
        groups.reverse();
        Ok(groups)
    }

    async fn update_size(&self, name: &str, size: GroupSize) -> PortResult<()> {
        self.0.update_size(name, size).await
    }

    async fn suspend(&self, name: &str, processes: &BTreeSet<String>) -> PortResult<()> {
        self.0.suspend(name, processes).await
    }

    async fn resume(&self, name: &str, processes: &BTreeSet<String>) -> PortResult<()> {
        self.0.resume(name, processes).await
    }
}

#[tokio::test(start_paused = true)]
async fn summer_time_ends_once() {
    let mut rig = Rig::new();
    {
        let mut world = rig.aws.world();
        world
            .group("b")
            .size(0, 1, 3)
            .tag(SCHEDULE, OVERNIGHT)
            .add();
        world.group("office").tag(SCHEDULE, OFFICE).add();
    }
    // 02:30 happens twice in this night; the window ends at the first.
    rig.clock("2026-10-24T23:00:00Z");
    let mut changes = Vec::new();
    let mut was = rig.size("b");
    while rig.now < crate::rig::at("2026-10-25T19:30:00Z") {
        rig.tick().await;
        let is = rig.size("b");
        if is != was {
            changes.push((rig.now.to_string(), is.desired));
            was = is;
        }
        rig.set_clock(rig.now + SignedDuration::from_mins(5));
        rig.aws.world().settle();
    }
    let expected = [("2026-10-25T00:30:00Z", 0), ("2026-10-25T19:00:00Z", 1)];
    assert_eq!(changes, expected.map(|(at, count)| (at.to_owned(), count)));
}

//! The second look at a plan: every rule, broken by a plan made by hand.

use std::collections::BTreeSet;

use afterhours_core::config::Config;
use afterhours_core::memory::{EndpointMethod, Record, Saved, ScopeDocument};
use afterhours_core::model::{
    ConfigState, Endpoint, EndpointKind, EndpointStatus, Inventory, Listing, PolicyKind,
    ScalableTarget, Suspension, Tags, TargetId, Variant,
};
use afterhours_core::plan::{Action, Change, Plan, PlanInput, Step, lint, plan};
use afterhours_fake::World;
use jiff::Timestamp;
use serde_json::json;

use crate::rig::{OFFICE, SCHEDULE, at, config, size};

struct Case {
    config: Config,
    document: ScopeDocument,
    inventory: Inventory,
    now: Timestamp,
}

fn tags() -> Tags {
    Tags::from([(SCHEDULE.to_owned(), OFFICE.to_owned())])
}

fn endpoint(name: &str, kind: EndpointKind) -> Endpoint {
    let now = at("2026-11-01T00:00:00Z");
    Endpoint {
        name: name.to_owned(),
        arn: format!("arn:aws:sagemaker:eu-central-1:111122223333:endpoint/{name}"),
        created_at: now,
        modified_at: Some(now),
        status: EndpointStatus::InService,
        failure_reason: None,
        config_name: "v1".to_owned(),
        kind: Ok(kind),
        variants: vec![Variant {
            name: "main".to_owned(),
            count: 2,
            weight: 1.0,
        }],
        tags: tags(),
        scalable_targets: Ok(vec![ScalableTarget {
            resource_id: World::resource_id(name, "main"),
            dimension: "sagemaker:variant:DesiredInstanceCount".to_owned(),
            min: 1,
            max: 4,
            role_arn: None,
            suspended: Suspension::default(),
        }]),
        policies: Ok(Vec::new()),
        scheduled_actions: Ok(Vec::new()),
    }
}

impl Case {
    /// A group, an asynchronous and a classic endpoint; it is evening.
    fn new() -> Self {
        let mut world = World::default();
        world
            .group("train")
            .size(2, 4, 6)
            .tag(SCHEDULE, OFFICE)
            .policy("track", PolicyKind::Alarm)
            .add();
        let groups = vec![world.find_group("train").unwrap().clone()];
        let endpoints = vec![
            endpoint("classic", EndpointKind::RealTime),
            endpoint("quant", EndpointKind::Asynchronous),
        ];
        let config = config(&json!({ "limits": { "max_capacity": 10 } }));
        Self {
            document: ScopeDocument::new(config.scopes[0].clone()),
            config,
            inventory: Inventory {
                groups: Listing::complete(groups),
                endpoints: Listing::complete(endpoints),
                other_endpoints: Vec::new(),
                configs: [("v1".to_owned(), ConfigState::Exists)].into(),
            },
            now: at("2026-11-02T18:00:00Z"),
        }
    }

    /// Everything sleeps, and it is morning.
    fn asleep() -> Self {
        let mut case = Self::new();
        let plan = case.plan();
        for change in plan.actions.iter().flat_map(|action| &action.before) {
            change.apply(&mut case.document);
        }
        case.inventory.groups.items[0].size = size(0, 0, 6);
        for endpoint in &mut case.inventory.endpoints.items {
            endpoint.variants[0].count = 0;
        }
        case.inventory
            .endpoints
            .items
            .retain(|endpoint| endpoint.name != "classic");
        case.now = at("2026-11-03T08:00:00Z");
        case
    }

    fn input(&self) -> PlanInput<'_> {
        PlanInput {
            now: self.now,
            config: &self.config,
            document: &self.document,
            inventory: &self.inventory,
            activity: None,
            focus: None,
        }
    }

    fn plan(&self) -> Plan {
        plan(self.input())
    }

    /// The rules that a plan breaks after `spoil` was done to the action of `target`.
    fn broken(&self, target: &TargetId, spoil: impl FnOnce(&mut Action)) -> Vec<&'static str> {
        let mut plan = self.plan();
        assert_eq!(plan.actions.len(), 3, "{plan:?}");
        let action = plan
            .actions
            .iter_mut()
            .find(|action| action.target == *target);
        spoil(action.unwrap());
        self.check(plan)
    }

    fn check(&self, mut plan: Plan) -> Vec<&'static str> {
        let before = plan.actions.len();
        let broken = lint(self.input(), &mut plan);
        assert_eq!(plan.actions.len() + broken.len(), before);
        assert_eq!(plan.errors.len(), broken.len(), "every refusal is reported");
        broken.into_iter().map(|lint| lint.rule).collect()
    }
}

fn train() -> TargetId {
    TargetId::group("train")
}

fn record(action: &mut Action) -> &mut Record {
    let records = action.before.iter_mut().filter_map(|change| match change {
        Change::PutRecord(_, record) => Some(&mut **record),
        _ => None,
    });
    records.last().unwrap()
}

/// Replaces the calls of an action.
fn calls(step: Step) -> impl FnOnce(&mut Action) {
    move |action| action.steps = vec![step]
}

#[test]
fn the_plans_of_an_evening_and_a_morning_break_no_rule() {
    for case in [Case::new(), Case::asleep()] {
        let plan = case.plan();
        assert_eq!(plan.actions.len(), 3);
        assert_eq!(case.check(plan), [""; 0]);
    }
}

#[test]
fn a_target_has_one_action() {
    let case = Case::new();
    let mut plan = case.plan();
    plan.actions.push(plan.actions[0].clone());
    assert_eq!(case.check(plan), ["a target has one action in a plan"]);
}

#[test]
fn the_record_is_written_first_and_is_of_the_target() {
    let case = Case::new();
    let rule = case.broken(&train(), |action| action.before.clear());
    assert_eq!(rule, ["an action writes its record before its first call"]);
    let rule = case.broken(&train(), |action| record(action).arn.push('x'));
    assert_eq!(
        rule,
        ["a record is of the very target that the action changes"]
    );
}

#[test]
fn an_action_calls_something() {
    let rule = Case::new().broken(&train(), |action| action.steps.clear());
    assert_eq!(rule, ["an action has at least one call"]);
}

#[test]
fn what_is_not_selected_is_not_touched() {
    for (tag, value, expected) in [
        (
            "afterhours:protect",
            "1",
            "a protected target is never touched",
        ),
        (
            SCHEDULE,
            "daily",
            "a target that is not selected is never touched",
        ),
        (
            "env",
            "prod",
            "a target that is not selected is never touched",
        ),
        ("", "", "an untagged target is never touched"),
    ] {
        let mut case = Case::new();
        let plan = case.plan();
        let rule = json!({ "production": { "tag": "env", "values": ["prod"] } });
        case.config = config(&rule);
        let tags = &mut case.inventory.groups.items[0].tags;
        if tag.is_empty() {
            tags.clear();
        } else {
            tags.insert(tag.to_owned(), value.to_owned());
        }
        assert_eq!(case.check(plan), [expected], "{tag}={value}");
    }
}

#[test]
fn what_was_saved_is_not_overwritten_with_less() {
    let expected = "what was saved is never overwritten with less";
    let case = Case::asleep();
    let rule = case.broken(&train(), |action| {
        if let Saved::Group(saved) = &mut record(action).saved {
            saved.size = size(0, 0, 6);
        }
    });
    assert_eq!(rule, [expected]);
    for name in ["quant", "classic"] {
        let rule = case.broken(&TargetId::endpoint(name), |action| {
            if let Saved::Endpoint(saved) = &mut record(action).saved {
                saved.variants[0].count = 0;
            }
        });
        assert_eq!(rule, [expected]);
    }
}

#[test]
fn a_sleep_saves_what_it_takes() {
    let case = Case::new();
    let expected = "a sleep saves what it takes away";
    let rule = case.broken(&train(), |action| {
        if let Saved::Group(saved) = &mut record(action).saved {
            saved.size = size(0, 0, 6);
        }
    });
    assert_eq!(rule, [expected]);
    let rule = case.broken(&TargetId::endpoint("quant"), |action| {
        if let Saved::Endpoint(saved) = &mut record(action).saved {
            saved.variants[0].count = 0;
        }
    });
    assert_eq!(rule, [expected]);
}

#[test]
fn calls_go_to_what_they_are_for() {
    let case = Case::new();
    let update = Step::UpdateGroup {
        size: size(0, 0, 6),
    };
    let rule = case.broken(&TargetId::endpoint("quant"), calls(update));
    assert_eq!(rule, ["calls of groups go to groups"]);
    let rule = case.broken(&train(), calls(Step::DeleteEndpoint {}));
    assert_eq!(rule, ["calls of endpoints go to endpoints"]);
}

#[test]
fn no_list_of_processes_is_empty() {
    let none = BTreeSet::new;
    for step in [
        Step::SuspendProcesses { processes: none() },
        Step::ResumeProcesses { processes: none() },
    ] {
        let rule = Case::new().broken(&train(), calls(step));
        assert_eq!(rule, ["an empty list of processes means all of them"]);
    }
}

#[test]
fn sizes_are_in_order_and_within_bounds() {
    for wrong in [size(2, 1, 6), size(0, 7, 6)] {
        let rule = Case::asleep().broken(&train(), calls(Step::UpdateGroup { size: wrong }));
        assert_eq!(rule, ["minimum, desired and maximum are in order"]);
    }
    let beyond = Step::UpdateGroup {
        size: size(0, 11, 11),
    };
    let rule = Case::asleep().broken(&train(), calls(beyond));
    assert_eq!(rule, ["nothing wakes beyond limits.max_capacity"]);
    let beyond = Step::SetVariantCount {
        variant: "main".to_owned(),
        count: 11,
    };
    let rule = Case::asleep().broken(&TargetId::endpoint("quant"), calls(beyond));
    assert_eq!(rule, ["nothing wakes beyond limits.max_capacity"]);
}

#[test]
fn a_sleep_goes_to_zero() {
    let case = Case::new();
    let half = Step::UpdateGroup {
        size: size(0, 1, 6),
    };
    assert_eq!(case.broken(&train(), calls(half)), ["a sleep goes to zero"]);
    let half = Step::SetVariantCount {
        variant: "main".to_owned(),
        count: 1,
    };
    let rule = case.broken(&TargetId::endpoint("quant"), calls(half));
    assert_eq!(rule, ["a sleep goes to zero"]);
}

#[test]
fn only_named_endpoints_are_deleted_and_only_with_a_record_to_make_them_from() {
    let case = Case::new();
    let rule = case.broken(&TargetId::endpoint("quant"), calls(Step::DeleteEndpoint {}));
    assert_eq!(
        rule,
        ["only endpoints named in recreate_endpoints are deleted"]
    );
    let rule = case.broken(&TargetId::endpoint("classic"), |action| {
        if let Saved::Endpoint(saved) = &mut record(action).saved {
            saved.method = EndpointMethod::ZeroInstances;
        }
    });
    assert_eq!(
        rule,
        ["an endpoint is deleted only with a record to make it again from"]
    );
}

#[test]
fn an_endpoint_is_made_with_its_own_tags() {
    let rule = Case::asleep().broken(&TargetId::endpoint("classic"), |action| {
        for step in &mut action.steps {
            if let Step::CreateEndpoint { tags, .. } = step {
                tags.remove(SCHEDULE);
            }
        }
    });
    assert_eq!(
        rule,
        ["an endpoint is made again with the tags that it had"]
    );
}

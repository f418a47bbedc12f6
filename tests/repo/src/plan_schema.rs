//! The schema of plans and the types behind it say the same.

use std::collections::{BTreeMap, BTreeSet};

use afterhours_core::config::Mode;
use afterhours_core::model::{
    EndpointPolicy, GroupSize, Kind, ScalableTarget, Scope, Suspension, TargetId,
};
use afterhours_core::plan::{
    ActionReport, ErrorReport, FindingReport, PlanReport, Shape, Step, UntouchedReport, Verb,
};
use afterhours_scaler::TickReport;
use serde_json::{Value, json};

use crate::root;

const DIMENSION: &str = "sagemaker:variant:DesiredInstanceCount";
const RESOURCE: &str = "endpoint/quant/variant/main";

fn document() -> Value {
    serde_json::from_str(&root::read("schemas/plan.schema.json")).unwrap()
}

/// The name of a call as the schema has it; a call that is new does not compile until it is here.
fn call(step: &Step) -> &'static str {
    match step {
        Step::SuspendProcesses { .. } => "suspend_processes",
        Step::ResumeProcesses { .. } => "resume_processes",
        Step::UpdateGroup { .. } => "update_group",
        Step::SetVariantCount { .. } => "set_variant_count",
        Step::SetVariantWeights { .. } => "set_variant_weights",
        Step::RegisterTarget { .. } => "register_target",
        Step::DeregisterTarget { .. } => "deregister_target",
        Step::PutPolicy { .. } => "put_policy",
        Step::DeleteEndpoint {} => "delete_endpoint",
        Step::CreateEndpoint { .. } => "create_endpoint",
    }
}

fn policy(definition: Result<Value, String>) -> EndpointPolicy {
    EndpointPolicy {
        name: "by-invocations".to_owned(),
        resource_id: RESOURCE.to_owned(),
        dimension: DIMENSION.to_owned(),
        definition,
    }
}

fn steps() -> Vec<Step> {
    let processes = BTreeSet::from(["AlarmNotification".to_owned()]);
    let size = GroupSize {
        min: 1,
        desired: 2,
        max: 3,
    };
    let target = |role_arn| ScalableTarget {
        resource_id: RESOURCE.to_owned(),
        dimension: DIMENSION.to_owned(),
        min: 1,
        max: 4,
        role_arn,
        suspended: Suspension::ALL,
    };
    vec![
        Step::SuspendProcesses {
            processes: processes.clone(),
        },
        Step::ResumeProcesses { processes },
        Step::UpdateGroup { size },
        Step::SetVariantCount {
            variant: "main".to_owned(),
            count: 0,
        },
        Step::SetVariantWeights {
            weights: vec![("main".to_owned(), 0.5)],
        },
        Step::RegisterTarget {
            target: target(None),
        },
        Step::RegisterTarget {
            target: target(Some("arn:aws:iam::123456789012:role/scaling".to_owned())),
        },
        Step::DeregisterTarget {
            resource_id: RESOURCE.to_owned(),
            dimension: DIMENSION.to_owned(),
        },
        Step::PutPolicy {
            policy: policy(Ok(json!({ "PolicyType": "TargetTrackingScaling" }))),
        },
        Step::PutPolicy {
            policy: policy(Err("a form that this version does not know".to_owned())),
        },
        Step::DeleteEndpoint {},
        Step::CreateEndpoint {
            config_name: "quant-7".to_owned(),
            tags: BTreeMap::from([("team".to_owned(), "ml".to_owned())]),
        },
    ]
}

fn report() -> PlanReport {
    let shapes = [
        (
            Verb::Sleep,
            Shape::Group(GroupSize {
                min: 1,
                desired: 2,
                max: 3,
            }),
        ),
        (Verb::Wake, Shape::ABSENT),
        (
            Verb::Sleep,
            Shape::Endpoint {
                instances: BTreeMap::from([("main".to_owned(), 2)]),
            },
        ),
    ];
    let outcomes = [
        None,
        Some("done".to_owned()),
        Some("failed: no time left".to_owned()),
    ];
    let kinds = [
        Kind::AutoScalingGroup,
        Kind::SagemakerEndpoint,
        Kind::SagemakerEndpoint,
    ];
    let actions = shapes.into_iter().zip(outcomes).zip(kinds);
    PlanReport {
        now: "2026-03-27T18:00:00Z".parse().unwrap(),
        scope: Scope {
            account: "123456789012".to_owned(),
            region: "eu-central-1".to_owned(),
        },
        mode: Mode::Act,
        actions: actions
            .map(|(((action, from), outcome), kind)| ActionReport {
                target: TargetId {
                    kind,
                    name: "quant".to_owned(),
                },
                kind,
                arn: "arn:aws:sagemaker:eu-central-1:123456789012:endpoint/quant".to_owned(),
                action,
                from: from.clone(),
                to: from,
                reason: "schedule: asleep now".to_owned(),
                steps: steps(),
                outcome,
            })
            .collect(),
        untouched: vec![UntouchedReport {
            target: TargetId::group("a"),
            reason: "awake, as it should be".to_owned(),
        }],
        errors: vec![ErrorReport {
            target: TargetId::endpoint("*"),
            error: "sagemaker:ListEndpoints is denied".to_owned(),
        }],
        findings: vec![FindingReport {
            target: TargetId::group("b"),
            code: "invalid-schedule",
            what: "it cannot be read".to_owned(),
            fix: "Correct the tag.".to_owned(),
        }],
    }
}

fn tick() -> TickReport {
    TickReport {
        plan: report(),
        targets: 3,
        asleep: 2,
        alerts: 1,
        mended: vec!["the document was behind the journal".to_owned()],
    }
}

#[test]
fn plans_and_ticks_fit_the_schema() {
    let schema = jsonschema::validator_for(&document()).unwrap();
    let quiet = TickReport {
        mended: Vec::new(),
        ..tick()
    };
    let values = [
        serde_json::to_value(report()).unwrap(),
        serde_json::to_value(tick()).unwrap(),
        serde_json::to_value(quiet).unwrap(),
    ];
    for value in values {
        let errors: Vec<String> = schema
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn the_schema_has_no_field_and_no_call_that_the_types_do_not_have() {
    let mut in_schema = BTreeSet::new();
    properties(&document(), &mut in_schema);
    let mut written = BTreeSet::new();
    keys(&serde_json::to_value(tick()).unwrap(), &mut written);
    let unknown: Vec<_> = in_schema.difference(&written).collect();
    assert!(unknown.is_empty(), "{unknown:?}");

    let steps = steps();
    let mut calls = BTreeSet::new();
    for step in &steps {
        assert_eq!(serde_json::to_value(step).unwrap()["call"], call(step));
        calls.insert(call(step));
    }
    let forms = document()["$defs"]["step"]["oneOf"].clone();
    let named: BTreeSet<String> = forms
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|form| {
            form["properties"]["call"]["enum"]
                .as_array()
                .unwrap()
                .clone()
        })
        .map(|name| name.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(named, calls.into_iter().map(str::to_owned).collect());
}

#[test]
fn the_schema_refuses_what_the_types_cannot_be() {
    let schema = jsonschema::validator_for(&document()).unwrap();
    for (place, wrong) in [
        ("/actions/0/action", json!("stop")),
        ("/actions/0/kind", json!("asg")),
        ("/actions/0/target", json!("gpu-training")),
        ("/actions/0/from", json!({ "min": 0, "desired": 1 })),
        ("/actions/0/steps/0", json!({ "call": "terminate" })),
        ("/actions/0/steps/0/processes", json!([])),
        ("/actions/1/outcome", json!("perhaps")),
        ("/scope/account", json!("1")),
        ("/mode", json!("dry")),
        ("/now", json!("today")),
        ("/findings/0/code", json!("Not Stable")),
        ("/errors/0", json!({ "target": "asg/x" })),
    ] {
        let mut value = serde_json::to_value(tick()).unwrap();
        assert!(schema.is_valid(&value));
        *value.pointer_mut(place).unwrap() = wrong;
        assert!(!schema.is_valid(&value), "{place}");
    }
}

fn properties(schema: &Value, into: &mut BTreeSet<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Object(named)) = map.get("properties") {
                into.extend(named.keys().cloned());
            }
            map.values().for_each(|part| properties(part, into));
        }
        Value::Array(list) => list.iter().for_each(|part| properties(part, into)),
        _ => {}
    }
}

fn keys(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            into.extend(map.keys().cloned());
            map.values().for_each(|part| keys(part, into));
        }
        Value::Array(list) => list.iter().for_each(|part| keys(part, into)),
        _ => {}
    }
}

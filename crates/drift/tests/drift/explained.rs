//! What the scaler and autoscalers did is explained, exactly as far as the evidence goes.

use std::collections::BTreeSet;

use afterhours_core::memory::{GroupRecord, Phase, Record, Saved, ScopeDocument};
use afterhours_core::model::{GroupSize, Scope, TargetId};
use afterhours_diff::{Finding, Live};
use serde_json::{Value, json};

use crate::rig::{ACCOUNT, REGION, World, at, live, resource, scan_of};

const ARN: &str =
    "arn:aws:autoscaling:eu-central-1:123456789012:autoScalingGroup:u:autoScalingGroupName/gpu";

fn group(min: u32, desired: u32, max: u32, more: &Value) -> Value {
    let mut attributes = json!({"id": "gpu", "name": "gpu", "arn": ARN, "min_size": min,
        "desired_capacity": desired, "max_size": max, "suspended_processes": []});
    for (name, value) in more.as_object().unwrap() {
        attributes[name] = value.clone();
    }
    attributes
}

fn there(min: u32, desired: u32, max: u32, more: &Value) -> Live {
    let mut found = live(
        "aws_autoscaling_group",
        "gpu",
        group(min, desired, max, more),
    );
    found.arn = Some(ARN.to_owned());
    found
}

/// The scaler took 1/2/4 and wrote 0/0/4, and suspended `AZRebalance`.
fn slept(arn: &str) -> ScopeDocument {
    let size = |min, desired, max| GroupSize { min, desired, max };
    let scope = Scope {
        account: ACCOUNT.to_owned(),
        region: REGION.to_owned(),
    };
    let mut document = ScopeDocument::new(scope);
    document.records.insert(
        TargetId::group("gpu"),
        Record {
            arn: arn.to_owned(),
            created_at: at("2026-01-01T00:00:00Z"),
            captured_at: at("2026-11-20T18:00:00Z"),
            phase: Phase::Asleep,
            saved: Saved::Group(GroupRecord {
                size: size(1, 2, 4),
                suspended_before: BTreeSet::new(),
                suspended_by_us: BTreeSet::from(["AZRebalance".to_owned()]),
                written: BTreeSet::from([size(0, 0, 4)]),
                last_written: size(0, 0, 4),
            }),
        },
    );
    document
}

async fn findings(state: Value, found: Vec<Live>, memory: Option<ScopeDocument>) -> Vec<Finding> {
    let mut world = World::listing(found);
    world.memory = memory;
    let resources = json!([resource("aws_autoscaling_group", "gpu", state)]);
    scan_of(resources, &world).await.report.findings
}

fn told(findings: &[Finding]) -> Vec<(Option<&str>, Vec<&str>)> {
    findings
        .iter()
        .map(|finding| {
            let by = finding.explained.as_ref().map(|why| why.by.as_str());
            let paths = finding.attributes.iter().map(|a| a.path.as_str()).collect();
            (by, paths)
        })
        .collect()
}

#[tokio::test]
async fn what_the_scaler_took_is_explained_by_its_record() {
    let asleep = there(0, 0, 4, &json!({"suspended_processes": ["AZRebalance"]}));
    let found = findings(group(1, 2, 4, &json!({})), vec![asleep], Some(slept(ARN))).await;
    let [(by, paths)] = told(&found).try_into().unwrap();
    assert_eq!(by, Some("scaler"));
    let paths: BTreeSet<&str> = paths.into_iter().collect();
    assert_eq!(
        paths,
        BTreeSet::from(["desired_capacity", "min_size", "suspended_processes"])
    );
}

#[tokio::test]
async fn another_value_than_the_one_it_wrote_is_not_explained() {
    let other = there(0, 1, 4, &json!({}));
    let found = findings(group(1, 2, 4, &json!({})), vec![other], Some(slept(ARN))).await;
    assert_eq!(
        told(&found),
        [(None, vec!["min_size", "desired_capacity"])].map(
            |(by, mut paths): (Option<&str>, Vec<&str>)| {
                sort_as(&mut paths, &found);
                (by, paths)
            }
        )
    );
}

/// Brings expected paths into the order of the catalog.
fn sort_as(paths: &mut [&str], found: &[Finding]) {
    let order: Vec<&str> = found
        .iter()
        .flat_map(|finding| finding.attributes.iter().map(|a| a.path.as_str()))
        .collect();
    paths.sort_by_key(|path| order.iter().position(|known| known == path));
}

#[tokio::test]
async fn a_change_that_hides_behind_the_sleep_is_seen_as_it_was_made() {
    // The state says 1/1/4; somebody made it 1/2/4, then it slept.
    let asleep = there(0, 0, 4, &json!({"suspended_processes": ["AZRebalance"]}));
    let found = findings(group(1, 1, 4, &json!({})), vec![asleep], Some(slept(ARN))).await;
    let open: Vec<_> = found.iter().filter(|f| f.explained.is_none()).collect();
    let [finding] = open.as_slice() else {
        panic!("{found:?}");
    };
    let changed = &finding.attributes[0];
    assert_eq!(
        (changed.path.as_str(), &changed.state, &changed.live),
        ("desired_capacity", &json!(1), &json!(2))
    );
}

#[tokio::test]
async fn a_record_of_another_group_of_that_name_explains_nothing() {
    let asleep = there(0, 0, 4, &json!({}));
    let memory = slept(&ARN.replace(":u:", ":other:"));
    let found = findings(group(1, 2, 4, &json!({})), vec![asleep], Some(memory)).await;
    assert!(found.iter().all(|finding| finding.explained.is_none()));
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn a_desired_capacity_within_its_band_is_explained_where_something_scales_it() {
    let moved = there(1, 3, 4, &json!({}));
    let policy = live("aws_autoscaling_policy", "gpu|cpu", json!({}));
    let found = findings(
        group(1, 2, 4, &json!({})),
        vec![moved.clone(), policy],
        None,
    )
    .await;
    assert_eq!(
        told(&found),
        [(Some("autoscaling"), vec!["desired_capacity"])]
    );
    let found = findings(group(1, 2, 4, &json!({})), vec![moved], None).await;
    assert_eq!(told(&found), [(None, vec!["desired_capacity"])]);
}

//! What a scan finds.

use afterhours_diff::{Class, Origin};
use serde_json::json;

use crate::rig::{Source, Told, World, key_pair, live, resource, scan_of, scanned, state};

#[tokio::test]
async fn what_is_as_the_state_says_gives_nothing_and_is_accounted_for() {
    let world = World::listing(vec![live(
        "aws_key_pair",
        "a",
        json!({"key_name": "a", "tags": {"team": "ml", "aws:made": "x"}}),
    )]);
    let data = json!({"mode": "data", "type": "aws_region", "name": "here",
        "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
        "instances": [{"schema_version": 0, "attributes": {"id": "x"}}]});
    let other = json!({"mode": "managed", "type": "random_id", "name": "r",
        "provider": "provider[\"registry.terraform.io/hashicorp/random\"]",
        "instances": [{"schema_version": 0, "attributes": {"id": "x"}}]});
    let unknown = resource("aws_quantum_ledger", "q", json!({"id": "q"}));
    let pair = key_pair("a", json!({"team": "ml"}));
    let report = scan_of(json!([pair, data, other, unknown]), &world)
        .await
        .report;
    assert_eq!(report.findings, []);
    let coverage = &report.coverage;
    assert_eq!(
        (
            coverage.compared,
            coverage.out_of_scope,
            coverage.unsupported
        ),
        (1, 2, 1)
    );
    assert!(report.is_complete(false) && !report.is_complete(true));
}

#[tokio::test]
async fn a_changed_tag_is_found_with_both_values() {
    let world = World::listing(vec![live(
        "aws_key_pair",
        "a",
        json!({"key_name": "a", "tags": {"team": "ops"}}),
    )]);
    let report = scan_of(json!([key_pair("a", json!({"team": "ml"}))]), &world)
        .await
        .report;
    let [finding] = report.findings.as_slice() else {
        panic!("{:?}", report.findings);
    };
    assert_eq!(finding.class, Class::Changed);
    assert_eq!(finding.address.as_deref(), Some("aws_key_pair.a"));
    let changed: Vec<_> = finding
        .attributes
        .iter()
        .map(|change| (change.path.as_str(), &change.state, &change.live))
        .collect();
    assert_eq!(changed, [("tags.team", &json!("ml"), &json!("ops"))]);
}

#[tokio::test]
async fn what_is_gone_is_deleted_and_counts_as_compared() {
    let report = scan_of(
        json!([key_pair("a", json!({}))]),
        &World::listing(Vec::new()),
    )
    .await
    .report;
    let classes: Vec<_> = report.findings.iter().map(|f| f.class).collect();
    assert_eq!(classes, [Class::Deleted]);
    assert_eq!(report.coverage.compared, 1);
}

#[tokio::test]
async fn what_a_list_leaves_out_is_asked_for_before_it_is_called_deleted() {
    let world = World::of(Told {
        only_when_asked: vec![live(
            "aws_key_pair",
            "a",
            json!({"key_name": "a", "tags": {}}),
        )],
        ..Told::default()
    });
    let report = scan_of(json!([key_pair("a", json!({}))]), &world)
        .await
        .report;
    assert_eq!(report.findings, []);
    let asked = world.reader.asked.lock().unwrap();
    assert_eq!(asked.iter().filter(|wanted| wanted.confirm).count(), 1);
}

#[tokio::test]
async fn what_no_state_names_is_unmanaged_but_for_what_aws_made() {
    let mut owned = live("aws_key_pair", "theirs", json!({}));
    owned.origin = Origin::ManagedBy("cloudformation stack x".to_owned());
    let world = World::listing(vec![
        live("aws_key_pair", "a", json!({"key_name": "a", "tags": {}})),
        live("aws_key_pair", "by\"hand", json!({})),
        owned,
    ]);
    let report = scan_of(json!([key_pair("a", json!({}))]), &world)
        .await
        .report;
    let [finding] = report.findings.as_slice() else {
        panic!("{:?}", report.findings);
    };
    assert_eq!((finding.class, &finding.address), (Class::Unmanaged, &None));
    assert_eq!(
        finding.next_step.as_deref(),
        Some("import {\n  to = aws_key_pair.imported_by_hand\n  id = \"by\\\"hand\"\n}")
    );
}

#[tokio::test]
async fn two_states_that_claim_one_object_conflict() {
    let world = World::listing(vec![live(
        "aws_key_pair",
        "a",
        json!({"key_name": "a", "tags": {}}),
    )]);
    let same = state(json!([key_pair("a", json!({}))]));
    let sources = vec![Source::new("one", &same), Source::new("two", &same)];
    let report = scanned(sources, &world).await.report;
    let classes: Vec<_> = report.findings.iter().map(|f| f.class).collect();
    assert_eq!(classes, [Class::Conflict]);
    assert!(
        report
            .findings
            .iter()
            .any(|finding| finding.summary.ends_with("2 states: one, two"))
    );
}

#[tokio::test]
async fn a_secret_is_found_and_never_shown() {
    let world = World::listing(vec![live(
        "aws_key_pair",
        "a",
        json!({"key_name": "a", "tags": {"token": "hush-live"}}),
    )]);
    let mut pair = key_pair("a", json!({"token": "hush-state"}));
    pair["instances"][0]["sensitive_attributes"] = json!([[
        {"type": "get_attr", "value": "tags"},
        {"type": "index", "value": {"value": "token", "type": "string"}}
    ]]);
    let report = scan_of(json!([pair]), &world).await.report;
    assert_eq!(report.findings.len(), 1);
    let printed = serde_json::to_string(&report).unwrap();
    assert!(!printed.contains("hush"), "{printed}");
    assert!(printed.contains("(sensitive value)"));
}

#[tokio::test]
async fn a_secret_under_a_key_with_dots_is_never_shown() {
    let world = World::listing(vec![live(
        "aws_key_pair",
        "a",
        json!({"key_name": "a", "tags": {"my.token[x]": "hush-live"}}),
    )]);
    let mut pair = key_pair("a", json!({"my.token[x]": "hush-state"}));
    pair["instances"][0]["sensitive_attributes"] = json!([[
        {"type": "get_attr", "value": "tags"},
        {"type": "index", "value": {"value": "my.token[x]", "type": "string"}}
    ]]);
    let report = scan_of(json!([pair]), &world).await.report;
    assert_eq!(report.findings.len(), 1);
    let printed = serde_json::to_string(&report).unwrap();
    assert!(!printed.contains("hush"), "{printed}");
}

#[tokio::test]
async fn what_may_be_in_another_region_is_not_called_deleted() {
    let world = World::listing(Vec::new());
    let alias = "provider[\"registry.terraform.io/hashicorp/aws\"].virginia";
    let mut pair = key_pair("a", json!({}));
    pair["provider"] = json!(alias);
    let report = scan_of(json!([pair.clone()]), &world).await.report;
    assert_eq!(report.findings, []);
    assert_eq!(report.coverage.failed, 1);
    assert!(!report.is_complete(false));

    // Another of the same configuration tells where it is, so it is asked for there, and known to be gone.
    let arn = "arn:aws:ec2:us-east-1:123456789012:key-pair/b";
    let mut teller = key_pair("b", json!({}));
    teller["provider"] = json!(alias);
    teller["instances"][0]["attributes"]["arn"] = json!(arn);
    let report = scan_of(json!([pair, teller]), &world).await.report;
    let regions: Vec<_> = report
        .findings
        .iter()
        .map(|f| f.region.as_deref())
        .collect();
    assert_eq!(regions, [Some("us-east-1"); 2]);
}

#[tokio::test]
async fn a_deposed_object_that_still_exists_and_a_tainted_one_are_said() {
    let world = World::listing(vec![live(
        "aws_key_pair",
        "a",
        json!({"key_name": "a", "tags": {}}),
    )]);
    let mut pair = key_pair("a", json!({}));
    pair["instances"][0]["status"] = json!("tainted");
    let mut deposed = pair["instances"][0].clone();
    deposed["deposed"] = json!("1a2b3c4d");
    pair["instances"].as_array_mut().unwrap().push(deposed);
    let report = scan_of(json!([pair]), &world).await.report;
    let mut faults: Vec<_> = report
        .findings
        .iter()
        .map(|finding| (finding.class, finding.id.clone().unwrap_or_default()))
        .collect();
    faults.sort();
    assert_eq!(
        faults,
        [
            (Class::Integrity, "deposed".to_owned()),
            (Class::Integrity, "tainted".to_owned())
        ]
    );
    assert_eq!(report.coverage.compared, 2);
}

//! What people have said to be fine.

use afterhours_diff::{Class, Finding};
use afterhours_drift::{Scan, Suppressions};
use serde_json::json;

use crate::rig::{World, at, key_pair, live, scan_of};

async fn scan() -> Scan {
    let tags = json!({"key_name": "a", "tags": {"team": "ops", "cost": "2"}});
    let world = World::listing(vec![live("aws_key_pair", "a", tags)]);
    let state = key_pair("a", json!({"team": "ml", "cost": "1"}));
    let gone = key_pair("gone", json!({}));
    scan_of(json!([state, gone]), &world).await
}

async fn under(rules: &str) -> Scan {
    let mut scan = scan().await;
    let rules = Suppressions::parse("rules.yaml", rules).unwrap();
    rules.put_over(&mut scan, at("2026-11-21T05:00:00Z"));
    scan
}

fn told(findings: &[Finding]) -> Vec<(Class, Vec<&str>)> {
    findings
        .iter()
        .map(|finding| {
            let paths = finding.attributes.iter().map(|a| a.path.as_str()).collect();
            (finding.class, paths)
        })
        .collect()
}

const RULE: &str = "version: 1
suppress:
  - address: aws_key_pair.*
    attribute: ATTRIBUTE
    reason: retagged by the cost tool
    owner: ops
    expires: EXPIRES
";

fn rule(attribute: &str, expires: &str) -> String {
    RULE.replace("ATTRIBUTE", attribute)
        .replace("EXPIRES", expires)
}

#[tokio::test]
async fn a_rule_hides_its_attribute_alone_and_never_a_delete() {
    let scan = under(&rule("tags.team", "2027-01-31")).await;
    assert_eq!(
        told(&scan.report.findings),
        [
            (Class::Deleted, vec![]),
            (Class::Changed, vec!["tags.cost"])
        ]
    );
    assert_eq!(scan.report.suppressed, 0, "not the whole finding");
    let changed = &scan.report.findings[1];
    assert_eq!(changed.summary, "tags.cost: 1 → 2 (1 suppressed)");
}

#[tokio::test]
async fn a_finding_of_which_nothing_is_left_is_counted_and_resolves() {
    let scan = under(&rule("tags.*", "2027-01-31")).await;
    assert_eq!(told(&scan.report.findings), [(Class::Deleted, vec![])]);
    assert_eq!(
        (scan.report.suppressed, scan.looked.suppressed.len()),
        (1, 1)
    );
}

#[tokio::test]
async fn a_rule_that_has_expired_or_never_matches_is_a_finding() {
    for (text, name) in [
        (rule("tags.team", "2026-11-20"), "suppression_expired:3"),
        (
            rule("fingerprint", "2027-01-31"),
            "suppression_never_matched:3",
        ),
    ] {
        let scan = under(&text).await;
        assert!(
            scan.report
                .findings
                .iter()
                .any(|finding| finding.id.as_deref() == Some(name)),
            "{:?}",
            scan.report.findings
        );
        assert!(
            scan.report
                .findings
                .iter()
                .any(|finding| finding.attributes.len() == 2),
            "nothing is hidden"
        );
    }
}

#[tokio::test]
async fn a_file_with_a_fault_names_its_place() {
    let problems = Suppressions::parse("rules.yaml", &rule("tags.team", "soon")).unwrap_err();
    assert!(
        problems
            .iter()
            .any(|problem| problem.starts_with("rules.yaml: line ")),
        "{problems:?}"
    );
}

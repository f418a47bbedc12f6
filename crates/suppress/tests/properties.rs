//! Whatever text comes, nothing panics, and the schema and the reader agree.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

use afterhours_suppress::{Class, FindingView, Rules};
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::{Value, json};

fn judge(rules: &Rules, class: Class, kind: &str, id: &str) -> bool {
    let finding = FindingView {
        class,
        address: id,
        kind,
        id,
        account: "123456789012",
        region: "eu-central-1",
        source: "x",
        workspace: None,
        attributes: &[],
    };
    rules.judge(&finding, date(2026, 11, 20)).is_suppressed()
}

/// Lines that are nearly rules.
fn nearly() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        prop::sample::select(vec![
            "version: 1",
            "suppress:",
            "  - type: aws_*",
            "    address: \"a.**\"",
            "    reason: x",
            "    owner: y",
            "    expires: never",
            "    expires: 2027-13-01",
            "    when: {live: {in: [1, ~]}}",
            "    attribute: a[*].b",
            "    scope: {state: \"**\"}",
            "    class: deleted",
            "---",
            "...",
            "  - {",
            "  ? a",
            "  : b",
            "  |",
            "  >-",
            "\t",
            "# x",
        ])
        .prop_map(str::to_owned),
        "[-:{}\\[\\],&*!|>'\"%@`#? a-z0-9\\\\\\t]{0,20}",
        any::<String>(),
    ];
    prop::collection::vec(line, 0..12).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_reader_panic(text in nearly(), kind in "[a-z_.\\[\\]\"\\\\]{0,12}", id in any::<String>()) {
        match Rules::parse(&text) {
            Ok(rules) => {
                judge(&rules, Class::Changed, &kind, &id);
            }
            Err(problems) => {
                let lines = text.lines().count() + 1;
                prop_assert!(!problems.is_empty());
                prop_assert!(problems.iter().all(|problem| problem.line <= lines + 1 && problem.column >= 1), "{problems:?}");
            }
        }
    }

    #[test]
    fn no_driftignore_makes_the_importer_panic(text in any::<String>(), line in "!?[a-z_.*?\\[\\]^\\\\-]{0,16}", id in any::<String>()) {
        for text in [text, line] {
            let (rules, _) = Rules::import_driftignore(&text);
            judge(&rules, Class::Deleted, "aws_a", &id);
        }
    }
}

#[test]
fn long_patterns_cost_no_more_than_their_product() {
    // With backtracking this would not end.
    let stars = "a*".repeat(200);
    let text = format!(
        "version: 1\nsuppress:\n  - {{type: \"{stars}b\", reason: x, owner: y, expires: never}}\n"
    );
    let rules = Rules::parse(&text).unwrap();
    assert!(!judge(&rules, Class::Changed, &"a".repeat(1000), "x"));
}

/// A rule with something changed, and whether it is accepted.
fn variants() -> Vec<(Value, bool)> {
    let rule = || json!({"type": "aws_*", "attribute": "tags", "reason": "x", "owner": "y", "expires": "2027-01-31"});
    let with = |name: &str, value: Value| {
        let mut rule = rule();
        rule.as_object_mut().unwrap().insert(name.to_owned(), value);
        rule
    };
    let without = |name: &str| {
        let mut rule = rule();
        rule.as_object_mut().unwrap().remove(name);
        rule
    };
    vec![
        (rule(), true),
        (without("attribute"), true),
        (without("type"), false),
        (without("reason"), false),
        (without("owner"), false),
        (without("expires"), false),
        (with("expires", json!("never")), true),
        (with("expires", json!("soon")), false),
        (with("class", json!("changed")), true),
        (with("class", json!("deleted")), false),
        (with("class", json!("gone")), false),
        (with("ticket", json!("ML-1")), true),
        (with("ticket", json!("")), false),
        (with("adress", json!("x")), false),
        (with("address", json!("module.x.**")), true),
        (with("type", json!("**")), false),
        (
            with(
                "scope",
                json!({"account": "123456789012", "region": "eu-*", "state": "s3://b/**", "workspace": "dev"}),
            ),
            true,
        ),
        (with("scope", json!({"account": "12"})), false),
        (with("scope", json!({"zone": "a"})), false),
        (
            with(
                "when",
                json!({"live": {"equals": null}, "state": {"in": [1]}, "only": "additions"}),
            ),
            true,
        ),
        (with("when", json!({"live": {"between": [1, 2]}})), true),
        (with("when", json!({"live": {"between": [1]}})), false),
        (with("when", json!({"live": {"matches": "a*"}})), true),
        (with("when", json!({"live": {"matches": "*"}})), false),
        (
            with("when", json!({"live": {"equals": 1, "in": [1]}})),
            false,
        ),
        (with("when", json!({})), false),
        (with("when", json!({"only": "removals"})), false),
    ]
}

#[test]
fn the_schema_accepts_what_the_reader_accepts() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../schemas/suppressions.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (rule, accepted) in variants() {
        let file = json!({"version": 1, "suppress": [rule]});
        // JSON is YAML.
        let read = Rules::parse(&file.to_string());
        assert_eq!(read.is_ok(), accepted, "{file}: {read:?}");
        assert_eq!(validator.is_valid(&file), accepted, "{file}");
    }
    for file in [
        json!({"version": 2, "suppress": []}),
        json!({"suppress": []}),
        json!({"version": 1}),
        json!([]),
    ] {
        assert!(
            Rules::parse(&file.to_string()).is_err() && !validator.is_valid(&file),
            "{file}"
        );
    }
}

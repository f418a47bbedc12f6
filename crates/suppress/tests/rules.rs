//! The file of rules: what it accepts, what it hides, and what is left over.
use afterhours_suppress::{
    AttributeView, Class, FindingView, Judgement, Rules, ScopeView, Staleness, Tally,
};
use jiff::civil::{Date, date};
use serde_json::{Value, json};

const TODAY: Date = date(2026, 11, 20);

fn rules(text: &str) -> Rules {
    Rules::parse(text).unwrap_or_else(|problems| unreachable!("{problems:?}\n{text}"))
}

/// A file of one rule with these lines, and what every rule needs.
fn one(lines: &str) -> String {
    let body = lines.replace('\n', "\n    ");
    format!(
        "version: 1\nsuppress:\n  - {body}\n    reason: scaled by hand\n    owner: ml-team\n    expires: 2027-01-31\n"
    )
}

fn problems(text: &str) -> Vec<String> {
    Rules::parse(text)
        .err()
        .unwrap_or_default()
        .iter()
        .map(ToString::to_string)
        .collect()
}

const GROUP: FindingView<'static> = FindingView {
    class: Class::Changed,
    address: "module.ml.aws_autoscaling_group.gpu[0]",
    kind: "aws_autoscaling_group",
    id: "gpu",
    account: "123456789012",
    region: "eu-central-1",
    source: "s3://bucket/env:/dev/x",
    workspace: Some("dev"),
    attributes: &[],
};

/// The judgement of a change of one attribute of the group.
fn changed(rules: &Rules, path: &str, state: &Value, live: &Value) -> Judgement {
    let attributes = [AttributeView {
        path,
        state,
        live,
        sensitive: false,
    }];
    let finding = FindingView {
        attributes: &attributes,
        ..GROUP
    };
    rules.judge(&finding, TODAY)
}

fn of_class(rules: &Rules, class: Class) -> bool {
    let finding = FindingView { class, ..GROUP };
    rules.judge(&finding, TODAY).is_suppressed()
}

const FULL: &str = r#"
version: 1
suppress:
  - address: module.ml.aws_autoscaling_group.*
    type: aws_autoscaling_group
    attribute: desired_capacity
    scope: {account: "123456789012", region: eu-central-1, state: "s3://bucket/env:/*/x", workspace: dev}
    when: {live: {between: [1, 4]}, state: {equals: 2}}
    reason: scaled by hand during the experiment
    owner: ml-team
    ticket: ML-12
    expires: 2027-01-31
"#;

#[test]
fn a_full_rule_hides_the_very_value_it_names() {
    let rules = rules(FULL);
    assert!(changed(&rules, "desired_capacity", &json!(2), &json!(4)).is_suppressed());
    assert!(!changed(&rules, "desired_capacity", &json!(2), &json!(5)).is_suppressed());
    assert!(!changed(&rules, "desired_capacity", &json!(3), &json!(4)).is_suppressed());
    assert!(!changed(&rules, "max_size", &json!(2), &json!(4)).is_suppressed());
    let rule = rules.get(0).unwrap();
    assert_eq!(
        (rule.line, rule.owner.as_deref(), rule.ticket.as_deref()),
        (4, Some("ml-team"), Some("ML-12"))
    );
}

#[test]
fn a_rule_counts_in_its_scope_only() {
    let rules = rules(FULL);
    let (state, live) = (json!(2), json!(3));
    let attributes = [AttributeView {
        path: "desired_capacity",
        state: &state,
        live: &live,
        sensitive: false,
    }];
    let here = FindingView {
        attributes: &attributes,
        ..GROUP
    };
    assert!(rules.judge(&here, TODAY).is_suppressed());
    for elsewhere in [
        FindingView {
            account: "210987654321",
            ..here
        },
        FindingView {
            region: "eu-west-1",
            ..here
        },
        FindingView {
            source: "s3://bucket/env:/a/b/x",
            ..here
        },
        FindingView {
            workspace: None,
            ..here
        },
        FindingView {
            address: "aws_autoscaling_group.gpu",
            ..here
        },
        FindingView {
            kind: "aws_launch_template",
            ..here
        },
    ] {
        assert!(
            !rules.judge(&elsewhere, TODAY).is_suppressed(),
            "{elsewhere:?}"
        );
    }
}

#[test]
fn only_the_attributes_that_rules_name_are_hidden() {
    let rules = rules(&one("type: aws_autoscaling_group\nattribute: tags"));
    let values = [json!("a"), json!("b")];
    let view = |path| AttributeView {
        path,
        state: &values[0],
        live: &values[1],
        sensitive: false,
    };
    let attributes = [view("tags.Name"), view("max_size")];
    let judgement = rules.judge(
        &FindingView {
            attributes: &attributes,
            ..GROUP
        },
        TODAY,
    );
    assert_eq!(judgement.attributes, [Some(0), None]);
    assert!(!judgement.is_suppressed() && judgement.whole.is_none());
}

#[test]
fn a_delete_is_hidden_only_by_a_rule_that_says_so() {
    let whole = rules(&one("type: aws_autoscaling_group"));
    assert!(of_class(&whole, Class::Changed) && of_class(&whole, Class::Unmanaged));
    assert!(!of_class(&whole, Class::Deleted));
    let deleted = rules(&one("type: aws_autoscaling_group\nclass: deleted"));
    assert!(of_class(&deleted, Class::Deleted) && !of_class(&deleted, Class::Changed));
    let attribute = rules(&one(
        "type: aws_autoscaling_group\nattribute: desired_capacity",
    ));
    assert!(!of_class(&attribute, Class::Deleted) && !of_class(&attribute, Class::Unmanaged));
    let text = one("type: aws_autoscaling_group\nattribute: tags\nclass: deleted");
    assert!(
        problems(&text)[0].contains("never a delete"),
        "{:?}",
        problems(&text)
    );
}

#[test]
fn faults_of_a_state_are_never_hidden() {
    for class in [
        "",
        "\nclass: changed",
        "\nclass: deleted",
        "\nclass: unmanaged",
    ] {
        let rules = rules(&one(&format!("type: aws_*{class}")));
        assert!(!of_class(&rules, Class::Integrity) && !of_class(&rules, Class::Conflict));
    }
}

#[test]
fn each_condition_tests_its_value() {
    let holds = |when: &str, state: Value, live: Value| {
        let rules = rules(&one(&format!("type: aws_*\nattribute: x\nwhen: {when}")));
        changed(&rules, "x", &state, &live).is_suppressed()
    };
    assert!(holds("{live: {in: [a, 5]}}", json!(null), json!("5")));
    assert!(!holds("{live: {in: [a, 5]}}", json!("a"), json!("b")));
    assert!(holds(
        "{live: {matches: \"ami-*\"}}",
        json!("x"),
        json!("ami-1.2")
    ));
    assert!(!holds(
        "{state: {matches: \"ami-*\"}}",
        json!("x"),
        json!("ami-1.2")
    ));
    assert!(holds("{only: additions}", json!(["a"]), json!(["a", "b"])));
    assert!(!holds("{only: additions}", json!(["a"]), json!(["b"])));
    assert!(holds("{live: {equals: null}}", json!(1), json!(null)));
    assert!(!holds("{live: {equals: \"\"}}", json!(1), json!(null)));
}

#[test]
fn no_condition_asks_for_a_secret() {
    for attribute in [
        "user_data",
        "\"environment.**\"",
        "\"*_password\"",
        "\"*[*].secret_string\"",
    ] {
        let text = one(&format!(
            "type: aws_*\nattribute: {attribute}\nwhen: {{live: {{equals: x}}}}"
        ));
        assert!(problems(&text)[0].contains("secrets"), "{text}");
    }
    let rules = rules(&one(
        "type: aws_*\nattribute: value\nwhen: {live: {equals: x}}",
    ));
    let values = [json!("y"), json!("x")];
    let attributes = [AttributeView {
        path: "value",
        state: &values[0],
        live: &values[1],
        sensitive: true,
    }];
    let judgement = rules.judge(
        &FindingView {
            attributes: &attributes,
            ..GROUP
        },
        TODAY,
    );
    assert!(!judgement.is_suppressed() && judgement.refused.contains(&0));
    let mut tally = Tally::new();
    tally.record(&judgement);
    assert_eq!(
        tally.stale(&rules, TODAY, &[HERE])[0].why,
        Staleness::Refused
    );
}

const HERE: ScopeView<'static> = ScopeView {
    account: "123456789012",
    region: "eu-central-1",
    source: "s3://bucket/env:/dev/x",
    workspace: Some("dev"),
};

#[test]
fn an_expired_rule_hides_nothing_and_is_listed() {
    let rules = rules(&one("type: aws_autoscaling_group"));
    let finding = FindingView {
        class: Class::Changed,
        ..GROUP
    };
    assert!(rules.judge(&finding, date(2027, 1, 31)).is_suppressed());
    let after = rules.judge(&finding, date(2027, 2, 1));
    assert!(!after.is_suppressed() && after.matched.is_empty());
    let stale = Tally::new().stale(&rules, date(2027, 2, 1), &[]);
    assert_eq!(stale[0].why, Staleness::Expired(date(2027, 1, 31)));
    assert_eq!(
        stale[0].text,
        "rule of line 3 (type `aws_autoscaling_group`) expired on 2027-01-31; owner: ml-team"
    );
}

#[test]
fn a_rule_that_never_matched_is_listed_where_its_scope_was_scanned() {
    let rules = rules(&one("type: aws_sns_topic\nscope: {workspace: dev}"));
    let mut tally = Tally::new();
    assert_eq!(
        tally.stale(&rules, TODAY, &[HERE])[0].why,
        Staleness::NeverMatched
    );
    assert!(
        tally
            .stale(
                &rules,
                TODAY,
                &[ScopeView {
                    workspace: None,
                    ..HERE
                }]
            )
            .is_empty()
    );
    let finding = FindingView {
        kind: "aws_sns_topic",
        ..GROUP
    };
    tally.record(&rules.judge(&finding, TODAY));
    assert!(tally.stale(&rules, TODAY, &[HERE]).is_empty());
}

#[test]
fn a_rule_behind_another_has_matched_too() {
    let mut rules = rules(&one("type: aws_autoscaling_group"));
    rules.append(Rules::parse(&one("address: module.ml.**")).unwrap());
    let judgement = rules.judge(&GROUP, TODAY);
    assert_eq!((judgement.whole, judgement.matched.len()), (Some(0), 2));
}

#[test]
fn faults_have_their_place_and_what_is_accepted() {
    for (text, expected) in [
        (
            "version: 2\nsuppress: []",
            "line 1, column 10: version: `2`; accepted is 1",
        ),
        (
            "suppress: []",
            "line 1, column 1: version is missing; accepted is 1",
        ),
        ("version: 1", "line 1, column 1: suppress is missing"),
        (
            "version: 1\nsuppress: {}",
            "line 2, column 11: suppress: a map in place of a list",
        ),
        (
            "version: 1\nsuppress: []\nsupress: []",
            "line 3, column 1: unknown key `supress` in the file; accepted are version, suppress",
        ),
        ("version: 1\nsuppress: [\n", "not YAML"),
        ("version: 1\nsuppress: &a []", "anchor"),
        ("version: 1\nsuppress:\n  - type: *\n", "line 3"),
        ("- a", "a list in place of a map"),
        (
            "version: 1\nversion: 1\nsuppress: []",
            "line 2, column 1: `version` stands twice",
        ),
        ("a: 1\n---\nb: 2", "a second document"),
    ] {
        let found = problems(text);
        assert!(
            found.iter().any(|problem| problem.contains(expected)),
            "{text}: {found:?}"
        );
    }
    for (lines, expected) in [
        (
            "type: aws_*\nadress: x",
            "line 4, column 5: unknown key `adress` in a rule; accepted are address, type",
        ),
        (
            "attribute: x",
            "line 3, column 5: a rule needs an address or a type",
        ),
        (
            "type: \"*\"",
            "line 3, column 11: type: `*` matches everything",
        ),
        ("address: \"**.*\"", "matches everything"),
        ("type: aws_*\nattribute: \"*\"", "leave attribute out"),
        (
            "type: aws_*\nclass: gone",
            "line 4, column 12: class: `gone`; accepted are changed, deleted, unmanaged",
        ),
        ("type: aws_*\nscope: {account: 12}", "twelve digits"),
        (
            "type: aws_*\nscope: {zone: x}",
            "accepted are account, region, state, workspace",
        ),
        (
            "type: aws_*\nwhen: {live: {equals: 1}}",
            "needs an attribute",
        ),
        ("type: aws_*\nattribute: x\nwhen: {}", "says nothing"),
        (
            "type: aws_*\nattribute: x\nwhen: {live: {equals: 1, in: [1]}}",
            "exactly one of",
        ),
        (
            "type: aws_*\nattribute: x\nwhen: {live: {between: [4, 1]}}",
            "the smaller first",
        ),
        (
            "type: aws_*\nattribute: x\nwhen: {live: {matches: \"*\"}}",
            "matches everything",
        ),
        (
            "type: aws_*\nattribute: x\nwhen: {only: removals}",
            "accepted is additions",
        ),
        ("type: [a]", "type: a list in place of a text"),
        ("type: aws_*\nticket:", "ticket: nothing in place of a text"),
    ] {
        let found = problems(&one(lines));
        assert!(
            found.iter().any(|problem| problem.contains(expected)),
            "{lines}: {found:?}"
        );
    }
}

#[test]
fn reason_owner_and_expiry_are_required() {
    let found = problems("version: 1\nsuppress:\n  - type: aws_*\n");
    assert_eq!(found.len(), 3, "{found:?}");
    let found = problems(
        "version: 1\nsuppress:\n  - {type: aws_*, reason: x, owner: y, expires: 31.1.2027}\n",
    );
    assert!(
        found[0].contains("accepted are a day as in 2027-01-31, and never"),
        "{found:?}"
    );
    assert!(
        Rules::parse(
            "version: 1\nsuppress:\n  - {type: aws_*, reason: x, owner: y, expires: never}\n"
        )
        .is_ok()
    );
}

#[test]
fn all_faults_are_told_in_order_and_none_of_the_rules_counts() {
    let text = "version: 1\nsuppress:\n  - {type: aws_a, reason: x, owner: y, expires: never}\n  - {type: \"*\", reason: x, owner: y, expires: soon}\n";
    let found = Rules::parse(text).unwrap_err();
    assert_eq!(
        found.iter().map(|problem| problem.line).collect::<Vec<_>>(),
        [4, 4]
    );
    assert!(found[0].column < found[1].column);
}

#[test]
fn an_empty_file_has_no_rules() {
    for text in ["", "\n# nothing\n", "\u{feff}", "version: 1\nsuppress:\n"] {
        assert!(rules(text).is_empty(), "{text:?}");
    }
}

#[test]
fn depth_and_size_are_bounded() {
    let deep = format!(
        "version: 1\nsuppress: {}{}",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    assert!(!problems(&deep).is_empty());
    let wide = format!("version: 1\nsuppress: [{}]", "a,".repeat(200_000));
    assert!(
        problems(&wide)[0].contains("100000"),
        "{:?}",
        problems(&wide).first()
    );
}

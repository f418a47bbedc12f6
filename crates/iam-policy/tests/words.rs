//! What a comparison says in words, and how it is printed as JSON.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

use afterhours_iam_policy::{
    ChangeKind, Comparison, Context, Exposure, Policy, Verdict, compare, is_administrator,
    is_public,
};
use serde_json::{Value, json};

fn policy(statements: &Value) -> Policy {
    Policy::from_value(&json!({"Version": "2012-10-17", "Statement": statements})).unwrap()
}

fn diff(before: &Value, after: &Value) -> Comparison {
    let context = Context {
        account: Some("111111111111".to_owned()),
        partition: Some("aws".to_owned()),
    };
    compare(&policy(before), &policy(after), &context)
}

/// A statement of a topic's policy, with something else in place of some elements; null leaves one out.
fn topic(changes: &Value) -> Value {
    let mut statement = json!({
        "Sid": "1", "Effect": "Allow", "Principal": {"AWS": "111111111111"},
        "Action": "sns:Publish", "Resource": "arn:aws:sns:eu-central-1:111111111111:alerts",
    });
    for (name, value) in changes.as_object().unwrap() {
        let object = statement.as_object_mut().unwrap();
        if value.is_null() {
            object.remove(name);
        } else {
            object.insert(name.clone(), value.clone());
        }
    }
    statement
}

fn texts(comparison: &Comparison) -> Vec<&str> {
    comparison
        .changes
        .iter()
        .map(|change| change.text.as_str())
        .collect()
}

#[test]
fn the_delta_is_told_in_words() {
    let own = topic(&json!({}));
    let mfa = json!({"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}});
    let from = |range: &Value| topic(&json!({"Condition": {"IpAddress": {"aws:SourceIp": range}}}));
    let topic_arn = "arn:aws:sns:eu-central-1:111111111111:alerts";
    let cases = [
        (
            json!([own]),
            json!([own, topic(&json!({"Principal": "*"}))]),
            Verdict::Broader,
            format!("opens sns:Publish on {topic_arn} to everyone"),
        ),
        (
            json!([own]),
            json!([
                own,
                topic(
                    &json!({"Action": "sns:*", "Principal": {"AWS": "arn:aws:iam::222222222222:role/x"}})
                )
            ]),
            Verdict::Broader,
            format!("adds sns:* on {topic_arn} for arn:aws:iam::222222222222:role/x"),
        ),
        (
            json!([topic(&mfa)]),
            json!([own]),
            Verdict::Broader,
            format!(
                "removes the MFA condition (Bool aws:MultiFactorAuthPresent `true`) from sns:Publish on {topic_arn} for this \
                 account (111111111111)"
            ),
        ),
        (
            json!([own]),
            json!([topic(&mfa)]),
            Verdict::Narrower,
            format!(
                "adds the MFA condition (Bool aws:MultiFactorAuthPresent `true`) to sns:Publish on {topic_arn} for this account \
                 (111111111111)"
            ),
        ),
        (
            json!([from(&json!("10.0.0.0/16"))]),
            json!([from(&json!("10.0.0.0/8"))]),
            Verdict::Broader,
            format!(
                "widens the source address condition of sns:Publish on {topic_arn} for this account (111111111111): also \
                 accepts `10.0.0.0/8`"
            ),
        ),
        (
            json!([from(&json!(["10.0.0.0/16", "10.9.0.0/16"]))]),
            json!([from(&json!("10.0.0.0/16"))]),
            Verdict::Narrower,
            format!(
                "narrows the source address condition of sns:Publish on {topic_arn} for this account (111111111111): no longer \
                 accepts `10.9.0.0/16`"
            ),
        ),
        (
            json!([
                own,
                topic(&json!({"Effect": "Deny", "Action": "sns:Subscribe", "Principal": "*"}))
            ]),
            json!([own]),
            Verdict::Broader,
            format!("no longer denies sns:Subscribe on {topic_arn} for everyone"),
        ),
        (
            json!([own]),
            json!([
                own,
                topic(&json!({"Effect": "Deny", "Action": "sns:Subscribe", "Principal": "*"}))
            ]),
            Verdict::Narrower,
            format!("denies sns:Subscribe on {topic_arn} for everyone"),
        ),
        (
            json!([topic(&json!({"Action": ["sns:Publish", "sns:Subscribe"]}))]),
            json!([own]),
            Verdict::Narrower,
            format!("removes sns:Subscribe on {topic_arn} for this account (111111111111)"),
        ),
        (
            json!([]),
            json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]),
            Verdict::Broader,
            "adds administrator rights: every action on every resource".to_owned(),
        ),
    ];
    for (before, after, verdict, text) in cases {
        let outcome = diff(&before, &after);
        assert_eq!(outcome.verdict, verdict, "{outcome:?}");
        assert_eq!(texts(&outcome), [text]);
    }
}

#[test]
fn a_condition_on_a_deny_lets_more_through() {
    let deny = |changes: Value| {
        let mut all = json!({"Effect": "Deny", "Principal": "*"});
        all.as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        topic(&all)
    };
    let plain = json!([topic(&json!({})), deny(json!({}))]);
    let tls = json!([
        topic(&json!({})),
        deny(json!({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}))
    ]);
    assert_eq!(diff(&plain, &tls).verdict, Verdict::Broader);
    assert_eq!(diff(&tls, &plain).verdict, Verdict::Narrower);
}

#[test]
fn a_deleted_principal_is_a_change_of_its_own() {
    let before = json!([topic(
        &json!({"Principal": {"AWS": "arn:aws:iam::111111111111:role/app"}})
    )]);
    let after = json!([topic(
        &json!({"Principal": {"AWS": "AROAEXAMPLEEXAMPLE12"}})
    )]);
    let outcome = diff(&before, &after);
    assert_eq!(outcome.verdict, Verdict::Different);
    assert!(
        texts(&outcome).contains(
            &"principal no longer exists: AROAEXAMPLEEXAMPLE12 is the id of a deleted role"
        ),
        "{outcome:?}"
    );
    assert!(
        !texts(&outcome).iter().any(|text| text.starts_with("adds")),
        "{outcome:?}"
    );
    assert!(diff(&after, &after).is_equal());
}

#[test]
fn losing_the_condition_that_named_the_callers_opens_to_everyone() {
    let org =
        json!({"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}});
    let outcome = diff(
        &json!([topic(&org)]),
        &json!([topic(&json!({"Principal": "*"}))]),
    );
    assert!(outcome.opens_to_everyone());
    assert_eq!(outcome.changes[0].kind, ChangeKind::OpensToEveryone);
    assert!(
        texts(&outcome)[1].starts_with("removes the organisation condition"),
        "{outcome:?}"
    );
}

#[test]
fn public_is_what_no_condition_binds_to_known_callers() {
    let public = |statement: Value| is_public(&policy(&json!([statement])));
    let with = |operator: &str, key: &str, value: Value| {
        topic(&json!({"Principal": "*", "Condition": {operator: {key: value}}}))
    };
    assert!(public(topic(&json!({"Principal": {"AWS": "*"}}))));
    assert!(public(topic(
        &json!({"Principal": null, "NotPrincipal": {"AWS": "111111111111"}})
    )));
    assert!(public(with("Bool", "aws:SecureTransport", json!("true"))));
    assert!(public(with(
        "IpAddress",
        "aws:SourceIp",
        json!(["10.0.0.0/8", "0.0.0.0/0"])
    )));
    assert!(public(with("StringLike", "aws:PrincipalArn", json!("*"))));
    assert!(public(with(
        "StringEqualsIfExists",
        "aws:SourceAccount",
        json!("111111111111")
    )));
    assert!(public(with(
        "StringNotEquals",
        "aws:SourceAccount",
        json!("111111111111")
    )));
    assert!(!public(with(
        "StringEquals",
        "AWS:SourceOwner",
        json!("111111111111")
    )));
    assert!(!public(with(
        "ArnLike",
        "aws:SourceArn",
        json!("arn:aws:s3:*:111111111111:*")
    )));
    assert!(!public(with(
        "IpAddress",
        "aws:SourceIp",
        json!("203.0.113.0/24")
    )));
    assert!(!public(topic(&json!({"Effect": "Deny", "Principal": "*"}))));
    assert!(!public(topic(&json!({}))));
}

#[test]
fn administrator_is_every_action_on_every_resource() {
    let all = |changes: Value| {
        let mut statement = json!({"Effect": "Allow", "Action": "*:*", "Resource": "*"});
        statement
            .as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        policy(&json!([statement]))
    };
    assert!(is_administrator(&all(json!({}))));
    assert_eq!(
        Exposure::of(&all(json!({}))).words(),
        "allows every action on every resource"
    );
    assert!(!is_administrator(&all(json!({"Action": "s3:*"}))));
    assert!(!is_administrator(&all(
        json!({"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}})
    )));
    assert!(Exposure::of(&all(json!({"Principal": "*"}))) > Exposure::of(&all(json!({}))));
}

#[test]
fn a_version_matters_only_where_a_variable_stands() {
    let version = |version: &str, resource: &str| {
        Policy::from_value(&json!({"Version": version, "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": resource}})).unwrap()
    };
    let verdict = |resource: &str| {
        compare(
            &version("2008-10-17", resource),
            &version("2012-10-17", resource),
            &Context::default(),
        )
        .verdict
    };
    assert_eq!(verdict("arn:aws:s3:::b/*"), Verdict::Equal);
    assert_eq!(
        verdict("arn:aws:s3:::b/${aws:username}"),
        Verdict::Different
    );
}

#[test]
fn what_is_printed_follows_its_schema() {
    let schema: Value =
        serde_json::from_str(include_str!("../../../schemas/policy-diff.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let kinds = schema["properties"]["changes"]["items"]["properties"]["kind"]["enum"]
        .as_array()
        .unwrap()
        .clone();
    let mut seen = std::collections::BTreeSet::new();
    let own = topic(&json!({}));
    let open = topic(
        &json!({"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/team": ["a", "b"]}}}),
    );
    let broken = topic(&json!({"Resource": {}}));
    let gone = topic(&json!({"Principal": {"AWS": "AIDAEXAMPLEEXAMPLE12"}}));
    let deny = topic(&json!({"Effect": "Deny", "Action": "sns:Subscribe"}));
    let all = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let narrow = topic(
        &json!({"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/team": "a"}}}),
    );
    let subscribe = topic(&json!({"Action": "sns:Subscribe"}));
    let every = [
        subscribe,
        own.clone(),
        open,
        broken,
        gone,
        deny,
        all,
        narrow,
        topic(&json!({"Principal": "*"})),
    ];
    for before in &every {
        for after in &every {
            let printed =
                serde_json::to_value(diff(&json!([own, before]), &json!([own, after]))).unwrap();
            assert!(validator.is_valid(&printed), "{printed:#}");
            for change in printed["changes"].as_array().unwrap() {
                seen.insert(change["kind"].as_str().unwrap().to_owned());
            }
        }
    }
    let never_here = ["version_changed", "too_complex"];
    for kind in kinds.iter().filter_map(Value::as_str) {
        assert!(
            seen.contains(kind) || never_here.contains(&kind),
            "{kind} was never printed: {seen:?}"
        );
    }
    assert!(!validator.is_valid(&json!({"verdict": "same", "changes": []})));
}

/// About 20 KB: statements of many actions and resources, each slightly different from those of another seed.
fn large(seed: usize) -> Value {
    let statements: Vec<Value> = (0..40)
        .map(|index| {
            let actions: Vec<String> = (0..10).map(|action| format!("s3:Get{index}x{action}*")).collect();
            let resources: Vec<String> = (0..5).map(|bucket| format!("arn:aws:s3:::bucket-{index}-{}/*", bucket + seed)).collect();
            json!({"Effect": "Allow", "Action": actions, "Resource": resources,
                "Condition": {"StringEquals": {"aws:PrincipalTag/team": [format!("t{index}"), "ml"]}}})
        })
        .collect();
    json!(statements)
}

#[test]
fn large_policies_are_compared_within_a_bound() {
    let (first, second) = (large(0), large(1));
    assert!(first.to_string().len() > 14_000);
    assert_eq!(diff(&first, &second).verdict, Verdict::Different);
    let mut reversed = first.as_array().unwrap().clone();
    reversed.reverse();
    assert_eq!(diff(&first, &json!(reversed)).verdict, Verdict::Equal);
}

#[test]
fn what_would_take_too_long_is_different_and_says_so() {
    // Wildcards that nearly match each other, many against many.
    let wild = |letter: char| {
        let statements: Vec<Value> = (0..60)
            .map(|index| {
                let names: Vec<String> = (0..60)
                    .map(|name| format!("s3:*{index}*{name}*{letter}"))
                    .collect();
                json!({"Effect": "Allow", "Action": names, "Resource": "*"})
            })
            .collect();
        json!(statements)
    };
    let outcome = diff(&wild('a'), &wild('b'));
    assert_eq!(outcome.verdict, Verdict::Different);
    assert!(
        outcome
            .changes
            .iter()
            .any(|change| change.kind == ChangeKind::TooComplex)
    );
}

#[test]
fn what_is_denied_anyway_is_not_missed() {
    let deny = topic(&json!({"Effect": "Deny", "Action": "sns:*", "Principal": "*"}));
    let own = topic(&json!({}));
    let other = topic(&json!({"Action": "sqs:*"}));
    assert!(diff(&json!([own, other, deny]), &json!([other, deny])).is_equal());
    assert_eq!(
        diff(&json!([own, other]), &json!([other])).verdict,
        Verdict::Narrower
    );
}

#[test]
fn values_spread_over_statements_are_the_same() {
    let team = |values: Value| {
        topic(&json!({"Condition": {"StringEquals": {"aws:PrincipalTag/team": values}}}))
    };
    let together = json!([team(json!(["a", "b"]))]);
    let apart = json!([team(json!("b")), team(json!("a"))]);
    assert!(diff(&together, &apart).is_equal());
}

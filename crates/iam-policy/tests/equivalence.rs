//! The cases of the AWS provider's own library, and those in which it is wrong.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

use afterhours_iam_policy::{Context, Policy, Verdict, compare, equivalent};
use serde_json::Value;

/// A case's document: a text as it is, anything else as JSON.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn cases() -> Vec<Value> {
    let data: Value = serde_json::from_str(include_str!("data/equivalence.json")).unwrap();
    data["cases"].as_array().unwrap().clone()
}

#[test]
fn every_case_comes_out_as_it_should() {
    let context = Context::default();
    for case in cases() {
        let (name, a, b) = (&case["name"], text(&case["a"]), text(&case["b"]));
        match case["expect"].as_str().unwrap() {
            "error" => assert!(
                Policy::parse(&a).is_err() && Policy::parse(&b).is_err(),
                "{name}"
            ),
            expected => {
                let (a, b) = (Policy::parse(&a).unwrap(), Policy::parse(&b).unwrap());
                for (one, other) in [(&a, &b), (&b, &a)] {
                    let outcome = compare(one, other, &context);
                    let equal = expected == "equal";
                    assert_eq!(
                        outcome.verdict == Verdict::Equal,
                        equal,
                        "{name}: {outcome:?}"
                    );
                    assert_eq!(outcome.changes.is_empty(), equal, "{name}: {outcome:?}");
                }
            }
        }
    }
}

#[test]
fn both_origins_are_there() {
    let count = |origin| {
        cases()
            .iter()
            .filter(|case| case["origin"] == origin)
            .count()
    };
    assert_eq!((count("upstream"), count("own")), (51, 12));
}

#[test]
fn an_account_is_the_root_of_its_partition_only() {
    let policy = |principal: &str| {
        format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"s3:*","Resource":"*"}}}}"#
        )
    };
    let context = |partition: &str| Context {
        account: None,
        partition: Some(partition.to_owned()),
    };
    let bare = policy("123456789012");
    let root = policy("arn:aws-cn:iam::123456789012:root");
    assert!(equivalent(&bare, &root, &context("aws-cn")));
    assert!(!equivalent(&bare, &root, &context("aws")));
    assert!(!equivalent(
        &policy("arn:aws:iam::123456789012:root"),
        &root,
        &Context::default()
    ));
}

#[test]
fn a_document_may_be_wrapped() {
    let plain =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
    let quoted = Value::from(plain).to_string();
    let escaped = quoted.trim_matches('"').to_owned();
    let twice = Value::from(quoted.clone()).to_string();
    let encoded = plain
        .replace('{', "%7B")
        .replace('"', "%22")
        .replace('}', "%7d");
    for wrapped in [
        quoted,
        escaped,
        twice,
        encoded,
        format!("[{plain}]"),
        format!("\u{feff} {plain}\n"),
    ] {
        assert!(
            equivalent(plain, &wrapped, &Context::default()),
            "{wrapped}"
        );
    }
}

#[test]
fn what_is_no_policy_is_refused_with_its_place() {
    for (text, expected) in [
        ("", "empty"),
        ("%7B%22a%22", "line 1"),
        ("{\"Version\": \"2012-10-17\",\n  \"Version\": 1}", "line 2"),
        ("42", "(root): a number"),
        ("[{},{}]", "a list of several"),
    ] {
        let error = Policy::parse(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn a_part_that_is_not_understood_is_named_and_equal_to_itself_only() {
    let policy = |element: &str| {
        Policy::parse(&format!(
            r#"{{"Statement":[{{"Effect":"Allow","Action":"a:b","Resource":"*"}},{{{element}}}]}}"#
        ))
        .unwrap()
    };
    let one = policy(r#""Effect":"Allow","Action":"a:c","Resource":"*","Resources":"*""#);
    let faults: Vec<&str> = one.faults().collect();
    assert!(
        faults[0].starts_with("Statement[1].Resources: no element"),
        "{faults:?}"
    );
    let other = policy(r#""Effect":"Allow","Action":"a:c","Resource":"*","Resourcez":"*""#);
    assert_eq!(
        compare(&one, &other, &Context::default()).verdict,
        Verdict::Different
    );
    assert_eq!(
        compare(&one, &one.clone(), &Context::default()).verdict,
        Verdict::Equal
    );
}

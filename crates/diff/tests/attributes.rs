//! Every configurable argument of the types that are compared is named in the catalog, and most are compared.

#![expect(clippy::expect_used, reason = "a test may end at once")]

use std::collections::BTreeMap;

use afterhours_diff::catalog::coverage::{Standing, counts, markdown, standing};
use afterhours_diff::catalog::{self, Attr, Rule};

const ARGUMENTS: &str = include_str!("../arguments/aws-6.69.1.json");
const HEAD: &str = include_str!("../arguments/head.txt");
const TABLE: &str = include_str!("../ATTRIBUTES.md");

/// What makes an argument relevant to security, by parts of its name.
const SECURITY: [&str; 24] = [
    "policy",
    "encrypt",
    "kms",
    "sse",
    "public",
    "security_group",
    "cidr",
    "acl",
    "http_tokens",
    "http_endpoint",
    "hop_limit",
    "role",
    "instance_profile",
    "principal",
    "grant",
    "versioning",
    "logging",
    "mfa",
    "object_lock",
    "root_access",
    "internet_access",
    "network_isolation",
    "client_id_list",
    "thumbprint",
];

/// Security-relevant names that cannot be compared, and why that is no hole.
const CANNOT: [(&str, &str); 4] = [
    (
        "aws_autoscaling_group.initial_lifecycle_hook.role_arn",
        "used when the group is made; the hook that lives is compared as aws_autoscaling_lifecycle_hook",
    ),
    (
        "aws_iam_policy.delay_after_policy_creation_in_ms",
        "how long the provider waits; nothing of it is in AWS",
    ),
    (
        "aws_instance.security_groups",
        "the names of what is compared by id as vpc_security_group_ids",
    ),
    (
        "aws_s3_bucket_versioning.mfa",
        "serial number and code for one request; whether MFA delete is on is compared",
    ),
];

fn arguments() -> BTreeMap<String, Vec<String>> {
    serde_json::from_str(ARGUMENTS).expect("types and their arguments")
}

#[test]
fn every_type_has_its_arguments_and_every_argument_is_named() {
    let arguments = arguments();
    let mut unnamed = Vec::new();
    for kind in catalog::types() {
        let paths = arguments.get(kind.name);
        let Some(paths) = paths else {
            unnamed.push(format!("{} has no recorded arguments", kind.name));
            continue;
        };
        for path in paths.iter().filter(|path| counts(path)) {
            if standing(kind, path) == Standing::Unnamed {
                unnamed.push(format!("{}.{path}", kind.name));
            }
        }
    }
    assert!(unnamed.is_empty(), "{}", unnamed.join("\n"));
}

#[test]
fn at_least_four_fifths_of_the_arguments_are_compared() {
    let (mut all, mut compared) = (0, 0);
    for (name, paths) in arguments() {
        let Some(kind) = catalog::find(&name) else {
            continue;
        };
        for path in paths.iter().filter(|path| counts(path)) {
            all += 1;
            compared += usize::from(standing(kind, path) == Standing::Compared);
        }
    }
    assert!(compared * 5 >= all * 4, "{compared} of {all}");
}

#[test]
fn all_that_is_relevant_to_security_is_compared() {
    let mut missed = Vec::new();
    for (name, paths) in arguments() {
        let Some(kind) = catalog::find(&name) else {
            continue;
        };
        for path in paths.iter().filter(|path| counts(path)) {
            let last = path.rsplit('.').next().unwrap_or(path);
            let is_relevant = SECURITY.iter().any(|part| last.contains(part));
            let full = format!("{name}.{path}");
            if is_relevant
                && standing(kind, path) != Standing::Compared
                && !CANNOT.iter().any(|(known, _)| *known == full)
            {
                missed.push(full);
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn what_is_left_out_has_a_reason() {
    fn look(attributes: &[Attr], at: &str, bad: &mut Vec<String>) {
        for attribute in attributes {
            match attribute.rule {
                Rule::Skip(reason) if reason.split_whitespace().count() < 2 => {
                    bad.push(format!("{at}.{}", attribute.name));
                }
                Rule::Block(children)
                | Rule::OrderedBlocks(children)
                | Rule::Blocks {
                    attributes: children,
                    ..
                } => look(children, &format!("{at}.{}", attribute.name), bad),
                _ => {}
            }
        }
    }
    let mut bad = Vec::new();
    for kind in catalog::types() {
        look(kind.attributes, kind.name, &mut bad);
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn no_type_and_no_attribute_is_named_twice() {
    let mut names = std::collections::BTreeSet::new();
    for kind in catalog::types() {
        assert!(names.insert(kind.name), "{}", kind.name);
        let mut attributes = std::collections::BTreeSet::new();
        for attribute in kind.attributes {
            assert!(
                attributes.insert(attribute.name),
                "{}.{}",
                kind.name,
                attribute.name
            );
        }
    }
}

#[test]
fn the_table_is_that_of_the_catalog() {
    let made = format!("{HEAD}{}", markdown(&arguments()));
    assert!(
        TABLE == made,
        "make it again: cargo run -p afterhours-diff --example attributes > crates/diff/ATTRIBUTES.md"
    );
}

//! Parents and the parts of them that are resources of their own.
//!
//! Terraform knows some things twice: a role's `managed_policy_arns` and its `aws_iam_role_policy_attachment`s, a bucket's
//! `policy` and its `aws_s3_bucket_policy`. Where a state names the part, it is compared there, and once: the parent's
//! attribute is stale until the next refresh, and would be a finding of what Terraform itself just did.

use afterhours_diff::Live;
use serde_json::{Map, Value};

use crate::live::LivePlace;

/// A parent's attribute and the types that hold the same thing by a key that is the parent's.
const SAME: [(&str, &str, &[&str]); 14] = [
    ("aws_sns_topic", "policy", &["aws_sns_topic_policy"]),
    ("aws_s3_bucket", "policy", &["aws_s3_bucket_policy"]),
    ("aws_s3_bucket", "versioning", &["aws_s3_bucket_versioning"]),
    (
        "aws_s3_bucket",
        "server_side_encryption_configuration",
        &["aws_s3_bucket_server_side_encryption_configuration"],
    ),
    (
        "aws_s3_bucket",
        "lifecycle_rule",
        &["aws_s3_bucket_lifecycle_configuration"],
    ),
    ("aws_s3_bucket", "logging", &["aws_s3_bucket_logging"]),
    (
        "aws_s3_bucket",
        "cors_rule",
        &["aws_s3_bucket_cors_configuration"],
    ),
    (
        "aws_s3_bucket",
        "website",
        &["aws_s3_bucket_website_configuration"],
    ),
    (
        "aws_s3_bucket",
        "replication_configuration",
        &["aws_s3_bucket_replication_configuration"],
    ),
    (
        "aws_s3_bucket",
        "object_lock_configuration",
        &["aws_s3_bucket_object_lock_configuration"],
    ),
    (
        "aws_s3_bucket",
        "acceleration_status",
        &["aws_s3_bucket_accelerate_configuration"],
    ),
    (
        "aws_s3_bucket",
        "request_payer",
        &["aws_s3_bucket_request_payment_configuration"],
    ),
    ("aws_s3_bucket", "acl", &["aws_s3_bucket_acl"]),
    ("aws_s3_bucket", "grant", &["aws_s3_bucket_acl"]),
];

/// The live object without what its parts are compared for; none where nothing overlaps.
pub(crate) fn without_parts(
    live: &Live,
    state: &Map<String, Value>,
    there: &LivePlace,
) -> Option<Live> {
    let mut own = live.clone();
    let mut touched = false;
    for (kind, attribute, parts) in SAME {
        if live.kind == kind
            && let Some(stated) = state.get(attribute)
            && parts.iter().any(|part| there.is_named(part, &live.key))
        {
            own.attributes.insert(attribute.to_owned(), stated.clone());
            own.holes.remove(attribute);
            touched = true;
        }
    }
    if live.kind == "aws_iam_role" {
        let attached = |arn: &Value, stated: &[Value]| {
            let arn_text = arn.as_str().unwrap_or_default();
            let key = format!("{}|{arn_text}", live.key);
            // An exclusive attachment names all roles of its policy: one too many is found there.
            let is_elsewhere = there.is_named("aws_iam_role_policy_attachment", &key)
                || there.is_named("aws_iam_policy_attachment", arn_text);
            stated.contains(arn) || !is_elsewhere
        };
        touched |= keep(&mut own, state, "managed_policy_arns", attached);
        let inline = |policy: &Value, stated: &[Value]| {
            let name = policy.get("name").unwrap_or(&Value::Null);
            let is_stated = stated.iter().any(|block| block.get("name") == Some(name));
            let key = format!("{}|{}", live.key, name.as_str().unwrap_or_default());
            is_stated || !there.is_named("aws_iam_role_policy", &key)
        };
        touched |= keep(&mut own, state, "inline_policy", inline);
    }
    touched.then_some(own)
}

/// Keeps the items of a list that are to be kept; says whether any went.
fn keep(
    own: &mut Live,
    state: &Map<String, Value>,
    attribute: &str,
    is_kept: impl Fn(&Value, &[Value]) -> bool,
) -> bool {
    let stated = state.get(attribute).and_then(Value::as_array);
    let stated = stated.map(Vec::as_slice).unwrap_or_default();
    let Some(Value::Array(items)) = own.attributes.get_mut(attribute) else {
        return false;
    };
    let before = items.len();
    items.retain(|item| is_kept(item, stated));
    items.len() != before
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::json;

    use super::*;

    fn there(kind: &'static str, key: &str) -> LivePlace {
        LivePlace {
            named: BTreeMap::from([(kind, BTreeSet::from([key.to_owned()]))]),
            ..LivePlace::default()
        }
    }

    fn object(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }

    fn live(kind: &'static str, key: &str, attributes: Value) -> Live {
        Live {
            kind,
            key: key.to_owned(),
            attributes: object(attributes),
            ..Live::default()
        }
    }

    #[test]
    fn what_an_attachment_of_a_state_adds_is_not_the_roles() {
        let role = live(
            "aws_iam_role",
            "ml",
            json!({"managed_policy_arns": ["by-state", "by-hand"]}),
        );
        let there = there("aws_iam_role_policy_attachment", "ml|by-state");
        let left = |state: Value| {
            without_parts(&role, &object(state), &there)
                .and_then(|own| own.attributes.get("managed_policy_arns").cloned())
        };
        assert_eq!(
            left(json!({"managed_policy_arns": []})),
            Some(json!(["by-hand"]))
        );
        // What the role's own state names stays: its removal is seen on both.
        assert_eq!(left(json!({"managed_policy_arns": ["by-state"]})), None);
    }

    #[test]
    fn what_an_exclusive_attachment_of_a_state_adds_is_not_the_roles() {
        let role = live(
            "aws_iam_role",
            "ml",
            json!({"managed_policy_arns": ["by-state", "by-hand"]}),
        );
        let there = there("aws_iam_policy_attachment", "by-state");
        let own = without_parts(&role, &object(json!({"managed_policy_arns": []})), &there);
        assert_eq!(
            own.and_then(|own| own.attributes.get("managed_policy_arns").cloned()),
            Some(json!(["by-hand"]))
        );
    }

    #[test]
    fn an_inline_policy_of_its_own_is_not_the_roles() {
        let role = live(
            "aws_iam_role",
            "ml",
            json!({"inline_policy": [{"name": "own", "policy": "{}"}]}),
        );
        let there = there("aws_iam_role_policy", "ml|own");
        let own = without_parts(&role, &object(json!({"inline_policy": []})), &there);
        assert_eq!(
            own.and_then(|own| own.attributes.get("inline_policy").cloned()),
            Some(json!([]))
        );
    }

    #[test]
    fn a_bucket_policy_of_its_own_is_compared_there_and_only_for_that_bucket() {
        let bucket = live("aws_s3_bucket", "data", json!({"policy": "{}"}));
        let state = object(json!({"policy": ""}));
        let own = without_parts(&bucket, &state, &there("aws_s3_bucket_policy", "data"));
        assert_eq!(
            own.and_then(|own| own.attributes.get("policy").cloned()),
            Some(json!(""))
        );
        assert!(without_parts(&bucket, &state, &there("aws_s3_bucket_policy", "other")).is_none());
    }
}

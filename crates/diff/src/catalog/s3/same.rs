//! Equalities that only S3 has.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// A KMS key named by its id, its alias or its ARN: S3 gives back what was put.
pub(in crate::catalog) fn key(state: &Value, live: &Value) -> bool {
    let (Some(a), Some(b)) = (state.as_str(), live.as_str()) else {
        return is_empty(state) && is_empty(live);
    };
    let within = |arn: &str, name: &str| {
        arn.starts_with("arn:")
            && arn
                .splitn(6, ':')
                .nth(5)
                .is_some_and(|resource| resource == name || resource == format!("key/{name}"))
    };
    a == b || within(a, b) || within(b, a)
}

/// A date, with or without its midnight in UTC: provider 3 writes `2030-01-31`, later ones `2030-01-31T00:00:00Z`.
pub(super) fn date(state: &Value, live: &Value) -> bool {
    let day = |value: &Value| {
        let text = value.as_str().unwrap_or_default();
        match text.split_once('T') {
            Some((day, "00:00:00Z" | "00:00:00.000Z" | "00:00:00+00:00")) => day.to_owned(),
            _ => text.to_owned(),
        }
    };
    day(state) == day(live)
}

/// A block without arguments of its own: there on both sides or on none.
pub(super) fn presence(state: &Value, live: &Value) -> bool {
    is_empty(state) == is_empty(live)
}

/// A canned ACL.
///
/// Those that speak of the bucket's owner only are `private` for a bucket
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl>). Where the grants are no canned
/// ACL the live side has none, and where the state has none (provider 4 and later) it does not manage it: both times
/// the grants tell.
pub(super) fn canned_acl(state: &Value, live: &Value) -> bool {
    let (Some(a), Some(b)) = (state.as_str(), live.as_str()) else {
        return true;
    };
    let plain = |acl: &str| match acl {
        "" | "bucket-owner-full-control" | "bucket-owner-read" => "private".to_owned(),
        acl => acl.to_owned(),
    };
    a.is_empty() || plain(a) == plain(b)
}

/// Grants, each grantee with its permissions.
///
/// Provider 3 writes none where a canned ACL stands for them, and none for the owner alone; later ones write all.
pub(super) fn grants(state: &Value, live: &Value) -> bool {
    let (before, after) = (grantees(state), grantees(live));
    before == after || (before.is_empty() && is_canned(live))
}

type Grantees = BTreeMap<String, BTreeSet<String>>;

fn grantees(grants: &Value) -> Grantees {
    let mut known = Grantees::new();
    for grant in objects(grants) {
        let permissions = grant.get("permissions").and_then(Value::as_array);
        let permissions = permissions
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned);
        known.entry(grantee(grant)).or_default().extend(permissions);
    }
    known
}

fn grantee(grant: &Map<String, Value>) -> String {
    let text = |name: &str| grant.get(name).and_then(Value::as_str).unwrap_or_default();
    format!("{}|{}|{}", text("type"), text("id"), text("uri"))
}

/// Whether every grant is the owner's or one that the reader found to be of the canned ACL.
fn is_canned(live: &Value) -> bool {
    objects(live).all(|grant| grant.get("canned").and_then(Value::as_bool) == Some(true))
}

fn objects(value: &Value) -> impl Iterator<Item = &Map<String, Value>> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_is_itself_by_id_arn_and_alias_but_no_other() {
        let arn = json!("arn:aws:kms:eu-central-1:123456789012:key/1234abcd");
        let alias = json!("arn:aws:kms:eu-central-1:123456789012:alias/ml");
        assert!(key(&json!("1234abcd"), &arn) && key(&arn, &json!("1234abcd")));
        assert!(key(&json!("alias/ml"), &alias));
        assert!(!key(&json!("ml"), &alias));
        assert!(!key(&json!("1234abce"), &arn));
        assert!(!key(
            &arn,
            &json!("arn:aws:kms:eu-central-1:999999999999:key/1234abcd")
        ));
        assert!(!key(&arn, &Value::Null) && !key(&json!(""), &arn));
        assert!(key(&json!(""), &Value::Null));
    }

    #[test]
    fn midnight_is_the_day_and_noon_is_not() {
        assert!(date(&json!("2030-01-31"), &json!("2030-01-31T00:00:00Z")));
        assert!(!date(&json!("2030-01-31"), &json!("2030-01-31T12:00:00Z")));
        assert!(!date(&json!("2030-01-31"), &json!("2030-02-01T00:00:00Z")));
        assert!(!date(&json!("2030-01-31"), &Value::Null));
    }

    #[test]
    fn a_canned_acl_is_compared_where_both_sides_name_one() {
        assert!(canned_acl(&json!("private"), &json!("private")));
        assert!(canned_acl(
            &json!("bucket-owner-full-control"),
            &json!("private")
        ));
        assert!(!canned_acl(&json!("private"), &json!("public-read")));
        assert!(!canned_acl(&json!("public-read"), &json!("private")));
        assert!(canned_acl(&Value::Null, &json!("public-read")));
        assert!(canned_acl(&json!("private"), &Value::Null));
    }

    #[test]
    fn grants_are_those_of_the_canned_acl_or_listed_one_by_one() {
        let owner = json!({"type": "CanonicalUser", "id": "o", "uri": "", "permissions": ["FULL_CONTROL"], "canned": true});
        let world = |canned: bool| {
            json!({"type": "Group", "id": "", "uri": "http://acs.amazonaws.com/groups/global/AllUsers",
                "permissions": ["READ"], "canned": canned})
        };
        assert!(grants(&json!([]), &json!([owner])));
        assert!(grants(&json!([]), &json!([owner, world(true)])));
        let custom = json!([owner, world(false)]);
        assert!(!grants(&json!([]), &custom));
        let written = json!([
            {"type": "Group", "id": "", "uri": "http://acs.amazonaws.com/groups/global/AllUsers", "permissions": ["READ"]},
            {"type": "CanonicalUser", "id": "o", "uri": "", "permissions": ["FULL_CONTROL"]},
        ]);
        assert!(grants(&written, &custom));
        assert!(!grants(&written, &json!([owner])));
    }
}

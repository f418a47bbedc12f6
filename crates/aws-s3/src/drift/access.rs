//! Who may reach a bucket.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_s3::operation::get_bucket_acl::GetBucketAclOutput;
use aws_sdk_s3::types::{Grant, OwnershipControls, PublicAccessBlockConfiguration};
use serde_json::{Value, json};

use super::said::Said;
use super::values::{block, blocks, grantee, object, text};

/// The policy; `""` where there is none, as provider 4 and later write it.
pub(super) fn policy(policy: Option<&str>) -> Said {
    Said::both(
        "policy",
        Value::from(policy.unwrap_or_default()),
        policy.map(|policy| object([("policy", Value::from(policy))])),
    )
}

pub(super) fn public_access(found: Option<&PublicAccessBlockConfiguration>) -> Said {
    Said::own(found.map(|found| {
        object([
            ("block_public_acls", json!(found.block_public_acls())),
            ("block_public_policy", json!(found.block_public_policy())),
            ("ignore_public_acls", json!(found.ignore_public_acls())),
            (
                "restrict_public_buckets",
                json!(found.restrict_public_buckets()),
            ),
        ])
    }))
}

pub(super) fn ownership(found: Option<&OwnershipControls>) -> Said {
    Said::own(found.map(|found| {
        let rules = blocks(
            found.rules(),
            |rule| json!({"object_ownership": rule.object_ownership().as_str()}),
        );
        object([("rule", rules)])
    }))
}

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";
/// The account that EC2 reads machine images with
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl>: "Amazon EC2 gets READ access").
const EC2: &str = "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c";

/// The canned ACLs of a bucket: what others than the owner get.
const CANNED: &[(&str, &[(&str, &str)])] = &[
    ("private", &[]),
    ("public-read", &[(ALL_USERS, "READ")]),
    (
        "public-read-write",
        &[(ALL_USERS, "READ"), (ALL_USERS, "WRITE")],
    ),
    ("authenticated-read", &[(AUTHENTICATED, "READ")]),
    ("aws-exec-read", &[(EC2, "READ")]),
    (
        "log-delivery-write",
        &[(LOG_DELIVERY, "READ_ACP"), (LOG_DELIVERY, "WRITE")],
    ),
];

/// The ACL: as its canned name where it is one, and grant by grant.
pub(super) fn acl(found: &GetBucketAclOutput) -> Said {
    let owner = found.owner().and_then(|owner| owner.id());
    let canned = canned(found.grants(), owner.unwrap_or_default());
    let name = json!(canned);
    let mut inline = object([("grant", grants(found.grants(), canned.is_some()))]);
    inline.insert("acl".to_owned(), name.clone());
    let policy = json!({
        "grant": blocks(found.grants(), |grant| json!({
            "permission": text(grant.permission()),
            "grantee": block(grant.grantee().map(grantee)),
        })),
        "owner": [{"id": owner}],
    });
    let own = object([("acl", name), ("access_control_policy", json!([policy]))]);
    Said {
        inline,
        own: Some(own),
    }
}

fn canned(grants: &[Grant], owner: &str) -> Option<&'static str> {
    let mut whole = false;
    let mut others = BTreeSet::new();
    for grant in grants {
        let (grantee, permission) = (grant.grantee()?, grant.permission()?.as_str());
        let id = grantee.id().or(grantee.uri())?;
        if id == owner && permission == "FULL_CONTROL" {
            whole = true;
        } else {
            others.insert((id, permission));
        }
    }
    let known = CANNED
        .iter()
        .find(|(_, granted)| others.iter().eq(granted.iter()));
    known.filter(|_| whole).map(|(name, _)| *name)
}

/// Each grantee with its permissions, and whether the grants are together a canned ACL.
fn grants(grants: &[Grant], canned: bool) -> Value {
    let mut known: BTreeMap<(String, String, String), BTreeSet<&str>> = BTreeMap::new();
    for grant in grants {
        let Some(grantee) = grant.grantee() else {
            continue;
        };
        let key = (
            grantee.r#type().as_str().to_owned(),
            grantee.id().unwrap_or_default().to_owned(),
            grantee.uri().unwrap_or_default().to_owned(),
        );
        let permission = grant
            .permission()
            .map_or("", |permission| permission.as_str());
        known.entry(key).or_default().insert(permission);
    }
    let listed = known.into_iter().map(|((kind, id, uri), permissions)| {
        json!({"type": kind, "id": id, "uri": uri, "permissions": permissions, "canned": canned})
    });
    listed.collect()
}

//! Roles and managed policies one by one, so that no list can make a thing seem deleted.

use std::collections::BTreeMap;

use afterhours_aws::{Answer, port_error};
use afterhours_diff::{Listing, Live, Wanted};
use afterhours_ports::{ErrorClass, PortError, PortResult, hole};
use futures_util::{StreamExt as _, stream};

use crate::calls::{
    Calls, GET_ROLE, GET_ROLE_POLICY, LIST_ATTACHED, LIST_ROLE_POLICIES, PAGE, Page, each_key,
    found, tags,
};
use crate::document::decode;
use crate::role::{self, Extra, Role};
use crate::{
    AT_ONCE, ATTACHED_EXCLUSIVE, INLINE_EXCLUSIVE, POLICY, ROLE, ROLE_ATTACHMENT, ROLE_POLICY,
    policy,
};

/// Each key by itself.
pub(crate) async fn read(calls: &Calls, wanted: &Wanted) -> Vec<Listing> {
    let mut listings = Vec::new();
    if wanted.wants(ROLE) {
        let keys = wanted.keys(ROLE);
        listings.push(each_key(ROLE, keys, |name| by_name(calls, name)).await);
    }
    if wanted.wants(ROLE_POLICY) {
        let keys = wanted.keys(ROLE_POLICY);
        listings.push(each_key(ROLE_POLICY, keys, |key| inline(calls, key)).await);
    }
    if wanted.wants(ROLE_ATTACHMENT) {
        listings.push(attachments(calls, wanted).await);
    }
    if wanted.wants(INLINE_EXCLUSIVE) {
        let keys = wanted.keys(INLINE_EXCLUSIVE);
        let names = |role| async move {
            let names = inline_names(calls, role).await?;
            Ok(Some(role::all_inline(
                role,
                names.iter().map(String::as_str),
            )))
        };
        listings.push(each_key(INLINE_EXCLUSIVE, keys, names).await);
    }
    if wanted.wants(ATTACHED_EXCLUSIVE) {
        let keys = wanted.keys(ATTACHED_EXCLUSIVE);
        let arns = |role| async move {
            let arns = attached(calls, role).await?;
            Ok(Some(role::all_attached(role, &arns)))
        };
        listings.push(each_key(ATTACHED_EXCLUSIVE, keys, arns).await);
    }
    if wanted.wants(POLICY) {
        let keys = wanted.keys(POLICY);
        listings.push(each_key(POLICY, keys, |arn| policy::by_arn(calls, arn)).await);
    }
    listings
}

async fn by_name(calls: &Calls, name: &str) -> PortResult<Option<Live>> {
    calls.turn().await;
    let answer = calls.client.get_role().role_name(name).send().await;
    let answer = answer.map_err(|error| port_error(GET_ROLE, error))?;
    let fields = Answer::of(GET_ROLE);
    let there = fields.required("Role", answer.role())?;
    let role = Role {
        name: fields.text("RoleName", Some(there.role_name()))?,
        arn: fields.text("Arn", Some(there.arn()))?,
        id: fields.text("RoleId", Some(there.role_id()))?,
        path: fields.text("Path", Some(there.path()))?,
        trust: decode(
            fields,
            "AssumeRolePolicyDocument",
            there.assume_role_policy_document(),
        ),
        boundary: there
            .permissions_boundary()
            .and_then(|boundary| boundary.permissions_boundary_arn())
            .map(str::to_owned),
        tags: tags(there.tags()),
        inline: inline_policies(calls, name).await,
        attached: attached(calls, name).await,
    };
    let extra = Extra {
        description: there.description().map(str::to_owned),
        max_session: there.max_session_duration(),
    };
    Ok(Some(role.named(&Ok(extra))))
}

/// All inline policies of a role.
async fn inline_policies(
    calls: &Calls,
    role: &str,
) -> PortResult<BTreeMap<String, PortResult<String>>> {
    let mut policies = BTreeMap::new();
    for name in inline_names(calls, role).await? {
        let text = inline_text(calls, role, &name).await;
        policies.insert(name, text);
    }
    Ok(policies)
}

async fn inline_names(calls: &Calls, role: &str) -> PortResult<Vec<String>> {
    let fetch = |marker| {
        let request = calls.client.list_role_policies().role_name(role);
        let request = request.max_items(PAGE).set_marker(marker);
        async {
            let answer = request.send().await;
            let answer = answer.map_err(|error| port_error(LIST_ROLE_POLICIES, error))?;
            Ok(Page {
                truncated: answer.is_truncated,
                marker: answer.marker,
                items: answer.policy_names,
            })
        }
    };
    calls.all(LIST_ROLE_POLICIES, fetch).await
}

async fn inline_text(calls: &Calls, role: &str, name: &str) -> PortResult<String> {
    calls.turn().await;
    let request = calls.client.get_role_policy().role_name(role);
    let answer = request.policy_name(name).send().await;
    let answer = answer.map_err(|error| port_error(GET_ROLE_POLICY, error))?;
    let fields = Answer::of(GET_ROLE_POLICY);
    decode(fields, "PolicyDocument", Some(answer.policy_document()))
}

/// One inline policy, by role and name.
async fn inline(calls: &Calls, key: &str) -> PortResult<Option<Live>> {
    let (role, name) = parts(GET_ROLE_POLICY, key)?;
    let text = inline_text(calls, role, name).await?;
    Ok(Some(role::inline(role, name, &Ok(text))))
}

async fn attached(calls: &Calls, role: &str) -> PortResult<Vec<String>> {
    let fetch = |marker| {
        let request = calls.client.list_attached_role_policies().role_name(role);
        let request = request.max_items(PAGE).set_marker(marker);
        async {
            let answer = request.send().await;
            let answer = answer.map_err(|error| port_error(LIST_ATTACHED, error))?;
            Ok(Page {
                truncated: answer.is_truncated,
                marker: answer.marker,
                items: answer.attached_policies.unwrap_or_default(),
            })
        }
    };
    let policies = calls.all(LIST_ATTACHED, fetch).await?;
    role::attached(Answer::of(LIST_ATTACHED), &policies)
}

/// Attachments; no call gives one by itself, so what is attached to a role is asked for once per role.
async fn attachments(calls: &Calls, wanted: &Wanted) -> Listing {
    let mut by_role: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut listing = Listing::complete(ROLE_ATTACHMENT, Vec::new());
    for key in wanted.keys(ROLE_ATTACHMENT) {
        match parts(LIST_ATTACHED, key) {
            Ok((role, arn)) => by_role.entry(role).or_default().push(arn),
            Err(error) => {
                listing.unread.insert(key.to_owned(), hole(&error));
            }
        }
    }
    let mut asks = Vec::new();
    for (role, arns) in by_role {
        asks.push(async move { (role, arns, found(attached(calls, role).await)) });
    }
    let mut answers = stream::iter(asks).buffer_unordered(AT_ONCE);
    while let Some((role, arns, answer)) = answers.next().await {
        match answer {
            Ok(there) => {
                let there = there.unwrap_or_default();
                let kept = arns.iter().filter(|arn| there.iter().any(|a| a == *arn));
                listing
                    .objects
                    .extend(kept.map(|arn| role::attachment(role, arn)));
            }
            Err(error) => {
                let keys = arns.iter().map(|arn| format!("{role}|{arn}"));
                listing.unread.extend(keys.map(|key| (key, hole(&error))));
            }
        }
    }
    listing.objects.sort_by(|a, b| a.key.cmp(&b.key));
    listing
}

/// Role and policy of a key.
fn parts<'k>(action: &'static str, key: &'k str) -> PortResult<(&'k str, &'k str)> {
    key.split_once('|')
        .filter(|(role, policy)| !role.is_empty() && !policy.is_empty())
        .ok_or_else(|| PortError {
            class: ErrorClass::Invalid,
            action: action.to_owned(),
            code: String::new(),
            message: format!("the key is {key:?}; accepted: role and policy, joined by |"),
        })
}

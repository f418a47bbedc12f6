//! Exclusive attachments: all users, roles and groups of one policy.

use afterhours_aws::{Answer, port_error};
use afterhours_diff::{Listing, Live, Wanted};
use afterhours_ports::PortResult;
use serde_json::json;

use crate::POLICY_ATTACHMENT;
use crate::calls::{Calls, LIST_ENTITIES, PAGE, Page, each_key};
use crate::role::object;

/// Each policy that a state attaches, by its ARN; the attachment is there as long as the policy is.
pub(crate) async fn read(calls: &Calls, wanted: &Wanted) -> Option<Listing> {
    if !wanted.wants(POLICY_ATTACHMENT) {
        return None;
    }
    let keys = wanted.keys(POLICY_ATTACHMENT);
    Some(each_key(POLICY_ATTACHMENT, keys, |arn| entities(calls, arn)).await)
}

enum Entity {
    User(Option<String>),
    Role(Option<String>),
    Group(Option<String>),
}

async fn entities(calls: &Calls, arn: &str) -> PortResult<Option<Live>> {
    let fetch = |marker| {
        let request = calls.client.list_entities_for_policy().policy_arn(arn);
        let request = request.max_items(PAGE).set_marker(marker);
        async {
            let answer = request.send().await;
            let answer = answer.map_err(|error| port_error(LIST_ENTITIES, error))?;
            let users = answer.policy_users.into_iter().flatten();
            let roles = answer.policy_roles.into_iter().flatten();
            let groups = answer.policy_groups.into_iter().flatten();
            Ok(Page {
                items: users
                    .map(|user| Entity::User(user.user_name))
                    .chain(roles.map(|role| Entity::Role(role.role_name)))
                    .chain(groups.map(|group| Entity::Group(group.group_name)))
                    .collect(),
                truncated: answer.is_truncated,
                marker: answer.marker,
            })
        }
    };
    let (mut users, mut roles, mut groups) = (Vec::new(), Vec::new(), Vec::new());
    let fields = Answer::of(LIST_ENTITIES);
    for entity in calls.all(LIST_ENTITIES, fetch).await? {
        match entity {
            Entity::User(name) => users.push(fields.text("UserName", name.as_deref())?),
            Entity::Role(name) => roles.push(fields.text("RoleName", name.as_deref())?),
            Entity::Group(name) => groups.push(fields.text("GroupName", name.as_deref())?),
        }
    }
    Ok(Some(Live {
        kind: POLICY_ATTACHMENT,
        key: arn.to_owned(),
        id: arn.to_owned(),
        attributes: object(json!({
            "policy_arn": arn,
            "users": users,
            "roles": roles,
            "groups": groups,
        })),
        ..Live::default()
    }))
}

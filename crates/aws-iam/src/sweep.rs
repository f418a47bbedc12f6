//! The sweep over all roles and managed policies.

use std::collections::BTreeMap;

use afterhours_aws::{Answer, port_error};
use afterhours_diff::{Hole, HoleClass, Listing, Live, Wanted};
use afterhours_ports::{PortError, PortResult, hole};
use aws_sdk_iam::types::{EntityType, ManagedPolicyDetail, RoleDetail};

use crate::calls::{Calls, DETAILS, LIST_ROLES, PAGE, Page};
use crate::role::{self, Extra, Role};
use crate::{
    ATTACHED_EXCLUSIVE, INLINE_EXCLUSIVE, POLICY, ROLE, ROLE_ATTACHMENT, ROLE_POLICY, policy,
};

/// The types that come with roles.
const OF_ROLES: [&str; 5] = [
    ROLE,
    ROLE_POLICY,
    ROLE_ATTACHMENT,
    INLINE_EXCLUSIVE,
    ATTACHED_EXCLUSIVE,
];

enum Entity {
    Role(Box<RoleDetail>),
    Policy(Box<ManagedPolicyDetail>),
}

/// What the sweep found so far.
struct Found<'w> {
    wanted: &'w Wanted,
    /// Roles that states name.
    named: Vec<Role>,
    objects: BTreeMap<&'static str, Vec<Live>>,
    /// The first thing that could not be told apart.
    unclear: Option<PortError>,
}

impl Found<'_> {
    fn put(&mut self, live: Live) {
        self.objects.entry(live.kind).or_default().push(live);
    }

    fn take(&mut self, entity: &Entity) {
        let taken = match entity {
            Entity::Role(detail) => Role::swept(detail).map(|role| self.role(role)),
            Entity::Policy(detail) => {
                policy::swept(self.wanted, detail).map(|policy| self.policy(policy))
            }
        };
        if let Err(error) = taken {
            self.unclear.get_or_insert(error);
        }
    }

    fn policy(&mut self, policy: Live) {
        let wanted = self.wanted.kinds.get(POLICY);
        if wanted.is_some_and(|wanted| wanted.others || wanted.keys.contains(&policy.key)) {
            self.put(policy);
        }
    }

    fn role(&mut self, role: Role) {
        let name = &role.name;
        let mut parts = Vec::new();
        let has = |kind: &str, key: &str| {
            let wanted = self.wanted.kinds.get(kind);
            wanted.is_some_and(|wanted| wanted.others || wanted.keys.contains(key))
        };
        for (policy, text) in role.inline.iter().flatten() {
            if has(ROLE_POLICY, &format!("{name}|{policy}")) {
                parts.push(role::inline(name, policy, text));
            }
        }
        for arn in role.attached.iter().flatten() {
            if has(ROLE_ATTACHMENT, &format!("{name}|{arn}")) {
                parts.push(role::attachment(name, arn));
            }
        }
        if has(INLINE_EXCLUSIVE, name)
            && let Ok(policies) = &role.inline
        {
            parts.push(role::all_inline(name, policies.keys().map(String::as_str)));
        }
        if has(ATTACHED_EXCLUSIVE, name)
            && let Ok(arns) = &role.attached
        {
            parts.push(role::all_attached(name, arns));
        }
        if let Err(error) = &role.attached {
            // Without its ARN an attachment is neither there nor gone.
            self.unclear.get_or_insert(error.clone());
        }
        for part in parts {
            self.put(part);
        }
        if self.wanted.names(ROLE, &role.name) {
            self.named.push(role);
        } else if self
            .wanted
            .kinds
            .get(ROLE)
            .is_some_and(|roles| roles.others)
        {
            self.put(role.other());
        }
    }
}

/// Roles, what is in them and attached to them, and managed policies.
pub(crate) async fn read(calls: &Calls, wanted: &Wanted) -> Vec<Listing> {
    let roles = OF_ROLES.iter().any(|kind| wanted.wants(kind));
    let policies = wanted.wants(POLICY);
    if !roles && !policies {
        return Vec::new();
    }
    let mut filter = Vec::new();
    if roles {
        filter.push(EntityType::Role);
    }
    if policies {
        filter.push(EntityType::LocalManagedPolicy);
    }
    let (swept, extras) = futures_util::join!(sweep(calls, wanted, filter), extras(calls, wanted));
    let (mut found, failed) = swept;
    for role in std::mem::take(&mut found.named) {
        let extra = match (extras.0.get(&role.name), &extras.1) {
            (Some(extra), _) => Ok(extra.clone()),
            (None, Some(hole)) => Err(hole.clone()),
            (None, None) => Err(Hole {
                class: HoleClass::Failed,
                action: LIST_ROLES.to_owned(),
                message: format!("the answer lacks the role {:?}", role.name),
            }),
        };
        found.put(role.named(&extra));
    }
    if let Some(named) = found.objects.remove(POLICY) {
        let named = policy::completed(calls, wanted, named).await;
        found.objects.insert(POLICY, named);
    }
    let incomplete = failed.or(found.unclear.take()).as_ref().map(hole);
    OF_ROLES
        .into_iter()
        .chain([POLICY])
        .filter(|kind| wanted.wants(kind))
        .map(|kind| Listing {
            incomplete: incomplete.clone(),
            ..Listing::complete(kind, found.objects.remove(kind).unwrap_or_default())
        })
        .collect()
}

async fn sweep<'w>(
    calls: &Calls,
    wanted: &'w Wanted,
    filter: Vec<EntityType>,
) -> (Found<'w>, Option<PortError>) {
    let mut found = Found {
        wanted,
        named: Vec::new(),
        objects: BTreeMap::new(),
        unclear: None,
    };
    let fetch = |marker| {
        let request = calls.client.get_account_authorization_details();
        let request = request
            .set_filter(Some(filter.clone()))
            .max_items(PAGE)
            .set_marker(marker);
        async {
            page(
                request
                    .send()
                    .await
                    .map_err(|error| port_error(DETAILS, error))?,
            )
        }
    };
    let ended = calls
        .follow(DETAILS, fetch, |entity| found.take(&entity))
        .await;
    (found, ended.err())
}

type Details =
    aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput;

#[expect(clippy::unnecessary_wraps, reason = "as every page is made")]
fn page(answer: Details) -> PortResult<Page<Entity>> {
    let roles = answer.role_detail_list.unwrap_or_default();
    let policies = answer.policies.unwrap_or_default();
    Ok(Page {
        items: roles
            .into_iter()
            .map(|role| Entity::Role(Box::new(role)))
            .chain(
                policies
                    .into_iter()
                    .map(|policy| Entity::Policy(Box::new(policy))),
            )
            .collect(),
        truncated: answer.is_truncated,
        marker: answer.marker,
    })
}

/// Description and longest session of the roles that states name, and why the rest is missing.
async fn extras(calls: &Calls, wanted: &Wanted) -> (BTreeMap<String, Extra>, Option<Hole>) {
    let mut extras = BTreeMap::new();
    if wanted.keys(ROLE).next().is_none() {
        return (extras, None);
    }
    let fetch = |marker| {
        let request = calls.client.list_roles().max_items(PAGE).set_marker(marker);
        async {
            let answer = request.send().await;
            let answer = answer.map_err(|error| port_error(LIST_ROLES, error))?;
            Ok(Page {
                truncated: answer.is_truncated,
                marker: answer.marker,
                items: answer.roles,
            })
        }
    };
    let ended = calls
        .follow(LIST_ROLES, fetch, |role: aws_sdk_iam::types::Role| {
            let name = Answer::of(LIST_ROLES).text("RoleName", Some(role.role_name()));
            if let Ok(name) = name
                && wanted.names(ROLE, &name)
            {
                let extra = Extra {
                    description: role.description,
                    max_session: role.max_session_duration,
                };
                extras.insert(name, extra);
            }
        })
        .await;
    (extras, ended.err().as_ref().map(hole))
}

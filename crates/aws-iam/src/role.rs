//! Roles, their inline policies and what is attached to them.

use std::collections::BTreeMap;

use afterhours_aws::Answer;
use afterhours_diff::{Hole, Live};
use afterhours_ports::{PortResult, hole};
use serde_json::{Map, Value, json};

use crate::calls::DETAILS;
use crate::document::decode;
use crate::origin::origin;
use crate::{ATTACHED_EXCLUSIVE, INLINE_EXCLUSIVE, ROLE, ROLE_ATTACHMENT, ROLE_POLICY, calls};

/// A role as it is, wherever it was read.
#[derive(Debug)]
pub(crate) struct Role {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) id: String,
    pub(crate) path: String,
    /// The trust policy.
    pub(crate) trust: PortResult<String>,
    pub(crate) boundary: Option<String>,
    pub(crate) tags: Value,
    /// Inline policies by name.
    pub(crate) inline: PortResult<BTreeMap<String, PortResult<String>>>,
    /// ARNs of attached policies.
    pub(crate) attached: PortResult<Vec<String>>,
}

/// What the sweep lacks: description and longest session in seconds.
#[derive(Debug, Clone)]
pub(crate) struct Extra {
    pub(crate) description: Option<String>,
    pub(crate) max_session: Option<i32>,
}

impl Role {
    /// From the sweep.
    ///
    /// # Errors
    /// The answer does not say which role it is.
    pub(crate) fn swept(detail: &aws_sdk_iam::types::RoleDetail) -> PortResult<Self> {
        let answer = Answer::of(DETAILS);
        let mut inline = BTreeMap::new();
        for policy in detail.role_policy_list() {
            let name = answer.text("PolicyName", policy.policy_name())?;
            let text = decode(answer, "PolicyDocument", policy.policy_document());
            inline.insert(name, text);
        }
        Ok(Self {
            name: answer.text("RoleName", detail.role_name())?,
            arn: answer.text("Arn", detail.arn())?,
            id: answer.text("RoleId", detail.role_id())?,
            path: answer.text("Path", detail.path())?,
            trust: decode(
                answer,
                "AssumeRolePolicyDocument",
                detail.assume_role_policy_document(),
            ),
            boundary: detail
                .permissions_boundary()
                .and_then(|boundary| boundary.permissions_boundary_arn())
                .map(str::to_owned),
            tags: calls::tags(detail.tags()),
            inline: Ok(inline),
            attached: attached(answer, detail.attached_managed_policies()),
        })
    }

    /// As `aws_iam_role` that a state names; `extra` is none where the listing of roles does not have it.
    pub(crate) fn named(&self, extra: &Result<Extra, Hole>) -> Live {
        let mut live = self.other();
        let mut holes = BTreeMap::new();
        let mut put = |name: &str, value: Result<Value, Hole>| match value {
            Ok(value) => {
                live.attributes.insert(name.to_owned(), value);
            }
            Err(hole) => {
                holes.insert(name.to_owned(), hole);
            }
        };
        let text = |text: &PortResult<String>| match text {
            Ok(text) => Ok(Value::from(text.as_str())),
            Err(error) => Err(hole(error)),
        };
        put("unique_id", Ok(json!(self.id)));
        put("permissions_boundary", Ok(json!(self.boundary)));
        put("assume_role_policy", text(&self.trust));
        put(
            "managed_policy_arns",
            match &self.attached {
                Ok(arns) => Ok(json!(arns)),
                Err(error) => Err(hole(error)),
            },
        );
        put("inline_policy", self.inline_blocks());
        match extra {
            Ok(extra) => {
                put("description", Ok(json!(extra.description)));
                match extra.max_session {
                    Some(seconds) => put("max_session_duration", Ok(json!(seconds))),
                    None => put(
                        "max_session_duration",
                        Err(hole(
                            &Answer::of(calls::LIST_ROLES).lacks("MaxSessionDuration"),
                        )),
                    ),
                }
            }
            Err(hole) => {
                put("description", Err(hole.clone()));
                put("max_session_duration", Err(hole.clone()));
            }
        }
        live.holes = holes;
        live
    }

    /// As `aws_iam_role` that no state names.
    pub(crate) fn other(&self) -> Live {
        Live {
            kind: ROLE,
            key: self.name.clone(),
            id: self.name.clone(),
            arn: Some(self.arn.clone()),
            attributes: object(json!({
                "arn": self.arn,
                "name": self.name,
                "path": self.path,
                "tags": self.tags,
                "tags_all": self.tags,
            })),
            origin: origin(&self.path, &self.name, &self.tags),
            ..Live::default()
        }
    }

    fn inline_blocks(&self) -> Result<Value, Hole> {
        let policies = self.inline.as_ref().map_err(hole)?;
        policies
            .iter()
            .map(|(name, text)| {
                let policy = text.as_ref().map_err(hole)?;
                Ok(json!({"name": name, "policy": policy}))
            })
            .collect::<Result<Vec<Value>, Hole>>()
            .map(Value::from)
    }
}

/// ARNs of attached policies, in their order.
pub(crate) fn attached(
    answer: Answer,
    policies: &[aws_sdk_iam::types::AttachedPolicy],
) -> PortResult<Vec<String>> {
    let mut arns = policies
        .iter()
        .map(|policy| answer.text("PolicyArn", policy.policy_arn()))
        .collect::<PortResult<Vec<String>>>()?;
    arns.sort();
    Ok(arns)
}

/// As `aws_iam_role_policy`.
pub(crate) fn inline(role: &str, name: &str, text: &PortResult<String>) -> Live {
    let mut live = Live {
        kind: ROLE_POLICY,
        key: format!("{role}|{name}"),
        id: format!("{role}:{name}"),
        attributes: object(json!({"role": role, "name": name})),
        ..Live::default()
    };
    match text {
        Ok(text) => {
            live.attributes.insert("policy".to_owned(), json!(text));
        }
        Err(error) => {
            live.holes.insert("policy".to_owned(), hole(error));
        }
    }
    live
}

/// As `aws_iam_role_policy_attachment`.
pub(crate) fn attachment(role: &str, arn: &str) -> Live {
    Live {
        kind: ROLE_ATTACHMENT,
        key: format!("{role}|{arn}"),
        id: format!("{role}/{arn}"),
        attributes: object(json!({"role": role, "policy_arn": arn})),
        ..Live::default()
    }
}

/// As `aws_iam_role_policies_exclusive`.
pub(crate) fn all_inline<'n>(role: &str, names: impl Iterator<Item = &'n str>) -> Live {
    let names: Vec<&str> = names.collect();
    Live {
        kind: INLINE_EXCLUSIVE,
        key: role.to_owned(),
        id: role.to_owned(),
        attributes: object(json!({"role_name": role, "policy_names": names})),
        ..Live::default()
    }
}

/// As `aws_iam_role_policy_attachments_exclusive`.
pub(crate) fn all_attached(role: &str, arns: &[String]) -> Live {
    Live {
        kind: ATTACHED_EXCLUSIVE,
        key: role.to_owned(),
        id: role.to_owned(),
        attributes: object(json!({"role_name": role, "policy_arns": arns})),
        ..Live::default()
    }
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

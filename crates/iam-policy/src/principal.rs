//! Who a statement is about.

use std::collections::BTreeSet;

use crate::Context;

/// One principal of a statement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Principal {
    /// `"*"`; in an Allow also `{"AWS": "*"}`.
    Everyone,
    /// `{"AWS": "*"}` in a Deny: nothing says that it includes the principals of services.
    EveryAws,
    /// An account: its id, or the ARN of its root in the partition.
    Account {
        /// Twelve digits.
        id: String,
        /// As in the ARN; None for a bare id.
        partition: Option<String>,
    },
    /// Any other value below `AWS`: an ARN, or the unique id of something deleted.
    Aws(String),
    /// A value below another key (`Service`, `Federated`, `CanonicalUser`), or a string instead of a map (key "").
    Other { key: String, value: String },
}

impl Principal {
    /// A value below a key; `key` is empty where a string stands in place of the map.
    pub(crate) fn new(key: &str, value: &str, is_allow: bool) -> Self {
        match (key, value) {
            ("", "*") => return Self::Everyone,
            ("AWS", "*") if is_allow => return Self::Everyone,
            ("AWS", "*") => return Self::EveryAws,
            _ => {}
        }
        match (key, account_of(value)) {
            ("AWS", Some((id, partition))) => Self::Account {
                id: id.to_owned(),
                partition: partition.map(str::to_owned),
            },
            ("AWS", None) => Self::Aws(value.to_owned()),
            // Never accepted by AWS, yet it must not be taken for nobody or everybody.
            ("", Some((id, _))) => Self::Other {
                key: String::new(),
                value: id.to_owned(),
            },
            _ => Self::Other {
                key: key.to_owned(),
                value: value.to_owned(),
            },
        }
    }

    /// Whether a request by this one is also by `other`. False where that is not proven: what an account may, a role in it may
    /// not always, and the other way round.
    pub(crate) fn is_within(&self, other: &Self, context: &Context) -> bool {
        match (self, other) {
            (_, Self::Everyone) | (Self::Aws(_) | Self::Account { .. }, Self::EveryAws) => true,
            (
                Self::Account { id, partition },
                Self::Account {
                    id: other_id,
                    partition: other_partition,
                },
            ) => {
                let here = context.partition.as_deref();
                let inner = partition.as_deref().or(here);
                let outer = other_partition.as_deref().or(here);
                // Without a known partition a bare id is that of the other side: a policy names its own partition only.
                id == other_id && (inner == outer || inner.is_none() || outer.is_none())
            }
            _ => self == other,
        }
    }

    /// Whether no request can be by both. False where that is not proven.
    pub(crate) fn is_apart_from(&self, other: &Self) -> bool {
        let is_service =
            |principal: &Self| matches!(principal, Self::Other { key, .. } if key == "Service");
        match (self.account(), other.account()) {
            (Some(left), Some(right)) => left != right,
            (Some(_), None) => is_service(other),
            (None, Some(_)) => is_service(self),
            (None, None) => false,
        }
    }

    /// The account of an ARN or of an account.
    pub(crate) fn account(&self) -> Option<&str> {
        match self {
            Self::Account { id, .. } => Some(id),
            Self::Aws(arn) => arn
                .strip_prefix("arn:")
                .and_then(|rest| rest.split(':').nth(3))
                .filter(|account| is_account_id(account)),
            _ => None,
        }
    }

    /// Whether it is the unique id that IAM shows in place of a deleted role or user ("AROA…", "AIDA…"; IAM User Guide,
    /// "AWS JSON policy elements: Principal").
    pub(crate) fn is_gone(&self) -> bool {
        let Self::Aws(id) = self else { return false };
        ["AROA", "AIDA"].iter().any(|prefix| {
            id.strip_prefix(prefix).is_some_and(|rest| {
                rest.len() >= 12
                    && rest
                        .chars()
                        .all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit())
            })
        })
    }

    /// In words.
    pub(crate) fn words(&self, context: &Context) -> String {
        match self {
            Self::Everyone => "everyone".to_owned(),
            Self::EveryAws => "everyone with AWS credentials".to_owned(),
            Self::Account { id, .. } if context.account.as_deref() == Some(id) => {
                format!("this account ({id})")
            }
            Self::Account { id, .. } => format!("account {id}"),
            Self::Aws(value) => value.clone(),
            Self::Other { key, value } => match key.as_str() {
                "Service" => format!("service {value}"),
                "Federated" => format!("identity provider {value}"),
                "CanonicalUser" => format!("canonical user {value}"),
                "" => format!("`{value}`"),
                _ => format!("{key} {value}"),
            },
        }
    }
}

/// An account id, or the account and partition of the ARN of its root.
fn account_of(value: &str) -> Option<(&str, Option<&str>)> {
    if is_account_id(value) {
        return Some((value, None));
    }
    let (partition, rest) = value.strip_prefix("arn:")?.split_once(":iam::")?;
    let id = rest.strip_suffix(":root")?;
    (is_account_id(id) && !partition.contains(':')).then_some((id, Some(partition)))
}

fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The element `Principal` or `NotPrincipal`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Principals {
    /// Neither, as in the policies of roles and users.
    Absent,
    Are(BTreeSet<Principal>),
    AreNot(BTreeSet<Principal>),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aws(value: &str) -> Principal {
        Principal::new("AWS", value, true)
    }

    #[test]
    fn a_role_is_neither_its_account_nor_apart_from_it() {
        let account = aws("111111111111");
        let role = aws("arn:aws:iam::111111111111:role/a");
        let context = Context::default();
        assert!(!role.is_within(&account, &context) && !account.is_within(&role, &context));
        assert!(!role.is_apart_from(&account) && !account.is_apart_from(&role));
        let other = aws("arn:aws:iam::222222222222:role/a");
        assert!(role.is_apart_from(&other) && other.is_apart_from(&account));
        let service = Principal::new("Service", "ec2.amazonaws.com", true);
        assert!(
            service.is_apart_from(&role) && !service.is_apart_from(&aws("AROAEXAMPLEEXAMPLE12"))
        );
    }

    #[test]
    fn everyone_below_aws_is_everyone_only_where_it_grants() {
        assert_eq!(aws("*"), Principal::Everyone);
        let denied = Principal::new("AWS", "*", false);
        let context = Context::default();
        let service = Principal::new("Service", "ec2.amazonaws.com", false);
        assert!(denied.is_within(&Principal::Everyone, &context));
        assert!(!Principal::Everyone.is_within(&denied, &context));
        assert!(!service.is_within(&denied, &context) && service.is_within(&aws("*"), &context));
    }
}

//! What a policy opens wide, for judging how grave a change is.

use crate::compare::of_effect;
use crate::model::{Effect, Names, Policy, Statement};
use crate::pattern::Pattern;
use crate::principal::{Principal, Principals};

/// How wide a policy is open, the widest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exposure {
    /// Named principals, or conditions that name the callers.
    Named,
    /// Every action on every resource for named principals.
    Administrator,
    /// Everyone, with no condition that names the callers.
    Public,
}

impl Exposure {
    /// How wide a policy is open; a Deny beside it is not held against it.
    pub fn of(policy: &Policy) -> Self {
        if is_public(policy) {
            Self::Public
        } else if is_administrator(policy) {
            Self::Administrator
        } else {
            Self::Named
        }
    }

    /// In words: "open to everyone".
    pub fn words(self) -> &'static str {
        match self {
            Self::Named => "open to named principals",
            Self::Administrator => "allows every action on every resource",
            Self::Public => "open to everyone",
        }
    }
}

/// Whether some Allow is for everyone (or for everyone but a few), with no condition that names the callers by fixed values: the
/// rule of S3 ("The meaning of public", S3 User Guide), for every service.
pub fn is_public(policy: &Policy) -> bool {
    of_effect(policy, Effect::Allow).any(is_open_to_everyone)
}

/// Whether some Allow without condition is for every action on every resource.
pub fn is_administrator(policy: &Policy) -> bool {
    of_effect(policy, Effect::Allow).any(|statement| {
        statement.conditions.is_empty()
            && has_everything(&statement.actions)
            && has_everything(&statement.resources)
    })
}

pub(crate) fn is_open_to_everyone(statement: &Statement) -> bool {
    let everyone = match &statement.principals {
        Principals::Absent => false,
        Principals::Are(set) => set.contains(&Principal::Everyone),
        Principals::AreNot(_) => true,
    };
    everyone
        && !statement
            .conditions
            .iter()
            .any(crate::condition::Condition::narrows_to_known_callers)
}

pub(crate) fn has_everything(names: &Names) -> bool {
    matches!(names, Names::Are(set) if set.iter().any(Pattern::is_everything))
}

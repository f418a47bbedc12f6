//! A policy as it is compared.

use std::collections::{BTreeMap, BTreeSet};

use crate::condition::Condition;
use crate::pattern::Pattern;
use crate::principal::Principals;

/// A policy document, read and brought into a form whose parts can be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub(crate) version: Version,
    pub(crate) statements: Vec<Statement>,
    /// What could not be understood: canonical text → where it stands and what is wrong with it. It is equal to itself only.
    pub(crate) opaque: BTreeMap<String, String>,
}

/// The version of the policy language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Version {
    /// Absent or `2008-10-17`: no variables.
    Old,
    /// `2012-10-17`.
    Current,
    /// Anything else: nobody knows what it means.
    Unknown(String),
}

/// What a statement does with the requests that it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effect {
    Allow,
    Deny,
}

/// One statement. Its Sid has no meaning and is not kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Statement {
    pub(crate) effect: Effect,
    pub(crate) principals: Principals,
    pub(crate) actions: Names,
    pub(crate) resources: Names,
    pub(crate) conditions: BTreeSet<Condition>,
    /// Keys of variables that stand anywhere in it: where a request lacks one, the statement may not apply at all.
    pub(crate) variables: BTreeSet<String>,
}

/// Action or `NotAction`, Resource or `NotResource`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Names {
    /// Neither: no Resource in the trust policy of a role, where it is the role itself.
    Absent,
    Are(BTreeSet<Pattern>),
    AreNot(BTreeSet<Pattern>),
}

impl Names {
    pub(crate) fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        match self {
            Self::Absent => None,
            Self::Are(patterns) | Self::AreNot(patterns) => Some(patterns),
        }
        .into_iter()
        .flatten()
    }
}

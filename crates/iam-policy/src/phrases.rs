//! The parts of sentences: conditions, lists, and what a piece of a statement is about.

use std::collections::BTreeSet;

use crate::Context;
use crate::condition::Condition;
use crate::cover::Piece;
use crate::model::{Names, Statement};
use crate::principal::{Principal, Principals};

/// How many names of a list are printed.
const SHOWN: usize = 4;

/// `the MFA condition`, `the condition StringEquals aws:PrincipalTag/team`.
pub(crate) fn name(condition: &Condition) -> String {
    match condition.key() {
        "aws:multifactorauthpresent" | "aws:multifactorauthage" => "the MFA condition".to_owned(),
        "aws:securetransport" => "the TLS condition".to_owned(),
        "aws:sourceip" | "aws:vpcsourceip" => "the source address condition".to_owned(),
        "aws:sourceaccount" | "aws:sourceowner" => "the source account condition".to_owned(),
        "aws:sourcearn" => "the source ARN condition".to_owned(),
        "aws:sourcevpc" => "the source VPC condition".to_owned(),
        "aws:sourcevpce" => "the VPC endpoint condition".to_owned(),
        "aws:principalorgid" | "aws:principalorgpaths" => "the organisation condition".to_owned(),
        "sts:externalid" => "the external id condition".to_owned(),
        _ => {
            let (operator, key) = condition.shown();
            format!("the condition {operator} {key}")
        }
    }
}

pub(crate) fn with_values(condition: &Condition) -> String {
    let (operator, key) = condition.shown();
    let values = list(
        condition
            .values()
            .iter()
            .map(|value| format!("`{}`", value.text())),
    );
    let name = name(condition);
    if name.ends_with(key) {
        format!("{name} {values}")
    } else {
        format!("{name} ({operator} {key} {values})")
    }
}

/// What `ours` accepts beyond `was`.
pub(crate) fn difference(ours: &Condition, was: &Condition) -> String {
    let (more, verb) = if ours.is_negated() {
        (was.values_beyond(ours), "no longer excludes")
    } else {
        (ours.values_beyond(was), "also accepts")
    };
    suffix(verb, &more)
}

/// What `was` accepted and `now` does not.
pub(crate) fn no_longer(was: &Condition, now: &Condition) -> String {
    let (fewer, verb) = if was.is_negated() {
        (now.values_beyond(was), "also excludes")
    } else {
        (was.values_beyond(now), "no longer accepts")
    };
    suffix(verb, &fewer)
}

fn suffix(verb: &str, values: &[&crate::condition::Value]) -> String {
    if values.is_empty() {
        return String::new();
    }
    let values = list(values.iter().map(|value| format!("`{}`", value.text())));
    format!(": {verb} {values}")
}

fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    match items.as_slice() {
        [rest @ .., last] if items.len() <= SHOWN => {
            if rest.is_empty() {
                last.clone()
            } else {
                format!("{} and {last}", rest.join(", "))
            }
        }
        _ => {
            let shown: Vec<&str> = items.iter().take(SHOWN).map(String::as_str).collect();
            format!(
                "{} and {} more",
                shown.join(", "),
                items.len() - shown.len()
            )
        }
    }
}

/// What a piece is about.
pub(crate) struct Subject {
    /// `s3:GetObject on arn:aws:s3:::bucket/*`
    pub(crate) names: String,
    /// ` for account 123456789012`, or nothing where the policy names no principals.
    principals: String,
    conditions: Vec<String>,
    pub(crate) is_everyone: bool,
    pub(crate) is_administrator: bool,
    is_gone: bool,
}

impl Subject {
    pub(crate) fn new(statement: &Statement, piece: &Piece, context: &Context) -> Self {
        let indices =
            |dimension: usize| piece.get(dimension).map(Vec::as_slice).unwrap_or_default();
        let principals: Vec<&Principal> = match &statement.principals {
            Principals::Are(set) => pick(set, indices(0)),
            Principals::AreNot(set) => set.iter().collect(),
            Principals::Absent => Vec::new(),
        };
        let words = list(principals.iter().map(|principal| principal.words(context)));
        let except = matches!(statement.principals, Principals::AreNot(_));
        let actions = names(&statement.actions, indices(1), "every action");
        let resources = names(&statement.resources, indices(2), "every resource");
        let everything = |text: &str| text == "every action" || text == "every resource";
        Self {
            is_administrator: everything(&actions)
                && everything(&resources)
                && statement.conditions.is_empty(),
            names: if resources.is_empty() {
                actions
            } else {
                format!("{actions} on {resources}")
            },
            is_everyone: except || principals.contains(&&Principal::Everyone),
            is_gone: !except
                && !principals.is_empty()
                && principals.iter().all(|principal| principal.is_gone()),
            principals: match (principals.is_empty(), except) {
                (true, _) => String::new(),
                (false, true) => format!(" for everyone but {words}"),
                (false, false) => format!(" for {words}"),
            },
            conditions: statement.conditions.iter().map(condition_words).collect(),
        }
    }

    pub(crate) fn is_gone(&self) -> bool {
        self.is_gone
    }

    pub(crate) fn when(&self) -> String {
        if self.conditions.is_empty() {
            String::new()
        } else {
            format!(" where {}", self.conditions.join(" and "))
        }
    }

    pub(crate) fn with_conditions(&self) -> String {
        format!("{self}{}", self.when())
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}{}", self.names, self.principals)
    }
}

fn condition_words(condition: &Condition) -> String {
    let (operator, key) = condition.shown();
    let values = list(
        condition
            .values()
            .iter()
            .map(|value| format!("`{}`", value.text())),
    );
    format!("{operator} {key} {values}")
}

fn pick<'s, T>(set: &'s BTreeSet<T>, indices: &[usize]) -> Vec<&'s T> {
    set.iter()
        .enumerate()
        .filter(|(index, _)| indices.contains(index))
        .map(|(_, item)| item)
        .collect()
}

fn names(names: &Names, indices: &[usize], everything: &str) -> String {
    match names {
        Names::Absent => String::new(),
        Names::Are(set) => {
            let picked = pick(set, indices);
            if picked.iter().any(|pattern| pattern.is_everything()) {
                everything.to_owned()
            } else {
                list(picked.iter().map(|pattern| pattern.text().to_owned()))
            }
        }
        Names::AreNot(set) => {
            let all = list(set.iter().map(|pattern| pattern.text().to_owned()));
            format!("{everything} but {all}")
        }
    }
}

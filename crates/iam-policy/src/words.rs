//! Changes as sentences.

use std::collections::BTreeSet;

use crate::Context;
use crate::compare::{Change, ChangeKind, Direction, OneWay, of_effect};
use crate::condition::Condition;
use crate::cover::{Piece, Work, covers_but_for_conditions};
use crate::exposure::is_open_to_everyone;
use crate::model::{Effect, Names, Policy, Statement};
use crate::principal::{Principal, Principals};

/// How many names of a list are printed.
const SHOWN: usize = 4;

/// Collects sentences.
pub(crate) struct Sentences<'a> {
    context: &'a Context,
    work: Work,
    changes: BTreeSet<Change>,
}

impl<'a> Sentences<'a> {
    pub(crate) fn new(context: &'a Context) -> Self {
        Self {
            context,
            work: Work::new(),
            changes: BTreeSet::new(),
        }
    }

    pub(crate) fn into_changes(self) -> BTreeSet<Change> {
        self.changes
    }

    fn say(&mut self, kind: ChangeKind, direction: Direction, text: String) {
        self.changes.insert(Change {
            kind,
            direction,
            text,
        });
    }

    /// Principals of the live policy that IAM shows by their unique id, because they were deleted.
    pub(crate) fn gone_principals(&mut self, state: &Policy, live: &Policy) {
        let gone = |policy: &Policy| -> BTreeSet<String> {
            policy
                .statements
                .iter()
                .filter_map(|statement| match &statement.principals {
                    Principals::Are(set) | Principals::AreNot(set) => Some(set),
                    Principals::Absent => None,
                })
                .flatten()
                .filter(|principal| principal.is_gone())
                .map(|principal| principal.words(self.context))
                .collect()
        };
        for id in gone(live).difference(&gone(state)) {
            self.changes.insert(Change {
                kind: ChangeKind::PrincipalGone,
                direction: Direction::Unclear,
                text: format!(
                    "principal no longer exists: {id} is the id of a deleted {}",
                    if id.starts_with("AROA") {
                        "role"
                    } else {
                        "user"
                    }
                ),
            });
        }
    }

    /// What the live policy permits and that of the state did not.
    pub(crate) fn gained(&mut self, gained: &OneWay<'_>, state: &Policy) {
        for (statement, pieces) in &gained.allows {
            for piece in merged(pieces) {
                self.allowed(statement, &piece, state);
            }
        }
        // The Deny of the state that the live policy lacks.
        for (statement, pieces) in &gained.denies {
            for piece in merged(pieces) {
                let what = Subject::new(statement, &piece, self.context);
                self.say(
                    ChangeKind::DenyRemoved,
                    Direction::Broadens,
                    format!("no longer denies {}", what.with_conditions()),
                );
            }
        }
    }

    /// What the policy of the state permitted and the live one does not.
    pub(crate) fn lost(&mut self, lost: &OneWay<'_>, live: &Policy) {
        for (statement, pieces) in &lost.allows {
            for piece in merged(pieces) {
                let what = Subject::new(statement, &piece, self.context);
                match self.nearest(statement, &piece, live) {
                    Some(near) => self.stricter(statement, near, &what),
                    None => self.say(
                        ChangeKind::AllowRemoved,
                        Direction::Narrows,
                        format!("removes {}", what.with_conditions()),
                    ),
                }
            }
        }
        for (statement, pieces) in &lost.denies {
            for piece in merged(pieces) {
                let what = Subject::new(statement, &piece, self.context);
                self.say(
                    ChangeKind::DenyAdded,
                    Direction::Narrows,
                    format!("denies {}", what.with_conditions()),
                );
            }
        }
    }

    /// A part of a live Allow that the state did not allow.
    fn allowed(&mut self, statement: &Statement, piece: &Piece, state: &Policy) {
        let what = Subject::new(statement, piece, self.context);
        if what.is_gone() {
            return;
        }
        let opens = what.is_everyone && is_open_to_everyone(statement);
        if let Some(near) = self.nearest(statement, piece, state) {
            let was_open = is_open_to_everyone(near);
            self.laxer(statement, near, &what);
            if opens && !was_open {
                self.say(
                    ChangeKind::OpensToEveryone,
                    Direction::Broadens,
                    format!("opens {} to everyone", what.names),
                );
            }
        } else if opens {
            self.say(
                ChangeKind::OpensToEveryone,
                Direction::Broadens,
                format!("opens {} to everyone{}", what.names, what.when()),
            );
        } else if what.is_administrator {
            self.say(
                ChangeKind::AddsAdministrator,
                Direction::Broadens,
                format!("adds administrator rights: {}", what.with_conditions()),
            );
        } else {
            self.say(
                ChangeKind::AllowAdded,
                Direction::Broadens,
                format!("adds {}", what.with_conditions()),
            );
        }
    }

    /// The Allow of the other policy that covers the piece but for conditions, with the fewest conditions in the way.
    fn nearest<'p>(
        &mut self,
        statement: &Statement,
        piece: &Piece,
        other: &'p Policy,
    ) -> Option<&'p Statement> {
        let mut found: Option<(&Statement, usize)> = None;
        for candidate in of_effect(other, Effect::Allow) {
            let differing = unmet(statement, candidate).count();
            let is_nearer = found.is_none_or(|(_, fewest)| differing < fewest);
            if differing > 0
                && is_nearer
                && covers_but_for_conditions(
                    statement,
                    piece,
                    candidate,
                    self.context,
                    &mut self.work,
                )
            {
                found = Some((candidate, differing));
            }
        }
        found.map(|(candidate, _)| candidate)
    }

    /// The live statement lacks conditions that `near`, of the state, has.
    fn laxer(&mut self, statement: &Statement, near: &Statement, what: &Subject) {
        for condition in unmet(statement, near) {
            let (kind, text) = match same_question(condition, &statement.conditions) {
                Some(ours) => (
                    ChangeKind::ConditionWidened,
                    format!(
                        "widens {} of {what}{}",
                        name(condition),
                        difference(ours, condition)
                    ),
                ),
                None => (
                    ChangeKind::ConditionRemoved,
                    format!("removes {} from {what}", with_values(condition)),
                ),
            };
            self.say(kind, Direction::Broadens, text);
        }
    }

    /// The live statement `near` has conditions that the one of the state lacks.
    fn stricter(&mut self, statement: &Statement, near: &Statement, what: &Subject) {
        for condition in unmet(statement, near) {
            let (kind, text) = match same_question(condition, &statement.conditions) {
                Some(ours) => (
                    ChangeKind::ConditionNarrowed,
                    format!(
                        "narrows {} of {what}{}",
                        name(condition),
                        no_longer(ours, condition)
                    ),
                ),
                None => (
                    ChangeKind::ConditionAdded,
                    format!("adds {} to {what}", with_values(condition)),
                ),
            };
            self.say(kind, Direction::Narrows, text);
        }
    }
}

/// Pieces that differ in one dimension only, put together again: what was cut apart for the proof reads as one.
fn merged(pieces: &[Piece]) -> Vec<Piece> {
    let mut merged: Vec<Piece> = Vec::new();
    for piece in pieces {
        let mut piece = piece.clone();
        while let Some(index) = merged
            .iter()
            .position(|other| one_difference(&piece, other).is_some())
        {
            let other = merged.swap_remove(index);
            if let Some(dimension) = one_difference(&piece, &other)
                && let Some(indices) = piece.get_mut(dimension)
            {
                indices.extend(other.get(dimension).into_iter().flatten());
                indices.sort_unstable();
                indices.dedup();
            }
        }
        merged.push(piece);
    }
    merged
}

fn one_difference(left: &Piece, right: &Piece) -> Option<usize> {
    let mut differing = left
        .iter()
        .zip(right)
        .enumerate()
        .filter(|(_, (left, right))| left != right)
        .map(|(dimension, _)| dimension);
    differing.next().filter(|_| differing.next().is_none())
}

/// The conditions of `other` that nothing in `statement` guarantees.
fn unmet<'s>(
    statement: &'s Statement,
    other: &'s Statement,
) -> impl Iterator<Item = &'s Condition> {
    other
        .conditions
        .iter()
        .filter(|theirs| !statement.conditions.iter().any(|ours| ours.implies(theirs)))
}

fn same_question<'s>(
    condition: &Condition,
    others: &'s BTreeSet<Condition>,
) -> Option<&'s Condition> {
    others
        .iter()
        .find(|other| other.is_same_question(condition))
}

/// `the MFA condition`, `the condition StringEquals aws:PrincipalTag/team`.
fn name(condition: &Condition) -> String {
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

fn with_values(condition: &Condition) -> String {
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
fn difference(ours: &Condition, was: &Condition) -> String {
    let (more, verb) = if ours.is_negated() {
        (was.values_beyond(ours), "no longer excludes")
    } else {
        (ours.values_beyond(was), "also accepts")
    };
    suffix(verb, &more)
}

/// What `was` accepted and `now` does not.
fn no_longer(was: &Condition, now: &Condition) -> String {
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
struct Subject {
    /// `s3:GetObject on arn:aws:s3:::bucket/*`
    names: String,
    /// ` for account 123456789012`, or nothing where the policy names no principals.
    principals: String,
    conditions: Vec<String>,
    is_everyone: bool,
    is_administrator: bool,
    is_gone: bool,
}

impl Subject {
    fn new(statement: &Statement, piece: &Piece, context: &Context) -> Self {
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

    fn is_gone(&self) -> bool {
        self.is_gone
    }

    fn when(&self) -> String {
        if self.conditions.is_empty() {
            String::new()
        } else {
            format!(" where {}", self.conditions.join(" and "))
        }
    }

    fn with_conditions(&self) -> String {
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

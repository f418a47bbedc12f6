//! Changes as sentences.

use std::collections::BTreeSet;

use crate::Context;
use crate::compare::{Change, ChangeKind, Direction, OneWay, of_effect};
use crate::condition::Condition;
use crate::cover::{Piece, Work, covers_but_for_conditions};
use crate::exposure::is_open_to_everyone;
use crate::model::{Effect, Policy, Statement};
use crate::phrases::{Subject, difference, name, no_longer, with_values};
use crate::principal::Principals;

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

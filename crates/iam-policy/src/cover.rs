//! What of one statement is not covered by others.
//!
//! A statement is a box: principals × actions × resources × the values of its conditions. Another statement takes a smaller box
//! out of it, and what is left is a list of boxes again. The work is bounded; beyond the bound nothing counts as proven.

use std::collections::BTreeSet;

use crate::Context;
use crate::condition::Condition;
use crate::model::{Names, Statement};
use crate::pattern::Pattern;
use crate::principal::Principals;

/// How many patterns may be held against each other in one comparison, and how many boxes may be left of one statement.
const MAX_WORK: usize = 300_000;
const MAX_PIECES: usize = 512;

/// What is left of the bound.
#[derive(Debug)]
pub(crate) struct Work {
    left: usize,
    exhausted: bool,
}

impl Work {
    pub(crate) fn new() -> Self {
        Self {
            left: MAX_WORK,
            exhausted: false,
        }
    }

    fn spend(&mut self, amount: usize) -> bool {
        match self.left.checked_sub(amount) {
            Some(left) => self.left = left,
            None => self.exhausted = true,
        }
        !self.exhausted
    }

    pub(crate) fn is_exhausted(&self) -> bool {
        self.exhausted
    }
}

/// A part of a statement: of each dimension, the indices that are in it. Dimensions are principals, actions, resources, then the
/// conditions of [`splitting`].
pub(crate) type Piece = Vec<Vec<usize>>;

/// The conditions of a statement that are the union of their values.
pub(crate) fn splitting(statement: &Statement) -> Vec<&Condition> {
    statement
        .conditions
        .iter()
        .filter(|condition| condition.splits())
        .collect()
}

/// The whole statement as one piece.
fn whole(statement: &Statement) -> Piece {
    let principals = match &statement.principals {
        Principals::Are(set) => set.len(),
        _ => 1,
    };
    let names = |names: &Names| match names {
        Names::Are(set) => set.len(),
        _ => 1,
    };
    [
        principals,
        names(&statement.actions),
        names(&statement.resources),
    ]
    .into_iter()
    .chain(
        splitting(statement)
            .into_iter()
            .map(|condition| condition.values().len()),
    )
    .map(|size| (0..size).collect())
    .collect()
}

/// What of the statement no `others` cover; nothing when all of it is covered.
pub(crate) fn leftovers<'a>(
    statement: &Statement,
    others: impl Iterator<Item = &'a Statement> + Clone,
    context: &Context,
    work: &mut Work,
) -> Vec<Piece> {
    if !work.spend(1) {
        return vec![whole(statement)];
    }
    // The order of conditions and names is that of sets, so equal statements are equal here.
    if others.clone().any(|other| {
        other.principals == statement.principals
            && other.actions == statement.actions
            && other.resources == statement.resources
            && other.conditions == statement.conditions
    }) {
        return Vec::new();
    }
    let mut pieces = vec![whole(statement)];
    for other in others {
        let Some(mask) = mask(statement, other, true, context, work) else {
            continue;
        };
        let mut left = Vec::new();
        for piece in pieces {
            subtract(piece, &mask, &mut left);
        }
        pieces = left;
        if pieces.is_empty() {
            break;
        }
        if pieces.len() > MAX_PIECES {
            work.exhausted = true;
        }
        if !work.spend(pieces.len()) {
            break;
        }
    }
    pieces
}

/// Whether `other` covers the piece of the statement but for conditions.
pub(crate) fn covers_but_for_conditions(
    statement: &Statement,
    piece: &Piece,
    other: &Statement,
    context: &Context,
    work: &mut Work,
) -> bool {
    mask(statement, other, false, context, work).is_some_and(|mask| {
        piece.iter().zip(&mask).all(|(indices, mask)| {
            indices
                .iter()
                .all(|index| mask.get(*index).copied().unwrap_or_default())
        })
    })
}

/// Which elements of each dimension of the statement `other` covers; none where it covers nothing of it.
fn mask(
    statement: &Statement,
    other: &Statement,
    with_conditions: bool,
    context: &Context,
    work: &mut Work,
) -> Option<Vec<Vec<bool>>> {
    let some = |mask: Vec<bool>| mask.contains(&true).then_some(mask);
    if with_conditions && !other.variables.is_subset(&statement.variables) {
        return None;
    }
    let principals = some(principals(
        &statement.principals,
        &other.principals,
        context,
        work,
    ))?;
    let actions = some(names(
        &statement.actions,
        &other.actions,
        Pattern::is_within,
        Pattern::is_apart_from,
        work,
    ))?;
    let resources = some(names(
        &statement.resources,
        &other.resources,
        Pattern::is_resource_within,
        Pattern::is_resource_apart_from,
        work,
    ))?;
    let mut dimensions = vec![principals, actions, resources];
    let splitting = splitting(statement);
    let mut values: Vec<Vec<bool>> = splitting
        .iter()
        .map(|condition| vec![true; condition.values().len()])
        .collect();
    if with_conditions {
        for theirs in &other.conditions {
            if statement.conditions.iter().any(|ours| ours.implies(theirs)) {
                continue;
            }
            let mut restricted = false;
            for (condition, allowed) in splitting.iter().zip(&mut values) {
                if !work.spend(condition.values().len() * theirs.values().len()) {
                    return None;
                }
                let narrower: Vec<bool> = condition
                    .values()
                    .iter()
                    .zip(allowed.iter())
                    .map(|(value, allowed)| *allowed && condition.value_implies(value, theirs))
                    .collect();
                if narrower.contains(&true) {
                    *allowed = narrower;
                    restricted = true;
                    break;
                }
            }
            if !restricted {
                return None;
            }
        }
    }
    dimensions.append(&mut values);
    Some(dimensions)
}

fn principals(
    ours: &Principals,
    theirs: &Principals,
    context: &Context,
    work: &mut Work,
) -> Vec<bool> {
    match (ours, theirs) {
        (Principals::Absent, Principals::Absent) => vec![true],
        (Principals::Are(ours), Principals::Are(theirs)) => ours
            .iter()
            .map(|principal| {
                theirs.contains(principal)
                    || work.spend(theirs.len())
                        && theirs
                            .iter()
                            .any(|other| principal.is_within(other, context))
            })
            .collect(),
        (Principals::Are(ours), Principals::AreNot(theirs)) => ours
            .iter()
            .map(|principal| {
                work.spend(theirs.len())
                    && theirs.iter().all(|other| principal.is_apart_from(other))
            })
            .collect(),
        (Principals::AreNot(_), Principals::Are(theirs)) => {
            vec![theirs.contains(&crate::principal::Principal::Everyone)]
        }
        (Principals::AreNot(ours), Principals::AreNot(theirs)) => {
            let covered = work.spend(ours.len() * theirs.len())
                && theirs
                    .iter()
                    .all(|other| ours.iter().any(|except| other.is_within(except, context)));
            vec![covered]
        }
        (Principals::Are(ours), Principals::Absent) => vec![false; ours.len()],
        (Principals::Absent, _) | (_, Principals::Absent) => vec![false],
    }
}

fn names(
    ours: &Names,
    theirs: &Names,
    is_within: fn(&Pattern, &Pattern) -> bool,
    is_apart_from: fn(&Pattern, &Pattern) -> bool,
    work: &mut Work,
) -> Vec<bool> {
    // A text without wildcards covers nothing but itself.
    let within = |pattern: &Pattern, set: &BTreeSet<Pattern>, work: &mut Work| {
        set.contains(pattern)
            || set
                .iter()
                .any(|other| !other.is_literal() && work.spend(1) && is_within(pattern, other))
    };
    match (ours, theirs) {
        (Names::Absent, Names::Absent) => vec![true],
        (Names::Are(ours), Names::Are(theirs)) => ours
            .iter()
            .map(|pattern| within(pattern, theirs, work))
            .collect(),
        (Names::Are(ours), Names::AreNot(theirs)) => ours
            .iter()
            .map(|pattern| {
                work.spend(theirs.len()) && theirs.iter().all(|other| is_apart_from(pattern, other))
            })
            .collect(),
        (Names::AreNot(_), Names::Are(theirs)) => {
            vec![theirs.iter().any(Pattern::is_everything)]
        }
        (Names::AreNot(ours), Names::AreNot(theirs)) => {
            vec![theirs.iter().all(|other| within(other, ours, work))]
        }
        (Names::Are(ours), Names::Absent) => vec![false; ours.len()],
        (Names::Absent, _) | (_, Names::Absent) => vec![false],
    }
}

/// The piece without what the mask covers, as pieces that do not overlap.
fn subtract(piece: Piece, mask: &[Vec<bool>], left: &mut Vec<Piece>) {
    let covered = |index: &usize, mask: &Vec<bool>| mask.get(*index).copied().unwrap_or_default();
    let split: Vec<(Vec<usize>, Vec<usize>)> = piece
        .iter()
        .zip(mask)
        .map(|(indices, mask)| indices.iter().partition(|index| covered(index, mask)))
        .collect();
    if split.iter().any(|(inside, _)| inside.is_empty()) {
        left.push(piece);
        return;
    }
    for (dimension, (_, outside)) in split.iter().enumerate() {
        if outside.is_empty() {
            continue;
        }
        let part = piece
            .iter()
            .zip(&split)
            .enumerate()
            .map(|(index, (all, (inside, outside)))| {
                match index.cmp(&dimension) {
                    std::cmp::Ordering::Less => inside,
                    std::cmp::Ordering::Equal => outside,
                    std::cmp::Ordering::Greater => all,
                }
                .clone()
            })
            .collect();
        left.push(part);
    }
}

//! Two policies held against each other.

use std::fmt;

use serde::Serialize;

use crate::Context;
use crate::cover::{Piece, Work, leftovers};
use crate::model::{Effect, Policy, Statement, Version};
use crate::words::Sentences;

/// What became of what a policy permits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Each request is decided alike.
    Equal,
    /// The live policy permits all that the one of the state does, and as far as can be shown more.
    Broader,
    /// The live policy permits nothing that the one of the state does not, and as far as can be shown less.
    Narrower,
    /// More here and less there, or nothing can be shown.
    Different,
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Equal => "equal",
            Self::Broader => "broader",
            Self::Narrower => "narrower",
            Self::Different => "different",
        })
    }
}

/// What sort of change it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Something is open to everyone now, with no condition that names the callers.
    OpensToEveryone,
    /// Every action on every resource is allowed now.
    AddsAdministrator,
    /// Something is allowed that was not.
    AllowAdded,
    /// Something is no longer allowed.
    AllowRemoved,
    /// Something is denied that was not.
    DenyAdded,
    /// Something is no longer denied.
    DenyRemoved,
    /// A condition stands where none did.
    ConditionAdded,
    /// A condition is gone.
    ConditionRemoved,
    /// A condition accepts more or other values than before.
    ConditionWidened,
    /// A condition accepts fewer values than before.
    ConditionNarrowed,
    /// A principal was deleted: IAM shows its unique id.
    PrincipalGone,
    /// The version of the policy language differs, and one is unknown.
    VersionChanged,
    /// A part that is no valid policy differs.
    NotUnderstood,
    /// The policies are too large to be compared.
    TooComplex,
}

/// Whether a change permits more or less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More requests are permitted.
    Broadens,
    /// Fewer requests are permitted.
    Narrows,
    /// It cannot be told.
    Unclear,
}

/// One change in words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// What sort of change it is.
    pub kind: ChangeKind,
    /// More or less.
    pub direction: Direction,
    /// The change as a sentence without a subject: "adds s3:* on arn:… for account 123456789012".
    pub text: String,
}

/// The outcome of [`compare`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// All changes together.
    pub verdict: Verdict,
    /// What changed, the worst first; empty when the verdict is equal.
    pub changes: Vec<Change>,
}

impl Comparison {
    /// Whether each request is decided alike.
    pub fn is_equal(&self) -> bool {
        self.verdict == Verdict::Equal
    }

    /// Whether something is open to everyone now.
    pub fn opens_to_everyone(&self) -> bool {
        self.has(ChangeKind::OpensToEveryone)
    }

    /// Whether every action on every resource is allowed now.
    pub fn adds_administrator(&self) -> bool {
        self.has(ChangeKind::AddsAdministrator)
    }

    fn has(&self, kind: ChangeKind) -> bool {
        self.changes.iter().any(|change| change.kind == kind)
    }
}

/// Holds the live policy against that of the state, by meaning.
///
/// Sound: the verdict is [`Verdict::Equal`] only where every request is decided alike (allowed, denied, or not decided), and
/// [`Verdict::Broader`] or [`Verdict::Narrower`] only where it is proven that nothing went the other way. What cannot be proven
/// within a bounded amount of work is [`Verdict::Different`].
pub fn compare(state: &Policy, live: &Policy, context: &Context) -> Comparison {
    if state == live {
        return Comparison {
            verdict: Verdict::Equal,
            changes: Vec::new(),
        };
    }
    let incomparable = incomparable(state, live);
    // The work of each direction is bounded alone, so that swapping the sides swaps the verdict.
    let (mut work_lost, mut work_gained) = (Work::new(), Work::new());
    let lost = one_way(state, live, context, &mut work_lost);
    let gained = one_way(live, state, context, &mut work_gained);
    let verdict = match (lost.is_empty(), gained.is_empty()) {
        _ if !incomparable.is_empty() => Verdict::Different,
        (true, true) => Verdict::Equal,
        (true, false) => Verdict::Broader,
        (false, true) => Verdict::Narrower,
        (false, false) => Verdict::Different,
    };
    let mut changes = incomparable;
    if verdict != Verdict::Equal {
        let mut sentences = Sentences::new(context);
        sentences.gone_principals(state, live);
        sentences.gained(&gained, state);
        sentences.lost(&lost, live);
        changes.extend(sentences.into_changes());
        if work_lost.is_exhausted() || work_gained.is_exhausted() {
            changes.push(Change {
                kind: ChangeKind::TooComplex,
                direction: Direction::Unclear,
                text: "the policies are too large to be compared in full; what is said of changes may not be all"
                    .to_owned(),
            });
        }
    }
    changes.sort();
    changes.dedup();
    Comparison { verdict, changes }
}

/// What `from` permits and `to` does not.
#[derive(Debug, Default)]
pub(crate) struct OneWay<'a> {
    /// Parts of Allow statements of `from` that `to` does not allow.
    pub(crate) allows: Vec<(&'a Statement, Vec<Piece>)>,
    /// Parts of Deny statements of `to` that `from` does not deny.
    pub(crate) denies: Vec<(&'a Statement, Vec<Piece>)>,
}

impl OneWay<'_> {
    fn is_empty(&self) -> bool {
        self.allows.is_empty() && self.denies.is_empty()
    }
}

/// A request that `from` permits is permitted by `to` when what `from` allows is allowed by `to` or denied by `from` itself, and
/// what `to` denies is denied by `from`.
fn one_way<'a>(from: &'a Policy, to: &'a Policy, context: &Context, work: &mut Work) -> OneWay<'a> {
    let mut found = OneWay::default();
    for statement in of_effect(from, Effect::Allow) {
        let others = of_effect(to, Effect::Allow).chain(of_effect(from, Effect::Deny));
        let left = leftovers(statement, others, context, work);
        if !left.is_empty() {
            found.allows.push((statement, left));
        }
    }
    for statement in of_effect(to, Effect::Deny) {
        let left = leftovers(statement, of_effect(from, Effect::Deny), context, work);
        if !left.is_empty() {
            found.denies.push((statement, left));
        }
    }
    found
}

pub(crate) fn of_effect(
    policy: &Policy,
    effect: Effect,
) -> impl Iterator<Item = &Statement> + Clone {
    policy
        .statements
        .iter()
        .filter(move |statement| statement.effect == effect)
}

/// What forbids any verdict but "different".
fn incomparable(state: &Policy, live: &Policy) -> Vec<Change> {
    let mut changes = Vec::new();
    let unknown = |version: &Version| matches!(version, Version::Unknown(_));
    if state.version != live.version && (unknown(&state.version) || unknown(&live.version)) {
        changes.push(Change {
            kind: ChangeKind::VersionChanged,
            direction: Direction::Unclear,
            text: format!(
                "changes the version of the policy language from {} to {}",
                state.version, live.version
            ),
        });
    }
    for (ours, theirs, verb) in [(live, state, "adds"), (state, live, "removes")] {
        for (part, fault) in &ours.opaque {
            if !theirs.opaque.contains_key(part) {
                changes.push(Change {
                    kind: ChangeKind::NotUnderstood,
                    direction: Direction::Unclear,
                    text: format!("{verb} a part that is no valid policy ({fault})"),
                });
            }
        }
    }
    changes
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Old => "2008-10-17",
            Self::Current => "2012-10-17",
            Self::Unknown(text) => text.trim_matches('"'),
        })
    }
}

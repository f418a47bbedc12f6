//! The night of one sleeper as stretches of time.

use jiff::Timestamp;

use crate::night::{ClaimKind, Night, Sleeper, State};

/// A state from one instant to another, within the night.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stretch<'a> {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) state: State,
    pub(super) note: Option<&'a str>,
}

/// The stretches of a sleeper in order, without holes; what is not known is said to be.
pub(super) fn stretches<'a>(sleeper: &'a Sleeper, night: &Night) -> Vec<Stretch<'a>> {
    let mut phases: Vec<_> = sleeper.timeline.iter().collect();
    phases.sort_by_key(|phase| phase.at);
    let mut out: Vec<Stretch<'a>> = Vec::new();
    let mut push = |from: Timestamp, to: Timestamp, state: State, note: Option<&'a str>| {
        let (from, to) = (from.max(night.from), to.min(night.to));
        if to <= from {
            return;
        }
        match out.last_mut() {
            Some(last) if last.state == state && (last.note == note || note.is_none()) => {
                last.to = to;
            }
            _ => out.push(Stretch {
                from,
                to,
                state,
                note,
            }),
        }
    };
    push(
        night.from,
        phases.first().map_or(night.to, |first| first.at),
        State::Unknown,
        None,
    );
    for (index, phase) in phases.iter().enumerate() {
        let to = phases.get(index + 1).map_or(night.to, |next| next.at);
        push(phase.at, to, phase.state, phase.note.as_deref());
    }
    out
}

/// What became of a sleeper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is true for itself")]
pub(super) struct Became {
    pub(super) slept: bool,
    pub(super) woke: bool,
    pub(super) failing: bool,
    pub(super) lease: bool,
    pub(super) hold: bool,
    pub(super) unknown: bool,
}

impl Became {
    pub(super) fn of(sleeper: &Sleeper, stretches: &[Stretch<'_>]) -> Self {
        let slept = stretches
            .iter()
            .position(|stretch| stretch.state == State::Asleep);
        let woke = slept.is_some_and(|first| {
            stretches
                .iter()
                .skip(first)
                .any(|stretch| stretch.state == State::Awake)
        });
        let last = stretches.last().map(|stretch| stretch.state);
        let claimed = |kind| sleeper.claims.iter().any(|claim| claim.kind == kind);
        Self {
            slept: slept.is_some(),
            woke,
            failing: last == Some(State::Failed)
                || sleeper.failures.iter().any(|failure| failure.still_failing),
            lease: claimed(ClaimKind::Lease),
            hold: claimed(ClaimKind::Hold),
            unknown: stretches
                .iter()
                .all(|stretch| stretch.state == State::Unknown),
        }
    }
}

/// What a state is called.
pub(super) const fn name(state: State) -> &'static str {
    match state {
        State::Awake => "awake",
        State::Asleep => "asleep",
        State::Transition => "changing",
        State::Failed => "failed",
        State::Unknown => "unknown",
    }
}

/// The class of its colour, one letter because it stands in every bar.
pub(super) const fn class(state: State) -> char {
    match state {
        State::Awake => 'a',
        State::Asleep => 'z',
        State::Transition => 't',
        State::Failed => 'f',
        State::Unknown => 'u',
    }
}

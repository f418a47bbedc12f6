//! The JSON form of instants and transitions.

use afterhours_core::schedule::{Calendar, State, Transition};
use jiff::Timestamp;
use serde::Serialize;

/// A transition, in UTC and in the zone of the schedule.
#[derive(Debug, Serialize)]
pub(super) struct TransitionAnswer {
    pub(super) at: Timestamp,
    /// RFC 3339 with the offset of the zone.
    pub(super) local: String,
    pub(super) to: State,
}

impl TransitionAnswer {
    pub(super) fn new(calendar: &Calendar, transition: Transition) -> Self {
        Self {
            at: transition.at,
            local: local(calendar, transition.at),
            to: transition.to,
        }
    }
}

/// The next transitions after an instant.
pub(super) fn next(calendar: &Calendar, at: Timestamp, count: usize) -> Vec<TransitionAnswer> {
    calendar
        .transitions(at)
        .take(count)
        .map(|transition| TransitionAnswer::new(calendar, transition))
        .collect()
}

/// An instant in the zone of a calendar, RFC 3339.
pub(super) fn local(calendar: &Calendar, at: Timestamp) -> String {
    at.display_with_offset(calendar.zone().time_zone().to_offset(at))
        .to_string()
}

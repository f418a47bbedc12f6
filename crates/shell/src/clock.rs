//! The clock of a function.

use jiff::Timestamp;

/// Where a function takes the time from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The system's clock.
    System,
    /// Always this instant (`AFTERHOURS_REHEARSAL_NOW`).
    Fixed(Timestamp),
}

impl Clock {
    /// The present instant.
    pub fn now(self) -> Timestamp {
        match self {
            Self::System => system_now(),
            Self::Fixed(instant) => instant,
        }
    }
}

/// The real instant: for deadlines and log lines, which a rehearsal does not move.
#[expect(clippy::disallowed_methods, reason = "the shell owns the clock")]
pub(crate) fn system_now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_stands_and_the_systems_clock_does_not_go_back() {
        let instant: Timestamp = "2026-03-27T22:00:00Z".parse().unwrap();
        assert_eq!(Clock::Fixed(instant).now(), instant);
        let first = Clock::System.now();
        assert!(
            Clock::System.now() >= first
                && first > instant - jiff::SignedDuration::from_hours(24 * 365)
        );
    }
}

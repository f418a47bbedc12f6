//! How much time an invocation has.

use std::time::Duration;

use jiff::Timestamp;

/// The longest time-out of a function (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>);
/// what a deadline gives beyond is an emulator's.
const MAX: Duration = Duration::from_mins(15);

/// The time of one invocation, in real time even in a rehearsal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Budget {
    /// After this, nothing new is begun: what is under way still has time to end and to be written down.
    pub(crate) work: Duration,
    /// After this the invocation is given up, while there is time to say so.
    pub(crate) limit: Duration,
}

impl Budget {
    /// The budget at `now` with a deadline in milliseconds since 1970.
    ///
    /// The margin for the end is a tenth, at least 2 s, and never more than half of what remains.
    pub(crate) fn until(deadline_ms: u64, now: Timestamp) -> Self {
        let now_ms = u64::try_from(now.as_millisecond()).unwrap_or_default();
        let remaining = Duration::from_millis(deadline_ms.saturating_sub(now_ms)).min(MAX);
        let margin = (remaining / 10)
            .max(Duration::from_secs(2))
            .min(remaining / 2);
        let reserve = (remaining / 20).min(Duration::from_millis(500));
        Self {
            work: remaining.saturating_sub(margin),
            limit: remaining.saturating_sub(reserve),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(remaining_ms: i64) -> (u128, u128) {
        let now: Timestamp = "2026-11-21T04:00:00Z".parse().unwrap();
        let deadline = u64::try_from(now.as_millisecond() + remaining_ms).unwrap();
        let budget = Budget::until(deadline, now);
        (budget.work.as_millis(), budget.limit.as_millis())
    }

    #[test]
    fn a_margin_is_left_for_the_end() {
        assert_eq!(budget(300_000), (270_000, 299_500));
        assert_eq!(budget(10_000), (8_000, 9_500));
        assert_eq!(budget(1_000), (500, 950));
    }

    #[test]
    fn a_deadline_that_has_passed_leaves_nothing_and_a_far_one_at_most_a_quarter_of_an_hour() {
        assert_eq!(budget(0), (0, 0));
        assert_eq!(budget(-5_000), (0, 0));
        assert_eq!(budget(10_000_000), (810_000, 899_500));
    }
}

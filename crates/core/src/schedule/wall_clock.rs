//! Wall-clock times to instants.

use jiff::Timestamp;

use super::Zone;

/// Seconds of a civil day.
pub(super) const DAY_SECONDS: i64 = 24 * 60 * 60;

/// The offsets of a zone over a stretch of time. Wall-clock times and instants are whole seconds since
/// 1970-01-01T00:00:00, local or UTC; every offset of the database is a whole number of seconds.
pub(super) struct WallClock {
    first_offset: i64,
    /// Changes of the offset, in order: the instant and the offset from then on.
    changes: Vec<(i64, i64)>,
}

impl WallClock {
    /// The clock of a zone, right for wall-clock times at least two days inside `from..to`.
    pub(super) fn over(zone: &Zone, from: i64, to: i64) -> Self {
        let time_zone = zone.time_zone();
        let start = clamped(from);
        let mut changes = Vec::new();
        for transition in time_zone.following(start) {
            let at = floor_second(transition.timestamp());
            if at > to {
                break;
            }
            changes.push((at, i64::from(transition.offset().seconds())));
        }
        Self {
            first_offset: i64::from(time_zone.to_offset(start).seconds()),
            changes,
        }
    }

    /// The first instant at which the clock reads `wall` or later: the end of the gap for a time that is
    /// skipped, the first occurrence of one that comes twice. It never decreases as `wall` grows.
    pub(super) fn instant(&self, wall: i64) -> i64 {
        let mut since = i64::MIN;
        let mut offset = self.first_offset;
        for (change, next_offset) in &self.changes {
            let candidate = (wall - offset).max(since);
            if candidate < *change {
                return candidate;
            }
            since = *change;
            offset = *next_offset;
        }
        (wall - offset).max(since)
    }
}

/// The wall-clock reading of a zone at an instant.
pub(super) fn wall_at(zone: &Zone, at: Timestamp) -> i64 {
    floor_second(at) + i64::from(zone.time_zone().to_offset(at).seconds())
}

/// Whole seconds since the epoch, rounded down; `as_second` rounds towards it.
pub(super) fn floor_second(at: Timestamp) -> i64 {
    at.as_second() - i64::from(at.subsec_nanosecond() < 0)
}

fn clamped(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(if second < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

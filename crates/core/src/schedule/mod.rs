//! When sleepers are awake: the schedule grammar and its exact semantics.
//!
//! A schedule is a text of clauses separated by `;`:
//!
//! | clause | meaning |
//! |---|---|
//! | `Mon-Fri 08:00-12:00,13:00-18:00` | awake in these windows on these days |
//! | `skip 2026-12-25`, `skip 2026-12-24..2027-01-01` | nothing begins on these dates |
//! | `open 2026-12-27 10:00-16:00` | on this date these windows, and only these, begin |
//! | `tz Europe/Berlin` | the IANA zone of every wall-clock time in the text |
//! | `always`, `never` | constant; only a `tz` clause may stand beside them |
//!
//! Several AWS services refuse `;` and `,` in tag values, so `/` with a space on either side may stand for
//! `;`, and `+` for `,`: `Mon-Fri 08:00-12:00+13:00-18:00 / tz Europe/Berlin`.
//!
//! # Semantics
//!
//! * Windows are half-open, `[begin, end)`, in the wall clock of the schedule's zone, and are unioned.
//! * A window belongs to the local date on which it begins. An end at or before the begin is on the next day.
//! * Each edge is resolved once to an instant: the first one at which the wall clock reads that time or later.
//!   So an edge inside a gap is the first instant after it, and a time that comes twice is its first occurrence.
//!   Evaluation compares instants, so a clock that is set back never repeats a transition.
//! * `open` beats `skip`, which beats windows: a date that has an `open` clause begins exactly the windows of its
//!   `open` clauses, whatever else the text says about it.
//!
//! ```
//! use afterhours_core::schedule::{Schedule, State, Zone};
//!
//! let schedule = Schedule::parse("Mon-Fri 08:00-18:00; skip 2026-12-25; tz Europe/Berlin")?;
//! let calendar = schedule.calendar(&Zone::utc());
//! assert_eq!(calendar.state("2026-03-27T07:00:00Z".parse()?), State::Awake);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod calendar;
mod error;
mod lint;
mod model;
mod parse;
mod suggest;
mod text;
mod wall_clock;
mod zone;

pub use calendar::{Calendar, State, Transition, Transitions};
pub use error::ScheduleError;
pub use lint::Warning;
pub use model::{DateRange, Days, Opening, Schedule, WeeklyWindows, Window};
pub use zone::{Zone, ZoneError};

/// The most characters that a schedule may have: the limit of an AWS tag value.
///
/// Source: AWS Tagging guide, "Tag naming limits and requirements" (values up to 256 Unicode characters).
pub const MAX_CHARACTERS: usize = 256;

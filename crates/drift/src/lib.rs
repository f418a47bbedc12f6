//! The drift watcher: roll call → live side → confirm → judge → (void, suppress) → report.
//!
//! A state is read twice, as a stream: once to learn which objects it names, and once, when the live side is known, to
//! compare them. So memory is bounded by what is compared, not by the size of a state. What a difference is, and
//! what it means, is decided in `afterhours-diff`; this crate only asks and joins.

mod explain;
mod integrity;
mod judge;
mod live;
mod overlap;
mod place;
mod report;
mod roll;
mod scan;
mod source;
mod suppressions;
mod unmanaged;
mod watch;

pub use explain::{Explanation, Standing, explain};
pub use live::LiveSide;
pub use place::Place;
pub use report::{Report, StateLine};
pub use scan::{Options, Scan, Scanned, scan};
pub use source::{Regions, SourceError, StateSource};
pub use suppressions::Suppressions;
pub use watch::{LEDGER_KEY, REPORTS, Remembered, Subject, Told, WatchError, watch};

//! The drift watcher over states in memory and readers that answer as told.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    reason = "a test may end at once"
)]

mod explained;
mod fine;
mod holes;
mod rig;
mod scan;
mod schema;
mod watch;

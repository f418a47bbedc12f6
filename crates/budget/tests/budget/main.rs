//! The budget watcher over a bill in memory.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

mod check;
mod fetching;
mod life;
mod rig;

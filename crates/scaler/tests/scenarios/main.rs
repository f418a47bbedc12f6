//! The scaler against an AWS in memory: scenarios S01 to S71, crashes at every call, and random lives.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not expect has failed"
)]

mod rig;

mod alerts;
mod bounds;
mod claims;
mod crash;
mod endpoints;
mod groups;
mod lint;
mod lives;
mod race;
mod whole;

//! End to end: the function binaries and the tool, on the wire, against a local AWS.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "helpers of tests fail the test, and say what was walked"
)]

mod crash;
mod damage;
mod drift;
mod faults;
mod night;
mod notifier;
mod quiet;
mod race;
mod refusals;
mod support;
mod tool;

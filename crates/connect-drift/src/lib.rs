//! The drift watcher on the real adapters: what the function and the tool share.

mod regions;
mod sources;

pub use regions::AwsRegions;
pub use sources::{Faults, Listed, sources};

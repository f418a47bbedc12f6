//! The drift watcher against the real provider.
//!
//! [`World`] applies `configuration/` with provider 3.39.0 and keeps its state. Each change of `changes/` is made in a
//! copy of that account; [`scan`](tool::scan) and [`World::resource_drift`] then look at the same copy.

pub mod changes;
pub mod drift;
pub mod parallel;
pub mod parts;
pub mod tool;
pub mod world;

pub use changes::{Change, Kind};
pub use drift::Drift;
pub use world::World;

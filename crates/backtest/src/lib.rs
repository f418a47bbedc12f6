//! How well the cost detector does: a real bill, events put into it, and the rules of other tools beside it.

pub mod data;
pub mod detectors;
pub mod inject;
pub mod months;
pub mod protocol;
pub mod random;
pub mod report;
mod stats;
pub mod suites;

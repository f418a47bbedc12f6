//! Cost anomalies, month-end forecasts and incidents: pure decisions on daily costs.
//!
//! No async, no AWS type, no clock, no environment: today is an argument, so every decision can be replayed.

pub mod csv;
mod day;
mod model;
mod num;
mod recurrence;
mod scale;
mod score;
pub mod series;
mod settings;

pub use day::Day;
pub use score::{DayScore, Gate, Scorer};
pub use series::{Observation, Series};
pub use settings::{Completeness, Settings, Tuning};

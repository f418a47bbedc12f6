//! Cost anomalies, month-end forecasts and incidents: pure decisions on daily costs.
//!
//! No async, no AWS type, no clock, no environment: today is an argument, so every decision can be replayed.

pub mod alert;
pub mod csv;
mod day;
pub mod detect;
mod forecast;
pub mod incident;
mod model;
mod num;
pub mod parts;
mod recurrence;
mod scale;
mod score;
pub mod series;
mod settings;
mod threshold;

pub use csv::Warning;
pub use day::Day;
pub use detect::{Anomaly, Kind, Scan, Standing, Stopped, Threshold, detect};
pub use forecast::Forecast;
pub use score::{DayScore, Gate, Scorer};
pub use series::{Observation, Series};
pub use settings::{Completeness, Settings, Tuning};

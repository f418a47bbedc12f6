//! What all costs, in the words of `budget scan --format json`.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Gap;

/// Cost by day, and what of it was not to be expected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// ISO 4217 code of every amount of this part.
    pub currency: String,
    /// Where the figures come from, such as `Cost Explorer, unblended cost`.
    pub source: String,
    /// When they were fetched, if that is known.
    #[serde(default)]
    pub fetched_at: Option<Timestamp>,
    /// Cost by day; the first is drawn large and is best the whole bill.
    #[serde(default)]
    pub series: Vec<Series>,
    /// Days that their own history does not explain.
    #[serde(default)]
    pub anomalies: Vec<Anomaly>,
    /// What belongs together of them, with its parts.
    #[serde(default)]
    pub incidents: Vec<Incident>,
    /// Where the month is going.
    #[serde(default)]
    pub forecast: Vec<Forecast>,
    /// What could not be read.
    #[serde(default)]
    pub gaps: Vec<Gap>,
}

/// Daily cost of one thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// What it is the cost of, such as `total` or `Amazon SageMaker`.
    pub key: String,
    /// Its days, in any order.
    #[serde(default)]
    pub days: Vec<CostDay>,
}

/// One day of a series; a missing actual is a gap and no zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostDay {
    /// Which.
    pub date: Date,
    /// What it cost, if that is known.
    #[serde(default)]
    pub actual: Option<f64>,
    /// What was to be expected.
    #[serde(default)]
    pub expected: Option<f64>,
    /// The lower end of what would be no surprise.
    #[serde(default)]
    pub low: Option<f64>,
    /// The upper end.
    #[serde(default)]
    pub high: Option<f64>,
    /// Whether AWS may still add to it.
    #[serde(default)]
    pub incomplete: bool,
}

/// A day, or several in a row, that their own history does not explain; takes what `budget scan` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Anomaly {
    /// Which day, or the first.
    pub date: Date,
    /// Of which series.
    pub key: String,
    /// What the first day cost.
    pub actual: f64,
    /// What was to be expected of it.
    pub expected: f64,
    /// The lower end of what would have been no surprise.
    #[serde(default)]
    pub low: Option<f64>,
    /// The upper end.
    #[serde(default)]
    pub high: Option<f64>,
    /// How much more (or less) than expected, so far.
    #[serde(default)]
    pub impact: Option<f64>,
    /// Its last day so far; none where it is one day.
    #[serde(default)]
    pub last: Option<Date>,
    /// Whether it goes on.
    pub state: AnomalyState,
}

/// Whether an anomaly goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnomalyState {
    /// It began.
    New,
    /// It goes on.
    Ongoing,
    /// It is over.
    Recovered,
    /// Costs stayed, and are the new level.
    NewNormal,
    /// Somebody said that it is expected.
    Accepted,
}

impl AnomalyState {
    /// Whether it goes on, and nobody has said that this is well.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Ongoing)
    }
}

/// What belongs together of the anomalies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// Of which series.
    pub key: String,
    /// Whether it goes on.
    pub state: AnomalyState,
    /// Its first day.
    pub since: Date,
    /// Its last day; none while it goes on.
    #[serde(default)]
    pub until: Option<Date>,
    /// What its days cost.
    pub actual: f64,
    /// What was to be expected of them.
    pub expected: f64,
    /// How much more (or less) than expected.
    pub impact: f64,
    /// Why, in a sentence, if that is known.
    #[serde(default)]
    pub cause: Option<String>,
    /// What makes it up, largest first.
    #[serde(default)]
    pub parts: Vec<Part>,
}

/// A part of an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// What, such as `EUC1-Host:ml.g5.2xlarge`.
    pub name: String,
    /// How much of the impact.
    pub impact: f64,
}

/// Where a month is going.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// Of which series or budget.
    pub key: String,
    /// Such as `2026-11`.
    pub month: String,
    /// One month in ten ends below.
    pub p10: f64,
    /// The middle.
    pub p50: f64,
    /// One month in ten ends above.
    pub p90: f64,
    /// The budget, where there is one.
    #[serde(default)]
    pub budget: Option<f64>,
    /// The probability of passing it, from 0 to 1.
    #[serde(default)]
    pub breach_probability: Option<f64>,
    /// What the month has cost so far.
    #[serde(default)]
    pub to_date: Option<f64>,
}

//! What the night saved.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Gap, Money};

/// What the night saved, over all sleepers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Savings {
    /// Money by currency; only what has a price.
    #[serde(default)]
    pub total: Vec<Money>,
    /// Hours that instances did not run, summed over instances, with and without a price.
    pub instance_hours: f64,
    /// Where the prices come from.
    #[serde(default)]
    pub prices: Vec<PriceSource>,
    /// What has no price, and is in no total.
    #[serde(default)]
    pub without_price: Vec<WithoutPrice>,
    /// Nights before this one, oldest first, in the currency of the first total.
    #[serde(default)]
    pub history: Vec<DaySaved>,
    /// What could not be counted.
    #[serde(default)]
    pub gaps: Vec<Gap>,
}

/// Where prices come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceSource {
    /// Such as `AWS Price List, on demand, eu-central-1`.
    pub source: String,
    /// The day for which they hold.
    pub date: Date,
}

/// Hours that have no price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithoutPrice {
    /// Such as `ml.p5.48xlarge in eu-central-1`.
    pub what: String,
    /// Hours that instances did not run, summed over instances.
    pub instance_hours: f64,
    /// Why there is no price.
    pub reason: String,
}

/// What one night saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DaySaved {
    /// The day on which the night began.
    pub date: Date,
    /// How much.
    pub amount: f64,
}

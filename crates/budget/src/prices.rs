//! Prices of instances: those of the configuration, then a dated table with its sources.

use std::collections::BTreeMap;

use afterhours_core::config::Budget;
use serde::{Deserialize, Serialize};

const TABLE: &str = include_str!("../prices.json");

/// A price of the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Such as `g5.xlarge`; types of `SageMaker` begin with `ml.`.
    pub instance_type: String,
    /// Such as `us-east-1`.
    pub region: String,
    /// On demand, Linux, in USD per hour.
    pub usd_per_hour: f64,
    /// As of when, `YYYY-MM-DD`.
    pub date: String,
    /// Where it was read.
    pub source: String,
}

/// Prices by region and type.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Prices(BTreeMap<String, f64>);

impl Prices {
    /// The prices of the configuration over those of the table.
    pub fn new(config: &Budget) -> Self {
        let table = table().into_iter();
        let mut prices: BTreeMap<String, f64> = table
            .map(|price| {
                let key = format!("{}/{}", price.region, price.instance_type);
                (key, price.usd_per_hour)
            })
            .collect();
        prices.extend(
            config
                .prices
                .iter()
                .map(|(key, price)| (key.clone(), *price)),
        );
        Self(prices)
    }

    /// USD per hour; none where no price is known.
    pub fn of(&self, region: &str, instance_type: &str) -> Option<f64> {
        self.0.get(&format!("{region}/{instance_type}")).copied()
    }
}

/// The table.
pub fn table() -> Vec<Price> {
    // The file is part of the program; a test holds that it can be read.
    serde_json::from_str(TABLE).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_price_of_the_table_has_a_date_and_a_source() {
        let table: Vec<Price> = serde_json::from_str(TABLE).unwrap();
        assert!(!table.is_empty());
        for price in &table {
            assert!(price.date.parse::<jiff::civil::Date>().is_ok(), "{price:?}");
            assert!(price.source.starts_with("https://"), "{price:?}");
            assert!(price.usd_per_hour > 0.0 && price.instance_type.contains('.'));
        }
        let mut keys: Vec<_> = table
            .iter()
            .map(|price| (&price.region, &price.instance_type))
            .collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), table.len());
    }

    #[test]
    fn prices_of_the_configuration_go_first_and_unknown_ones_stay_unknown() {
        let mut config = Budget::default();
        let known = Prices::new(&config).of("us-east-1", "g5.xlarge");
        assert!(known.is_some());
        config.prices.insert("us-east-1/g5.xlarge".to_owned(), 0.5);
        let prices = Prices::new(&config);
        assert_eq!(prices.of("us-east-1", "g5.xlarge"), Some(0.5));
        assert_eq!(prices.of("eu-central-1", "p99.xlarge"), None);
    }
}

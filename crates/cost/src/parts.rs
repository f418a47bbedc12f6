//! What an anomaly is made of: an additive split, whose parts sum up to the whole.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::detect::Anomaly;
use crate::num;
use crate::series::{self, Series};

/// Days before an anomaly that say what each part usually is.
const USUAL: usize = 28;
/// Parts listed, at most; what is left is summed up in one more.
pub const MOST: usize = 10;
/// The key of what the parts do not make up.
pub const REST: &str = "rest";

/// One part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The key, or `rest`.
    pub key: String,
    /// What it cost over the days of the anomaly.
    #[serde(serialize_with = "num::rounded")]
    pub actual: f64,
    /// Its usual share of what was expected of the whole.
    #[serde(serialize_with = "num::rounded")]
    pub expected: f64,
    /// Money above that; negative where it fell.
    #[serde(serialize_with = "num::rounded")]
    pub excess: f64,
}

/// The split over the outermost series below the key of an anomaly; empty where there are none.
pub(crate) fn below(series: &[Series], anomaly: &Anomaly) -> Vec<Part> {
    let lower: BTreeMap<&str, &Series> = series
        .iter()
        .filter(|one| series::is_above(&anomaly.key, one.key()))
        .map(|one| (one.key(), one))
        .collect();
    let outermost: Vec<&Series> = lower
        .iter()
        .filter(|(key, _)| {
            !key.rmatch_indices(series::SEPARATOR)
                .any(|(at, _)| key.get(..at).is_some_and(|upper| lower.contains_key(upper)))
        })
        .map(|(_, one)| *one)
        .collect();
    split(&outermost, anomaly)
}

/// The split of an anomaly's impact over series that make up its key in any dimension, largest first; what they do not
/// make up, and what comes after the [`MOST`] largest, is the part [`REST`]. The excesses sum up to the impact.
pub fn split(series: &[&Series], anomaly: &Anomaly) -> Vec<Part> {
    if series.is_empty() {
        return Vec::new();
    }
    let days = anomaly.last.since(anomaly.date) + 1;
    let sum = |one: &Series, from: Day, days: usize| -> f64 {
        (0..days)
            .filter_map(|day| one.cost(from.plus(i32::try_from(day).ok()?)))
            .sum()
    };
    let before = anomaly.date.plus(-i32::try_from(USUAL).unwrap_or(0));
    let usual: Vec<f64> = series
        .iter()
        .map(|one| sum(one, before, USUAL).max(0.0))
        .collect();
    let usual_total: f64 = usual.iter().sum();
    let actual: Vec<f64> = series
        .iter()
        .map(|one| sum(one, anomaly.date, days))
        .collect();
    let whole: f64 = actual.iter().sum();
    let expected = (whole - anomaly.impact).max(0.0);
    let mut parts: Vec<Part> = series
        .iter()
        .zip(usual.iter().zip(&actual))
        .map(|(one, (usual, actual))| {
            let share = if usual_total > 0.0 {
                usual / usual_total
            } else {
                0.0
            };
            Part {
                key: one.key().to_owned(),
                actual: *actual,
                expected: expected * share,
                excess: actual - expected * share,
            }
        })
        .collect();
    parts.sort_by(|a, b| {
        let size = b.excess.abs().total_cmp(&a.excess.abs());
        size.then_with(|| a.key.cmp(&b.key))
    });
    parts.truncate(MOST);
    let listed = |of: fn(&Part) -> f64| parts.iter().map(of).sum::<f64>();
    let rest = Part {
        key: REST.to_owned(),
        actual: whole - listed(|part| part.actual),
        expected: expected - listed(|part| part.expected),
        excess: anomaly.impact - listed(|part| part.excess),
    };
    if rest.excess.abs() > 0.005 {
        parts.push(rest);
    }
    parts
}

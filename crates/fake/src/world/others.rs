//! Tags in bulk, metrics and alerts.

use std::collections::BTreeMap;

use afterhours_core::alert::Envelope;
use afterhours_core::model::Tags;
use afterhours_ports::MetricQuery;
use jiff::Timestamp;

use super::World;

/// One data point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetricPoint {
    /// When.
    pub at: Timestamp,
    /// How much.
    pub value: f64,
}

/// What a metric shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// The same at all times.
    Constant(f64),
    /// Single data points.
    Points(Vec<MetricPoint>),
}

impl World {
    /// The alerts that were published, in order.
    pub fn published(&self) -> &[Envelope] {
        &self.published
    }

    /// Makes a metric show the same value at all times.
    pub fn set_metric(&mut self, query: MetricQuery, value: f64) {
        self.metrics.insert(query, Reading::Constant(value));
    }

    /// Adds a data point to a metric; a constant one becomes one of points.
    pub fn add_point(&mut self, query: MetricQuery, at: Timestamp, value: f64) {
        let point = MetricPoint { at, value };
        match self
            .metrics
            .entry(query)
            .or_insert(Reading::Points(Vec::new()))
        {
            Reading::Points(points) => points.push(point),
            constant @ Reading::Constant(_) => *constant = Reading::Points(vec![point]),
        }
    }

    /// The average over `[from, until)`; none without a data point.
    pub(crate) fn average(
        &self,
        query: &MetricQuery,
        from: Timestamp,
        until: Timestamp,
    ) -> Option<f64> {
        let points = match self.metrics.get(query)? {
            Reading::Constant(value) => return Some(*value),
            Reading::Points(points) => points,
        };
        let within = points
            .iter()
            .filter(|point| from <= point.at && point.at < until);
        let (sum, count) = within.fold((0.0, 0_u32), |(sum, n), point| (sum + point.value, n + 1));
        (count > 0).then(|| sum / f64::from(count))
    }

    /// From now on the Tagging API answers with the tags of this moment: it lags behind the services.
    pub fn freeze_tagging(&mut self) {
        self.stale_tags = Some(self.endpoint_tags.clone());
    }

    /// The Tagging API has caught up.
    pub fn thaw_tagging(&mut self) {
        self.stale_tags = None;
    }

    pub(crate) fn tagged(&self, key: &str) -> BTreeMap<String, Tags> {
        let tags = self.stale_tags.as_ref().unwrap_or(&self.endpoint_tags);
        let carries = |(_, tags): &(&String, &Tags)| tags.contains_key(key);
        tags.iter()
            .filter(carries)
            .map(|(arn, tags)| (arn.clone(), tags.clone()))
            .collect()
    }
}

//! What can be set, and what it is when it is not.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What detection, forecast and incidents go by.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Alerts wanted per month over all series. The threshold is the lowest that would have kept to it on the history,
    /// within [`Settings::threshold_range`]. `None` takes [`Settings::threshold`].
    pub alerts_per_month: Option<f64>,
    /// The score from which a day is told of where nothing is calibrated: 0.1 alerts per series-month on the real bill
    /// of the backtest.
    pub threshold: f64,
    /// Lowest and highest calibrated threshold: below the lowest, ordinary days of any series would be told of; an
    /// excess beyond the highest is told of whatever the budget of alerts.
    pub threshold_range: (f64, f64),
    /// Least excess that is told of, in money per day.
    pub min_excess: f64,
    /// Least excess that is told of, as a share of the mean daily bill of the last 28 days over all series; the larger of
    /// the two counts.
    pub min_excess_of_bill: f64,
    /// Least excess that is told of, as a share of what was expected.
    pub min_excess_share: f64,
    /// Days before today whose figures may still grow. Cost Explorer is complete for the day before yesterday.
    pub provisional_days: u32,
    /// How complete the figures of provisional days usually are.
    pub completeness: Completeness,
    /// Money per month that must not be passed, by key; the key `total` is the sum of everything.
    pub budgets: BTreeMap<String, f64>,
    /// Days after which a lasting incident is told of again.
    pub remind_after_days: u32,
    /// The detector's own numbers.
    pub tuning: Tuning,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            alerts_per_month: None,
            threshold: 3.5,
            threshold_range: (2.5, 8.0),
            min_excess: 0.25,
            min_excess_of_bill: 0.001,
            min_excess_share: 0.15,
            provisional_days: 1,
            completeness: Completeness::default(),
            budgets: BTreeMap::new(),
            remind_after_days: 7,
            tuning: Tuning::default(),
        }
    }
}

/// How much of a provisional day's final cost has been delivered, as shares of 1, learnt from figures fetched early and
/// late.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Completeness {
    /// What most days reach at least.
    pub low: f64,
    /// What a day usually reaches.
    pub median: f64,
    /// What hardly a day goes beyond.
    pub high: f64,
}

impl Default for Completeness {
    /// Nothing is known: the figure counts as it is, which can only be too little.
    fn default() -> Self {
        Self {
            low: 1.0,
            median: 1.0,
            high: 1.0,
        }
    }
}

/// The numbers of the detector; chosen on the tuning windows of the backtest.
#[derive(Clone, Debug, PartialEq)]
pub struct Tuning {
    /// Days that the regression looks back on.
    pub window: usize,
    /// Days after which a day counts half.
    pub half_life: f64,
    /// Ridge of the weekday terms, in days of full weight.
    pub weekday_ridge: f64,
    /// Ridge of the slope, as a share of the weighted sum of squared ages.
    pub slope_ridge: f64,
    /// Passes of reweighting per day.
    pub passes: usize,
    /// A day this many scales off does not teach the regression.
    pub mask_z: f64,
    /// So many days off in a row are a step, which is accepted as the new level.
    pub mask_days: usize,
    /// One-step errors that the scale is made from.
    pub error_window: usize,
    /// Below so many of them, the residuals of the fit make the scale.
    pub min_errors: usize,
    /// An error counts for at most so many scales when it is remembered.
    pub error_clip: f64,
    /// Share of the root mean square of the errors that the scale is at least.
    pub rms_share: f64,
    /// Least scale, as a share of cost.
    pub relative_floor: f64,
    /// Least scale, in money, as a share of the least excess in money.
    pub absolute_floor: f64,
    /// Factor on scores that were accumulated over several days.
    pub accumulated: f64,
    /// Days of history below which there is no score.
    pub min_history: usize,
    /// Days of history below which the scale is widened by [`Tuning::short_widening`].
    pub short_history: usize,
    /// Factor on the scale of a short history.
    pub short_widening: f64,
    /// How far a charge may be off the one of a month ago to be the same charge, as a share.
    pub recurrence_band: f64,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            window: 56,
            half_life: 18.0,
            weekday_ridge: 1.0,
            slope_ridge: 0.1,
            passes: 1,
            mask_z: 5.0,
            mask_days: 5,
            error_window: 150,
            min_errors: 25,
            error_clip: 6.0,
            rms_share: 0.7,
            relative_floor: 0.03,
            absolute_floor: 0.1,
            accumulated: 0.85,
            min_history: 14,
            short_history: 28,
            short_widening: 1.3,
            recurrence_band: 0.35,
        }
    }
}

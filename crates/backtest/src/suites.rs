//! What must not be told of: fees at the beginning of a month, and days that are not complete yet.

use afterhours_cost::Day;
use serde::Serialize;

use crate::detectors::Detector;
use crate::protocol::{WARM_UP, Window};
use crate::random::Random;
use crate::stats::{float, median};

/// A fee of so many median days.
const FEE: f64 = 3.0;
/// A fall by so many scales is called a drop, of detectors whose scores are scales.
const DROP_Z: f64 = 3.0;
/// Share of a day that has been delivered, at least and at most.
const DELIVERED: (f64, f64) = (0.60, 0.95);
/// Days between days that are looked at.
const EVERY: usize = 6;

/// How often something happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// How often.
    pub hits: usize,
    /// Out of.
    pub of: usize,
}

impl Count {
    /// As a share of 1.
    pub fn share(self) -> f64 {
        float(self.hits) / float(self.of.max(1))
    }

    fn add(&mut self, hit: bool) {
        self.of += 1;
        self.hits += usize::from(hit);
    }
}

/// Fees of three median days on each first of a month; how many of those after the warm-up are told of.
pub fn month_start_fees(detector: &dyn Detector, windows: &[Window], threshold: f64) -> Count {
    let mut count = Count::default();
    for window in windows {
        let fee = FEE * median(&window.values).unwrap_or(0.0);
        let is_first = |at: usize| {
            let day = window.start.plus(i32::try_from(at).unwrap_or(0));
            day.civil().2 == 1
        };
        let values: Vec<f64> = window
            .values
            .iter()
            .enumerate()
            .map(|(at, value)| if is_first(at) { value + fee } else { *value })
            .collect();
        let scores = detector.scores(window.start, &values, values.len());
        for (at, score) in scores.iter().enumerate().skip(WARM_UP) {
            if is_first(at) && !values.get(at).is_none_or(|value| value.is_nan()) {
                count.add(*score >= threshold);
            }
        }
    }
    count
}

/// Days of which 60 to 95 % have been delivered, drawn from a seed, and the same days complete: how many of either are
/// called a drop. Our detector is told which day is the incomplete one, as it is in use.
pub fn drops(detector: &dyn Detector, windows: &[Window], seed: u64) -> (Count, Count) {
    let (mut partial, mut complete) = (Count::default(), Count::default());
    let mut random = Random::new(seed);
    // Rules in per cent have no scales; their own threshold is what they call a change.
    let least = if detector.shipped() < 1.0 {
        detector.shipped()
    } else {
        DROP_Z
    };
    for window in windows {
        for day in (WARM_UP..window.values.len()).step_by(EVERY) {
            let share = DELIVERED.0 + (DELIVERED.1 - DELIVERED.0) * random.unit();
            let mut values: Vec<f64> = window.values.iter().take(day + 1).copied().collect();
            let is_drop = |values: &[f64], until: usize| {
                let scores = detector.drops(window.start, values, until);
                scores.last().is_some_and(|score| *score >= least)
            };
            complete.add(is_drop(&values, day + 1));
            if let Some(last) = values.last_mut() {
                *last *= share;
            }
            partial.add(is_drop(&values, day));
        }
    }
    (partial, complete)
}

/// The incomplete days of [`drops`] as whole series, for what is built on a detector: the window, and the day.
pub fn partial_days(windows: &[Window], seed: u64) -> Vec<(Day, Vec<f64>)> {
    let mut random = Random::new(seed);
    let mut found = Vec::new();
    for window in windows {
        for day in (WARM_UP..window.values.len()).step_by(EVERY) {
            let share = DELIVERED.0 + (DELIVERED.1 - DELIVERED.0) * random.unit();
            let mut values: Vec<f64> = window.values.iter().take(day + 1).copied().collect();
            if let Some(last) = values.last_mut() {
                *last *= share;
            }
            found.push((window.start, values));
        }
    }
    found
}

//! How far a day usually lies from what was expected of it, from the errors of the days before.

use std::collections::VecDeque;

use crate::num::{float, quantile};

/// The standard deviation of a normal variable over its median absolute deviation.
const MAD: f64 = 1.4826;
/// The 0.9 quantile of the absolute value of a standard normal variable.
const Q90: f64 = 1.645;

/// The last one-step-ahead errors, in logs.
///
/// In-sample residuals are smaller than the errors that a detector makes on days that it has not seen, most of all on
/// short windows; thresholds set on them promise far fewer alerts than they give.
#[derive(Clone, Debug)]
pub(crate) struct Errors {
    order: VecDeque<f64>,
    /// Absolute values, sorted.
    sorted: Vec<f64>,
    squares: f64,
    most: usize,
}

impl Errors {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            order: VecDeque::with_capacity(most + 1),
            sorted: Vec::with_capacity(most + 1),
            squares: 0.0,
            most,
        }
    }

    pub(crate) fn clear(&mut self) {
        self.order.clear();
        self.sorted.clear();
        self.squares = 0.0;
    }

    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// Adds the newest error, and forgets the oldest when there are too many.
    pub(crate) fn push(&mut self, error: f64) {
        if self.order.len() >= self.most
            && let Some(oldest) = self.order.pop_front()
        {
            let size = oldest.abs();
            self.squares -= oldest * oldest;
            let at = self.sorted.partition_point(|kept| *kept < size);
            if at < self.sorted.len() {
                self.sorted.remove(at);
            }
        }
        let size = error.abs();
        let at = self.sorted.partition_point(|kept| *kept < size);
        self.sorted.insert(at, size);
        self.order.push_back(error);
        self.squares += error * error;
    }

    /// The largest of the robust measures and, in part, of the root mean square; `None` of nothing.
    pub(crate) fn scale(&self, rms_share: f64) -> Option<f64> {
        let robust = of_sorted(&self.sorted)?;
        let rms = (self.squares.max(0.0) / float(self.order.len())).sqrt();
        Some(robust.max(rms * rms_share))
    }

    /// In order of time.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = f64> + '_ {
        self.order.iter().copied()
    }
}

fn of_sorted(sizes: &[f64]) -> Option<f64> {
    let middle = quantile(sizes, 0.5)? * MAD;
    let tail = quantile(sizes, 0.9)? / Q90;
    Some(middle.max(tail))
}

/// The scale of residuals in any order.
pub(crate) fn of_residuals(residuals: &mut [f64]) -> Option<f64> {
    for residual in residuals.iter_mut() {
        *residual = residual.abs();
    }
    residuals.sort_unstable_by(f64::total_cmp);
    of_sorted(residuals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_errors_are_forgotten() {
        let mut errors = Errors::new(10);
        for _ in 0..10 {
            errors.push(5.0);
        }
        for _ in 0..10 {
            errors.push(-0.1);
        }
        assert_eq!(errors.len(), 10);
        let scale = errors.scale(1.0).unwrap();
        assert!((scale - 0.148_26).abs() < 1e-6, "{scale}");
    }

    #[test]
    fn a_heavy_tail_widens_the_scale_of_flat_costs() {
        let mut errors = Errors::new(150);
        for number in 0..100 {
            errors.push(if number % 5 == 0 { 1.0 } else { 0.0 });
        }
        assert!(errors.scale(0.0).unwrap() > 0.5);
    }
}

//! What a day should cost: a robust regression of log costs on level, trend and weekday.
//!
//! `x(age) = level - slope * age + weekday`, with weights that halve every so many days, Huber's weights against
//! outliers, and ridges on the weekday terms and the slope. Each row has exactly one weekday, so that block of the normal
//! equations is diagonal: it is eliminated first, and Cholesky's decomposition is left with two unknowns. That makes a fit
//! cost about as much as two passes over its window.

/// Huber's constant: 95 % efficiency on normal errors (P. J. Huber, Robust Statistics, 1981).
const HUBER: f64 = 1.345;

/// What a fit knows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Fit {
    /// The log level on the day after the window, without its weekday.
    pub(crate) level: f64,
    /// Change of the log level per day.
    pub(crate) slope: f64,
    /// What each weekday adds.
    pub(crate) weekday: [f64; 7],
}

impl Fit {
    /// The log cost `ahead` days after the day after the window (negative: before), which falls on `weekday`.
    pub(crate) fn at(&self, ahead: f64, weekday: usize) -> f64 {
        self.level + self.slope * ahead + self.weekday.get(weekday).copied().unwrap_or(0.0)
    }

    /// The same fit seen a day later.
    pub(crate) fn next_day(mut self) -> Self {
        self.level += self.slope;
        self
    }
}

/// What the terms are held back by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ridge {
    /// Of each weekday term, in days of full weight.
    pub(crate) weekday: f64,
    /// Of the slope, as a share of the weighted sum of squared ages.
    pub(crate) slope: f64,
}

/// A row with its weight by age; NaN rows do not count.
#[derive(Clone, Copy, Default)]
struct Sums {
    weight: f64,
    age: f64,
    log: f64,
}

/// Fits rows in order of time; the last row is the day before the one that is to be predicted.
///
/// `weights` are by age, the last one belongs to the last row. `first_weekday` is that of the first row. `before` and
/// `scale` give Huber's weights of the first pass; without a fit before, the first pass is plain least squares.
pub(crate) fn fit(
    rows: &[f64],
    weights: &[f64],
    first_weekday: usize,
    ridge: Ridge,
    before: Option<(Fit, f64)>,
    passes: usize,
) -> Option<Fit> {
    let mut best = before.map(|(fit, _)| fit);
    let scale = before.map_or(f64::INFINITY, |(_, scale)| scale);
    let mut fitted = None;
    for _ in 0..passes.max(1) {
        fitted = pass(rows, weights, first_weekday, ridge, best, scale * HUBER);
        best = Some(fitted?);
    }
    fitted
}

fn pass(
    rows: &[f64],
    weights: &[f64],
    first_weekday: usize,
    ridge: Ridge,
    before: Option<Fit>,
    bound: f64,
) -> Option<Fit> {
    let mut sums = [Sums::default(); 7];
    let (mut age_age, mut age_log) = (0.0, 0.0);
    let fit = before.unwrap_or_default();
    let bound = if before.is_some() {
        bound
    } else {
        f64::INFINITY
    };
    let mut ahead = -crate::num::float(rows.len());
    let mut weekday = first_weekday % 7;
    for (row, weight) in rows.iter().zip(weights) {
        let of_day = sums.get_mut(weekday);
        if let (Some(of_day), false) = (of_day, row.is_nan()) {
            let term = fit.weekday.get(weekday).copied().unwrap_or(0.0);
            let error = (row - (fit.level + fit.slope * ahead + term)).abs();
            let weight = if error > bound {
                weight * bound / error
            } else {
                *weight
            };
            let weighted = weight * ahead;
            of_day.weight += weight;
            of_day.age += weighted;
            of_day.log += weight * row;
            age_age += weighted * ahead;
            age_log += weighted * row;
        }
        ahead += 1.0;
        weekday = if weekday == 6 { 0 } else { weekday + 1 };
    }
    solve(&sums, age_age, age_log, ridge)
}

/// Eliminates the weekdays, then Cholesky on level and slope.
fn solve(sums: &[Sums; 7], age_age: f64, age_log: f64, ridge: Ridge) -> Option<Fit> {
    let (mut a11, mut a12, mut b1) = (0.0, 0.0, 0.0);
    let mut a22 = age_age * (1.0 + ridge.slope);
    let mut b2 = age_log;
    for of_day in sums {
        let inverse = 1.0 / (of_day.weight + ridge.weekday);
        let held = ridge.weekday * inverse;
        a11 += of_day.weight * held;
        a12 += of_day.age * held;
        b1 += of_day.log * held;
        a22 -= of_day.age * of_day.age * inverse;
        b2 -= of_day.age * of_day.log * inverse;
    }
    if a11 <= f64::EPSILON {
        return None;
    }
    let l11 = a11.sqrt();
    let l21 = a12 / l11;
    let rest = a22 - l21 * l21;
    let first = b1 / l11;
    // One day in the window leaves the slope undetermined.
    let slope = if rest > 1e-9 {
        (b2 - l21 * first) / rest
    } else {
        0.0
    };
    let level = (first - l21 * slope) / l11;
    let mut weekday = [0.0; 7];
    for (term, of_day) in weekday.iter_mut().zip(sums) {
        *term = (of_day.log - level * of_day.weight - slope * of_day.age)
            / (of_day.weight + ridge.weekday);
    }
    Some(Fit {
        level,
        slope,
        weekday,
    })
}

/// Weights by age for a window of so many days: 1 for the last row, half for one `half_life` days before.
pub(crate) fn weights(window: usize, half_life: f64) -> Vec<f64> {
    let mut all: Vec<f64> = (0..window)
        .map(|age| 0.5_f64.powf(crate::num::float(age) / half_life))
        .collect();
    all.reverse();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIGHT: Ridge = Ridge {
        weekday: 1e-6,
        slope: 1e-9,
    };

    #[test]
    fn finds_level_slope_and_weekdays() {
        let truth = [0.0, 0.1, -0.2, 0.3, 0.0, -0.1, -0.1];
        let rows: Vec<f64> = (0..42)
            .map(|row| {
                2.0 + 0.01 * f64::from(row - 42) + truth[usize::try_from((row + 3) % 7).unwrap()]
            })
            .collect();
        let found = fit(&rows, &weights(42, 21.0), 3, LIGHT, None, 2).unwrap();
        assert!((found.slope - 0.01).abs() < 1e-4, "{found:?}");
        for ahead in 0..7 {
            let weekday = usize::try_from((42 + 3 + ahead) % 7).unwrap();
            let wanted = 2.0 + 0.01 * f64::from(ahead) + truth[weekday];
            assert!((found.at(f64::from(ahead), weekday) - wanted).abs() < 1e-3);
        }
    }

    #[test]
    fn one_wild_day_moves_little() {
        let mut rows = vec![1.0; 42];
        let calm = fit(&rows, &weights(42, 21.0), 0, LIGHT, None, 1).unwrap();
        rows[40] = 6.0;
        let moved = fit(&rows, &weights(42, 21.0), 0, LIGHT, Some((calm, 0.05)), 3).unwrap();
        assert!((moved.at(0.0, 0) - 1.0).abs() < 0.05, "{moved:?}");
    }

    #[test]
    fn nothing_gives_nothing() {
        assert_eq!(
            fit(&[f64::NAN; 5], &weights(5, 3.0), 0, LIGHT, None, 2),
            None
        );
    }
}

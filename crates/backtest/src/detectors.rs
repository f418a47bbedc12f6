//! Our detector and the rules that others ship, behind one trait.

use afterhours_cost::{Day, Scorer, Series, Settings};

use crate::stats::{deviation, mad, mean, median};

/// What gives every day a score from the days before it; more is more suspicious, NaN is no score.
pub trait Detector {
    /// Short name for tables.
    fn name(&self) -> &'static str;
    /// What it does, in a sentence.
    fn describes(&self) -> &'static str;
    /// The threshold that it is shipped with by those who use it.
    fn shipped(&self) -> f64;
    /// A score per day. `complete` days are final; figures from there on may still grow, which only some detectors can
    /// make use of.
    fn scores(&self, start: Day, values: &[f64], complete: usize) -> Vec<f64>;
    /// Scores of drops: the size of the fall below expectation, positive; NaN where it does not judge the day.
    fn drops(&self, start: Day, values: &[f64], complete: usize) -> Vec<f64>;
}

/// All of them, ours first.
pub fn all() -> Vec<Box<dyn Detector>> {
    vec![
        Box::new(Ours::default()),
        Box::new(Rule::ZScore14),
        Box::new(Rule::Mad30),
        Box::new(Rule::Percent7),
        Box::new(Rule::Percent30),
        Box::new(Rule::PercentWeekday),
        Box::new(Rule::SeasonalNaive),
        Box::new(Rule::Ewma),
    ]
}

/// The detector of `afterhours-cost`.
#[derive(Clone, Debug, Default)]
pub struct Ours {
    /// Its settings.
    pub settings: Settings,
}

impl Ours {
    fn run(&self, start: Day, values: &[f64], complete: usize, of: Reading) -> Vec<f64> {
        let days = values
            .iter()
            .map(|value| (!value.is_nan()).then_some(*value));
        let series = Series::new("", start, days);
        let scorer = Scorer::new(&self.settings, 0.0);
        let complete = start.plus(i32::try_from(complete).unwrap_or(i32::MAX));
        let mut found = vec![f64::NAN; values.len()];
        for day in scorer.score(&series, complete) {
            if let Some(score) = found.get_mut(day.day.since(start)) {
                *score = match of {
                    Reading::Alerts => day.alerting(),
                    Reading::Drops if day.provisional => f64::NAN,
                    Reading::Drops => -day.z,
                };
            }
        }
        found
    }
}

#[derive(Clone, Copy)]
enum Reading {
    Alerts,
    Drops,
}

impl Detector for Ours {
    fn name(&self) -> &'static str {
        "afterhours"
    }

    fn describes(&self) -> &'static str {
        "robust weekday and trend regression, scale of one-step errors, accumulation, gates"
    }

    fn shipped(&self) -> f64 {
        self.settings.threshold
    }

    fn scores(&self, start: Day, values: &[f64], complete: usize) -> Vec<f64> {
        self.run(start, values, complete, Reading::Alerts)
    }

    fn drops(&self, start: Day, values: &[f64], complete: usize) -> Vec<f64> {
        self.run(start, values, complete, Reading::Drops)
    }
}

/// The rules of other tools, written anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Distance to the mean of 14 days in standard deviations.
    ZScore14,
    /// Distance to the median of 30 days in median absolute deviations.
    Mad30,
    /// Share above the mean of 7 days.
    Percent7,
    /// Share above the mean of 30 days.
    Percent30,
    /// Share above the same weekday a week ago.
    PercentWeekday,
    /// Distance to the median of the same weekday of 8 weeks, in median absolute deviations of such distances.
    SeasonalNaive,
    /// Distance to an exponentially weighted mean in exponentially weighted standard deviations.
    Ewma,
}

/// Least scale: one cent, or a thousandth of the middle, so that flat series do not divide by nothing.
fn at_least(scale: f64, middle: f64) -> f64 {
    scale.max(0.01).max(middle.abs() * 0.001)
}

impl Rule {
    fn signed(self, values: &[f64]) -> Vec<f64> {
        match self {
            Self::Ewma => ewma(values),
            Self::SeasonalNaive => seasonal_naive(values),
            _ => (0..values.len())
                .map(|day| self.of_day(values, day).unwrap_or(f64::NAN))
                .collect(),
        }
    }

    fn of_day(self, values: &[f64], day: usize) -> Option<f64> {
        let value = *values.get(day)?;
        let last = |days: usize| values.get(day.checked_sub(days)?..day);
        let share = |middle: f64| (value - middle) / middle.max(0.01);
        match self {
            Self::ZScore14 => {
                let middle = mean(last(14)?)?;
                Some((value - middle) / at_least(deviation(last(14)?)?, middle))
            }
            Self::Mad30 => {
                let middle = median(last(30)?)?;
                Some((value - middle) / at_least(mad(last(30)?)?, middle))
            }
            Self::Percent7 => Some(share(mean(last(7)?)?)),
            Self::Percent30 => Some(share(mean(last(30)?)?)),
            Self::PercentWeekday => Some(share(*values.get(day.checked_sub(7)?)?)),
            Self::SeasonalNaive | Self::Ewma => None,
        }
    }
}

/// Weeks that the seasonal naive rule looks back on.
const WEEKS: usize = 8;

fn seasonal_naive(values: &[f64]) -> Vec<f64> {
    let middles: Vec<f64> = (0..values.len())
        .map(|day| {
            let before: Vec<f64> = (1..=WEEKS)
                .filter_map(|week| values.get(day.checked_sub(7 * week)?).copied())
                .collect();
            if before.len() < 3 {
                return f64::NAN;
            }
            median(&before).unwrap_or(f64::NAN)
        })
        .collect();
    let errors: Vec<f64> = values.iter().zip(&middles).map(|(v, m)| v - m).collect();
    let scaled = |day: usize| {
        let before = errors.get(day.saturating_sub(7 * WEEKS)..day)?;
        if before.iter().filter(|error| !error.is_nan()).count() < 14 {
            return None;
        }
        let scale = at_least(mad(before)?, *middles.get(day)?);
        Some(errors.get(day)? / scale)
    };
    (0..values.len())
        .map(|day| scaled(day).unwrap_or(f64::NAN))
        .collect()
}

/// Weight of the newest day.
const EWMA_WEIGHT: f64 = 0.2;

fn ewma(values: &[f64]) -> Vec<f64> {
    let mut middle = f64::NAN;
    let mut variance = 0.0;
    let mut seen = 0;
    values
        .iter()
        .map(|value| {
            if value.is_nan() {
                return f64::NAN;
            }
            if middle.is_nan() {
                middle = *value;
                return f64::NAN;
            }
            seen += 1;
            let error = value - middle;
            let score = if seen >= 14 {
                error / at_least(f64::sqrt(variance), middle)
            } else {
                f64::NAN
            };
            middle += EWMA_WEIGHT * error;
            variance = (1.0 - EWMA_WEIGHT) * (variance + EWMA_WEIGHT * error * error);
            score
        })
        .collect()
}

impl Detector for Rule {
    fn name(&self) -> &'static str {
        match self {
            Self::ZScore14 => "z-score 14 d",
            Self::Mad30 => "MAD 30 d",
            Self::Percent7 => "% over 7 d mean",
            Self::Percent30 => "% over 30 d mean",
            Self::PercentWeekday => "% over last week",
            Self::SeasonalNaive => "seasonal naive",
            Self::Ewma => "EWMA",
        }
    }

    fn describes(&self) -> &'static str {
        match self {
            Self::ZScore14 => "distance to the mean of 14 days in standard deviations",
            Self::Mad30 => "distance to the median of 30 days in median absolute deviations",
            Self::Percent7 => "share above the mean of 7 days (the rule of OptScale)",
            Self::Percent30 => "share above the mean of 30 days (the rule of Kubecost)",
            Self::PercentWeekday => "share above the same weekday a week ago (a sample of AWS)",
            Self::SeasonalNaive => "distance to the median of the same weekday of 8 weeks in MADs",
            Self::Ewma => "distance to an exponentially weighted mean (weight 0.2)",
        }
    }

    fn shipped(&self) -> f64 {
        match self {
            Self::ZScore14 | Self::Ewma => 3.0,
            Self::Mad30 | Self::SeasonalNaive => 3.5,
            Self::Percent7 => 0.3,
            Self::Percent30 => 0.2,
            Self::PercentWeekday => 0.5,
        }
    }

    fn scores(&self, _: Day, values: &[f64], _: usize) -> Vec<f64> {
        self.signed(values)
    }

    fn drops(&self, _: Day, values: &[f64], _: usize) -> Vec<f64> {
        self.signed(values).iter().map(|score| -score).collect()
    }
}

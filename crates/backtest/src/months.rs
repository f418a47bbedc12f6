//! Month-end forecasts at cuts in the month, against what the month came to.

use afterhours_cost::{Day, Scorer, Series, Settings};
use serde::Serialize;

use crate::stats::{float, mean, median};

/// Days of the month before which the forecast is made: that many days are known.
pub const CUTS: [usize; 6] = [3, 7, 10, 15, 20, 25];
/// Days of history before the month, at least.
const HISTORY: usize = 60;

/// A whole month of a series.
#[derive(Clone, Copy, Debug)]
pub struct Month<'a> {
    /// The series.
    pub series: &'a Series,
    /// Its first day.
    pub first: Day,
    /// What it came to.
    pub actual: f64,
}

/// Months with history before them and something spent; `even` are those that the forecast was tuned on.
///
/// Months take turns, so that both halves hold all of the bill: even ones (counted from year 0) were tuned on.
pub fn months(series: &[Series], even: bool) -> Vec<Month<'_>> {
    let mut found = Vec::new();
    for one in series {
        let mut first = one.start().first_of_next_month();
        while first.first_of_next_month() <= one.end() {
            let (year, month, _) = first.civil();
            let next = first.first_of_next_month();
            let is_even = (year * 12 + i32::from(month)) % 2 == 0;
            let days = next.since(first);
            let costs: Vec<f64> = (0..days)
                .filter_map(|day| one.cost(first.plus(i32::try_from(day).ok()?)))
                .collect();
            let actual: f64 = costs.iter().sum();
            let enough = first.since(one.start()) >= HISTORY;
            if is_even == even && enough && costs.len() == days && actual > 1.0 {
                found.push(Month {
                    series: one,
                    first,
                    actual,
                });
            }
            first = next;
        }
    }
    found
}

/// Ways to forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// That of `afterhours-cost`.
    Ours,
    /// The mean of 28 days for each day to come.
    Mean28,
    /// The mean of 7 days.
    Mean7,
    /// The same weekday of last week.
    SeasonalNaive,
    /// The median of the same weekday of 4 weeks.
    WeekdayMedian,
    /// The month so far, continued.
    RunRate,
}

impl Method {
    /// All of them, ours first.
    pub const ALL: [Self; 6] = [
        Self::Ours,
        Self::Mean28,
        Self::Mean7,
        Self::SeasonalNaive,
        Self::WeekdayMedian,
        Self::RunRate,
    ];

    /// Short name for tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "afterhours",
            Self::Mean28 => "mean of 28 d",
            Self::Mean7 => "mean of 7 d",
            Self::SeasonalNaive => "seasonal naive",
            Self::WeekdayMedian => "weekday median",
            Self::RunRate => "run rate",
        }
    }

    fn baseline(self, month: &Month<'_>, cut: Day) -> Option<f64> {
        let next = month.first.first_of_next_month();
        let back = |from: Day, days: i32| month.series.cost(from.plus(-days));
        let last =
            |days: i32| -> Vec<f64> { (1..=days).filter_map(|ago| back(cut, ago)).collect() };
        let so_far: Vec<f64> = (0..cut.since(month.first))
            .filter_map(|day| {
                month
                    .series
                    .cost(month.first.plus(i32::try_from(day).ok()?))
            })
            .collect();
        let left = next.since(cut);
        let rest = match self {
            Self::Ours => return None,
            Self::Mean28 => mean(&last(28))? * float(left),
            Self::Mean7 => mean(&last(7))? * float(left),
            Self::RunRate => mean(&so_far)? * float(left),
            Self::SeasonalNaive | Self::WeekdayMedian => {
                let weeks = if self == Self::SeasonalNaive { 1 } else { 4 };
                (0..left)
                    .map(|ahead| {
                        let ahead = i32::try_from(ahead).ok()?;
                        let same: Vec<f64> = (1..=weeks)
                            .filter_map(|week| back(cut, 7 * week - ahead % 7))
                            .collect();
                        median(&same)
                    })
                    .sum::<Option<f64>>()?
            }
        };
        Some(so_far.iter().sum::<f64>() + rest)
    }
}

/// What came of a method.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Errors {
    /// Its name.
    pub method: &'static str,
    /// Months times cuts.
    pub forecasts: usize,
    /// Mean absolute percentage error, in per cent.
    pub mape: f64,
    /// The same by cut, in the order of [`CUTS`].
    pub mape_by_cut: [f64; 6],
    /// Median absolute percentage error, in per cent.
    pub median_ape: f64,
    /// Share of months within p10 to p90, where the method gives a range; 0.8 is right.
    pub coverage: Option<f64>,
}

/// Forecasts all months at all cuts.
pub fn errors(months: &[Month<'_>], method: Method, settings: &Settings) -> Errors {
    let scorer = Scorer::new(settings, 0.0);
    let mut by_cut: [Vec<f64>; 6] = Default::default();
    let (mut within, mut ranges) = (0, 0);
    for month in months {
        for (days, errors) in CUTS.into_iter().zip(&mut by_cut) {
            let cut = month.first.plus(i32::try_from(days).unwrap_or(0));
            let found = if method == Method::Ours {
                let known = month.series.until(cut);
                scorer
                    .forecast(&known, cut, month.first, None)
                    .map(|forecast| {
                        ranges += 1;
                        within +=
                            usize::from((forecast.p10..=forecast.p90).contains(&month.actual));
                        forecast.p50
                    })
            } else {
                method.baseline(month, cut)
            };
            // A forecast that cannot be made is as wrong as nothing.
            let found = found.unwrap_or(0.0);
            errors.push(100.0 * (found - month.actual).abs() / month.actual);
        }
    }
    let all = by_cut.concat();
    Errors {
        method: method.name(),
        forecasts: all.len(),
        mape: mean(&all).unwrap_or(f64::NAN),
        mape_by_cut: by_cut.map(|errors| mean(&errors).unwrap_or(f64::NAN)),
        median_ape: median(&all).unwrap_or(f64::NAN),
        coverage: (ranges > 0).then(|| float(within) / float(ranges)),
    }
}

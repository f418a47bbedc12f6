//! What the month will have cost, with a range, and how likely a budget is passed.
//!
//! Days to come lie between a fast and a slow mean of the cleaned days before, nearer to the slow one the further away they
//! are, times the weekday; charges that came back in two months are added on their day. The range comes from many
//! paths: blocks of the detector's own one-step errors, part of which each path keeps in its level.

use serde::Serialize;

use crate::day::Day;
use crate::num::{self, float, quantile};
use crate::recurrence::{self, Past};
use crate::score::{Scorer, State};
use crate::series::Series;

/// Days of the slow mean.
const SLOW: usize = 28;
/// Half-life of the fast mean, in days.
const FAST_HALF_LIFE: f64 = 2.5;
/// What is left of the fast mean's say after a day.
const KEPT: f64 = 0.95;
/// Share of an error that stays in the level.
const LASTING: f64 = 0.32;
/// Days of errors that stay together, so that what hangs together in a week does so in a path.
const BLOCK: usize = 7;
/// Paths where only the range is wanted, and where a probability is.
const PATHS: (usize, usize) = (200, 2_000);
/// Days whose dearest one bounds the days of a path, and how many times it.
const BOUND: (usize, f64) = (56, 2.0);
/// So many days off in a row are a change that goes on; fewer are taken out.
const LASTING_RUN: usize = 3;

/// The outlook for one key in one month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forecast {
    /// The key, or `total`.
    pub key: String,
    /// The month, `YYYY-MM`.
    pub month: String,
    /// Complete days of the month so far, in money.
    #[serde(serialize_with = "num::rounded")]
    pub to_date: f64,
    /// The month's cost that one path in ten stays below.
    #[serde(serialize_with = "num::rounded")]
    pub p10: f64,
    /// The middle.
    #[serde(serialize_with = "num::rounded")]
    pub p50: f64,
    /// The month's cost that one path in ten goes beyond.
    #[serde(serialize_with = "num::rounded")]
    pub p90: f64,
    /// The budget of the month, where there is one.
    pub budget: Option<f64>,
    /// Share of paths that pass the budget, 0 to 1; 1 where it is passed already.
    #[serde(serialize_with = "num::rounded_option")]
    pub breach_probability: Option<f64>,
    /// The day on which the middle of the paths passes the budget, where it does within the month.
    pub crossing: Option<Day>,
}

/// What is expected of the days of a month that are not complete.
#[derive(Clone, Debug)]
struct Outlook {
    to_date: f64,
    /// The first day that is not complete.
    first: Day,
    days: Vec<f64>,
    /// What has been delivered of those days.
    least: Vec<f64>,
    /// What they cost on top, whatever the level.
    charges: Vec<f64>,
    /// A day on a path costs at most this: errors in logs of costs near nothing are wild.
    most: f64,
}

impl Scorer {
    /// The outlook for the month that `month` is in, from the days before `complete`; what is known of later days is
    /// their least. `None` where there is too little history (less than 7 days with figures).
    pub fn forecast(
        &self,
        series: &Series,
        complete: Day,
        month: Day,
        budget: Option<f64>,
    ) -> Option<Forecast> {
        let mut scores = Vec::new();
        let state = self.run(series, complete, &mut scores);
        self.forecast_from(series, &state, (complete, month), budget)
    }

    pub(crate) fn forecast_from(
        &self,
        series: &Series,
        state: &State,
        (complete, month): (Day, Day),
        budget: Option<f64>,
    ) -> Option<Forecast> {
        let complete = complete.min(series.end());
        let outlook = outlook(series, state, complete, month, self.recurrence_band())?;
        let paths = if budget.is_some() { PATHS.1 } else { PATHS.0 };
        let errors: Vec<f64> = state.errors.in_order().collect();
        let fallback;
        let errors = if errors.len() < BLOCK {
            fallback = [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3];
            &fallback
        } else {
            errors.as_slice()
        };
        Some(outlook.forecast(series.key(), month, errors, state.offset, paths, budget))
    }
}

/// Days as they were without what stood out for less than three days.
fn cleaned(series: &Series, past: &[Past], until: usize) -> Vec<f64> {
    let mut clean: Vec<f64> = series.raw().iter().take(until).copied().collect();
    let mut run = 0;
    for at in 0..=clean.len() {
        let out = past.get(at).is_some_and(|past| past.stands_out) && at < clean.len();
        if out {
            run += 1;
            continue;
        }
        if run > 0 && run < LASTING_RUN {
            for (value, past) in clean.iter_mut().zip(past).take(at).skip(at - run) {
                *value -= past.excess;
            }
        }
        run = 0;
    }
    clean
}

fn outlook(
    series: &Series,
    state: &State,
    complete: Day,
    month: Day,
    band: f64,
) -> Option<Outlook> {
    let until = complete.since(series.start());
    let clean = cleaned(series, &state.past, until);
    let factor = weekday_factors(state);
    let of = |day: Day| factor.get(day.weekday()).copied().unwrap_or(1.0);
    let (mut slow, mut slow_weight, mut fast, mut fast_weight) = (0.0, 0.0, 0.0, 0.0);
    let mut known = 0;
    for (age, value) in clean.iter().rev().enumerate().take(SLOW) {
        if value.is_nan() {
            continue;
        }
        let day = complete.plus(-1 - i32::try_from(age).ok()?);
        let level = value / of(day);
        let weight = 0.5_f64.powf(float(age) / FAST_HALF_LIFE);
        slow += level;
        slow_weight += 1.0;
        fast += level * weight;
        fast_weight += weight;
        known += 1;
    }
    if known < BLOCK {
        return None;
    }
    let (slow, fast) = (slow / slow_weight, fast / fast_weight);
    let first_of_month = month.first_of_month();
    let next_month = month.first_of_next_month();
    let mut to_date = 0.0;
    let mut day = first_of_month;
    while day < complete.min(next_month) {
        // A missing day cost something all the same.
        to_date += series.cost(day).unwrap_or_else(|| slow * of(day));
        day = day.plus(1);
    }
    let first = complete.max(first_of_month);
    let dearest = clean
        .iter()
        .rev()
        .take(BOUND.0)
        .copied()
        .fold(0.0, f64::max);
    let mut outlook = Outlook {
        to_date,
        first,
        days: Vec::new(),
        least: Vec::new(),
        charges: Vec::new(),
        most: BOUND.1 * dearest,
    };
    let mut day = first;
    while day < next_month {
        let ahead = float(day.since(complete) + 1);
        let say = KEPT.powf(ahead);
        let level = fast * say + slow * (1.0 - say);
        outlook.days.push((level * of(day)).max(0.0));
        outlook.least.push(series.cost(day).unwrap_or(0.0));
        outlook
            .charges
            .push(recurrence::upcoming(&state.past, complete, day, band));
        day = day.plus(1);
    }
    Some(outlook)
}

/// What each weekday costs as a share of the mean day.
fn weekday_factors(state: &State) -> [f64; 7] {
    let mut factors = state.fit.map_or([0.0; 7], |fit| fit.weekday).map(f64::exp);
    let mean = factors.iter().sum::<f64>() / 7.0;
    for factor in &mut factors {
        *factor /= mean;
    }
    factors
}

impl Outlook {
    fn forecast(
        &self,
        key: &str,
        month: Day,
        errors: &[f64],
        offset: f64,
        paths: usize,
        budget: Option<f64>,
    ) -> Forecast {
        // Each error as a factor on a day, and the part of it that stays.
        let shocks: Vec<(f64, f64)> = errors
            .iter()
            .map(|error| (error.exp(), (error * LASTING).exp()))
            .collect();
        let expected: f64 = self
            .days
            .iter()
            .zip(&self.least)
            .zip(&self.charges)
            .map(|((day, least), charge)| (day + charge).max(*least))
            .sum();
        let mut random = seed(key, month);
        let mut rests: Vec<f64> = (0..paths)
            .map(|_| self.path(&shocks, offset, &mut random))
            .collect();
        rests.sort_unstable_by(f64::total_cmp);
        // Factors are skewed; the middle path is held at what is expected.
        let shift = quantile(&rests, 0.5).map_or(0.0, |middle| expected - middle);
        let least: f64 = self.least.iter().sum();
        let at = |q: f64| {
            let rest = quantile(&rests, q).unwrap_or(0.0) + shift;
            self.to_date + rest.max(least)
        };
        let breach = budget.map(|budget| {
            if self.to_date + least > budget {
                return 1.0;
            }
            let over = rests
                .iter()
                .filter(|rest| self.to_date + *rest + shift > budget)
                .count();
            float(over) / float(rests.len().max(1))
        });
        Forecast {
            key: key.to_owned(),
            month: month.month(),
            to_date: self.to_date,
            p10: at(0.1),
            p50: at(0.5),
            p90: at(0.9),
            budget,
            breach_probability: breach,
            crossing: budget.and_then(|budget| self.crossing(budget)),
        }
    }

    /// The remaining days on one path, in money.
    fn path(&self, shocks: &[(f64, f64)], offset: f64, random: &mut u64) -> f64 {
        let (mut level, mut sum) = (1.0, 0.0);
        let mut at = 0;
        for (number, ((day, least), charge)) in self
            .days
            .iter()
            .zip(&self.least)
            .zip(&self.charges)
            .enumerate()
        {
            if number % BLOCK == 0 {
                at = below(random, shocks.len());
            }
            let (shock, lasting) = shocks.get(at).copied().unwrap_or((1.0, 1.0));
            at = if at + 1 >= shocks.len() { 0 } else { at + 1 };
            let bound = self.most.max(*day);
            let cost = ((day + offset) * level * shock - offset).clamp(0.0, bound);
            sum += (cost + charge).max(*least);
            level *= lasting;
        }
        sum
    }

    fn crossing(&self, budget: f64) -> Option<Day> {
        let mut sum = self.to_date;
        for (number, ((day, least), charge)) in self
            .days
            .iter()
            .zip(&self.least)
            .zip(&self.charges)
            .enumerate()
        {
            sum += (day + charge).max(*least);
            if sum > budget {
                return Some(self.first.plus(i32::try_from(number).ok()?));
            }
        }
        None
    }
}

/// FNV-1a of the key and the month: the same question gets the same answer.
fn seed(key: &str, month: Day) -> u64 {
    let text = format!("{key} {}", month.month());
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// A number below `bound` from `SplitMix64`.
fn below(state: &mut u64, bound: usize) -> usize {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    let bound = bound as u128;
    usize::try_from((u128::from(z) * bound) >> 64).unwrap_or(0)
}

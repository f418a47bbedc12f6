//! Scores the days of one series, each with nothing but the days before it.

use crate::day::Day;
use crate::model::{self, Fit, Ridge};
use crate::num::{float, median};
use crate::recurrence::{self, Past};
use crate::scale::{self, Errors};
use crate::series::Series;
use crate::settings::{Completeness, Settings, Tuning};

/// z-values are held within these before they are added up over days, so that one wild day is not told of for a week.
const ADDED_Z: (f64, f64) = (-4.0, 6.0);
/// Days over which z-values are added up.
const SPANS: [usize; 4] = [2, 3, 5, 7];
/// The 0.975 quantile of the normal distribution: the printed range holds 95 % of ordinary days.
const RANGE: f64 = 1.96;

/// Why a day with a high score is not told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// The excess is too little money.
    Money,
    /// The excess is too small a share of what was expected.
    Share,
    /// A charge of about this size came on the same day of one of the last two months.
    Recurring,
    /// Too little history for a score.
    History,
}

/// What is thought of one day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DayScore {
    /// The day.
    pub day: Day,
    /// What it cost.
    pub actual: f64,
    /// What it should have cost, charges that come back every month included; NaN without a score.
    pub expected: f64,
    /// The lower end of the range that 95 % of ordinary days keep to.
    pub low: f64,
    /// The upper end of it.
    pub high: f64,
    /// How many scales the day lies off, in logs; positive is dearer.
    pub z: f64,
    /// The score that the threshold is held against: z of the day, or accumulated over up to seven days.
    pub score: f64,
    /// What keeps the day from being told of, whatever its score.
    pub gate: Option<Gate>,
    /// The figure may still grow.
    pub provisional: bool,
    /// The day ended a run of days off, which became the new level.
    pub accepted: bool,
}

impl DayScore {
    /// The score as far as alerts go: 0 where a gate is shut.
    pub fn alerting(&self) -> f64 {
        if self.gate.is_some() { 0.0 } else { self.score }
    }
}

/// What is needed beside the series.
#[derive(Clone, Debug)]
pub struct Scorer {
    tuning: Tuning,
    weights: Vec<f64>,
    /// Least excess in money; also what is added before logs are taken.
    money: f64,
    share: f64,
    completeness: Completeness,
}

/// What is left when the days of a series are scored: what a forecast goes on from.
#[derive(Clone, Debug)]
pub(crate) struct State {
    /// The fit for the day after the last complete one.
    pub(crate) fit: Option<Fit>,
    /// Errors of the last days, in logs.
    pub(crate) errors: Errors,
    /// What lay above expectation, per day from the start of the series.
    pub(crate) past: Vec<Past>,
    /// Added to costs before logs are taken.
    pub(crate) offset: f64,
    /// The first day with more than the least money.
    pub(crate) onset: Option<Day>,
}

impl Scorer {
    /// A scorer; `daily_bill` is the mean of all series together, which scales the least excess.
    pub fn new(settings: &Settings, daily_bill: f64) -> Self {
        let tuning = settings.tuning.clone();
        Self {
            weights: model::weights(tuning.window, tuning.half_life),
            money: settings
                .min_excess
                .max(settings.min_excess_of_bill * daily_bill.max(0.0))
                .max(0.01),
            share: settings.min_excess_share,
            completeness: settings.completeness,
            tuning,
        }
    }

    /// The least excess that is told of, in money per day.
    pub fn least_excess(&self) -> f64 {
        self.money
    }

    /// The least cost of a day that counts as new spend: four times the least excess.
    pub fn least_new_spend(&self) -> f64 {
        4.0 * self.money
    }

    pub(crate) fn recurrence_band(&self) -> f64 {
        self.tuning.recurrence_band
    }

    /// The scores of all days with a figure, in order of time. Figures of `complete` and later may still grow.
    pub fn score(&self, series: &Series, complete: Day) -> Vec<DayScore> {
        let mut scores = Vec::with_capacity(series.len());
        self.run(series, complete, &mut scores);
        scores
    }

    /// The same into a buffer, with the state at the end.
    pub(crate) fn run(&self, series: &Series, complete: Day, scores: &mut Vec<DayScore>) -> State {
        scores.clear();
        let mut run = Run::new(self, series);
        for (at, value) in series.raw().iter().enumerate() {
            let day = series.start().plus(i32::try_from(at).unwrap_or(i32::MAX));
            if day >= complete {
                run.provisional(day, *value, scores);
                break;
            }
            run.day(day, *value, scores);
        }
        run.state.fit = run.fit;
        run.state
    }
}

/// The state of a series on its way through the days.
struct Run<'a> {
    scorer: &'a Scorer,
    /// Log costs, shifted where a step was accepted.
    logs: Vec<f64>,
    /// The same with NaN for days that do not teach.
    rows: Vec<f64>,
    observed: usize,
    fit: Option<Fit>,
    /// Where the run of days off began, and their direction.
    off: Option<(usize, bool)>,
    recent: [f64; 7],
    scale: f64,
    state: State,
}

/// What is expected of a day before it is seen.
struct Expected {
    log: f64,
    scale: f64,
}

impl<'a> Run<'a> {
    fn new(scorer: &'a Scorer, series: &Series) -> Self {
        let days = series.len();
        Self {
            scorer,
            logs: Vec::with_capacity(days),
            rows: Vec::with_capacity(days),
            observed: 0,
            fit: None,
            off: None,
            recent: [0.0; 7],
            scale: f64::NAN,
            state: State {
                fit: None,
                errors: Errors::new(scorer.tuning.error_window),
                past: Vec::with_capacity(days),
                offset: scorer.money,
                onset: None,
            },
        }
    }

    fn tuning(&self) -> &Tuning {
        &self.scorer.tuning
    }

    fn log(&self, cost: f64) -> f64 {
        (cost.max(0.0) + self.state.offset).ln()
    }

    fn cost(&self, log: f64) -> f64 {
        (log.exp() - self.state.offset).max(0.0)
    }

    /// Fits what lies before the day.
    fn expect(&mut self, day: Day) -> Option<Expected> {
        if self.observed < self.tuning().min_history {
            return None;
        }
        let from = self.rows.len().saturating_sub(self.tuning().window);
        let rows = self.rows.get(from..)?;
        let weights = self
            .scorer
            .weights
            .get(self.scorer.weights.len() - rows.len()..)?;
        let first = day.plus(-i32::try_from(rows.len()).ok()?).weekday();
        let ridge = Ridge {
            weekday: self.tuning().weekday_ridge,
            slope: self.tuning().slope_ridge,
        };
        let before = self
            .fit
            .filter(|_| self.scale.is_finite())
            .map(|fit| (fit, self.scale));
        let fit = model::fit(rows, weights, first, ridge, before, self.tuning().passes)?;
        let log = fit.at(0.0, day.weekday());
        let scale = self.scale_of(&fit, rows, first, log);
        self.fit = Some(fit);
        self.scale = scale;
        Some(Expected { log, scale })
    }

    fn scale_of(&self, fit: &Fit, rows: &[f64], first: usize, log: f64) -> f64 {
        let tuning = self.tuning();
        let measured = if self.state.errors.len() >= tuning.min_errors {
            self.state.errors.scale(tuning.rms_share)
        } else {
            let before = -float(rows.len());
            let mut residuals: Vec<f64> = rows
                .iter()
                .enumerate()
                .filter(|(_, row)| !row.is_nan())
                .map(|(at, row)| row - fit.at(before + float(at), (first + at) % 7))
                .collect();
            scale::of_residuals(&mut residuals)
        };
        let widening = if self.observed < tuning.short_history {
            tuning.short_widening
        } else {
            1.0
        };
        let money = self.scorer.money * tuning.absolute_floor;
        (measured.unwrap_or(0.0) * widening)
            .max(tuning.relative_floor)
            .max(money / log.exp())
    }

    fn day(&mut self, day: Day, value: f64, scores: &mut Vec<DayScore>) {
        if self.state.onset.is_none() && value > self.scorer.money {
            self.state.onset = Some(day);
            // Zeros before the first money say nothing about what it should cost.
            self.observed = 0;
            self.fit = None;
            self.rows.fill(f64::NAN);
            self.state.errors.clear();
        }
        // The fit of the last day serves as the start of the next.
        self.fit = self.fit.map(Fit::next_day);
        let expected = self.expect(day);
        if value.is_nan() {
            self.logs.push(f64::NAN);
            self.rows.push(f64::NAN);
            self.state.past.push(Past::default());
            return;
        }
        let log = self.log(value);
        self.logs.push(log);
        self.rows.push(log);
        self.observed += 1;
        let Some(expected) = expected else {
            self.state.past.push(Past::default());
            scores.push(unscored(day, value));
            return;
        };
        let mut score = self.judge(day, value, &expected);
        self.recent.rotate_right(1);
        if let Some(newest) = self.recent.first_mut() {
            *newest = score.z.clamp(ADDED_Z.0, ADDED_Z.1);
        }
        let added = self.added();
        if score.z > 1.0 {
            score.score = score.score.max(added);
        }
        self.learn(log, value, &expected, score.z);
        score.accepted = self.accept();
        scores.push(score);
    }

    /// A day whose figure may still grow: looked at for an excess only, and nothing is learnt from it.
    fn provisional(&mut self, day: Day, value: f64, scores: &mut Vec<DayScore>) {
        self.fit = self.fit.map(Fit::next_day);
        let Some(expected) = self.expect(day) else {
            return;
        };
        if value.is_nan() {
            return;
        }
        let known = self.scorer.completeness;
        // Taken as complete as days get, so what is tested is the least that the day can come to.
        let least = value / known.high.max(f64::EPSILON);
        let spread = (known.high / known.low.max(f64::EPSILON)).ln().max(0.0) / 2.0;
        let wider = Expected {
            log: expected.log,
            scale: expected.scale.hypot(spread),
        };
        let mut score = self.judge(day, least, &wider);
        score.actual = value;
        score.provisional = true;
        // Less than expected on such a day says nothing.
        score.z = score.z.max(0.0);
        scores.push(score);
    }

    fn judge(&self, day: Day, value: f64, expected: &Expected) -> DayScore {
        let plain = self.cost(expected.log);
        let excess = value - plain;
        let charge =
            recurrence::charge(&self.state.past, day, excess, self.tuning().recurrence_band);
        let of = |charge: f64| (self.log(value - charge) - expected.log) / expected.scale;
        let z = of(charge);
        let wanted = plain + charge;
        let over = value - wanted;
        let gate = if over < self.scorer.money {
            (charge > 0.0 && excess >= self.scorer.money)
                .then_some(Gate::Recurring)
                .or(Some(Gate::Money))
        } else if over < self.scorer.share * wanted {
            Some(if charge > 0.0 {
                Gate::Recurring
            } else {
                Gate::Share
            })
        } else if charge > 0.0 && recurrence::alike(excess, charge, self.tuning().recurrence_band) {
            Some(Gate::Recurring)
        } else {
            None
        };
        let end = |sign: f64| self.cost(expected.log + sign * RANGE * expected.scale) + charge;
        DayScore {
            day,
            actual: value,
            expected: wanted,
            low: end(-1.0),
            high: end(1.0),
            z,
            score: z,
            gate,
            provisional: false,
            accepted: false,
        }
    }

    /// The largest of the sums of the last days' z-values, each over the root of its count.
    fn added(&self) -> f64 {
        let best = SPANS
            .iter()
            .map(|span| self.recent.iter().take(*span).sum::<f64>() / float(*span).sqrt())
            .fold(f64::NEG_INFINITY, f64::max);
        best * self.tuning().accumulated
    }

    fn learn(&mut self, log: f64, value: f64, expected: &Expected, z: f64) {
        let tuning = self.tuning();
        let error = log - expected.log;
        let plain_z = error / expected.scale;
        let clip = tuning.error_clip * expected.scale;
        let (mask_z, at) = (tuning.mask_z, self.rows.len() - 1);
        // A charge that comes back is no error of the model.
        let counted = (z * expected.scale).clamp(-clip, clip);
        self.state.errors.push(counted);
        let plain = self.cost(expected.log);
        self.state.past.push(Past {
            excess: value - plain,
            stands_out: plain_z > 3.0,
        });
        if plain_z.abs() > mask_z {
            if let Some(row) = self.rows.last_mut() {
                *row = f64::NAN;
            }
            let dearer = plain_z > 0.0;
            match self.off {
                Some((_, direction)) if direction == dearer => {}
                _ => self.off = Some((at, dearer)),
            }
        } else {
            self.off = None;
        }
    }

    /// Takes a run of days off for the new level, when it is long enough: what lies before is moved to it, so that the
    /// weekdays are kept.
    fn accept(&mut self) -> bool {
        let Some((from, _)) = self.off else {
            return false;
        };
        if self.rows.len() - from < self.tuning().mask_days {
            return false;
        }
        self.off = None;
        let Some(fit) = self.fit else {
            return false;
        };
        // The fit stands a day before the next one: its day 0 is the last row.
        let last = self.rows.len() - 1;
        let weekdays = from..=last;
        let mut residuals: Vec<f64> = self
            .logs
            .get(from..)
            .unwrap_or_default()
            .iter()
            .zip(weekdays)
            .filter(|(log, _)| !log.is_nan())
            .map(|(log, at)| log - fit.level - fit.slope * (float(at) - float(last)))
            .collect();
        let Some(step) = median(&mut residuals) else {
            return false;
        };
        let window = self.tuning().window;
        let oldest = self.rows.len().saturating_sub(window + 1);
        for (at, (row, log)) in self
            .rows
            .iter_mut()
            .zip(&mut self.logs)
            .enumerate()
            .skip(oldest)
        {
            if at < from {
                *row += step;
                *log += step;
            } else {
                *row = *log;
            }
        }
        if let Some(fit) = &mut self.fit {
            fit.level += step;
        }
        self.recent = [0.0; 7];
        true
    }
}

fn unscored(day: Day, value: f64) -> DayScore {
    DayScore {
        day,
        actual: value,
        expected: f64::NAN,
        low: f64::NAN,
        high: f64::NAN,
        z: 0.0,
        score: 0.0,
        gate: Some(Gate::History),
        provisional: false,
        accepted: false,
    }
}

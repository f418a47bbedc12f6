//! All series together: the threshold, what is told of, what stopped, and the outlook.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::csv::Warning;
use crate::day::Day;
use crate::forecast::Forecast;
use crate::num::{self, float};
use crate::parts::{self, Part};
use crate::score::{DayScore, Scorer, State};
use crate::series::{self, Series};
use crate::settings::Settings;
use crate::threshold::{self, EPISODE_GAP, Peak};

/// Days without a score at the start of a series, for its new spend to be told of.
const NEW_FOR: i32 = 14;
/// Share of the expected cost that a stopped series stays below.
const STOPPED: f64 = 0.3;
/// Days of the history that goes with an anomaly.
pub const HISTORY: usize = 42;

/// What an anomaly is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// More than expected.
    Excess,
    /// Something that cost nothing before, or was not there; judged by money alone.
    NewSpend,
}

/// How an anomaly stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It began on the newest day.
    New,
    /// It goes on.
    Ongoing,
    /// It is over: costs went back.
    Recovered,
    /// It is over: costs stayed, and the detector took them for the new level.
    NewNormal,
}

/// Days in a row that cost more than they should have.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Anomaly {
    /// The first day.
    pub date: Day,
    /// What for.
    pub key: String,
    /// The cost of the first day.
    #[serde(serialize_with = "num::rounded")]
    pub actual: f64,
    /// What was expected of the first day.
    #[serde(serialize_with = "num::rounded")]
    pub expected: f64,
    /// The lower end of the range that 95 % of ordinary days keep to.
    #[serde(serialize_with = "num::rounded")]
    pub low: f64,
    /// The upper end of it.
    #[serde(serialize_with = "num::rounded")]
    pub high: f64,
    /// Money above expectation, over all its days.
    #[serde(serialize_with = "num::rounded")]
    pub impact: f64,
    /// The same as per cent of what was expected; none where nothing was expected.
    #[serde(serialize_with = "num::rounded_option")]
    pub impact_percent: Option<f64>,
    /// Money above expectation on its last day.
    #[serde(serialize_with = "num::rounded")]
    pub latest_excess: f64,
    /// The highest score of its days; for new spend, how many times the least money it is.
    #[serde(serialize_with = "num::rounded")]
    pub score: f64,
    /// How it stands.
    pub state: Standing,
    /// What it is.
    pub kind: Kind,
    /// The last day of it so far.
    pub last: Day,
    /// Days of it that were told of.
    pub days: usize,
    /// The figure of its last day may still grow.
    pub provisional: bool,
    /// What makes it up, as far as there are series below its key; the parts sum up to the impact.
    pub parts: Vec<Part>,
    /// Costs of the days up to its last, at most [`HISTORY`]; none is a missing day.
    pub history: Vec<Option<f64>>,
}

/// A series that cost much less on its last two complete days: for information, it may also be missing data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stopped {
    /// What for.
    pub key: String,
    /// The first day of it.
    pub since: Day,
    /// The cost of the last complete day.
    #[serde(serialize_with = "num::rounded")]
    pub actual: f64,
    /// What was expected of it.
    #[serde(serialize_with = "num::rounded")]
    pub expected: f64,
}

/// How the threshold came about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Threshold {
    /// The score from which a day is told of.
    #[serde(serialize_with = "num::rounded")]
    pub score: f64,
    /// Whether it was calibrated on the history of these series.
    pub calibrated: bool,
    /// What was wanted, per month.
    pub alerts_per_month: Option<f64>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scan {
    /// The day that the scan is as of; days from it on were not looked at.
    pub as_of: Day,
    /// Days from this one on may still grow.
    pub complete_until: Day,
    /// From which score on.
    pub threshold: Threshold,
    /// Series looked at.
    pub series: usize,
    /// Those with enough history for a score.
    pub scored: usize,
    /// In order of date, then key.
    pub anomalies: Vec<Anomaly>,
    /// In order of key.
    pub stopped: Vec<Stopped>,
    /// In order of key, the total last.
    pub forecast: Vec<Forecast>,
    /// What was not taken as it stands, or could not be judged.
    pub warnings: Vec<Warning>,
}

/// A day that could be told of.
struct Candidate {
    score: DayScore,
}

/// What is kept of a series once it is scored.
struct Looked {
    candidates: Vec<Candidate>,
    accepted: Vec<Day>,
    new_spend: Option<NewSpend>,
    newest: Option<Day>,
}

struct NewSpend {
    from: Day,
    last: Day,
    days: usize,
    first_cost: f64,
    sum: f64,
    times: f64,
}

/// Looks at all series as of a day: that day and later ones are not looked at.
///
/// Keys may be of several levels (`111/EC2` beside `111/EC2/BoxUsage`); see [`crate::incident`] for what becomes of them.
/// The same input gives the same answer.
pub fn detect(series: &[Series], settings: &Settings, today: Date) -> Scan {
    let today = Day::of(today);
    let complete = today.plus(-i32::try_from(settings.provisional_days).unwrap_or(0));
    let clipped: Vec<Series>;
    let series = if series.iter().any(|one| one.end() > today) {
        clipped = series.iter().map(|one| one.until(today)).collect();
        clipped.as_slice()
    } else {
        series
    };
    let total = series::total(series);
    let bill = total.as_ref().and_then(|total| total.recent_mean(28));
    let bill = bill.unwrap_or_else(|| series.iter().filter_map(|one| one.recent_mean(28)).sum());
    let scorer = Scorer::new(settings, bill);
    let mut scan = Scan {
        as_of: today,
        complete_until: complete,
        threshold: Threshold {
            score: settings.threshold,
            calibrated: false,
            alerts_per_month: settings.alerts_per_month,
        },
        series: series.len(),
        scored: 0,
        anomalies: Vec::new(),
        stopped: Vec::new(),
        forecast: Vec::new(),
        warnings: Vec::new(),
    };
    let first = series.iter().map(Series::start).min().unwrap_or(today);
    let least = settings.threshold_range.0.min(settings.threshold);
    let mut judged = Vec::new();
    let mut looked = Vec::with_capacity(series.len());
    for one in series {
        let state = scorer.run(one, complete, &mut judged);
        scan.scored += usize::from(judged.iter().any(|score| score.expected.is_finite()));
        scan.stopped.extend(stopped(one, &judged, &scorer));
        let budget = settings.budgets.get(one.key()).copied();
        let forecast = scorer.forecast_from(one, &state, (complete, today), budget);
        scan.forecast.extend(forecast);
        looked.push(look(one, &judged, &state, &scorer, first, least));
    }
    scan.outlook_of_total(total.as_ref(), &scorer, settings);
    scan.calibrate(settings, &looked, first);
    for (one, looked) in series.iter().zip(&looked) {
        scan.anomalies_of(one, looked);
    }
    scan.anomalies
        .sort_by(|a, b| (a.date, &a.key).cmp(&(b.date, &b.key)));
    for anomaly in &mut scan.anomalies {
        anomaly.parts = parts::below(series, anomaly);
    }
    scan.warn(series, settings, first);
    scan
}

/// Takes from the judged of a series what may matter once the threshold is known.
fn look(
    one: &Series,
    judged: &[DayScore],
    state: &State,
    scorer: &Scorer,
    first: Day,
    least: f64,
) -> Looked {
    Looked {
        candidates: judged
            .iter()
            .filter(|score| score.alerting() >= least)
            .map(|score| Candidate { score: *score })
            .collect(),
        accepted: judged
            .iter()
            .filter(|score| score.accepted)
            .map(|score| score.day)
            .collect(),
        new_spend: new_spend(one, judged, state, scorer, first),
        newest: judged.last().map(|score| score.day),
    }
}

/// New spend: a series that began at least [`NEW_FOR`] days after the others, with the least money on two of three days.
fn new_spend(
    one: &Series,
    judged: &[DayScore],
    state: &State,
    scorer: &Scorer,
    first: Day,
) -> Option<NewSpend> {
    let onset = state.onset?;
    if onset < first.plus(NEW_FOR) {
        return None;
    }
    let least = scorer.least_new_spend();
    let costs: Vec<(Day, f64)> = judged
        .iter()
        .filter(|score| score.day >= onset && score.expected.is_nan())
        .map(|score| (score.day, score.actual))
        .collect();
    let enough = |days: &[(Day, f64)]| days.iter().filter(|(_, cost)| *cost >= least).count() >= 2;
    let pair = costs.get(..2).is_some_and(enough);
    let told = pair || costs.windows(3).any(enough);
    if !told {
        return None;
    }
    let spent: Vec<&(Day, f64)> = costs.iter().filter(|(_, cost)| *cost >= least).collect();
    let (from, first_cost) = **spent.first()?;
    let (until, _) = **spent.last()?;
    let sum: f64 = one_sum(one, from, until);
    let mean = sum / float(until.since(from) + 1);
    Some(NewSpend {
        from,
        last: until,
        days: spent.len(),
        first_cost,
        sum,
        times: mean / least,
    })
}

fn one_sum(one: &Series, from: Day, last: Day) -> f64 {
    (0..=last.since(from))
        .filter_map(|day| one.cost(from.plus(i32::try_from(day).ok()?)))
        .sum()
}

/// A fall by at least 70 % on the last two complete days; never on a day that may still grow.
fn stopped(one: &Series, judged: &[DayScore], scorer: &Scorer) -> Option<Stopped> {
    let fallen = |score: &&DayScore| {
        score.expected - score.actual >= scorer.least_excess()
            && score.actual <= STOPPED * score.expected
    };
    let complete = || judged.iter().rev().filter(|score| !score.provisional);
    let run: Vec<&DayScore> = complete().take_while(fallen).collect();
    let (last, since) = (run.first()?, run.last()?);
    (run.len() >= 2).then(|| Stopped {
        key: one.key().to_owned(),
        since: since.day,
        actual: last.actual,
        expected: last.expected,
    })
}

impl Scan {
    fn outlook_of_total(&mut self, total: Option<&Series>, scorer: &Scorer, settings: &Settings) {
        self.forecast.sort_by(|a, b| a.key.cmp(&b.key));
        let Some(total) = total else {
            return;
        };
        let budget = settings.budgets.get(series::TOTAL).copied();
        let outlook = scorer.forecast(total, self.complete_until, self.as_of, budget);
        self.forecast.extend(outlook);
    }

    fn calibrate(&mut self, settings: &Settings, looked: &[Looked], first: Day) {
        let Some(wanted) = settings.alerts_per_month else {
            return;
        };
        let peaks: Vec<Vec<Peak>> = looked
            .iter()
            .map(|looked| {
                let peak = |candidate: &Candidate| Peak {
                    day: candidate.score.day,
                    score: candidate.score.score,
                };
                looked.candidates.iter().map(peak).collect()
            })
            .collect();
        let scored_from = first.plus(i32::try_from(settings.tuning.min_history).unwrap_or(0));
        let span = (scored_from, self.complete_until);
        match threshold::calibrate(&peaks, span, wanted, settings.threshold_range) {
            Some(score) => {
                self.threshold.score = score;
                self.threshold.calibrated = true;
            }
            None => self.warnings.push(Warning {
                code: "not_calibrated".to_owned(),
                key: None,
                message: format!(
                    "too little history for a threshold from {wanted} alerts a month: {} is used",
                    settings.threshold
                ),
                incomplete: false,
            }),
        }
    }

    fn anomalies_of(&mut self, one: &Series, looked: &Looked) {
        let threshold = self.threshold.score;
        let mut told: Vec<&DayScore> = Vec::new();
        let scores = looked.candidates.iter().map(|candidate| &candidate.score);
        for score in scores.filter(|score| score.score >= threshold) {
            if told
                .last()
                .is_some_and(|last| score.day.since(last.day) > EPISODE_GAP)
            {
                self.anomalies.extend(episode(one, &told, looked));
                told.clear();
            }
            told.push(score);
        }
        self.anomalies.extend(episode(one, &told, looked));
        if let Some(new) = &looked.new_spend {
            let state = standing(new.from, new.last, looked);
            self.anomalies.push(Anomaly {
                date: new.from,
                key: one.key().to_owned(),
                actual: new.first_cost,
                expected: 0.0,
                low: 0.0,
                high: 0.0,
                impact: new.sum,
                latest_excess: one.cost(new.last).unwrap_or(0.0),
                impact_percent: None,
                score: new.times,
                state: if state == Standing::Recovered
                    && one.cost(new.last.plus(1)).is_some_and(|cost| cost > 0.0)
                {
                    Standing::NewNormal
                } else {
                    state
                },
                kind: Kind::NewSpend,
                last: new.last,
                days: new.days,
                provisional: false,
                parts: Vec::new(),
                history: history(one, new.last),
            });
        }
    }

    fn warn(&mut self, series: &[Series], settings: &Settings, first: Day) {
        let mut warn = |code: &str, key: Option<&str>, message: String, incomplete| {
            self.warnings.push(Warning {
                code: code.to_owned(),
                key: key.map(ToOwned::to_owned),
                message,
                incomplete,
            });
        };
        let keys: BTreeSet<&str> = series.iter().map(Series::key).collect();
        let forecast: BTreeSet<&str> = self.forecast.iter().map(|one| one.key.as_str()).collect();
        for key in settings.budgets.keys() {
            if !forecast.contains(key.as_str()) {
                let message = if keys.contains(key.as_str()) || key == series::TOTAL {
                    "has a budget, but too few figures for a forecast".to_owned()
                } else {
                    "has a budget, but there is no such key".to_owned()
                };
                warn("budget", Some(key), message, true);
            }
        }
        let newest = series.iter().map(Series::end).max().unwrap_or(first);
        if newest < self.complete_until {
            let message = format!(
                "the newest figures are of {}, and it is {}: later days could not be looked at",
                newest.plus(-1),
                self.as_of
            );
            warn("stale", None, message, true);
        }
        let short = settings.tuning.min_history;
        for one in series {
            let known = one.len() - one.missing();
            // A series that began later than the others is new spend, which is judged by money.
            if known <= short && one.start() < first.plus(NEW_FOR) {
                let message = format!("{known} days with figures, a score needs more than {short}");
                warn("short_history", Some(one.key()), message, true);
            }
        }
    }
}

/// The anomaly of days in a row that were told of.
fn episode(one: &Series, told: &[&DayScore], looked: &Looked) -> Option<Anomaly> {
    let (first, last) = (told.first()?, told.last()?);
    let impact: f64 = told.iter().map(|score| score.actual - score.expected).sum();
    let expected: f64 = told.iter().map(|score| score.expected).sum();
    let score = told.iter().map(|score| score.score).fold(0.0, f64::max);
    Some(Anomaly {
        date: first.day,
        key: one.key().to_owned(),
        actual: first.actual,
        expected: first.expected,
        low: first.low,
        high: first.high,
        impact,
        latest_excess: last.actual - last.expected,
        impact_percent: (expected > 0.0).then(|| 100.0 * impact / expected),
        score,
        state: standing(first.day, last.day, looked),
        kind: Kind::Excess,
        last: last.day,
        days: told.len(),
        provisional: last.provisional,
        parts: Vec::new(),
        history: history(one, last.day),
    })
}

fn standing(first: Day, last: Day, looked: &Looked) -> Standing {
    let newest = looked.newest.unwrap_or(last);
    // Told of on the day that ended a run, or soon after: the run is the new level.
    let accepted = looked
        .accepted
        .iter()
        .any(|day| *day >= first && *day <= last.plus(3));
    if accepted {
        Standing::NewNormal
    } else if newest.since(last) >= EPISODE_GAP {
        Standing::Recovered
    } else if first == newest {
        Standing::New
    } else {
        Standing::Ongoing
    }
}

fn history(one: &Series, last: Day) -> Vec<Option<f64>> {
    let days = (last.since(one.start()) + 1).min(HISTORY);
    let from = last.plus(1 - i32::try_from(days).unwrap_or(0));
    (0..days)
        .map(|day| one.cost(from.plus(i32::try_from(day).unwrap_or(0))))
        .collect()
}

//! What a run found, for the bucket and the night's report.

use std::collections::BTreeMap;

use afterhours_cost::incident::{Incident, Status};
use afterhours_cost::{Day, Forecast, Scan, Scorer, Series};
use afterhours_report as page;
use jiff::Timestamp;
use serde::Serialize;

use crate::analyse::Analysis;
use crate::completeness::Learnt;
use crate::fetch::Fetch;
use crate::follow::BudgetLine;
use crate::records::RecordLine;

/// Days of a series that are drawn.
const DRAWN: usize = 60;
/// Series that are drawn beside the total, the dearest first.
const SERIES: usize = 8;

/// What a run found; one object per run in the bucket.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Always 1.
    pub version: u32,
    /// When.
    pub now: Timestamp,
    /// The currency of all amounts, where there is any.
    pub currency: Option<String>,
    /// Requests, what they cost, and what could not be fetched.
    pub fetch: Fetch,
    /// How complete the last days are.
    pub completeness: Learnt,
    /// Anomalies, forecasts and warnings.
    pub scan: Scan,
    /// Incidents that are open or just ended, by id, each with what the scaler did.
    pub incidents: Vec<IncidentLine>,
    /// Budgets of AWS.
    pub budgets: Vec<BudgetLine>,
    /// The bill by kind of record.
    pub records: Vec<RecordLine>,
    /// What could not be looked at, and why.
    pub gaps: Vec<(String, String)>,
    /// The same as the night's report shows it; none without a currency.
    pub page: Option<page::Cost>,
}

/// An incident in the report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IncidentLine {
    /// Its id.
    pub id: String,
    /// The incident.
    pub incident: Incident,
    /// What the scaler did in its service and days.
    pub causes: Vec<String>,
    /// Accounts that it shows on.
    pub accounts: Vec<String>,
}

impl Report {
    /// Whether everything that was to be looked at could be.
    pub fn is_complete(&self) -> bool {
        self.fetch.gaps.is_empty() && self.gaps.is_empty() && self.currency.is_some()
    }

    /// The forecast of the sum of everything.
    pub fn total(&self) -> Option<&Forecast> {
        let total = afterhours_cost::series::TOTAL;
        self.scan.forecast.iter().find(|one| one.key == total)
    }
}

/// The part of the night's report.
pub(crate) fn page(
    analysis: &Analysis,
    incidents: &[IncidentLine],
    currency: &str,
    fetched_at: Option<Timestamp>,
    gaps: &[(String, String)],
) -> page::Cost {
    let scan = &analysis.scan;
    let state = |key: &str| {
        let of = incidents
            .iter()
            .find(|line| line.incident.keys.contains(key));
        of.map(|line| status(line.incident.status))
    };
    page::Cost {
        currency: currency.to_owned(),
        source: "Cost Explorer, net amortised cost of usage".to_owned(),
        fetched_at,
        series: drawn(analysis),
        anomalies: scan
            .anomalies
            .iter()
            .map(|one| page::Anomaly {
                date: one.date.date(),
                key: one.key.clone(),
                actual: one.actual,
                expected: one.expected,
                low: Some(one.low),
                high: Some(one.high),
                impact: Some(one.impact),
                last: (one.last > one.date).then(|| one.last.date()),
                state: state(&one.key).unwrap_or(standing(one.state)),
            })
            .collect(),
        incidents: incidents.iter().map(|line| incident(line, scan)).collect(),
        forecast: forecasts(analysis),
        gaps: gaps
            .iter()
            .map(|(what, reason)| page::Gap {
                what: what.clone(),
                reason: reason.clone(),
            })
            .collect(),
    }
}

fn forecasts(analysis: &Analysis) -> Vec<page::Forecast> {
    let own = analysis.scan.forecast.iter();
    let own = own.filter(|one| one.budget.is_some() || one.key == afterhours_cost::series::TOTAL);
    let theirs = analysis
        .budgets
        .iter()
        .filter_map(|line| line.forecast.as_ref());
    own.chain(theirs)
        .map(|one| page::Forecast {
            key: one.key.clone(),
            month: one.month.clone(),
            p10: one.p10,
            p50: one.p50,
            p90: one.p90,
            budget: one.budget,
            breach_probability: one.breach_probability,
            to_date: Some(one.to_date),
        })
        .collect()
}

fn status(status: Status) -> page::AnomalyState {
    match status {
        Status::New => page::AnomalyState::New,
        Status::Ongoing => page::AnomalyState::Ongoing,
        Status::Recovered => page::AnomalyState::Recovered,
        Status::NewNormal => page::AnomalyState::Accepted,
    }
}

fn standing(standing: afterhours_cost::Standing) -> page::AnomalyState {
    use afterhours_cost::Standing;
    match standing {
        Standing::New => page::AnomalyState::New,
        Standing::Ongoing => page::AnomalyState::Ongoing,
        Standing::Recovered => page::AnomalyState::Recovered,
        Standing::NewNormal => page::AnomalyState::Accepted,
    }
}

fn incident(line: &IncidentLine, scan: &Scan) -> page::Incident {
    let known = &line.incident;
    let state = status(known.status);
    let leading = scan.anomalies.iter().rev().find(|one| one.key == known.key);
    // What a run of days came to above expectation, and how many per cent of it that is.
    let expected = leading.map_or(0.0, |one| {
        one.impact_percent
            .filter(|percent| *percent > 0.0)
            .map_or(0.0, |percent| 100.0 * one.impact / percent)
    });
    page::Incident {
        key: known.key.clone(),
        state,
        since: known.since.date(),
        until: (!state.is_open()).then(|| known.last.date()),
        actual: expected + known.excess,
        expected,
        impact: known.excess,
        cause: (!line.causes.is_empty()).then(|| line.causes.join("; ")),
        parts: leading
            .map(|one| one.parts.as_slice())
            .unwrap_or_default()
            .iter()
            .map(|part| page::Part {
                name: part.key.clone(),
                impact: part.excess,
            })
            .collect(),
    }
}

/// The total, and the dearest services, with what was expected of each day.
fn drawn(analysis: &Analysis) -> Vec<page::Series> {
    let complete = analysis.scan.complete_until;
    let services = analysis.series.iter();
    let mut services: Vec<(&Series, f64)> = services
        .filter(|one| afterhours_cost::series::levels(one.key()).count() == 1)
        .map(|one| (one, sum(one, complete)))
        .collect();
    services.sort_by(|(a, x), (b, y)| y.total_cmp(x).then_with(|| a.key().cmp(b.key())));
    let services = services.into_iter().take(SERIES).map(|(one, _)| one);
    let bill = analysis
        .total
        .as_ref()
        .map_or(0.0, |total| sum(total, complete) / 28.0);
    let scorer = Scorer::new(&analysis.settings, bill);
    analysis
        .total
        .iter()
        .chain(services)
        .map(|one| draw(one, &scorer, complete))
        .collect()
}

fn sum(one: &Series, complete: Day) -> f64 {
    (1..=28).filter_map(|at| one.cost(complete.plus(-at))).sum()
}

fn draw(one: &Series, scorer: &Scorer, complete: Day) -> page::Series {
    let judged: BTreeMap<Day, _> = scorer
        .score(one, complete)
        .into_iter()
        .filter(|score| score.expected.is_finite())
        .map(|score| (score.day, score))
        .collect();
    let days = one.len().min(DRAWN);
    let first = one.end().plus(-i32::try_from(days).unwrap_or(0));
    page::Series {
        key: one.key().to_owned(),
        days: (0..days)
            .map(|at| {
                let day = first.plus(i32::try_from(at).unwrap_or(0));
                let score = judged.get(&day);
                page::CostDay {
                    date: day.date(),
                    actual: one.cost(day),
                    expected: score.map(|score| score.expected),
                    low: score.map(|score| score.low),
                    high: score.map(|score| score.high),
                    incomplete: day >= complete,
                }
            })
            .collect(),
    }
}

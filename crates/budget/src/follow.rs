//! Budgets of AWS, followed with the costs that were fetched; what cannot be followed is named.

use afterhours_cost::series::levels;
use afterhours_cost::{Day, Forecast, Scorer};
use afterhours_ports::{AwsBudget, RecordKind, Slice};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::history::{History, Metric, month_of, part, utc_day};
use crate::records::kind_of;

/// A budget of AWS, and how it stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BudgetLine {
    /// Its name.
    pub name: String,
    /// The limit of this month.
    pub limit: Option<f64>,
    /// AWS's own figure for its period so far.
    pub actual: Option<f64>,
    /// The outlook; none where it cannot be followed.
    pub forecast: Option<Forecast>,
    /// What has to be known of it: why it is not followed, or what is counted otherwise than AWS does.
    pub notes: Vec<String>,
}

/// Which costs a budget counts.
struct Counted {
    slice: Slice,
    services: Option<Vec<String>>,
    others: Option<Vec<String>>,
    note: Option<&'static str>,
}

/// Follows a budget from the days before `complete`.
pub(crate) fn follow(
    budget: &AwsBudget,
    history: &History,
    scorer: &Scorer,
    complete: Day,
    today: Date,
) -> BudgetLine {
    let mut line = BudgetLine {
        name: budget.name.clone(),
        limit: None,
        actual: budget.actual.as_ref().map(|(amount, _)| *amount),
        forecast: None,
        notes: Vec::new(),
    };
    if let Some(reason) = &budget.unhealthy {
        line.notes
            .push(format!("AWS does not keep it up to date: {reason}"));
    }
    match outlook(budget, history, scorer, complete, today, &mut line) {
        Ok(forecast) => line.forecast = Some(forecast),
        Err(reason) => line.notes.push(format!("not followed: {reason}")),
    }
    line
}

fn outlook(
    budget: &AwsBudget,
    history: &History,
    scorer: &Scorer,
    complete: Day,
    today: Date,
    line: &mut BudgetLine,
) -> Result<Forecast, String> {
    if budget.kind != "COST" {
        return Err(format!("it is of type {}; accepted: COST", budget.kind));
    }
    if budget.period != "MONTHLY" {
        let period = &budget.period;
        return Err(format!("its period is {period}; accepted: MONTHLY"));
    }
    let (limit, currency) = limit_of(budget, today)?;
    line.limit = Some(limit);
    let known = history.currency().map_err(|error| error.to_string())?;
    if let Some(known) = known
        && known != currency
    {
        return Err(format!("it is in {currency}, and costs are in {known}"));
    }
    let metric = match budget.metric.as_str() {
        "UnblendedCost" => Metric::Unblended,
        "NetAmortizedCost" => Metric::NetAmortized,
        other => {
            return Err(format!(
                "it measures {other}, which is not fetched; accepted: UnblendedCost, NetAmortizedCost"
            ));
        }
    };
    let counted = counted(budget)?;
    line.notes.extend(counted.note.map(ToOwned::to_owned));
    let name = |key: &str| counts(key, &counted, &budget.leaves_out).then(|| budget.name.clone());
    let series = history.series_where(counted.slice, metric, name);
    let series = series
        .first()
        .ok_or("nothing that it counts has cost anything")?;
    scorer
        .forecast(series, complete, Day::of(today), Some(limit))
        .ok_or_else(|| "too few days for a forecast; 7 are needed".to_owned())
}

/// The limit of the month of `today`.
fn limit_of(budget: &AwsBudget, today: Date) -> Result<(f64, String), String> {
    let of_month = |second: &i64| {
        let begins = Timestamp::from_second(*second).map(utc_day);
        begins.is_ok_and(|day| month_of(day) == month_of(today))
    };
    let planned = budget.planned.iter().find(|(second, _)| of_month(second));
    if let Some((_, limit)) = planned {
        return Ok(limit.clone());
    }
    if !budget.planned.is_empty() {
        return Err(format!("it has no planned limit for {}", month_of(today)));
    }
    budget
        .limit
        .clone()
        .ok_or_else(|| "it has no limit".to_owned())
}

fn counted(budget: &AwsBudget) -> Result<Counted, String> {
    const USAGE_ONLY: &str = "counted without tax, credits, refunds, support and fees, which are not fetched in this split";
    if let Some(reason) = &budget.unsupported {
        return Err(reason.clone());
    }
    let mut counted = Counted {
        slice: Slice::RecordTypeService,
        services: None,
        others: None,
        note: None,
    };
    let mut split: Option<&str> = None;
    for filter in &budget.filters {
        let values: Vec<String> = filter.values.iter().map(|value| part(value)).collect();
        let slice = match filter.dimension.as_str() {
            "SERVICE" => {
                counted.services = Some(values);
                continue;
            }
            "RECORD_TYPE" => Slice::RecordTypeService,
            "LINKED_ACCOUNT" => Slice::AccountService,
            "USAGE_TYPE" => Slice::ServiceUsageType,
            other => {
                return Err(format!(
                    "it filters by {other}; accepted: SERVICE with one of LINKED_ACCOUNT, USAGE_TYPE, RECORD_TYPE"
                ));
            }
        };
        if let Some(before) = split {
            let other = &filter.dimension;
            return Err(format!(
                "it filters by {before} and {other}, which are not fetched together"
            ));
        }
        split = Some(&filter.dimension);
        counted.slice = slice;
        counted.others = Some(values);
        counted.note = (slice != Slice::RecordTypeService).then_some(USAGE_ONLY);
    }
    Ok(counted)
}

fn counts(key: &str, counted: &Counted, leaves_out: &[RecordKind]) -> bool {
    let mut levels = levels(key);
    let (first, second) = (
        levels.next().unwrap_or_default(),
        levels.next().unwrap_or_default(),
    );
    let (service, other) = if counted.slice == Slice::ServiceUsageType {
        (first, second)
    } else {
        (second, first)
    };
    let among = |values: &Option<Vec<String>>, value: &str| {
        values
            .as_ref()
            .is_none_or(|values| values.iter().any(|known| known == value))
    };
    let kept = counted.slice != Slice::RecordTypeService || !leaves_out.contains(&kind_of(other));
    kept && among(&counted.services, service) && among(&counted.others, other)
}

/// The instant at which a UTC day begins.
pub(crate) fn begins(day: Date) -> Timestamp {
    TimeZone::UTC
        .to_timestamp(day.at(0, 0, 0, 0))
        .unwrap_or(Timestamp::UNIX_EPOCH)
}

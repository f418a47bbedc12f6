//! Fetching: which days of which slice, in as few requests as possible, and never more than the configuration allows.

use std::collections::BTreeMap;

use afterhours_core::config::Budget;
use afterhours_ports::{CostQuery, Costs, ErrorClass, PortError, REQUEST_CAP, Slice, Store};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use crate::error::BudgetError;
use crate::history::{Fetched, History, Month, key, month_of, utc_day};
use crate::keep::{self, ATTEMPTS};

/// Key of the count of requests, by month.
pub const REQUESTS_KEY: &str = "budget/requests.json";
/// What a request costs, in USD (<https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/>).
pub const USD_PER_REQUEST: f64 = 0.01;
/// Days that every run reads again: their figures still grow.
const AGAIN: i64 = 10;
/// Until this day of a month the month before is read again: bills are finalised in these days.
const FINALISED: i8 = 8;
/// The slices, the one that detection goes by first.
const ORDER: [Slice; 3] = [
    Slice::ServiceUsageType,
    Slice::RecordTypeService,
    Slice::AccountService,
];

/// What fetching came to.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Fetch {
    /// Requests of this run, retries included.
    pub requests: u32,
    /// Requests of this calendar month, this run included.
    pub requests_this_month: u32,
    /// What the requests of this run cost.
    pub usd: f64,
    /// What the requests of this month cost.
    pub usd_this_month: f64,
    /// What could not be fetched: the slice, and why.
    pub gaps: Vec<(String, String)>,
}

/// Requests by month.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Requests {
    version: u32,
    months: BTreeMap<String, u32>,
}

impl Requests {
    fn read(bytes: Option<&[u8]>) -> Result<Self, BudgetError> {
        let Some(bytes) = bytes else {
            return Ok(Self {
                version: 1,
                ..Self::default()
            });
        };
        serde_json::from_slice(bytes).map_err(|error| BudgetError::Damaged {
            key: REQUESTS_KEY,
            source: error.into(),
        })
    }
}

/// Requests that a run may make now: what the run and the month leave.
///
/// # Errors
/// The bucket, or a damaged count.
pub(crate) async fn allowance(
    store: &dyn Store,
    config: &Budget,
    now: Timestamp,
) -> Result<u32, BudgetError> {
    let (bytes, _) = keep::get(store, REQUESTS_KEY).await?;
    let requests = Requests::read(bytes.as_deref())?;
    let month = month_of(utc_day(now));
    let made = requests.months.get(&month).copied().unwrap_or(0);
    let left = config.max_requests_per_month.saturating_sub(made);
    Ok(config.max_requests_per_run.min(left))
}

/// Adds requests to the count; the new count of the month.
async fn count(store: &dyn Store, made: u32, now: Timestamp) -> Result<u32, BudgetError> {
    let month = month_of(utc_day(now));
    for _ in 0..ATTEMPTS {
        let (bytes, only_if) = keep::get(store, REQUESTS_KEY).await?;
        let mut requests = Requests::read(bytes.as_deref())?;
        let of_month = requests.months.entry(month.clone()).or_default();
        *of_month = of_month.saturating_add(made);
        let sum = *of_month;
        if made == 0 {
            return Ok(sum);
        }
        while requests.months.len() > 13 {
            requests.months.pop_first();
        }
        let json = serde_json::to_vec(&requests).unwrap_or_default();
        match keep::put(store, REQUESTS_KEY, &json, &only_if).await {
            Ok(()) => return Ok(sum),
            Err(BudgetError::Contended(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Err(BudgetError::Contended(REQUESTS_KEY.to_owned()))
}

/// The days of history that are looked at: the first of them, and the day after the last.
pub(crate) fn window(config: &Budget, now: Timestamp) -> (Date, Date) {
    let today = utc_day(now);
    (back(today, i64::from(config.history_days)), today)
}

fn back(day: Date, days: i64) -> Date {
    day.saturating_sub(days.days())
}

/// Reads the months that hold these days.
///
/// # Errors
/// The bucket, or a damaged month.
pub(crate) async fn load(
    store: &dyn Store,
    (from, until): (Date, Date),
) -> Result<History, BudgetError> {
    let mut history = History::default();
    let mut first = from.first_of_month();
    while first <= until {
        let month = month_of(first);
        let (bytes, _) = keep::get(store, &key(&month)).await?;
        if let Some(bytes) = bytes {
            let read = Month::from_json(&bytes, &month)?;
            history.months.insert(month, read);
        }
        first = first.saturating_add(1.month());
    }
    Ok(history)
}

/// The days of a slice that have to be asked for: those whose figures may change, back to the first that was never
/// asked for.
pub fn days_to_fetch(
    history: &History,
    slice: Slice,
    (first, today): (Date, Date),
) -> (Date, Date) {
    let mut from = back(today, AGAIN);
    if today.day() <= FINALISED {
        let last_month = back(today.first_of_month(), 1).first_of_month();
        from = from.min(last_month);
    }
    let mut day = first;
    while day < from {
        if history
            .day(slice, day)
            .is_none_or(|day| day.fetched.is_empty())
        {
            from = day;
        }
        day = day.saturating_add(1.day());
    }
    (from.max(first), today)
}

/// Fetches what is due, keeps it, and counts the requests. What cannot be fetched is a gap: the rest goes on.
///
/// # Errors
/// The bucket, or amounts in another currency than those before.
pub(crate) async fn fetch(
    store: &dyn Store,
    costs: &dyn Costs,
    history: &mut History,
    window: (Date, Date),
    now: Timestamp,
) -> Result<Fetch, BudgetError> {
    let mut fetch = Fetch::default();
    let mut counted = 0;
    for slice in ORDER {
        let (from, until) = days_to_fetch(history, slice, window);
        let query = CostQuery { slice, from, until };
        let answer = pages(costs, &query).await;
        let made = costs.requests();
        // Counted first: they are paid for, whatever becomes of the rest.
        fetch.requests_this_month = count(store, made.saturating_sub(counted), now).await?;
        counted = made;
        if let Some(error) = &answer.error {
            fetch.gaps.push((slice.as_str().to_owned(), told(error)));
        }
        keep_days(store, history, slice, &answer.days, now).await?;
    }
    fetch.requests = counted;
    fetch.usd = f64::from(fetch.requests) * USD_PER_REQUEST;
    fetch.usd_this_month = f64::from(fetch.requests_this_month) * USD_PER_REQUEST;
    Ok(fetch)
}

/// What the pages of one query said.
struct Pages {
    days: BTreeMap<Date, Fetched>,
    error: Option<PortError>,
}

async fn pages(costs: &dyn Costs, query: &CostQuery) -> Pages {
    let mut days: BTreeMap<Date, Fetched> = BTreeMap::new();
    let mut token: Option<String> = None;
    let mut seen: Vec<String> = Vec::new();
    loop {
        let page = match costs.page(query, token.as_deref()).await {
            Ok(page) => page,
            Err(error) => {
                // The last day may go on with the page that is not there.
                days.pop_last();
                return Pages {
                    days,
                    error: Some(error),
                };
            }
        };
        for day in page.days {
            let fetched = days.entry(day.date).or_default();
            fetched.estimated = day.estimated;
            for group in &day.groups {
                fetched.add(group);
            }
        }
        match page.next {
            Some(next) if seen.contains(&next) => {
                days.pop_last();
                return Pages {
                    days,
                    error: Some(PortError {
                        class: ErrorClass::Unavailable,
                        action: "ce:GetCostAndUsage".to_owned(),
                        code: String::new(),
                        message: "the token of a page was there before".to_owned(),
                    }),
                };
            }
            Some(next) => {
                seen.push(next.clone());
                token = Some(next);
            }
            None => break,
        }
    }
    // All pages were there: a day without any result was asked for, and nothing is known of it.
    let mut day = query.from;
    while day < query.until {
        days.entry(day).or_default();
        day = day.saturating_add(1.day());
    }
    days.retain(|day, _| (query.from..query.until).contains(day));
    Pages { days, error: None }
}

fn told(error: &PortError) -> String {
    if error.code == REQUEST_CAP {
        return format!("{}; the next run goes on from there", error.message);
    }
    if error.code == "DataUnavailableException" {
        return format!("{error}; in a new account it takes up to 24 hours");
    }
    error.to_string()
}

/// Puts days into their months, in the bucket and in memory.
async fn keep_days(
    store: &dyn Store,
    history: &mut History,
    slice: Slice,
    days: &BTreeMap<Date, Fetched>,
    now: Timestamp,
) -> Result<(), BudgetError> {
    let mut by_month: BTreeMap<String, Vec<(Date, &Fetched)>> = BTreeMap::new();
    for (date, fetched) in days {
        let month = by_month.entry(month_of(*date)).or_default();
        month.push((*date, fetched));
    }
    for (month, days) in by_month {
        let kept = keep_month(store, &month, slice, &days, now).await?;
        history.months.insert(month, kept);
    }
    Ok(())
}

/// Takes days into a month on top of whatever is in the bucket now.
async fn keep_month(
    store: &dyn Store,
    month: &str,
    slice: Slice,
    days: &[(Date, &Fetched)],
    now: Timestamp,
) -> Result<Month, BudgetError> {
    let key = key(month);
    for _ in 0..ATTEMPTS {
        let (bytes, only_if) = keep::get(store, &key).await?;
        let mut kept = match bytes {
            Some(bytes) => Month::from_json(&bytes, month)?,
            None => Month::new(month),
        };
        for (date, fetched) in days {
            kept.take(slice, *date, fetched, now)?;
        }
        match keep::put(store, &key, &kept.to_json(), &only_if).await {
            Ok(()) => return Ok(kept),
            Err(BudgetError::Contended(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Err(BudgetError::Contended(key))
}

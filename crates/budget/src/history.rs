//! What was billed, by the day and by the time it was asked: one object per month in the bucket.
//!
//! Figures of the last days still grow, so an observation is worth what it is worth with the time of its fetch. Keeping
//! them all teaches how complete a day is after one, two and three days.

use std::collections::{BTreeMap, BTreeSet};

use afterhours_cost::{Day, Series};
use afterhours_ports::{CostGroup, Slice};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Prefix of the months, each `budget/history/YYYY-MM.json`.
pub const PREFIX: &str = "budget/history/";
/// The version of a month that this code reads and writes.
const VERSION: u32 = 1;

/// The key of a month's object.
pub fn key(month: &str) -> String {
    format!("{PREFIX}{month}.json")
}

/// One month.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Month {
    /// Always 1.
    pub version: u32,
    /// `YYYY-MM`.
    pub month: String,
    /// The currency of all amounts; none before the first.
    pub currency: Option<String>,
    /// Days by slice.
    pub slices: BTreeMap<Slice, BTreeMap<Date, DayHistory>>,
}

/// One day of one slice.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayHistory {
    /// When it was fetched, in order.
    pub fetched: Vec<Timestamp>,
    /// `Estimated` of the last fetch.
    pub estimated: bool,
    /// Groups by their two keys, joined by `/`; each with its figures since the fetch of a number in `fetched`.
    pub groups: BTreeMap<String, Vec<Seen>>,
}

/// Figures since a fetch: its number in the day's list, net amortised cost, unblended cost, usage.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Seen(pub usize, pub f64, pub f64, pub f64);

/// Which of the two costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// `NetAmortizedCost`, after discounts, with the fees of commitments in the usage that they cover.
    NetAmortized,
    /// `UnblendedCost`, as it is on the invoice.
    Unblended,
}

/// Why a month cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// It is no month.
    #[error("{key} is damaged: {source}; delete it to have its days fetched anew")]
    Damaged {
        /// Its key.
        key: String,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// It was written by a newer version of this tool, or is of another month.
    #[error("{key} has version {version} and month {month:?}; accepted: {VERSION} and its own")]
    Foreign {
        /// Its key.
        key: String,
        /// What it says.
        version: u32,
        /// What it says.
        month: String,
    },
    /// Amounts that cannot be added.
    #[error(
        "costs of {date} are in {found:?}, and those before in {known:?}; accepted: one currency"
    )]
    Currency {
        /// The day.
        date: Date,
        /// The other currency.
        found: String,
        /// The currency so far.
        known: String,
    },
}

impl Month {
    /// A month in which nothing is known.
    pub fn new(month: &str) -> Self {
        Self {
            version: VERSION,
            month: month.to_owned(),
            ..Self::default()
        }
    }

    /// Reads the object of a month.
    ///
    /// # Errors
    /// It is damaged or foreign.
    pub fn from_json(bytes: &[u8], month: &str) -> Result<Self, HistoryError> {
        let read: Self = serde_json::from_slice(bytes).map_err(|source| HistoryError::Damaged {
            key: key(month),
            source,
        })?;
        if read.version != VERSION || read.month != month {
            return Err(HistoryError::Foreign {
                key: key(month),
                version: read.version,
                month: read.month,
            });
        }
        Ok(read)
    }

    /// Its text.
    pub fn to_json(&self) -> Vec<u8> {
        // Texts, dates and finite numbers have no way to fail.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Takes in what a fetch said of a day; what is known already and did not change takes no room.
    ///
    /// # Errors
    /// The amounts are in another currency than those before.
    pub fn take(
        &mut self,
        slice: Slice,
        date: Date,
        fetched: &Fetched,
        at: Timestamp,
    ) -> Result<(), HistoryError> {
        if let Some(found) = &fetched.currency {
            let known = self.currency.get_or_insert_with(|| found.clone());
            if known != found {
                return Err(HistoryError::Currency {
                    date,
                    found: found.clone(),
                    known: known.clone(),
                });
            }
        }
        let day = self
            .slices
            .entry(slice)
            .or_default()
            .entry(date)
            .or_default();
        if day.fetched.last().is_some_and(|last| *last >= at) {
            // The same fetch, after a conflict of writing.
            return Ok(());
        }
        // A day that had figures and comes back without any was not delivered this time.
        if fetched.groups.is_empty() && day.is_delivered() {
            return Ok(());
        }
        let number = day.fetched.len();
        day.fetched.push(at);
        day.estimated = fetched.estimated;
        for (key, (net, unblended, usage)) in &fetched.groups {
            let seen = day.groups.entry(key.clone()).or_default();
            let now = Seen(number, *net, *unblended, *usage);
            if seen.last().is_none_or(|last| last.differs(&now)) {
                seen.push(now);
            }
        }
        for (key, seen) in &mut day.groups {
            if fetched.groups.contains_key(key) {
                continue;
            }
            // It was there and is gone: a group that costs nothing is left out of an answer.
            let now = Seen(number, 0.0, 0.0, 0.0);
            if seen.last().is_some_and(|last| last.differs(&now)) {
                seen.push(now);
            }
        }
        Ok(())
    }
}

impl Seen {
    fn differs(&self, other: &Self) -> bool {
        let off = |a: f64, b: f64| (a - b).abs() > 1e-9;
        off(self.1, other.1) || off(self.2, other.2) || off(self.3, other.3)
    }

    /// The cost.
    pub fn cost(&self, metric: Metric) -> f64 {
        match metric {
            Metric::NetAmortized => self.1,
            Metric::Unblended => self.2,
        }
    }
}

impl DayHistory {
    /// Whether anything was ever billed for it: a day without any group has not been delivered.
    pub fn is_delivered(&self) -> bool {
        !self.groups.is_empty()
    }

    /// The cost of all groups as of a fetch.
    pub fn total_at(&self, fetch: usize, metric: Metric) -> f64 {
        let of = |seen: &Vec<Seen>| {
            let known = seen.iter().rev().find(|seen| seen.0 <= fetch);
            known.map_or(0.0, |seen| seen.cost(metric))
        };
        self.groups.values().map(of).sum()
    }
}

/// What one fetch says of one day.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fetched {
    /// Net amortised cost, unblended cost and usage by group.
    pub groups: BTreeMap<String, (f64, f64, f64)>,
    /// `Estimated`.
    pub estimated: bool,
    /// The currency of its amounts.
    pub currency: Option<String>,
}

impl Fetched {
    /// Adds a group, which may have come on an earlier page already.
    pub fn add(&mut self, group: &CostGroup) {
        let [first, second] = &group.keys;
        let key = format!("{}/{}", part(first), part(second));
        let sum = self.groups.entry(key).or_default();
        sum.0 += group.net_amortized;
        sum.1 += group.unblended;
        sum.2 += group.usage.as_ref().map_or(0.0, |(usage, _)| *usage);
        self.currency.get_or_insert_with(|| group.currency.clone());
    }
}

/// A level of a key: `/` separates levels, and some usage types have one.
pub fn part(name: &str) -> String {
    if name.is_empty() {
        "(none)".to_owned()
    } else {
        name.replace('/', "|")
    }
}

/// All months that are looked at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// By `YYYY-MM`.
    pub months: BTreeMap<String, Month>,
}

impl History {
    /// What is known of a day.
    pub fn day(&self, slice: Slice, date: Date) -> Option<&DayHistory> {
        let month = self.months.get(&month_of(date))?;
        month.slices.get(&slice)?.get(&date)
    }

    /// The currency of all amounts; none before the first.
    ///
    /// # Errors
    /// Months have different ones.
    pub fn currency(&self) -> Result<Option<&str>, HistoryError> {
        let mut known: Option<&str> = None;
        for month in self.months.values() {
            let Some(found) = month.currency.as_deref() else {
                continue;
            };
            match known {
                Some(known) if known != found => {
                    let date = format!("{}-01", month.month).parse().unwrap_or_default();
                    return Err(HistoryError::Currency {
                        date,
                        found: found.to_owned(),
                        known: known.to_owned(),
                    });
                }
                _ => known = Some(found),
            }
        }
        Ok(known)
    }

    /// Days of a slice that were delivered, in order.
    pub fn delivered(&self, slice: Slice) -> BTreeSet<Date> {
        let days = self.months.values();
        let days = days.filter_map(|month| month.slices.get(&slice)).flatten();
        days.filter(|(_, day)| day.is_delivered())
            .map(|(date, _)| *date)
            .collect()
    }

    /// Series of a slice by its keys, each from the first day on which it cost something.
    ///
    /// A group that a delivered day does not name cost nothing on it; of a day that was not delivered nothing is known.
    pub fn series(&self, slice: Slice, metric: Metric) -> Vec<Series> {
        self.series_where(slice, metric, |key| Some(key.to_owned()))
    }

    /// The same, summed up under the names that `name` gives; groups without one are left out.
    pub fn series_where(
        &self,
        slice: Slice,
        metric: Metric,
        name: impl Fn(&str) -> Option<String>,
    ) -> Vec<Series> {
        let delivered = self.delivered(slice);
        let (Some(first), Some(last)) = (delivered.first(), delivered.last()) else {
            return Vec::new();
        };
        let (first, last) = (Day::of(*first), Day::of(*last));
        let length = last.since(first) + 1;
        let empty: Vec<Option<f64>> = (0..length)
            .map(|at| {
                let day = first.plus(i32::try_from(at).unwrap_or(i32::MAX));
                delivered.contains(&day.date()).then_some(0.0)
            })
            .collect();
        let mut sums: BTreeMap<String, (Day, Vec<Option<f64>>)> = BTreeMap::new();
        for date in &delivered {
            let Some(known) = self.day(slice, *date) else {
                continue;
            };
            for (key, seen) in &known.groups {
                let cost = seen.last().map_or(0.0, |seen| seen.cost(metric));
                if cost == 0.0 {
                    continue;
                }
                let Some(name) = name(key) else { continue };
                let day = Day::of(*date);
                let (_, days) = sums.entry(name).or_insert_with(|| (day, empty.clone()));
                if let Some(Some(sum)) = days.get_mut(day.since(first)) {
                    *sum += cost;
                }
            }
        }
        sums.into_iter()
            .map(|(name, (begins, days))| {
                Series::new(&name, begins, days.into_iter().skip(begins.since(first)))
            })
            .collect()
    }

    /// When a slice was last fetched.
    pub fn fetched_at(&self, slice: Slice) -> Option<Timestamp> {
        let days = self.months.values();
        let days = days.filter_map(|month| month.slices.get(&slice)).flatten();
        days.filter_map(|(_, day)| day.fetched.last().copied())
            .max()
    }
}

/// `YYYY-MM` of a day.
pub fn month_of(date: Date) -> String {
    date.strftime("%Y-%m").to_string()
}

/// The UTC day of an instant.
pub fn utc_day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

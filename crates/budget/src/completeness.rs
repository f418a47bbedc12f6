//! How complete a day's figures are so many days later, learnt from earlier fetches.

use afterhours_cost::Completeness;
use afterhours_ports::Slice;
use jiff::civil::Date;
use serde::Serialize;

use crate::history::{History, Metric, utc_day};

/// Days later that are looked at.
const LAGS: usize = 3;
/// A figure of a fetch this many days later is taken for final.
const FINAL: i32 = 6;
/// Days with an early and a final figure below which nothing is said.
const ENOUGH: usize = 14;
/// Nine of ten days reach this share: the figures are complete enough.
const COMPLETE: f64 = 0.97;

/// What was learnt.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Learnt {
    /// Days before today whose figures may still grow.
    pub provisional_days: u32,
    /// How complete the oldest of them usually is.
    pub completeness: Completeness,
    /// Shares of the final cost after one, two and three days; none where there is too little history.
    pub after_days: Vec<Option<Completeness>>,
    /// Days with an early and a final figure, by the same.
    pub days: Vec<usize>,
}

/// Learns from the fetches that are kept. Until there is enough of them, the day before today and the one before that
/// count as incomplete.
pub fn learn(history: &History, today: Date) -> Learnt {
    let mut shares: [Vec<f64>; LAGS] = Default::default();
    let slice = Slice::ServiceUsageType;
    for date in history.delivered(slice) {
        let Some(day) = history.day(slice, date) else {
            continue;
        };
        let lag = |number: usize| {
            let at = day.fetched.get(number)?;
            Some((utc_day(*at) - date).get_days())
        };
        let last = day.fetched.len().saturating_sub(1);
        if lag(last).is_none_or(|lag| lag < FINAL) || (today - date).get_days() < FINAL {
            continue;
        }
        let final_cost = day.total_at(last, Metric::NetAmortized);
        if final_cost <= 0.0 {
            continue;
        }
        for (index, shares) in shares.iter_mut().enumerate() {
            let wanted = i32::try_from(index + 1).unwrap_or(i32::MAX);
            let early = (0..=last).find(|number| lag(*number) == Some(wanted));
            if let Some(early) = early {
                shares.push(day.total_at(early, Metric::NetAmortized) / final_cost);
            }
        }
    }
    let days = shares.iter().map(Vec::len).collect();
    let after_days: Vec<Option<Completeness>> = shares.into_iter().map(quantiles).collect();
    let is_complete = |lag: usize| match after_days.get(lag).copied().flatten() {
        Some(known) => known.low >= COMPLETE,
        // Figures of the third day before are complete by all accounts; of the two after it they are not.
        None => lag >= 2,
    };
    let provisional = (0..LAGS).rev().find(|lag| !is_complete(*lag));
    let count = provisional.map_or(0, |lag| lag + 1);
    let known = provisional.and_then(|lag| after_days.get(lag).copied().flatten());
    Learnt {
        provisional_days: u32::try_from(count).unwrap_or(u32::MAX),
        completeness: known.unwrap_or_default(),
        after_days,
        days,
    }
}

fn quantiles(mut shares: Vec<f64>) -> Option<Completeness> {
    if shares.len() < ENOUGH {
        return None;
    }
    shares.sort_by(f64::total_cmp);
    let last = shares.len() - 1;
    let at = |tenths: usize| shares.get(last * tenths / 10).copied();
    Some(Completeness {
        low: at(1)?,
        median: at(5)?,
        high: at(9)?,
    })
}

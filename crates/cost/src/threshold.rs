//! The threshold that keeps to a wanted number of alerts.

use crate::day::Day;

/// Days between two alerts of one episode, at most.
pub(crate) const EPISODE_GAP: usize = 2;
/// Days at the end of the history that set no threshold: what happens now must not raise the bar for itself.
const OWN: i32 = 7;
/// Scored days below which the history is too short to calibrate on.
const LEAST_DAYS: usize = 30;
/// Days of a month, in figures per month.
const MONTH: f64 = 30.0;

/// A day whose score could be told of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Peak {
    pub(crate) day: Day,
    pub(crate) score: f64,
}

/// The lowest threshold within `range` at which the series together would have had at most `wanted` episodes a month;
/// `None` where the days from `first` to `complete` are too few to say.
pub(crate) fn calibrate(
    peaks: &[Vec<Peak>],
    (first, complete): (Day, Day),
    wanted: f64,
    range: (f64, f64),
) -> Option<f64> {
    let until = complete.plus(-OWN);
    let days = until.since(first);
    if days < LEAST_DAYS {
        return None;
    }
    let allowed = crate::num::float(days) / MONTH * wanted;
    let mut scores: Vec<f64> = peaks
        .iter()
        .flatten()
        .filter(|peak| peak.day < until)
        .map(|peak| peak.score)
        .filter(|score| (range.0..range.1).contains(score))
        .collect();
    scores.push(range.0);
    scores.sort_unstable_by(f64::total_cmp);
    scores.dedup();
    let count = |threshold: f64| -> usize {
        peaks
            .iter()
            .map(|peaks| episodes(peaks, threshold, until))
            .sum()
    };
    let at = scores.partition_point(|score| crate::num::float(count(above(*score))) > allowed);
    Some(scores.get(at).map_or(range.1, |score| above(*score)))
}

/// Just above a score, so that the day it is of is not told of; the lowest threshold stands for itself.
fn above(score: f64) -> f64 {
    score * (1.0 + 1e-9)
}

/// Runs of days at most [`EPISODE_GAP`] apart.
fn episodes(peaks: &[Peak], threshold: f64, until: Day) -> usize {
    let mut last: Option<Day> = None;
    let mut count = 0;
    for peak in peaks
        .iter()
        .filter(|peak| peak.score >= threshold && peak.day < until)
    {
        if last.is_none_or(|last| peak.day.since(last) > EPISODE_GAP) {
            count += 1;
        }
        last = Some(peak.day);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peaks() -> Vec<Vec<Peak>> {
        let of = |day, score| Peak {
            day: Day::from_number(day),
            score,
        };
        vec![
            vec![of(0, 3.0), of(1, 3.5), of(40, 5.0), of(70, 4.0)],
            vec![of(10, 6.0), of(95, 7.9)],
        ]
    }

    #[test]
    fn keeps_to_the_wanted_number() {
        let span = (Day::from_number(0), Day::from_number(97));
        let found = |wanted| calibrate(&peaks(), span, wanted, (2.5, 8.0)).unwrap();
        // 90 days before the last week, so one alert a month is three.
        assert!((found(1.0) - 3.5).abs() < 1e-6);
        assert!((found(0.34) - 5.0).abs() < 1e-6);
        assert!((found(9.0) - 2.5).abs() < 1e-6);
        assert!((found(0.0) - 6.0).abs() < 1e-6);
    }

    #[test]
    fn short_history_calibrates_nothing() {
        let span = (Day::from_number(0), Day::from_number(30));
        assert_eq!(calibrate(&peaks(), span, 1.0, (2.5, 8.0)), None);
    }
}

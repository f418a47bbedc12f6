//! The protocol: windows of real series, one event per run, and what counts as a hit.
//!
//! It follows section 8 of the study that the detector was chosen by: 180-day windows with 60 days of warm-up; four
//! shapes at three heights, one per run, onset drawn from day 70 on; a hit is an alert within the patience of the shape
//! that the same detector did not give on the clean window; alerts per series-month are episodes (days at most two apart)
//! on clean windows, an upper bound of false alarms since what really happened is not labelled. Precision is stated for
//! one event in 120 days per series.

use afterhours_cost::{Day, Series};
use serde::Serialize;

use crate::detectors::Detector;
use crate::inject::{Event, HEIGHTS, Shape};
use crate::random::Random;
use crate::stats::{float, median};

/// Days of a window.
pub const WINDOW: usize = 180;
/// Days at its beginning on which nothing is counted.
pub const WARM_UP: usize = 60;
/// The first day an event may begin on.
const FIRST_ONSET: usize = 70;
/// Days of a month, in figures per month.
const MONTH: f64 = 30.0;
/// Events in a month at the stated rate of one in 120 days.
const EVENTS_PER_MONTH: f64 = 0.25;
/// Days between two alerts of one episode, at most.
const EPISODE_GAP: usize = 2;

/// Which windows and onsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// For people.
    pub name: &'static str,
    /// The day of the history that the first window begins on.
    pub first_offset: usize,
    /// Days from one window to the next.
    pub stride: usize,
    /// Windows at most.
    pub windows: usize,
    /// What the onsets are drawn from; each seed gives a run of every event in every window.
    pub seeds: &'static [u64],
}

/// What the numbers of the detector were chosen on.
pub const TUNING: Split = Split {
    name: "tuning",
    first_offset: 0,
    stride: 70,
    windows: 8,
    seeds: &[11, 12, 13],
};

/// What is reported: other windows, other seeds. Never looked at while numbers were chosen.
pub const REPORTING: Split = Split {
    name: "reporting",
    first_offset: 35,
    stride: 70,
    windows: 7,
    seeds: &[101, 102, 103],
};

/// A piece of a real series.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// The key of the series.
    pub key: String,
    /// The first day.
    pub start: Day,
    /// One value per day, NaN where there is none.
    pub values: Vec<f64>,
}

/// The windows of a split; those with nothing spent in the warm-up are left out, since no event can be measured by it.
pub fn windows(series: &[Series], split: &Split) -> Vec<Window> {
    let Some(origin) = series.iter().map(Series::start).min() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for one in series {
        for number in 0..split.windows {
            let offset = split.first_offset + number * split.stride;
            let start = origin.plus(i32::try_from(offset).unwrap_or(i32::MAX));
            let end = start.plus(i32::try_from(WINDOW).unwrap_or(i32::MAX));
            if end > one.end() {
                continue;
            }
            let values: Vec<f64> = (0..WINDOW)
                .map(|day| {
                    let day = start.plus(i32::try_from(day).unwrap_or(i32::MAX));
                    one.cost(day).unwrap_or(f64::NAN)
                })
                .collect();
            let warm = values.get(..WARM_UP).unwrap_or_default();
            let known = warm.iter().filter(|value| !value.is_nan()).count();
            if known >= WARM_UP / 2 && median(warm).is_some_and(|middle| middle > 0.0) {
                found.push(Window {
                    key: one.key().to_owned(),
                    start,
                    values,
                });
            }
        }
    }
    found
}

/// The scores of one detector on everything.
#[derive(Clone, Debug)]
pub struct Scored {
    clean: Vec<Vec<f64>>,
    runs: Vec<Run>,
}

#[derive(Clone, Debug)]
struct Run {
    window: usize,
    event: Event,
    /// Scores within the patience of the event.
    within: Vec<f64>,
}

/// Lets a detector score all clean windows and all runs.
pub fn score(detector: &dyn Detector, windows: &[Window], split: &Split) -> Scored {
    let Scored { clean, mut runs } = Scored::clean(detector, windows);
    for seed in split.seeds {
        for (number, window) in windows.iter().enumerate() {
            // A stream of its own per window, so that leaving one out changes no other.
            let mut random = Random::new(seed.wrapping_mul(1_000_003) ^ hash(window));
            for shape in Shape::ALL {
                for height in HEIGHTS {
                    let onsets = (FIRST_ONSET, WINDOW - 1 - shape.patience());
                    let drawn = Event::draw(&window.values, shape, height, onsets, &mut random);
                    let Some(event) = drawn else { continue };
                    // Nothing after the patience counts, so nothing after it is scored.
                    let mut values = event.put_into(&window.values);
                    values.truncate(event.onset + shape.patience() + 1);
                    let scores = detector.scores(window.start, &values, values.len());
                    runs.push(Run {
                        window: number,
                        event,
                        within: scores.get(event.onset..).unwrap_or_default().to_vec(),
                    });
                }
            }
        }
    }
    Scored { clean, runs }
}

/// FNV-1a of what names a window.
fn hash(window: &Window) -> u64 {
    let name = format!("{} {}", window.key, window.start);
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// What came of a detector at a threshold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Result {
    /// The threshold.
    pub threshold: f64,
    /// Events that were put in.
    pub events: usize,
    /// Share of them that were told of in time.
    pub recall: f64,
    /// The same by shape, in the order of [`Shape::ALL`].
    pub recall_by_shape: [f64; 4],
    /// The same by height, in the order of [`HEIGHTS`].
    pub recall_by_height: [f64; 3],
    /// Share of alerts that are of events, at one event in 120 days per series.
    pub precision: f64,
    /// The harmonic mean of recall and precision.
    pub f1: f64,
    /// Episodes on clean series, per series and 30 days.
    pub alerts_per_series_month: f64,
    /// Mean days from the onset to the alert, of hits.
    pub delay_days: f64,
    /// The same where a miss counts as the whole patience plus one day.
    pub delay_with_misses_days: f64,
}

impl Scored {
    /// The scores of clean windows alone.
    pub fn clean(detector: &dyn Detector, windows: &[Window]) -> Self {
        let scores = |window: &Window| detector.scores(window.start, &window.values, WINDOW);
        Self {
            clean: windows.iter().map(scores).collect(),
            runs: Vec::new(),
        }
    }

    /// Episodes on clean windows per series-month at a threshold.
    pub fn alerts_per_series_month(&self, threshold: f64) -> f64 {
        let episodes: usize = self
            .clean
            .iter()
            .map(|scores| episodes(scores, threshold))
            .sum();
        let months = float(self.clean.len() * (WINDOW - WARM_UP)) / MONTH;
        float(episodes) / months.max(f64::MIN_POSITIVE)
    }

    /// The lowest threshold that keeps to a budget of alerts on clean windows; labels are not looked at.
    pub fn threshold_for(&self, alerts_per_series_month: f64) -> f64 {
        let mut scores: Vec<f64> = self
            .clean
            .iter()
            .flat_map(|scores| scores.iter().skip(WARM_UP))
            .copied()
            .filter(|score| score.is_finite() && *score > 0.0)
            .collect();
        scores.sort_unstable_by(f64::total_cmp);
        scores.dedup();
        // The number of episodes can fall when a gap closes, so this is the lowest but for such chance.
        let at = scores.partition_point(|threshold| {
            self.alerts_per_series_month(*threshold) > alerts_per_series_month
        });
        scores.get(at).copied().unwrap_or(f64::INFINITY)
    }

    /// What comes of a threshold.
    pub fn at(&self, threshold: f64) -> Result {
        let mut all = Tally::default();
        let mut by_shape = [Tally::default(); 4];
        let mut by_height = [Tally::default(); 3];
        let (mut delay, mut delay_all) = (0.0, 0.0);
        for run in &self.runs {
            let clean = self.clean.get(run.window).map(Vec::as_slice);
            let clean = clean
                .and_then(|clean| clean.get(run.event.onset..))
                .unwrap_or_default();
            let hit = run.within.iter().zip(clean).position(|(with, without)| {
                alerts(*with, threshold) && !alerts(*without, threshold)
            });
            all.count(hit.is_some());
            let shape = Shape::ALL
                .iter()
                .position(|shape| *shape == run.event.shape);
            if let Some(tally) = shape.and_then(|at| by_shape.get_mut(at)) {
                tally.count(hit.is_some());
            }
            let height = HEIGHTS
                .iter()
                .position(|height| height.total_cmp(&run.event.height).is_eq());
            if let Some(tally) = height.and_then(|at| by_height.get_mut(at)) {
                tally.count(hit.is_some());
            }
            delay += hit.map_or(0.0, float);
            delay_all += float(hit.unwrap_or(run.event.shape.patience() + 1));
        }
        let recall = all.share();
        let alerts = self.alerts_per_series_month(threshold);
        let found = recall * EVENTS_PER_MONTH;
        let precision = if found > 0.0 {
            found / (found + alerts)
        } else {
            0.0
        };
        let f1 = if recall + precision > 0.0 {
            2.0 * recall * precision / (recall + precision)
        } else {
            0.0
        };
        Result {
            threshold,
            events: all.all,
            recall,
            recall_by_shape: by_shape.map(Tally::share),
            recall_by_height: by_height.map(Tally::share),
            precision,
            f1,
            alerts_per_series_month: alerts,
            delay_days: delay / float(all.hits.max(1)),
            delay_with_misses_days: delay_all / float(all.all.max(1)),
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    hits: usize,
    all: usize,
}

impl Tally {
    fn count(&mut self, hit: bool) {
        self.all += 1;
        self.hits += usize::from(hit);
    }

    fn share(self) -> f64 {
        float(self.hits) / float(self.all.max(1))
    }
}

fn alerts(score: f64, threshold: f64) -> bool {
    score >= threshold
}

/// Episodes after the warm-up: runs of alerts at most [`EPISODE_GAP`] days apart.
fn episodes(scores: &[f64], threshold: f64) -> usize {
    let mut last: Option<usize> = None;
    let mut count = 0;
    for (day, score) in scores.iter().enumerate().skip(WARM_UP) {
        if alerts(*score, threshold) {
            if last.is_none_or(|last| day - last > EPISODE_GAP) {
                count += 1;
            }
            last = Some(day);
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_at_most_two_apart_are_one_episode() {
        let mut scores = vec![0.0; WINDOW];
        for day in [3, 70, 72, 75, 100] {
            scores[day] = 5.0;
        }
        assert_eq!(episodes(&scores, 4.0), 3);
    }

    #[test]
    fn tuning_and_reporting_share_no_window_and_no_seed() {
        let offsets = |split: &Split| -> Vec<usize> {
            (0..split.windows)
                .map(|n| split.first_offset + n * split.stride)
                .collect()
        };
        assert!(
            offsets(&TUNING)
                .iter()
                .all(|offset| !offsets(&REPORTING).contains(offset))
        );
        assert!(
            TUNING
                .seeds
                .iter()
                .all(|seed| !REPORTING.seeds.contains(seed))
        );
    }
}

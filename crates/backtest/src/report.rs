//! Everything at once: each detector at equal numbers of alerts and as shipped, the suites, and the months.

use afterhours_cost::{Day, Series, Settings};
use serde::Serialize;

use crate::detectors::{self, Detector};
use crate::months::{self, Errors, Method};
use crate::protocol::{self, REPORTING, Result, Scored, Split, TUNING, WINDOW, Window};
use crate::suites::{self, Count};

/// Alerts per series-month at which detectors are compared.
pub const BUDGETS: [f64; 3] = [0.10, 0.25, 0.50];
/// Where the suites are run: the budget in the middle.
const MIDDLE: f64 = 0.25;
/// Seed of the incomplete days.
const PARTIAL_SEED: u64 = 7;

/// What came of everything.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// What it was measured on.
    pub data: Data,
    /// One per detector, ours first.
    pub detectors: Vec<Row>,
    /// One per method, ours first.
    pub forecast: Vec<Errors>,
}

/// What it was measured on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Data {
    /// Series.
    pub series: usize,
    /// The first day of any.
    pub first: Day,
    /// The last day of any.
    pub last: Day,
    /// Windows of 180 days.
    pub windows: usize,
    /// Events put in.
    pub events: usize,
    /// Months of a series that were forecast.
    pub months: usize,
    /// Whether it is the bill that comes with the tool, on windows, seeds and months that tuning never saw.
    pub reporting_split: bool,
}

/// What came of one detector.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Its name.
    pub detector: &'static str,
    /// What it does.
    pub describes: &'static str,
    /// At 0.10, 0.25 and 0.50 alerts per series-month; thresholds chosen on clean series, without labels.
    pub at_budgets: Vec<Result>,
    /// At the threshold that it is shipped with.
    pub shipped: Result,
    /// At the threshold that 0.25 alerts per series-month gave on the tuning windows, where there are such.
    pub carried_over: Option<Result>,
    /// Fees on the first of a month that were told of, at 0.25 alerts per series-month.
    pub month_start_fees: Count,
    /// Incomplete days that were called a drop.
    pub partial_day_drops: Count,
    /// Complete days that were called a drop.
    pub complete_day_drops: Count,
}

impl Row {
    /// The result at 0.25 alerts per series-month.
    pub fn at_quarter(&self) -> Option<&Result> {
        self.at_budgets.get(1)
    }
}

/// Why nothing can be measured.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Too little history.
    #[error("no series has {WINDOW} days with costs in a row, the longest has {longest} days")]
    TooShort {
        /// Days of the longest series.
        longest: usize,
    },
}

/// The report on the bill that comes with the crate: windows, seeds and months that tuning never saw.
///
/// # Errors
/// Never for that bill.
pub fn reporting(series: &[Series]) -> std::result::Result<Report, Error> {
    let months = months::months(series, false);
    report(series, &REPORTING, Some(&TUNING), &months)
}

/// The report on any series: windows every 70 days over all of the history, the seeds of reporting, all months.
///
/// # Errors
/// Less than 180 days of history.
pub fn of(series: &[Series]) -> std::result::Result<Report, Error> {
    let split = Split {
        name: "all",
        first_offset: 0,
        windows: 100,
        ..REPORTING
    };
    let mut months = months::months(series, false);
    months.extend(months::months(series, true));
    report(series, &split, None, &months)
}

fn report(
    series: &[Series],
    split: &Split,
    tuning: Option<&Split>,
    months: &[months::Month<'_>],
) -> std::result::Result<Report, Error> {
    let windows = protocol::windows(series, split);
    let longest = series.iter().map(Series::len).max().unwrap_or(0);
    let first = series.iter().map(Series::start).min();
    let last = series.iter().map(|one| one.end().plus(-1)).max();
    let (Some(first), Some(last), false) = (first, last, windows.is_empty()) else {
        return Err(Error::TooShort { longest });
    };
    let tuning = tuning.map(|split| protocol::windows(series, split));
    let rows: Vec<Row> = detectors::all()
        .iter()
        .map(|detector| row(detector.as_ref(), &windows, split, tuning.as_deref()))
        .collect();
    let settings = Settings::default();
    Ok(Report {
        data: Data {
            series: series.len(),
            first,
            last,
            windows: windows.len(),
            events: rows.first().map_or(0, |row| row.shipped.events),
            months: months.len(),
            reporting_split: tuning.is_some(),
        },
        detectors: rows,
        forecast: Method::ALL
            .iter()
            .map(|method| months::errors(months, *method, &settings))
            .collect(),
    })
}

fn row(
    detector: &dyn Detector,
    windows: &[Window],
    split: &Split,
    tuning: Option<&[Window]>,
) -> Row {
    let scored = protocol::score(detector, windows, split);
    let threshold = scored.threshold_for(MIDDLE);
    let carried_over = tuning.map(|tuning| {
        // Clean windows only: no event and no label goes into a threshold.
        let threshold = Scored::clean(detector, tuning).threshold_for(MIDDLE);
        scored.at(threshold)
    });
    let (partial, complete) = suites::drops(detector, windows, PARTIAL_SEED);
    Row {
        detector: detector.name(),
        describes: detector.describes(),
        at_budgets: BUDGETS
            .iter()
            .map(|budget| scored.at(scored.threshold_for(*budget)))
            .collect(),
        shipped: scored.at(detector.shipped()),
        carried_over,
        month_start_fees: suites::month_start_fees(detector, windows, threshold),
        partial_day_drops: partial,
        complete_day_drops: complete,
    }
}

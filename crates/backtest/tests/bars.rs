//! What the detector must reach on windows, seeds and months that tuning never saw.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

use std::sync::LazyLock;

use afterhours_backtest::data::bill;
use afterhours_backtest::detectors::Ours;
use afterhours_backtest::protocol::{REPORTING, score, windows};
use afterhours_backtest::report::{Report, Row, reporting};
use afterhours_backtest::suites::partial_days;
use afterhours_cost::{Series, Settings, detect};

static REPORT: LazyLock<Report> = LazyLock::new(|| reporting(&bill().unwrap()).unwrap());

fn ours() -> &'static Row {
    let row = &REPORT.detectors[0];
    assert_eq!(row.detector, "afterhours");
    row
}

#[test]
fn finds_two_thirds_of_events_at_a_quarter_of_an_alert_per_series_month() {
    let result = ours().at_quarter().unwrap();
    assert!(result.alerts_per_series_month <= 0.25, "{result:?}");
    assert!(result.events > 1000, "{result:?}");
    assert!(result.recall >= 0.65, "{result:?}");
    assert!(result.f1 >= 0.50, "{result:?}");
}

#[test]
fn beats_every_baseline_at_every_number_of_alerts() {
    let names: Vec<_> = REPORT.detectors.iter().map(|row| row.detector).collect();
    assert_eq!(names.len(), 8, "{names:?}");
    for (at, own) in ours().at_budgets.iter().enumerate() {
        for other in &REPORT.detectors[1..] {
            let result = &other.at_budgets[at];
            assert!(own.recall > result.recall, "{}: {result:?}", other.detector);
            assert!(own.f1 > result.f1, "{}: {result:?}", other.detector);
        }
    }
}

#[test]
fn a_threshold_found_on_other_windows_keeps_its_promise_nearly() {
    let carried = ours().carried_over.as_ref().unwrap();
    assert!(carried.alerts_per_series_month < 0.35, "{carried:?}");
    assert!(carried.recall >= 0.65, "{carried:?}");
}

#[test]
fn month_start_fees_are_hardly_told_of() {
    let fees = ours().month_start_fees;
    assert!(fees.of > 100, "{fees:?}");
    assert!(fees.share() <= 0.05, "{fees:?}");
    // The suite would show a detector that tells of them.
    assert!(REPORT.detectors[1].month_start_fees.share() > 0.5);
}

#[test]
fn an_incomplete_day_is_never_called_a_drop() {
    let partial = ours().partial_day_drops;
    assert!(partial.of > 500, "{partial:?}");
    assert_eq!(partial.hits, 0, "{partial:?}");
    // The suite would show a detector that does.
    assert!(REPORT.detectors[1].partial_day_drops.share() > 0.2);
}

#[test]
fn a_scan_on_an_incomplete_day_tells_of_nothing_that_day() {
    let found = windows(&bill().unwrap(), &REPORTING);
    let cases = partial_days(&found, 7);
    let mut looked = 0;
    for (start, values) in cases.into_iter().step_by(9) {
        let known = values
            .iter()
            .map(|value| (!value.is_nan()).then_some(*value));
        let series = Series::new("key", start, known);
        let newest = series.end().plus(-1);
        let scan = detect(
            std::slice::from_ref(&series),
            &Settings::default(),
            series.end().date(),
        );
        assert!(scan.stopped.iter().all(|one| one.since < newest.plus(-1)));
        let expected = |one: &&afterhours_cost::Anomaly| one.date == newest;
        for anomaly in scan.anomalies.iter().filter(expected) {
            assert!(anomaly.actual > anomaly.expected, "{anomaly:?}");
        }
        looked += 1;
    }
    assert!(looked > 50, "{looked}");
}

#[test]
fn month_ends_are_forecast_within_thirteen_per_cent() {
    let own = &REPORT.forecast[0];
    assert_eq!(own.method, "afterhours");
    assert!(own.forecasts >= 250, "{own:?}");
    assert!(own.mape <= 13.0, "{own:?}");
    let coverage = own.coverage.unwrap();
    assert!((0.70..=0.90).contains(&coverage), "{own:?}");
    for other in &REPORT.forecast[1..] {
        assert!(own.mape < other.mape, "{other:?}");
    }
}

#[test]
fn the_same_figures_come_out_again() {
    let found = windows(&bill().unwrap(), &REPORTING);
    let scored = score(&Ours::default(), &found, &REPORTING);
    for known in &ours().at_budgets {
        assert_eq!(&scored.at(known.threshold), known);
    }
}

#[test]
fn short_histories_are_refused_with_their_length() {
    let short: Vec<Series> = bill()
        .unwrap()
        .iter()
        .map(|one| one.until(one.start().plus(100)))
        .collect();
    let error = afterhours_backtest::report::of(&short)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("180 days") && error.contains("100 days"),
        "{error}"
    );
}

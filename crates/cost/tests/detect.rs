//! What is told of and what is not, on series whose story is known.
#![expect(
    clippy::indexing_slicing,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

use afterhours_cost::series::{TOTAL, rollup};
use afterhours_cost::{
    Anomaly, Day, Kind, Scan, Scorer, Series, Settings, Standing, Warning, detect,
};
use jiff::civil::date;
use proptest::prelude::{ProptestConfig, any, prop, prop_assert, prop_assert_eq, proptest};

const START: jiff::civil::Date = date(2025, 1, 6);

fn day(number: i32) -> Day {
    Day::of(START).plus(number)
}

/// A weekly rhythm with a little noise that repeats every 17 days.
fn usual(size: f64, at: i32) -> f64 {
    let weekend = if at % 7 >= 5 { 0.6 } else { 1.0 };
    let noise = f64::from((at * 7 + 3) % 17 - 8) / 8.0;
    size * weekend * (1.0 + 0.03 * noise)
}

fn series(key: &str, days: i32, cost: impl Fn(i32) -> f64) -> Series {
    Series::new(key, day(0), (0..days).map(|at| Some(cost(at))))
}

fn scan(all: &[Series], today: i32) -> Scan {
    detect(all, &Settings::default(), day(today).date())
}

fn only(scan: &Scan) -> &Anomaly {
    assert_eq!(scan.anomalies.len(), 1, "{:?}", scan.anomalies);
    &scan.anomalies[0]
}

#[test]
fn quiet_costs_give_nothing() {
    let scan = scan(&[series("a", 200, |at| usual(100.0, at))], 200);
    assert!(scan.anomalies.is_empty(), "{:?}", scan.anomalies);
    assert!(scan.stopped.is_empty() && scan.warnings.is_empty());
    assert_eq!((scan.series, scan.scored), (1, 1));
}

#[test]
fn a_spike_is_told_of_with_its_amount_and_range() {
    let cost = |at| usual(100.0, at) + if at == 150 { 80.0 } else { 0.0 };
    let after = scan(&[series("a", 160, cost)], 160);
    let found = only(&after);
    assert_eq!(
        (found.date, found.last, found.days),
        (day(150), day(150), 1)
    );
    assert_eq!(
        (found.state, found.kind),
        (Standing::Recovered, Kind::Excess)
    );
    assert!((found.impact - 80.0).abs() < 10.0, "{found:?}");
    assert!(found.low < found.expected && found.expected < found.high && found.high < found.actual);
    assert!(
        (found.expected - usual(100.0, 150)).abs() < 10.0,
        "{found:?}"
    );
    assert_eq!(found.history.len(), 42);
    assert_eq!(found.history.last().unwrap(), &Some(cost(150)));
    let on_the_day = scan(&[series("a", 151, cost)], 151);
    assert_eq!(only(&on_the_day).state, Standing::New);
    assert!(only(&on_the_day).provisional);
}

#[test]
fn a_step_goes_on_until_it_is_the_new_normal() {
    let cost = |at| usual(100.0, at) * if at >= 150 { 1.8 } else { 1.0 };
    let whole = series("a", 220, cost);
    assert_eq!(
        only(&scan(&[whole.until(day(153))], 153)).state,
        Standing::Ongoing
    );
    let later = scan(&[whole], 220);
    let found = only(&later);
    assert_eq!(found.date, day(150));
    assert_eq!(found.state, Standing::NewNormal);
    assert!(found.last < day(160), "{found:?}");
}

#[test]
fn a_ramp_is_told_of_while_it_grows() {
    let cost = |at: i32| usual(100.0, at) * (1.0 + 0.06 * f64::from((at - 149).clamp(0, 10)));
    let later = scan(&[series("a", 165, cost)], 165);
    assert!(
        later
            .anomalies
            .iter()
            .any(|one| one.date > day(149) && one.date < day(160))
    );
}

#[test]
fn a_fee_is_told_of_once_and_then_known() {
    let cost = |at: i32| {
        let fee = if day(at).civil().2 == 1 && at > 80 {
            300.0
        } else {
            0.0
        };
        usual(100.0, at) + fee
    };
    let scan = scan(&[series("a", 330, cost)], 330);
    let found = only(&scan);
    assert_eq!(found.date.to_string(), "2025-04-01");
    let bigger = |at: i32| {
        cost(at)
            + if day(at).to_string() == "2025-10-01" {
                900.0
            } else {
                0.0
            }
    };
    let scan = self::scan(&[series("a", 330, bigger)], 330);
    assert_eq!(scan.anomalies.len(), 2, "{:?}", scan.anomalies);
    assert!(
        (scan.anomalies[1].impact - 900.0).abs() < 60.0,
        "{:?}",
        scan.anomalies[1]
    );
}

#[test]
fn an_incomplete_day_is_no_drop_and_a_lasting_drop_is_information() {
    let cost = |at| if at >= 150 { 5.0 } else { usual(100.0, at) };
    let whole = series("a", 155, cost);
    for days in [151, 152] {
        let early = scan(&[whole.until(day(days))], days);
        assert!(
            early.stopped.is_empty() && early.anomalies.is_empty(),
            "{early:?}"
        );
    }
    let later = scan(&[whole], 154);
    assert!(later.anomalies.is_empty());
    assert_eq!(
        (later.stopped[0].since, later.stopped[0].actual.round()),
        (day(150), 5.0)
    );
}

#[test]
fn something_new_is_judged_by_money() {
    let old = series("old", 150, |at| usual(100.0, at));
    let new = |cost: f64| Series::new("new", day(100), (100..150).map(|at| Some(usual(cost, at))));
    let scan = scan(&[old.clone(), new(40.0)], 150);
    let found = only(&scan);
    assert_eq!((found.kind, found.date), (Kind::NewSpend, day(100)));
    assert_eq!(found.impact_percent, None);
    assert!(
        found.expected.abs() < 1e-9 && found.impact > 400.0,
        "{found:?}"
    );
    let small = self::scan(&[old, new(0.3)], 150);
    assert!(small.anomalies.is_empty(), "{:?}", small.anomalies);
}

#[test]
fn something_that_begins_at_nothing_is_new_spend_too() {
    let old = series("old", 150, |at| usual(100.0, at));
    let new = series(
        "new",
        150,
        |at| if at < 120 { 0.0 } else { usual(50.0, at) },
    );
    let scan = scan(&[old, new], 150);
    let found = only(&scan);
    assert_eq!((found.kind, found.date), (Kind::NewSpend, day(120)));
}

#[test]
fn missing_days_are_neither_drops_nor_zeros() {
    let gaps =
        (0..200).map(|at| (at % 9 != 4 && !(170..180).contains(&at)).then(|| usual(100.0, at)));
    let scan = scan(&[Series::new("a", day(0), gaps)], 200);
    assert!(
        scan.anomalies.is_empty() && scan.stopped.is_empty(),
        "{scan:?}"
    );
}

#[test]
fn money_too_small_to_matter_is_not_told_of() {
    let cost = |at| usual(0.5, at) + if at == 150 { 0.2 } else { 0.0 };
    assert!(scan(&[series("a", 160, cost)], 160).anomalies.is_empty());
    let big = series("big", 160, |at| usual(10_000.0, at));
    let small = series("small", 160, |at| {
        usual(10.0, at) + if at == 150 { 6.0 } else { 0.0 }
    });
    // Six dollars are not worth an alert on a bill of ten thousand a day.
    assert!(scan(&[big, small.clone()], 160).anomalies.is_empty());
    assert_eq!(scan(&[small], 160).anomalies.len(), 1);
}

#[test]
fn short_and_stale_histories_are_said() {
    let codes =
        |scan: &Scan| -> Vec<String> { scan.warnings.iter().map(|one| one.code.clone()).collect() };
    let short = scan(&[series("a", 10, |at| usual(100.0, at))], 10);
    assert_eq!(codes(&short), ["short_history"]);
    assert!(short.warnings.iter().all(|one: &Warning| one.incomplete));
    let stale = scan(&[series("a", 100, |at| usual(100.0, at))], 110);
    assert_eq!(codes(&stale), ["stale"]);
    assert!(stale.warnings[0].message.contains(&day(99).to_string()));
}

#[test]
fn nothing_at_all_gives_nothing_at_all() {
    let scan = scan(&[], 100);
    assert!(scan.anomalies.is_empty() && scan.forecast.is_empty());
}

#[test]
fn parts_sum_up_to_the_impact() {
    let part = |key: &str, size: f64, extra: f64| {
        series(key, 160, move |at| {
            usual(size, at) + if at >= 155 { extra } else { 0.0 }
        })
    };
    let leaves = [
        part("1/ec2/box", 50.0, 90.0),
        part("1/ec2/ebs", 30.0, -5.0),
        part("1/s3", 20.0, 0.0),
    ];
    let all = rollup(&leaves);
    let scan = scan(&all, 160);
    let top = scan.anomalies.iter().find(|one| one.key == "1").unwrap();
    assert_eq!(top.parts[0].key, "1/ec2");
    let sum: f64 = top.parts.iter().map(|part| part.excess).sum();
    assert!((sum - top.impact).abs() < 0.01, "{top:?}");
    let ec2 = scan
        .anomalies
        .iter()
        .find(|one| one.key == "1/ec2")
        .unwrap();
    assert_eq!(ec2.parts[0].key, "1/ec2/box");
    assert!(ec2.parts.iter().any(|part| part.excess < 0.0), "{ec2:?}");
}

#[test]
fn fewer_wanted_alerts_give_fewer_alerts() {
    let noisy = |seed: i32| {
        series(&format!("key-{seed}"), 300, move |at| {
            let wild = if (at * 37 + seed * 11) % 41 == 0 {
                1.3 + 0.01 * f64::from((at + seed) % 40)
            } else {
                1.0
            };
            usual(100.0, at) * wild
        })
    };
    let all: Vec<Series> = (0..10).map(noisy).collect();
    let count = |wanted: f64| {
        let settings = Settings {
            alerts_per_month: Some(wanted),
            ..Settings::default()
        };
        let scan = detect(&all, &settings, day(300).date());
        assert!(scan.threshold.calibrated);
        (scan.threshold.score, scan.anomalies.len())
    };
    let ((high, few), (low, many)) = (count(0.5), count(8.0));
    assert!(high > low && few < many, "{few} at {high}, {many} at {low}");
    // Nine and a half months at one alert in two months, and what the last week brings.
    assert!(few <= 6, "{few}");
}

#[test]
fn forecast_has_a_range_a_total_and_the_probability_of_each_budget() {
    // 2025-06-16 is the day after the last one.
    let all = [
        series("a", 161, |at| usual(100.0, at)),
        series("b", 161, |at| usual(50.0, at)),
    ];
    let mut settings = Settings::default();
    for (key, amount) in [("a", 3_200.0), ("b", 100.0), (TOTAL, 3_950.0)] {
        settings.budgets.insert(key.to_owned(), amount);
    }
    let scan = detect(&all, &settings, day(161).date());
    let keys: Vec<&str> = scan.forecast.iter().map(|one| one.key.as_str()).collect();
    assert_eq!(keys, ["a", "b", TOTAL]);
    let june = |size: f64| -> f64 { (146..176).map(|at| usual(size, at)).sum() };
    for (one, size) in scan.forecast.iter().zip([100.0, 50.0, 150.0]) {
        assert_eq!(one.month, "2025-06");
        assert!(one.p10 < one.p50 && one.p50 < one.p90, "{one:?}");
        assert!(
            (one.p50 - june(size)).abs() < 0.03 * june(size),
            "{one:?}, {}",
            june(size)
        );
    }
    let [a, b, total] = &scan.forecast[..] else {
        unreachable!("three forecasts")
    };
    assert!(
        a.breach_probability.unwrap() < 0.01 && a.crossing.is_none(),
        "{a:?}"
    );
    assert!(b.breach_probability.unwrap() > 0.99, "{b:?}");
    assert!(
        (0.02..0.98).contains(&total.breach_probability.unwrap()),
        "{total:?}"
    );
}

#[test]
fn a_budget_without_a_key_is_said() {
    let mut settings = Settings::default();
    settings.budgets.insert("nobody".to_owned(), 5.0);
    let scan = detect(
        &[series("a", 100, |at| usual(9.0, at))],
        &settings,
        day(100).date(),
    );
    assert!(
        scan.warnings
            .iter()
            .any(|one| one.key.as_deref() == Some("nobody") && one.incomplete)
    );
}

fn sane(scan: &Scan) -> bool {
    scan.anomalies.iter().all(|one| {
        [
            one.actual,
            one.expected,
            one.low,
            one.high,
            one.impact,
            one.score,
        ]
        .iter()
        .all(|v| v.is_finite())
            && one.impact > 0.0
    }) && scan
        .forecast
        .iter()
        .all(|one| one.p10 <= one.p50 && one.p50 <= one.p90 && one.p90.is_finite())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn later_days_change_no_earlier_score(
        costs in prop::collection::vec(prop::option::weighted(0.95, 0.0..1000.0_f64), 60..140),
        cut in 30..60_usize,
    ) {
        let whole = Series::new("a", day(0), costs.iter().copied());
        let scorer = Scorer::new(&Settings::default(), 100.0);
        let until = day(i32::try_from(cut).unwrap());
        let early = scorer.score(&whole.until(until), until);
        let all = scorer.score(&whole, whole.end());
        for (a, b) in early.iter().zip(&all) {
            prop_assert_eq!(format!("{a:?}"), format!("{b:?}"));
        }
    }

    #[test]
    fn any_figures_give_a_sane_answer_and_the_same_again(
        costs in prop::collection::vec(prop::option::weighted(0.9, -50.0..5000.0_f64), 0..120),
        other in prop::collection::vec(prop::option::weighted(0.9, 0.0..3.0_f64), 0..120),
        spike in any::<u8>(),
    ) {
        let mut costs = costs;
        if let Some(one) = costs.get_mut(usize::from(spike)) {
            *one = Some(1e9);
        }
        let all = [Series::new("a", day(0), costs), Series::new("a/b", day(5), other)];
        let scan = scan(&all, 110);
        prop_assert!(sane(&scan), "{:?}", scan);
        prop_assert_eq!(format!("{:?}", self::scan(&all, 110)), format!("{scan:?}"));
    }
}

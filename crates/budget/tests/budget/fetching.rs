//! Which days are asked for, what is kept of them, and what it costs.

use afterhours_budget::history::{Month, key};
use afterhours_budget::{BudgetError, REQUESTS_KEY};
use afterhours_ports::{ErrorClass, Slice};
use jiff::civil::{Date, date};

use crate::rig::{HOST, SAGEMAKER, World, failing, line, usual, with_spike};

fn quiet() -> World {
    World::new(with_spike(date(2000, 1, 1), 0, 0.0))
}

fn month(world: &World, month: &str) -> Month {
    Month::from_json(world.outside.text(&key(month)).as_bytes(), month).unwrap()
}

fn first_asked(world: &World) -> Date {
    let asked = world.asked.lock().unwrap().drain(..).collect::<Vec<_>>();
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert!(asked.iter().all(|query| query.from == asked[0].from));
    asked[0].from
}

#[tokio::test]
async fn the_first_run_asks_for_the_history_and_later_ones_for_ten_days() {
    let world = quiet();
    let (report, _) = world.run(date(2026, 5, 20)).await.unwrap();
    assert_eq!(first_asked(&world), date(2025, 11, 21));
    assert_eq!((report.fetch.requests, report.fetch.usd), (3, 0.03));
    world.run(date(2026, 5, 21)).await.unwrap();
    assert_eq!(first_asked(&world), date(2026, 5, 11));
    // Bills of a month are finalised in the first days of the next.
    world.runs(date(2026, 5, 22), date(2026, 6, 1)).await;
    world.asked.lock().unwrap().clear();
    world.run(date(2026, 6, 8)).await.unwrap();
    assert_eq!(first_asked(&world), date(2026, 5, 1));
    world.run(date(2026, 6, 9)).await.unwrap();
    assert_eq!(first_asked(&world), date(2026, 5, 30));
}

#[tokio::test]
async fn days_that_were_never_asked_for_are_caught_up_with() {
    let world = quiet();
    world.run(date(2026, 5, 20)).await.unwrap();
    world.asked.lock().unwrap().clear();
    world.run(date(2026, 6, 20)).await.unwrap();
    assert_eq!(first_asked(&world), date(2026, 5, 20));
}

#[tokio::test]
async fn the_cap_of_a_run_stops_it_and_the_next_goes_on_from_there() {
    let mut world = quiet();
    world.days_per_page = 60;
    world.config.max_requests_per_run = 3;
    let (report, _) = world.run(date(2026, 5, 20)).await.unwrap();
    assert_eq!(report.fetch.requests, 3);
    // 180 days are three pages: the first slice is whole, nothing is left for the others.
    let gaps: Vec<&str> = report
        .fetch
        .gaps
        .iter()
        .map(|(what, _)| what.as_str())
        .collect();
    assert_eq!(gaps, ["record_type_service", "account_service"]);
    assert!(
        report.fetch.gaps[0].1.contains("the next run goes on"),
        "{:?}",
        report.fetch.gaps
    );
    assert!(!report.is_complete());
    world.config.max_requests_per_run = 24;
    let (report, _) = world.run(date(2026, 5, 21)).await.unwrap();
    assert!(report.is_complete(), "{:?}", report.fetch.gaps);
    assert_eq!(
        (report.fetch.requests, report.fetch.requests_this_month),
        (1 + 3 + 3, 10)
    );
}

#[tokio::test]
async fn an_interrupted_query_keeps_whole_days_only() {
    let mut world = quiet();
    world.days_per_page = 50;
    world.config.max_requests_per_run = 3;
    world.run(date(2026, 5, 20)).await.unwrap();
    world.asked.lock().unwrap().clear();
    world.run(date(2026, 5, 21)).await.unwrap();
    let asked = world.asked.lock().unwrap().clone();
    // 150 days came; the last of them might have gone on with the fourth page.
    assert_eq!(asked[0].slice, Slice::ServiceUsageType);
    assert_eq!(asked[0].from, date(2026, 4, 19));
}

#[tokio::test]
async fn the_cap_of_a_month_holds_over_runs_and_ends_with_it() {
    let mut world = quiet();
    world.config.max_requests_per_month = 5;
    world.run(date(2026, 5, 30)).await.unwrap();
    let (report, _) = world.run(date(2026, 5, 31)).await.unwrap();
    assert_eq!(
        (report.fetch.requests, report.fetch.requests_this_month),
        (2, 5)
    );
    assert_eq!(report.fetch.gaps.len(), 1);
    let (report, _) = world.run(date(2026, 6, 1)).await.unwrap();
    assert_eq!(
        (report.fetch.requests, report.fetch.requests_this_month),
        (3, 3)
    );
    assert!(world.outside.text(REQUESTS_KEY).contains("\"2026-05\":5"));
}

#[tokio::test]
async fn late_figures_are_kept_with_the_time_of_their_fetch_and_teach_completeness() {
    let mut world = quiet();
    world.lag = |days| if days <= 1 { 0.6 } else { 1.0 };
    let (report, _) = world.runs(date(2026, 4, 1), date(2026, 4, 3)).await;
    // Nothing is learnt yet: the last two days may still grow.
    assert_eq!(report.completeness.provisional_days, 2);
    let (report, _) = world.runs(date(2026, 4, 4), date(2026, 5, 5)).await;
    let learnt = &report.completeness;
    assert_eq!(learnt.provisional_days, 1, "{learnt:?}");
    assert!(
        (learnt.completeness.median - 0.6).abs() < 1e-6,
        "{learnt:?}"
    );
    assert!(report.scan.anomalies.is_empty() && report.scan.stopped.is_empty());
    let kept = month(&world, "2026-04");
    let day = &kept.slices[&Slice::ServiceUsageType][&date(2026, 4, 20)];
    assert!(day.fetched.len() >= 10, "{}", day.fetched.len());
    let seen = &day.groups[&format!("{SAGEMAKER}/{HOST}")];
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!((seen[0].1 / seen[1].1 - 0.6).abs() < 1e-9);
}

#[tokio::test]
async fn an_absent_group_is_zero_only_on_days_that_were_delivered() {
    let world = World::new(|day| {
        if day >= date(2026, 5, 18) {
            return Vec::new();
        }
        let mut lines = vec![line(
            "Amazon Simple Storage Service",
            "EUC1-TimedStorage",
            usual(30.0, day),
        )];
        if day.day() % 2 == 0 {
            lines.push(line(SAGEMAKER, HOST, 50.0));
        }
        lines
    });
    world.run(date(2026, 5, 20)).await.unwrap();
    let mut history = afterhours_budget::history::History::default();
    for name in ["2026-04", "2026-05"] {
        history.months.insert(name.to_owned(), month(&world, name));
    }
    let metric = afterhours_budget::history::Metric::NetAmortized;
    let series = history.series(Slice::ServiceUsageType, metric);
    let host = series.iter().find(|one| one.key().contains(HOST)).unwrap();
    let day = |day| afterhours_cost::Day::of(date(2026, 5, day));
    assert_eq!(
        (host.cost(day(16)), host.cost(day(17))),
        (Some(50.0), Some(0.0))
    );
    // The 18th and 19th have not been delivered.
    assert_eq!((host.cost(day(18)), host.end()), (None, day(18)));
}

#[tokio::test]
async fn a_group_that_goes_away_is_corrected_to_zero_and_an_empty_day_changes_nothing() {
    let mut world = quiet();
    world.run(date(2026, 5, 20)).await.unwrap();
    let s3_only = |day| {
        vec![line(
            "Amazon Simple Storage Service",
            "EUC1-TimedStorage",
            usual(30.0, day),
        )]
    };
    world.bill = std::sync::Arc::new(s3_only);
    world.run(date(2026, 5, 21)).await.unwrap();
    let of = |world: &World| {
        let kept = month(world, "2026-05");
        let day = kept.slices[&Slice::ServiceUsageType][&date(2026, 5, 15)].clone();
        (
            day.fetched.len(),
            day.groups[&format!("{SAGEMAKER}/{HOST}")].last().unwrap().1,
        )
    };
    assert_eq!(of(&world), (2, 0.0));
    world.bill = std::sync::Arc::new(|_| Vec::new());
    world.run(date(2026, 5, 22)).await.unwrap();
    assert_eq!(of(&world), (2, 0.0));
}

#[tokio::test]
async fn costs_that_are_not_available_are_said_and_never_zero() {
    let mut world = quiet();
    world.fails = Some(failing(ErrorClass::Invalid, "DataUnavailableException"));
    let (report, told) = world.run(date(2026, 5, 20)).await.unwrap();
    assert!(
        report.fetch.gaps[0].1.contains("up to 24 hours"),
        "{:?}",
        report.fetch.gaps
    );
    assert_eq!((report.currency.as_deref(), report.scan.series), (None, 0));
    assert_eq!((told.new, report.fetch.requests), (0, 3));
    let titles = world.outside.take_titles();
    assert_eq!(
        titles,
        ["Cost watch: 0 open, and not everything could be looked at"]
    );
}

#[tokio::test]
async fn throttling_leaves_what_was_known() {
    let mut world = quiet();
    world.run(date(2026, 5, 20)).await.unwrap();
    let before = world.outside.text(&key("2026-05"));
    world.fails = Some(failing(ErrorClass::Throttled, "LimitExceededException"));
    let (report, _) = world.run(date(2026, 5, 21)).await.unwrap();
    assert_eq!(
        (report.fetch.gaps.len(), report.scan.anomalies.len()),
        (3, 0)
    );
    assert!(report.scan.series > 0 && report.scan.stopped.is_empty());
    assert_eq!(world.outside.text(&key("2026-05")), before);
}

#[tokio::test]
async fn another_currency_is_refused_and_one_other_than_dollars_is_told_in() {
    let mut world = quiet();
    world.currency = "EUR";
    let (report, _) = world.run(date(2026, 5, 20)).await.unwrap();
    assert_eq!(report.currency.as_deref(), Some("EUR"));
    let page = report.page.unwrap();
    assert_eq!(
        (page.currency.as_str(), page.series[0].key.as_str()),
        ("EUR", "total")
    );
    world.currency = "USD";
    let error = world.run(date(2026, 5, 21)).await.unwrap_err();
    let BudgetError::History(cause) = &error else {
        panic!("{error}")
    };
    assert!(
        cause.to_string().contains("\"USD\"") && cause.to_string().contains("\"EUR\""),
        "{cause}"
    );
}

#[tokio::test]
async fn another_run_that_writes_history_at_the_same_time_costs_nothing() {
    let world = quiet();
    world
        .outside
        .contended
        .lock()
        .unwrap()
        .insert(key("2026-05"), 2);
    world
        .outside
        .contended
        .lock()
        .unwrap()
        .insert(REQUESTS_KEY.to_owned(), 2);
    let (report, _) = world.run(date(2026, 5, 20)).await.unwrap();
    assert_eq!(
        (report.is_complete(), report.fetch.requests_this_month),
        (true, 3)
    );
}

#[tokio::test]
async fn a_damaged_month_is_named_before_money_is_spent() {
    let world = quiet();
    world.outside.set(&key("2026-04"), "{");
    let error = world.run(date(2026, 5, 20)).await.unwrap_err();
    let BudgetError::History(cause) = &error else {
        panic!("{error}")
    };
    assert!(
        cause.to_string().contains("budget/history/2026-04.json"),
        "{cause}"
    );
    assert!(world.asked.lock().unwrap().is_empty());
}

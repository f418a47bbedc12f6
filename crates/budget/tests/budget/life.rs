//! The life of incidents and budgets, night after night.

use std::collections::BTreeMap;

use afterhours_budget::history::key;
use afterhours_budget::{BudgetError, LEDGER_KEY, Report};
use afterhours_core::alert::digest::{BUDGET_KEY, Contribution};
use afterhours_core::memory::{Lease, LeaseOrigin, Outcome, ScopeDocument};
use afterhours_core::model::{Scope, TargetId};
use afterhours_ports::{AwsBudget, BudgetFilter, RecordKind};
use jiff::civil::date;

use crate::rig::{HOST, Line, SAGEMAKER, World, at, line, usual, with_spike};

const SPIKE: jiff::civil::Date = date(2026, 5, 19);

fn document() -> ScopeDocument {
    ScopeDocument::new(Scope {
        account: "111111111111".to_owned(),
        region: "eu-central-1".to_owned(),
    })
}

fn lease() -> Lease {
    Lease {
        origin: LeaseOrigin::Command,
        since: at(SPIKE, 18),
        until: at(date(2026, 5, 20), 8),
        count: None,
        reason: Some("evaluation".to_owned()),
        owner: Some("ml-team".to_owned()),
        requests: Vec::new(),
    }
}

#[tokio::test]
async fn an_incident_is_told_of_when_it_begins_and_when_it_ends_and_once_each() {
    let world = World::new(with_spike(SPIKE, 2, 120.0));
    world.runs(date(2026, 5, 14), date(2026, 5, 19)).await;
    assert_eq!(world.outside.take_news(), Vec::<String>::new());
    let mut news = BTreeMap::new();
    for day in 20..=28 {
        world.run(date(2026, 5, day)).await.unwrap();
        news.insert(day, world.outside.take_news());
    }
    let told: Vec<(i8, &String)> = news
        .iter()
        .flat_map(|(day, titles)| titles.iter().map(move |title| (*day, title)))
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].1.contains(SAGEMAKER) && told[0].1.contains("more than expected"),
        "{told:?}"
    );
    assert!(told[0].0 <= 22, "{told:?}");
    assert!(told[1].1.contains("back to its usual cost"), "{told:?}");
}

#[tokio::test]
async fn an_incident_says_what_the_scaler_did_in_that_service_and_time() {
    let mut world = World::new(with_spike(SPIKE, 3, 120.0));
    let mut document = document();
    document.leases.insert(TargetId::endpoint("quant"), lease());
    // Another service, and another time.
    document
        .leases
        .insert(TargetId::group("gpu-training"), lease());
    let failed = |day: i8| Outcome {
        at: at(date(2026, 5, day), 20),
        action: "sleep".to_owned(),
        error: Some("AccessDenied".to_owned()),
        failures: 3,
        told: true,
    };
    document
        .outcomes
        .insert(TargetId::endpoint("chat"), failed(20));
    document
        .outcomes
        .insert(TargetId::endpoint("old"), failed(2));
    world.documents.push(document);
    let (report, _) = world.runs(date(2026, 5, 14), date(2026, 5, 22)).await;
    let causes = &report.incidents[0].causes;
    assert_eq!(
        causes[0],
        "endpoint/quant stayed awake, lease of ml-team until 2026-05-20 08:00 UTC (evaluation)"
    );
    assert_eq!(
        causes[1],
        "endpoint/chat could not be put to sleep: AccessDenied"
    );
    assert_eq!(causes.len(), 2, "{causes:?}");
    let alerts = world.outside.alerts.lock().unwrap();
    let alert = alerts
        .iter()
        .find(|alert| alert.title.contains(SAGEMAKER))
        .unwrap();
    assert!(
        alert.summary.starts_with("endpoint/quant stayed awake"),
        "{}",
        alert.summary
    );
    let page = report.page.unwrap();
    assert!(page.incidents[0].cause.as_ref().unwrap().contains("quant"));
    let contribution = Contribution::from_json(world.outside.text(BUDGET_KEY).as_bytes()).unwrap();
    assert!(
        contribution.open[0].what.contains("endpoint/quant"),
        "{contribution:?}"
    );
}

#[tokio::test]
async fn what_could_not_be_told_is_told_by_the_next_run() {
    let world = World::new(with_spike(SPIKE, 5, 120.0));
    world.runs(date(2026, 5, 14), date(2026, 5, 19)).await;
    world.outside.take_titles();
    let before = world.outside.text(LEDGER_KEY);
    *world.outside.topic_denied.lock().unwrap() = true;
    for day in 20..=22 {
        let error = world.run(date(2026, 5, day)).await.unwrap_err();
        assert!(matches!(error, BudgetError::Publish(_)), "{error}");
    }
    assert_eq!(world.outside.text(LEDGER_KEY), before);
    // What was fetched was paid for, and stays.
    assert!(
        world
            .outside
            .text(&key("2026-05"))
            .contains("\"2026-05-21\"")
    );
    *world.outside.topic_denied.lock().unwrap() = false;
    world.run(date(2026, 5, 23)).await.unwrap();
    let news = world.outside.take_news();
    assert_eq!(news.len(), 1, "{news:?}");
    assert!(news[0].contains(SAGEMAKER));
}

#[tokio::test]
async fn a_run_that_loses_the_ledger_to_another_says_so() {
    let world = World::new(with_spike(SPIKE, 0, 0.0));
    world
        .outside
        .contended
        .lock()
        .unwrap()
        .insert(LEDGER_KEY.to_owned(), 1);
    let error = world.run(date(2026, 5, 20)).await.unwrap_err();
    assert!(
        matches!(&error, BudgetError::Contended(key) if key == LEDGER_KEY),
        "{error}"
    );
}

#[tokio::test]
async fn a_damaged_ledger_is_named_and_nothing_is_asked() {
    let world = World::new(with_spike(SPIKE, 0, 0.0));
    for text in ["", "{\"version\":1}", "[]"] {
        world.outside.set(LEDGER_KEY, text);
        let error = world.run(date(2026, 5, 20)).await.unwrap_err();
        assert!(error.to_string().contains(LEDGER_KEY), "{error}");
        assert!(error.to_string().contains("delete it"), "{error}");
    }
    assert!(world.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_heartbeat_goes_out_daily_with_what_the_requests_cost() {
    let world = World::new(with_spike(SPIKE, 0, 0.0));
    world.run(date(2026, 5, 20)).await.unwrap();
    let alerts: Vec<_> = world.outside.alerts.lock().unwrap().drain(..).collect();
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0].title, "Cost watch: nothing out of the ordinary");
    let field = alerts[0]
        .fields
        .iter()
        .find(|field| field.label == "Cost Explorer");
    assert_eq!(
        field.unwrap().value,
        "3 requests, USD 0.03; 3 this month, USD 0.03"
    );
    world.run(date(2026, 5, 21)).await.unwrap();
    assert_eq!(world.outside.take_titles().len(), 1);
}

#[tokio::test]
async fn a_rise_in_one_account_that_a_fall_in_another_hides_is_found() {
    let of = |account: &'static str, cost: f64| Line {
        account,
        ..line(SAGEMAKER, HOST, cost)
    };
    let world = World::new(move |day| {
        let moved = if day >= SPIKE { 60.0 } else { 0.0 };
        vec![
            of("111111111111", usual(100.0, day) + moved),
            of("222222222222", usual(100.0, day) - moved),
        ]
    });
    let (report, _) = world.runs(date(2026, 5, 14), date(2026, 5, 22)).await;
    let keys: Vec<&str> = report
        .incidents
        .iter()
        .map(|one| one.incident.key.as_str())
        .collect();
    assert_eq!(keys, ["111111111111/Amazon SageMaker"]);
}

#[tokio::test]
async fn one_fault_in_one_of_two_accounts_is_one_incident_with_its_account() {
    let world = World::new(move |day| {
        let more = if day >= SPIKE { 120.0 } else { 0.0 };
        let of = |account, cost| Line {
            account,
            ..line(SAGEMAKER, HOST, cost)
        };
        vec![
            of("111111111111", usual(100.0, day)),
            of("222222222222", usual(80.0, day) + more),
        ]
    });
    let (report, _) = world.runs(date(2026, 5, 14), date(2026, 5, 22)).await;
    assert_eq!(report.incidents.len(), 1, "{:?}", report.incidents);
    assert_eq!(report.incidents[0].accounts, ["222222222222"]);
}

fn budget(name: &str, limit: f64) -> AwsBudget {
    AwsBudget {
        name: name.to_owned(),
        kind: "COST".to_owned(),
        period: "MONTHLY".to_owned(),
        limit: Some((limit, "USD".to_owned())),
        planned: BTreeMap::new(),
        filters: Vec::new(),
        unsupported: None,
        metric: "UnblendedCost".to_owned(),
        leaves_out: Vec::new(),
        actual: None,
        unhealthy: None,
    }
}

fn filtered(name: &str, limit: f64, dimension: &str, value: &str) -> AwsBudget {
    let filter = BudgetFilter {
        dimension: dimension.to_owned(),
        values: vec![value.to_owned()],
    };
    AwsBudget {
        filters: vec![filter],
        ..budget(name, limit)
    }
}

/// The middle of the forecast, and what is said of it.
fn line_of(report: &Report, name: &str) -> (Option<f64>, String) {
    let found = report
        .budgets
        .iter()
        .find(|line| line.name == name)
        .unwrap();
    let middle = found.forecast.as_ref().map(|one| one.p50);
    (middle, found.notes.join("; "))
}

#[tokio::test]
async fn budgets_count_what_they_say_and_others_are_named() {
    let mut world = World::new(|day| {
        let mut lines = vec![
            line(SAGEMAKER, HOST, usual(100.0, day)),
            line("AmazonCloudWatch", "EUC1-Metrics", usual(20.0, day)),
        ];
        if day.day() == 1 {
            let credit = line(SAGEMAKER, "credit", -500.0);
            lines.push(Line {
                record: "Credit",
                ..credit
            });
        }
        lines
    });
    let euro = AwsBudget {
        limit: Some((5000.0, "EUR".to_owned())),
        ..budget("euro", 0.0)
    };
    world.budgets = vec![
        budget("all", 9000.0),
        AwsBudget {
            leaves_out: vec![RecordKind::Credit],
            ..budget("without-credits", 9000.0)
        },
        filtered("ml", 3000.0, "SERVICE", SAGEMAKER),
        filtered("account", 3000.0, "LINKED_ACCOUNT", "111111111111"),
        filtered("region", 3000.0, "REGION", "eu-central-1"),
        AwsBudget {
            metric: "BlendedCost".to_owned(),
            ..budget("blended", 1.0)
        },
        AwsBudget {
            period: "QUARTERLY".to_owned(),
            ..budget("quarter", 1.0)
        },
        AwsBudget {
            unsupported: Some("its filter has Or".to_owned()),
            ..budget("or", 1.0)
        },
        euro,
    ];
    let (report, _) = world.run(date(2026, 5, 20)).await.unwrap();
    let middle = |name: &str| line_of(&report, name).0.unwrap();
    // 500 of credits are not in the one, and twenty a day are not in the other.
    assert!((middle("without-credits") - middle("all") - 500.0).abs() < 120.0);
    assert!(middle("ml") < middle("all") - 300.0 && middle("ml") > 1500.0);
    assert!(line_of(&report, "account").1.contains("without tax"));
    for (name, told) in [
        ("region", "it filters by REGION"),
        ("blended", "BlendedCost, which is not fetched"),
        ("quarter", "its period is QUARTERLY"),
        ("or", "its filter has Or"),
        ("euro", "it is in EUR, and costs are in USD"),
    ] {
        let (middle, notes) = line_of(&report, name);
        assert!(middle.is_none() && notes.contains(told), "{name}: {notes}");
    }
    let credits = report
        .records
        .iter()
        .find(|one| one.kind == RecordKind::Credit);
    assert!((credits.unwrap().this_month + 500.0).abs() < 1e-9);
}

#[tokio::test]
async fn a_budget_is_told_of_when_it_gets_likely_and_when_it_is_passed_and_once_each() {
    let mut world = World::new(with_spike(date(2026, 5, 12), 60, 100.0));
    world.budgets = vec![budget("ml-platform", 4000.0)];
    world.config.budgets.insert("total".to_owned(), 100_000.0);
    let mut told = Vec::new();
    for day in 5..=31 {
        world.run(date(2026, 5, day)).await.unwrap();
        let news = world.outside.take_news();
        told.extend(news.into_iter().filter(|title| title.contains("budget")));
    }
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].contains("ml-platform will pass its budget of USD 4,000.00 for 2026-05"),
        "{told:?}"
    );
    assert!(
        told[1].contains("ml-platform has passed its budget"),
        "{told:?}"
    );
}

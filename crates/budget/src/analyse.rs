//! From the history to anomalies and forecasts.

use std::collections::BTreeMap;

use afterhours_core::config::Budget;
use afterhours_cost::series::{levels, rollup, total};
use afterhours_cost::{Anomaly, Day, Scan, Scorer, Series, Settings, detect};
use afterhours_ports::{AwsBudget, Slice};
use jiff::civil::Date;

use crate::completeness::{Learnt, learn};
use crate::follow::{BudgetLine, follow};
use crate::history::{History, Metric};

/// What was found in the history.
#[derive(Debug, Clone)]
pub struct Analysis {
    /// Anomalies, forecasts and warnings over services, usage types and accounts.
    pub scan: Scan,
    /// Settings that it was made with.
    pub settings: Settings,
    /// How complete figures are.
    pub learnt: Learnt,
    /// Budgets of AWS.
    pub budgets: Vec<BudgetLine>,
    /// Series of services and usage types.
    pub series: Vec<Series>,
    /// The sum of all of them.
    pub total: Option<Series>,
    /// Accounts on which an anomaly of a service shows as well, by the anomaly's key.
    pub accounts: BTreeMap<String, Vec<String>>,
}

/// Looks at the history as of a day. With fewer than two accounts these are not looked at: they would say the same again.
pub fn analyse(history: &History, config: &Budget, budgets: &[AwsBudget], today: Date) -> Analysis {
    let learnt = learn(history, today);
    let mut settings = Settings {
        alerts_per_month: config.alerts_per_month,
        provisional_days: learnt.provisional_days,
        completeness: learnt.completeness,
        ..Settings::default()
    };
    if let Some(least) = config.min_excess {
        settings.min_excess = least;
    }
    let series = rollup(&history.series(Slice::ServiceUsageType, Metric::NetAmortized));
    let accounts = rollup(&history.series(Slice::AccountService, Metric::NetAmortized));
    let of_account = |key: &str| accounts.iter().any(|one| one.key() == key);
    let (their, own): (BTreeMap<_, _>, BTreeMap<_, _>) = config
        .budgets
        .clone()
        .into_iter()
        .partition(|(key, _)| of_account(key));
    settings.budgets = own;
    let mut scan = detect(&series, &settings, today);
    let outermost = accounts.iter().filter(|one| levels(one.key()).count() == 1);
    let mut shared = BTreeMap::new();
    if outermost.count() > 1 || !their.is_empty() {
        let settings = Settings {
            budgets: their,
            ..settings.clone()
        };
        let other = detect(&accounts, &settings, today);
        shared = join(&mut scan, other);
    }
    let complete = scan.complete_until;
    let total = total(&series);
    let bill = mean(total.as_ref(), complete);
    let scorer = Scorer::new(&settings, bill);
    Analysis {
        budgets: budgets
            .iter()
            .map(|budget| follow(budget, history, &scorer, complete, today))
            .collect(),
        scan,
        settings,
        learnt,
        series,
        total,
        accounts: shared,
    }
}

/// Adds to a scan by service what a scan by account found and the first did not: a rise in one account may hide behind
/// a fall in another. An anomaly that both see is one; the accounts that it shows on are given back by its key.
fn join(scan: &mut Scan, other: Scan) -> BTreeMap<String, Vec<String>> {
    let mut shared: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut more = Vec::new();
    for anomaly in other.anomalies {
        let key = anomaly.key.clone();
        let mut levels = levels(&key);
        let account = levels.next().unwrap_or_default().to_owned();
        let service = levels.next();
        let same: Vec<&Anomaly> = scan
            .anomalies
            .iter()
            .filter(|known| is_same(known, &anomaly, service))
            .collect();
        if same.is_empty() {
            more.push(anomaly);
            continue;
        }
        for known in same {
            let accounts = shared.entry(known.key.clone()).or_default();
            if service.is_some() && !accounts.contains(&account) {
                accounts.push(account.clone());
            }
        }
    }
    scan.anomalies.extend(more);
    scan.anomalies
        .sort_by(|a, b| (a.date, &a.key).cmp(&(b.date, &b.key)));
    scan.series += other.series;
    scan.scored += other.scored;
    let is_account = |key: &str| key != afterhours_cost::series::TOTAL;
    let forecasts = other.forecast.into_iter();
    let mut forecasts: Vec<_> = forecasts.filter(|one| is_account(&one.key)).collect();
    forecasts.append(&mut scan.forecast);
    scan.forecast = forecasts;
    let told = other.warnings.into_iter();
    scan.warnings
        .extend(told.filter(|warning| warning.key.is_some()));
    shared
}

fn is_same(known: &Anomaly, other: &Anomaly, service: Option<&str>) -> bool {
    let overlaps = known.date <= other.last.plus(1) && other.date <= known.last.plus(1);
    let of_service = service.is_none_or(|service| levels(&known.key).next() == Some(service));
    overlaps && of_service
}

/// The mean cost of the last 28 complete days.
fn mean(total: Option<&Series>, complete: Day) -> f64 {
    let Some(total) = total else { return 0.0 };
    let costs: Vec<f64> = (1..=28)
        .filter_map(|at| total.cost(complete.plus(-at)))
        .collect();
    let count = u32::try_from(costs.len()).unwrap_or(u32::MAX);
    costs.iter().sum::<f64>() / f64::from(count.max(1))
}

//! A run: fetch, look, tell what changed, remember.

use afterhours_core::alert::digest::{BUDGET_KEY, Contribution};
use afterhours_core::alert::{Envelope, Scope};
use afterhours_core::config::Budget;
use afterhours_core::memory::ScopeDocument;
use afterhours_cost::incident::{Notice, Status, follow};
use afterhours_ports::{Budgets, Costs, Precondition, Publisher, Slice, Store};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::alerts;
use crate::analyse::{Analysis, analyse};
use crate::check::Awake;
use crate::error::BudgetError;
use crate::fetch::{Fetch, allowance, fetch, load, window};
use crate::history::{History, utc_day};
use crate::join::causes;
use crate::keep;
use crate::ledger::{LEDGER_KEY, Ledger};
use crate::records::by_kind;
use crate::report::{IncidentLine, Report, page};

/// Prefix of the reports, one object per run, by its beginning.
pub const REPORTS: &str = "budget/reports/";
/// A heartbeat goes out this long after the last one: daily, with an hour to spare for a schedule that is late.
const HEARTBEAT: SignedDuration = SignedDuration::from_hours(23);

/// What a run reads and writes.
#[derive(Clone, Copy)]
pub struct Outside<'a> {
    /// Opens Cost Explorer for at most so many requests.
    pub costs: &'a (dyn Fn(u32) -> Box<dyn Costs> + Send + Sync),
    /// AWS Budgets; none where they are not followed.
    pub budgets: Option<&'a dyn Budgets>,
    /// The bucket.
    pub store: &'a dyn Store,
    /// The alert topic; none where none is configured.
    pub publisher: Option<&'a dyn Publisher>,
}

/// What a run is about.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Environment, account and region of the installation.
    pub scope: Scope,
    /// What the scaler remembers of each scope.
    pub documents: Vec<ScopeDocument>,
    /// Scope documents that could not be read, and why.
    pub unread: Vec<(String, String)>,
}

/// What was told, for the function's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Incidents that are told of for the first time.
    pub new: usize,
    /// Incidents that are open.
    pub open: usize,
    /// Alerts that were published.
    pub alerts: usize,
}

/// Fetches, looks, and tells what changed.
///
/// Costs are kept before anything is told, since they were paid for. Alerts go out before the ledger is written: what
/// could not be told is not remembered, and the next run tells it.
///
/// # Errors
/// [`BudgetError`]; an alert may then be told twice, and none is lost.
pub async fn scan(
    config: &Budget,
    outside: Outside<'_>,
    subject: &Subject,
    now: Timestamp,
) -> Result<(Report, Told), BudgetError> {
    let store = outside.store;
    // Damage of what is remembered is found before money is spent.
    let (mut ledger, only_if) = Ledger::load(store).await?;
    let awake = Awake::load(store).await?;
    let days = window(config, now);
    let mut history = load(store, days).await?;
    let costs = (outside.costs)(allowance(store, config, now).await?);
    let fetched = fetch(store, costs.as_ref(), &mut history, days, now).await?;
    let mut gaps = subject.unread.clone();
    let budgets = match outside.budgets {
        None => Vec::new(),
        Some(budgets) => match budgets.list().await {
            Ok(budgets) => budgets,
            Err(error) => {
                gaps.push(("AWS Budgets".to_owned(), error.to_string()));
                Vec::new()
            }
        },
    };
    let analysis = analyse(&history, config, &budgets, utc_day(now));
    let (memory, notices) = follow(&ledger.incidents, &analysis.scan, &analysis.settings);
    ledger.incidents = memory;
    let lines = lines(&ledger, &notices, subject, &awake, &analysis);
    let report = report(analysis, fetched, gaps, lines, &history, now)?;
    let mut published = tell(&report, &notices, &mut ledger, &subject.scope);
    let open = open(&ledger);
    if ledger
        .heartbeat
        .is_none_or(|last| now.duration_since(last) >= HEARTBEAT)
    {
        published.push(alerts::heartbeat(&report, open, &subject.scope));
        ledger.heartbeat = Some(now);
    }
    let mut sent = 0;
    if let Some(publisher) = outside.publisher {
        for alert in &published {
            publisher
                .publish(alert)
                .await
                .map_err(BudgetError::Publish)?;
            sent += 1;
        }
    }
    keep::put(store, LEDGER_KEY, &ledger.to_json(), &only_if).await?;
    let key = format!("{REPORTS}{}.json", now.strftime("%Y%m%dT%H%M%SZ"));
    let json = serde_json::to_vec(&report).unwrap_or_default();
    // Two runs of one second are two runs of one schedule; the first report stands.
    store
        .put(&key, &json, &Precondition::Absent)
        .await
        .map_err(BudgetError::Store)?;
    contribute(store, &alerts::contribution(&report)).await?;
    let is_new = |notice: &&Notice| notice.why == afterhours_cost::incident::Why::New;
    let told = Told {
        new: notices.iter().filter(is_new).count(),
        open,
        alerts: sent,
    };
    Ok((report, told))
}

fn open(ledger: &Ledger) -> usize {
    let incidents = ledger.incidents.incidents.values();
    incidents
        .filter(|one| matches!(one.status, Status::New | Status::Ongoing))
        .count()
}

/// Incidents that are open, and those that something is to be said about.
fn lines(
    ledger: &Ledger,
    notices: &[Notice],
    subject: &Subject,
    awake: &Awake,
    analysis: &Analysis,
) -> Vec<IncidentLine> {
    let incidents = ledger.incidents.incidents.iter();
    let mut lines: Vec<IncidentLine> = incidents
        .filter(|(id, incident)| {
            let open = matches!(incident.status, Status::New | Status::Ongoing);
            open || notices.iter().any(|notice| notice.id == **id)
        })
        .map(|(id, incident)| {
            let accounts = incident.keys.iter();
            let accounts = accounts
                .filter_map(|key| analysis.accounts.get(key))
                .flatten();
            let mut accounts: Vec<String> = accounts.cloned().collect();
            accounts.sort();
            accounts.dedup();
            IncidentLine {
                id: id.clone(),
                incident: incident.clone(),
                causes: causes(incident, &subject.documents, awake),
                accounts,
            }
        })
        .collect();
    lines.sort_by(|a, b| {
        let money = b.incident.excess.total_cmp(&a.incident.excess);
        money.then_with(|| a.id.cmp(&b.id))
    });
    lines
}

fn report(
    analysis: Analysis,
    fetch: Fetch,
    gaps: Vec<(String, String)>,
    incidents: Vec<IncidentLine>,
    history: &History,
    now: Timestamp,
) -> Result<Report, BudgetError> {
    let currency = history.currency()?.map(ToOwned::to_owned);
    let fetched_at = history.fetched_at(Slice::ServiceUsageType);
    let all: Vec<_> = fetch.gaps.iter().chain(&gaps).cloned().collect();
    let page = currency
        .as_deref()
        .map(|currency| page(&analysis, &incidents, currency, fetched_at, &all));
    Ok(Report {
        version: 1,
        now,
        currency,
        fetch,
        completeness: analysis.learnt,
        scan: analysis.scan,
        incidents,
        budgets: analysis.budgets,
        records: by_kind(history, utc_day(now)),
        gaps,
        page,
    })
}

fn tell(report: &Report, notices: &[Notice], ledger: &mut Ledger, scope: &Scope) -> Vec<Envelope> {
    let currency = report.currency.as_deref();
    let mut published = alerts::incidents(notices, &report.incidents, scope, currency, report.now);
    let theirs = report
        .budgets
        .iter()
        .filter_map(|line| line.forecast.as_ref());
    let forecasts = report.scan.forecast.iter().chain(theirs);
    published.extend(alerts::budgets(
        forecasts, ledger, scope, currency, report.now,
    ));
    published
}

/// Leaves what the digest of the night is to say.
async fn contribute(store: &dyn Store, contribution: &Contribution) -> Result<(), BudgetError> {
    let (_, only_if) = keep::get(store, BUDGET_KEY).await?;
    keep::put(store, BUDGET_KEY, &contribution.to_json(), &only_if).await
}

//! What is published after a run: incidents, budgets, and a heartbeat.

use afterhours_core::alert::digest::{Contribution, Remark};
use afterhours_core::alert::{Envelope, Field, Kind, Scope, Severity};
use afterhours_cost::Forecast;
use afterhours_cost::alert::{money, of_forecast, of_notice};
use afterhours_cost::incident::{Notice, Status};
use jiff::Timestamp;
use serde_json::json;

use crate::ledger::{Ledger, Level, ToldBudget};
use crate::report::{IncidentLine, Report};

/// Incidents that one run tells of by themselves; the rest goes into one alert.
pub(crate) const SEPARATE: usize = 20;
/// Remarks and gaps that are named.
const NAMED: usize = 15;
/// A budget that was likely to be passed holds again below this probability: not at the first step back.
const HOLDS: f64 = 0.3;
/// From this probability on it is told of.
const LIKELY: f64 = 0.5;

/// An alert of each notice with what the scaler did, and one of those beyond [`SEPARATE`].
pub(crate) fn incidents(
    notices: &[Notice],
    lines: &[IncidentLine],
    scope: &Scope,
    currency: Option<&str>,
    now: Timestamp,
) -> Vec<Envelope> {
    let mut alerts: Vec<Envelope> = notices
        .iter()
        .take(SEPARATE)
        .map(|notice| {
            let envelope = of_notice(notice, scope, currency, now);
            match lines.iter().find(|line| line.id == notice.id) {
                Some(line) => explained(envelope, line),
                None => envelope,
            }
        })
        .collect();
    let rest = notices.get(SEPARATE..).unwrap_or_default();
    if !rest.is_empty() {
        let names: Vec<String> = rest
            .iter()
            .take(NAMED)
            .map(|notice| {
                let excess = money(notice.incident.excess, currency);
                format!("- {}: {excess}", notice.incident.key)
            })
            .collect();
        alerts.push(
            Envelope::builder(Kind::Budget, Severity::Warning, scope)
                .title(&format!("{} more cost incidents in this run", rest.len()))
                .summary(&names.join("\n"))
                .cause(["cost-overflow"])
                .build(now),
        );
    }
    alerts
}

/// Puts in what the scaler did: first in the summary, since that is what the reader can act on.
fn explained(mut envelope: Envelope, line: &IncidentLine) -> Envelope {
    if let Some(first) = line.causes.first() {
        envelope.summary = if envelope.summary.is_empty() {
            format!("{first}.")
        } else {
            format!("{first}.\n{}", envelope.summary)
        };
        envelope.fields.push(Field {
            label: "What the scaler did".to_owned(),
            value: line.causes.join("\n"),
        });
    }
    if !line.accounts.is_empty() {
        envelope.fields.push(Field {
            label: "Accounts".to_owned(),
            value: line.accounts.join(", "),
        });
    }
    if let Some(details) = envelope.details.as_object_mut() {
        details.insert("causes".to_owned(), json!(line.causes));
        details.insert("accounts".to_owned(), json!(line.accounts));
    }
    envelope
}

/// What changed of the budgets: likely to be passed, passed, or holding again. The ledger learns of it.
pub(crate) fn budgets<'a>(
    forecasts: impl Iterator<Item = &'a Forecast>,
    ledger: &mut Ledger,
    scope: &Scope,
    currency: Option<&str>,
    now: Timestamp,
) -> Vec<Envelope> {
    let mut alerts = Vec::new();
    for forecast in forecasts {
        let (Some(budget), Some(probability)) = (forecast.budget, forecast.breach_probability)
        else {
            continue;
        };
        let known = ledger.budgets.get(&forecast.key);
        let before = known
            .filter(|told| told.month == forecast.month)
            .map_or(Level::Holds, |told| told.level);
        let level = if forecast.to_date > budget {
            Level::Passed
        } else if probability >= LIKELY || (before == Level::Likely && probability >= HOLDS) {
            Level::Likely
        } else {
            Level::Holds
        };
        if level > before {
            alerts.extend(of_forecast(forecast, scope, currency, now));
        } else if level < before {
            alerts.push(holds(forecast, budget, probability, scope, currency, now));
        }
        let told = ToldBudget {
            month: forecast.month.clone(),
            level,
        };
        ledger.budgets.insert(forecast.key.clone(), told);
    }
    alerts
}

fn holds(
    forecast: &Forecast,
    budget: f64,
    probability: f64,
    scope: &Scope,
    currency: Option<&str>,
    now: Timestamp,
) -> Envelope {
    let amount = money(budget, currency);
    let title = format!(
        "{} is expected to keep its budget of {amount} for {} again",
        forecast.key, forecast.month
    );
    Envelope::builder(Kind::Budget, Severity::Info, scope)
        .title(&title)
        .summary(&format!(
            "Probability of passing it: {:.0} %.",
            100.0 * probability
        ))
        .cause(["budget", &forecast.key, &forecast.month])
        .details(json!({ "forecast": forecast, "currency": currency }))
        .build(now)
}

/// Says that silence is silence, and what was not looked at.
pub(crate) fn heartbeat(report: &Report, open: usize, scope: &Scope) -> Envelope {
    let complete = report.is_complete();
    let standing = match (complete, open) {
        (true, 0) => "nothing out of the ordinary".to_owned(),
        (true, open) => format!("{open} open"),
        (false, open) => format!("{open} open, and not everything could be looked at"),
    };
    let currency = report.currency.as_deref();
    let mut lines = vec![looked_at(report)];
    if let Some(total) = report.total() {
        lines.push(format!(
            "{} so far in {}; month's end {} ({} to {})",
            money(total.to_date, currency),
            total.month,
            money(total.p50, currency),
            money(total.p10, currency),
            money(total.p90, currency)
        ));
    }
    let gaps = report.fetch.gaps.iter().chain(&report.gaps);
    lines.extend(
        gaps.take(NAMED)
            .map(|(what, why)| format!("- {what}: {why}")),
    );
    let severity = if complete {
        Severity::Info
    } else {
        Severity::Warning
    };
    Envelope::builder(Kind::Budget, severity, scope)
        .title(&format!("Cost watch: {standing}"))
        .summary(&lines.join("\n"))
        .field("Series", &report.scan.series.to_string())
        .field("Open incidents", &open.to_string())
        .field(
            "Cost Explorer",
            &format!(
                "{} requests, {}; {} this month, {}",
                report.fetch.requests,
                money(report.fetch.usd, Some("USD")),
                report.fetch.requests_this_month,
                money(report.fetch.usd_this_month, Some("USD"))
            ),
        )
        .cause(["cost-heartbeat"])
        .details(
            json!({ "fetch": report.fetch, "completeness": report.completeness, "open": open }),
        )
        .build(report.now)
}

/// `212 series until 2026-11-18, later days may still grow`.
pub(crate) fn looked_at(report: &Report) -> String {
    let scan = &report.scan;
    if report.currency.is_none() {
        return "no costs were delivered yet".to_owned();
    }
    format!(
        "{} series, {} with enough history, complete until {}",
        scan.series,
        scan.scored,
        scan.complete_until.plus(-1)
    )
}

/// What the digest of the night is to say.
pub(crate) fn contribution(report: &Report) -> Contribution {
    let currency = report.currency.as_deref();
    let open = report
        .incidents
        .iter()
        .filter(|line| matches!(line.incident.status, Status::New | Status::Ongoing));
    let mut remarks: Vec<Remark> = open
        .map(|line| {
            let mut what = format!(
                "{} more than expected since {}",
                money(line.incident.excess, currency),
                line.incident.since
            );
            if let Some(cause) = line.causes.first() {
                what = format!("{what}: {cause}");
            }
            Remark {
                severity: Severity::Warning,
                about: line.incident.key.clone(),
                what,
            }
        })
        .collect();
    let count = remarks.len();
    let theirs = report
        .budgets
        .iter()
        .filter_map(|line| line.forecast.as_ref());
    for forecast in report.scan.forecast.iter().chain(theirs) {
        let (Some(budget), Some(probability)) = (forecast.budget, forecast.breach_probability)
        else {
            continue;
        };
        if probability >= LIKELY {
            let passed = forecast.to_date > budget;
            let budget = money(budget, currency);
            remarks.push(Remark {
                severity: if passed {
                    Severity::Critical
                } else {
                    Severity::Warning
                },
                about: forecast.key.clone(),
                what: if passed {
                    format!("has passed its budget of {budget} for {}", forecast.month)
                } else {
                    format!(
                        "will pass its budget of {budget} for {}, probability {:.0} %",
                        forecast.month,
                        100.0 * probability
                    )
                },
            });
        }
    }
    let gaps = report.fetch.gaps.iter().chain(&report.gaps);
    remarks.extend(gaps.map(|(what, why)| Remark {
        severity: Severity::Warning,
        about: what.clone(),
        what: why.clone(),
    }));
    remarks.extend(report.scan.stopped.iter().map(|stopped| Remark {
        severity: Severity::Info,
        about: stopped.key.clone(),
        what: format!(
            "costs {} instead of {} since {}",
            money(stopped.actual, currency),
            money(stopped.expected, currency),
            stopped.since
        ),
    }));
    remarks.sort_by_key(|remark| std::cmp::Reverse(remark.severity));
    remarks.truncate(NAMED);
    let mut standing = format!("{count} open; {}", looked_at(report));
    if let Some(total) = report.total() {
        standing = format!(
            "{count} open; {} so far, month's end {} ({} to {})",
            money(total.to_date, currency),
            money(total.p50, currency),
            money(total.p10, currency),
            money(total.p90, currency)
        );
    }
    Contribution {
        version: 1,
        heading: "Cost".to_owned(),
        at: report.now,
        standing,
        open: remarks,
    }
}

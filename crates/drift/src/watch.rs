//! What comes after a scan of the function: the life cycle of findings, alerts, and what is kept in the bucket.

use std::collections::BTreeMap;

use afterhours_core::alert::digest::{Contribution, DRIFT_KEY, Remark};
use afterhours_core::alert::{Envelope, Kind, Scope, Severity};
use afterhours_diff::{
    Coverage, Finding, KnownState, Ledger, Resolution, Seen, Transition, TransitionKind,
};
use afterhours_ports::{PortError, Precondition, Publisher, PutOutcome, Store};
use afterhours_tfstate::Mark;
use jiff::SignedDuration;
use serde::Serialize;
use serde_json::json;

use crate::report::Report;
use crate::scan::Scan;

/// Key of what is remembered between scans.
pub const LEDGER_KEY: &str = "drift/ledger.json";
/// Prefix of the reports, one object per scan, by its beginning.
pub const REPORTS: &str = "drift/reports/";
/// A heartbeat goes out this long after the last one: daily, with an hour to spare for a schedule that is late.
const HEARTBEAT: SignedDuration = SignedDuration::from_hours(23);
/// How many findings an alert names; the report has them all.
const NAMED: usize = 15;

/// Why what was found could not be told or kept.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The bucket.
    #[error("the bucket: {0}")]
    Store(#[source] PortError),
    /// The ledger is no ledger; it has to be looked at by a person, who may delete it.
    #[error("{LEDGER_KEY} cannot be read: {0}; delete it to begin anew")]
    Ledger(String),
    /// Another scan wrote in the meantime.
    #[error("another scan wrote {0} meanwhile; this one's findings are told by the next")]
    Contended(String),
    /// The alert topic. Nothing was remembered, so the next scan tells it again.
    #[error("the alert topic: {0}")]
    Publish(#[source] PortError),
}

/// What is remembered, and the version of it that was read.
#[derive(Debug)]
pub struct Remembered {
    ledger: Ledger,
    etag: Option<String>,
}

impl Remembered {
    /// Reads what is remembered; nothing before the first scan.
    ///
    /// # Errors
    /// The bucket, or a damaged ledger.
    pub async fn load(store: &dyn Store) -> Result<Self, WatchError> {
        let stored = store.get(LEDGER_KEY).await.map_err(WatchError::Store)?;
        let Some(stored) = stored else {
            return Ok(Self {
                ledger: Ledger::default(),
                etag: None,
            });
        };
        let ledger = Ledger::from_json(&stored.bytes).map_err(WatchError::Ledger)?;
        Ok(Self {
            ledger,
            etag: Some(stored.etag),
        })
    }

    /// What is remembered of each state.
    pub fn marks(&self) -> BTreeMap<String, Mark> {
        let mark = |known: &KnownState| Mark {
            serial: known.serial,
            lineage: known.lineage.clone(),
            content: known.content.clone(),
        };
        self.ledger
            .states
            .iter()
            .map(|(source, known)| (source.clone(), mark(known)))
            .collect()
    }
}

/// What a watched scan came to, for the function's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Findings that are new since the last scan.
    pub new: usize,
    /// Findings whose values changed.
    pub changed: usize,
    /// Findings that are as they were.
    pub still_open: usize,
    /// Findings that are gone.
    pub resolved: usize,
    /// Alerts that were published.
    pub alerts: usize,
}

/// Whose alerts these are.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Environment, account and region of the installation.
    pub scope: Scope,
}

/// Tells what changed and remembers it.
///
/// Alerts go out first: what could not be told is not remembered, and the next scan tells it.
///
/// # Errors
/// [`WatchError`]; an alert may then be told twice, and none is lost.
pub async fn watch(
    scan: &Scan,
    remembered: Remembered,
    store: &dyn Store,
    publisher: Option<&dyn Publisher>,
    subject: &Subject,
) -> Result<Told, WatchError> {
    let Remembered { mut ledger, etag } = remembered;
    let now = scan.report.now;
    let transitions = ledger.advance(&scan.report.findings, &scan.looked, now);
    let mut alerts = changes(&transitions, &scan.report, subject);
    let is_due = ledger
        .heartbeat
        .is_none_or(|last| now.duration_since(last) >= HEARTBEAT);
    if is_due {
        alerts.push(heartbeat(&ledger, &scan.report, subject));
        ledger.heartbeat = Some(now);
    }
    let mut sent = 0;
    if let Some(publisher) = publisher {
        for alert in &alerts {
            publisher
                .publish(alert)
                .await
                .map_err(WatchError::Publish)?;
            sent += 1;
        }
    }
    for (source, mark) in &scan.marks {
        ledger.states.insert(
            source.clone(),
            KnownState {
                serial: mark.serial,
                lineage: mark.lineage.clone(),
                content: mark.content.clone(),
            },
        );
    }
    let precondition = etag.map_or(Precondition::Absent, Precondition::Unchanged);
    put(store, LEDGER_KEY, &ledger.to_json(), &precondition).await?;
    let report = serde_json::to_vec(&scan.report).unwrap_or_default();
    let key = format!("{REPORTS}{}.json", now.strftime("%Y%m%dT%H%M%SZ"));
    // Two scans of one second are two runs of one schedule; the first report stands.
    store
        .put(&key, &report, &Precondition::Absent)
        .await
        .map_err(WatchError::Store)?;
    contribute(store, &contribution(&ledger, &scan.report)).await?;
    let count =
        |kind: fn(&TransitionKind) -> bool| transitions.iter().filter(|t| kind(&t.kind)).count();
    Ok(Told {
        new: count(|kind| *kind == TransitionKind::New),
        changed: count(|kind| *kind == TransitionKind::Changed),
        still_open: count(|kind| *kind == TransitionKind::StillOpen),
        resolved: count(|kind| matches!(kind, TransitionKind::Resolved(_))),
        alerts: sent,
    })
}

async fn put(
    store: &dyn Store,
    key: &str,
    json: &[u8],
    only_if: &Precondition,
) -> Result<(), WatchError> {
    match store.put(key, json, only_if).await {
        Ok(PutOutcome::Written) => Ok(()),
        Ok(PutOutcome::Conflict) => Err(WatchError::Contended(key.to_owned())),
        Err(error) => Err(WatchError::Store(error)),
    }
}

/// Leaves what the digest of the night is to say.
async fn contribute(store: &dyn Store, contribution: &Contribution) -> Result<(), WatchError> {
    let before = store.get(DRIFT_KEY).await.map_err(WatchError::Store)?;
    let only_if = before.map_or(Precondition::Absent, |stored| {
        Precondition::Unchanged(stored.etag)
    });
    put(store, DRIFT_KEY, &contribution.to_json(), &only_if).await
}

fn contribution(ledger: &Ledger, report: &Report) -> Contribution {
    let mut open: Vec<Remark> = ledger
        .open
        .values()
        .map(|known| Remark {
            severity: known.severity,
            about: known
                .address
                .clone()
                .or_else(|| known.source.clone())
                .unwrap_or_else(|| known.class.as_str().to_owned()),
            what: known.summary.clone(),
        })
        .collect();
    open.sort_by(|a, b| {
        b.severity
            .cmp(&a.severity)
            .then_with(|| a.about.cmp(&b.about))
    });
    let standing = format!("{} open; {}", open.len(), looked_at(&report.coverage));
    open.truncate(NAMED);
    Contribution {
        version: 1,
        heading: "Drift".to_owned(),
        at: report.now,
        standing,
        open,
    }
}

/// One alert for each state whose findings changed, and one for what no state names.
fn changes(transitions: &[Transition], report: &Report, subject: &Subject) -> Vec<Envelope> {
    let mut by_source: BTreeMap<Option<&str>, Vec<&Transition>> = BTreeMap::new();
    for transition in transitions {
        if transition.kind != TransitionKind::StillOpen {
            by_source
                .entry(transition.known.source.as_deref())
                .or_default()
                .push(transition);
        }
    }
    by_source
        .into_iter()
        .map(|(source, transitions)| alert(source, transitions, report, subject))
        .collect()
}

fn alert(
    source: Option<&str>,
    mut transitions: Vec<&Transition>,
    report: &Report,
    subject: &Subject,
) -> Envelope {
    let is_resolved =
        |transition: &&&Transition| matches!(transition.kind, TransitionKind::Resolved(_));
    let resolved = transitions.iter().filter(is_resolved).count();
    let opened = transitions.len() - resolved;
    let severity = transitions
        .iter()
        .filter(|transition| !is_resolved(transition))
        .map(|transition| transition.known.severity)
        .max()
        .unwrap_or(Severity::Info);
    transitions.sort_by_key(|transition| {
        (
            is_resolved(&transition),
            std::cmp::Reverse(transition.known.severity),
        )
    });
    let place = source.map_or_else(|| "outside of all states".to_owned(), str::to_owned);
    let counts = match (opened, resolved) {
        (0, resolved) => format!("{resolved} resolved"),
        (opened, 0) => format!("{opened} new"),
        (opened, resolved) => format!("{opened} new, {resolved} resolved"),
    };
    let mut lines: Vec<String> = transitions
        .iter()
        .take(NAMED)
        .map(|transition| line(transition))
        .collect();
    if transitions.len() > NAMED {
        lines.push(format!("… and {} more", transitions.len() - NAMED));
    }
    let fingerprints: Vec<&str> = transitions
        .iter()
        .map(|transition| transition.known.fingerprint.as_str())
        .collect();
    let findings: Vec<&Finding> = report
        .open()
        .filter(|finding| fingerprints.contains(&finding.fingerprint.as_str()))
        .take(NAMED)
        .collect();
    let mut builder = Envelope::builder(Kind::Drift, severity, &subject.scope)
        .title(&format!("Drift {place}: {counts}"))
        .summary(&lines.join("\n"))
        .field("State", &place)
        .field("Looked at", &looked_at(&report.coverage))
        .cause(["drift", &place])
        .details(json!({ "findings": findings }));
    if let Some(source) = source {
        let word = afterhours_core::alert::clip::shell_word(source);
        builder = builder.command(
            "Look again",
            &format!("afterhours drift scan --state {word}"),
        );
    }
    builder.build(report.now)
}

fn line(transition: &Transition) -> String {
    let known = &transition.known;
    let about = known
        .address
        .clone()
        .unwrap_or_else(|| known.class.as_str().to_owned());
    let mark = match transition.kind {
        TransitionKind::New | TransitionKind::StillOpen => known.severity.as_str(),
        TransitionKind::Changed => "changed again",
        TransitionKind::Resolved(resolution) => match resolution {
            Resolution::Reverted => "resolved, reverted",
            Resolution::Applied => "resolved by a newer state",
            Resolution::Forgotten => "resolved, no longer in the state",
            Resolution::Suppressed => "suppressed",
        },
    };
    format!("- {about} ({mark}): {}", known.summary)
}

/// Says that silence is silence, and what was not looked at.
fn heartbeat(ledger: &Ledger, report: &Report, subject: &Subject) -> Envelope {
    let complete = report.is_complete(false);
    let severity = if complete {
        Severity::Info
    } else {
        Severity::Warning
    };
    let open = ledger.open.len();
    let standing = match (complete, open) {
        (true, 0) => "all that was looked at is as its state says".to_owned(),
        (true, open) => format!("{open} open"),
        (false, open) => format!("{open} open, and not everything could be looked at"),
    };
    let mut lines = vec![looked_at(&report.coverage)];
    for state in &report.states {
        if let Some(error) = &state.error {
            lines.push(format!("- {}: {error}", state.source));
        }
    }
    for seen in [
        Seen::Denied,
        Seen::Throttled,
        Seen::Failed,
        Seen::Void,
        Seen::PartlyCompared,
    ] {
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in report.coverage.details.get(&seen).into_iter().flatten() {
            *reasons.entry(entry.reason.as_str()).or_default() += 1;
        }
        for (reason, count) in reasons.into_iter().take(5) {
            lines.push(format!(
                "- {count} {}: {reason}",
                seen.as_str().replace('_', " ")
            ));
        }
    }
    Envelope::builder(Kind::Drift, severity, &subject.scope)
        .title(&format!("Drift watch: {standing}"))
        .summary(&lines.join("\n"))
        .field("States", &report.states.len().to_string())
        .field("Open findings", &open.to_string())
        .cause(["drift-heartbeat"])
        .details(json!({ "coverage": counts(&report.coverage), "open": open }))
        .build(report.now)
}

/// The counts of a coverage, without the lists.
fn counts(coverage: &Coverage) -> BTreeMap<&'static str, u64> {
    Seen::ALL
        .iter()
        .map(|seen| (seen.as_str(), coverage.count(*seen)))
        .collect()
}

/// `98.7 % of 152 looked at, 2 denied`.
pub(crate) fn looked_at(coverage: &Coverage) -> String {
    let Some(per_cent) = coverage.per_cent() else {
        return "nothing of AWS in these states".to_owned();
    };
    let total = coverage.total() - coverage.out_of_scope;
    let mut text = format!("{per_cent} % of {total} looked at");
    for seen in [
        Seen::PartlyCompared,
        Seen::Unsupported,
        Seen::Denied,
        Seen::Throttled,
        Seen::Failed,
        Seen::Void,
    ] {
        let count = coverage.count(seen);
        if count > 0 {
            text = format!("{text}, {count} {}", seen.as_str().replace('_', " "));
        }
    }
    text
}

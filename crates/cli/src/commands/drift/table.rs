//! A scan as text for people.

use std::collections::BTreeMap;

use afterhours_core::alert::Severity;
use afterhours_diff::{Finding, Seen};
use afterhours_drift::Report;
use anstyle::{AnsiColor, Style};

use crate::context::Context;
use crate::render::wrap;

/// How many addresses a reason names.
const NAMED: usize = 3;

/// The whole answer.
pub(super) fn report(context: &Context, report: &Report, skipped: &[String]) -> String {
    let mut lines = Vec::new();
    let open = report.open().count();
    lines.push(headline(report, open));
    for finding in report.open() {
        lines.push(String::new());
        lines.extend(finding_lines(context, finding));
    }
    let explained: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|finding| finding.explained.is_some())
        .collect();
    if !explained.is_empty() {
        lines.push(String::new());
        lines.push(format!("Explained ({})", explained.len()));
        for finding in explained {
            if let Some(why) = &finding.explained {
                let text = format!(
                    "{}: {} ({}: {})",
                    name(finding),
                    finding.summary,
                    why.by,
                    why.evidence
                );
                lines.push(indented(&text, 2));
            }
        }
    }
    if report.suppressed > 0 {
        lines.push(String::new());
        lines.push(format!("{} suppressed", report.suppressed));
    }
    lines.extend(holes(report));
    for note in report.notes.iter().chain(skipped) {
        lines.push(String::new());
        lines.push(wrap(&format!("note: {note}"), 0, 2));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn headline(report: &Report, open: usize) -> String {
    let found = match open {
        0 => "Nothing found".to_owned(),
        1 => "1 finding".to_owned(),
        n => format!("{n} findings"),
    };
    let read = report.states.iter().filter(|state| state.error.is_none());
    let states = match read.count() {
        1 => "1 state".to_owned(),
        n => format!("{n} states"),
    };
    wrap(&format!("{found} in {states}; {}", looked_at(report)), 0, 2)
}

fn looked_at(report: &Report) -> String {
    let coverage = &report.coverage;
    let total = coverage.total() - coverage.out_of_scope;
    match coverage.per_cent() {
        None => "they name nothing of AWS".to_owned(),
        Some(per_cent) => format!(
            "{} of {total} resources compared ({per_cent} %)",
            coverage.compared
        ),
    }
}

fn finding_lines(context: &Context, finding: &Finding) -> Vec<String> {
    let colour = match finding.severity {
        Severity::Critical => Some(AnsiColor::Red),
        Severity::Warning => Some(AnsiColor::Yellow),
        Severity::Notice => Some(AnsiColor::Cyan),
        Severity::Info => None,
    };
    let style = Style::new().fg_color(colour.map(Into::into));
    let severity = context.paint(style, finding.severity.as_str());
    let head = format!("{} {}", finding.class.as_str(), name(finding));
    let used = finding.severity.as_str().len() + 1;
    let mut lines = vec![format!("{severity} {}", wrap(&head, used, 4))];
    lines.push(indented(&finding.summary, 2));
    if let Some(next) = &finding.next_step {
        lines.extend(next.lines().map(|line| format!("  {line}")));
    }
    lines
}

/// The address; for what has none, type and id.
fn name(finding: &Finding) -> String {
    let thing = || {
        let kind = finding.kind.as_deref().unwrap_or_default();
        let id = finding.id.as_deref().unwrap_or_default();
        format!("{kind} {id}").trim().to_owned()
    };
    match (&finding.address, &finding.kind, &finding.source) {
        (Some(address), _, _) => address.clone(),
        (None, None, Some(source)) => source.clone(),
        _ => thing(),
    }
}

/// What was not looked at, by class and reason.
fn holes(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for seen in [
        Seen::PartlyCompared,
        Seen::Denied,
        Seen::Throttled,
        Seen::Failed,
        Seen::Void,
        Seen::Unsupported,
    ] {
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for entry in report.coverage.details.get(&seen).into_iter().flatten() {
            let named = if entry.address.is_empty() {
                &entry.source
            } else {
                &entry.address
            };
            reasons.entry(&entry.reason).or_default().push(named);
        }
        for (reason, named) in reasons {
            if lines.is_empty() {
                lines.push(String::new());
                lines.push("Not looked at".to_owned());
            }
            let shown = named.iter().take(NAMED).copied().collect::<Vec<_>>();
            let more = match named.len().saturating_sub(NAMED) {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            let what = seen.as_str().replace('_', " ");
            let text = format!(
                "{} {what}: {reason}: {}{more}",
                named.len(),
                shown.join(", ")
            );
            lines.push(indented(&text, 2));
        }
    }
    for listing in &report.coverage.incomplete_listings {
        lines.push(indented(
            &format!("what no state names may be more than was found: {listing}"),
            2,
        ));
    }
    lines
}

fn indented(text: &str, indent: usize) -> String {
    format!("{}{}", " ".repeat(indent), wrap(text, indent, indent + 2))
}

//! Answers of the scaler for people.

use std::io::{self, Write as _};

use afterhours_core::command::Command as Payload;
use afterhours_core::config::Mode;
use afterhours_core::plan::{ActionReport, Verb};
use afterhours_scaler::{ClaimReport, Reply, StatusReport, TickReport, WhyReport};
use anstyle::{AnsiColor, Style};

use crate::context::{Context, Failure};
use crate::render::wrap;

/// Columns of a target's name, where names are that short.
const NAME: usize = 28;

pub(super) fn reply(
    context: &mut Context,
    payload: &Payload,
    reply: &Reply,
) -> Result<(), Failure> {
    match reply {
        Reply::Tick { reports, errors } => {
            for report in reports {
                tick(context, report, matches!(payload, Payload::Plan {}))?;
            }
            for error in errors {
                row(context, "error", &error.to_string())?;
            }
        }
        Reply::Claim(report) => claim(context, report)?,
        Reply::Status { scopes, errors } => {
            for scope in scopes {
                status(context, scope)?;
            }
            for error in errors {
                row(context, "error", &error.to_string())?;
            }
        }
        Reply::Why(report) => why(context, report)?,
    }
    Ok(())
}

fn tick(context: &mut Context, report: &TickReport, planned: bool) -> io::Result<()> {
    let plan = &report.plan;
    let heading = format!("{} at {}", plan.scope, plan.now);
    let heading = context.paint(Style::new().bold(), &heading);
    writeln!(context.out, "{heading}")?;
    if plan.mode == Mode::Observe && !planned {
        row(context, "mode", "observe: nothing is carried out")?;
    }
    if plan.actions.is_empty() {
        writeln!(context.out, "Nothing to do.")?;
    }
    for action in &plan.actions {
        self::action(context, action)?;
    }
    if !plan.untouched.is_empty() {
        writeln!(context.out, "Left as they are:")?;
        for left in &plan.untouched {
            row(context, &left.target.to_string(), &left.reason)?;
        }
    }
    if !plan.findings.is_empty() {
        writeln!(context.out, "Wanting attention:")?;
        for finding in &plan.findings {
            let text = format!("{} {}", finding.what, finding.fix);
            row(context, &finding.target.to_string(), &text)?;
        }
    }
    if !plan.errors.is_empty() {
        writeln!(context.out, "Errors:")?;
        for error in &plan.errors {
            row(context, &error.target.to_string(), &error.error)?;
        }
    }
    for mended in &report.mended {
        row(context, "memory", mended)?;
    }
    let (targets, asleep) = (report.targets, report.asleep);
    writeln!(
        context.out,
        "{targets} selected, {asleep} with something to restore, {} to change.",
        plan.actions.len()
    )
}

fn action(context: &mut Context, action: &ActionReport) -> io::Result<()> {
    let colour = match action.action {
        Verb::Sleep => AnsiColor::Blue,
        Verb::Wake => AnsiColor::Yellow,
    };
    let verb = context.paint(
        colour.on_default().bold(),
        &format!("{:5}", action.action.to_string()),
    );
    let what = format!("{} -> {}", action.from, action.to);
    let name = action.target.to_string();
    writeln!(
        context.out,
        "{verb} {}",
        wrap(&format!("{name}: {what}"), 6, 8)
    )?;
    writeln!(context.out, "      {}", wrap(&action.reason, 6, 8))?;
    if let Some(outcome) = &action.outcome {
        writeln!(context.out, "      {}", wrap(outcome, 6, 8))?;
    }
    Ok(())
}

fn claim(context: &mut Context, report: &ClaimReport) -> io::Result<()> {
    let target = report.target.to_string();
    match (&report.lease, &report.hold) {
        (Some(lease), _) => {
            let count = lease
                .count
                .map(|count| format!(", count {count}"))
                .unwrap_or_default();
            row(
                context,
                &target,
                &format!("leased until {}{count}", lease.until),
            )?;
        }
        (None, Some(hold)) => {
            row(
                context,
                &target,
                &format!("held asleep until {}", hold.until),
            )?;
        }
        (None, None) => row(
            context,
            &target,
            "nobody claims it now; its schedule decides",
        )?,
    }
    if let Some(tick) = &report.tick {
        for done in tick
            .plan
            .actions
            .iter()
            .filter(|action| action.target == report.target)
        {
            action(context, done)?;
        }
    }
    for note in &report.notes {
        row(context, "note", note)?;
    }
    Ok(())
}

fn status(context: &mut Context, report: &StatusReport) -> io::Result<()> {
    let heading = context.paint(Style::new().bold(), &report.scope.to_string());
    writeln!(
        context.out,
        "{heading}, journal entry {}",
        report.generation
    )?;
    if let Some(pause) = &report.paused {
        let by = pause
            .owner
            .as_deref()
            .map(|owner| format!(" by {owner}"))
            .unwrap_or_default();
        row(context, "paused", &format!("since {}{by}", pause.since))?;
    }
    if report.records.is_empty() {
        writeln!(context.out, "Nothing is asleep.")?;
    }
    for (target, record) in &report.records {
        let text = format!("{:?} since {}", record.phase, record.captured_at).to_lowercase();
        row(context, &target.to_string(), &text)?;
    }
    for (target, lease) in &report.leases {
        row(
            context,
            &target.to_string(),
            &format!("leased until {}", lease.until),
        )?;
    }
    for (target, hold) in &report.holds {
        row(
            context,
            &target.to_string(),
            &format!("held asleep until {}", hold.until),
        )?;
    }
    for (target, outcome) in &report.outcomes {
        if let Some(error) = &outcome.error {
            let text = format!(
                "{} failed {} times: {error}",
                outcome.action, outcome.failures
            );
            row(context, &target.to_string(), &text)?;
        }
    }
    for finding in &report.findings {
        row(context, &finding.target.to_string(), &finding.what)?;
    }
    Ok(())
}

fn why(context: &mut Context, report: &WhyReport) -> io::Result<()> {
    let heading = format!("{} at {}", report.target, report.now);
    let heading = context.paint(Style::new().bold(), &heading);
    writeln!(context.out, "{heading}")?;
    if let Some(schedule) = &report.schedule {
        let next = schedule
            .next
            .map(|next| format!(", {} at {}", next.to, next.at))
            .unwrap_or_default();
        let text = format!(
            "{} ({}): {}{next}",
            schedule.source, schedule.zone, schedule.state
        );
        row(context, "schedule", &text)?;
    }
    for (key, value) in &report.tags {
        row(context, "tag", &format!("{key}={value}"))?;
    }
    if let Some(lease) = &report.lease {
        row(context, "lease", &format!("until {}", lease.until))?;
    }
    if let Some(hold) = &report.hold {
        row(context, "hold", &format!("until {}", hold.until))?;
    }
    if let Some(pause) = &report.paused {
        row(context, "paused", &format!("since {}", pause.since))?;
    }
    if let Some(grace) = &report.grace {
        row(
            context,
            "busy",
            &format!("since {}: {}", grace.since, grace.busy),
        )?;
    }
    if let Some(record) = &report.record {
        let text = serde_json::to_string(&record.saved).map_err(io::Error::from)?;
        row(
            context,
            "record",
            &format!("taken {}: {text}", record.captured_at),
        )?;
    }
    if let Some(outcome) = &report.outcome {
        let error = outcome.error.as_deref().unwrap_or("done");
        row(
            context,
            "last",
            &format!("{} at {}: {error}", outcome.action, outcome.at),
        )?;
    }
    if let Some(done) = &report.action {
        action(context, done)?;
    }
    if let Some(untouched) = &report.untouched {
        row(context, "now", untouched)?;
    }
    for error in &report.errors {
        row(context, "error", error)?;
    }
    Ok(())
}

/// A name and a text, in lines of at most 80 columns.
fn row(context: &mut Context, name: &str, text: &str) -> io::Result<()> {
    let width = name.chars().count();
    if width >= NAME {
        writeln!(context.out, "  {name}")?;
        writeln!(context.out, "    {}", wrap(text, 4, 4))
    } else {
        let pad = " ".repeat(NAME - width);
        writeln!(
            context.out,
            "  {name}{pad}{}",
            wrap(text, 2 + NAME, 2 + NAME)
        )
    }
}

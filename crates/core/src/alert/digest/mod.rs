//! The digest of a night: one envelope that says what slept, what woke, what failed and what is open.

mod contribution;
mod lists;
mod night;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::clip;
use super::envelope::{Envelope, Kind, Severity};

pub use contribution::{BUDGET_KEY, Contribution, DRIFT_KEY, Remark};
pub(super) use lists::sections;
pub use night::{
    Calls, Failed, KeptAwake, Night, Omitted, Open, Paused, Slept, StillBilling, Woke,
};

/// The envelope of a night.
///
/// `warning` when something failed or is open, `notice` when sleepers still cost money or the kill switch is on,
/// else `info`; more where a contribution says more. The details are the night. The same night of the same scope has the same fingerprint.
pub fn envelope(night: &Night) -> Envelope {
    let clock = Clock::of(night);
    let contributed = night.contributions.iter().filter_map(Contribution::worst);
    let contributed = contributed.max().unwrap_or(Severity::Info);
    let severity = if !night.failed.is_empty() || !night.open.is_empty() {
        contributed.max(Severity::Warning)
    } else if !night.still_billing.is_empty() || night.paused.is_some() {
        contributed.max(Severity::Notice)
    } else {
        contributed
    };
    let day = clock.show(night.from, "%-d %b");
    let mut builder = Envelope::builder(Kind::Scale, severity, &night.scope)
        .title(&format!("Night of {day}: {}", night.counts()))
        .summary(&summary(night, &clock))
        .cause(["night", &clock.show(night.from, "%Y-%m-%d")])
        .field("Night", &clock.span(night));
    if let Some(calls) = night.calls {
        builder = builder.field(
            "Calls",
            &format!("{} reads, {} changes", calls.reads, calls.mutations),
        );
    }
    if severity > Severity::Info {
        builder = builder.command("Show how every sleeper stands", "afterhours scale status");
    }
    builder
        .details(serde_json::to_value(night).unwrap_or_default())
        .build(night.to)
}

/// Failures that the summary lists with their errors; more are listed by name alone.
const MOST_ERRORS: usize = 20;

/// The failures by name, so that they survive when the details have to go.
fn summary(night: &Night, clock: &Clock) -> String {
    let mut lines = vec![format!("{}.", night.counts())];
    let failing = night.failing();
    if failing.len() > MOST_ERRORS {
        // Names matter more than errors: all of them stay, however small the message has to become.
        let names: Vec<_> = failing
            .iter()
            .map(|failed| clip::line(&failed.target))
            .collect();
        lines.push(format!("- Still failing: {}", names.join(", ")));
    } else {
        lines.extend(failing.iter().map(|failed| {
            let (target, error) = (clip::line(&failed.target), clip::line(&failed.error));
            format!(
                "- {target} still fails to {}: {}",
                failed.verb(),
                clip::chars(&error, 160)
            )
        }));
    }
    if let Some(paused) = &night.paused {
        let mut line = format!(
            "- All action has been paused since {}",
            clock.at(paused.since)
        );
        if let Some(by) = &paused.by {
            line = format!("{line} by {} (unverified label)", clip::line(by));
        }
        if let Some(reason) = &paused.reason {
            line = format!("{line}: {}", clip::line(reason));
        }
        lines.push(line);
    }
    lines.extend(night.contributions.iter().map(|contribution| {
        let mut line = format!("- {}", contribution.line());
        if contribution.is_old(night.to) {
            line = format!(
                "{line} (as of {})",
                clock.show(contribution.at, "%-d %b %H:%M")
            );
        }
        line
    }));
    if !night.open.is_empty() {
        lines.push(format!(
            "- {} open, see below.",
            plural(night.open.len(), "matter is", "matters are")
        ));
    }
    lines.join("\n")
}

fn plural(n: usize, one: &str, many: &str) -> String {
    if n == 1 {
        format!("1 {one}")
    } else {
        format!("{n} {many}")
    }
}

/// Shows instants in the zone of a night.
struct Clock {
    zone: TimeZone,
    name: String,
}

impl Clock {
    fn of(night: &Night) -> Self {
        match TimeZone::get(&night.zone) {
            Ok(zone) => Self {
                zone,
                name: night.zone.clone(),
            },
            Err(_) => Self {
                zone: TimeZone::UTC,
                name: "UTC".to_owned(),
            },
        }
    }

    fn show(&self, at: Timestamp, format: &str) -> String {
        at.to_zoned(self.zone.clone()).strftime(format).to_string()
    }

    fn at(&self, at: Timestamp) -> String {
        self.show(at, "%a %H:%M")
    }

    fn span(&self, night: &Night) -> String {
        let show = |at| self.show(at, "%a %-d %b %Y %H:%M");
        format!("{} to {} ({})", show(night.from), show(night.to), self.name)
    }
}

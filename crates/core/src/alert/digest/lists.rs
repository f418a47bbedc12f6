//! The lists of a night as sections of rows.

use super::Clock;
use super::night::{Failed, KeptAwake, Night};
use crate::alert::clip;
use crate::alert::view::{Row, Section};

/// The lists, failures first: what comes last is cut first.
pub(in crate::alert) fn sections(night: &Night) -> Vec<Section> {
    let clock = Clock::of(night);
    let left = night.omitted;
    let failing = night
        .failing()
        .into_iter()
        .map(|failed| failed_row(failed, &clock));
    let recovered = night.failed.iter().filter(|failed| !failed.still_failing);
    let recovered = recovered.map(|failed| failed_row(failed, &clock));
    let open = night.open.iter().map(|open| Row {
        cells: vec![
            open.target.clone(),
            format!("since {}", clock.at(open.since)),
        ],
        note: open.what.clone(),
    });
    let kept = night.kept_awake.iter().map(|kept| kept_row(kept, &clock));
    let billing = night.still_billing.iter().map(|billing| Row {
        cells: vec![billing.target.clone()],
        note: billing.note.clone(),
    });
    let slept = night.slept.iter().map(|slept| {
        plain_row(
            &slept.target,
            &slept.kind,
            clock.at(slept.at),
            format!("was {}", slept.from),
        )
    });
    let woke = night.woke.iter().map(|woke| {
        plain_row(
            &woke.target,
            &woke.kind,
            clock.at(woke.at),
            format!("is {}", woke.to),
        )
    });
    let contributed = night.contributions.iter().map(|contribution| {
        let rows = contribution.open.iter().map(|remark| Row {
            cells: vec![remark.about.clone(), remark.severity.as_str().to_owned()],
            note: remark.what.clone(),
        });
        section(&clip::line(&contribution.heading), rows.collect(), 0, false)
    });
    // What is open comes before what went well.
    let first = [
        section("Still failing", failing.collect(), 0, true),
        section("Open", open.collect(), 0, false),
    ];
    let last = [
        section(
            "Kept awake by a lease",
            kept.collect(),
            left.kept_awake,
            false,
        ),
        section(
            "Asleep and still billing",
            billing.collect(),
            left.still_billing,
            false,
        ),
        section(
            "Failed, then worked",
            recovered.collect(),
            left.recovered,
            false,
        ),
        section("Slept", slept.collect(), left.slept, false),
        section("Woke", woke.collect(), left.woke, false),
    ];
    first
        .into_iter()
        .chain(contributed)
        .chain(last)
        .filter(|section| !section.rows.is_empty() || section.omitted > 0)
        .collect()
}

fn section(name: &str, rows: Vec<Row>, omitted: usize, vital: bool) -> Section {
    Section {
        heading: format!("{name} ({})", rows.len() + omitted),
        rows,
        omitted,
        vital,
    }
}

fn plain_row(target: &str, kind: &str, at: String, what: String) -> Row {
    Row {
        cells: vec![target.to_owned(), kind.to_owned(), at, what],
        note: String::new(),
    }
}

fn failed_row(failed: &Failed, clock: &Clock) -> Row {
    let action = format!("{} failed", failed.verb());
    let mut row = plain_row(&failed.target, &failed.kind, clock.at(failed.at), action);
    row.note.clone_from(&failed.error);
    row
}

fn kept_row(kept: &KeptAwake, clock: &Clock) -> Row {
    let mut cells = vec![
        kept.target.clone(),
        format!("until {}", clock.at(kept.until)),
    ];
    if let Some(count) = kept.count {
        cells.push(format!("count {count}"));
    }
    let owner = kept.owner.as_ref().map(|owner| {
        let label = if kept.verified {
            "verified"
        } else {
            "unverified label"
        };
        format!("by {} ({label})", clip::line(owner))
    });
    let note = [owner, kept.reason.clone()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(": ");
    Row { cells, note }
}

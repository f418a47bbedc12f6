//! The sleepers: one line of time each, and how many were awake over the night.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::clock::{Clock, Tick};
use super::gaps;
use super::text::{Text, float, hours, money, pc, plural, put};
use super::timeline::{Became, Stretch, class, name, stretches};
use crate::night::{ClaimKind, Looked, Night, Sleeper, State, Worth};

/// Rows that are open to the eye; the rest can be unfolded.
const OPEN: usize = 20;

/// From how many sleepers on a curve tells more than their lines.
const CROWD: usize = 8;

/// Edges of the curve; a platform of thousands has more than a screen has points.
const EDGES: usize = 400;

struct Row<'a> {
    sleeper: &'a Sleeper,
    stretches: Vec<Stretch<'a>>,
    became: Became,
}

impl Row<'_> {
    /// Whether there is something to say of it beyond that it slept and woke.
    fn told(&self) -> bool {
        self.became.lease
            || self.became.hold
            || self.became.unknown
            || !self.sleeper.failures.is_empty()
            || self.sleeper.still_billing.is_some()
    }

    fn worth(&self) -> f64 {
        match self.sleeper.saved.as_ref().map(|saved| &saved.money) {
            Some(Worth::Money(money)) if money.amount.is_finite() => money.amount,
            _ => 0.0,
        }
    }
}

/// The section.
pub(super) fn section(night: &Night, clock: &Clock, out: &mut String) {
    out.push_str("<section aria-labelledby=\"sleepers\"><h2 id=\"sleepers\">Sleepers</h2>");
    match &night.sleepers {
        Looked::NotLookedAt(reason) => super::not_looked_at(reason, out),
        Looked::LookedAt(found) => {
            gaps(&found.gaps, out);
            if found.items.is_empty() {
                out.push_str("<p class=\"quiet\">No sleeper is known in these scopes.</p>");
            } else {
                lines(night, clock, &found.items, out);
            }
        }
    }
    out.push_str("</section>");
}

fn lines(night: &Night, clock: &Clock, sleepers: &[Sleeper], out: &mut String) {
    let mut rows: Vec<Row<'_>> = sleepers
        .iter()
        .map(|sleeper| {
            let stretches = stretches(sleeper, night);
            let became = Became::of(sleeper, &stretches);
            Row {
                sleeper,
                stretches,
                became,
            }
        })
        .collect();
    rows.sort_by(|a, b| {
        let rank = |row: &Row<'_>| (Reverse(row.became.failing), Reverse(row.told()));
        rank(a)
            .cmp(&rank(b))
            .then_with(|| b.worth().total_cmp(&a.worth()))
            .then_with(|| a.sleeper.target.cmp(&b.sleeper.target))
            .then_with(|| a.sleeper.account.cmp(&b.sleeper.account))
            .then_with(|| a.sleeper.region.cmp(&b.sleeper.region))
    });
    legend(&rows, out);
    if rows.len() >= CROWD {
        curve(&rows, clock, out);
    }
    let scopes: BTreeSet<(&str, &str)> = sleepers
        .iter()
        .map(|sleeper| (sleeper.account.as_str(), sleeper.region.as_str()))
        .collect();
    let several = scopes.len() > 1;
    let (open, rest) = rows.split_at(rows.len().min(OPEN));
    table("The night of each sleeper", open, several, clock, out);
    if !rest.is_empty() {
        let words = if rest.iter().any(Row::told) {
            plural(rest.len(), "more sleeper", "more sleepers")
        } else {
            format!(
                "{} without failure or claim",
                plural(rest.len(), "more sleeper", "more sleepers")
            )
        };
        put!(out, "<details><summary>{words}</summary>");
        table("The night of the other sleepers", rest, several, clock, out);
        out.push_str("</details>");
    }
}

fn legend(rows: &[Row<'_>], out: &mut String) {
    let states: BTreeSet<State> = rows
        .iter()
        .flat_map(|row| row.stretches.iter().map(|stretch| stretch.state))
        .collect();
    out.push_str("<ul class=\"legend\">");
    for state in states {
        put!(
            out,
            "<li><i class=\"{}\"></i>{}</li>",
            class(state),
            name(state)
        );
    }
    out.push_str("</ul>");
}

fn table(caption: &str, rows: &[Row<'_>], several: bool, clock: &Clock, out: &mut String) {
    put!(
        out,
        "<table class=\"gantt\"><caption class=\"sr\">{caption}</caption><thead><tr>\
         <th scope=\"col\">Sleeper</th><th scope=\"col\"><span class=\"sr\">Night</span>"
    );
    axis(clock, out);
    out.push_str("</th><th scope=\"col\" class=\"n\">Saved</th></tr></thead><tbody>");
    for row in rows {
        line(row, several, clock, out);
    }
    out.push_str("</tbody></table>");
}

/// One thin line per hour of the axis, drawn by each bar so that the eye finds its way down.
pub(super) fn grid(clock: &Clock, out: &mut String) {
    out.push_str("<svg class=\"defs\" aria-hidden=\"true\"><defs><g id=\"grid\">");
    for Tick { place, .. } in clock.ticks() {
        put!(out, "<line x1=\"{0}\" x2=\"{0}\" y2=\"100%\"/>", pc(place));
    }
    out.push_str("</g></defs></svg>");
}

/// The hours above the lines; screen readers get the times in words in each row.
pub(super) fn axis(clock: &Clock, out: &mut String) {
    out.push_str("<svg class=\"axis\" aria-hidden=\"true\">");
    for Tick { place, label, .. } in clock.ticks() {
        let anchor = if place < 0.03 {
            " class=\"l\""
        } else if place > 0.97 {
            " class=\"r\""
        } else {
            ""
        };
        put!(
            out,
            "<text x=\"{}\" y=\"11\"{anchor}>{label}</text>",
            pc(place)
        );
    }
    out.push_str("</svg>");
}

fn line(row: &Row<'_>, several: bool, clock: &Clock, out: &mut String) {
    let sleeper = row.sleeper;
    put!(
        out,
        "<tr><th scope=\"row\"><b class=\"k\">{}</b>",
        Text(&sleeper.target)
    );
    if row.became.failing {
        out.push_str(" <span class=\"tag critical\">failed</span>");
    }
    if row.became.lease {
        out.push_str(" <span class=\"tag notice\">lease</span>");
    }
    if row.became.hold {
        out.push_str(" <span class=\"tag info\">hold</span>");
    }
    if several {
        put!(
            out,
            "<small>{} {}</small>",
            Text(&sleeper.account),
            Text(&sleeper.region)
        );
    }
    if let Some(schedule) = &sleeper.schedule {
        put!(out, "<small>{}</small>", Text(schedule));
    }
    out.push_str("</th><td>");
    let said = words(&row.stretches, clock);
    bar(&row.stretches, &said, clock, out);
    put!(out, "<small>{said}</small>");
    notes(sleeper, clock, out);
    out.push_str("</td><td class=\"n\">");
    saved(sleeper, out);
    out.push_str("</td></tr>\n");
}

fn bar(stretches: &[Stretch<'_>], said: &str, clock: &Clock, out: &mut String) {
    put!(out, "<svg class=\"bar\" role=\"img\"><title>{said}</title>");
    for stretch in stretches {
        let (from, to) = (clock.place(stretch.from), clock.place(stretch.to));
        put!(
            out,
            "<rect class=\"{}\" x=\"{}\" width=\"{}\"",
            class(stretch.state),
            pc(from),
            pc(to - from)
        );
        match stretch.note {
            Some(note) => put!(out, "><title>{}</title></rect>", Text(note)),
            None => out.push_str("/>"),
        }
    }
    out.push_str("<use href=\"#grid\"/>");
    out.push_str("</svg>");
}

/// `awake to 20:00, asleep 20:05–07:45, awake from 07:52`.
fn words(stretches: &[Stretch<'_>], clock: &Clock) -> String {
    // A sleeper that changes more often than this is told by its bar and its notes.
    const MOST: usize = 8;
    // Changes as short as this are seen in the bar, and between the times.
    const SHORT: SignedDuration = SignedDuration::from_mins(20);
    let told: Vec<_> = stretches
        .iter()
        .filter(|one| one.state != State::Transition || one.to.duration_since(one.from) > SHORT)
        .collect();
    let (Some(first), Some(last)) = (stretches.first(), stretches.last()) else {
        return String::new();
    };
    let mut parts = Vec::new();
    for one in told.iter().take(MOST) {
        let state = name(one.state);
        let begins = one.from == first.from;
        let ends = one.to == last.to;
        parts.push(match (begins, ends) {
            (true, true) => format!("{state} all night"),
            (true, false) => format!("{state} to {}", clock.short(one.to)),
            (false, true) => format!("{state} from {}", clock.short(one.from)),
            (false, false) => format!("{state} {}–{}", clock.short(one.from), clock.short(one.to)),
        });
    }
    if told.len() > MOST {
        parts.push(plural(told.len() - MOST, "more change", "more changes"));
    }
    parts.join(", ")
}

fn notes(sleeper: &Sleeper, clock: &Clock, out: &mut String) {
    for failure in &sleeper.failures {
        let ending = if failure.still_failing {
            "still failing"
        } else {
            "worked later"
        };
        put!(
            out,
            "<p class=\"note {}\">{} failed at {}, {ending}: {}</p>",
            if failure.still_failing { "bad" } else { "fine" },
            Text(&failure.action),
            clock.short(failure.at),
            Text(&failure.error)
        );
    }
    for claim in &sleeper.claims {
        let kind = match claim.kind {
            ClaimKind::Lease => "Lease",
            ClaimKind::Hold => "Hold",
        };
        put!(out, "<p class=\"note\">{kind}");
        if let Some(count) = claim.count {
            put!(out, " of {count}");
        }
        match claim.until {
            Some(until) => put!(out, " until {}", clock.short(until)),
            None => out.push_str(" without end"),
        }
        if let Some(reason) = &claim.reason {
            put!(out, ": {}", Text(reason));
        }
        if let Some(owner) = &claim.owner {
            put!(out, " ({}, not verified)", Text(owner));
        }
        out.push_str("</p>");
    }
    if let Some(billing) = &sleeper.still_billing {
        put!(
            out,
            "<p class=\"note\">Still billing: {}</p>",
            Text(billing)
        );
    }
}

fn saved(sleeper: &Sleeper, out: &mut String) {
    let Some(saved) = &sleeper.saved else {
        out.push_str("<span class=\"quiet\">–<span class=\"sr\">nothing</span></span>");
        return;
    };
    match &saved.money {
        Worth::Money(worth) => put!(
            out,
            "<b>{}</b>",
            Text(&money(worth.amount, &worth.currency))
        ),
        Worth::PriceUnknown(reason) => put!(
            out,
            "<span class=\"quiet\">price unknown<span class=\"sr\">: {}</span></span>",
            Text(reason)
        ),
    }
    put!(out, "<small>{}</small>", hours(saved.instance_hours));
}

/// How many are awake over the night.
fn curve(rows: &[Row<'_>], clock: &Clock, out: &mut String) {
    let all = float(rows.len());
    let mut edges: BTreeSet<_> = rows
        .iter()
        .flat_map(|row| row.stretches.iter().map(|stretch| stretch.from))
        .collect();
    if edges.len() > EDGES {
        let every = edges.len().div_ceil(EDGES);
        edges = edges.into_iter().step_by(every).collect();
    }
    let count = |at: jiff::Timestamp, wanted: &[State]| {
        rows.iter()
            .filter(|row| {
                row.stretches.iter().any(|stretch| {
                    stretch.from <= at && at < stretch.to && wanted.contains(&stretch.state)
                })
            })
            .count()
    };
    let states = [
        (State::Awake, "a"),
        (State::Transition, "t"),
        (State::Failed, "f"),
        (State::Unknown, "u"),
    ];
    let steps: Vec<(f64, [usize; 4])> = edges
        .iter()
        .map(|at| {
            let mut above = [0; 4];
            for (slot, (state, _)) in above.iter_mut().zip(states) {
                *slot = count(*at, &[state]);
            }
            (clock.place(*at), above)
        })
        .collect();
    put!(
        out,
        "<figure class=\"curve\"><figcaption>How many of {} sleepers were awake</figcaption>\
         <svg role=\"img\" aria-labelledby=\"ct cd\"><title id=\"ct\">Sleepers awake over the night</title>",
        rows.len()
    );
    let first = steps.first().map_or(0, |(_, above)| above[0]);
    let least = steps.iter().map(|(_, above)| above[0]).min().unwrap_or(0);
    let end = steps.last().map_or(0, |(_, above)| above[0]);
    put!(
        out,
        "<desc id=\"cd\">{first} of {} were awake at the beginning, {least} at the quietest time, {end} at the end.</desc>",
        rows.len()
    );
    out.push_str(
        "<svg viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
    );
    out.push_str("<rect class=\"z\" width=\"1000\" height=\"1000\"/>");
    for layer in (0..states.len()).rev() {
        let Some((state, class)) = states.get(layer) else {
            continue;
        };
        if !rows
            .iter()
            .any(|row| row.stretches.iter().any(|stretch| stretch.state == *state))
        {
            continue;
        }
        put!(out, "<path class=\"{class}\" d=\"M0 1000");
        for (place, above) in &steps {
            let upto: usize = above.iter().take(layer + 1).sum();
            put!(
                out,
                "H{:.0}V{:.0}",
                place * 1000.0,
                1000.0 - float(upto) / all * 1000.0
            );
        }
        out.push_str("H1000V1000Z\"/>");
    }
    out.push_str("</svg></svg>");
    axis(clock, out);
    out.push_str("</figure>");
    counts(rows, clock, &count, out);
}

/// The same as figures, at the hours of the axis.
fn counts(
    rows: &[Row<'_>],
    clock: &Clock,
    count: &dyn Fn(jiff::Timestamp, &[State]) -> usize,
    out: &mut String,
) {
    out.push_str(
        "<details class=\"alt\"><summary>The same as a table</summary><div class=\"scroll\" role=\"group\" aria-label=\"Figures of the chart\" tabindex=\"0\"><table class=\"data\"><thead><tr><th scope=\"col\">Time</th>\
         <th scope=\"col\" class=\"n\">Awake</th><th scope=\"col\" class=\"n\">Asleep</th>\
         <th scope=\"col\" class=\"n\">Changing</th><th scope=\"col\" class=\"n\">Failed</th>\
         <th scope=\"col\" class=\"n\">Unknown</th></tr></thead><tbody>",
    );
    for Tick { at, .. } in clock.ticks() {
        // The night is half-open: at its end the last state still holds.
        let seen = rows
            .iter()
            .filter_map(|row| row.stretches.last())
            .all(|last| at >= last.to);
        let at_or_before = if seen {
            at.checked_sub(jiff::SignedDuration::from_secs(1))
                .unwrap_or(at)
        } else {
            at
        };
        put!(out, "<tr><th scope=\"row\">{}</th>", clock.short(at));
        for state in [
            State::Awake,
            State::Asleep,
            State::Transition,
            State::Failed,
            State::Unknown,
        ] {
            put!(
                out,
                "<td class=\"n\">{}</td>",
                count(at_or_before, &[state])
            );
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div></details>");
}

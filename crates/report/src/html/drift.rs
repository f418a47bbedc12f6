//! What differs from the Terraform state.

use std::collections::BTreeMap;

use serde_json::Value;

use super::figures::unexplained;
use super::text::{Text, float, pc, plural, put};
use crate::night::{Attribute, Class, Coverage, Drift, Finding, Looked, Night, Seen};

/// Findings that are open to the eye.
const OPEN: usize = 12;
/// Findings that are on the page at all; the document beside it has every one.
const MOST: usize = 200;
/// Rows of resources that were not compared, per reason.
const ROWS: usize = 50;

/// The section.
pub(super) fn section(night: &Night, out: &mut String) {
    out.push_str("<section aria-labelledby=\"drift\"><h2 id=\"drift\">Drift</h2>");
    match &night.drift {
        Looked::NotLookedAt(reason) => super::not_looked_at(reason, out),
        Looked::LookedAt(found) => {
            coverage(found, out);
            findings(found, out);
            explained(found, out);
            states(found, out);
        }
    }
    out.push_str("</section>");
}

const fn class(seen: Seen) -> &'static str {
    match seen {
        Seen::Compared => "c0",
        Seen::PartlyCompared => "c1",
        Seen::Unsupported => "c2",
        Seen::Denied => "c3",
        Seen::Throttled => "c4",
        Seen::Failed => "c5",
        Seen::Void => "c6",
        Seen::OutOfScope => "c7",
    }
}

fn coverage(drift: &Drift, out: &mut String) {
    let coverage = &drift.coverage;
    let of = coverage.of();
    if of == 0 {
        out.push_str(
            "<p class=\"lead\">No resource was there to compare: this says nothing about drift.</p>",
        );
    } else {
        put!(
            out,
            "<p class=\"lead\"><b>{} of {of}</b> resources in {} compared{}.</p>",
            coverage.compared,
            plural(drift.states.len(), "state", "states"),
            if coverage.holes() == 0 {
                ""
            } else {
                "; the others were not, or not wholly"
            }
        );
    }
    let classes: Vec<_> = coverage
        .classes()
        .into_iter()
        .filter(|(_, count, _)| *count > 0)
        .collect();
    let all: usize = classes.iter().map(|(_, count, _)| size(*count)).sum();
    if all > 0 {
        let said: Vec<String> = classes
            .iter()
            .map(|(_, count, name)| format!("{count} {name}"))
            .collect();
        put!(
            out,
            "<svg class=\"bar cover\" role=\"img\" aria-labelledby=\"vt vd\"><title id=\"vt\">Coverage of the scan</title>\
             <desc id=\"vd\">{}</desc>",
            said.join(", ")
        );
        let mut at = 0.0;
        for (seen, count, name) in &classes {
            let width = float(size(*count)) / float(all);
            put!(
                out,
                "<rect class=\"{}\" x=\"{}\" width=\"{}\"><title>{count} {name}</title></rect>",
                class(*seen),
                pc(at),
                pc(width)
            );
            at += width;
        }
        out.push_str("</svg><ul class=\"legend\">");
        for (seen, count, name) in &classes {
            put!(
                out,
                "<li><i class=\"{}\"></i>{count} {name}</li>",
                class(*seen)
            );
        }
        out.push_str("</ul>");
    }
    holes(coverage, out);
}

fn size(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// What was not compared, by class and reason.
fn holes(coverage: &Coverage, out: &mut String) {
    for listing in coverage.incomplete_listings.iter().take(ROWS) {
        put!(
            out,
            "<p class=\"gap\">This listing has holes, so there may be more unmanaged things: {}</p>",
            Text(listing)
        );
    }
    let details: Vec<_> = coverage
        .classes()
        .into_iter()
        .filter_map(|(seen, _, name)| coverage.details.get(&seen).map(|rows| (name, rows)))
        .filter(|(_, rows)| !rows.is_empty())
        .collect();
    if details.is_empty() {
        return;
    }
    out.push_str("<details><summary>What was not compared, and why</summary>");
    for (name, rows) in details {
        put!(out, "<h3>{}</h3><ul class=\"plain\">", capital(name));
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for row in rows {
            let of = if row.address.is_empty() {
                row.source.as_str()
            } else {
                row.address.as_str()
            };
            reasons.entry(&row.reason).or_default().push(of);
        }
        for (reason, mut of) in reasons {
            of.sort_unstable();
            put!(
                out,
                "<li>{} <small>({})</small><br>",
                Text(reason),
                plural(of.len(), "resource", "resources")
            );
            for (index, address) in of.iter().take(ROWS).enumerate() {
                let comma = if index == 0 { "" } else { ", " };
                put!(out, "{comma}<code>{}</code>", Text(address));
            }
            if of.len() > ROWS {
                put!(out, " and {} more", of.len() - ROWS);
            }
            out.push_str("</li>");
        }
        out.push_str("</ul>");
    }
    out.push_str("</details>");
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

fn findings(drift: &Drift, out: &mut String) {
    let all = unexplained(drift);
    if all.is_empty() {
        if drift.coverage.of() > 0 {
            out.push_str("<p class=\"quiet\">Nothing differs in what was compared.</p>");
        }
        return;
    }
    let (open, rest) = all.split_at(all.len().min(OPEN));
    for finding in open {
        article(finding, out);
    }
    if rest.is_empty() {
        return;
    }
    put!(
        out,
        "<details><summary>{}</summary>",
        plural(rest.len(), "more finding", "more findings")
    );
    for finding in rest.iter().take(MOST) {
        article(finding, out);
    }
    if rest.len() > MOST {
        put!(
            out,
            "<p class=\"gap\">{} more are in the document beside this page.</p>",
            rest.len() - MOST
        );
    }
    out.push_str("</details>");
}

const fn says(class: Class) -> &'static str {
    match class {
        Class::Changed => "changed",
        Class::Deleted => "deleted",
        Class::Unmanaged => "unmanaged",
        Class::Integrity => "state fault",
        Class::Conflict => "conflict",
    }
}

fn named(finding: &Finding) -> &str {
    finding
        .address
        .as_deref()
        .or(finding.id.as_deref())
        .unwrap_or("state")
}

fn article(finding: &Finding, out: &mut String) {
    let severity = finding.severity;
    put!(
        out,
        "<article class=\"{severity}\"><h3><span class=\"tag {severity}\">{severity}</span> \
         <span class=\"tag plain\">{}</span> <code>{}</code></h3>",
        says(finding.class),
        Text(named(finding))
    );
    if !finding.summary.is_empty() {
        put!(out, "<p>{}</p>", Text(&finding.summary));
    }
    let place: Vec<String> = [&finding.id, &finding.account, &finding.region]
        .into_iter()
        .flatten()
        .map(|part| Text(part).to_string())
        .collect();
    if !place.is_empty() {
        put!(out, "<p class=\"why\">{}</p>", place.join(" · "));
    }
    if let Some(who) = &finding.who {
        put!(out, "<p class=\"why\">{}</p>", Text(who));
    }
    attributes(&finding.attributes, out);
    if let Some(next) = &finding.next_step {
        put!(
            out,
            "<p class=\"why\">What can be done</p><pre tabindex=\"0\">{}</pre>",
            lines(next)
        );
    }
    out.push_str("</article>");
}

/// Lines stay lines; each is escaped.
fn lines(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        put!(out, "{:indent$}{}\n", "", Text(line));
    }
    out.trim_end().to_owned()
}

fn attributes(attributes: &[Attribute], out: &mut String) {
    if attributes.is_empty() {
        return;
    }
    out.push_str(
        "<table class=\"diff\"><thead><tr><th scope=\"col\">Attribute</th><th scope=\"col\">State</th>\
         <th scope=\"col\">Live</th></tr></thead><tbody>",
    );
    for attribute in attributes.iter().take(ROWS) {
        put!(
            out,
            "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td></tr>",
            Text(&attribute.path),
            value(&attribute.state),
            value(&attribute.live)
        );
    }
    out.push_str("</tbody></table>");
    if attributes.len() > ROWS {
        put!(
            out,
            "<p class=\"gap\">{} more attributes are in the document beside this page.</p>",
            attributes.len() - ROWS
        );
    }
}

fn value(value: &Value) -> String {
    match value {
        Value::Null => "<span class=\"quiet\">none</span>".to_owned(),
        Value::String(text) if text.is_empty() => {
            "<span class=\"quiet\">empty text</span>".to_owned()
        }
        Value::String(text) => format!("<code>{}</code>", Text(text)),
        other => format!("<code>{}</code>", Text(&other.to_string())),
    }
}

fn explained(drift: &Drift, out: &mut String) {
    let mut found: Vec<_> = drift
        .findings
        .iter()
        .filter_map(|finding| finding.explained.as_ref().map(|why| (finding, why)))
        .collect();
    found.sort_by_key(|(finding, why)| (why.by.clone(), named(finding).to_owned()));
    if !found.is_empty() {
        put!(
            out,
            "<details><summary>{} explained, and no cause for alarm</summary><ul class=\"plain\">",
            plural(found.len(), "difference is", "differences are")
        );
        for (finding, why) in found.iter().take(MOST) {
            put!(
                out,
                "<li><code>{}</code> by {}: {}</li>",
                Text(named(finding)),
                Text(&why.by),
                Text(&why.evidence)
            );
        }
        if found.len() > MOST {
            put!(out, "<li>and {} more</li>", found.len() - MOST);
        }
        out.push_str("</ul></details>");
    }
    if drift.suppressed > 0 {
        put!(
            out,
            "<p class=\"source\">{} kept quiet by suppressions.</p>",
            plural(size(drift.suppressed), "finding is", "findings are")
        );
    }
}

fn states(drift: &Drift, out: &mut String) {
    if drift.states.is_empty() {
        return;
    }
    out.push_str("<p class=\"source\">States:");
    for (index, state) in drift.states.iter().take(ROWS).enumerate() {
        let comma = if index == 0 { " " } else { ", " };
        put!(out, "{comma}{}", Text(&state.source));
        if let Some(serial) = state.serial {
            put!(out, " (serial {serial})");
        }
    }
    if drift.states.len() > ROWS {
        put!(out, " and {} more", drift.states.len() - ROWS);
    }
    out.push_str(".</p>");
}

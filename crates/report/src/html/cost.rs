//! What all costs, and what of it was not to be expected.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::clock::Clock;
use super::text::{Text, amount, day, money, pc, per_cent, plural, put, signed};
use super::{chart, gaps};
use crate::night::{AnomalyState, Cost, CostDay, Forecast, Incident, Looked, Night, Series};

/// Series beside the first that are drawn.
const SERIES: usize = 12;
/// Rows of a list.
const ROWS: usize = 40;
/// Parts of an incident.
const PARTS: usize = 10;

/// The section.
pub(super) fn section(night: &Night, clock: &Clock, out: &mut String) {
    out.push_str("<section aria-labelledby=\"cost\"><h2 id=\"cost\">Cost</h2>");
    match &night.cost {
        Looked::NotLookedAt(reason) => super::not_looked_at(reason, out),
        Looked::LookedAt(found) => {
            gaps(&found.gaps, out);
            first(found, out);
            incidents(found, out);
            anomalies(found, out);
            forecasts(found, out);
            others(found, out);
            put!(out, "<p class=\"source\">Source: {}", Text(&found.source));
            if let Some(at) = found.fetched_at {
                put!(out, ", fetched {}", clock.element(at));
            }
            out.push_str(".</p>");
        }
    }
    out.push_str("</section>");
}

/// The days of a series that are marked: the first day of each anomaly, and those up to its last that left their range.
fn marks(cost: &Cost, series: &Series) -> BTreeSet<Date> {
    let own = || cost.anomalies.iter().filter(|one| one.key == series.key);
    let outside = |day: &&CostDay| {
        let within = own().any(|one| (one.date..=one.last.unwrap_or(one.date)).contains(&day.date));
        let above = day.actual > day.high && day.high.is_some();
        let below = day.actual.is_some() && day.actual < day.low;
        within && (above || below)
    };
    own()
        .map(|one| one.date)
        .chain(series.days.iter().filter(outside).map(|day| day.date))
        .collect()
}

/// The first series; days on which any other left its range are marked on it, if it has no marks of its own.
fn first(cost: &Cost, out: &mut String) {
    let Some(series) = cost.series.first() else {
        out.push_str("<p class=\"quiet\">There is no daily cost in the document.</p>");
        return;
    };
    put!(
        out,
        "<h3>Daily cost, {}</h3><ul class=\"legend\"><li><i class=\"kl\"></i>actual</li><li><i class=\"ke\"></i>expected</li>\
         <li><i class=\"kr\"></i>expected range</li><li><i class=\"km\"></i>anomaly</li><li><i class=\"kh\"></i>not complete yet</li></ul>",
        Text(&series.key)
    );
    chart::cost(series, &marks(cost, series), &cost.currency, 0, out);
}

const fn state(state: AnomalyState) -> (&'static str, &'static str) {
    match state {
        AnomalyState::New => ("warning", "new"),
        AnomalyState::Ongoing => ("warning", "ongoing"),
        AnomalyState::Recovered => ("ok", "over"),
        AnomalyState::NewNormal => ("plain", "new normal"),
        AnomalyState::Accepted => ("plain", "accepted"),
    }
}

fn incidents(cost: &Cost, out: &mut String) {
    if cost.incidents.is_empty() {
        return;
    }
    out.push_str("<h3>Anomalies</h3>");
    let mut all: Vec<_> = cost.incidents.iter().collect();
    all.sort_by(|a, b| {
        b.state
            .is_open()
            .cmp(&a.state.is_open())
            .then_with(|| b.impact.abs().total_cmp(&a.impact.abs()))
            .then_with(|| a.key.cmp(&b.key))
    });
    for incident in all.iter().take(ROWS) {
        article(incident, &cost.currency, out);
    }
    if all.len() > ROWS {
        put!(
            out,
            "<p class=\"gap\">{} more are in the document beside this page.</p>",
            all.len() - ROWS
        );
    }
}

fn article(incident: &Incident, currency: &str, out: &mut String) {
    let (class, word) = state(incident.state);
    put!(
        out,
        "<article class=\"{class}\"><h4><span class=\"tag {class}\">{word}</span> <b class=\"k\">{}</b> {}</h4>",
        Text(&incident.key),
        Text(&signed(incident.impact, currency))
    );
    let days = match incident.until {
        Some(until) if until == incident.since => format!("On {}", day(incident.since)),
        Some(until) => format!("{} to {}", day(incident.since), day(until)),
        None => format!("Since {}", day(incident.since)),
    };
    put!(
        out,
        "<p>{days}: {} where {} was to be expected",
        Text(&money(incident.actual, currency)),
        amount(incident.expected)
    );
    if incident.expected > 0.0 {
        let change = incident.impact / incident.expected;
        if change.is_finite() {
            let plus = if change > 0.0 { "+" } else { "" };
            put!(out, " ({plus}{:.0} %)", change * 100.0);
        }
    }
    out.push_str(".</p>");
    if let Some(cause) = &incident.cause {
        put!(out, "<p>Likely cause: {}</p>", Text(cause));
    }
    if !incident.parts.is_empty() {
        let most = incident
            .parts
            .iter()
            .map(|part| part.impact.abs())
            .fold(0.0, f64::max);
        out.push_str(
            "<table class=\"bars\"><thead><tr><th scope=\"col\"><span class=\"sr\">Part</span></th><th scope=\"col\"><span class=\"sr\">Share</span></th>\
             <th scope=\"col\"><span class=\"sr\">Impact</span></th></tr></thead><tbody>",
        );
        for part in incident.parts.iter().take(PARTS) {
            let share = if most > 0.0 {
                part.impact.abs() / most
            } else {
                0.0
            };
            put!(
                out,
                "<tr><th scope=\"row\">{}</th><td><svg class=\"hbar\" aria-hidden=\"true\"><rect class=\"w\" width=\"{}\"/></svg></td>\
                 <td class=\"n\">{}</td></tr>",
                Text(&part.name),
                pc(share),
                Text(&signed(part.impact, currency))
            );
        }
        out.push_str("</tbody></table>");
        if incident.parts.len() > PARTS {
            put!(
                out,
                "<p class=\"why\">and {} smaller parts</p>",
                incident.parts.len() - PARTS
            );
        }
    }
    out.push_str("</article>");
}

/// Days outside their range, one by one.
fn anomalies(cost: &Cost, out: &mut String) {
    let mut all: Vec<_> = cost.anomalies.iter().collect();
    if all.is_empty() {
        if cost.incidents.is_empty() && cost.series.iter().any(|series| !series.days.is_empty()) {
            out.push_str("<p class=\"quiet\">No day was outside its expected range.</p>");
        }
        return;
    }
    all.sort_by(|a, b| b.date.cmp(&a.date).then_with(|| a.key.cmp(&b.key)));
    put!(
        out,
        "<details{}><summary>{} in all</summary>",
        // Where no incident sums them up, they are all there is to see.
        if cost.incidents.is_empty() {
            " open"
        } else {
            ""
        },
        plural(all.len(), "anomaly", "anomalies")
    );
    out.push_str(
        "<div class=\"scroll\" role=\"group\" aria-label=\"Days outside the expected range\" tabindex=\"0\"><table class=\"data\"><thead><tr><th scope=\"col\">Day</th><th scope=\"col\">What</th>\
         <th scope=\"col\" class=\"n\">First day</th><th scope=\"col\" class=\"n\">Expected</th><th scope=\"col\" class=\"n\">Impact</th><th scope=\"col\">State</th></tr></thead><tbody>",
    );
    for anomaly in all.iter().take(ROWS) {
        let to = anomaly
            .last
            .filter(|last| *last > anomaly.date)
            .map(|last| format!(" to {}", day(last)))
            .unwrap_or_default();
        let impact = anomaly.impact.map_or("–".to_owned(), amount);
        put!(
            out,
            "<tr><th scope=\"row\">{}{to}</th><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{impact}</td><td>{}</td></tr>",
            day(anomaly.date),
            Text(&anomaly.key),
            amount(anomaly.actual),
            amount(anomaly.expected),
            state(anomaly.state).1
        );
    }
    out.push_str("</tbody></table></div>");
    if all.len() > ROWS {
        put!(
            out,
            "<p class=\"gap\">{} more are in the document beside this page.</p>",
            all.len() - ROWS
        );
    }
    out.push_str("</details>");
}

fn forecasts(cost: &Cost, out: &mut String) {
    if cost.forecast.is_empty() {
        return;
    }
    out.push_str("<h3>End of the month</h3>");
    for (id, forecast) in cost.forecast.iter().take(ROWS).enumerate() {
        one(forecast, &cost.currency, id, out);
    }
    if cost.forecast.len() > ROWS {
        put!(
            out,
            "<p class=\"gap\">{} more are in the document beside this page.</p>",
            cost.forecast.len() - ROWS
        );
    }
}

/// `November 2026`; what is no month is shown as it is.
fn month(text: &str) -> String {
    format!("{text}-01").parse::<Date>().map_or_else(
        |_| Text(text).to_string(),
        |first| first.strftime("%B %Y").to_string(),
    )
}

/// One forecast: words, and a bar with the range, its middle, what was spent and the budget.
fn one(forecast: &Forecast, currency: &str, id: usize, out: &mut String) {
    let said = format!(
        "{}, eight times in ten between {} and {}",
        Text(&money(forecast.p50, currency)),
        amount(forecast.p10),
        amount(forecast.p90)
    );
    put!(
        out,
        "<div class=\"forecast\"><p><b class=\"k\">{}</b> in {}: {said}.",
        Text(&forecast.key),
        month(&forecast.month)
    );
    if let Some(to_date) = forecast.to_date {
        put!(out, " {} so far.", amount(to_date));
    }
    if let Some(budget) = forecast.budget {
        put!(out, " Budget {}", amount(budget));
        if let Some(probability) = forecast.breach_probability {
            put!(
                out,
                ", passed with a probability of {}",
                per_cent(probability)
            );
        }
        out.push('.');
    }
    out.push_str("</p>");
    let most = [
        Some(forecast.p90),
        forecast.budget,
        forecast.to_date,
        Some(forecast.p50),
    ]
    .into_iter()
    .flatten()
    .filter(|value| value.is_finite())
    .fold(0.0, f64::max)
        * 1.06;
    if most > 0.0 {
        let place = |value: f64| pc((value / most).clamp(0.0, 1.0));
        put!(
            out,
            "<svg class=\"fore\" role=\"img\" aria-labelledby=\"f{id}t f{id}d\"><title id=\"f{id}t\">Forecast of {} for {}</title>\
             <desc id=\"f{id}d\">{said}</desc><rect class=\"back\" width=\"100%\" y=\"8\" height=\"10\"/>",
            Text(&forecast.key),
            month(&forecast.month)
        );
        if let Some(to_date) = forecast.to_date {
            put!(
                out,
                "<rect class=\"s\" width=\"{}\" y=\"8\" height=\"10\"/>",
                place(to_date)
            );
        }
        put!(
            out,
            "<rect class=\"r\" x=\"{}\" width=\"{}\" y=\"5\" height=\"16\"/><line class=\"mid\" x1=\"{2}\" x2=\"{2}\" y1=\"3\" y2=\"23\"/>",
            place(forecast.p10),
            place((forecast.p90 - forecast.p10).max(0.0)),
            place(forecast.p50)
        );
        if let Some(budget) = forecast.budget {
            put!(
                out,
                "<line class=\"limit\" x1=\"{0}\" x2=\"{0}\" y1=\"0\" y2=\"26\"/>",
                place(budget)
            );
        }
        out.push_str("</svg><ul class=\"legend\">");
        if forecast.to_date.is_some() {
            out.push_str("<li><i class=\"ks\"></i>so far</li>");
        }
        out.push_str("<li><i class=\"kr\"></i>range</li><li><i class=\"kd\"></i>middle</li>");
        if forecast.budget.is_some() {
            out.push_str("<li><i class=\"kb\"></i>budget</li>");
        }
        out.push_str("</ul>");
    }
    out.push_str("</div>");
}

fn others(cost: &Cost, out: &mut String) {
    let rest = cost.series.get(1..).unwrap_or_default();
    if rest.is_empty() {
        return;
    }
    put!(
        out,
        "<details><summary>{}</summary>",
        plural(
            rest.len(),
            "more series of daily cost",
            "more series of daily cost"
        )
    );
    for (index, series) in rest.iter().take(SERIES).enumerate() {
        put!(out, "<h3>{}</h3>", Text(&series.key));
        chart::cost(series, &marks(cost, series), &cost.currency, index + 1, out);
    }
    if rest.len() > SERIES {
        put!(
            out,
            "<p class=\"gap\">{} more are in the document beside this page.</p>",
            rest.len() - SERIES
        );
    }
    out.push_str("</details>");
}

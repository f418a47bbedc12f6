//! The line of daily cost: actual, expected, the range, and marks where it left it.
//!
//! Lines are stretched with the page; text and marks are placed by per cent, so that they keep their shape.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::text::{Text, amount, day, float, money, pc, put};
use crate::night::{CostDay, Series};

/// Days that are drawn: the last ones.
const MOST: usize = 90;

/// Days of a series in order, one per date, at most the last 90.
pub(super) fn days(series: &Series) -> Vec<&CostDay> {
    let mut days: Vec<_> = series.days.iter().collect();
    days.sort_by_key(|day| day.date);
    days.dedup_by_key(|day| day.date);
    let skip = days.len().saturating_sub(MOST);
    days.split_off(skip)
}

struct Scale {
    n: f64,
    low: f64,
    high: f64,
    step: f64,
}

impl Scale {
    fn of(days: &[&CostDay]) -> Self {
        let values = days
            .iter()
            .flat_map(|day| [day.actual, day.expected, day.low, day.high])
            .flatten()
            .filter(|value| value.is_finite());
        let (mut low, mut high) = (0.0_f64, 0.0_f64);
        for value in values {
            low = low.min(value);
            high = high.max(value);
        }
        let span = if high - low > 0.0 { high - low } else { 1.0 };
        // 1, 2 or 5 times a power of ten, for about four lines.
        let rough = span / 4.0;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .map(|times| times * power)
            .find(|step| *step >= rough)
            .unwrap_or(rough);
        Self {
            n: float(days.len()).max(1.0),
            low: (low / step).floor() * step,
            high: (high / step).ceil().max(1.0) * step,
            step,
        }
    }

    fn x(&self, index: usize) -> f64 {
        (float(index) + 0.5) / self.n
    }

    fn y(&self, value: f64) -> f64 {
        (self.high - value) / (self.high - self.low)
    }
}

/// The figure, with the same as a table beneath. `id` sets it apart from other charts of the page.
pub(super) fn cost(
    series: &Series,
    marks: &BTreeSet<Date>,
    currency: &str,
    id: usize,
    out: &mut String,
) {
    let days = days(series);
    let known: Vec<_> = days.iter().filter_map(|day| day.actual).collect();
    if known.is_empty() {
        out.push_str("<p class=\"quiet\">No day of it is known.</p>");
        return;
    }
    let scale = Scale::of(&days);
    put!(
        out,
        "<figure class=\"cost\"><svg class=\"plot\" role=\"img\" aria-labelledby=\"k{id}t k{id}d\">\
         <title id=\"k{id}t\">Daily cost of {} in {}</title><desc id=\"k{id}d\">{}</desc>",
        Text(&series.key),
        Text(currency),
        told(&days, marks, currency)
    );
    rules(&scale, out);
    out.push_str(
        "<svg viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
    );
    band(&days, &scale, out);
    line(&days, &scale, "e", |day| day.expected, out);
    // A day that AWS may still add to is no drop.
    let settled = |day: &CostDay| day.actual.filter(|_| !day.incomplete);
    line(&days, &scale, "l", settled, out);
    out.push_str("</svg>");
    dots(&days, marks, &scale, currency, out);
    out.push_str("</svg>");
    dates(&days, &scale, out);
    out.push_str("</figure>");
    table(&days, marks, currency, out);
}

fn told(days: &[&CostDay], marks: &BTreeSet<Date>, currency: &str) -> String {
    let ends = [days.first(), days.last()]
        .into_iter()
        .flatten()
        .map(|one| day(one.date))
        .collect::<Vec<_>>()
        .join(" to ");
    let known = || days.iter().filter_map(|day| day.actual);
    let low = known().fold(f64::INFINITY, f64::min);
    let high = known().fold(f64::NEG_INFINITY, f64::max);
    let marked = days.iter().filter(|day| marks.contains(&day.date)).count();
    format!(
        "{ends}; between {} and {} a day; {} outside the expected range.",
        amount(low),
        Text(&money(high, currency)),
        if marked == 1 {
            "1 day".to_owned()
        } else {
            format!("{marked} days")
        }
    )
}

/// Thin lines at round amounts, with their labels above them.
fn rules(scale: &Scale, out: &mut String) {
    let mut value = scale.low;
    for _ in 0..12 {
        if value > scale.high + scale.step / 2.0 {
            break;
        }
        let y = pc(scale.y(value));
        put!(
            out,
            "<line class=\"rule\" x2=\"100%\" y1=\"{y}\" y2=\"{y}\"/>"
        );
        if value < scale.high {
            let label = amount(value);
            let label = if scale.step >= 1.0 {
                label.trim_end_matches(".00")
            } else {
                &label
            };
            put!(out, "<text x=\"0\" y=\"{y}\" dy=\"-4\">{label}</text>");
        }
        value += scale.step;
    }
}

fn point(scale: &Scale, index: usize, value: f64) -> String {
    format!(
        "{:.0} {:.0}",
        scale.x(index) * 1000.0,
        scale.y(value) * 1000.0
    )
}

/// The range of what would be no surprise, in pieces where it is not known.
fn band(days: &[&CostDay], scale: &Scale, out: &mut String) {
    let mut piece: Vec<(usize, f64, f64)> = Vec::new();
    let mut path = String::new();
    let mut close = |piece: &mut Vec<(usize, f64, f64)>| {
        if piece.len() > 1 {
            let there = piece.iter().map(|(at, _, high)| point(scale, *at, *high));
            let back = piece
                .iter()
                .rev()
                .map(|(at, low, _)| point(scale, *at, *low));
            let points: Vec<String> = there.chain(back).collect();
            put!(path, "M{}Z", points.join("L"));
        }
        piece.clear();
    };
    for (index, day) in days.iter().enumerate() {
        match (day.low, day.high) {
            (Some(low), Some(high)) if low.is_finite() && high.is_finite() => {
                piece.push((index, low, high));
            }
            _ => close(&mut piece),
        }
    }
    close(&mut piece);
    if !path.is_empty() {
        put!(out, "<path class=\"r\" d=\"{path}\"/>");
    }
}

/// A line that stops where a day is missing.
fn line(
    days: &[&CostDay],
    scale: &Scale,
    class: &str,
    of: fn(&CostDay) -> Option<f64>,
    out: &mut String,
) {
    let mut path = String::new();
    let mut begun = false;
    for (index, day) in days.iter().enumerate() {
        match of(day).filter(|value| value.is_finite()) {
            Some(value) => {
                put!(
                    path,
                    "{}{}",
                    if begun { 'L' } else { 'M' },
                    point(scale, index, value)
                );
                begun = true;
            }
            None => begun = false,
        }
    }
    if !path.is_empty() {
        put!(out, "<path class=\"{class}\" d=\"{path}\"/>");
    }
}

/// Anomalies as filled marks, days that AWS may still add to as hollow ones.
fn dots(
    days: &[&CostDay],
    marks: &BTreeSet<Date>,
    scale: &Scale,
    currency: &str,
    out: &mut String,
) {
    for (index, one) in days.iter().enumerate() {
        let Some(actual) = one.actual.filter(|value| value.is_finite()) else {
            continue;
        };
        let marked = marks.contains(&one.date);
        if !marked && !one.incomplete {
            continue;
        }
        let note = if marked {
            "outside the expected range"
        } else {
            "not complete yet"
        };
        put!(
            out,
            "<circle class=\"{}\" cx=\"{}\" cy=\"{}\" r=\"5\"><title>{}: {}, {note}</title></circle>",
            if marked { "m" } else { "h" },
            pc(scale.x(index)),
            pc(scale.y(actual)),
            day(one.date),
            Text(&money(actual, currency))
        );
    }
}

fn dates(days: &[&CostDay], scale: &Scale, out: &mut String) {
    out.push_str("<svg class=\"axis\" aria-hidden=\"true\">");
    let last = days.len().saturating_sub(1);
    // Five labels have room on a phone.
    let every = days.len().div_ceil(5).max(1);
    for (index, one) in days.iter().enumerate() {
        // Counted from the end, which is what a reader looks for.
        if !(last - index).is_multiple_of(every) {
            continue;
        }
        let anchor = if index == last && days.len() > 1 {
            " class=\"r\""
        } else {
            ""
        };
        let place = if index == last && days.len() > 1 {
            1.0
        } else {
            scale.x(index)
        };
        if place < 0.06 {
            continue;
        }
        put!(
            out,
            "<text x=\"{}\" y=\"11\"{anchor}>{}</text>",
            pc(place),
            one.date.strftime("%-d %b")
        );
    }
    out.push_str("</svg>");
}

fn table(days: &[&CostDay], marks: &BTreeSet<Date>, currency: &str, out: &mut String) {
    put!(
        out,
        "<details class=\"alt\"><summary>The same as a table</summary><div class=\"scroll\" role=\"group\" aria-label=\"Figures of the chart\" tabindex=\"0\"><table class=\"data\"><caption class=\"sr\">Daily cost in {}</caption>\
         <thead><tr><th scope=\"col\">Day</th><th scope=\"col\" class=\"n\">Actual</th>\
         <th scope=\"col\" class=\"n\">Expected</th><th scope=\"col\" class=\"n\">Range</th><th scope=\"col\">Note</th></tr></thead><tbody>",
        Text(currency)
    );
    let shown = |value: Option<f64>| value.map_or("–".to_owned(), amount);
    for one in days.iter().rev() {
        let range = match (one.low, one.high) {
            (Some(low), Some(high)) => format!("{} to {}", amount(low), amount(high)),
            _ => "–".to_owned(),
        };
        let note = match (marks.contains(&one.date), one.incomplete, one.actual) {
            (true, ..) => "anomaly",
            (_, true, _) => "not complete yet",
            (_, _, None) => "not known",
            _ => "",
        };
        put!(
            out,
            "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{range}</td><td>{note}</td></tr>",
            day(one.date),
            shown(one.actual),
            shown(one.expected)
        );
    }
    out.push_str("</tbody></table></div></details>");
}

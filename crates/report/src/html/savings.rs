//! What the night saved.

use super::figures;
use super::gaps;
use super::text::{Text, amount, day, float, hours, money, pc, plural, put};
use crate::night::{Looked, Money, Night, Savings, Worth};

/// Bars that are drawn; the rest is one bar.
const MOST: usize = 10;

/// The section.
pub(super) fn section(night: &Night, out: &mut String) {
    out.push_str("<section aria-labelledby=\"saved\"><h2 id=\"saved\">Saved</h2>");
    match &night.savings {
        Looked::NotLookedAt(reason) => super::not_looked_at(reason, out),
        Looked::LookedAt(found) => {
            gaps(&found.gaps, out);
            total(found, out);
            bars(night, found, out);
            history(night, found, out);
            sources(found, out);
        }
    }
    out.push_str("</section>");
}

fn total(savings: &Savings, out: &mut String) {
    let hours = hours(savings.instance_hours);
    if let Some(said) = figures::saved(savings) {
        put!(
            out,
            "<p class=\"lead\"><b>{said}</b> and {hours} of instances that did not run.</p>"
        );
    } else if savings.instance_hours > 0.0 {
        put!(
            out,
            "<p class=\"lead\"><b>{hours}</b> of instances that did not run; none of it has a price.</p>"
        );
    } else {
        out.push_str("<p class=\"quiet\">Nothing was saved.</p>");
    }
}

/// The sleepers that saved most, in the currency of the total.
fn bars(night: &Night, savings: &Savings, out: &mut String) {
    let Some(currency) = savings.total.first().map(|total| total.currency.as_str()) else {
        return;
    };
    let mut rows: Vec<(&str, f64)> = night
        .sleepers
        .found()
        .map_or(&[][..], |found| &found.items)
        .iter()
        .filter_map(|sleeper| match &sleeper.saved.as_ref()?.money {
            Worth::Money(Money {
                amount,
                currency: own,
            }) if own == currency && amount.is_finite() && *amount > 0.0 => {
                Some((sleeper.target.as_str(), *amount))
            }
            _ => None,
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    rows.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let rest = rows.split_off(rows.len().min(MOST));
    let others = plural(rest.len(), "other", "others");
    let sum: f64 = rest.iter().map(|(_, amount)| amount).sum();
    if !rest.is_empty() {
        rows.push((&others, sum));
    }
    let most = rows.iter().map(|(_, amount)| *amount).fold(0.0, f64::max);
    out.push_str(
        "<table class=\"bars\"><caption>By sleeper</caption><thead><tr><th scope=\"col\"><span class=\"sr\">Sleeper</span></th>\
         <th scope=\"col\"><span class=\"sr\">Share</span></th><th scope=\"col\"><span class=\"sr\">Saved</span></th></tr></thead><tbody>",
    );
    for (name, saved) in rows {
        put!(
            out,
            "<tr><th scope=\"row\">{}</th><td><svg class=\"hbar\" aria-hidden=\"true\"><rect class=\"s\" width=\"{}\"/></svg></td>\
             <td class=\"n\">{}</td></tr>",
            Text(name),
            pc(saved / most),
            Text(&money(saved, currency))
        );
    }
    out.push_str("</tbody></table>");
}

/// The nights before, as columns, with this one as the last.
fn history(night: &Night, savings: &Savings, out: &mut String) {
    let Some(total) = savings.total.first() else {
        return;
    };
    if savings.history.is_empty() {
        return;
    }
    let zone = jiff::tz::TimeZone::get(&night.zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let tonight = night.from.to_zoned(zone).date();
    let mut days: Vec<_> = savings
        .history
        .iter()
        .filter(|one| one.amount.is_finite() && one.date < tonight)
        .map(|one| (one.date, one.amount))
        .collect();
    days.sort_by_key(|(date, _)| *date);
    days.push((tonight, total.amount));
    let most = days.iter().map(|(_, amount)| *amount).fold(0.0, f64::max);
    let sum: f64 = days.iter().map(|(_, amount)| amount.max(0.0)).sum();
    let n = float(days.len());
    let currency = total.currency.as_str();
    put!(
        out,
        "<figure class=\"columns\"><figcaption>{}: {}</figcaption><svg role=\"img\" aria-labelledby=\"ht hd\">\
         <title id=\"ht\">Saved per night</title><desc id=\"hd\">Between {} and {} per night; this night is the last column.</desc>",
        plural(days.len(), "night", "nights"),
        Text(&money(sum, currency)),
        amount(
            days.iter()
                .map(|(_, amount)| *amount)
                .fold(f64::INFINITY, f64::min)
        ),
        Text(&money(most, currency)),
    );
    for (index, (date, saved)) in days.iter().enumerate() {
        let high = if most > 0.0 {
            saved.max(0.0) / most
        } else {
            0.0
        };
        put!(
            out,
            "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"><title>{}: {}</title></rect>",
            if *date == tonight { "s" } else { "p" },
            pc((float(index) + 0.14) / n),
            pc(1.0 - high),
            pc(0.72 / n),
            pc(high),
            day(*date),
            Text(&money(*saved, currency))
        );
    }
    put!(
        out,
        "</svg><svg class=\"axis\" aria-hidden=\"true\"><text x=\"0\" y=\"11\" class=\"l\">{}</text>\
         <text x=\"100%\" y=\"11\" class=\"r\">{}</text></svg></figure>",
        days.first().map(|(date, _)| day(*date)).unwrap_or_default(),
        day(tonight)
    );
    put!(
        out,
        "<details class=\"alt\"><summary>The same as a table</summary><div class=\"scroll\" role=\"group\" aria-label=\"Figures of the chart\" tabindex=\"0\"><table class=\"data\"><thead><tr><th scope=\"col\">Night of</th>\
         <th scope=\"col\" class=\"n\">{}</th></tr></thead><tbody>",
        Text(currency)
    );
    for (date, saved) in &days {
        put!(
            out,
            "<tr><th scope=\"row\">{}</th><td class=\"n\">{}</td></tr>",
            day(*date),
            amount(*saved)
        );
    }
    out.push_str("</tbody></table></div></details>");
}

fn sources(savings: &Savings, out: &mut String) {
    if !savings.without_price.is_empty() {
        out.push_str("<h3>Without a price, and in no total</h3><ul class=\"plain\">");
        for one in &savings.without_price {
            put!(
                out,
                "<li><b class=\"k\">{}</b> {}: {}</li>",
                Text(&one.what),
                hours(one.instance_hours),
                Text(&one.reason)
            );
        }
        out.push_str("</ul>");
    }
    for price in &savings.prices {
        put!(
            out,
            "<p class=\"source\">Prices: {}, as of {}.</p>",
            Text(&price.source),
            price.date
        );
    }
    if savings.prices.is_empty() && !savings.total.is_empty() {
        out.push_str(
            "<p class=\"source\">The document does not say where the prices come from.</p>",
        );
    }
}

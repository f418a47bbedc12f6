//! Incidents and forecasts as alerts, with a chart made of text.

use afterhours_core::alert::{Envelope, Kind, Scope, Severity};
use jiff::Timestamp;
use serde_json::json;

use crate::day::Day;
use crate::detect::Anomaly;
use crate::forecast::Forecast;
use crate::incident::{Notice, Why};
use crate::num::round4;
use crate::parts::Part;

/// Parts named in an alert, at most.
const PARTS: usize = 5;
/// The probability from which a budget is told of.
const LIKELY: f64 = 0.5;

/// The alert of a notice. Its fingerprint is that of the incident, so that all that is said of one is one thread.
///
/// `currency` is the code of the amounts, such as `USD`; none where it is not known.
pub fn of_notice(
    notice: &Notice,
    scope: &Scope,
    currency: Option<&str>,
    at: Timestamp,
) -> Envelope {
    let incident = &notice.incident;
    let amount = |value: f64| money(value, currency);
    let leading = notice.leading();
    let percent = leading
        .and_then(|one| one.impact_percent)
        .map(|percent| format!(", {percent:+.0} %"))
        .unwrap_or_default();
    let extra = amount(incident.excess);
    let key = &incident.key;
    let title = match notice.why {
        Why::New if notice.is_new_spend() => format!("New spend: {key} cost {extra}"),
        Why::New => format!("{key} cost {extra} more than expected{percent}"),
        Why::Doubled => format!("{key} costs ever more: {extra} more than expected{percent}"),
        Why::Reminder => format!("{key} still costs more than expected: {extra} so far"),
        Why::Recovered => format!("{key} is back to its usual cost, after {extra} more"),
        Why::NewNormal => format!("{key} stays at its higher cost, which counts as usual now"),
    };
    let severity = match notice.why {
        Why::Recovered => Severity::Info,
        Why::NewNormal | Why::Reminder => Severity::Notice,
        Why::New | Why::Doubled => Severity::Warning,
    };
    let mut builder = Envelope::builder(Kind::Budget, severity, scope)
        .title(&title)
        .summary(&summary(notice, currency))
        .cause(["cost-anomaly", notice.id.as_str()])
        .field("Since", &incident.since.to_string())
        .field("Impact", &format!("{extra}{percent}"));
    if let Some(one) = leading {
        let plus = if one.provisional {
            " (may still grow)"
        } else {
            ""
        };
        builder = builder
            .field(&format!("Cost on {}", one.date), &amount(one.actual))
            .field(
                "Expected",
                &format!(
                    "{} ({} to {}){plus}",
                    amount(one.expected),
                    amount(one.low),
                    amount(one.high)
                ),
            )
            .field("Score", &format!("{:.1}", one.score))
            .field(&days_label(one), &sparkline(&one.history));
    }
    let parts = parts_of(notice);
    if !parts.is_empty() {
        let lines: Vec<String> = parts
            .iter()
            .take(PARTS)
            .map(|part| format!("{} {}", signed(part.excess, currency), part.key))
            .collect();
        builder = builder.field("Made up of", &lines.join("\n"));
    }
    builder
        .details(json!({
            "incident": notice.id,
            "status": incident.status,
            "keys": incident.keys,
            "since": incident.since,
            "last": incident.last,
            "impact": round4(incident.excess),
            "currency": currency,
            "anomalies": notice.anomalies,
        }))
        .build(at)
}

/// The alert of a budget that is more likely passed than not; `None` where it is not. One thread per budget and month.
pub fn of_forecast(
    forecast: &Forecast,
    scope: &Scope,
    currency: Option<&str>,
    at: Timestamp,
) -> Option<Envelope> {
    let budget = forecast.budget?;
    let probability = forecast.breach_probability?;
    if probability < LIKELY {
        return None;
    }
    let amount = |value: f64| money(value, currency);
    let passed = forecast.to_date > budget;
    let (severity, title) = if passed {
        let title = format!(
            "{} has passed its budget of {} for {}",
            forecast.key,
            amount(budget),
            forecast.month
        );
        (Severity::Critical, title)
    } else {
        let title = format!(
            "{} will pass its budget of {} for {}, probability {:.0} %",
            forecast.key,
            amount(budget),
            forecast.month,
            100.0 * probability
        );
        (Severity::Warning, title)
    };
    let crossing = forecast
        .crossing
        .map(|day| format!("\nThe budget is expected to be passed on {day}."))
        .unwrap_or_default();
    let summary = format!(
        "Of complete days of {} there is {} on the bill.{crossing}",
        forecast.month,
        amount(forecast.to_date)
    );
    Some(
        Envelope::builder(Kind::Budget, severity, scope)
            .title(&title)
            .summary(&summary)
            .cause(["budget", &forecast.key, &forecast.month])
            .field("Budget", &amount(budget))
            .field(
                "Month's end",
                &format!(
                    "{} ({} to {})",
                    amount(forecast.p50),
                    amount(forecast.p10),
                    amount(forecast.p90)
                ),
            )
            .field("Probability", &format!("{:.0} %", 100.0 * probability))
            .details(json!({ "forecast": forecast, "currency": currency }))
            .build(at),
    )
}

fn summary(notice: &Notice, currency: Option<&str>) -> String {
    let incident = &notice.incident;
    let days = incident.last.since(incident.since) + 1;
    let mut text = match notice.why {
        Why::Recovered => format!("It lasted from {} to {}.", incident.since, incident.last),
        Why::NewNormal => format!(
            "It has lasted for {days} days. From now on the higher cost is what is expected."
        ),
        Why::Reminder => format!("It has lasted since {}.", incident.since),
        Why::Doubled => format!(
            "Per day it has at least doubled since it was last told of; it began on {}.",
            incident.since
        ),
        Why::New if notice.is_new_spend() => {
            "There is too little history to say what is usual; it is judged by the amount."
                .to_owned()
        }
        Why::New => String::new(),
    };
    if let Some(part) = parts_of(notice).first()
        && part.excess > 0.0
        && incident.excess > 0.0
    {
        let share = 100.0 * part.excess / incident.excess;
        if !text.is_empty() {
            text.push('\n');
        }
        let amount = money(part.excess, currency);
        text = format!(
            "{text}Most of it: {} with {amount} ({share:.0} %).",
            part.key
        );
    }
    text
}

/// The split of the anomaly with the largest impact that has one.
fn parts_of(notice: &Notice) -> &[Part] {
    notice
        .anomalies
        .iter()
        .map(|one| one.parts.as_slice())
        .find(|parts| !parts.is_empty())
        .unwrap_or_default()
}

fn days_label(one: &Anomaly) -> String {
    let days = i32::try_from(one.history.len()).unwrap_or(1);
    let first: Day = one.last.plus(1 - days);
    format!("{first} to {}", one.last)
}

/// An amount with two digits and thousands apart: `USD 1,234.50`, or without the code where it is not known.
pub fn money(value: f64, currency: Option<&str>) -> String {
    let cents = format!("{:.2}", value.abs());
    let (whole, rest) = cents.split_once('.').unwrap_or((&cents, "00"));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if value < 0.0 && cents != "0.00" {
        "-"
    } else {
        ""
    };
    match currency {
        Some(code) => format!("{code} {sign}{grouped}.{rest}"),
        None => format!("{sign}{grouped}.{rest}"),
    }
}

fn signed(value: f64, currency: Option<&str>) -> String {
    let text = money(value, currency);
    if value < 0.0 {
        text
    } else {
        format!("+{text}")
    }
}

/// A chart of one line, a character per day from nothing to the largest; a missing day is a middle dot.
pub fn sparkline(values: &[Option<f64>]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = values.iter().flatten().copied().fold(0.0, f64::max);
    values
        .iter()
        .map(|value| match value {
            None => '·',
            Some(_) if most <= 0.0 => '▁',
            Some(value) => {
                let place = crate::num::index((value / most * 7.0).round());
                BARS.get(place).copied().unwrap_or('█')
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_well() {
        assert_eq!(money(1_234_567.891, Some("USD")), "USD 1,234,567.89");
        assert_eq!(money(-0.001, None), "0.00");
        assert_eq!(money(-1234.5, Some("EUR")), "EUR -1,234.50");
        assert_eq!(money(999.0, None), "999.00");
    }

    #[test]
    fn chart_shows_gaps_and_heights() {
        let chart = sparkline(&[Some(0.0), Some(7.0), None, Some(14.0), Some(-3.0)]);
        assert_eq!(chart, "▁▅·█▁");
        assert_eq!(sparkline(&[Some(0.0), Some(0.0)]), "▁▁");
        assert_eq!(sparkline(&[]), "");
    }
}

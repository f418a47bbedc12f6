//! What needs a person, from all parts of the night.

use afterhours_core::alert::Severity;

use super::clock::Clock;
use super::figures::unexplained;
use super::text::{Text, day, money, per_cent, plural, put};
use super::timeline::{Became, stretches};
use crate::night::{CheckStatus, Looked, Night};

/// Rows of one kind that are shown; the rest is counted and stands in its section.
const MOST: usize = 8;

/// One thing that needs a person.
pub(super) struct Need {
    severity: Severity,
    /// HTML.
    what: String,
    /// HTML: why and since when.
    detail: String,
    command: Option<String>,
    link: Option<String>,
    /// The section that has more.
    section: Option<&'static str>,
}

/// How the night went as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// Everything was looked at, and nothing needs anybody.
    Calm,
    /// Nothing needs anybody in what was looked at.
    Partial,
    /// Somebody should look.
    Look,
    /// Somebody should look now.
    Now,
    /// A sleeper failed.
    Failed,
}

impl Mood {
    pub(super) fn of(night: &Night, needs: &[Need], failing: usize) -> Self {
        let worst = needs.iter().map(|need| need.severity).max();
        match worst {
            _ if failing > 0 => Self::Failed,
            Some(Severity::Critical) => Self::Now,
            Some(_) => Self::Look,
            None if unseen(night).is_empty() => Self::Calm,
            None => Self::Partial,
        }
    }

    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Calm => "ok",
            Self::Partial => "part",
            Self::Look => "warning",
            Self::Now | Self::Failed => "critical",
        }
    }

    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Calm => "A calm night",
            Self::Partial => "Calm where it was looked at",
            Self::Look => "Somebody should look",
            Self::Now => "Somebody should look now",
            Self::Failed => "Something failed",
        }
    }
}

/// Everything that needs a person, worst first.
pub(super) fn needs(night: &Night, clock: &Clock) -> Vec<Need> {
    let mut found = Vec::new();
    sleepers(night, clock, &mut found);
    health(night, &mut found);
    open(night, clock, &mut found);
    drift(night, &mut found);
    cost(night, &mut found);
    // Stable: within one severity the order is that of the page.
    found.sort_by_key(|need| std::cmp::Reverse(need.severity));
    found
}

fn need(severity: Severity, what: String, detail: String, section: &'static str) -> Need {
    Need {
        severity,
        what,
        detail,
        command: None,
        link: None,
        section: Some(section),
    }
}

fn more(severity: Severity, n: usize, of: &str, section: &'static str) -> Need {
    need(severity, format!("{n} more {of}"), String::new(), section)
}

fn sleepers(night: &Night, clock: &Clock, out: &mut Vec<Need>) {
    let Some(found) = night.sleepers.found() else {
        return;
    };
    let mut failing: Vec<_> = found
        .items
        .iter()
        .filter(|sleeper| Became::of(sleeper, &stretches(sleeper, night)).failing)
        .collect();
    failing.sort_by(|a, b| a.target.cmp(&b.target));
    for sleeper in failing.iter().take(MOST) {
        let last = sleeper
            .failures
            .iter()
            .filter(|failure| failure.still_failing)
            .max_by_key(|failure| failure.at);
        let (verb, detail) = match last {
            Some(failure) => (
                match failure.action.as_str() {
                    "sleep" => "does not sleep".to_owned(),
                    "wake" => "does not wake".to_owned(),
                    other => format!("fails at {}", Text(other)),
                },
                format!(
                    "{} (last tried {})",
                    Text(&failure.error),
                    clock.short_element(failure.at)
                ),
            ),
            None => (
                "failed".to_owned(),
                "The night ended in this state; no error was recorded.".to_owned(),
            ),
        };
        let name = sleeper.target.as_str();
        let mut made = need(
            Severity::Critical,
            format!("<b class=\"k\">{}</b> {verb}", Text(name)),
            detail,
            "sleepers",
        );
        // A command is offered only for names that a shell takes as they are.
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.');
        made.command = name
            .chars()
            .all(plain)
            .then(|| format!("afterhours scale why {name}"));
        out.push(made);
    }
    if failing.len() > MOST {
        out.push(more(
            Severity::Critical,
            failing.len() - MOST,
            "failed",
            "sleepers",
        ));
    }
}

fn health(night: &Night, out: &mut Vec<Need>) {
    let Some(found) = night.health.found() else {
        return;
    };
    for check in &found.checks {
        let severity = match check.status {
            CheckStatus::Failed => Severity::Critical,
            CheckStatus::Warning => Severity::Warning,
            CheckStatus::Ok | CheckStatus::Unknown => continue,
        };
        out.push(need(
            severity,
            format!("afterhours itself: {}", Text(&check.name)),
            Text(&check.detail).to_string(),
            "health",
        ));
    }
}

fn open(night: &Night, clock: &Clock, out: &mut Vec<Need>) {
    for item in &night.open {
        let mut detail = String::new();
        if let Some(since) = item.since {
            put!(detail, "since {}", clock.short_element(since));
        }
        out.push(Need {
            severity: item.severity,
            what: format!(
                "<b class=\"k\">{}</b> {}",
                Text(&item.about),
                Text(&item.what)
            ),
            detail,
            command: item.command.clone(),
            link: item.link.clone(),
            section: None,
        });
    }
}

fn drift(night: &Night, out: &mut Vec<Need>) {
    let Some(found) = night.drift.found() else {
        return;
    };
    let all: Vec<_> = unexplained(found)
        .into_iter()
        .filter(|finding| finding.severity >= Severity::Warning)
        .collect();
    for finding in all.iter().take(MOST) {
        let name = finding
            .address
            .as_deref()
            .or(finding.id.as_deref())
            .unwrap_or("a state");
        let what = if finding.summary.is_empty() {
            "differs from its Terraform state"
        } else {
            finding.summary.as_str()
        };
        out.push(need(
            finding.severity,
            format!("<b class=\"k\">{}</b> {}", Text(name), Text(what)),
            finding
                .who
                .as_deref()
                .map(|who| Text(who).to_string())
                .unwrap_or_default(),
            "drift",
        ));
    }
    if let Some(first) = all.get(MOST) {
        out.push(more(
            first.severity,
            all.len() - MOST,
            "drift findings",
            "drift",
        ));
    }
}

fn cost(night: &Night, out: &mut Vec<Need>) {
    let Some(found) = night.cost.found() else {
        return;
    };
    let mut open: Vec<_> = found
        .incidents
        .iter()
        .filter(|incident| incident.state.is_open())
        .collect();
    open.sort_by(|a, b| b.impact.abs().total_cmp(&a.impact.abs()));
    for incident in open.iter().take(MOST) {
        let mut detail = incident
            .cause
            .as_deref()
            .map(|cause| Text(cause).to_string())
            .unwrap_or_default();
        if !detail.is_empty() {
            detail.push_str(", ");
        }
        put!(detail, "since {}", day(incident.since));
        out.push(need(
            Severity::Warning,
            format!(
                "<b class=\"k\">{}</b> cost {} {} than expected",
                Text(&incident.key),
                Text(&money(incident.impact.abs(), &found.currency)),
                if incident.impact < 0.0 {
                    "less"
                } else {
                    "more"
                }
            ),
            detail,
            "cost",
        ));
    }
    if open.len() > MOST {
        out.push(more(
            Severity::Warning,
            open.len() - MOST,
            "cost incidents",
            "cost",
        ));
    }
    if open.is_empty() {
        let days = super::figures::anomalies(found);
        if days > 0 {
            out.push(need(
                Severity::Warning,
                plural(days, "cost anomaly goes on", "cost anomalies go on"),
                String::new(),
                "cost",
            ));
        }
    }
    for forecast in &found.forecast {
        let (Some(budget), Some(probability)) = (forecast.budget, forecast.breach_probability)
        else {
            continue;
        };
        if probability >= 0.5 {
            out.push(need(
                Severity::Warning,
                format!(
                    "<b class=\"k\">{}</b> is likely to pass its budget of {}",
                    Text(&forecast.key),
                    Text(&money(budget, &found.currency))
                ),
                format!(
                    "{} likely; the middle of the forecast for {} is {}",
                    per_cent(probability),
                    Text(&forecast.month),
                    Text(&money(forecast.p50, &found.currency))
                ),
                "cost",
            ));
        }
    }
}

/// What nobody looked at, wholly or in part: HTML of a name and a reason.
pub(super) fn unseen(night: &Night) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    let mut whole = |name, reason: Option<&str>| {
        if let Some(reason) = reason {
            out.push((name, Text(reason).to_string()));
        }
    };
    whole("Sleepers", reason(&night.sleepers));
    whole("Savings", reason(&night.savings));
    whole("Drift", reason(&night.drift));
    whole("Cost", reason(&night.cost));
    whole("Health", reason(&night.health));
    let mut gaps = |name, gaps: &[crate::night::Gap]| {
        for gap in gaps.iter().take(MOST) {
            out.push((name, format!("{}: {}", Text(&gap.what), Text(&gap.reason))));
        }
        if gaps.len() > MOST {
            out.push((name, format!("{} more", gaps.len() - MOST)));
        }
    };
    if let Some(found) = night.sleepers.found() {
        gaps("Sleepers", &found.gaps);
    }
    if let Some(found) = night.savings.found() {
        gaps("Savings", &found.gaps);
    }
    if let Some(found) = night.cost.found() {
        gaps("Cost", &found.gaps);
    }
    if let Some(found) = night.drift.found() {
        let coverage = &found.coverage;
        if coverage.of() == 0 {
            out.push(("Drift", "no resource was there to compare".to_owned()));
        } else if coverage.holes() > 0 {
            let holes = usize::try_from(coverage.holes()).unwrap_or(usize::MAX);
            out.push((
                "Drift",
                format!(
                    "{holes} of {} were not, or not wholly, compared",
                    plural(
                        usize::try_from(coverage.of()).unwrap_or(usize::MAX),
                        "resource",
                        "resources"
                    )
                ),
            ));
        }
        if !coverage.incomplete_listings.is_empty() {
            out.push((
                "Drift",
                format!(
                    "{}: there may be more unmanaged things than were found",
                    plural(
                        coverage.incomplete_listings.len(),
                        "listing has holes",
                        "listings have holes"
                    )
                ),
            ));
        }
    }
    if let Some(found) = night.cost.found()
        && found.series.iter().all(|series| series.days.is_empty())
    {
        out.push(("Cost", "there is no daily cost in the data".to_owned()));
    }
    if let Some(found) = night.health.found() {
        if found.checks.is_empty() {
            out.push(("Health", "nothing was checked".to_owned()));
        }
        for check in &found.checks {
            if check.status == CheckStatus::Unknown {
                out.push((
                    "Health",
                    format!("{}: {}", Text(&check.name), Text(&check.detail)),
                ));
            }
        }
    }
    out
}

fn reason<T>(part: &Looked<T>) -> Option<&str> {
    match part {
        Looked::LookedAt(_) => None,
        Looked::NotLookedAt(reason) => Some(reason),
    }
}

/// The section: what needs a person first, then what nobody looked at.
pub(super) fn section(night: &Night, needs: &[Need], out: &mut String) {
    out.push_str("<section aria-labelledby=\"needs\"><h2 id=\"needs\">Needs a person</h2>");
    let unseen = unseen(night);
    if needs.is_empty() {
        out.push_str(if unseen.is_empty() {
            "<p class=\"quiet\">Nothing. Everything was looked at.</p>"
        } else {
            "<p class=\"quiet\">Nothing in what was looked at.</p>"
        });
    } else {
        out.push_str("<ul class=\"needs\">");
        for need in needs {
            row(need, out);
        }
        out.push_str("</ul>");
    }
    if !unseen.is_empty() {
        out.push_str("<div class=\"unseen\"><h3>Not looked at</h3><ul>");
        for (name, reason) in &unseen {
            put!(out, "<li><b>{name}</b> {reason}</li>");
        }
        out.push_str("</ul></div>");
    }
    out.push_str("</section>");
}

fn row(need: &Need, out: &mut String) {
    let severity = need.severity;
    put!(
        out,
        "<li class=\"{severity}\"><span class=\"tag {severity}\">{severity}</span><div><p>{}</p>",
        need.what
    );
    if !need.detail.is_empty() {
        put!(out, "<p class=\"why\">{}</p>", need.detail);
    }
    if let Some(command) = &need.command {
        put!(out, "<p><code class=\"do\">{}</code></p>", Text(command));
    }
    match &need.link {
        // Anything else could be a script.
        Some(link) if link.starts_with("https://") => put!(
            out,
            "<p><a href=\"{0}\" rel=\"noopener noreferrer\">{0}</a></p>",
            Text(link)
        ),
        Some(link) => put!(out, "<p class=\"why\">{}</p>", Text(link)),
        None => {}
    }
    out.push_str("</div>");
    if let Some(section) = need.section {
        put!(
            out,
            "<a class=\"more\" href=\"#{section}\">Details in {section}</a>"
        );
    }
    out.push_str("</li>");
}

//! The night in figures and in one sentence.

use std::collections::BTreeSet;

use super::text::{Text, hours, money, plural};
use super::timeline::{Became, stretches};
use crate::night::{Cost, Drift, Finding, Looked, Night, Savings};

/// What the first sentence and the tiles say.
pub(super) struct Figures {
    pub(super) slept: usize,
    pub(super) woke: usize,
    pub(super) failing: usize,
    pub(super) leases: usize,
    pub(super) holds: usize,
    pub(super) unknown: usize,
    pub(super) all: usize,
}

impl Figures {
    pub(super) fn of(night: &Night) -> Self {
        let sleepers = night.sleepers.found().map_or(&[][..], |found| &found.items);
        let became: Vec<Became> = sleepers
            .iter()
            .map(|sleeper| Became::of(sleeper, &stretches(sleeper, night)))
            .collect();
        let count = |of: fn(&Became) -> bool| became.iter().filter(|one| of(one)).count();
        Self {
            slept: count(|one| one.slept),
            woke: count(|one| one.woke),
            failing: count(|one| one.failing),
            leases: count(|one| one.lease),
            holds: count(|one| one.hold),
            unknown: count(|one| one.unknown),
            all: sleepers.len(),
        }
    }

    /// `11 slept, 11 woke, 1 lease; saved 84.20 USD; 2 drift findings; 1 anomaly`, as HTML.
    pub(super) fn sentence(&self, night: &Night) -> String {
        let parts = [
            self.sleepers(night),
            savings(&night.savings),
            drift(&night.drift),
            cost(&night.cost),
        ];
        let joined = parts.join("; ");
        let mut chars = joined.chars();
        let first = chars.next().map(|first| first.to_ascii_uppercase());
        format!("{}{}.", first.unwrap_or_default(), chars.as_str())
    }

    fn sleepers(&self, night: &Night) -> String {
        let found = match &night.sleepers {
            Looked::LookedAt(found) => found,
            Looked::NotLookedAt(_) => return "sleepers were not looked at".to_owned(),
        };
        let mut said = Vec::new();
        if self.failing > 0 {
            said.push(format!("<strong>{} failed</strong>", self.failing));
        }
        if self.all == 0 && found.gaps.is_empty() {
            return "no sleepers".to_owned();
        }
        said.push(format!("{} slept", self.slept));
        said.push(format!("{} woke", self.woke));
        if self.leases > 0 {
            said.push(plural(self.leases, "lease", "leases"));
        }
        if self.holds > 0 {
            said.push(plural(self.holds, "hold", "holds"));
        }
        if self.unknown > 0 {
            said.push(format!("{} unknown", self.unknown));
        }
        if !found.gaps.is_empty() {
            said.push("not all could be read".to_owned());
        }
        said.join(", ")
    }
}

fn savings(savings: &Looked<Savings>) -> String {
    match savings {
        Looked::NotLookedAt(_) => "savings were not worked out".to_owned(),
        Looked::LookedAt(found) => {
            let said = match saved(found) {
                Some(said) => format!("saved {said}"),
                None if found.without_price.is_empty() => "nothing saved".to_owned(),
                None => format!(
                    "saved {} without a known price",
                    hours(found.instance_hours)
                ),
            };
            if found.gaps.is_empty() {
                said
            } else {
                format!("{said}, not all counted")
            }
        }
    }
}

/// The totals: `84.20 USD`; none where nothing has a price.
pub(super) fn saved(savings: &Savings) -> Option<String> {
    let said: Vec<String> = savings
        .total
        .iter()
        .map(|total| Text(&money(total.amount, &total.currency)).to_string())
        .collect();
    (!said.is_empty()).then(|| said.join(" and "))
}

/// Findings that nothing explains.
pub(super) fn unexplained(drift: &Drift) -> Vec<&Finding> {
    let mut found: Vec<_> = drift
        .findings
        .iter()
        .filter(|finding| finding.explained.is_none())
        .collect();
    found.sort_by(|a, b| {
        let key = |finding: &Finding| (finding.address.clone(), finding.id.clone());
        b.severity
            .cmp(&a.severity)
            .then_with(|| a.class.cmp(&b.class))
            .then_with(|| key(a).cmp(&key(b)))
    });
    found
}

fn drift(drift: &Looked<Drift>) -> String {
    match drift {
        Looked::NotLookedAt(_) => "drift was not looked at".to_owned(),
        Looked::LookedAt(found) => {
            let count = unexplained(found).len();
            let holes = found.coverage.holes() > 0
                || !found.coverage.incomplete_listings.is_empty()
                || found.coverage.of() == 0;
            match (count, holes) {
                (0, false) => "no drift".to_owned(),
                (0, true) => "no drift in what could be compared".to_owned(),
                (count, _) => plural(count, "drift finding", "drift findings"),
            }
        }
    }
}

/// Anomalies that go on: incidents, and days of series that no incident is about.
pub(super) fn anomalies(cost: &Cost) -> usize {
    let incidents: BTreeSet<&str> = cost
        .incidents
        .iter()
        .map(|incident| incident.key.as_str())
        .collect();
    let open = cost
        .incidents
        .iter()
        .filter(|incident| incident.state.is_open())
        .count();
    let alone: BTreeSet<&str> = cost
        .anomalies
        .iter()
        .filter(|anomaly| anomaly.state.is_open() && !incidents.contains(anomaly.key.as_str()))
        .map(|anomaly| anomaly.key.as_str())
        .collect();
    open + alone.len()
}

fn cost(cost: &Looked<Cost>) -> String {
    match cost {
        Looked::NotLookedAt(_) => "cost was not looked at".to_owned(),
        Looked::LookedAt(found) => match anomalies(found) {
            0 if !found.gaps.is_empty() => "no anomaly in what could be read".to_owned(),
            0 if found.series.iter().all(|series| series.days.is_empty()) => {
                "no cost data".to_owned()
            }
            0 => "no anomaly".to_owned(),
            count => plural(count, "anomaly", "anomalies"),
        },
    }
}

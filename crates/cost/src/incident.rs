//! Incidents: one per subtree of keys, from its first day to its end, and what is to be said about it when.
//!
//! An anomaly in a usage type also shows in its service and its account. Whatever lies above or below what an open incident
//! holds is the same incident, so one fault is told of once. The memory is a document that is given in and out.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::detect::{Anomaly, Kind, Scan, Standing};
use crate::series::is_above;
use crate::settings::Settings;

/// Version of the memory that this code writes and reads.
pub const VERSION: u32 = 1;
/// Days that an ended incident is remembered for, so that a late figure does not tell of it anew.
const REMEMBERED: i32 = 30;
/// Days without an alert after which an incident has ended, at least.
const QUIET: usize = 2;
/// Open acknowledgements and incidents that a memory holds, at most.
pub const MOST: usize = 10_000;

/// What is known of incidents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// Always 1.
    pub version: u32,
    /// By id.
    #[serde(default)]
    pub incidents: BTreeMap<String, Incident>,
    /// What people said is expected.
    #[serde(default)]
    pub acknowledged: Vec<Acknowledgement>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            version: VERSION,
            incidents: BTreeMap::new(),
            acknowledged: Vec::new(),
        }
    }
}

/// Why a memory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// Not this document.
    #[error("the memory of incidents cannot be read")]
    Form(#[source] serde_json::Error),
    /// Written by a newer version of the tool.
    #[error("`version` of the memory of incidents is {found}, accepted: {VERSION}")]
    Version {
        /// What it says.
        found: u32,
    },
}

impl Memory {
    /// Reads a memory from JSON.
    ///
    /// # Errors
    /// Not JSON of this form, or of another version.
    pub fn parse(text: &str) -> Result<Self, MemoryError> {
        let memory: Self = serde_json::from_str(text).map_err(MemoryError::Form)?;
        if memory.version != VERSION {
            return Err(MemoryError::Version {
                found: memory.version,
            });
        }
        Ok(memory)
    }
}

/// That an excess is expected: for one key and what lies below it, up to an amount per day, until a day. A larger excess,
/// or one elsewhere in the same service, is told of all the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// The key.
    pub key: String,
    /// Money above expectation per day, at most.
    pub up_to: f64,
    /// The last day that it holds for.
    pub until: Day,
}

/// How an incident stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Told of for the first time in this run.
    New,
    /// Open, told of before.
    Ongoing,
    /// Over: costs went back.
    Recovered,
    /// Over: costs stayed, and are the new level.
    NewNormal,
}

/// One fault, as far as costs show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// The key that it was first seen on, or the innermost of them.
    pub key: String,
    /// All keys that it shows on.
    pub keys: BTreeSet<String>,
    /// The first day.
    pub since: Day,
    /// The last day with an alert.
    pub last: Day,
    /// How it stands.
    pub status: Status,
    /// Money above expectation so far, on the key where it is largest.
    pub excess: f64,
    /// Money above expectation on its last day, on the key where it is largest.
    pub daily: f64,
    /// That money of a day when it was last told of.
    pub told_daily: f64,
    /// The day it was last told of; none where it is acknowledged.
    pub told: Option<Day>,
}

/// What is to be said.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// The id of the incident, the same as long as it lasts.
    pub id: String,
    /// The incident as it stands now.
    pub incident: Incident,
    /// Why it is said.
    pub why: Why,
    /// The anomalies that it is made of, the largest first; none when it is over and out of sight.
    pub anomalies: Vec<Anomaly>,
}

/// Why something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It is new.
    New,
    /// The excess per day is at least twice what it was when it was last told of.
    Doubled,
    /// It still goes on, so many days later.
    Reminder,
    /// It is over: costs went back.
    Recovered,
    /// It is over: costs stayed.
    NewNormal,
}

impl Incident {
    fn is_open(&self) -> bool {
        matches!(self.status, Status::New | Status::Ongoing)
    }

    fn touches(&self, key: &str) -> bool {
        self.keys
            .iter()
            .any(|own| own == key || is_above(own, key) || is_above(key, own))
    }
}

/// Brings a scan into the memory: what is remembered from now on, and what is to be said.
///
/// Anomalies that ended more than a week before the scan are history: they open nothing.
pub fn follow(memory: &Memory, scan: &Scan, settings: &Settings) -> (Memory, Vec<Notice>) {
    let mut memory = memory.clone();
    let today = scan.as_of;
    memory.acknowledged.retain(|one| one.until >= today);
    for incident in memory.incidents.values_mut() {
        if incident.status == Status::New {
            incident.status = Status::Ongoing;
        }
    }
    let mut seen: BTreeMap<String, Vec<&Anomaly>> = BTreeMap::new();
    // Innermost keys first: they name the incident.
    let mut anomalies: Vec<&Anomaly> = scan.anomalies.iter().collect();
    anomalies.sort_by(|a, b| {
        let depth = |one: &Anomaly| crate::series::levels(&one.key).count();
        (depth(b), a.date, &a.key).cmp(&(depth(a), b.date, &b.key))
    });
    for anomaly in anomalies {
        if let Some(id) = place(&mut memory, anomaly, today) {
            seen.entry(id).or_default().push(anomaly);
        }
    }
    let mut notices = Vec::new();
    let acknowledged = memory.acknowledged.clone();
    for (id, incident) in &mut memory.incidents {
        let of = seen.remove(id).unwrap_or_default();
        if let Some(why) = incident.advance(&of, &acknowledged, scan, settings) {
            let mut anomalies: Vec<Anomaly> = of.into_iter().cloned().collect();
            anomalies.sort_by(|a, b| b.impact.total_cmp(&a.impact));
            notices.push(Notice {
                id: id.clone(),
                incident: incident.clone(),
                why,
                anomalies,
            });
        }
    }
    memory
        .incidents
        .retain(|_, incident| incident.is_open() || incident.last.plus(REMEMBERED) >= today);
    notices.sort_by(|a, b| {
        let money = b.incident.excess.total_cmp(&a.incident.excess);
        a.why.cmp(&b.why).then(money).then_with(|| a.id.cmp(&b.id))
    });
    (memory, notices)
}

/// The incident that an anomaly belongs to; a new one where none fits and it is recent.
fn place(memory: &mut Memory, anomaly: &Anomaly, today: Day) -> Option<String> {
    let overlaps = |incident: &Incident| {
        anomaly.date <= incident.last.plus(3) && incident.since <= anomaly.last.plus(3)
    };
    let mut fitting: Vec<(&String, &mut Incident)> = memory
        .incidents
        .iter_mut()
        .filter(|(_, incident)| incident.touches(&anomaly.key) && overlaps(incident))
        .collect();
    // A sum over two open incidents belongs to the larger one.
    fitting.sort_by(|(a, x), (b, y)| y.excess.total_cmp(&x.excess).then_with(|| a.cmp(b)));
    if let Some((id, incident)) = fitting.into_iter().next() {
        incident.keys.insert(anomaly.key.clone());
        incident.since = incident.since.min(anomaly.date);
        incident.last = incident.last.max(anomaly.last);
        return Some(id.clone());
    }
    let over = matches!(anomaly.state, Standing::Recovered | Standing::NewNormal);
    if (over && anomaly.last.plus(7) < today) || memory.incidents.len() >= MOST {
        return None;
    }
    let id = format!("{}@{}", anomaly.key, anomaly.date);
    memory.incidents.insert(
        id.clone(),
        Incident {
            key: anomaly.key.clone(),
            keys: BTreeSet::from([anomaly.key.clone()]),
            since: anomaly.date,
            last: anomaly.last,
            status: Status::New,
            excess: 0.0,
            daily: 0.0,
            told_daily: 0.0,
            told: None,
        },
    );
    Some(id)
}

impl Incident {
    /// Brings the incident up to date; what is to be said about it, if anything.
    fn advance(
        &mut self,
        of: &[&Anomaly],
        acknowledged: &[Acknowledgement],
        scan: &Scan,
        settings: &Settings,
    ) -> Option<Why> {
        let was_open = self.is_open();
        let seen = of.iter().map(|one| one.impact).fold(0.0, f64::max);
        self.excess = self.excess.max(seen);
        if !of.is_empty() {
            let daily = of.iter().map(|one| one.latest_excess);
            self.daily = daily.fold(0.0, f64::max);
        }
        let quiet = scan.as_of.since(self.last) > QUIET + 1;
        let stays = of.iter().any(|one| one.state == Standing::NewNormal);
        let goes_on = of
            .iter()
            .any(|one| matches!(one.state, Standing::New | Standing::Ongoing));
        if was_open && !goes_on && (quiet || !of.is_empty()) {
            self.status = if stays {
                Status::NewNormal
            } else {
                Status::Recovered
            };
        } else if !was_open && goes_on {
            self.status = Status::Ongoing;
        }
        let per_day = of
            .iter()
            .map(|one| one.impact / crate::num::float(one.days.max(1)))
            .fold(0.0, f64::max);
        let is_expected = acknowledged.iter().any(|one| {
            (one.key == self.key || is_above(&one.key, &self.key)) && per_day <= one.up_to
        });
        if is_expected {
            return None;
        }
        let why = self.why(was_open, scan.as_of, settings)?;
        self.told = Some(scan.as_of);
        self.told_daily = self.daily;
        Some(why)
    }

    fn why(&self, was_open: bool, today: Day, settings: &Settings) -> Option<Why> {
        let remind = usize::try_from(settings.remind_after_days).unwrap_or(usize::MAX);
        match (self.status, self.told) {
            (Status::New | Status::Ongoing, None) => Some(Why::New),
            (Status::New | Status::Ongoing, Some(told)) => {
                if self.told_daily > 0.0 && self.daily >= 2.0 * self.told_daily {
                    Some(Why::Doubled)
                } else if remind > 0 && today.since(told) >= remind {
                    Some(Why::Reminder)
                } else {
                    None
                }
            }
            // One that came and went between two runs is told of once, as what it was.
            (Status::Recovered, _) if was_open => Some(Why::Recovered),
            (Status::NewNormal, _) if was_open => Some(Why::NewNormal),
            _ => None,
        }
    }
}

impl Notice {
    /// The anomaly that says most: the innermost one with the largest impact.
    pub fn leading(&self) -> Option<&Anomaly> {
        let own = self
            .anomalies
            .iter()
            .find(|one| one.key == self.incident.key);
        own.or_else(|| self.anomalies.first())
    }

    /// Whether it is about new spend rather than an excess.
    pub fn is_new_spend(&self) -> bool {
        self.leading().is_some_and(|one| one.kind == Kind::NewSpend)
    }
}

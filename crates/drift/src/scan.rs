//! One scan, from the states to the report.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use afterhours_diff::{Coverage, Finding, Fingerprints, Looked, Seen};
use afterhours_tfstate::{Header, LockInfo, Mark};
use jiff::Timestamp;

use crate::integrity::faults;
use crate::judge::{Judged, judge};
use crate::live::{Named, gather};
use crate::place::{Homes, Place};
use crate::report::{Report, StateLine};
use crate::roll::{Roll, call};
use crate::source::{Regions, StateSource};
use crate::unmanaged::{conflicts, unmanaged};

/// How to scan.
#[derive(Debug, Clone)]
pub struct Options {
    /// When the scan begins.
    pub now: Timestamp,
    /// Whether objects that no state names are findings.
    pub unmanaged: bool,
    /// Whether the states that are scanned are all that there are: those that were not found or not asked for may name
    /// what seems unmanaged, and claim what seems to be claimed once.
    pub whole: bool,
    /// What is remembered of states, by source.
    pub remembered: BTreeMap<String, Mark>,
    /// Makes fingerprints.
    pub fingerprints: Fingerprints,
}

/// What a scan came to.
#[derive(Debug)]
pub struct Scan {
    /// What it says.
    pub report: Report,
    /// What it looked at, for the life cycle of findings.
    pub looked: Looked,
    /// What was scanned: each state in each of its accounts and regions.
    pub scanned: Vec<Scanned>,
    /// What to remember of each state that was wholly read, by source.
    pub marks: BTreeMap<String, Mark>,
}

/// One state in one account and region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// The state.
    pub source: String,
    /// Its workspace.
    pub workspace: Option<String>,
    /// Account and region.
    pub place: Place,
}

/// A state on its way through the scan.
struct Followed {
    source: Arc<dyn StateSource>,
    /// The roll, or why there is none.
    roll: Result<Roll, String>,
    lock: Option<LockInfo>,
    /// Why its findings do not count, once that is known.
    void: Option<String>,
}

/// Scans states against what is there.
///
/// One state that cannot be read never stops the others; the report names it.
pub async fn scan(
    sources: Vec<Arc<dyn StateSource>>,
    regions: &dyn Regions,
    options: &Options,
) -> Scan {
    let default = regions.default_place();
    let mut followed = Vec::new();
    for source in sources {
        followed.push(follow(source, &default).await);
    }
    let all_read = options.whole && followed.iter().all(|state| state.roll.is_ok());
    let claims: Vec<(String, Named)> = followed
        .iter_mut()
        .filter_map(|state| {
            let roll = state.roll.as_mut().ok()?;
            Some((
                state.source.name().to_owned(),
                std::mem::take(&mut roll.named),
            ))
        })
        .collect();
    let scanned = claims
        .iter()
        .zip(followed.iter().filter(|state| state.roll.is_ok()))
        .flat_map(|((source, named), state)| {
            named.keys().map(|place| Scanned {
                source: source.clone(),
                workspace: state.source.workspace().map(str::to_owned),
                place: place.clone(),
            })
        })
        .collect();
    let named = merge(&claims);
    let side = Arc::new(gather(regions, &named, options.unmanaged && all_read).await);

    let mut sum = Sum::default();
    for state in &mut followed {
        let judged = match &state.roll {
            Ok(roll) => {
                let (header, homes) = (roll.header.clone(), roll.homes.clone());
                second(state, &header, homes, &side, options).await
            }
            Err(error) => Err(error.clone()),
        };
        sum.state(state, judged, options);
    }
    let Sum {
        mut coverage,
        mut findings,
        mut looked,
        states,
        marks,
    } = sum;
    let mut notes: Vec<String> = side
        .places
        .values()
        .flat_map(|place| place.notes.iter().cloned())
        .collect();
    findings.extend(conflicts(&claims, &options.fingerprints));
    if options.unmanaged && all_read {
        findings.extend(unmanaged(&side, &named, &options.fingerprints));
        coverage.incomplete_listings = holes(&side);
    } else if options.unmanaged {
        notes.push(
            "unmanaged objects were not looked for: a state that was not read may name them"
                .to_owned(),
        );
    }
    looked.all_read = all_read;
    looked.listings = options.unmanaged && all_read && coverage.incomplete_listings.is_empty();
    sort(&mut findings);
    Scan {
        report: Report {
            version: 1,
            now: options.now,
            states,
            coverage,
            findings,
            suppressed: 0,
            notes,
        },
        looked,
        scanned,
        marks,
    }
}

/// What the states came to so far.
#[derive(Default)]
struct Sum {
    coverage: Coverage,
    findings: Vec<Finding>,
    looked: Looked,
    states: Vec<StateLine>,
    marks: BTreeMap<String, Mark>,
}

impl Sum {
    fn state(
        &mut self,
        state: &Followed,
        judged: Result<(Header, Judged), String>,
        options: &Options,
    ) {
        let name = state.source.name().to_owned();
        let line = StateLine {
            source: name.clone(),
            workspace: state.source.workspace().map(str::to_owned),
            serial: None,
            lineage: None,
            terraform_version: None,
            error: None,
        };
        let (header, judged) = match judged {
            Ok(judged) => judged,
            Err(error) => {
                self.coverage.add(Seen::Failed, &name, "", &error);
                self.states.push(StateLine {
                    error: Some(error),
                    ..line
                });
                return;
            }
        };
        self.findings.extend(faults(
            &name,
            options.remembered.get(&name),
            &header,
            state.source.content(),
            state.lock.as_ref(),
            options.now,
            &options.fingerprints,
        ));
        self.states.push(StateLine {
            serial: Some(header.serial),
            lineage: Some(header.lineage.clone()),
            terraform_version: header.terraform_version.clone(),
            ..line
        });
        if let Some(reason) = &state.void {
            void(&mut self.coverage, &name, judged, reason);
            return;
        }
        self.marks.insert(
            name.clone(),
            Mark {
                serial: header.serial,
                lineage: header.lineage,
                content: state.source.content().map(str::to_owned),
            },
        );
        self.looked.states.insert(name.clone(), header.serial);
        for address in judged.compared {
            self.looked.compared.insert((name.clone(), address));
        }
        for (address, unread) in judged.partly {
            self.looked.partly.insert((name.clone(), address), unread);
        }
        for address in judged.named {
            self.looked.named.insert((name.clone(), address));
        }
        self.coverage.absorb(judged.coverage);
        self.findings.extend(judged.findings);
    }
}

/// The first reading of a state.
async fn follow(source: Arc<dyn StateSource>, default: &Place) -> Followed {
    let mut void = None;
    let lock = match source.lock().await {
        Ok(lock) => lock,
        Err(error) => {
            void = Some(format!("whether it is locked is not known: {error}"));
            None
        }
    };
    if let Some(lock) = &lock {
        void = Some(locked(lock));
    }
    let roll = match source.open().await {
        Ok(input) => {
            let default = default.clone();
            let read = tokio::task::spawn_blocking(move || call(input, &default)).await;
            match read {
                Ok(Ok(roll)) => Ok(roll),
                Ok(Err(error)) => Err(chain(&error)),
                Err(error) => Err(error.to_string()),
            }
        }
        Err(error) => Err(error.to_string()),
    };
    Followed {
        source,
        roll,
        lock,
        void,
    }
}

/// The second reading, and whether the state is still the one of the first.
async fn second(
    state: &mut Followed,
    first: &Header,
    homes: Homes,
    side: &Arc<crate::live::LiveSide>,
    options: &Options,
) -> Result<(Header, Judged), String> {
    let input = match state.source.open().await {
        Ok(input) => input,
        Err(error) if error.is_superseded => {
            state.void = Some(error.to_string());
            return Ok((first.clone(), Judged::superseded(state.source.name())));
        }
        Err(error) => return Err(error.to_string()),
    };
    let name = state.source.name().to_owned();
    let (side, prints, now) = (Arc::clone(side), options.fingerprints.clone(), options.now);
    let judged =
        tokio::task::spawn_blocking(move || judge(input, &name, &homes, &side, &prints, now)).await;
    let (header, judged) = match judged {
        Ok(Ok(judged)) => judged,
        Ok(Err(error)) => return Err(chain(&error)),
        Err(error) => return Err(error.to_string()),
    };
    if header != *first {
        state.void = Some(format!(
            "it was written during the scan: serial {} became {}",
            first.serial, header.serial
        ));
    }
    if state.void.is_none() {
        state.void = match state.source.is_unchanged().await {
            Ok(true) => None,
            Ok(false) => Some("it was written during the scan".to_owned()),
            Err(error) => Some(format!(
                "whether it was written meanwhile is not known: {error}"
            )),
        };
    }
    if state.void.is_none() {
        match state.source.lock().await {
            Ok(None) => {}
            Ok(Some(lock)) => {
                state.void = Some(locked(&lock));
                state.lock = Some(lock);
            }
            Err(error) => {
                state.void = Some(format!("whether it is locked is not known: {error}"));
            }
        }
    }
    Ok((header, judged))
}

fn locked(lock: &LockInfo) -> String {
    let who = if lock.who.is_empty() {
        "somebody"
    } else {
        &lock.who
    };
    match lock.created {
        Some(created) => format!("it is locked by {who} since {created}"),
        None => format!("it is locked by {who}"),
    }
}

/// An error with what caused it.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

fn merge(claims: &[(String, Named)]) -> Named {
    let mut all = Named::new();
    for (_, named) in claims {
        for (place, kinds) in named {
            let there = all.entry(place.clone()).or_default();
            for (kind, keys) in kinds {
                there.entry(kind).or_default().extend(keys.iter().cloned());
            }
        }
    }
    all
}

/// Everything of a state that could have been looked at becomes void.
fn void(coverage: &mut Coverage, source: &str, judged: Judged, reason: &str) {
    for address in judged.compared {
        coverage.add(Seen::Void, source, &address, reason);
    }
    for (seen, entries) in judged.coverage.details {
        for entry in entries {
            match seen {
                Seen::Unsupported | Seen::OutOfScope => {
                    coverage.add(seen, source, &entry.address, &entry.reason);
                }
                _ => coverage.add(Seen::Void, source, &entry.address, reason),
            }
        }
    }
}

/// Listings for unmanaged objects that ended too early.
fn holes(side: &crate::live::LiveSide) -> Vec<String> {
    side.places
        .iter()
        .flat_map(|(place, there)| {
            there
                .incomplete
                .iter()
                .filter(|(kind, _)| {
                    afterhours_diff::catalog::find(kind).is_some_and(|kind| kind.unmanaged)
                })
                .map(move |(kind, hole)| format!("{place}: {kind}: {}", crate::judge::words(hole)))
        })
        .collect()
}

/// Worst first, explained last; then by state and address, so that two scans of the same are the same.
fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        let rank = |finding: &Finding| {
            (
                finding.explained.is_some(),
                std::cmp::Reverse(finding.severity),
                finding.class,
            )
        };
        rank(a)
            .cmp(&rank(b))
            .then_with(|| a.source.cmp(&b.source))
            .then_with(|| a.address.cmp(&b.address))
            .then_with(|| a.kind.cmp(&b.kind))
            .then_with(|| a.id.cmp(&b.id))
    });
}

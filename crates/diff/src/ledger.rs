//! The life cycle of findings: new, still open, changed, resolved. Only changes are published.

use std::collections::{BTreeMap, BTreeSet};

use afterhours_core::alert::Severity;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::finding::{Class, Finding};

/// The version of the document that this code reads and writes.
const VERSION: u32 = 1;

/// What is remembered between scans; one JSON object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// Always 1.
    pub version: u32,
    /// Open findings, by identity.
    pub open: BTreeMap<String, Known>,
    /// Serial, lineage and `ETag` of each state as last seen, by source.
    #[serde(default)]
    pub states: BTreeMap<String, KnownState>,
    /// When the last heartbeat was sent.
    #[serde(default)]
    pub heartbeat: Option<Timestamp>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            version: VERSION,
            open: BTreeMap::new(),
            states: BTreeMap::new(),
            heartbeat: None,
        }
    }
}

/// A state as it was last seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownState {
    /// Its serial.
    pub serial: u64,
    /// Its lineage.
    pub lineage: String,
    /// What tells one content from another: an `ETag` or a digest.
    pub content: Option<String>,
}

/// An open finding. No value is kept, only its fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// What kind it is.
    pub class: Class,
    /// Its address; none where no state names the object.
    pub address: Option<String>,
    /// The state it was found in.
    pub source: Option<String>,
    /// What differed, by path.
    #[serde(default)]
    pub paths: Vec<String>,
    /// The values it was last seen with.
    pub fingerprint: String,
    /// How much it matters.
    pub severity: Severity,
    /// What it means.
    pub summary: String,
    /// Since when it is known.
    pub since: Timestamp,
    /// Serial of its state when it was first seen.
    pub serial: Option<u64>,
}

/// Why a finding is no longer there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// The live side went back, the state is the same version.
    Reverted,
    /// A newer version of the state agrees with the live side: applied, or absorbed by a refresh.
    Applied,
    /// The state no longer names it.
    Forgotten,
    /// A suppression covers it.
    Suppressed,
}

/// What happened to a finding since the last scan.
#[derive(Debug, Clone, PartialEq)]
pub enum TransitionKind {
    /// It was not there before.
    New,
    /// It is there with other values.
    Changed,
    /// It is there as it was.
    StillOpen,
    /// It is gone.
    Resolved(Resolution),
}

/// A finding and what happened to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    /// What is known of it.
    pub known: Known,
    /// What happened.
    pub kind: TransitionKind,
}

/// What this scan looked at.
#[derive(Debug, Clone, Default)]
pub struct Looked {
    /// Instances that were wholly compared, by source and address.
    pub compared: BTreeSet<(String, String)>,
    /// Instances that were compared but for these attributes, by source and address.
    pub partly: BTreeMap<(String, String), BTreeSet<String>>,
    /// Instances that the states name, compared or not.
    pub named: BTreeSet<(String, String)>,
    /// States that were wholly read, with their serial.
    pub states: BTreeMap<String, u64>,
    /// Whether every listing for unmanaged objects was complete.
    pub listings: bool,
    /// Identities of findings that a suppression covers.
    pub suppressed: BTreeSet<String>,
    /// Whether every state could be read at least once, so that all claims on objects are known.
    pub all_read: bool,
    /// The file of suppressions that was put over the findings.
    pub rules: Option<String>,
}

impl Ledger {
    /// Reads the document.
    ///
    /// # Errors
    /// It is no JSON of this shape, or of another version.
    pub fn from_json(bytes: &[u8]) -> Result<Self, String> {
        let ledger: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if ledger.version == VERSION {
            Ok(ledger)
        } else {
            Err(format!(
                "version is {}, this program knows {VERSION}",
                ledger.version
            ))
        }
    }

    /// Writes the document.
    pub fn to_json(&self) -> Vec<u8> {
        // A map of strings to structs of strings and numbers has no way to fail.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Takes in what a scan found; says what changed.
    ///
    /// What was not looked at stays open: silence about it is no resolution. Explained findings have no life cycle.
    pub fn advance(
        &mut self,
        findings: &[Finding],
        looked: &Looked,
        now: Timestamp,
    ) -> Vec<Transition> {
        let mut transitions = Vec::new();
        let mut present = BTreeSet::new();
        for finding in findings
            .iter()
            .filter(|finding| finding.explained.is_none())
        {
            let identity = finding.identity();
            let kind = match self.open.get(&identity) {
                None => TransitionKind::New,
                Some(known) if known.fingerprint == finding.fingerprint => {
                    TransitionKind::StillOpen
                }
                Some(_) => TransitionKind::Changed,
            };
            let before = self.open.get(&identity);
            let mut paths: BTreeSet<String> = finding
                .attributes
                .iter()
                .map(|changed| changed.path.clone())
                .collect();
            paths.extend(unread_paths(before, finding, looked));
            let known = Known {
                class: finding.class,
                address: finding.address.clone(),
                source: finding.source.clone(),
                paths: paths.into_iter().collect(),
                fingerprint: finding.fingerprint.clone(),
                severity: finding.severity,
                summary: finding.summary.clone(),
                since: before.map_or(now, |known| known.since),
                serial: match before {
                    Some(known) => known.serial,
                    None => finding
                        .source
                        .as_ref()
                        .and_then(|source| looked.states.get(source))
                        .copied(),
                },
            };
            self.open.insert(identity.clone(), known.clone());
            present.insert(identity);
            transitions.push(Transition { known, kind });
        }
        let gone: Vec<String> = self
            .open
            .keys()
            .filter(|identity| !present.contains(*identity))
            .cloned()
            .collect();
        for identity in gone {
            let Some(known) = self.open.get(&identity) else {
                continue;
            };
            if let Some(resolution) = resolution(&identity, known, looked)
                && let Some(known) = self.open.remove(&identity)
            {
                transitions.push(Transition {
                    known,
                    kind: TransitionKind::Resolved(resolution),
                });
            }
        }
        transitions
    }
}

/// What was found before of an instance, and could not be looked at now: it stays part of what is known.
fn unread_paths(before: Option<&Known>, finding: &Finding, looked: &Looked) -> Vec<String> {
    let instance = finding.source.clone().zip(finding.address.clone());
    let unread = instance.and_then(|instance| looked.partly.get(&instance));
    let (Some(before), Some(unread)) = (before, unread) else {
        return Vec::new();
    };
    before
        .paths
        .iter()
        .filter(|path| unread.contains(&top(path)))
        .cloned()
        .collect()
}

/// The attribute at the head of a path.
fn top(path: &str) -> String {
    path.split(['.', '[']).next().unwrap_or(path).to_owned()
}

/// Why a finding that was not found again is gone; none where it was not looked at.
fn resolution(identity: &str, known: &Known, looked: &Looked) -> Option<Resolution> {
    if looked.suppressed.contains(identity) {
        return Some(Resolution::Suppressed);
    }
    match known.class {
        Class::Unmanaged => looked.listings.then_some(Resolution::Reverted),
        // Another claim may stand in a state that could not be read.
        Class::Conflict => looked.all_read.then_some(Resolution::Reverted),
        Class::Integrity => match (&known.source, &known.address) {
            // Tainted or deposed: known only where the object was looked at, or is no longer named.
            (Some(source), Some(address)) => {
                let instance = (source.clone(), address.clone());
                let is_known = looked.compared.contains(&instance)
                    || looked.partly.contains_key(&instance)
                    || !looked.named.contains(&instance);
                (is_known && looked.states.contains_key(source)).then_some(Resolution::Reverted)
            }
            (Some(source), None) => (looked.states.contains_key(source)
                || looked.rules.as_ref() == Some(source))
            .then_some(Resolution::Reverted),
            (None, _) => Some(Resolution::Reverted),
        },
        Class::Changed | Class::Deleted => {
            let source = known.source.clone()?;
            let serial = looked.states.get(&source)?;
            let instance = (source, known.address.clone()?);
            if !looked.named.contains(&instance) {
                return Some(Resolution::Forgotten);
            }
            let partly = looked
                .partly
                .get(&instance)
                .is_some_and(|unread| known.paths.iter().all(|path| !unread.contains(&top(path))));
            if !partly && !looked.compared.contains(&instance) {
                return None;
            }
            Some(if known.serial == Some(*serial) {
                Resolution::Reverted
            } else {
                Resolution::Applied
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap_or_default()
    }

    fn finding(fingerprint: &str) -> Finding {
        Finding {
            class: Class::Changed,
            address: Some("aws_vpc.a".to_owned()),
            kind: Some("aws_vpc".to_owned()),
            id: Some("vpc-1".to_owned()),
            account: None,
            region: None,
            source: Some("s".to_owned()),
            severity: Severity::Notice,
            summary: "x".to_owned(),
            explained: None,
            attributes: Vec::new(),
            next_step: None,
            fingerprint: fingerprint.to_owned(),
            parts: Vec::new(),
        }
    }

    fn looked(serial: u64, compared: bool) -> Looked {
        let instance = ("s".to_owned(), "aws_vpc.a".to_owned());
        Looked {
            compared: compared.then(|| instance.clone()).into_iter().collect(),
            partly: BTreeMap::new(),
            named: BTreeSet::from([instance]),
            states: BTreeMap::from([("s".to_owned(), serial)]),
            listings: true,
            all_read: true,
            ..Looked::default()
        }
    }

    fn kinds(transitions: &[Transition]) -> Vec<TransitionKind> {
        transitions.iter().map(|t| t.kind.clone()).collect()
    }

    #[test]
    fn a_finding_is_new_then_still_open_then_changed_then_reverted() {
        let mut ledger = Ledger::default();
        let mut step = |findings: &[Finding], second| {
            kinds(&ledger.advance(findings, &looked(1, true), at(second)))
        };
        assert_eq!(step(&[finding("a")], 1), [TransitionKind::New]);
        assert_eq!(step(&[finding("a")], 2), [TransitionKind::StillOpen]);
        assert_eq!(step(&[finding("b")], 3), [TransitionKind::Changed]);
        assert_eq!(
            step(&[], 4),
            [TransitionKind::Resolved(Resolution::Reverted)]
        );
        assert_eq!(step(&[], 5), []);
    }

    #[test]
    fn what_was_not_looked_at_stays_open() {
        let mut ledger = Ledger::default();
        ledger.advance(&[finding("a")], &looked(1, true), at(1));
        assert!(ledger.advance(&[], &looked(1, false), at(2)).is_empty());
        assert!(ledger.advance(&[], &Looked::default(), at(3)).is_empty());
        assert_eq!(ledger.open.len(), 1);
        assert_eq!(ledger.open.values().map(|k| k.since).max(), Some(at(1)));
    }

    #[test]
    fn a_newer_state_that_agrees_resolves_it_as_applied() {
        let mut ledger = Ledger::default();
        ledger.advance(&[finding("a")], &looked(1, true), at(1));
        let after = ledger.advance(&[], &looked(2, true), at(2));
        assert_eq!(
            kinds(&after),
            [TransitionKind::Resolved(Resolution::Applied)]
        );
    }

    #[test]
    fn a_tainted_object_that_was_not_looked_at_stays_open() {
        let mut ledger = Ledger::default();
        let tainted = Finding {
            class: Class::Integrity,
            id: Some("tainted".to_owned()),
            ..finding("a")
        };
        ledger.advance(&[tainted], &looked(1, true), at(1));
        assert!(ledger.advance(&[], &looked(1, false), at(2)).is_empty());
        let after = ledger.advance(&[], &looked(1, true), at(3));
        assert_eq!(
            kinds(&after),
            [TransitionKind::Resolved(Resolution::Reverted)]
        );
    }

    #[test]
    fn a_conflict_stays_open_while_a_state_cannot_be_read() {
        let mut ledger = Ledger::default();
        let conflict = Finding {
            class: Class::Conflict,
            source: None,
            address: None,
            ..finding("a")
        };
        ledger.advance(&[conflict], &looked(1, true), at(1));
        let blind = Looked {
            all_read: false,
            ..looked(1, true)
        };
        assert!(ledger.advance(&[], &blind, at(2)).is_empty());
        assert_eq!(ledger.advance(&[], &looked(1, true), at(3)).len(), 1);
    }

    #[test]
    fn a_fault_of_the_suppressions_goes_when_their_file_is_mended() {
        let mut ledger = Ledger::default();
        let expired = Finding {
            class: Class::Integrity,
            source: Some("rules.yaml".to_owned()),
            address: None,
            ..finding("a")
        };
        ledger.advance(&[expired], &looked(1, true), at(1));
        assert!(ledger.advance(&[], &looked(1, true), at(2)).is_empty());
        let with_rules = Looked {
            rules: Some("rules.yaml".to_owned()),
            ..looked(1, true)
        };
        assert_eq!(ledger.advance(&[], &with_rules, at(3)).len(), 1);
    }

    #[test]
    fn what_the_state_no_longer_names_is_forgotten() {
        let mut ledger = Ledger::default();
        ledger.advance(&[finding("a")], &looked(1, true), at(1));
        let mut without = looked(2, false);
        without.named.clear();
        let after = ledger.advance(&[], &without, at(2));
        assert_eq!(
            kinds(&after),
            [TransitionKind::Resolved(Resolution::Forgotten)]
        );
    }

    #[test]
    fn the_document_survives_a_round_trip_and_refuses_another_version() {
        let mut ledger = Ledger::default();
        ledger.advance(&[finding("a")], &looked(1, true), at(1));
        assert_eq!(Ledger::from_json(&ledger.to_json()), Ok(ledger));
        assert!(Ledger::from_json(br#"{"version":2,"open":{}}"#).is_err());
    }
}

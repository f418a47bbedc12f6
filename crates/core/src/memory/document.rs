//! The scope document and its journal entries.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Grace, Hold, Lease, NightEvent, Pause, Record};
use crate::model::{Scope, TargetId};

/// The version of the document that this code reads and writes.
const VERSION: u32 = 1;

/// All that is remembered of a scope.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScopeDocument {
    /// Always 1.
    pub version: u32,
    /// The scope.
    pub scope: Scope,
    /// Number of the journal entry that it stems from; 0 before the first.
    pub generation: u64,
    /// What sleepers were before they slept.
    pub records: BTreeMap<TargetId, Record>,
    /// Claims for being awake.
    pub leases: BTreeMap<TargetId, Lease>,
    /// Claims for being asleep.
    pub holds: BTreeMap<TargetId, Hold>,
    /// The kill switch.
    pub paused: Option<Pause>,
    /// Ticks that may be carrying out their plans now.
    pub in_flight: Vec<InFlight>,
    /// Busy targets that are not put to sleep yet.
    pub grace: BTreeMap<TargetId, Grace>,
    /// Since when a target should change and cannot, because it is changing already.
    #[serde(default)]
    pub waiting: BTreeMap<TargetId, Timestamp>,
    /// What wants attention and was reported, by fingerprint.
    pub findings: BTreeMap<String, KnownFinding>,
    /// The last outcome for each target that has one.
    pub outcomes: BTreeMap<TargetId, Outcome>,
    /// What happened since the last digest.
    pub events: Vec<NightEvent>,
    /// The local date of the last digest.
    pub digest_sent: Option<Date>,
}

/// A tick that may still be at work; until its deadline others leave its targets alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InFlight {
    /// The request that runs it.
    pub request: String,
    /// It makes no call from this instant on.
    pub until: Timestamp,
    /// What it works on.
    pub targets: Vec<TargetId>,
}

/// A finding that was reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownFinding {
    /// About what.
    pub target: TargetId,
    /// What.
    pub what: String,
    /// Since when it is known.
    pub since: Timestamp,
}

/// What came of the last action on a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// When.
    pub at: Timestamp,
    /// What was tried, such as `sleep`.
    pub action: String,
    /// The error, where it failed.
    pub error: Option<String>,
    /// How many times in a row it failed.
    pub failures: u32,
    /// Whether an alert of this row of failures was published.
    #[serde(default)]
    pub told: bool,
}

/// One entry of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// Always 1.
    pub version: u32,
    /// When.
    pub at: Timestamp,
    /// The request that wrote it.
    pub request: String,
    /// Why: `tick`, or a command's name.
    pub cause: String,
    /// What was about to be done, for people who read the journal.
    pub intents: Vec<String>,
    /// The document from now on.
    pub document: ScopeDocument,
}

/// A document that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It is damaged.
    #[error("the scope document is damaged")]
    Damaged(#[source] serde_json::Error),
    /// It was written by a newer version of this tool.
    #[error("the scope document has version {0}; this tool reads version {VERSION}: upgrade it")]
    Version(u32),
    /// It is of another scope.
    #[error("the scope document is of {found}, not of {expected}")]
    Scope {
        /// The scope that it names.
        found: Scope,
        /// The scope that it should name.
        expected: Scope,
    },
}

impl ScopeDocument {
    /// A document in which nothing happened yet.
    pub const fn new(scope: Scope) -> Self {
        Self {
            version: VERSION,
            scope,
            generation: 0,
            records: BTreeMap::new(),
            leases: BTreeMap::new(),
            holds: BTreeMap::new(),
            paused: None,
            in_flight: Vec::new(),
            grace: BTreeMap::new(),
            waiting: BTreeMap::new(),
            findings: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            events: Vec::new(),
            digest_sent: None,
        }
    }

    /// Reads a document of `scope`.
    pub fn from_json(bytes: &[u8], scope: &Scope) -> Result<Self, DocumentError> {
        check_version(bytes)?;
        let document: Self = serde_json::from_slice(bytes).map_err(DocumentError::Damaged)?;
        document.of_scope(scope)
    }

    /// Its text.
    pub fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }

    /// Whether a tick may be carrying out its plan on `target` now.
    pub fn at_work_on(&self, target: &TargetId, now: Timestamp) -> Option<&InFlight> {
        self.in_flight
            .iter()
            .find(|work| now < work.until && work.targets.contains(target))
    }

    fn of_scope(self, scope: &Scope) -> Result<Self, DocumentError> {
        if self.scope != *scope {
            return Err(DocumentError::Scope {
                found: self.scope,
                expected: scope.clone(),
            });
        }
        Ok(self)
    }
}

impl JournalEntry {
    /// The entry that makes `document` the truth.
    pub const fn new(
        at: Timestamp,
        request: String,
        cause: String,
        intents: Vec<String>,
        document: ScopeDocument,
    ) -> Self {
        Self {
            version: VERSION,
            at,
            request,
            cause,
            intents,
            document,
        }
    }

    /// Reads an entry of `scope`.
    pub fn from_json(bytes: &[u8], scope: &Scope) -> Result<Self, DocumentError> {
        check_version(bytes)?;
        let mut entry: Self = serde_json::from_slice(bytes).map_err(DocumentError::Damaged)?;
        entry.document = entry.document.of_scope(scope)?;
        Ok(entry)
    }

    /// Its text.
    pub fn to_json(&self) -> Vec<u8> {
        to_json(self)
    }
}

/// Only the version: a newer document must be told from a damaged one.
#[derive(Deserialize)]
struct VersionOnly {
    version: u32,
}

fn check_version(bytes: &[u8]) -> Result<(), DocumentError> {
    let VersionOnly { version } = serde_json::from_slice(bytes).map_err(DocumentError::Damaged)?;
    if version == VERSION {
        Ok(())
    } else {
        Err(DocumentError::Version(version))
    }
}

fn to_json(value: &impl Serialize) -> Vec<u8> {
    // Maps have text keys and no value refuses to be written, so this cannot fail.
    serde_json::to_vec(value).unwrap_or_default()
}

/// Where the scope document lies: `scopes/ACCOUNT/REGION.json`.
pub fn document_key(scope: &Scope) -> String {
    format!("scopes/{}/{}.json", scope.account, scope.region)
}

/// Where the journal of a scope lies: `journal/ACCOUNT/REGION/`.
pub fn journal_prefix(scope: &Scope) -> String {
    format!("journal/{}/{}/", scope.account, scope.region)
}

/// Where an entry lies; keys sort as their generations do.
pub fn journal_key(scope: &Scope, generation: u64) -> String {
    format!("{}{generation:012}.json", journal_prefix(scope))
}

/// The generation that a journal key names.
pub fn generation_of_key(scope: &Scope, key: &str) -> Option<u64> {
    key.strip_prefix(&journal_prefix(scope))?
        .strip_suffix(".json")?
        .parse()
        .ok()
}

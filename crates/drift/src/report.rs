//! What a scan says.

use afterhours_diff::{Coverage, Finding};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One state of a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateLine {
    /// A path or `s3://bucket/key`.
    pub source: String,
    /// The workspace, where the place says it.
    pub workspace: Option<String>,
    /// Counts its versions; `null` where it could not be read.
    pub serial: Option<u64>,
    /// Which state it is; `null` where it could not be read.
    pub lineage: Option<String>,
    /// What wrote it.
    pub terraform_version: Option<String>,
    /// Why it could not be read; `null` where it could.
    pub error: Option<String>,
}

/// What a scan found and what it looked at; `drift scan --format json` prints it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Always 1.
    pub version: u32,
    /// When it began.
    pub now: Timestamp,
    /// The states.
    pub states: Vec<StateLine>,
    /// What was looked at.
    pub coverage: Coverage,
    /// What was found, worst first; explained ones last.
    pub findings: Vec<Finding>,
    /// How many findings a suppression covers, wholly.
    pub suppressed: u64,
    /// What else a person should know.
    pub notes: Vec<String>,
}

impl Report {
    /// The findings that nothing explains.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.explained.is_none())
    }

    /// Whether every state was read and everything in it that can be looked at was.
    pub fn is_complete(&self, strict: bool) -> bool {
        self.states.iter().all(|state| state.error.is_none()) && self.coverage.is_complete(strict)
    }
}

//! What differs from the Terraform state, in the words of `drift scan --format json`.
//!
//! These types take what a scan prints, and leave aside what the report does not show.

use std::collections::BTreeMap;

use afterhours_core::alert::Severity;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a scan found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Drift {
    /// The states that were read.
    #[serde(default)]
    pub states: Vec<StateRead>,
    /// How many resources of them were compared, and why others were not.
    #[serde(default)]
    pub coverage: Coverage,
    /// Differences, explained ones among them.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// How many a suppression keeps quiet.
    #[serde(default)]
    pub suppressed: u64,
}

/// One state that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateRead {
    /// Its address, such as `s3://tf-state/ml-platform.tfstate`.
    pub source: String,
    /// Its serial, if it could be read.
    #[serde(default)]
    pub serial: Option<u64>,
}

/// The classes of resources that were not wholly compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// Compared.
    Compared,
    /// Compared but for some attributes.
    PartlyCompared,
    /// Nothing reads its type.
    Unsupported,
    /// A permission is missing.
    Denied,
    /// Too many requests.
    Throttled,
    /// Any other fault.
    Failed,
    /// Its state changed during the scan.
    Void,
    /// A data source, or of another provider.
    OutOfScope,
}

/// How many resources ended in each class; each in exactly one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// Compared, or known to be deleted.
    pub compared: u64,
    /// Compared but for some attributes.
    pub partly_compared: u64,
    /// Nothing reads their type.
    pub unsupported: u64,
    /// A permission is missing.
    pub denied: u64,
    /// Too many requests.
    pub throttled: u64,
    /// Any other fault.
    pub failed: u64,
    /// Their state changed during the scan.
    pub void: u64,
    /// Data sources, and other providers.
    pub out_of_scope: u64,
    /// The resources behind each count but the first.
    #[serde(default)]
    pub details: BTreeMap<Seen, Vec<Hole>>,
    /// Listings with holes: there may be more unmanaged things than were found.
    #[serde(default)]
    pub incomplete_listings: Vec<String>,
}

/// One resource that was not, or not wholly, compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hole {
    /// Its address; empty for a whole state or listing.
    #[serde(default)]
    pub address: String,
    /// The state it is in.
    #[serde(default)]
    pub source: String,
    /// Why.
    pub reason: String,
}

/// What kind of difference a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// An attribute differs.
    Changed,
    /// The state names it, and it is gone.
    Deleted,
    /// It is there, and no state names it.
    Unmanaged,
    /// A fault of the state itself, or of the suppressions.
    Integrity,
    /// Two states claim one object.
    Conflict,
}

/// One difference between state and reality.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What kind it is.
    pub class: Class,
    /// The address as Terraform prints it; none where no state names the object.
    #[serde(default)]
    pub address: Option<String>,
    /// Terraform's type.
    #[serde(rename = "type", default)]
    pub kind: Option<String>,
    /// What `terraform import` takes.
    #[serde(default)]
    pub id: Option<String>,
    /// Twelve digits.
    #[serde(default)]
    pub account: Option<String>,
    /// Such as `eu-central-1`.
    #[serde(default)]
    pub region: Option<String>,
    /// How much it matters.
    pub severity: Severity,
    /// What it means, in a sentence.
    #[serde(default)]
    pub summary: String,
    /// Why it is no cause for alarm; none where nothing explains it.
    #[serde(default)]
    pub explained: Option<Explained>,
    /// What differs; empty for whole objects.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
    /// What a person can do.
    #[serde(default)]
    pub next_step: Option<String>,
    /// Who did it and when, if that is known.
    #[serde(default)]
    pub who: Option<String>,
}

/// Why a difference is no cause for alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explained {
    /// Who made it: `scaler`, `autoscaling`.
    pub by: String,
    /// What proves it.
    pub evidence: String,
}

/// One attribute that differs, as it may be shown: sensitive values were replaced by the scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    /// Where: `root_block_device[0].volume_size`.
    pub path: String,
    /// The state's value; `null` for none.
    #[serde(default)]
    pub state: Value,
    /// The live value; `null` for none.
    #[serde(default)]
    pub live: Value,
}

impl Coverage {
    /// Resources that ended in a class, with the name of the class in words, best first.
    pub fn classes(&self) -> [(Seen, u64, &'static str); 8] {
        [
            (Seen::Compared, self.compared, "compared"),
            (
                Seen::PartlyCompared,
                self.partly_compared,
                "partly compared",
            ),
            (Seen::Unsupported, self.unsupported, "unsupported"),
            (Seen::Denied, self.denied, "denied"),
            (Seen::Throttled, self.throttled, "throttled"),
            (Seen::Failed, self.failed, "failed"),
            (Seen::Void, self.void, "void"),
            (Seen::OutOfScope, self.out_of_scope, "out of scope"),
        ]
    }

    /// Resources that should have been compared and were not, or not wholly; unsupported types are among them.
    pub fn holes(&self) -> u64 {
        self.partly_compared
            + self.unsupported
            + self.denied
            + self.throttled
            + self.failed
            + self.void
    }

    /// Resources of AWS, whatever became of them.
    pub fn of(&self) -> u64 {
        self.compared + self.holes()
    }
}

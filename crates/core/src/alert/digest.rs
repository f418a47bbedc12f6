//! The digest of a night.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::envelope::Scope;

/// What happened in one scope between an evening and a morning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Night {
    /// Where.
    pub scope: Scope,
    /// Beginning of the night.
    pub from: Timestamp,
    /// End of the night.
    pub to: Timestamp,
    /// IANA name of the zone in which times are shown, such as `Europe/Berlin`; UTC where it is not known.
    pub zone: String,
    /// What went to sleep.
    #[serde(default)]
    pub slept: Vec<Slept>,
    /// What woke.
    #[serde(default)]
    pub woke: Vec<Woke>,
    /// What a lease kept awake.
    #[serde(default)]
    pub kept_awake: Vec<KeptAwake>,
    /// What did not work.
    #[serde(default)]
    pub failed: Vec<Failed>,
    /// What sleeps and costs money all the same.
    #[serde(default)]
    pub still_billing: Vec<StillBilling>,
    /// What wants attention.
    #[serde(default)]
    pub open: Vec<Open>,
    /// The kill switch, when it is on.
    #[serde(default)]
    pub paused: Option<Paused>,
    /// Calls made to AWS, when counted.
    #[serde(default)]
    pub calls: Option<Calls>,
}

/// A sleeper that went to sleep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slept {
    /// Its name.
    pub target: String,
    /// What it is, such as `asg` or `endpoint`.
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// What it was, such as `2/4/6`.
    pub from: String,
}

/// A sleeper that woke.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Woke {
    /// Its name.
    pub target: String,
    /// What it is.
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// What it is again, such as `2/4/6`.
    pub to: String,
}

/// A sleeper that a lease kept awake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptAwake {
    /// Its name.
    pub target: String,
    /// Until when the lease holds.
    pub until: Timestamp,
    /// How many instances the lease asks for, if it says.
    #[serde(default)]
    pub count: Option<u32>,
    /// Why, as given by the person.
    #[serde(default)]
    pub reason: Option<String>,
    /// Who, as given by the person.
    #[serde(default)]
    pub owner: Option<String>,
    /// Whether the owner was proved. Labels of payloads never are.
    #[serde(default)]
    pub verified: bool,
}

/// Something that did not work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failed {
    /// Name of the sleeper.
    pub target: String,
    /// What it is.
    pub kind: String,
    /// When it was tried last.
    pub at: Timestamp,
    /// What was tried: `sleep`, `wake` or a call name.
    pub action: String,
    /// The error, as AWS gave it.
    pub error: String,
    /// Whether it still fails at the end of the night.
    pub still_failing: bool,
}

/// A sleeper that sleeps and costs money all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StillBilling {
    /// Its name.
    pub target: String,
    /// What still costs.
    pub note: String,
}

/// Something that wants attention.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// Name of the sleeper, or of the scope.
    pub target: String,
    /// What is the matter.
    pub what: String,
    /// Since when.
    pub since: Timestamp,
}

/// The kill switch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paused {
    /// Since when.
    pub since: Timestamp,
    /// Who, as given by the person.
    #[serde(default)]
    pub by: Option<String>,
    /// Why, as given by the person.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Calls made to AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calls {
    /// Describe, List and Get calls.
    pub reads: u64,
    /// Calls that change something.
    pub mutations: u64,
}

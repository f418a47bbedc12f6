//! What slept, woke and failed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Gap, Worth};

/// Every sleeper of the report.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sleepers {
    /// The sleepers, in any order.
    #[serde(default)]
    pub items: Vec<Sleeper>,
    /// What could not be read; sleepers may be missing for it.
    #[serde(default)]
    pub gaps: Vec<Gap>,
}

/// One sleeper and its night.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sleeper {
    /// Such as `asg/gpu-training`.
    pub target: String,
    /// What it is, such as `auto_scaling_group`.
    pub kind: String,
    /// Twelve digits.
    pub account: String,
    /// Such as `eu-central-1`.
    pub region: String,
    /// What it was at which time, as seen or done.
    #[serde(default)]
    pub timeline: Vec<Phase>,
    /// The schedule's text; none where it has none.
    #[serde(default)]
    pub schedule: Option<String>,
    /// What its sleep saved; none where it did not sleep.
    #[serde(default)]
    pub saved: Option<Saved>,
    /// Leases and holds that were in force.
    #[serde(default)]
    pub claims: Vec<Claim>,
    /// What did not work.
    #[serde(default)]
    pub failures: Vec<Failure>,
    /// What costs money though it sleeps.
    #[serde(default)]
    pub still_billing: Option<String>,
}

/// A state and when it began; it holds until the next one begins, or the night ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Since when.
    pub at: Timestamp,
    /// What it was.
    pub state: State,
    /// What is known about it, such as `lease of ml-team` or `2/4/6`.
    #[serde(default)]
    pub note: Option<String>,
}

/// What a sleeper is at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It works.
    Awake,
    /// Its capacity is taken away.
    Asleep,
    /// It is on its way from one to the other.
    Transition,
    /// What should have happened did not.
    Failed,
    /// Nobody looked, or it could not be read.
    Unknown,
}

/// What a sleep saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    /// Hours that instances did not run, summed over instances.
    pub instance_hours: f64,
    /// What they would have cost.
    pub money: Worth,
}

/// A claim of a person on a sleeper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// Which way.
    pub kind: ClaimKind,
    /// When it ends; none for a claim without end.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// Why, as given by the person.
    #[serde(default)]
    pub reason: Option<String>,
    /// Who, as given by the person; a label, not a proof.
    #[serde(default)]
    pub owner: Option<String>,
    /// How many instances a lease asks for.
    #[serde(default)]
    pub count: Option<u32>,
}

/// Which way a claim goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimKind {
    /// Awake until an instant.
    Lease,
    /// Asleep until an instant.
    Hold,
}

/// Something that did not work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// When it was tried last.
    pub at: Timestamp,
    /// What was tried: `sleep`, `wake` or the name of a call.
    pub action: String,
    /// The error, as AWS gave it.
    pub error: String,
    /// Whether it failed to the end of the night.
    pub still_failing: bool,
}

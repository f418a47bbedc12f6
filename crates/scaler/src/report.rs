//! Answers to commands, as JSON.

use std::collections::BTreeMap;
use std::fmt;

use afterhours_core::memory::{Hold, InFlight, KnownFinding, Lease, Outcome, Pause, Record};
use afterhours_core::model::{Scope, TargetId};
use afterhours_core::plan::PlanReport;
use serde::Serialize;

use crate::WhyReport;

/// The answer to a command.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Reply {
    /// To `tick` and `plan`.
    Tick {
        /// One per scope that could be handled.
        reports: Vec<TickReport>,
        /// The scopes that could not be.
        errors: Vec<ScopeError>,
    },
    /// To `wake`, `extend`, `release` and `sleep`.
    Claim(Box<ClaimReport>),
    /// To `status`, `pause` and `resume`.
    Status {
        /// One per scope.
        scopes: Vec<StatusReport>,
        /// The scopes that could not be read.
        errors: Vec<ScopeError>,
    },
    /// To `why`.
    Why(Box<WhyReport>),
}

/// What came of a tick in one scope.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TickReport {
    /// The plan, with outcomes where it was carried out.
    #[serde(flatten)]
    pub plan: PlanReport,
    /// How many targets are selected.
    pub targets: usize,
    /// How many have a record, so are asleep or on their way.
    pub asleep: usize,
    /// Alerts that were published.
    pub alerts: usize,
    /// What was mended in memory.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mended: Vec<String>,
}

impl TickReport {
    /// How many actions failed.
    pub fn failures(&self) -> usize {
        let failed =
            |outcome: &Option<String>| outcome.as_deref().is_some_and(|text| text != "done");
        self.plan
            .actions
            .iter()
            .filter(|action| failed(&action.outcome))
            .count()
    }
}

/// A scope that could not be handled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScopeError {
    /// The scope.
    pub scope: Scope,
    /// The error and its causes.
    pub error: String,
}

impl fmt::Display for ScopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.scope, self.error)
    }
}

/// What came of a claim.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClaimReport {
    /// The target.
    pub target: TargetId,
    /// The lease that holds now.
    pub lease: Option<Lease>,
    /// The hold that holds now.
    pub hold: Option<Hold>,
    /// What the caller should know: a clipped lease, a mode that does not act.
    pub notes: Vec<String>,
    /// The tick for this target that followed at once; none where it failed.
    pub tick: Option<TickReport>,
}

/// What is remembered of a scope.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StatusReport {
    /// The scope.
    pub scope: Scope,
    /// Number of the last journal entry.
    pub generation: u64,
    /// The kill switch.
    pub paused: Option<Pause>,
    /// What sleepers were before they slept.
    pub records: BTreeMap<TargetId, Record>,
    /// Claims for being awake.
    pub leases: BTreeMap<TargetId, Lease>,
    /// Claims for being asleep.
    pub holds: BTreeMap<TargetId, Hold>,
    /// Last outcomes.
    pub outcomes: BTreeMap<TargetId, Outcome>,
    /// What wants attention.
    pub findings: Vec<KnownFinding>,
    /// Ticks that may be at work.
    pub in_flight: Vec<InFlight>,
}

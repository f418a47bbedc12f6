//! What a plan says to do.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use super::Reason;
use crate::memory::{Grace, KnownFinding, Lease, NightEvent, Record, ScopeDocument};
use crate::model::{EndpointPolicy, GroupSize, ScalableTarget, Tags, TargetId};

/// The two directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Gives back what it had, or what a lease asks for.
    Wake,
    /// Takes its capacity away.
    Sleep,
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wake => "wake",
            Self::Sleep => "sleep",
        })
    }
}

/// What a target is or becomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Shape {
    /// A group's size.
    Group(GroupSize),
    /// An endpoint's instances by variant.
    Endpoint {
        /// Instances by variant.
        instances: BTreeMap<String, u32>,
    },
    /// An endpoint that does not exist.
    Absent {
        /// Always true.
        absent: bool,
    },
}

impl Shape {
    /// An endpoint that does not exist.
    pub const ABSENT: Self = Self::Absent { absent: true };
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group(size) => size.fmt(f),
            Self::Absent { .. } => f.write_str("absent"),
            Self::Endpoint { instances } => {
                for (index, (variant, count)) in instances.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    write!(f, "{comma}{variant}={count}")?;
                }
                Ok(())
            }
        }
    }
}

/// One mutating call.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "call", rename_all = "snake_case")]
pub enum Step {
    /// `SuspendProcesses`.
    SuspendProcesses {
        /// Which.
        processes: BTreeSet<String>,
    },
    /// `ResumeProcesses`.
    ResumeProcesses {
        /// Which.
        processes: BTreeSet<String>,
    },
    /// `UpdateAutoScalingGroup`.
    UpdateGroup {
        /// All three at once.
        size: GroupSize,
    },
    /// `UpdateEndpointWeightsAndCapacities` for the count of one variant.
    SetVariantCount {
        /// The variant.
        variant: String,
        /// Its instances.
        count: u32,
    },
    /// `UpdateEndpointWeightsAndCapacities` for weights.
    SetVariantWeights {
        /// Weight by variant.
        weights: Vec<(String, f32)>,
    },
    /// `RegisterScalableTarget`.
    RegisterTarget {
        /// As it shall be.
        target: ScalableTarget,
    },
    /// `DeregisterScalableTarget`.
    DeregisterTarget {
        /// `ResourceId`.
        resource_id: String,
        /// `ScalableDimension`.
        dimension: String,
    },
    /// `PutScalingPolicy`.
    PutPolicy {
        /// As it shall be.
        policy: EndpointPolicy,
    },
    /// `DeleteEndpoint`.
    DeleteEndpoint {},
    /// `CreateEndpoint`.
    CreateEndpoint {
        /// From which configuration.
        config_name: String,
        /// With which tags.
        tags: Tags,
    },
}

/// A change of the scope document.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Puts or replaces a record.
    PutRecord(TargetId, Box<Record>),
    /// Forgets a record: it was restored, or its target is gone.
    DropRecord(TargetId),
    /// Puts or replaces a lease.
    PutLease(TargetId, Lease),
    /// Ends a lease.
    DropLease(TargetId),
    /// Ends a hold.
    DropHold(TargetId),
    /// Starts a grace.
    PutGrace(TargetId, Grace),
    /// Ends a grace.
    DropGrace(TargetId),
    /// Notes since when a target should change and cannot.
    PutWaiting(TargetId, Timestamp),
    /// It can change again.
    DropWaiting(TargetId),
    /// Remembers that something was reported.
    PutFinding(String, KnownFinding),
    /// Forgets it, since it is over.
    DropFinding(String),
    /// Forgets the last outcome: what failed is as it should be, or gone.
    DropOutcome(TargetId),
    /// Adds to the digest.
    Event(NightEvent),
}

impl Change {
    /// Makes the change.
    pub fn apply(&self, document: &mut ScopeDocument) {
        match self.clone() {
            Self::PutRecord(target, record) => {
                document.records.insert(target, *record);
            }
            Self::DropRecord(target) => {
                document.records.remove(&target);
            }
            Self::PutLease(target, lease) => {
                document.leases.insert(target, lease);
            }
            Self::DropLease(target) => {
                document.leases.remove(&target);
            }
            Self::DropHold(target) => {
                document.holds.remove(&target);
            }
            Self::PutGrace(target, grace) => {
                document.grace.insert(target, grace);
            }
            Self::DropGrace(target) => {
                document.grace.remove(&target);
            }
            Self::PutWaiting(target, since) => {
                document.waiting.insert(target, since);
            }
            Self::DropWaiting(target) => {
                document.waiting.remove(&target);
            }
            Self::PutFinding(fingerprint, finding) => {
                document.findings.insert(fingerprint, finding);
            }
            Self::DropFinding(fingerprint) => {
                document.findings.remove(&fingerprint);
            }
            Self::DropOutcome(target) => {
                document.outcomes.remove(&target);
            }
            Self::Event(event) => document.events.push(event),
        }
    }

    /// Whether an observing installation makes it too: it only remembers what was reported.
    pub const fn is_report(&self) -> bool {
        matches!(self, Self::PutFinding(..) | Self::DropFinding(..))
    }
}

/// What is to be done with one target.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// The target.
    pub target: TargetId,
    /// Its ARN.
    pub arn: String,
    /// The direction.
    pub verb: Verb,
    /// What it is.
    pub from: Shape,
    /// What it becomes.
    pub to: Shape,
    /// Why.
    pub reason: Reason,
    /// Calls, in order; a failing one ends the action.
    pub steps: Vec<Step>,
    /// Whether it goes on with what an earlier tick began.
    pub continues: bool,
    /// Written before the first call.
    pub before: Vec<Change>,
    /// Written after the last call succeeded.
    pub on_success: Vec<Change>,
}

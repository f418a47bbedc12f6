//! What a sleeper was before it slept.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{EndpointPolicy, GroupSize, ScalableTarget, Tags, Variant};

/// How far the last change of a sleeper is known to have got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Going to sleep: the calls may or may not have been made.
    Sleeping,
    /// Asleep, confirmed.
    Asleep,
    /// Waking: the calls may or may not have been made.
    Waking,
    /// Partly awake under a lease with a count, confirmed.
    Leased,
}

/// What a sleeper was before it slept. It survives until it was restored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// ARN of what it was taken from.
    pub arn: String,
    /// Creation time of what it was taken from: a namesake made later is not it.
    pub created_at: Timestamp,
    /// When it was taken.
    pub captured_at: Timestamp,
    /// How far the last change got.
    pub phase: Phase,
    /// What is to be restored.
    pub saved: Saved,
}

/// What is to be restored, by kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Saved {
    /// An Auto Scaling group.
    Group(GroupRecord),
    /// A `SageMaker` endpoint.
    Endpoint(EndpointRecord),
}

/// An Auto Scaling group before it slept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRecord {
    /// Its size. Never overwritten while the record lives.
    pub size: GroupSize,
    /// Processes that were suspended already, and stay so.
    pub suspended_before: BTreeSet<String>,
    /// Processes that the sleep suspends, to be resumed on waking.
    pub suspended_by_us: BTreeSet<String>,
    /// Every size written since: what differs from them was changed by somebody else.
    pub written: BTreeSet<GroupSize>,
    /// The size written last.
    pub last_written: GroupSize,
}

/// How an endpoint sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointMethod {
    /// Variants go to zero instances.
    ZeroInstances,
    /// The endpoint is deleted and made again.
    DeleteAndRecreate,
}

/// An endpoint before it slept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EndpointRecord {
    /// How it sleeps.
    pub method: EndpointMethod,
    /// `EndpointConfigName`; follows a deployment made meanwhile.
    pub config_name: String,
    /// All tags, for a re-creation and to find the schedule of what does not exist.
    pub tags: Tags,
    /// Counts and weights of its variants.
    pub variants: Vec<Variant>,
    /// Its scalable targets.
    pub scalable_targets: Vec<ScalableTarget>,
    /// Its scaling policies.
    pub policies: Vec<EndpointPolicy>,
    /// Counts written by leases: what differs from them and from zero was changed by somebody else.
    pub written: BTreeSet<u32>,
    /// The count that was written last; zero while it sleeps.
    pub last_written: u32,
    /// `LastModifiedTime` when it was seen asleep: while it stays the same, nobody touched it.
    pub seen_modified: Option<Timestamp>,
    /// Whether a re-creation was begun: a newer creation time is then our own doing.
    pub recreating: bool,
}

impl Record {
    /// Whether it is of the sleeper with this ARN and creation time, or of the endpoint that this one is
    /// re-created from.
    pub fn is_of(&self, arn: &str, created_at: Timestamp) -> bool {
        let ours = matches!(&self.saved, Saved::Endpoint(saved) if saved.recreating);
        self.arn == arn && (self.created_at == created_at || ours)
    }
}

impl fmt::Display for Saved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group(saved) => saved.size.fmt(f),
            Self::Endpoint(saved) => {
                write!(f, "{} with", saved.config_name)?;
                for variant in &saved.variants {
                    write!(f, " {}={}", variant.name, variant.count)?;
                }
                Ok(())
            }
        }
    }
}

impl EndpointRecord {
    /// Whether its absence may be our own doing.
    pub fn is_deleted_on_purpose(&self) -> bool {
        self.method == EndpointMethod::DeleteAndRecreate
    }
}

//! Claims of people: leases, holds, the pause; and the grace of a busy target.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where a lease comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaseOrigin {
    /// Somebody asked for it.
    Command,
    /// Somebody woke the target past this tool; it is respected for a while.
    Observed,
}

/// A claim: awake until an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Where it comes from.
    pub origin: LeaseOrigin,
    /// Since when.
    pub since: Timestamp,
    /// Until when; exclusive.
    pub until: Timestamp,
    /// How many capacity units or instances; all that it had, where none.
    pub count: Option<u32>,
    /// Why.
    pub reason: Option<String>,
    /// Who; a label, not verified.
    pub owner: Option<String>,
    /// Requests that made or changed it: one that is delivered twice counts once.
    pub requests: Vec<String>,
}

impl Lease {
    /// Whether it holds at `now`.
    pub fn is_active(&self, now: Timestamp) -> bool {
        now < self.until
    }
}

/// The opposite of a lease: asleep until an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Since when.
    pub since: Timestamp,
    /// Until when; exclusive.
    pub until: Timestamp,
    /// Why.
    pub reason: Option<String>,
    /// Who; a label, not verified.
    pub owner: Option<String>,
}

impl Hold {
    /// Whether it holds at `now`.
    pub fn is_active(&self, now: Timestamp) -> bool {
        now < self.until
    }
}

/// The kill switch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub reason: Option<String>,
    /// Who; a label, not verified.
    pub owner: Option<String>,
}

/// A busy target that is not put to sleep yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grace {
    /// When it should have gone to sleep.
    pub since: Timestamp,
    /// What kept it awake when that was last looked at.
    pub busy: String,
}

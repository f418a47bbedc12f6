//! What happened since the last digest.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::TargetId;

/// One thing that happened to a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NightEvent {
    /// When.
    pub at: Timestamp,
    /// To what.
    pub target: TargetId,
    /// What.
    pub event: NightEventKind,
}

/// What can happen to a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NightEventKind {
    /// It went to sleep.
    Slept {
        /// What it was, such as `2/4/6`.
        from: String,
    },
    /// It woke.
    Woke {
        /// What it became, such as `2/4/6`.
        to: String,
    },
    /// Somebody claimed it awake, or made such a claim longer.
    Leased {
        /// Until when.
        until: Timestamp,
        /// How many.
        count: Option<u32>,
        /// Why.
        reason: Option<String>,
        /// Who; a label, not verified.
        owner: Option<String>,
    },
    /// Something did not work.
    Failed {
        /// What was tried.
        action: String,
        /// What came back.
        error: String,
    },
}

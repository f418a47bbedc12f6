//! What is remembered between runs.

use std::collections::BTreeMap;

use afterhours_cost::incident::Memory;
use afterhours_ports::{Precondition, Store};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::BudgetError;
use crate::keep;

/// Key of what is remembered between runs.
pub const LEDGER_KEY: &str = "budget/ledger.json";

/// What is remembered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// Always 1.
    pub version: u32,
    /// Incidents, and what people said is expected.
    pub incidents: Memory,
    /// What was told of each budget.
    pub budgets: BTreeMap<String, ToldBudget>,
    /// When the last heartbeat went out.
    pub heartbeat: Option<Timestamp>,
}

/// What was told of a budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToldBudget {
    /// The month, `YYYY-MM`.
    pub month: String,
    /// What was said of it last.
    pub level: Level,
}

/// How a budget stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// It holds.
    Holds,
    /// It is more likely passed than not.
    Likely,
    /// It is passed.
    Passed,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            version: 1,
            incidents: Memory::default(),
            budgets: BTreeMap::new(),
            heartbeat: None,
        }
    }
}

impl Ledger {
    /// Reads what is remembered, with what a write has to find; nothing before the first run.
    pub(crate) async fn load(store: &dyn Store) -> Result<(Self, Precondition), BudgetError> {
        let (bytes, only_if) = keep::get(store, LEDGER_KEY).await?;
        let Some(bytes) = bytes else {
            return Ok((Self::default(), only_if));
        };
        let damaged = |source: Box<dyn std::error::Error + Send + Sync>| BudgetError::Damaged {
            key: LEDGER_KEY,
            source,
        };
        let ledger: Self = serde_json::from_slice(&bytes).map_err(|error| damaged(error.into()))?;
        if ledger.version != 1 || ledger.incidents.version != afterhours_cost::incident::VERSION {
            let text = format!("version {}; accepted: 1", ledger.version);
            return Err(damaged(text.into()));
        }
        Ok((ledger, only_if))
    }

    pub(crate) fn to_json(&self) -> Vec<u8> {
        // Texts, days and finite numbers have no way to fail.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

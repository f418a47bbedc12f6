//! What was read in one go, and what could not be.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Endpoint, EndpointSummary, Group, Tags};

/// One account and region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Twelve digits.
    pub account: String,
    /// Such as `eu-central-1`.
    pub region: String,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.region)
    }
}

/// The sleepers of one kind.
///
/// What is absent from `items` is gone only if `error` is none and `unreadable` does not name it.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing<T> {
    /// What was read.
    pub items: Vec<T>,
    /// Why the list is not complete.
    pub error: Option<String>,
    /// Single sleepers that exist and could not be read, with the error.
    pub unreadable: BTreeMap<String, String>,
}

impl<T> Default for Listing<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            error: None,
            unreadable: BTreeMap::new(),
        }
    }
}

impl<T> Listing<T> {
    /// A complete list.
    pub fn complete(items: Vec<T>) -> Self {
        Self {
            items,
            ..Self::default()
        }
    }

    /// A list that could not be read at all.
    pub fn failed(error: impl Into<String>) -> Self {
        Self {
            error: Some(error.into()),
            ..Self::default()
        }
    }

    /// Whether the absence of `name` proves that it does not exist.
    pub fn proves_absent(&self, name: &str) -> bool {
        self.error.is_none() && !self.unreadable.contains_key(name)
    }
}

/// All that a plan is made from on the live side.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Inventory {
    /// Auto Scaling groups, all of the scope.
    pub groups: Listing<Group>,
    /// Endpoints that are tagged for sleep or have a record, and whose details matter now.
    pub endpoints: Listing<Endpoint>,
    /// Endpoints that are tagged for sleep and whose details do not matter now, with their tags.
    pub other_endpoints: Vec<(EndpointSummary, Tags)>,
    /// Endpoint configurations that were asked for, by name.
    pub configs: BTreeMap<String, ConfigState>,
}

/// What is known of an endpoint configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigState {
    /// It exists.
    Exists,
    /// It does not exist.
    Missing,
    /// It could not be read, with the error.
    Unreadable(String),
}

/// What a sleeper is doing, read before it is put to sleep.
#[derive(Debug, Clone, PartialEq)]
pub enum Activity {
    /// Below every threshold.
    Idle,
    /// Above a threshold, in words: `GPU 63 % over 10 %`.
    Busy(String),
    /// A metric could not be read: taken for busy within the grace.
    Unknown(String),
}

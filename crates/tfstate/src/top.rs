//! What stands at the top of a state.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::error::{Foreign, StateError};
use crate::instance::shown;

/// What stands about a state besides its resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// 4.
    pub version: u64,
    /// What wrote it, such as `1.13.4`.
    pub terraform_version: Option<String>,
    /// Counts its versions; 0 where it is absent.
    pub serial: u64,
    /// Which state it is, through all its versions; empty where it is absent.
    pub lineage: String,
    /// Instances that were handed over; 0 from [`header`].
    pub instances: u64,
    /// Entries that were handed over as faults; 0 from [`header`].
    pub faults: u64,
}

/// What was seen at the top.
#[derive(Default)]
pub(crate) struct Top {
    pub(crate) version: Option<Value>,
    pub(crate) terraform_version: Option<String>,
    pub(crate) serial: Option<Value>,
    pub(crate) lineage: Option<Value>,
    pub(crate) key_providers: Vec<String>,
    pub(crate) encryption_version: Option<String>,
    pub(crate) backend: Option<(String, Option<String>)>,
    pub(crate) keys: BTreeSet<String>,
    pub(crate) resources: bool,
}

/// Keys of a foreign object that are remembered.
pub(crate) const KEYS: usize = 12;

impl Top {
    pub(crate) fn has(&self, key: &str) -> bool {
        self.keys.contains(key)
    }

    pub(crate) fn is_header_known(&self) -> bool {
        self.version.is_some() && self.serial.is_some() && self.lineage.is_some()
    }

    /// What it is, if it is known already that it is no state of version 4.
    pub(crate) fn refusal(&self) -> Option<StateError> {
        if let Some((kind, location)) = &self.backend {
            let (kind, location) = (kind.clone(), location.clone());
            return Some(StateError::Backend { kind, location });
        }
        if self.has("encrypted_data") {
            return Some(StateError::Encrypted {
                serial: self.serial.as_ref().and_then(Value::as_u64),
                lineage: self
                    .lineage
                    .as_ref()
                    .and_then(Value::as_str)
                    .map(str::to_owned),
                key_providers: self.key_providers.clone(),
                encryption_version: self.encryption_version.clone(),
            });
        }
        let terraform_version = self.terraform_version.clone();
        let is_state = self.serial.is_some() || self.lineage.is_some() || self.has("modules");
        match self
            .version
            .as_ref()
            .and_then(Value::as_u64)
            .filter(|_| is_state)
        {
            Some(version @ 1..=3) => Some(StateError::OldVersion {
                version,
                terraform_version,
            }),
            Some(version @ 5..) => Some(StateError::NewVersion {
                version,
                terraform_version,
            }),
            _ => None,
        }
    }

    pub(crate) fn foreign(&self) -> StateError {
        StateError::Foreign(
            if self.has("resource_changes") || self.has("planned_values") {
                Foreign::Plan
            } else if self.has("provider_schemas") {
                Foreign::ProviderSchemas
            } else if self.has("format_version") {
                Foreign::ShownState
            } else if self.has("ID") && self.has("Who") {
                Foreign::LockInfo
            } else {
                Foreign::Object(self.keys.iter().take(6).cloned().collect())
            },
        )
    }

    pub(crate) fn header(&self, instances: u64, faults: u64) -> Result<Header, StateError> {
        if let Some(refusal) = self.refusal() {
            return Err(refusal);
        }
        let is_state = self.serial.is_some() || self.lineage.is_some() || self.resources;
        let version = match &self.version {
            Some(version) if is_state => version,
            _ => return Err(self.foreign()),
        };
        if version.as_u64() != Some(4) {
            return Err(StateError::Field {
                field: "version",
                found: shown(version),
                accepted: "4",
            });
        }
        let serial = match &self.serial {
            None | Some(Value::Null) => 0,
            Some(serial) => serial.as_u64().ok_or_else(|| StateError::Field {
                field: "serial",
                found: shown(serial),
                accepted: "a whole number from 0",
            })?,
        };
        let lineage = match &self.lineage {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(lineage)) => lineage.clone(),
            Some(other) => {
                return Err(StateError::Field {
                    field: "lineage",
                    found: shown(other),
                    accepted: "a text",
                });
            }
        };
        Ok(Header {
            version: 4,
            terraform_version: self.terraform_version.clone(),
            serial,
            lineage,
            instances,
            faults,
        })
    }
}

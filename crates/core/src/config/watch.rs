//! The sections of the drift and budget watchers.

use serde::{Deserialize, Serialize};

use super::ConfigError;
use super::validate::required;

/// What the drift watcher scans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drift {
    /// States: `s3://bucket/key`, a prefix `s3://bucket/prefix/`; at least one.
    pub states: Vec<String>,
    /// Whether objects that no state names are findings, of the types that the states have.
    #[serde(default = "yes")]
    pub unmanaged: bool,
    /// The suppressions, a YAML file at `s3://bucket/key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suppressions: Option<String>,
    /// Name or ARN of the Secrets Manager secret whose text keys the fingerprints of secret values; without it another
    /// value of a secret attribute that differs already is not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint_secret: Option<String>,
}

impl Drift {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if self.states.is_empty() {
            let accepted = "at least one s3://bucket/key or s3://bucket/prefix/";
            return Err(ConfigError::value("drift.states", "[]", accepted));
        }
        for (index, state) in self.states.iter().enumerate() {
            object(&format!("drift.states[{index}]"), state)?;
        }
        if let Some(suppressions) = &self.suppressions {
            object("drift.suppressions", suppressions)?;
        }
        if let Some(secret) = &self.fingerprint_secret {
            required("drift.fingerprint_secret", secret)?;
        }
        Ok(())
    }
}

fn yes() -> bool {
    true
}

fn object(field: &str, address: &str) -> Result<(), ConfigError> {
    let named = address
        .strip_prefix("s3://")
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(bucket, _)| !bucket.is_empty());
    if named {
        Ok(())
    } else {
        Err(ConfigError::value(
            field,
            address,
            "s3://bucket/key, or s3://bucket/prefix/ for all states under it",
        ))
    }
}

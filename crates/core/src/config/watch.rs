//! The sections of the drift and budget watchers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ConfigError;
use super::validate::required;
use crate::command::CommandError;

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
    /// The states that a payload asks for, each covered by the configuration; all of the configuration where it asks for
    /// none. An option (`?workspaces=…`) may lead elsewhere, so only the configuration has any.
    ///
    /// # Errors
    /// Names the first state that is not covered, and what is.
    pub fn covered(&self, asked: Option<Vec<String>>) -> Result<Vec<String>, CommandError> {
        let Some(asked) = asked else {
            return Ok(self.states.clone());
        };
        let is_covered = |state: &String| {
            self.states.iter().any(|configured| {
                state == configured
                    || (configured.ends_with('/')
                        && !state.contains('?')
                        && state.starts_with(configured.as_str()))
            })
        };
        match asked.iter().find(|state| !is_covered(state)) {
            None => Ok(asked),
            Some(state) => Err(CommandError::NotCovered {
                state: state.clone(),
                accepted: self.states.join(", "),
            }),
        }
    }

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

/// How the budget watcher looks at costs; every field has a default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Budget {
    /// Days of history that are fetched and looked at, 28 to 395: Cost Explorer keeps 13 months.
    pub history_days: u32,
    /// Requests to Cost Explorer in one run, at most, 3 or more; each costs 0.01 USD.
    pub max_requests_per_run: u32,
    /// Requests to Cost Explorer in one calendar month (UTC), at most.
    pub max_requests_per_month: u32,
    /// Alerts wanted per month over all series; the threshold is calibrated on the history. Without it a fixed one holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alerts_per_month: Option<f64>,
    /// Least excess that is told of, in money per day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_excess: Option<f64>,
    /// Money per month that must not be passed, by key (`Amazon SageMaker`); `total` is everything.
    pub budgets: BTreeMap<String, f64>,
    /// Whether the monthly cost budgets of AWS Budgets are followed as well.
    pub aws_budgets: bool,
    /// The hourly check tells of capacity that runs outside its schedule for more than this, in USD per hour.
    pub check_above: f64,
    /// Prices in USD per hour that go before the built-in ones, by `REGION/INSTANCE-TYPE` (`eu-central-1/ml.g5.xlarge`).
    pub prices: BTreeMap<String, f64>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            history_days: 180,
            max_requests_per_run: 24,
            max_requests_per_month: 400,
            alerts_per_month: None,
            min_excess: None,
            budgets: BTreeMap::new(),
            aws_budgets: true,
            check_above: 1.0,
            prices: BTreeMap::new(),
        }
    }
}

impl Budget {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if !(28..=395).contains(&self.history_days) {
            let (field, days) = ("budget.history_days", self.history_days);
            return Err(ConfigError::value(field, days, "28 to 395"));
        }
        for (field, requests) in [
            ("budget.max_requests_per_run", self.max_requests_per_run),
            ("budget.max_requests_per_month", self.max_requests_per_month),
        ] {
            if requests < 3 {
                return Err(ConfigError::value(
                    field,
                    requests,
                    "3 or more, one for each slice",
                ));
            }
        }
        let numbers = [
            ("budget.alerts_per_month".to_owned(), self.alerts_per_month),
            ("budget.min_excess".to_owned(), self.min_excess),
            ("budget.check_above".to_owned(), Some(self.check_above)),
        ];
        let budgets = self.budgets.iter();
        let budgets = budgets.map(|(key, amount)| (format!("budget.budgets.{key}"), Some(*amount)));
        let prices = self.prices.iter();
        let prices = prices.map(|(key, price)| (format!("budget.prices.{key}"), Some(*price)));
        for (field, number) in numbers.into_iter().chain(budgets).chain(prices) {
            if let Some(number) = number
                && !(number.is_finite() && number > 0.0)
            {
                return Err(ConfigError::value(field, number, "a number over 0"));
            }
        }
        for key in self.prices.keys() {
            let named = key
                .split_once('/')
                .is_some_and(|(region, kind)| !region.is_empty() && kind.contains('.'));
            if !named {
                let accepted = "REGION/INSTANCE-TYPE, such as eu-central-1/ml.g5.xlarge";
                return Err(ConfigError::value("budget.prices", key, accepted));
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(json: &str) -> String {
        let budget: Budget = serde_json::from_str(json).unwrap();
        budget.validate().unwrap_err().to_string()
    }

    #[test]
    fn an_empty_budget_section_has_defaults_and_wrong_values_are_named() {
        let budget: Budget = serde_json::from_str("{}").unwrap();
        assert_eq!(budget, Budget::default());
        assert!(budget.validate().is_ok());
        assert!(refused(r#"{"history_days":7}"#).contains("history_days"));
        assert!(refused(r#"{"max_requests_per_run":1}"#).contains("3 or more"));
        assert!(refused(r#"{"budgets":{"total":-1}}"#).contains("budget.budgets.total"));
        assert!(refused(r#"{"prices":{"g5.xlarge":1.0}}"#).contains("REGION/INSTANCE-TYPE"));
        assert!(refused(r#"{"check_above":0}"#).contains("check_above"));
    }

    #[test]
    fn a_payload_reaches_no_state_beyond_the_configuration() {
        let drift = Drift {
            states: vec!["s3://b/teams/".to_owned(), "s3://b/one".to_owned()],
            unmanaged: true,
            suppressions: None,
            fingerprint_secret: None,
        };
        let covered = |state: &str| drift.covered(Some(vec![state.to_owned()])).is_ok();
        assert!(covered("s3://b/one") && covered("s3://b/teams/ml.tfstate"));
        for beyond in [
            "s3://b/one/more",
            "s3://b/team",
            "s3://other/teams/x",
            "s3://b/teams/x?workspaces=*&workspace_key_prefix=secret",
            "/etc/passwd",
        ] {
            assert!(!covered(beyond), "{beyond}");
        }
        assert_eq!(drift.covered(None).ok(), Some(drift.states.clone()));
    }
}

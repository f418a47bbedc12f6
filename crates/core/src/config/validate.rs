//! What a configuration must hold beyond its shape.

use super::Config;
use crate::budget_command::BudgetCommand;
use crate::command::Command;
use crate::watch_command::WatchCommand;

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The document does not have the shape.
    #[error("configuration field `{path}`: {message}")]
    Shape {
        /// Path of the field, such as `limits.max_lease`; `.` is the whole document.
        path: String,
        /// What is wrong and what is accepted.
        message: String,
    },
    /// More than one document, or text after it.
    #[error("configuration: {0}; accepted: one JSON document")]
    NotOneDocument(String),
    /// A value that cannot be used.
    #[error("configuration field `{field}`: {value} is not accepted; accepted: {accepted}")]
    Value {
        /// Path of the field.
        field: String,
        /// The value as text.
        value: String,
        /// What would be accepted.
        accepted: String,
    },
}

impl ConfigError {
    pub(super) fn from_path_error(error: &serde_path_to_error::Error<serde_json::Error>) -> Self {
        Self::Shape {
            path: error.path().to_string(),
            message: error.inner().to_string(),
        }
    }

    pub(super) fn value(
        field: impl Into<String>,
        value: impl std::fmt::Debug,
        accepted: &str,
    ) -> Self {
        Self::Value {
            field: field.into(),
            value: format!("{value:?}"),
            accepted: accepted.to_owned(),
        }
    }
}

impl Config {
    pub(super) fn validate(&self) -> Result<(), ConfigError> {
        if self.version != 1 {
            return Err(ConfigError::value("version", self.version, "1"));
        }
        required("environment", &self.environment)?;
        required("bucket", &self.bucket)?;
        self.validate_scopes()?;
        if let Some(name) = &self.default_schedule
            && !self.schedules.contains_key(name)
        {
            let known = self
                .schedules
                .keys()
                .cloned()
                .collect::<Vec<_>>()
                .join(", ");
            return Err(ConfigError::value(
                "default_schedule",
                name,
                &format!("a name in `schedules` ({known})"),
            ));
        }
        if let Some(topic) = &self.topic_arn
            && !(topic.starts_with("arn:") && topic.split(':').count() == 6)
        {
            return Err(ConfigError::value(
                "topic_arn",
                topic,
                "the ARN of an SNS topic",
            ));
        }
        if let Some(production) = &self.production {
            required("production.tag", &production.tag)?;
        }
        if let Some(drift) = &self.drift {
            drift.validate()?;
        }
        if let Some(budget) = &self.budget {
            budget.validate()?;
        }
        self.validate_numbers()?;
        self.validate_aliases()
    }

    fn validate_scopes(&self) -> Result<(), ConfigError> {
        if self.scopes.is_empty() {
            return Err(ConfigError::value(
                "scopes",
                "[]",
                "at least one account and region",
            ));
        }
        for (index, scope) in self.scopes.iter().enumerate() {
            if scope.account.len() != 12 || !scope.account.bytes().all(|b| b.is_ascii_digit()) {
                let field = format!("scopes[{index}].account");
                return Err(ConfigError::value(field, &scope.account, "twelve digits"));
            }
            required(&format!("scopes[{index}].region"), &scope.region)?;
            if self
                .scopes
                .iter()
                .take(index)
                .any(|earlier| earlier == scope)
            {
                let field = format!("scopes[{index}]");
                return Err(ConfigError::value(
                    field,
                    scope.to_string(),
                    "each scope once",
                ));
            }
        }
        Ok(())
    }

    fn validate_numbers(&self) -> Result<(), ConfigError> {
        let share = self.limits.max_share_per_tick;
        if !(share > 0.0 && share <= 1.0) {
            let field = "limits.max_share_per_tick";
            return Err(ConfigError::value(
                field,
                share,
                "a number over 0 and at most 1",
            ));
        }
        if self.limits.min_changes_per_tick == 0 {
            return Err(ConfigError::value(
                "limits.min_changes_per_tick",
                0,
                "1 or more",
            ));
        }
        for (field, percent) in [
            ("busy.cpu_percent", self.busy.cpu_percent),
            ("busy.gpu_percent", self.busy.gpu_percent),
        ] {
            if let Some(percent) = percent
                && !(0.0..=100.0).contains(&percent)
            {
                return Err(ConfigError::value(field, percent, "a number from 0 to 100"));
            }
        }
        for (field, rate) in [
            ("rates.autoscaling", self.rates.autoscaling),
            (
                "rates.application_autoscaling",
                self.rates.application_autoscaling,
            ),
            ("rates.sagemaker", self.rates.sagemaker),
        ] {
            if !(rate > 0.0 && rate <= 1_000.0) {
                let accepted = "requests per second, over 0 and at most 1000";
                return Err(ConfigError::value(field, rate, accepted));
            }
        }
        Ok(())
    }

    fn validate_aliases(&self) -> Result<(), ConfigError> {
        for (alias, rule) in &self.aliases {
            for name in &rule.commands {
                let watchers = [WatchCommand::NAMES.as_slice(), &BudgetCommand::NAMES].concat();
                let mut known: Vec<&str> = [Command::NAMES.as_slice(), &watchers].concat();
                known.dedup();
                if !known.contains(&name.as_str()) {
                    let field = format!("aliases.{alias}.commands");
                    return Err(ConfigError::value(field, name, &known.join(", ")));
                }
            }
        }
        Ok(())
    }
}

pub(super) fn required(field: &str, value: &str) -> Result<(), ConfigError> {
    if value.trim().is_empty() {
        return Err(ConfigError::value(field, value, "a text that is not empty"));
    }
    Ok(())
}

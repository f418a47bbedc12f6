//! The configuration document that the functions and the tool read.

mod span;
mod validate;
mod watch;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use span::{ParseSpanError, Span};
pub use validate::ConfigError;
pub use watch::{Budget, Drift};

use crate::model::Scope;
use crate::schedule::{Schedule, Zone};

/// Whether a tick may change anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Plans and reports; makes no mutating call.
    #[default]
    Observe,
    /// Carries out its plans.
    Act,
}

/// What becomes of a sleeper whose schedule tag goes away while it sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagRemoved {
    /// It gets back what it had.
    #[default]
    Restore,
    /// It stays as it is, and is reported.
    Leave,
}

/// The configuration document, version 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Always 1.
    pub version: u32,
    /// Whether ticks act; `observe` by default.
    #[serde(default)]
    pub mode: Mode,
    /// A label for alerts, such as `production`.
    pub environment: String,
    /// Zone of schedules without a `tz` clause, and of the digest; UTC by default.
    #[serde(default = "Zone::utc")]
    pub zone: Zone,
    /// S3 bucket of scope documents and journal.
    pub bucket: String,
    /// SNS topic of alerts; without it nothing is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic_arn: Option<String>,
    /// Accounts and regions to look after; at least one.
    pub scopes: Vec<Scope>,
    /// Named schedules, for use in tags.
    #[serde(default)]
    pub schedules: BTreeMap<String, Schedule>,
    /// Name of the schedule that the tag `AutoShutdown=True` selects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_schedule: Option<String>,
    /// Bounds.
    #[serde(default)]
    pub limits: Limits,
    /// What is production; such sleepers need `afterhours:allow-production=true`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub production: Option<Production>,
    /// Name patterns (`*` and `?`) of classic real-time endpoints that may be deleted and re-created.
    #[serde(default)]
    pub recreate_endpoints: Vec<String>,
    /// What to do when the schedule tag is removed from a sleeping target.
    #[serde(default)]
    pub tag_removed: TagRemoved,
    /// Thresholds that keep a busy target awake for a while.
    #[serde(default)]
    pub busy: Busy,
    /// When the digest of the night is sent.
    #[serde(default)]
    pub digest: Digest,
    /// Client-side request rates.
    #[serde(default)]
    pub rates: Rates,
    /// What callers of each Lambda alias may do; an alias that is not named here may do everything.
    #[serde(default)]
    pub aliases: BTreeMap<String, Alias>,
    /// Where the notifier delivers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notify: Option<Notify>,
    /// What the drift watcher scans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drift>,
    /// How the budget watcher looks at costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
}

/// Bounds of what one tick and one claim may do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Largest share of the selected targets that one tick may change; over 0, at most 1.
    pub max_share_per_tick: f64,
    /// This many changes are allowed whatever the share is; at least 1.
    pub min_changes_per_tick: u32,
    /// Longest lease or hold, and longest time that a hand-made wake is respected.
    pub max_lease: Span,
    /// No restore goes beyond this size (capacity units of a group, instances of a variant).
    pub max_capacity: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_share_per_tick: 0.5,
            min_changes_per_tick: 10,
            max_lease: Span::hours(12),
            max_capacity: 1_000,
        }
    }
}

/// The tag that marks production.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Production {
    /// Tag key.
    pub tag: String,
    /// Tag values; letter case does not matter.
    pub values: Vec<String>,
}

/// When a target counts as busy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Busy {
    /// Average CPU utilisation over this is busy, in per cent; none: CPU is not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_percent: Option<f64>,
    /// Average GPU utilisation over this is busy, in per cent; none: GPU is not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gpu_percent: Option<f64>,
    /// Over how long the average is taken.
    pub window: Span,
    /// A busy target sleeps at the latest this long after its schedule says so.
    pub max_grace: Span,
}

impl Default for Busy {
    fn default() -> Self {
        Self {
            cpu_percent: None,
            gpu_percent: None,
            window: Span::minutes(15),
            max_grace: Span::hours(2),
        }
    }
}

impl Busy {
    /// Whether any metric is looked at.
    pub const fn reads_metrics(&self) -> bool {
        self.cpu_percent.is_some() || self.gpu_percent.is_some()
    }
}

/// When the digest of a night goes out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Digest {
    /// Local time of the configuration's zone, `HH:MM`.
    pub at: jiff::civil::Time,
}

impl Default for Digest {
    fn default() -> Self {
        Self {
            at: jiff::civil::Time::constant(9, 0, 0, 0),
        }
    }
}

/// Client-side request rates per second, by service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// EC2 Auto Scaling: all its operations share one bucket per account and region.
    pub autoscaling: f64,
    /// Application Auto Scaling.
    pub application_autoscaling: f64,
    /// `SageMaker` control plane; its limits are not published.
    pub sagemaker: f64,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            autoscaling: 5.0,
            application_autoscaling: 5.0,
            sagemaker: 3.0,
        }
    }
}

/// What callers of one Lambda alias may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alias {
    /// Name patterns (`*` and `?`) of targets, matched against `asg/NAME` or the bare name.
    pub targets: Vec<String>,
    /// Names of commands.
    pub commands: Vec<String>,
}

/// Where the notifier delivers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notify {
    /// Name or ARN of the Secrets Manager secret whose text is the Slack webhook's URL.
    pub slack_webhook_secret: String,
}

impl Config {
    /// Reads a document (JSON) and checks it.
    ///
    /// # Errors
    /// Names the field, the value and what is accepted.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let config: Self = serde_path_to_error::deserialize(&mut deserializer)
            .map_err(|error| ConfigError::from_path_error(&error))?;
        deserializer
            .end()
            .map_err(|error| ConfigError::NotOneDocument(error.to_string()))?;
        config.validate()?;
        Ok(config)
    }

    /// Whether a classic real-time endpoint of this name may be deleted and re-created.
    pub fn may_recreate(&self, endpoint: &str) -> bool {
        matches_any(&self.recreate_endpoints, endpoint)
    }
}

/// Whether one of the patterns (`*`, `?`) matches.
pub(crate) fn matches_any(patterns: &[String], text: &str) -> bool {
    patterns
        .iter()
        .any(|pattern| wildmatch::WildMatch::new(pattern).matches(text))
}

//! The data of a report: a document of one night, written as JSON beside the page.
//!
//! No field may hold a secret: whoever fills it in has replaced sensitive values before.

mod cost;
mod drift;
mod savings;
mod sleeper;

use afterhours_core::alert::Severity;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use cost::{Anomaly, AnomalyState, Cost, CostDay, Forecast, Incident, Part, Series};
pub use drift::{Attribute, Class, Coverage, Drift, Explained, Finding, Hole, Seen, StateRead};
pub use savings::{DaySaved, PriceSource, Savings, WithoutPrice};
pub use sleeper::{Claim, ClaimKind, Failure, Phase, Saved, Sleeper, Sleepers, State};

/// The version of the document that this crate reads and writes.
pub const VERSION: u32 = 1;

/// What the report of one night says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Night {
    /// [`VERSION`].
    pub version: u32,
    /// The name of the installation, such as `ml-platform`.
    pub deployment: String,
    /// Such as `production`.
    pub environment: String,
    /// The accounts and regions that the report is about.
    #[serde(default)]
    pub scopes: Vec<Scope>,
    /// When the night began.
    pub from: Timestamp,
    /// When it ended.
    pub to: Timestamp,
    /// IANA name of the zone in which times are shown; UTC where it is not known.
    pub zone: String,
    /// When the document was made.
    pub generated_at: Timestamp,
    /// What slept, woke and failed.
    #[serde(default)]
    pub sleepers: Looked<Sleepers>,
    /// What that saved.
    #[serde(default)]
    pub savings: Looked<Savings>,
    /// What differs from the Terraform state.
    #[serde(default)]
    pub drift: Looked<Drift>,
    /// What all costs, and what of it was not to be expected.
    #[serde(default)]
    pub cost: Looked<Cost>,
    /// What wants a person, beyond what the sections say for themselves.
    #[serde(default)]
    pub open: Vec<OpenItem>,
    /// How afterhours itself does.
    #[serde(default)]
    pub health: Looked<Health>,
}

/// A part of the report, or why there is none: what was not looked at is never called clean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Looked<T> {
    /// What was found.
    LookedAt(T),
    /// Why nobody looked, such as `no Terraform state is configured`.
    NotLookedAt(String),
}

impl<T> Default for Looked<T> {
    fn default() -> Self {
        Self::NotLookedAt("the document has no such part".to_owned())
    }
}

impl<T> Looked<T> {
    /// What was found, if somebody looked.
    pub fn found(&self) -> Option<&T> {
        match self {
            Self::LookedAt(found) => Some(found),
            Self::NotLookedAt(_) => None,
        }
    }
}

/// One account and region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Twelve digits.
    pub account: String,
    /// Such as `eu-central-1`.
    pub region: String,
}

/// Something that could not be looked at within a part that was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// What, such as `endpoints of 123456789012/eu-west-1`.
    pub what: String,
    /// Why, such as the error of AWS.
    pub reason: String,
}

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// How much.
    pub amount: f64,
    /// ISO 4217 code, such as `USD`.
    pub currency: String,
}

/// What something is worth, or why that is not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Worth {
    /// It has a price.
    Money(Money),
    /// It has none, and why, such as `no price of ml.p5.48xlarge in eu-central-1`.
    PriceUnknown(String),
}

/// Something that wants a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenItem {
    /// What it is about: a sleeper, a state, a function.
    pub about: String,
    /// What is the matter.
    pub what: String,
    /// How much it matters.
    pub severity: Severity,
    /// Since when.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// A command that helps, as it can be pasted into a shell.
    #[serde(default)]
    pub command: Option<String>,
    /// A page that helps; anything but an `https://` address is shown as text.
    #[serde(default)]
    pub link: Option<String>,
}

/// How afterhours itself does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Health {
    /// What was checked.
    #[serde(default)]
    pub checks: Vec<Check>,
}

/// One check of afterhours itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What was checked, such as `scaler ticks`.
    pub name: String,
    /// How it stands.
    pub status: CheckStatus,
    /// In words, such as `156 of 156 ticks ended in time`.
    pub detail: String,
}

/// How a check stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// As it should be.
    Ok,
    /// Somebody should look.
    Warning,
    /// It does not work.
    Failed,
    /// It could not be checked.
    Unknown,
}

/// A text that is no document of a night.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The text is no JSON, or a field is missing, unknown or of another type.
    #[error("field {field}: {message}")]
    Field {
        /// The path of the field, such as `sleepers.looked_at.items[3].timeline[0].state`; `.` for the whole.
        field: String,
        /// What is wrong with it, and what is accepted.
        message: String,
    },
    /// The document is of another version.
    #[error("field version: {found} is not known; accepted: {VERSION}")]
    Version {
        /// What it says.
        found: u32,
    },
    /// The night ends before it begins.
    #[error("field to: {to} is not after from ({from}); accepted: an instant after it")]
    Order {
        /// When it begins.
        from: Timestamp,
        /// When it ends.
        to: Timestamp,
    },
}

impl Night {
    /// Reads a document.
    ///
    /// # Errors
    /// See [`Unreadable`]; each names the field, the value and what is accepted.
    pub fn from_json(text: &str) -> Result<Self, Unreadable> {
        let reader = &mut serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}'));
        let night: Self = serde_path_to_error::deserialize(reader).map_err(|error| {
            let field = error.path().to_string();
            Unreadable::Field {
                field,
                message: error.into_inner().to_string(),
            }
        })?;
        if night.version != VERSION {
            return Err(Unreadable::Version {
                found: night.version,
            });
        }
        if night.to <= night.from {
            return Err(Unreadable::Order {
                from: night.from,
                to: night.to,
            });
        }
        Ok(night)
    }

    /// The document as JSON, as it is kept beside the page.
    ///
    /// # Errors
    /// None is known: every field has a form in JSON.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }
}

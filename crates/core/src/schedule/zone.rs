//! Time zones by IANA name, from the database that is compiled in.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::suggest;

/// The compiled-in database and nothing else: the host's zone data must not change a decision.
static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A time zone of the bundled IANA database; its text is the IANA name.
#[derive(Clone)]
pub struct Zone {
    time_zone: TimeZone,
}

/// A name that the bundled database does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "time zone `{found}` is not known{}; accepted: an IANA name such as Europe/Berlin or UTC",
    super::error::did_you_mean(suggestion.as_ref())
)]
pub struct ZoneError {
    /// The name as it was given.
    pub found: String,
    /// A known name that is near to it.
    pub suggestion: Option<String>,
}

impl Zone {
    /// Finds a zone by its IANA name, ignoring case: `Europe/Berlin`, `Etc/GMT+5`, `UTC`.
    ///
    /// # Errors
    ///
    /// [`ZoneError`] when the bundled database has no such name; offsets and POSIX rules are not names.
    pub fn parse(name: &str) -> Result<Self, ZoneError> {
        match DATABASE.get(name) {
            // jiff answers "Etc/Unknown" for itself; nobody can mean it in a schedule.
            Ok(time_zone) if !time_zone.is_unknown() && time_zone.iana_name().is_some() => {
                Ok(Self { time_zone })
            }
            _ => Err(ZoneError {
                found: name.to_owned(),
                suggestion: near(name),
            }),
        }
    }

    /// Coordinated Universal Time, the zone when nothing else is said.
    pub fn utc() -> Self {
        Self {
            time_zone: TimeZone::UTC,
        }
    }

    /// The IANA name, for example `Europe/Berlin`.
    pub fn name(&self) -> &str {
        self.time_zone.iana_name().unwrap_or("UTC")
    }

    /// The rules of the zone, to render local times with.
    pub fn time_zone(&self) -> &TimeZone {
        &self.time_zone
    }

    /// Every name that [`Zone::parse`] accepts, sorted.
    pub fn names() -> Vec<String> {
        let mut names: Vec<String> = DATABASE.available().map(|name| name.to_string()).collect();
        names.sort_unstable();
        names
    }
}

/// A name one typing error away, or the only one that ends in the city that was given.
fn near(name: &str) -> Option<String> {
    let names = Zone::names();
    let city = name.trim().replace(' ', "_").to_lowercase();
    let is_city = |known: &&String| {
        known
            .rsplit('/')
            .next()
            .is_some_and(|last| last.to_lowercase() == city)
    };
    names
        .iter()
        .find(is_city)
        .cloned()
        .or_else(|| suggest::nearest(name, names.iter().map(String::as_str)))
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Zone {}

impl fmt::Debug for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Zone").field(&self.name()).finish()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Zone {
    type Err = ZoneError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::parse(name)
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::parse(&name).map_err(serde::de::Error::custom)
    }
}

//! How a sleeper is named.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The kinds of sleeper that this version handles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An EC2 Auto Scaling group; prefix `asg/`.
    AutoScalingGroup,
    /// A `SageMaker` inference endpoint; prefix `endpoint/`.
    SagemakerEndpoint,
}

impl Kind {
    /// Every kind, in display order.
    pub const ALL: [Kind; 2] = [Kind::AutoScalingGroup, Kind::SagemakerEndpoint];

    /// The prefix in a [`TargetId`].
    pub const fn prefix(self) -> &'static str {
        match self {
            Kind::AutoScalingGroup => "asg",
            Kind::SagemakerEndpoint => "endpoint",
        }
    }

    /// The name in JSON output, such as `auto_scaling_group`.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::AutoScalingGroup => "auto_scaling_group",
            Kind::SagemakerEndpoint => "sagemaker_endpoint",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A sleeper within a scope: `asg/gpu-training`, `endpoint/quant`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TargetId {
    /// What it is.
    pub kind: Kind,
    /// Its name in AWS.
    pub name: String,
}

impl TargetId {
    /// Names an Auto Scaling group.
    pub fn group(name: impl Into<String>) -> Self {
        Self {
            kind: Kind::AutoScalingGroup,
            name: name.into(),
        }
    }

    /// Names a `SageMaker` endpoint.
    pub fn endpoint(name: impl Into<String>) -> Self {
        Self {
            kind: Kind::SagemakerEndpoint,
            name: name.into(),
        }
    }
}

impl fmt::Display for TargetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind.prefix(), self.name)
    }
}

/// A text that names no sleeper.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseTargetError {
    /// Nothing was named.
    #[error("target is empty; accepted: a name, `asg/NAME` or `endpoint/NAME`")]
    Empty,
    /// The prefix is not a kind.
    #[error("target {0:?} has an unknown kind; accepted: a name, `asg/NAME` or `endpoint/NAME`")]
    UnknownKind(String),
}

impl FromStr for TargetId {
    type Err = ParseTargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<TargetName>()? {
            TargetName {
                kind: Some(kind),
                name,
            } => Ok(Self { kind, name }),
            TargetName { kind: None, .. } => Err(ParseTargetError::UnknownKind(text.to_owned())),
        }
    }
}

impl Serialize for TargetId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TargetId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What a person writes: a name whose kind may be left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetName {
    /// The kind, where it was written.
    pub kind: Option<Kind>,
    /// The name in AWS.
    pub name: String,
}

impl TargetName {
    /// Whether `target` may be meant.
    pub fn matches(&self, target: &TargetId) -> bool {
        self.name == target.name && self.kind.is_none_or(|kind| kind == target.kind)
    }
}

impl fmt::Display for TargetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Some(kind) => write!(f, "{}/{}", kind.prefix(), self.name),
            None => f.write_str(&self.name),
        }
    }
}

impl FromStr for TargetName {
    type Err = ParseTargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, name) = match text.split_once('/') {
            None => (None, text),
            Some((prefix, name)) => {
                let kind = Kind::ALL.into_iter().find(|kind| kind.prefix() == prefix);
                let kind = kind.ok_or_else(|| ParseTargetError::UnknownKind(text.to_owned()))?;
                (Some(kind), name)
            }
        };
        if name.is_empty() {
            return Err(ParseTargetError::Empty);
        }
        Ok(Self {
            kind,
            name: name.to_owned(),
        })
    }
}

impl Serialize for TargetName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TargetName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

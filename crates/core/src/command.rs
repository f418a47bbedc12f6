//! What the scaler is asked to do: one payload for Lambda, the tool and chat.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::config::{Alias, Span, matches_any};
use crate::model::{TargetId, TargetName};

/// A payload of the scaler.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Brings every sleeper to what it should be now.
    Tick {},
    /// Prints what a tick would do.
    Plan {},
    /// Prints records, leases, holds and the last outcomes.
    Status {},
    /// Claims a target awake for a time.
    Wake {
        /// The target.
        target: TargetName,
        /// For how long, from now.
        #[serde(rename = "for")]
        span: Span,
        /// How many capacity units or instances; all that it had, where not given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        count: Option<u32>,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Who; a label, not verified.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
    },
    /// Makes a lease longer.
    Extend {
        /// The target.
        target: TargetName,
        /// By how much, from the lease's end.
        #[serde(rename = "for")]
        span: Span,
    },
    /// Ends a lease or a hold now.
    Release {
        /// The target.
        target: TargetName,
    },
    /// Holds a target asleep for a time.
    Sleep {
        /// The target.
        target: TargetName,
        /// For how long, from now.
        #[serde(rename = "for")]
        span: Span,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Who; a label, not verified.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
    },
    /// Stops all action until `resume`.
    Pause {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// Who; a label, not verified.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
    },
    /// Ends a pause.
    Resume {},
    /// Explains what is decided about a target, and from what.
    Why {
        /// The target.
        target: TargetName,
    },
}

/// A payload that was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// It is no command.
    #[error("payload refused: {message}; commands: {}", Command::NAMES.join(", "))]
    Payload {
        /// What is wrong.
        message: String,
    },
    /// It is no command of a watcher.
    #[error("payload refused: {message}; commands: scan, with `states` for the drift watcher")]
    WatchPayload {
        /// What is wrong.
        message: String,
    },
    /// The configuration does not cover the state.
    #[error(
        "payload refused: state {state:?} is not covered by the configuration; accepted: {accepted}"
    )]
    NotCovered {
        /// The state.
        state: String,
        /// The states of the configuration.
        accepted: String,
    },
    /// The alias may not do this.
    #[error("alias {alias:?} may not {command} {target}; permitted: {permitted}")]
    NotPermitted {
        /// The alias that was called.
        alias: String,
        /// The command's name.
        command: String,
        /// The target, or `everything`.
        target: String,
        /// What the alias may do.
        permitted: String,
    },
}

impl Command {
    /// Names of all commands, as payloads spell them.
    pub const NAMES: [&'static str; 10] = [
        "tick", "plan", "status", "wake", "extend", "release", "sleep", "pause", "resume", "why",
    ];

    /// Reads a payload.
    ///
    /// # Errors
    /// Lists what is accepted.
    pub fn from_json(text: &str) -> Result<Self, CommandError> {
        serde_json::from_str(text).map_err(|error| CommandError::Payload {
            message: error.to_string(),
        })
    }

    /// The name, as payloads spell it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Tick {} => "tick",
            Self::Plan {} => "plan",
            Self::Status {} => "status",
            Self::Wake { .. } => "wake",
            Self::Extend { .. } => "extend",
            Self::Release { .. } => "release",
            Self::Sleep { .. } => "sleep",
            Self::Pause { .. } => "pause",
            Self::Resume {} => "resume",
            Self::Why { .. } => "why",
        }
    }

    /// The target that it names.
    pub const fn target(&self) -> Option<&TargetName> {
        match self {
            Self::Wake { target, .. }
            | Self::Extend { target, .. }
            | Self::Release { target }
            | Self::Sleep { target, .. }
            | Self::Why { target } => Some(target),
            Self::Tick {}
            | Self::Plan {}
            | Self::Status {}
            | Self::Pause { .. }
            | Self::Resume {} => None,
        }
    }

    /// Checks it against what an alias permits; `target` is the one that the name was found to mean.
    ///
    /// # Errors
    /// Says what the alias may do.
    pub fn authorise(
        &self,
        alias: &str,
        rule: &Alias,
        target: Option<&TargetId>,
    ) -> Result<(), CommandError> {
        let command = rule.commands.iter().any(|name| name == self.name());
        let reach = match target {
            None => true,
            Some(target) => {
                matches_any(&rule.targets, &target.name)
                    || matches_any(&rule.targets, &target.to_string())
            }
        };
        if command && reach {
            return Ok(());
        }
        Err(CommandError::NotPermitted {
            alias: alias.to_owned(),
            command: self.name().to_owned(),
            target: target.map_or_else(|| "everything".to_owned(), TargetId::to_string),
            permitted: format!(
                "{} on {}",
                rule.commands.join(", "),
                rule.targets.join(", ")
            ),
        })
    }
}

/// Who asked, when, and under which identity of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Lambda request id or one made by the tool: a repeated delivery has the same.
    pub id: String,
    /// Now.
    pub now: Timestamp,
}

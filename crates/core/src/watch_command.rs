//! What the drift and budget watchers are asked to do.

use serde::{Deserialize, Serialize};

use crate::command::CommandError;
use crate::config::Alias;

/// A payload of the drift or budget watcher.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum WatchCommand {
    /// Looks, and tells what changed.
    Scan {
        /// States, for the drift watcher: those of the configuration, where not given. A state that the configuration
        /// does not cover is refused.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        states: Option<Vec<String>>,
    },
}

impl WatchCommand {
    /// Names of all commands, as payloads spell them.
    pub const NAMES: [&'static str; 1] = ["scan"];

    /// Reads a payload.
    ///
    /// # Errors
    /// Lists what is accepted.
    pub fn from_json(text: &str) -> Result<Self, CommandError> {
        serde_json::from_str(text).map_err(|error| CommandError::WatchPayload {
            message: error.to_string(),
        })
    }

    /// Checks it against what an alias permits.
    ///
    /// # Errors
    /// Says what the alias may do.
    pub fn authorise(&self, alias: &str, rule: &Alias) -> Result<(), CommandError> {
        let Self::Scan { .. } = self;
        if rule.commands.iter().any(|name| name == "scan") {
            return Ok(());
        }
        Err(CommandError::NotPermitted {
            alias: alias.to_owned(),
            command: "scan".to_owned(),
            target: "everything".to_owned(),
            permitted: rule.commands.join(", "),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_commands_and_fields_are_refused_with_what_is_accepted() {
        let scan = WatchCommand::from_json(r#"{"command":"scan"}"#);
        assert_eq!(scan.ok(), Some(WatchCommand::Scan { states: None }));
        for payload in [
            r#"{"command":"tick"}"#,
            r#"{"command":"scan","state":[]}"#,
            "[]",
        ] {
            let refused = WatchCommand::from_json(payload).err();
            assert!(
                refused.is_some_and(|error| error.to_string().contains("scan")),
                "{payload}"
            );
        }
    }

    #[test]
    fn an_alias_without_the_command_may_not() {
        let rule = Alias {
            targets: vec!["*".to_owned()],
            commands: vec!["status".to_owned()],
        };
        let scan = WatchCommand::Scan { states: None };
        assert!(scan.authorise("team", &rule).is_err());
    }
}

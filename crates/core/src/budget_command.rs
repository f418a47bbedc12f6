//! What the budget watcher is asked to do.

use serde::{Deserialize, Serialize};

use crate::command::CommandError;
use crate::config::Alias;

/// A payload of the budget watcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum BudgetCommand {
    /// Fetches costs, looks, and tells what changed.
    Scan {},
    /// Looks at what runs outside its schedule now; asks nothing of Cost Explorer.
    Check {},
}

impl BudgetCommand {
    /// Names of all commands, as payloads spell them.
    pub const NAMES: [&'static str; 2] = ["scan", "check"];

    /// Reads a payload.
    ///
    /// # Errors
    /// Lists what is accepted.
    pub fn from_json(text: &str) -> Result<Self, CommandError> {
        serde_json::from_str(text).map_err(|error| CommandError::WatchPayload {
            message: format!("{error}; the budget watcher accepts scan and check"),
        })
    }

    /// Checks it against what an alias permits.
    ///
    /// # Errors
    /// Says what the alias may do.
    pub fn authorise(self, alias: &str, rule: &Alias) -> Result<(), CommandError> {
        let command = match self {
            Self::Scan {} => "scan",
            Self::Check {} => "check",
        };
        if rule.commands.iter().any(|name| name == command) {
            return Ok(());
        }
        Err(CommandError::NotPermitted {
            alias: alias.to_owned(),
            command: command.to_owned(),
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
        let check = BudgetCommand::from_json(r#"{"command":"check"}"#);
        assert_eq!(check.ok(), Some(BudgetCommand::Check {}));
        for payload in [
            r#"{"command":"tick"}"#,
            r#"{"command":"scan","states":[]}"#,
            "[]",
        ] {
            let refused = BudgetCommand::from_json(payload).err();
            assert!(
                refused.is_some_and(|error| error.to_string().contains("scan and check")),
                "{payload}"
            );
        }
    }

    #[test]
    fn an_alias_without_the_command_may_not() {
        let rule = Alias {
            targets: vec!["*".to_owned()],
            commands: vec!["check".to_owned()],
        };
        assert!(BudgetCommand::Scan {}.authorise("hourly", &rule).is_err());
        assert!(BudgetCommand::Check {}.authorise("hourly", &rule).is_ok());
    }
}

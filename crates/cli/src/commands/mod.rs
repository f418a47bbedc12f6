//! The commands, one file each: arguments, and a function `run` that answers.

mod schedule;

use clap::Subcommand;

use crate::context::{Context, Failure, Outcome};

/// What the tool can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Ask, explain and check schedules.
    #[command(subcommand)]
    Schedule(schedule::Command),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, context: &mut Context) -> Result<Outcome, Failure> {
        match self {
            Self::Schedule(command) => command.run(context),
        }
    }
}

//! The commands, one file each: arguments, and a function `run` that answers.

mod budget;
mod config;
mod drift;
mod notify;
mod report;
mod scale;
mod schedule;

use clap::Subcommand;

use crate::context::{Context, Failure, Outcome};

/// What the tool can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Find cost anomalies and forecast the month.
    #[command(subcommand)]
    Budget(budget::Command),
    /// Check a configuration document.
    #[command(subcommand)]
    Config(config::Command),
    /// See what differs between state and reality.
    #[command(subcommand)]
    Drift(drift::Command),
    /// See what alerts look like.
    #[command(subcommand)]
    Notify(notify::Command),
    /// Write the page of a night, and show it.
    Report(report::Report),
    /// Put sleepers to sleep and wake them; claim them; see why.
    #[command(subcommand)]
    Scale(scale::Command),
    /// Ask, explain and check schedules.
    #[command(subcommand)]
    Schedule(schedule::Command),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, context: &mut Context) -> Result<Outcome, Failure> {
        match self {
            Self::Budget(command) => command.run(context),
            Self::Config(command) => command.run(context),
            Self::Drift(command) => command.run(context),
            Self::Notify(command) => command.run(context),
            Self::Report(command) => command.run(context),
            Self::Scale(command) => command.run(context),
            Self::Schedule(command) => command.run(context),
        }
    }
}

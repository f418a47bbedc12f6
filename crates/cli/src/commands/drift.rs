//! `drift`: what differs between Terraform state and what is really there.

mod policy_diff;

use clap::Subcommand;

use crate::context::{Context, Failure, Outcome};

/// What `drift` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compare two IAM policies by meaning.
    PolicyDiff(policy_diff::PolicyDiff),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, context: &mut Context) -> Result<Outcome, Failure> {
        match self {
            Self::PolicyDiff(command) => command.run(context),
        }
    }
}

//! `drift`: what differs between Terraform state and what is really there.

mod explain;
mod policy_diff;
mod scan;
mod table;

use clap::Subcommand;

use crate::context::{Context, Failure, Outcome};

/// What `drift` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compare Terraform state with what is there.
    Scan(scan::ScanCommand),
    /// Show how one address was compared.
    Explain(explain::ExplainCommand),
    /// Compare two IAM policies by meaning.
    PolicyDiff(policy_diff::PolicyDiff),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, context: &mut Context) -> Result<Outcome, Failure> {
        match self {
            Self::Scan(command) => command.run(context),
            Self::Explain(command) => command.run(context),
            Self::PolicyDiff(command) => command.run(context),
        }
    }
}

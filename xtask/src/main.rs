//! What developers and CI run: `cargo xtask demo`, `cargo xtask test`.

mod run;
mod test;

use clap::{Parser, Subcommand};

/// What developers and CI run.
#[derive(Debug, Parser)]
#[command(max_term_width = 80)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// One night on the local AWS: sleep, a lease, wake; checked field by field.
    Demo {
        /// Capacities are chosen at random; a seed chooses the same again.
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Everything: format, lints, unit, property, scenario and end-to-end tests.
    Test {
        /// Leaves out what needs Terraform, and says what that is.
        #[arg(long)]
        without_terraform: bool,
    },
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().task {
        Task::Demo { seed } => {
            run::build_programs()?;
            afterhours_e2e::demo::run(seed)
        }
        Task::Test { without_terraform } => test::run(without_terraform),
    }
}

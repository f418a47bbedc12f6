//! What developers and CI run: `cargo xtask bench`, `demo`, `measure`, `test`.

mod bench;
mod marks;
mod measure;
mod run;
mod test;

use std::io::Write as _;

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
    /// Compares with other tools on the same server.
    Bench {
        #[command(subcommand)]
        what: Bench,
    },
    /// One night on the local AWS: sleep, a lease, wake; checked field by field.
    Demo {
        /// Capacities are chosen at random; a seed chooses the same again.
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Size of the functions and processor time of their start; Linux only.
    Measure {
        /// Writes the figures to BENCHMARKS.md too.
        #[arg(long)]
        write: bool,
    },
    /// Everything: format, lints, unit, property, scenario and end-to-end tests.
    Test {
        /// Leaves out what needs Terraform, and says what that is.
        #[arg(long)]
        without_terraform: bool,
    },
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// The drift scan beside `terraform plan -refresh-only`, and on a state of 200 MB; Linux only.
    Drift {
        /// How many resources Terraform makes.
        #[arg(long, default_value_t = 10_000)]
        resources: u32,
        /// A tool that was built already.
        #[arg(long)]
        program: Option<std::path::PathBuf>,
        /// Writes the figures to BENCHMARKS.md too.
        #[arg(long)]
        write: bool,
    },
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().task {
        Task::Bench {
            what:
                Bench::Drift {
                    resources,
                    program,
                    write,
                },
        } => bench::run(resources, program, write),
        Task::Demo { seed } => {
            run::build_programs()?;
            afterhours_e2e::demo::run(seed)
        }
        Task::Measure { write } => measure::run(write),
        Task::Test { without_terraform } => test::run(without_terraform),
    }
}

/// Prints a line at once.
fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()?;
    Ok(())
}

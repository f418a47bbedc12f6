//! `afterhours`: the command-line tool.

mod cli;
mod clock;
mod commands;
mod context;
mod render;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}

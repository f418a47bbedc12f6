//! `afterhours`: the command-line tool.

mod aws;
mod cli;
mod clock;
mod commands;
mod context;
mod render;
mod scaler;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}

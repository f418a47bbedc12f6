//! The command line: parsing, and what becomes of an ending.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::commands::Command;
use crate::context::{Context, Failure, Format, is_broken_pipe};

/// Puts AWS machine-learning capacity to sleep after hours, and wakes it again.
#[derive(Debug, Parser)]
#[command(
    name = "afterhours",
    version,
    max_term_width = 80,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 complete and nothing found, 1 error or wrong usage, 2 something was \
                  found, 3 nothing found but incomplete."
)]
struct Cli {
    /// How to print the answer.
    #[arg(long, global = true, value_enum, default_value_t)]
    format: Format,

    #[command(subcommand)]
    command: Command,
}

/// Runs the tool with the arguments of the process.
pub(crate) fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => {
            // Wrong usage is 1 here; clap's own 2 means that something was found.
            let code = if usage.use_stderr() {
                ExitCode::FAILURE
            } else {
                ExitCode::SUCCESS
            };
            return if usage.print().is_ok() {
                code
            } else {
                ExitCode::FAILURE
            };
        }
    };
    let mut context = Context::new(cli.format);
    let ended = cli.command.run(&mut context);
    let flushed = context.out.flush().map_err(Failure::from);
    match ended.and_then(|outcome| flushed.map(|()| outcome)) {
        Ok(outcome) => outcome.into(),
        Err(failure) if is_broken_pipe(&failure) => ExitCode::SUCCESS,
        Err(failure) => {
            report(failure.as_ref());
            ExitCode::FAILURE
        }
    }
}

/// Prints an error and what caused it to standard error.
fn report(error: &(dyn Error + 'static)) {
    let mut lines = vec![format!("error: {error}")];
    let mut source = error.source();
    while let Some(cause) = source {
        lines.push(format!("  caused by: {cause}"));
        source = cause.source();
    }
    // Nothing can be said any more when standard error is closed.
    drop(writeln!(io::stderr().lock(), "{}", lines.join("\n")));
}

//! What every command is given, and how it ends.

use std::error::Error;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use anstyle::Style;
use clap::ValueEnum;

/// How a command prints its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// Text for people.
    #[default]
    Human,
    /// JSON with a stable schema.
    Json,
}

/// How a command ended, when it was no error (an error is exit code 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Complete, and nothing was found.
    Complete,
    /// Something was found.
    Found,
    /// Nothing was found, but not everything could be looked at.
    Incomplete,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Complete => ExitCode::SUCCESS,
            Outcome::Found => ExitCode::from(2),
            Outcome::Incomplete => ExitCode::from(3),
        }
    }
}

/// Any error that ends a command; its chain of sources is printed.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// Standard output and the common options.
pub(crate) struct Context {
    /// Buffered standard output; flushed when the command has ended.
    pub(crate) out: Box<dyn Write>,
    /// What `--format` says.
    pub(crate) format: Format,
    colour: bool,
}

impl Context {
    /// Colour only on a terminal, and never against `NO_COLOR`.
    pub(crate) fn new(format: Format) -> Self {
        let stdout = io::stdout();
        let colour = AutoStream::choice(&stdout) != ColorChoice::Never;
        Self {
            out: Box::new(BufWriter::with_capacity(64 * 1024, stdout.lock())),
            format,
            colour,
        }
    }

    /// The text in a style, where colour is wanted.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        if self.colour {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    /// Prints a value as one indented JSON document.
    pub(crate) fn print_json(&mut self, value: &impl serde::Serialize) -> Result<(), Failure> {
        serde_json::to_writer_pretty(&mut self.out, value).map_err(io::Error::from)?;
        writeln!(self.out)?;
        Ok(())
    }
}

/// Whether the reader of standard output has gone, as `head` does: not an error of the command.
pub(crate) fn is_broken_pipe(failure: &Failure) -> bool {
    let mut source: Option<&(dyn Error + 'static)> = Some(failure.as_ref());
    while let Some(error) = source {
        if error
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
        {
            return true;
        }
        source = error.source();
    }
    false
}

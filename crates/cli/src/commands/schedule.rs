//! `afterhours schedule`: what a schedule says.

mod answer;
mod batch;
mod eval;
mod explain;
mod lint;

use afterhours_core::schedule::Zone;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::clock;
use crate::context::{Context, Failure, Outcome};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say whether a schedule is awake or asleep at an instant.
    Eval(eval::Eval),
    /// Say what a schedule means, and its next transitions.
    Explain(explain::Explain),
    /// Check schedules; exit code 2 when one is faulty.
    Lint(lint::Lint),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<Outcome, Failure> {
        match self {
            Self::Eval(eval) => eval.run(context),
            Self::Explain(explain) => explain.run(context),
            Self::Lint(lint) => lint.run(context),
        }
    }
}

/// Where and when a schedule is read.
#[derive(Debug, Args)]
pub(crate) struct Moment {
    /// Time zone of schedules without a tz clause, as an IANA name [default: UTC].
    #[arg(long, value_name = "ZONE")]
    tz: Option<Zone>,

    /// The instant, for example 2026-03-27T07:00:00Z [default: now].
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    at: Option<Timestamp>,
}

impl Moment {
    fn zone(&self) -> Zone {
        self.tz.clone().unwrap_or_else(Zone::utc)
    }

    fn instant(&self) -> Timestamp {
        self.at.unwrap_or_else(clock::now)
    }
}

/// An instant that has not the form it should have.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{found}` is not an instant; accepted: RFC 3339 with Z or an offset, for example 2026-03-27T07:00:00Z"
)]
struct InstantError {
    found: String,
}

/// A date that has not the form it should have.
#[derive(Debug, thiserror::Error)]
#[error("`{found}` is not a date; accepted: a date of the calendar as YYYY-MM-DD")]
struct DateError {
    found: String,
}

fn instant(text: &str) -> Result<Timestamp, InstantError> {
    text.parse().map_err(|_| InstantError {
        found: text.to_owned(),
    })
}

fn date(text: &str) -> Result<Date, DateError> {
    let error = || DateError {
        found: text.to_owned(),
    };
    // jiff also reads a date out of a longer text, such as a date and a time.
    if text.len() != "YYYY-MM-DD".len() {
        return Err(error());
    }
    text.parse().map_err(|_| error())
}

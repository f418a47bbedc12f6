//! `schedule eval`: awake or asleep.

use std::io::Write as _;
use std::path::PathBuf;

use afterhours_core::schedule::{Schedule, State};
use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::answer::{self, TransitionAnswer};
use super::{Moment, batch};
use crate::context::{Context, Failure, Format, Outcome};

/// How many next transitions the JSON answer lists.
const NEXT: usize = 4;

#[derive(Debug, Args)]
pub(crate) struct Eval {
    /// The schedule, for example "Mon-Fri 08:00-18:00; tz Europe/Berlin".
    #[arg(
        value_name = "TEXT",
        required_unless_present = "batch",
        conflicts_with = "batch"
    )]
    text: Option<String>,

    #[command(flatten)]
    moment: Moment,

    /// A date on which no usual window begins; may repeat.
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    skip: Vec<Date>,

    /// Read one JSON object a line from FILE (`-` is standard input) and print one a line, in order:
    /// {"id","schedule","tz","at","skip":[DATE...]} gives {"id","state"} or {"id","error"}. --tz and --at
    /// stand in where a line has none; --skip is added to each.
    #[arg(long, value_name = "FILE")]
    batch: Option<PathBuf>,
}

/// The JSON answer.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    schedule: &'a Schedule,
    tz: &'a str,
    at: Timestamp,
    local: String,
    state: State,
    /// When this state began; null when it always held.
    since: Option<Timestamp>,
    next: Vec<TransitionAnswer>,
}

impl Eval {
    pub(super) fn run(self, context: &mut Context) -> Result<Outcome, Failure> {
        if let Some(path) = &self.batch {
            return batch::run(path, &self.moment, &self.skip, context);
        }
        let schedule = Schedule::parse(&self.text.unwrap_or_default())?.with_skips(&self.skip);
        let calendar = schedule.calendar(&self.moment.zone());
        let at = self.moment.instant();
        let state = calendar.state(at);
        match context.format {
            Format::Human => writeln!(context.out, "{state}")?,
            Format::Json => {
                let answer = Answer {
                    schedule: &schedule,
                    tz: calendar.zone().name(),
                    at,
                    local: answer::local(&calendar, at),
                    state,
                    since: calendar
                        .previous_transition(at)
                        .map(|transition| transition.at),
                    next: answer::next(&calendar, at, NEXT),
                };
                context.print_json(&answer)?;
            }
        }
        Ok(Outcome::Complete)
    }
}

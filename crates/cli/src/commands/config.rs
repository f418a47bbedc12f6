//! `config check`: whether a configuration can be used, and what it says.

use std::io::Write as _;
use std::path::PathBuf;

use afterhours_core::config::Config;
use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde::Serialize;

use crate::clock;
use crate::context::{Context, Failure, Format, Outcome};
use crate::render::wrap;

/// What `config` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check a configuration document. `scale plan` says what it selects.
    Check(Check),
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, context: &mut Context) -> Result<Outcome, Failure> {
        match self {
            Self::Check(check) => check.run(context),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The document.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The instant at which schedules are looked at; now, where not given.
    #[arg(long, value_name = "INSTANT")]
    at: Option<Timestamp>,
}

/// The JSON answer.
#[derive(Debug, Serialize)]
struct Answer {
    valid: bool,
    mode: afterhours_core::config::Mode,
    environment: String,
    scopes: Vec<String>,
    schedules: Vec<NamedSchedule>,
    warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
struct NamedSchedule {
    name: String,
    text: String,
    zone: String,
    state: afterhours_core::schedule::State,
    next: Option<afterhours_core::schedule::Transition>,
}

impl Check {
    fn run(self, context: &mut Context) -> Result<Outcome, Failure> {
        let name = self.file.display();
        let text = std::fs::read_to_string(&self.file)
            .map_err(|error| format!("{name} could not be read: {error}"))?;
        let config = Config::from_json(&text).map_err(|error| format!("{name}: {error}"))?;
        let answer = answer(&config, self.at.unwrap_or_else(clock::now));
        match context.format {
            Format::Json => context.print_json(&answer)?,
            Format::Human => print(context, &answer)?,
        }
        Ok(if answer.warnings.is_empty() {
            Outcome::Complete
        } else {
            Outcome::Found
        })
    }
}

fn answer(config: &Config, at: Timestamp) -> Answer {
    let mut warnings = Vec::new();
    let schedules = config
        .schedules
        .iter()
        .map(|(name, schedule)| {
            let calendar = schedule.calendar(&config.zone);
            for warning in schedule.warnings(&config.zone, at) {
                warnings.push(format!("schedule {name}: {warning}"));
            }
            NamedSchedule {
                name: name.clone(),
                text: schedule.to_string(),
                zone: calendar.zone().name().to_owned(),
                state: calendar.state(at),
                next: calendar.next_transition(at),
            }
        })
        .collect();
    if config.topic_arn.is_none() {
        warnings
            .push("topic_arn is not set: nothing is published, not even a failed wake".to_owned());
    }
    for pattern in &config.recreate_endpoints {
        if pattern.chars().all(|letter| letter == '*') {
            let text =
                "recreate_endpoints names every endpoint: each may be deleted and re-created";
            warnings.push(text.to_owned());
        }
    }
    Answer {
        valid: true,
        mode: config.mode,
        environment: config.environment.clone(),
        scopes: config.scopes.iter().map(ToString::to_string).collect(),
        schedules,
        warnings,
    }
}

fn print(context: &mut Context, answer: &Answer) -> Result<(), Failure> {
    let mode = format!("{:?}", answer.mode).to_lowercase();
    writeln!(context.out, "The configuration is valid.")?;
    writeln!(context.out, "  mode         {mode}")?;
    writeln!(
        context.out,
        "  environment  {}",
        wrap(&answer.environment, 15, 15)
    )?;
    writeln!(
        context.out,
        "  scopes       {}",
        wrap(&answer.scopes.join(", "), 15, 15)
    )?;
    for schedule in &answer.schedules {
        let NamedSchedule {
            name,
            text,
            zone,
            state,
            next,
        } = schedule;
        let next = next
            .map(|next| format!(", {} at {}", next.to, next.at))
            .unwrap_or_default();
        let line = format!("{name}: {text} ({zone}): {state} now{next}");
        writeln!(context.out, "  schedule     {}", wrap(&line, 15, 15))?;
    }
    for warning in &answer.warnings {
        writeln!(context.out, "  warning      {}", wrap(warning, 15, 15))?;
    }
    Ok(())
}

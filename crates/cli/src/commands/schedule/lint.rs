//! `schedule lint`: which schedules are faulty, and which do what nobody can want.

use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;

use afterhours_core::schedule::{MAX_CHARACTERS, Schedule, Warning};
use anstyle::{AnsiColor, Style};
use clap::Args;
use serde::Serialize;

use super::Moment;
use crate::context::{Context, Failure, Format, Outcome};
use crate::render;

#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// The schedules, one an argument.
    #[arg(value_name = "TEXT", required_unless_present = "file")]
    texts: Vec<String>,

    /// Read schedules from FILE, one a line (`-` is standard input); empty lines are left out.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,

    #[command(flatten)]
    moment: Moment,
}

/// A file that cannot be read as text.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{path}`")]
struct ReadError {
    path: String,
    #[source]
    source: io::Error,
}

#[derive(Debug, Serialize)]
struct Report {
    schedules: Vec<Checked>,
    faulty: usize,
    with_warnings: usize,
}

#[derive(Debug, Serialize)]
struct Checked {
    /// `argument N`, or the file and the line.
    source: String,
    text: String,
    valid: bool,
    error: Option<String>,
    /// The canonical text of a valid schedule.
    canonical: Option<String>,
    /// The form that every service accepts as a tag value, when it is short enough.
    tag_value: Option<String>,
    warnings: Vec<Warning>,
}

impl Lint {
    pub(super) fn run(self, context: &mut Context) -> Result<Outcome, Failure> {
        let mut schedules = Vec::new();
        for (index, text) in self.texts.iter().enumerate() {
            schedules.push(self.check(format!("argument {}", index + 1), text));
        }
        if let Some(path) = &self.file {
            let named = |source| ReadError {
                path: path.display().to_string(),
                source,
            };
            let lines = if path.as_os_str() == "-" {
                let mut text = String::new();
                io::stdin()
                    .lock()
                    .read_to_string(&mut text)
                    .map_err(named)?;
                text
            } else {
                std::fs::read_to_string(path).map_err(named)?
            };
            for (index, line) in lines
                .lines()
                .enumerate()
                .filter(|(_, line)| !line.trim().is_empty())
            {
                schedules.push(self.check(format!("{}:{}", path.display(), index + 1), line));
            }
        }
        let faulty = schedules.iter().filter(|checked| !checked.valid).count();
        let with_warnings = schedules
            .iter()
            .filter(|checked| !checked.warnings.is_empty())
            .count();
        let report = Report {
            schedules,
            faulty,
            with_warnings,
        };
        match context.format {
            Format::Json => context.print_json(&report)?,
            Format::Human => print(&report, context)?,
        }
        Ok(if faulty > 0 {
            Outcome::Found
        } else {
            Outcome::Complete
        })
    }

    fn check(&self, source: String, text: &str) -> Checked {
        let text = text.to_owned();
        match Schedule::parse(&text) {
            Ok(schedule) => Checked {
                source,
                text,
                valid: true,
                error: None,
                canonical: Some(schedule.to_string()),
                tag_value: Some(schedule.to_tag_value())
                    .filter(|tag| tag.chars().count() <= MAX_CHARACTERS),
                warnings: schedule.warnings(&self.moment.zone(), self.moment.instant()),
            },
            Err(error) => Checked {
                source,
                text,
                valid: false,
                error: Some(error.to_string()),
                canonical: None,
                tag_value: None,
                warnings: Vec::new(),
            },
        }
    }
}

fn print(report: &Report, context: &mut Context) -> Result<(), Failure> {
    const INDENT: usize = 9;
    for checked in &report.schedules {
        let (label, style) = match (checked.valid, checked.warnings.is_empty()) {
            (false, _) => ("faulty", AnsiColor::Red.on_default()),
            (true, false) => ("warning", AnsiColor::Yellow.on_default()),
            (true, true) => ("ok", AnsiColor::Green.on_default()),
        };
        let label = context.paint(style, &format!("{label:INDENT$}"));
        writeln!(
            context.out,
            "{label}{}",
            render::wrap(&checked.text, INDENT, INDENT)
        )?;
        let source = context.paint(
            Style::new().dimmed(),
            &render::wrap(&checked.source, INDENT, INDENT),
        );
        writeln!(context.out, "{:INDENT$}{source}", "")?;
        let warnings = checked.warnings.iter().map(Warning::to_string);
        for message in checked.error.iter().cloned().chain(warnings) {
            writeln!(
                context.out,
                "{:INDENT$}{}",
                "",
                render::wrap(&message, INDENT, INDENT)
            )?;
        }
    }
    let Report {
        schedules,
        faulty,
        with_warnings,
    } = report;
    writeln!(
        context.out,
        "{} checked, {faulty} faulty, {with_warnings} with warnings",
        schedules.len()
    )?;
    Ok(())
}

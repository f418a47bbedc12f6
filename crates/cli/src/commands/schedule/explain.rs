//! `schedule explain`: what a schedule means.

use std::io::Write as _;

use afterhours_core::schedule::{Calendar, DateRange, Schedule, State, Warning, Window};
use anstyle::{AnsiColor, Style};
use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::Moment;
use super::answer::{self, TransitionAnswer};
use crate::context::{Context, Failure, Format, Outcome};
use crate::render;

/// How many transitions are listed.
const TRANSITIONS: usize = 10;

/// The column in which values begin.
const INDENT: usize = 10;

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The schedule, for example "Mon-Fri 08:00-18:00; tz Europe/Berlin".
    #[arg(value_name = "TEXT")]
    text: String,

    #[command(flatten)]
    moment: Moment,

    /// A date on which no usual window begins; may repeat.
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    skip: Vec<Date>,
}

#[derive(Debug, Serialize)]
struct Meaning {
    schedule: String,
    tz: String,
    /// `clause`, `option` or `default`.
    tz_from: &'static str,
    windows: Vec<WindowAnswer>,
    skip: Vec<DatesAnswer>,
    open: Vec<OpenAnswer>,
    at: Timestamp,
    local: String,
    state: State,
    since: Option<Timestamp>,
    transitions: Vec<TransitionAnswer>,
    /// Changes of the zone's offset up to the last transition listed.
    clock_changes: Vec<ClockChange>,
    warnings: Vec<Warning>,
}

#[derive(Debug, Serialize)]
struct WindowAnswer {
    days: String,
    #[serde(flatten)]
    times: Times,
}

#[derive(Debug, Serialize)]
struct Times {
    window: String,
    ends_on_next_day: bool,
}

#[derive(Debug, Serialize)]
struct DatesAnswer {
    first: Date,
    last: Date,
}

#[derive(Debug, Serialize)]
struct OpenAnswer {
    date: Date,
    windows: Vec<Times>,
}

#[derive(Debug, Serialize)]
struct ClockChange {
    at: Timestamp,
    /// RFC 3339 with the new offset.
    local: String,
    /// Positive when clocks go forward.
    shift_seconds: i32,
}

impl From<&Window> for Times {
    fn from(window: &Window) -> Self {
        Self {
            window: window.to_string(),
            ends_on_next_day: window.end() > 24 * 60,
        }
    }
}

impl Times {
    fn text(&self) -> String {
        format!(
            "{}{}",
            self.window,
            if self.ends_on_next_day {
                " (next day)"
            } else {
                ""
            }
        )
    }
}

impl From<&DateRange> for DatesAnswer {
    fn from(range: &DateRange) -> Self {
        Self {
            first: range.first,
            last: range.last,
        }
    }
}

impl Explain {
    pub(super) fn run(self, context: &mut Context) -> Result<Outcome, Failure> {
        let meaning = self.meaning()?;
        match context.format {
            Format::Json => context.print_json(&meaning)?,
            Format::Human => print(&meaning, context)?,
        }
        Ok(Outcome::Complete)
    }

    fn meaning(&self) -> Result<Meaning, Failure> {
        let schedule = Schedule::parse(&self.text)?.with_skips(&self.skip);
        let calendar = schedule.calendar(&self.moment.zone());
        let at = self.moment.instant();
        let transitions = answer::next(&calendar, at, TRANSITIONS);
        let until = transitions.last().map_or(at, |last| last.at);
        let weekly = schedule.weekly().iter();
        Ok(Meaning {
            schedule: schedule.to_string(),
            tz: calendar.zone().name().to_owned(),
            tz_from: match (schedule.zone(), &self.moment.tz) {
                (Some(_), _) => "clause",
                (None, Some(_)) => "option",
                (None, None) => "default",
            },
            windows: weekly
                .flat_map(|weekly| {
                    weekly
                        .windows
                        .iter()
                        .map(|window| (weekly.days.to_string(), window.into()))
                })
                .map(|(days, times)| WindowAnswer { days, times })
                .collect(),
            skip: schedule.skips().iter().map(DatesAnswer::from).collect(),
            open: schedule
                .opens()
                .iter()
                .map(|open| OpenAnswer {
                    date: open.date,
                    windows: open.windows.iter().map(Times::from).collect(),
                })
                .collect(),
            at,
            local: answer::local(&calendar, at),
            state: calendar.state(at),
            since: calendar
                .previous_transition(at)
                .map(|transition| transition.at),
            transitions,
            clock_changes: clock_changes(&calendar, at, until),
            warnings: schedule.warnings(&self.moment.zone(), at),
        })
    }
}

/// Changes of the offset after `from`, up to `until`.
fn clock_changes(calendar: &Calendar, from: Timestamp, until: Timestamp) -> Vec<ClockChange> {
    let zone = calendar.zone().time_zone();
    let mut offset = zone.to_offset(from);
    let mut changes = Vec::new();
    for change in zone
        .following(from)
        .take_while(|change| change.timestamp() <= until)
    {
        let shift_seconds = change.offset().seconds() - offset.seconds();
        offset = change.offset();
        // A zone also notes a new abbreviation of the same offset.
        if shift_seconds != 0 {
            let at = change.timestamp();
            changes.push(ClockChange {
                at,
                local: answer::local(calendar, at),
                shift_seconds,
            });
        }
    }
    changes
}

fn print(meaning: &Meaning, context: &mut Context) -> Result<(), Failure> {
    let bold = context.paint(Style::new().bold(), &render::wrap(&meaning.schedule, 0, 2));
    writeln!(context.out, "{bold}\n")?;
    let from = match meaning.tz_from {
        "clause" => "tz clause",
        "option" => "--tz",
        _ => "no tz clause and no --tz",
    };
    row(context, "zone", &format!("{} ({from})", meaning.tz))?;
    for (index, window) in meaning.windows.iter().enumerate() {
        let label = if index == 0 { "windows" } else { "" };
        row(
            context,
            label,
            &format!("{} {}", window.days, window.times.text()),
        )?;
    }
    for (index, skip) in meaning.skip.iter().enumerate() {
        let label = if index == 0 { "skip" } else { "" };
        let dates = if skip.first == skip.last {
            day(skip.first)
        } else {
            format!("{} to {}", day(skip.first), day(skip.last))
        };
        row(context, label, &format!("{dates}: no usual window begins"))?;
    }
    for (index, open) in meaning.open.iter().enumerate() {
        let label = if index == 0 { "open" } else { "" };
        let windows: Vec<String> = open.windows.iter().map(Times::text).collect();
        row(
            context,
            label,
            &format!("{}: only {} begins", day(open.date), windows.join(", ")),
        )?;
    }
    let since = meaning
        .since
        .map_or_else(|| "always".to_owned(), |since| format!("since {since}"));
    row(
        context,
        "at",
        &format!("{} (UTC {})", meaning.local, meaning.at),
    )?;
    row(context, "state", &format!("{} {since}", meaning.state))?;
    for warning in &meaning.warnings {
        row(context, "warning", &warning.to_string())?;
    }
    transitions(meaning, context)
}

fn transitions(meaning: &Meaning, context: &mut Context) -> Result<(), Failure> {
    if meaning.transitions.is_empty() {
        writeln!(context.out, "\nno transition: {} for ever", meaning.state)?;
        return Ok(());
    }
    writeln!(context.out, "\n{:INDENT$}{:32}UTC", "next", "local time")?;
    let mut changes = meaning.clock_changes.iter().peekable();
    for transition in &meaning.transitions {
        while let Some(change) = changes.next_if(|change| change.at <= transition.at) {
            let label = format!("DST {}", shift(change.shift_seconds));
            let line = format!("{label:INDENT$}{:32}{}", local(&change.local), change.at);
            let line = context.paint(AnsiColor::Cyan.on_default(), &line);
            writeln!(context.out, "{line}")?;
        }
        let style = match transition.to {
            State::Awake => AnsiColor::Green.on_default(),
            State::Asleep => AnsiColor::Blue.on_default(),
        };
        let state = context.paint(style, &format!("{:INDENT$}", transition.to));
        writeln!(
            context.out,
            "{state}{:32}{}",
            local(&transition.local),
            transition.at
        )?;
    }
    Ok(())
}

fn row(context: &mut Context, label: &str, value: &str) -> Result<(), Failure> {
    writeln!(
        context.out,
        "{label:INDENT$}{}",
        render::wrap(value, INDENT, INDENT)
    )?;
    Ok(())
}

fn day(date: Date) -> String {
    format!("{} {date}", date.strftime("%a"))
}

/// `Fri 2026-03-27 08:00:00 +01:00` for an RFC 3339 text.
fn local(rfc3339: &str) -> String {
    let (date, time) = rfc3339.split_once('T').unwrap_or((rfc3339, ""));
    let (time, offset) = time.split_at(time.find(['+', '-', 'Z']).unwrap_or(time.len()));
    let weekday = date
        .parse::<Date>()
        .map(|date| date.strftime("%a ").to_string())
        .unwrap_or_default();
    format!("{weekday}{date} {time} {offset}")
}

/// `+1:00` when clocks go forward an hour.
fn shift(seconds: i32) -> String {
    let sign = if seconds > 0 { '+' } else { '-' };
    let minutes = seconds.abs() / 60;
    format!("{sign}{}:{:02}", minutes / 60, minutes % 60)
}

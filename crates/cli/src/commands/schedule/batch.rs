//! `schedule eval --batch`: one question and one answer a line.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Write};
use std::path::Path;

use afterhours_core::schedule::{Calendar, Schedule, State, Zone};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Moment;
use crate::context::{Context, Failure, Outcome};

/// The longest line that is read, in bytes; a question with a schedule of 256 characters needs far less.
const MAX_LINE: usize = 64 * 1024;

/// How many calendars are kept; memory does not grow with the number of lines.
const MAX_CALENDARS: usize = 1024;

/// A file that cannot be opened or read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{path}`")]
struct ReadError {
    path: String,
    #[source]
    source: io::Error,
}

/// A question; each field is checked by itself so that an error can name it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    schedule: Option<&'a RawValue>,
    #[serde(borrow)]
    tz: Option<&'a RawValue>,
    #[serde(borrow)]
    at: Option<&'a RawValue>,
    #[serde(borrow)]
    skip: Option<&'a RawValue>,
}

/// The id of an object whatever else it holds.
#[derive(Debug, Deserialize)]
struct Identified<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    State(State),
    Error(String),
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    id: Option<&'a RawValue>,
    #[serde(flatten)]
    verdict: Verdict,
}

/// Answers every line of a file, or of standard input for `-`. A faulty line is answered with its error and is
/// no failure of the batch.
pub(super) fn run(
    path: &Path,
    moment: &Moment,
    skips: &[Date],
    context: &mut Context,
) -> Result<Outcome, Failure> {
    let named = |source| ReadError {
        path: path.display().to_string(),
        source,
    };
    if path.as_os_str() == "-" {
        answer_all(
            &mut io::stdin().lock(),
            moment,
            skips,
            &mut context.out,
            named,
        )?;
    } else {
        let file = File::open(path).map_err(named)?;
        answer_all(
            &mut BufReader::with_capacity(MAX_LINE, file),
            moment,
            skips,
            &mut context.out,
            named,
        )?;
    }
    Ok(Outcome::Complete)
}

fn answer_all(
    input: &mut impl BufRead,
    moment: &Moment,
    skips: &[Date],
    out: &mut impl Write,
    named: impl Fn(io::Error) -> ReadError,
) -> Result<(), Failure> {
    let mut evaluator = Evaluator {
        default_zone: moment.zone(),
        default_at: moment.instant(),
        skips,
        calendars: HashMap::new(),
        key: String::new(),
    };
    let mut line = Vec::new();
    while let Some(complete) = next_line(input, &mut line).map_err(&named)? {
        if line.trim_ascii().is_empty() {
            continue;
        }
        if complete {
            evaluator.answer(&line, out)?;
        } else {
            let error = format!(
                "the line is longer than {MAX_LINE} bytes; accepted: one JSON object a line"
            );
            write_answer(None, Verdict::Error(error), out)?;
        }
    }
    Ok(())
}

/// Reads a line into the buffer: `None` at the end of the input, `false` when the line was too long to keep.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    line.clear();
    let limit = u64::try_from(MAX_LINE + 1).unwrap_or(u64::MAX);
    if input.by_ref().take(limit).read_until(b'\n', line)? == 0 {
        return Ok(None);
    }
    if line.len() > MAX_LINE && line.last() != Some(&b'\n') {
        input.skip_until(b'\n')?;
        return Ok(Some(false));
    }
    Ok(Some(true))
}

struct Evaluator<'a> {
    default_zone: Zone,
    default_at: Timestamp,
    skips: &'a [Date],
    calendars: HashMap<String, Result<Calendar, String>>,
    /// The key of the present line, kept for its memory.
    key: String,
}

impl Evaluator<'_> {
    fn answer(&mut self, line: &[u8], out: &mut impl Write) -> Result<(), Failure> {
        let (id, verdict) = match read::<Question<'_>>(line) {
            Ok(question) => (question.id, self.verdict(&question)),
            Err(error) => {
                let id = read::<Identified<'_>>(line).ok().and_then(|line| line.id);
                let accepted = "accepted: one JSON object with id, schedule, tz, at, skip";
                (
                    id,
                    Err(format!("the line is not a question: {error}; {accepted}")),
                )
            }
        };
        write_answer(id, verdict.map_or_else(Verdict::Error, Verdict::State), out)
    }

    fn verdict(&mut self, question: &Question<'_>) -> Result<State, String> {
        let schedule = question
            .schedule
            .ok_or("field `schedule` is missing; accepted: a schedule as text")?;
        let at = match question.at {
            None => self.default_at,
            Some(at) => {
                let text: String = field("at", at, "an instant as text")?;
                super::instant(&text).map_err(|error| format!("field `at`: {error}"))?
            }
        };
        Ok(self
            .calendar(schedule, question.tz, question.skip)?
            .state(at))
    }

    /// The calendar of these fields, made once while it is kept.
    fn calendar(
        &mut self,
        schedule: &RawValue,
        tz: Option<&RawValue>,
        skip: Option<&RawValue>,
    ) -> Result<&Calendar, String> {
        self.key.clear();
        for part in [Some(schedule), tz, skip] {
            // JSON texts hold no control characters, so this separates.
            self.key.push_str(part.map_or("", RawValue::get));
            self.key.push('\0');
        }
        if !self.calendars.contains_key(&self.key) {
            let made = self.make_calendar(schedule, tz, skip);
            if self.calendars.len() >= MAX_CALENDARS {
                self.calendars.clear();
            }
            self.calendars.insert(self.key.clone(), made);
        }
        match self.calendars.get(&self.key) {
            Some(Ok(calendar)) => Ok(calendar),
            Some(Err(error)) => Err(error.clone()),
            None => Err("the calendar was not kept".to_owned()),
        }
    }

    fn make_calendar(
        &self,
        schedule: &RawValue,
        tz: Option<&RawValue>,
        skip: Option<&RawValue>,
    ) -> Result<Calendar, String> {
        let text: String = field("schedule", schedule, "a schedule as text")?;
        let schedule =
            Schedule::parse(&text).map_err(|error| format!("field `schedule`: {error}"))?;
        let zone = match tz {
            None => self.default_zone.clone(),
            Some(tz) => {
                let name: String = field("tz", tz, "an IANA name as text")?;
                Zone::parse(&name).map_err(|error| format!("field `tz`: {error}"))?
            }
        };
        let mut dates = self.skips.to_vec();
        if let Some(skip) = skip {
            let texts: Vec<String> = field("skip", skip, "a list of dates as text")?;
            for text in texts {
                dates.push(super::date(&text).map_err(|error| format!("field `skip`: {error}"))?);
            }
        }
        Ok(schedule.with_skips(&dates).calendar(&zone))
    }
}

/// Reads an object. Serde would also take the fields of a struct from a list, by position.
fn read<'a, T: Deserialize<'a>>(line: &'a [u8]) -> Result<T, serde_json::Error> {
    if line.trim_ascii_start().starts_with(b"[") {
        return Err(serde::de::Error::custom("it is a list"));
    }
    serde_json::from_slice(line)
}

fn field<'a, T: Deserialize<'a>>(
    name: &str,
    value: &'a RawValue,
    accepted: &str,
) -> Result<T, String> {
    serde_json::from_str(value.get()).map_err(|_| {
        format!(
            "field `{name}`: {} has the wrong type; accepted: {accepted}",
            shortened(value.get())
        )
    })
}

/// A value for a message, not longer than a line.
fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    let short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() {
        format!("`{short}...`")
    } else {
        format!("`{short}`")
    }
}

fn write_answer(
    id: Option<&RawValue>,
    verdict: Verdict,
    out: &mut impl Write,
) -> Result<(), Failure> {
    serde_json::to_writer(&mut *out, &Answer { id, verdict }).map_err(io::Error::from)?;
    out.write_all(b"\n")?;
    Ok(())
}

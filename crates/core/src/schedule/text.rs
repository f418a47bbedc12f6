//! Schedules as text: the canonical form, the form for tags, and serde.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Weekday;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::model::{DAY_MINUTES, DateRange, Days, Rule, Schedule, Window};
use super::{MAX_CHARACTERS, ScheduleError};

impl Schedule {
    /// The canonical text in the letters that every AWS service accepts in a tag value: ` / ` for `;` and `+`
    /// for `,`. It can be up to three characters a clause longer than the compact form.
    pub fn to_tag_value(&self) -> String {
        self.join(" / ", '+')
    }

    fn join(&self, clause_separator: &str, comma: char) -> String {
        let mut clauses = Vec::new();
        match &self.rule {
            Rule::Always => clauses.push("always".to_owned()),
            Rule::Never => clauses.push("never".to_owned()),
            Rule::Clauses(_) => {}
        }
        for weekly in self.weekly() {
            clauses.push(format!(
                "{} {}",
                days_text(weekly.days, comma),
                windows_text(&weekly.windows, comma)
            ));
        }
        for skip in self.skips() {
            clauses.push(format!("skip {skip}"));
        }
        for open in self.opens() {
            clauses.push(format!(
                "open {} {}",
                open.date,
                windows_text(&open.windows, comma)
            ));
        }
        if let Some(zone) = self.zone() {
            clauses.push(format!("tz {zone}"));
        }
        clauses.join(clause_separator)
    }
}

/// The canonical text: windows, skips, openings, zone, each in the order of the text. It reads back as an equal
/// schedule, so a space after `;` is left out where the text would grow beyond the limit.
impl fmt::Display for Schedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spaced = self.join("; ", ',');
        if spaced.len() <= MAX_CHARACTERS {
            return formatter.write_str(&spaced);
        }
        formatter.write_str(&self.join(";", ','))
    }
}

impl fmt::Display for Window {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.end() > DAY_MINUTES {
            self.end() - DAY_MINUTES
        } else {
            self.end()
        };
        let begin = self.begin();
        write!(
            formatter,
            "{:02}:{:02}-{:02}:{:02}",
            begin / 60,
            begin % 60,
            end / 60,
            end % 60
        )
    }
}

impl fmt::Display for DateRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(formatter, "{}", self.first)
        } else {
            write!(formatter, "{}..{}", self.first, self.last)
        }
    }
}

/// The shortest list of days and ranges, for example `Fri-Mon,Wed`.
impl fmt::Display for Days {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&days_text(*self, ','))
    }
}

fn windows_text(windows: &[Window], comma: char) -> String {
    let texts: Vec<String> = windows.iter().map(Window::to_string).collect();
    texts.join(&comma.to_string())
}

fn days_text(days: Days, comma: char) -> String {
    const WEEK: [Weekday; 7] = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];
    if WEEK.iter().all(|day| days.contains(*day)) {
        return "Mon-Sun".to_owned();
    }
    let mut runs = Vec::new();
    for first in WEEK {
        if !days.contains(first) || days.contains(first.previous()) {
            continue;
        }
        let mut last = first;
        while days.contains(last.next()) {
            last = last.next();
        }
        runs.push(if first == last {
            short_name(first).to_owned()
        } else {
            format!("{}-{}", short_name(first), short_name(last))
        });
    }
    runs.join(&comma.to_string())
}

/// The three-letter English name.
pub(super) fn short_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    }
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Schedule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

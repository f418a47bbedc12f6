//! Schedules that are valid and still do something that nobody can want.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use serde::{Serialize, Serializer};

use super::calendar::State;
use super::model::{Rule, Schedule, Window};
use super::{Days, Zone};

/// Something in a valid schedule that has no effect, or one that is easily overlooked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// Another window that begins on the same days contains this one.
    CoveredWindow {
        /// The days of the clause.
        days: Days,
        /// The window that adds nothing.
        window: Window,
    },
    /// An `open` date whose windows have all ended.
    PastOpening {
        /// The date.
        date: Date,
    },
    /// An `open` date on which usual windows would have begun that its own do not contain.
    ReplacedWindows {
        /// The date.
        date: Date,
        /// The usual windows that do not begin on it.
        windows: Vec<Window>,
    },
    /// Asleep now and at every later instant.
    NeverAwakeAgain,
    /// Awake now and at every later instant.
    NeverAsleepAgain,
}

impl Warning {
    /// The stable name of the kind, for machines.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::CoveredWindow { .. } => "covered_window",
            Self::PastOpening { .. } => "past_opening",
            Self::ReplacedWindows { .. } => "replaced_windows",
            Self::NeverAwakeAgain => "never_awake_again",
            Self::NeverAsleepAgain => "never_asleep_again",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CoveredWindow { days, window } => {
                write!(
                    formatter,
                    "window `{days} {window}` adds nothing: other windows contain it"
                )
            }
            Self::PastOpening { date } => write!(formatter, "`open {date}` is past"),
            Self::ReplacedWindows { date, windows } => {
                let windows: Vec<String> = windows.iter().map(Window::to_string).collect();
                write!(
                    formatter,
                    "`open {date}` replaces the usual windows of that date: {} will not begin",
                    windows.join(",")
                )
            }
            Self::NeverAwakeAgain => {
                formatter.write_str("asleep for ever from now on; if that is meant, write `never`")
            }
            Self::NeverAsleepAgain => {
                formatter.write_str("awake for ever from now on; if that is meant, write `always`")
            }
        }
    }
}

/// As an object with `kind` and `message`.
impl Serialize for Warning {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut fields = serializer.serialize_struct("Warning", 2)?;
        fields.serialize_field("kind", self.kind())?;
        fields.serialize_field("message", &self.to_string())?;
        fields.end()
    }
}

impl Schedule {
    /// What is doubtful about the schedule at an instant, in the zone of its `tz` clause or in `default_zone`.
    /// Skip dates that are past are normal and not mentioned.
    pub fn warnings(&self, default_zone: &Zone, at: Timestamp) -> Vec<Warning> {
        let Rule::Clauses(_) = &self.rule else {
            return Vec::new();
        };
        let mut warnings = self.covered_windows();
        warnings.extend(self.doubtful_openings(default_zone, at));
        let calendar = self.calendar(default_zone);
        if calendar.next_transition(at).is_none() {
            warnings.push(match calendar.state(at) {
                State::Awake => Warning::NeverAsleepAgain,
                State::Asleep => Warning::NeverAwakeAgain,
            });
        }
        warnings
    }

    /// Windows that others beginning on the same dates contain; of two equal ones the later.
    fn covered_windows(&self) -> Vec<Warning> {
        let mut kept: Vec<(Days, Window)> = self
            .weekly()
            .iter()
            .flat_map(|weekly| weekly.windows.iter().map(|window| (weekly.days, *window)))
            .collect();
        let mut warnings = Vec::new();
        let mut index = kept.len();
        while index > 0 {
            index -= 1;
            let (days, window) = kept.remove(index);
            let covered = Weekday::Monday
                .cycle_forward()
                .take(7)
                .filter(|day| days.contains(*day))
                .all(|day| {
                    let others = kept
                        .iter()
                        .filter(|(days, _)| days.contains(day))
                        .map(|(_, other)| *other);
                    contains(others.collect(), window)
                });
            if covered {
                warnings.insert(0, Warning::CoveredWindow { days, window });
            } else {
                kept.insert(index, (days, window));
            }
        }
        warnings
    }

    fn doubtful_openings(&self, default_zone: &Zone, at: Timestamp) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let mut seen: Vec<Date> = Vec::new();
        for opening in self.opens() {
            let date = opening.date;
            if seen.contains(&date) {
                continue;
            }
            seen.push(date);
            let same_date = self.opens().iter().filter(|other| other.date == date);
            let own: Vec<Window> = same_date
                .flat_map(|other| other.windows.iter().copied())
                .collect();
            if self.is_past(date, &own, default_zone, at) {
                warnings.push(Warning::PastOpening { date });
                continue;
            }
            if self
                .skips()
                .iter()
                .any(|skip| (skip.first..=skip.last).contains(&date))
            {
                continue;
            }
            let usual = self
                .weekly()
                .iter()
                .filter(|weekly| weekly.days.contains(date.weekday()));
            let mut lost: Vec<Window> = usual
                .flat_map(|weekly| weekly.windows.iter().copied())
                .collect();
            lost.retain(|window| !contains(own.clone(), *window));
            if !lost.is_empty() {
                warnings.push(Warning::ReplacedWindows {
                    date,
                    windows: lost,
                });
            }
        }
        warnings
    }

    fn is_past(&self, date: Date, windows: &[Window], default_zone: &Zone, at: Timestamp) -> bool {
        let zone = self.zone().unwrap_or(default_zone);
        let now = zone.time_zone().to_datetime(at);
        let days = now.date().duration_since(date).as_hours() / 24;
        let minutes = days * 24 * 60 + i64::from(now.hour()) * 60 + i64::from(now.minute());
        windows
            .iter()
            .all(|window| i64::from(window.end()) <= minutes)
    }
}

/// Whether the union of windows of one date contains another window of that date.
fn contains(mut others: Vec<Window>, window: Window) -> bool {
    others.sort_unstable();
    let mut reached = window.begin();
    for other in others {
        if other.begin() <= reached {
            reached = reached.max(other.end());
        }
    }
    reached >= window.end()
}

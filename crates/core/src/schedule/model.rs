//! A schedule as a value.

use jiff::civil::{Date, Weekday};

use super::calendar::Calendar;
use super::parse;
use super::{ScheduleError, Zone};

/// When sleepers are awake. Its text form is described in [the module](super).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    pub(super) rule: Rule,
    pub(super) zone: Option<Zone>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rule {
    Always,
    Never,
    Clauses(Clauses),
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Clauses {
    pub(super) weekly: Vec<WeeklyWindows>,
    pub(super) skips: Vec<DateRange>,
    pub(super) opens: Vec<Opening>,
}

/// One window clause: windows that begin on certain days of each week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeeklyWindows {
    /// The days on which the windows begin.
    pub days: Days,
    /// The windows, as written.
    pub windows: Vec<Window>,
}

/// One `open` clause: the windows that begin on one date instead of the usual ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The local date.
    pub date: Date,
    /// The windows, as written.
    pub windows: Vec<Window>,
}

/// Dates from `first` to `last`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateRange {
    /// The first date.
    pub first: Date,
    /// The last date, not before the first.
    pub last: Date,
}

/// A window in minutes of wall clock after 00:00 of the date on which it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    begin: u16,
    end: u16,
}

/// Minutes of a civil day.
pub(super) const DAY_MINUTES: u16 = 24 * 60;

impl Window {
    /// From two times in minutes after midnight as they are written; an end at or before the begin is on the
    /// next day. `None` when they are equal or out of range.
    pub(super) fn from_written(begin: u16, end: u16) -> Option<Self> {
        if begin >= DAY_MINUTES || end > DAY_MINUTES || begin == end {
            return None;
        }
        let end = if end < begin { end + DAY_MINUTES } else { end };
        Some(Self { begin, end })
    }

    /// Minutes from 00:00 of the date to the begin, 0 to 1439.
    pub fn begin(self) -> u16 {
        self.begin
    }

    /// Minutes from 00:00 of the date to the end: more than the begin; above 1440 it is on the next day.
    pub fn end(self) -> u16 {
        self.end
    }
}

/// A set of days of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Days(u8);

impl Days {
    /// Adds the days from `first` to `last`, both included, over the end of the week where needed.
    #[must_use]
    pub(super) fn with_range(mut self, first: Weekday, last: Weekday) -> Self {
        let mut day = first;
        loop {
            self.0 |= Self::bit(day);
            if day == last {
                return self;
            }
            day = day.next();
        }
    }

    /// Whether the day is in the set.
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & Self::bit(day) != 0
    }

    fn bit(day: Weekday) -> u8 {
        1 << day.to_monday_zero_offset()
    }
}

impl Schedule {
    /// Reads a schedule from its text.
    ///
    /// # Errors
    ///
    /// [`ScheduleError`] with the clause, the offending text and what is accepted.
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        parse::schedule(text)
    }

    /// Awake at every instant.
    pub fn always() -> Self {
        Self {
            rule: Rule::Always,
            zone: None,
        }
    }

    /// Asleep at every instant.
    pub fn never() -> Self {
        Self {
            rule: Rule::Never,
            zone: None,
        }
    }

    /// The zone of the `tz` clause, if there is one.
    pub fn zone(&self) -> Option<&Zone> {
        self.zone.as_ref()
    }

    /// The schedule with further dates on which no usual window begins. An `open` clause of the text beats
    /// them, and `always` and `never` stay what they are.
    ///
    /// The result is for evaluation: its text may be longer than [`Schedule::parse`] accepts.
    #[must_use]
    pub fn with_skips(mut self, dates: &[Date]) -> Self {
        if let Rule::Clauses(clauses) = &mut self.rule {
            clauses.skips.extend(dates.iter().map(|date| DateRange {
                first: *date,
                last: *date,
            }));
        }
        self
    }

    /// The schedule on the time line: in the zone of its `tz` clause, else in `default_zone`.
    pub fn calendar(&self, default_zone: &Zone) -> Calendar {
        Calendar::new(self, self.zone.as_ref().unwrap_or(default_zone))
    }

    /// The window clauses, in the order of the text; empty for `always` and `never`.
    pub fn weekly(&self) -> &[WeeklyWindows] {
        self.clauses().map_or(&[], |clauses| &clauses.weekly)
    }

    /// The `skip` clauses, in the order of the text.
    pub fn skips(&self) -> &[DateRange] {
        self.clauses().map_or(&[], |clauses| &clauses.skips)
    }

    /// The `open` clauses, in the order of the text.
    pub fn opens(&self) -> &[Opening] {
        self.clauses().map_or(&[], |clauses| &clauses.opens)
    }

    fn clauses(&self) -> Option<&Clauses> {
        match &self.rule {
            Rule::Clauses(clauses) => Some(clauses),
            Rule::Always | Rule::Never => None,
        }
    }
}

//! A schedule on the time line.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, Weekday, date};
use serde::{Deserialize, Serialize};

use super::Zone;
use super::model::{Rule, Schedule, Window};
use super::wall_clock::{DAY_SECONDS, WallClock, floor_second, wall_at};

/// What a sleeper should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Inside a window.
    Awake,
    /// Outside all windows.
    Asleep,
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            State::Awake => "awake",
            State::Asleep => "asleep",
        })
    }
}

/// A change of the state. The new state holds at `at` itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// The first instant of the new state.
    pub at: Timestamp,
    /// The new state.
    pub to: State,
}

/// A schedule in its zone, ready to be asked. Every question has an answer for every timestamp.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: Zone,
    hours: Hours,
}

#[derive(Debug, Clone)]
enum Hours {
    Constant(State),
    Dated(Box<Dated>),
}

/// Windows by date; dates are days since 1970-01-01.
#[derive(Debug, Clone)]
struct Dated {
    /// By day of the week, Monday first.
    week: [Vec<Window>; 7],
    /// First and last date of each skip.
    skips: Vec<(i64, i64)>,
    /// Dates with windows of their own, sorted.
    opens: Vec<(i64, Vec<Window>)>,
    /// Dates from which another rule holds than the day before, sorted.
    changes: Vec<i64>,
}

/// A search looks this many days around a change of rule. Under one rule a week is a repetition of the week
/// before, but for a window that a gap swallows: six weeks without a transition mean that there is none.
const QUIET_DAYS: i64 = 45;

impl Calendar {
    pub(super) fn new(schedule: &Schedule, zone: &Zone) -> Self {
        let hours = match &schedule.rule {
            Rule::Always => Hours::Constant(State::Awake),
            Rule::Never => Hours::Constant(State::Asleep),
            Rule::Clauses(_) => Hours::Dated(Box::new(Dated::new(schedule))),
        };
        Self {
            zone: zone.clone(),
            hours,
        }
    }

    /// The zone in which the schedule's times are read.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// What the schedule says for one instant.
    pub fn state(&self, at: Timestamp) -> State {
        let dated = match &self.hours {
            Hours::Constant(state) => return *state,
            Hours::Dated(dated) => dated,
        };
        let second = floor_second(at);
        let today = wall_at(&self.zone, at).div_euclid(DAY_SECONDS);
        // A window ends before the second midnight after its begin, so yesterday's can still be open;
        // tomorrow's can already be, in a fold over midnight.
        let days = today - 1..=today + 1;
        if days.clone().all(|day| dated.windows_on(day).is_empty()) {
            return State::Asleep;
        }
        let clock = WallClock::over(
            &self.zone,
            second - 5 * DAY_SECONDS,
            second + 5 * DAY_SECONDS,
        );
        let open = days.into_iter().any(|day| {
            dated.windows_on(day).iter().any(|window| {
                let (begin, end) = instants(&clock, day, *window);
                begin <= second && second < end
            })
        });
        if open { State::Awake } else { State::Asleep }
    }

    /// The first transition after an instant (a transition at the very instant is not after it). `None` when
    /// the state never changes again within the years that a [`Timestamp`] can express.
    pub fn next_transition(&self, after: Timestamp) -> Option<Transition> {
        let dated = self.dated()?;
        let second = floor_second(after);
        let today = wall_at(&self.zone, after).div_euclid(DAY_SECONDS);
        let near = [3, 10, QUIET_DAYS].map(|days| (today - 1, today + days));
        let far = dated
            .changes
            .iter()
            .filter(|change| **change + QUIET_DAYS > today);
        near.into_iter()
            .chain(far.map(|change| (change - 3, change + QUIET_DAYS)))
            .find_map(|(from, to)| {
                self.boundaries(dated, from, to)
                    .into_iter()
                    .find(|(at, _)| *at > second)
            })
            .and_then(transition)
    }

    /// The last transition at or before an instant: when the state that holds then began. `None` when it always
    /// held within the years that a [`Timestamp`] can express.
    pub fn previous_transition(&self, at: Timestamp) -> Option<Transition> {
        let dated = self.dated()?;
        let second = floor_second(at);
        let today = wall_at(&self.zone, at).div_euclid(DAY_SECONDS);
        let near = [3, 10, QUIET_DAYS].map(|days| (today - days, today + 3));
        let far = dated
            .changes
            .iter()
            .rev()
            .filter(|change| **change - QUIET_DAYS < today);
        near.into_iter()
            .chain(far.map(|change| (change - QUIET_DAYS, change + 3)))
            .find_map(|(from, to)| {
                self.boundaries(dated, from, to)
                    .into_iter()
                    .rfind(|(at, _)| *at <= second)
            })
            .and_then(transition)
    }

    /// All transitions after an instant, in order; without end for most schedules.
    pub fn transitions(&self, from: Timestamp) -> Transitions<'_> {
        Transitions {
            calendar: self,
            after: Some(from),
        }
    }

    fn dated(&self) -> Option<&Dated> {
        match &self.hours {
            Hours::Constant(_) => None,
            Hours::Dated(dated) => Some(dated),
        }
    }

    /// The boundaries of the union of windows, from 00:00 of the date `from` to 00:00 of the date `to`.
    fn boundaries(&self, dated: &Dated, from: i64, to: i64) -> Vec<(i64, State)> {
        let clock = WallClock::over(&self.zone, (from - 7) * DAY_SECONDS, (to + 5) * DAY_SECONDS);
        let mut boundaries = Vec::new();
        let mut run: Option<(i64, i64)> = None;
        // Windows of earlier dates end before `from`; begins never decrease, so one pass unions them.
        for day in from - 3..=to {
            for window in dated.windows_on(day) {
                let (begin, end) = instants(&clock, day, *window);
                if begin >= end {
                    continue;
                }
                match &mut run {
                    Some((_, run_end)) if begin <= *run_end => *run_end = end.max(*run_end),
                    _ => {
                        if let Some((begin, end)) = run.replace((begin, end)) {
                            boundaries.extend([(begin, State::Awake), (end, State::Asleep)]);
                        }
                    }
                }
            }
        }
        if let Some((begin, end)) = run {
            boundaries.extend([(begin, State::Awake), (end, State::Asleep)]);
        }
        let stretch = clock.instant(from * DAY_SECONDS)..clock.instant(to * DAY_SECONDS);
        boundaries.retain(|(at, _)| stretch.contains(at));
        boundaries
    }
}

impl Dated {
    fn new(schedule: &Schedule) -> Self {
        let mut week: [Vec<Window>; 7] = Default::default();
        for (windows, day) in week.iter_mut().zip(Weekday::Monday.cycle_forward()) {
            for weekly in schedule.weekly() {
                if weekly.days.contains(day) {
                    windows.extend_from_slice(&weekly.windows);
                }
            }
            windows.sort_unstable();
        }
        let skips: Vec<(i64, i64)> = schedule
            .skips()
            .iter()
            .map(|skip| (day_number(skip.first), day_number(skip.last)))
            .collect();
        let mut opens: Vec<(i64, Vec<Window>)> = Vec::new();
        for opening in schedule.opens() {
            let day = day_number(opening.date);
            match opens.iter_mut().find(|(known, _)| *known == day) {
                Some((_, windows)) => windows.extend(&opening.windows),
                None => opens.push((day, opening.windows.clone())),
            }
        }
        opens.sort_unstable_by_key(|(day, _)| *day);
        for (_, windows) in &mut opens {
            windows.sort_unstable();
        }
        let mut changes: Vec<i64> = Vec::new();
        changes.extend(skips.iter().flat_map(|(first, last)| [*first, last + 1]));
        changes.extend(opens.iter().flat_map(|(day, _)| [*day, day + 1]));
        changes.sort_unstable();
        changes.dedup();
        Self {
            week,
            skips,
            opens,
            changes,
        }
    }

    /// The windows that begin on a date, sorted by begin.
    fn windows_on(&self, day: i64) -> &[Window] {
        if let Ok(index) = self.opens.binary_search_by_key(&day, |(date, _)| *date) {
            return self.opens.get(index).map_or(&[], |(_, windows)| windows);
        }
        if self
            .skips
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&day))
        {
            return &[];
        }
        // 1970-01-01 was a Thursday.
        let weekday = usize::try_from((day + 3).rem_euclid(7)).unwrap_or_default();
        self.week.get(weekday).map_or(&[], Vec::as_slice)
    }
}

/// The instants of a window that begins on a date; they can be equal, or the begin later, in a gap.
fn instants(clock: &WallClock, day: i64, window: Window) -> (i64, i64) {
    let midnight = day * DAY_SECONDS;
    let at = |minutes: u16| clock.instant(midnight + i64::from(minutes) * 60);
    (at(window.begin()), at(window.end()))
}

fn day_number(day: Date) -> i64 {
    day.duration_since(date(1970, 1, 1))
        .as_secs()
        .div_euclid(DAY_SECONDS)
}

fn transition((second, to): (i64, State)) -> Option<Transition> {
    let at = Timestamp::from_second(second).ok()?;
    Some(Transition { at, to })
}

/// The transitions of a [`Calendar`] after an instant, in order.
#[derive(Debug, Clone)]
pub struct Transitions<'a> {
    calendar: &'a Calendar,
    after: Option<Timestamp>,
}

impl Iterator for Transitions<'_> {
    type Item = Transition;

    fn next(&mut self) -> Option<Transition> {
        let next = self.calendar.next_transition(self.after?);
        self.after = next.map(|transition| transition.at);
        next
    }
}

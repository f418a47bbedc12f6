//! The grammar of a schedule text.

use jiff::civil::{Date, Weekday};

use super::model::{
    Clauses, DAY_MINUTES, DateRange, Days, Opening, Rule, Schedule, WeeklyWindows, Window,
};
use super::{MAX_CHARACTERS, ScheduleError, Zone, suggest};

const WORDS: [&str; 6] = ["skip", "open", "tz", "always", "never", "holidays"];

const DAYS: [(&str, &str, Weekday); 7] = [
    ("Mon", "Monday", Weekday::Monday),
    ("Tue", "Tuesday", Weekday::Tuesday),
    ("Wed", "Wednesday", Weekday::Wednesday),
    ("Thu", "Thursday", Weekday::Thursday),
    ("Fri", "Friday", Weekday::Friday),
    ("Sat", "Saturday", Weekday::Saturday),
    ("Sun", "Sunday", Weekday::Sunday),
];

type Result<T> = std::result::Result<T, ScheduleError>;

pub(super) fn schedule(text: &str) -> Result<Schedule> {
    // A text has at least as many bytes as characters, so most need no counting.
    if text.len() > MAX_CHARACTERS && text.chars().count() > MAX_CHARACTERS {
        return Err(ScheduleError::TooLong {
            characters: text.chars().count(),
        });
    }
    if text.trim().is_empty() {
        return Err(ScheduleError::Empty);
    }
    let mut zone: Option<Zone> = None;
    let mut constant: Option<&'static str> = None;
    let mut other: Option<&str> = None;
    let mut clauses = Clauses::default();
    for (index, clause) in split(text).into_iter().enumerate() {
        if clause.is_empty() {
            return Err(ScheduleError::EmptyClause { number: index + 1 });
        }
        let (word, rest) = clause
            .split_once(char::is_whitespace)
            .unwrap_or((clause, ""));
        let rest = rest.trim();
        let keyword = WORDS
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(word));
        match keyword.unwrap_or_default() {
            "tz" => {
                if let Some(first) = &zone {
                    return Err(ScheduleError::DuplicateZone {
                        clause: clause.to_owned(),
                        first: first.to_string(),
                    });
                }
                zone = Some(zone_clause(clause, rest)?);
                continue;
            }
            "holidays" => {
                return Err(ScheduleError::HolidaysNotYetKnown {
                    clause: clause.to_owned(),
                });
            }
            "always" => constant = Some(constant_clause(clause, "always", rest, constant)?),
            "never" => constant = Some(constant_clause(clause, "never", rest, constant)?),
            "skip" => {
                clauses.skips.push(skip_clause(clause, rest)?);
                other = Some(clause);
            }
            "open" => {
                clauses.opens.push(open_clause(clause, rest)?);
                other = Some(clause);
            }
            _ => {
                clauses.weekly.push(window_clause(clause)?);
                other = Some(clause);
            }
        }
        if let (Some(word), Some(other)) = (constant, other) {
            return Err(ScheduleError::StandsAlone {
                clause: other.to_owned(),
                word,
            });
        }
    }
    let rule = match constant {
        Some("always") => Rule::Always,
        Some(_) => Rule::Never,
        None if clauses.weekly.is_empty() && clauses.opens.is_empty() => {
            return Err(ScheduleError::NoWindows);
        }
        None => Rule::Clauses(clauses),
    };
    Ok(Schedule { rule, zone })
}

/// Clauses between `;`, or `/` with white space on either side (zones have `/` without), trimmed.
fn split(text: &str) -> Vec<&str> {
    let mut clauses = Vec::with_capacity(4);
    let mut begin = 0;
    for (index, byte) in text.bytes().enumerate() {
        if byte != b';' && byte != b'/' {
            continue;
        }
        let before = text.get(..index).unwrap_or_default();
        let after = text.get(index + 1..).unwrap_or_default();
        let spaced = |neighbour: Option<char>| neighbour.is_none_or(char::is_whitespace);
        if byte == b'/' && !(spaced(before.chars().next_back()) && spaced(after.chars().next())) {
            continue;
        }
        clauses.push(text.get(begin..index).unwrap_or_default().trim());
        begin = index + 1;
    }
    clauses.push(text.get(begin..).unwrap_or_default().trim());
    clauses
}

fn zone_clause(clause: &str, name: &str) -> Result<Zone> {
    Zone::parse(name).map_err(|error| ScheduleError::UnknownZone {
        clause: clause.to_owned(),
        found: error.found,
        suggestion: error.suggestion,
    })
}

fn constant_clause(
    clause: &str,
    word: &'static str,
    rest: &str,
    before: Option<&'static str>,
) -> Result<&'static str> {
    if !rest.is_empty() {
        return Err(ScheduleError::TrailingText {
            clause: clause.to_owned(),
            found: rest.to_owned(),
            word,
        });
    }
    if let Some(word) = before {
        return Err(ScheduleError::StandsAlone {
            clause: clause.to_owned(),
            word,
        });
    }
    Ok(word)
}

fn skip_clause(clause: &str, rest: &str) -> Result<DateRange> {
    const RANGE: &str = " or YYYY-MM-DD..YYYY-MM-DD, one in each skip clause";
    let Some((first, last)) = rest.split_once("..") else {
        let date = date(clause, rest, RANGE)?;
        return Ok(DateRange {
            first: date,
            last: date,
        });
    };
    let range = DateRange {
        first: date(clause, first.trim(), RANGE)?,
        last: date(clause, last.trim(), RANGE)?,
    };
    if range.last < range.first {
        return Err(ScheduleError::ReversedDates {
            clause: clause.to_owned(),
            found: rest.to_owned(),
        });
    }
    Ok(range)
}

fn open_clause(clause: &str, rest: &str) -> Result<Opening> {
    let (day, times) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let date = date(clause, day, ", one in each open clause")?;
    if times.is_empty() {
        return Err(ScheduleError::MissingTimes {
            clause: clause.to_owned(),
        });
    }
    Ok(Opening {
        date,
        windows: windows(clause, times)?,
    })
}

fn window_clause(clause: &str) -> Result<WeeklyWindows> {
    let digit = clause
        .find(|letter: char| letter.is_ascii_digit())
        .unwrap_or(clause.len());
    let (names, times) = clause.split_at(digit);
    if names.is_empty() {
        return Err(ScheduleError::MissingDays {
            clause: clause.to_owned(),
        });
    }
    if !times.is_empty() && !names.ends_with(char::is_whitespace) {
        let found = clause
            .split_whitespace()
            .next()
            .unwrap_or(clause)
            .to_owned();
        return Err(ScheduleError::UnknownClause {
            clause: clause.to_owned(),
            found,
            suggestion: None,
        });
    }
    let names = names.trim();
    let days = days(clause, names)?;
    if times.is_empty() {
        return Err(ScheduleError::MissingTimes {
            clause: clause.to_owned(),
        });
    }
    Ok(WeeklyWindows {
        days,
        windows: windows(clause, times)?,
    })
}

fn days(clause: &str, names: &str) -> Result<Days> {
    let mut days = Days::default();
    for (index, item) in names.split([',', '+']).map(str::trim).enumerate() {
        let (first, last) = item
            .split_once('-')
            .map_or((item, item), |(first, last)| (first.trim(), last.trim()));
        for name in [first, last] {
            if weekday(name).is_none() {
                return Err(unknown_name(clause, name, index == 0 && name == first));
            }
        }
        if let (Some(first), Some(last)) = (weekday(first), weekday(last)) {
            days = days.with_range(first, last);
        }
    }
    Ok(days)
}

fn weekday(name: &str) -> Option<Weekday> {
    DAYS.iter()
        .find(|(short, full, _)| {
            name.eq_ignore_ascii_case(short) || name.eq_ignore_ascii_case(full)
        })
        .map(|(_, _, day)| *day)
}

/// A name that begins the clause may have been meant as one of its words.
fn unknown_name(clause: &str, name: &str, begins: bool) -> ScheduleError {
    let found = name.to_owned();
    let day = near_day(name);
    let word = name.split_whitespace().next().unwrap_or(name);
    if begins && day.is_none() && weekday(word).is_none() {
        let suggestion = suggest::nearest(word, WORDS);
        return ScheduleError::UnknownClause {
            clause: clause.to_owned(),
            found: word.to_owned(),
            suggestion,
        };
    }
    ScheduleError::UnknownDay {
        clause: clause.to_owned(),
        found,
        suggestion: day,
    }
}

fn near_day(name: &str) -> Option<String> {
    // Abbreviations such as `Tues`, `Th` and `We` are the beginning of one day.
    let lower = name.to_lowercase();
    let mut begun = DAYS
        .iter()
        .filter(|(_, full, _)| full.to_lowercase().starts_with(&lower));
    if let (Some((short, _, _)), None, false) = (begun.next(), begun.next(), lower.is_empty()) {
        return Some((*short).to_owned());
    }
    suggest::nearest(
        name,
        DAYS.iter().flat_map(|(short, full, _)| [*short, *full]),
    )
}

fn windows(clause: &str, times: &str) -> Result<Vec<Window>> {
    times
        .split([',', '+'])
        .map(|item| window(clause, item.trim()))
        .collect()
}

fn window(clause: &str, item: &str) -> Result<Window> {
    let invalid = || ScheduleError::InvalidWindow {
        clause: clause.to_owned(),
        found: item.to_owned(),
    };
    let (begin_text, end_text) = item.split_once('-').ok_or_else(invalid)?;
    if end_text.contains('-') {
        return Err(invalid());
    }
    let begin = time(clause, begin_text.trim())?;
    let end = time(clause, end_text.trim())?;
    if begin == DAY_MINUTES {
        return Err(ScheduleError::InvalidTime {
            clause: clause.to_owned(),
            found: begin_text.trim().to_owned(),
            reason: "a window cannot begin at 24:00, write 00:00 of the next day",
        });
    }
    Window::from_written(begin, end).ok_or_else(|| ScheduleError::EmptyWindow {
        clause: clause.to_owned(),
        found: item.to_owned(),
    })
}

/// Minutes after midnight, up to 24:00.
fn time(clause: &str, text: &str) -> Result<u16> {
    let fault = |reason| ScheduleError::InvalidTime {
        clause: clause.to_owned(),
        found: text.to_owned(),
        reason,
    };
    let &[ten_hours, hours, b':', ten_minutes, minutes] = text.as_bytes() else {
        return Err(fault(misshapen(text)));
    };
    let digits = [ten_hours, hours, ten_minutes, minutes];
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(fault(misshapen(text)));
    }
    let [ten_hours, hours, ten_minutes, minutes] = digits.map(|digit| u16::from(digit - b'0'));
    let total = (ten_hours * 10 + hours) * 60 + ten_minutes * 10 + minutes;
    if ten_minutes > 5 || total > DAY_MINUTES {
        return Err(fault("it is out of range"));
    }
    Ok(total)
}

/// What is wrong with a time that is not `HH:MM`.
fn misshapen(text: &str) -> &'static str {
    let lower = text.to_ascii_lowercase();
    if lower.ends_with("am") || lower.ends_with("pm") {
        return "write it in 24 hours, without AM and PM";
    }
    if text.contains(char::is_whitespace) {
        return "there is text after it; a new clause begins after `;`";
    }
    let parts: Vec<&str> = text.split(':').collect();
    let numeric = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match (parts.len(), parts.iter().all(numeric)) {
        (2, true) => "write two digits each for hours and minutes, as 08:00",
        (3, true) => "write it without seconds",
        _ => "write hours and minutes as HH:MM",
    }
}

fn date(clause: &str, text: &str, accepted: &'static str) -> Result<Date> {
    let invalid = || ScheduleError::InvalidDate {
        clause: clause.to_owned(),
        found: text.to_owned(),
        accepted,
    };
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return Err(invalid());
    };
    let shaped = year.len() == 4 && month.len() == 2 && day.len() == 2;
    if !shaped
        || !parts
            .iter()
            .all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Err(invalid());
    }
    let (Ok(year), Ok(month), Ok(day)) = (year.parse(), month.parse(), day.parse()) else {
        return Err(invalid());
    };
    Date::new(year, month, day).map_err(|_| invalid())
}

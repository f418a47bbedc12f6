//! Days in UTC, as numbers: billing days are UTC days.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A UTC day, counted from 1970-01-01 (which is 0). In JSON `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(i32);

impl Day {
    /// The day of a date.
    pub fn of(date: Date) -> Self {
        let epoch = Date::constant(1970, 1, 1);
        Self((date - epoch).get_days())
    }

    /// The date of the day; days beyond the calendar of jiff (years -9999 to 9999) become its first or last.
    pub fn date(self) -> Date {
        let span = jiff::Span::new().try_days(self.0).unwrap_or_default();
        Date::constant(1970, 1, 1).saturating_add(span)
    }

    /// Days since 1970-01-01.
    pub fn number(self) -> i32 {
        self.0
    }

    /// The day with this number.
    pub fn from_number(number: i32) -> Self {
        Self(number)
    }

    /// That many days later, or earlier where negative.
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Days from an earlier day to this one; 0 where that day is later.
    pub fn since(self, earlier: Self) -> usize {
        usize::try_from(i64::from(self.0) - i64::from(earlier.0)).unwrap_or(0)
    }

    /// 0 to 6, the same for the same weekday.
    pub(crate) fn weekday(self) -> usize {
        usize::try_from(self.0.rem_euclid(7)).unwrap_or(0)
    }

    /// Year, month (1 to 12) and day of month (1 to 31).
    ///
    /// The algorithm `civil_from_days` of Howard Hinnant, `chrono-Compatible Low-Level Date Algorithms`: a date of jiff
    /// is exact too, but costs ten times as much, and detection asks for every day of every series.
    pub fn civil(self) -> (i32, u8, u8) {
        let shifted = i64::from(self.0) + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        (
            i32::try_from(year).unwrap_or(i32::MAX),
            u8::try_from(month).unwrap_or(1),
            u8::try_from(day).unwrap_or(1),
        )
    }

    /// The first day of the month that the day is in.
    #[must_use]
    pub fn first_of_month(self) -> Self {
        let (_, _, day) = self.civil();
        self.plus(1 - i32::from(day))
    }

    /// The first day of the next month.
    #[must_use]
    pub fn first_of_next_month(self) -> Self {
        self.first_of_month().plus(31).first_of_month()
    }

    /// The month as `YYYY-MM`.
    pub fn month(self) -> String {
        let (year, month, _) = self.civil();
        format!("{year:04}-{month:02}")
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Date::deserialize(deserializer).map(Self::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendar_agrees_with_jiff_over_a_century() {
        for number in -1000..50_000 {
            let day = Day::from_number(number);
            let date = day.date();
            assert_eq!(Day::of(date), day);
            let (year, month, dom) = day.civil();
            assert_eq!(
                (year, i64::from(month), i64::from(dom)),
                (
                    i32::from(date.year()),
                    i64::from(date.month()),
                    i64::from(date.day())
                )
            );
        }
    }

    #[test]
    fn months_begin_and_end_where_they_should() {
        let day = Day::of(Date::constant(2024, 1, 31));
        assert_eq!(day.first_of_next_month().to_string(), "2024-02-01");
        assert_eq!(day.first_of_month().to_string(), "2024-01-01");
        assert_eq!(day.month(), "2024-01");
    }
}

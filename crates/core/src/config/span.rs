//! Lengths of time as people write them.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time: `90m`, `3h`, `1h30m`, `2d`. A day is 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u32);

/// The longest span: 366 days.
const MAX_SECONDS: u64 = 366 * 86_400;

/// A text that is no length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no length of time; accepted: `30s`, `90m`, `3h`, `1h30m`, `2d`, more than zero and at most 366d"
)]
pub struct ParseSpanError {
    text: String,
}

impl Span {
    /// A span of whole hours.
    pub const fn hours(hours: u16) -> Self {
        Self(hours as u32 * 3_600)
    }

    /// A span of whole minutes.
    pub const fn minutes(minutes: u16) -> Self {
        Self(minutes as u32 * 60)
    }

    /// The same as a duration.
    pub fn duration(self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.0))
    }
}

impl FromStr for Span {
    type Err = ParseSpanError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseSpanError {
            text: text.to_owned(),
        };
        let mut rest = text.trim();
        let mut total: u64 = 0;
        let mut smallest = u64::MAX;
        if rest.is_empty() {
            return Err(error());
        }
        while !rest.is_empty() {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, tail) = rest.split_at(digits);
            let number: u64 = number.parse().map_err(|_| error())?;
            let mut chars = tail.chars();
            let unit = match chars.next() {
                Some('d') => 86_400,
                Some('h') => 3_600,
                Some('m') => 60,
                Some('s') => 1,
                _ => return Err(error()),
            };
            if unit >= smallest {
                return Err(error());
            }
            smallest = unit;
            total = number
                .checked_mul(unit)
                .and_then(|seconds| seconds.checked_add(total))
                .ok_or_else(error)?;
            rest = chars.as_str().trim_start();
        }
        if total == 0 || total > MAX_SECONDS {
            return Err(error());
        }
        u32::try_from(total).map(Self).map_err(|_| error())
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        for (unit, letter) in [(86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')] {
            let number = rest / unit;
            rest %= unit;
            if number > 0 {
                write!(f, "{number}{letter}")?;
            }
        }
        Ok(())
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_texts_round_trip() {
        for (text, shown) in [
            ("3h", "3h"),
            ("90m", "1h30m"),
            ("1h 30m", "1h30m"),
            ("2d", "2d"),
            ("45s", "45s"),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.to_string(), shown);
            assert_eq!(shown.parse::<Span>().unwrap(), span);
        }
    }

    #[test]
    fn other_texts_are_refused_by_name() {
        for text in [
            "",
            "3",
            "h",
            "3x",
            "-3h",
            "0h",
            "1m1h",
            "1h1h",
            "99999999999d",
            "367d",
            "3 h",
        ] {
            let error = text.parse::<Span>().unwrap_err().to_string();
            assert!(
                error.contains(&format!("{text:?}")) && error.contains("accepted"),
                "{error}"
            );
        }
    }
}

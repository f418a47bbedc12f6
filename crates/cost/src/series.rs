//! One cost series: an amount per day, with what is not known kept apart from zero.

use std::collections::BTreeMap;

use crate::day::Day;

/// Separates the levels of a key: account, service, usage type.
pub const SEPARATOR: char = '/';
/// The key of the sum of everything.
pub const TOTAL: &str = "total";

/// What is known of a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Observation {
    /// The amount, in the currency of the series; 0 when the bill says so, negative for a credit.
    Cost(f64),
    /// Within the delivered days, but without a usable figure.
    Missing,
    /// After the last delivered day: nothing can be said yet.
    NotDelivered,
    /// Before the first day with a figure.
    BeforeStart,
}

/// Daily costs of one key, from its first day with a figure to the last day that was delivered.
///
/// A figure may be missing inside; that is never read as zero. Days after the last are not delivered yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    key: String,
    start: Day,
    /// Amounts; a missing one is NaN, which never leaves this type as a number.
    values: Vec<f64>,
}

impl Series {
    /// A series whose first figure is on `start`; `None` is a day without a usable figure.
    ///
    /// Figures that are not finite count as missing. Missing days at the front are cut off.
    pub fn new(key: &str, start: Day, days: impl IntoIterator<Item = Option<f64>>) -> Self {
        let known = |value: Option<f64>| value.filter(|v| v.is_finite()).unwrap_or(f64::NAN);
        Self::from_raw(key, start, days.into_iter().map(known).collect())
    }

    /// The same, from amounts of which NaN is a missing one.
    pub(crate) fn from_raw(key: &str, start: Day, mut values: Vec<f64>) -> Self {
        let front = values.iter().take_while(|value| value.is_nan()).count();
        values.drain(..front);
        let front = i32::try_from(front).unwrap_or(i32::MAX);
        Self {
            key: key.to_owned(),
            start: start.plus(front),
            values,
        }
    }

    /// What the money was for, such as `123456789012/Amazon SageMaker/EUC1-Host:ml.g5.xlarge`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The first day with a figure.
    pub fn start(&self) -> Day {
        self.start
    }

    /// The first day that was not delivered.
    pub fn end(&self) -> Day {
        let days = i32::try_from(self.values.len()).unwrap_or(i32::MAX);
        self.start.plus(days)
    }

    /// Days from the first figure to the last delivered day.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no figure at all.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// What is known of a day.
    pub fn get(&self, day: Day) -> Observation {
        if day < self.start {
            return Observation::BeforeStart;
        }
        match self.values.get(day.since(self.start)) {
            Some(value) if value.is_nan() => Observation::Missing,
            Some(value) => Observation::Cost(*value),
            None => Observation::NotDelivered,
        }
    }

    /// The amount of a day, where there is one.
    pub fn cost(&self, day: Day) -> Option<f64> {
        match self.get(day) {
            Observation::Cost(cost) => Some(cost),
            _ => None,
        }
    }

    /// Amounts from the first day on, missing ones NaN.
    pub(crate) fn raw(&self) -> &[f64] {
        &self.values
    }

    /// The series up to, but not including, a day.
    #[must_use]
    pub fn until(&self, day: Day) -> Self {
        let kept = day.since(self.start).min(self.values.len());
        Self {
            key: self.key.clone(),
            start: self.start,
            values: self.values.get(..kept).unwrap_or_default().to_vec(),
        }
    }

    /// Days inside the series without a usable figure.
    pub fn missing(&self) -> usize {
        self.values.iter().filter(|value| value.is_nan()).count()
    }

    /// The mean of the last `days` figures; `None` of nothing.
    pub(crate) fn recent_mean(&self, days: usize) -> Option<f64> {
        let (mut sum, mut count) = (0.0, 0.0);
        for value in self.values.iter().rev().take(days) {
            if !value.is_nan() {
                sum += value;
                count += 1.0;
            }
        }
        (count > 0.0).then(|| sum / count)
    }
}

/// The levels of a key, outermost first.
pub fn levels(key: &str) -> impl Iterator<Item = &str> {
    key.split(SEPARATOR)
}

/// Whether one key lies above the other: `111/EC2` above `111/EC2/BoxUsage`, and [`TOTAL`] above all.
pub fn is_above(upper: &str, lower: &str) -> bool {
    if upper == TOTAL {
        return lower != TOTAL;
    }
    lower
        .strip_prefix(upper)
        .is_some_and(|rest| rest.starts_with(SEPARATOR))
}

/// Sums series day by day. A day for which a member that had begun has no figure is missing in the sum, since the sum
/// of what is left would be too small; a member that ended early (was not delivered as long) ends the sum there.
pub fn sum(key: &str, members: &[&Series]) -> Option<Series> {
    let start = members.iter().map(|series| series.start).min()?;
    let end = members.iter().map(|series| series.end()).min()?;
    if end <= start {
        return None;
    }
    let mut values = vec![0.0; end.since(start)];
    for member in members {
        let skipped = member.start.since(start);
        for (total, value) in values.iter_mut().skip(skipped).zip(&member.values) {
            *total += value;
        }
    }
    Some(Series::from_raw(key, start, values))
}

/// The given series and the sums of all keys above them that have no series of their own.
///
/// `111/EC2/BoxUsage` and `111/EC2/EBS` give `111/EC2` and `111` beside themselves. Sums are made of the outermost given
/// series below, so that nothing is counted twice.
pub fn rollup(series: &[Series]) -> Vec<Series> {
    let given: BTreeMap<&str, &Series> = series.iter().map(|one| (one.key(), one)).collect();
    let mut parts: BTreeMap<&str, Vec<&Series>> = BTreeMap::new();
    for one in series {
        let key = one.key();
        for (at, _) in key.rmatch_indices(SEPARATOR) {
            let upper = key.get(..at).unwrap_or_default();
            // A given level holds all below it, so what lies above takes that one instead.
            if given.contains_key(upper) {
                break;
            }
            parts.entry(upper).or_default().push(one);
        }
    }
    let mut all = series.to_vec();
    all.extend(parts.iter().filter_map(|(key, members)| sum(key, members)));
    all
}

/// The sum of the outermost series, as [`TOTAL`]; `None` where a series of that name is given or nothing is.
pub fn total(series: &[Series]) -> Option<Series> {
    let keys: std::collections::BTreeSet<&str> = series.iter().map(Series::key).collect();
    if keys.contains(TOTAL) {
        return None;
    }
    let has_upper = |key: &str| {
        key.rmatch_indices(SEPARATOR)
            .any(|(at, _)| key.get(..at).is_some_and(|upper| keys.contains(upper)))
    };
    let outermost: Vec<&Series> = series.iter().filter(|one| !has_upper(one.key())).collect();
    sum(TOTAL, &outermost)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i32) -> Day {
        Day::from_number(number)
    }

    #[test]
    fn missing_zero_and_not_delivered_are_three_things() {
        let series = Series::new("a", day(10), [None, Some(0.0), None, Some(2.0)]);
        assert_eq!(series.start(), day(11));
        assert_eq!(series.get(day(10)), Observation::BeforeStart);
        assert_eq!(series.get(day(11)), Observation::Cost(0.0));
        assert_eq!(series.get(day(12)), Observation::Missing);
        assert_eq!(series.get(day(13)), Observation::Cost(2.0));
        assert_eq!(series.get(day(14)), Observation::NotDelivered);
        assert_eq!(series.missing(), 1);
    }

    #[test]
    fn figures_that_are_no_numbers_are_missing() {
        let series = Series::new(
            "a",
            day(0),
            [Some(1.0), Some(f64::INFINITY), Some(f64::NAN)],
        );
        assert_eq!(series.missing(), 2);
    }

    #[test]
    fn sums_are_missing_where_a_part_is() {
        let a = Series::new("x/a", day(0), [Some(1.0), None, Some(3.0)]);
        let b = Series::new("x/b", day(1), [Some(10.0), Some(20.0)]);
        let sum = rollup(&[a, b]).pop().unwrap();
        assert_eq!(sum.key(), "x");
        assert_eq!(sum.cost(day(0)), Some(1.0));
        assert_eq!(sum.get(day(1)), Observation::Missing);
        assert_eq!(sum.cost(day(2)), Some(23.0));
    }

    #[test]
    fn nothing_is_counted_twice_in_sums() {
        let of = |key, cost| Series::new(key, day(0), [Some(cost)]);
        let all = [
            of("1/a", 5.0),
            of("1/a/x", 4.0),
            of("1/b/y", 2.0),
            of("2", 1.0),
        ];
        let rolled = rollup(&all);
        let found = |key: &str| {
            let one = rolled.iter().find(|series| series.key() == key);
            one.and_then(|series| series.cost(day(0)))
        };
        assert_eq!(found("1/b"), Some(2.0));
        assert_eq!(found("1"), Some(7.0));
        assert_eq!(total(&rolled).unwrap().cost(day(0)), Some(8.0));
        assert_eq!(total(&all).unwrap().cost(day(0)), Some(8.0));
    }
}

//! Numbers: conversions that cannot go wrong here, and quantiles.

use serde::Serialize as _;

/// A count as a float; exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2^53")]
pub(crate) fn float(count: usize) -> f64 {
    count as f64
}

/// The whole part of a float that is not negative, as an index; negative or not a number gives 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and not a number becomes 0"
)]
pub(crate) fn index(value: f64) -> usize {
    value.max(0.0) as usize
}

/// The value at a quantile of sorted values, between neighbours in proportion; `None` of nothing.
pub(crate) fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = q.clamp(0.0, 1.0) * float(last);
    let low = index(place);
    let share = place - float(low);
    let a = *sorted.get(low)?;
    let b = *sorted.get((low + 1).min(last))?;
    Some(a + (b - a) * share)
}

/// The median of values in any order, which are sorted on the way; `None` of nothing.
pub(crate) fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    quantile(values, 0.5)
}

/// Amounts in answers have four digits after the point.
pub(crate) fn round4(value: f64) -> f64 {
    let rounded = (value * 10_000.0).round() / 10_000.0;
    // Minus zero reads as a sign of something.
    if rounded == 0.0 { 0.0 } else { rounded }
}

/// Serializes an amount with four digits.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
pub(crate) fn rounded<S: serde::Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(round4(*value))
}

/// The same for what may be absent.
#[expect(clippy::ref_option, reason = "serde gives a reference")]
pub(crate) fn rounded_option<S: serde::Serializer>(
    value: &Option<f64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    value.map(round4).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_neighbours() {
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[3.0], 0.9), Some(3.0));
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 5.0], 0.5), Some(2.5));
        assert_eq!(median(&mut [9.0, 1.0, 4.0]), Some(4.0));
    }
}

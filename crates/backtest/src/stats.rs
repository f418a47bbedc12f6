//! Means, medians and the like; what is not a number does not count.

/// A count as a float; exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2^53")]
pub(crate) fn float(count: usize) -> f64 {
    count as f64
}

/// The whole part of a float as an index.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and not a number becomes 0"
)]
pub(crate) fn index(value: f64) -> usize {
    value.max(0.0) as usize
}

pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values.iter().filter(|value| !value.is_nan()) {
        sum += value;
        count += 1.0;
    }
    (count > 0.0).then(|| sum / count)
}

/// The sample standard deviation.
pub(crate) fn deviation(values: &[f64]) -> Option<f64> {
    let middle = mean(values)?;
    let squares: Vec<f64> = values
        .iter()
        .map(|value| (value - middle).powi(2))
        .collect();
    let known = squares.iter().filter(|value| !value.is_nan()).count();
    let share = float(known) / float(known.checked_sub(1).filter(|left| *left > 0)?);
    Some((mean(&squares)? * share).sqrt())
}

pub(crate) fn quantile(values: &[f64], q: f64) -> Option<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let place = q * float(sorted.len().checked_sub(1)?);
    let low = index(place);
    let a = *sorted.get(low)?;
    let b = sorted.get(low + 1).copied().unwrap_or(a);
    Some(a + (b - a) * (place - float(low)))
}

pub(crate) fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// The median absolute deviation, scaled to the standard deviation of a normal variable.
pub(crate) fn mad(values: &[f64]) -> Option<f64> {
    let middle = median(values)?;
    let sizes: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    Some(median(&sizes)? * 1.4826)
}

//! Charges that come back on the same day of the month: fees, support, commitments.

use crate::day::Day;

/// How a past day lay to what was expected of it, without any charge that comes back.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Past {
    /// Money above expectation; negative below.
    pub(crate) excess: f64,
    /// Whether that was out of the ordinary.
    pub(crate) stands_out: bool,
}

/// What of today's excess is a charge that came on the same day of the month, one day off at most, one or two months
/// ago: the charge of then, or 0.
///
/// `past` ends with the day before today. A charge beyond the band is still taken off when it came in both months, so
/// that a fee which grew is told of by what it grew.
pub(crate) fn charge(past: &[Past], today: Day, excess: f64, band: f64) -> f64 {
    if excess <= 0.0 {
        return 0.0;
    }
    let (one, two) = (of_month(past, today, 1), of_month(past, today, 2));
    for known in [one, two].into_iter().flatten() {
        if alike(excess, known, band) {
            return known;
        }
    }
    match (one, two) {
        (Some(one), Some(two)) if alike(one, two, band) && excess > one => one.min(two),
        _ => 0.0,
    }
}

/// Whether one charge is as large as the other, within the band.
pub(crate) fn alike(charge: f64, other: f64, band: f64) -> bool {
    (charge - other).abs() <= band * other.abs()
}

/// What stood out on the day of month of today so many months ago, or on a neighbour of it; the largest.
fn of_month(past: &[Past], today: Day, months: i32) -> Option<f64> {
    let (_, _, dom) = today.civil();
    let mut first = today.first_of_month();
    for _ in 0..months {
        first = first.plus(-1).first_of_month();
    }
    let length = first.first_of_next_month().since(first);
    let same = first
        .plus(i32::from(dom) - 1)
        .min(first.plus(i32::try_from(length).ok()? - 1));
    let back = today.since(same);
    let mut best: Option<f64> = None;
    for back in [back + 1, back, back - 1] {
        let known = past.len().checked_sub(back).and_then(|at| past.get(at));
        if let Some(known) = known.filter(|known| known.stands_out && known.excess > 0.0) {
            best = Some(best.map_or(known.excess, |best| best.max(known.excess)));
        }
    }
    best
}

/// What is to be expected on a day on top of the ordinary, from the charges of the two months before `past` ends.
/// `past` ends with the day before `next`.
pub(crate) fn upcoming(past: &[Past], next: Day, day: Day, band: f64) -> f64 {
    let ahead = day.since(next);
    let of = |months: i32| {
        let (_, _, dom) = day.civil();
        let mut first = day.first_of_month();
        for _ in 0..months {
            first = first.plus(-1).first_of_month();
        }
        let length = i32::try_from(first.first_of_next_month().since(first)).ok()?;
        let same = first.plus((i32::from(dom)).min(length) - 1);
        let back = day.since(same).checked_sub(ahead)?;
        let known = past.len().checked_sub(back).and_then(|at| past.get(at))?;
        (known.stands_out && known.excess > 0.0).then_some(known.excess)
    };
    match (of(1), of(2)) {
        // Once may be chance.
        (Some(one), Some(two)) if alike(one, two, band) => one,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    use super::*;

    fn past_until(today: Day, charges: &[(Date, f64)]) -> Vec<Past> {
        let start = today.plus(-100);
        let mut past = vec![Past::default(); 100];
        for (date, excess) in charges {
            past[Day::of(*date).since(start)] = Past {
                excess: *excess,
                stands_out: true,
            };
        }
        past
    }

    #[test]
    fn a_fee_of_last_month_is_known() {
        let today = Day::of(Date::constant(2024, 3, 1));
        let past = past_until(today, &[(Date::constant(2024, 2, 1), 100.0)]);
        assert!((charge(&past, today, 110.0, 0.35) - 100.0).abs() < 1e-9);
        assert!((charge(&past, today, 300.0, 0.35) - 0.0).abs() < 1e-9);
        assert!((charge(&past, today.plus(0), -5.0, 0.35) - 0.0).abs() < 1e-9);
    }

    #[test]
    fn a_day_late_is_the_same_fee_and_the_31st_is_the_last_day() {
        let today = Day::of(Date::constant(2024, 3, 31));
        let past = past_until(today, &[(Date::constant(2024, 2, 28), 50.0)]);
        assert!((charge(&past, today, 50.0, 0.35) - 50.0).abs() < 1e-9);
    }

    #[test]
    fn a_fee_that_grew_is_told_of_by_its_growth() {
        let today = Day::of(Date::constant(2024, 3, 1));
        let known = [
            (Date::constant(2024, 1, 1), 100.0),
            (Date::constant(2024, 2, 1), 102.0),
        ];
        let past = past_until(today, &known);
        assert!((charge(&past, today, 400.0, 0.35) - 100.0).abs() < 1e-9);
        assert!((upcoming(&past, today, today, 0.35) - 102.0).abs() < 1e-9);
    }
}

//! Events that are put into a clean series, so that what is to be found is known.

use serde::Serialize;

use crate::random::Random;

/// What happens to the costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// One day.
    Spike1,
    /// Three days.
    Spike3,
    /// From now on.
    Step,
    /// In ten equal steps to the full height, which stays.
    Ramp,
}

impl Shape {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Spike1, Self::Spike3, Self::Step, Self::Ramp];

    /// Days after the onset within which an alert counts as a hit.
    pub fn patience(self) -> usize {
        match self {
            Self::Spike1 => 0,
            Self::Spike3 => 2,
            Self::Step => 6,
            Self::Ramp => 13,
        }
    }

    /// Share of the full height so many days after the onset.
    fn height(self, after: usize) -> f64 {
        match self {
            Self::Spike1 => f64::from(u8::from(after == 0)),
            Self::Spike3 => f64::from(u8::from(after < 3)),
            Self::Step => 1.0,
            Self::Ramp => f64::from(u8::try_from((after + 1).min(10)).unwrap_or(10)) / 10.0,
        }
    }
}

/// Heights, as shares of the median cost of the 28 days before the onset.
pub const HEIGHTS: [f64; 3] = [0.3, 0.6, 1.5];

/// One event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    /// What happens.
    pub shape: Shape,
    /// How much, as one of [`HEIGHTS`].
    pub height: f64,
    /// The first day, counted from the start of the window.
    pub onset: usize,
}

/// Days before the onset whose median is what the height is a share of.
const LOCAL: usize = 28;
/// How often an onset is drawn again because nothing was spent before it.
const DRAWS: usize = 50;

impl Event {
    /// An event with an onset from `first` to `last`; `None` where all drawn days come after days without cost.
    pub fn draw(
        values: &[f64],
        shape: Shape,
        height: f64,
        (first, last): (usize, usize),
        random: &mut Random,
    ) -> Option<Self> {
        (0..DRAWS).find_map(|_| {
            let onset = first + random.below(last + 1 - first);
            (local_median(values, onset) > 0.0).then_some(Self {
                shape,
                height,
                onset,
            })
        })
    }

    /// The values with the event in them.
    pub fn put_into(&self, values: &[f64]) -> Vec<f64> {
        let full = self.height * local_median(values, self.onset);
        values
            .iter()
            .enumerate()
            .map(|(day, value)| match day.checked_sub(self.onset) {
                Some(after) => value + full * self.shape.height(after),
                None => *value,
            })
            .collect()
    }
}

fn local_median(values: &[f64], onset: usize) -> f64 {
    let before = values.get(onset.saturating_sub(LOCAL)..onset);
    crate::stats::median(before.unwrap_or_default()).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_add_a_share_of_the_local_median() {
        let values = vec![10.0; 100];
        let event = |shape| Event {
            shape,
            height: 0.5,
            onset: 80,
        };
        let sum = |shape| event(shape).put_into(&values).iter().sum::<f64>() - 1000.0;
        assert!((sum(Shape::Spike1) - 5.0).abs() < 1e-9);
        assert!((sum(Shape::Spike3) - 15.0).abs() < 1e-9);
        assert!((sum(Shape::Step) - 100.0).abs() < 1e-9);
        assert!((sum(Shape::Ramp) - (27.5 + 50.0)).abs() < 1e-9);
    }
}

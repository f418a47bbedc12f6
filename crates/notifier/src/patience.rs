//! How often and how long it is tried again.

use std::hash::{BuildHasher as _, RandomState};
use std::time::{Duration, Instant};

use async_trait::async_trait;

/// The bounds of trying again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Attempts in all for one message, the first one included.
    pub attempts: u32,
    /// The first pause; it doubles with each further one, and chance shortens it by up to a half.
    pub first: Duration,
    /// The longest pause of its own accord; Slack may ask for a longer one.
    pub longest: Duration,
    /// How long one attempt may take.
    pub attempt: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 6,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(20),
            attempt: Duration::from_secs(10),
        }
    }
}

/// Waits; tests put one in its place that only counts.
#[async_trait]
pub trait Waiting: Send + Sync {
    /// How much time has passed since some fixed moment.
    fn elapsed(&self) -> Duration;
    /// Lets this much time pass.
    async fn pause(&self, time: Duration);
}

/// Waits in real time.
#[derive(Debug, Clone, Copy)]
pub struct Patience(Instant);

impl Default for Patience {
    fn default() -> Self {
        Self(Instant::now())
    }
}

#[async_trait]
impl Waiting for Patience {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    async fn pause(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}

impl Retry {
    /// The pause after the `failed`-th failed attempt (from 1); `chance` is from 0 to 1.
    pub(crate) fn pause(&self, failed: u32, chance: f64) -> Duration {
        let doubled = self
            .first
            .saturating_mul(2_u32.saturating_pow(failed.saturating_sub(1)));
        doubled
            .min(self.longest)
            .mul_f64(1.0 - chance.clamp(0.0, 1.0) / 2.0)
    }
}

/// A number from 0 to 1 by chance: the standard library's hash keys are random, which suffices to spread retries.
pub(crate) fn chance() -> f64 {
    let drawn = RandomState::new().hash_one(0) >> 32;
    f64::from(u32::try_from(drawn).unwrap_or_default()) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_chance_shortens_them() {
        let retry = Retry::default();
        let pauses: Vec<_> = (1..=8)
            .map(|failed| retry.pause(failed, 0.0).as_millis())
            .collect();
        assert_eq!(
            pauses,
            [500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]
        );
        assert_eq!(retry.pause(3, 1.0).as_millis(), 1_000);
        assert_eq!(retry.pause(u32::MAX, 0.0).as_millis(), 20_000);
    }

    #[test]
    fn chance_stays_in_its_bounds_and_differs() {
        let drawn: Vec<f64> = (0..100).map(|_| chance()).collect();
        assert!(drawn.iter().all(|value| (0.0..=1.0).contains(value)));
        assert!(drawn.iter().any(|value| (value - drawn[0]).abs() > 1e-6));
    }
}

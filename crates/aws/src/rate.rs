//! Request rates on our side of the wire.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Spaces requests to one service evenly, in the order in which they ask.
///
/// Clones share the spacing. A request that is given up while it waits leaves its place empty.
#[derive(Debug, Clone)]
pub struct Pace {
    interval: Duration,
    next: Arc<Mutex<Option<Instant>>>,
}

impl Pace {
    /// At most so many requests a second; what is no positive number does not limit.
    pub fn per_second(rate: f64) -> Self {
        let interval = if rate.is_finite() && rate > 0.0 {
            1.0 / rate
        } else {
            0.0
        };
        let interval = Duration::try_from_secs_f64(interval).unwrap_or(Duration::MAX);
        Self {
            interval,
            next: Arc::default(),
        }
    }

    /// No limit.
    pub fn unlimited() -> Self {
        Self {
            interval: Duration::ZERO,
            next: Arc::default(),
        }
    }

    /// Waits for the next place.
    pub async fn wait(&self) {
        if self.interval.is_zero() {
            return;
        }
        let now = Instant::now();
        let at = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let at = next.map_or(now, |next| next.max(now));
            *next = at.checked_add(self.interval).or(Some(at));
            at
        };
        if at > now {
            tokio::time::sleep_until(at).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn requests_are_spaced_and_keep_their_order() {
        let pace = Pace::per_second(4.0);
        let start = Instant::now();
        let ask = async |pace: Pace| {
            pace.wait().await;
            start.elapsed().as_millis()
        };
        let (a, b, c) = tokio::join!(ask(pace.clone()), ask(pace.clone()), ask(pace.clone()));
        assert_eq!((a, b, c), (0, 250, 500));
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_time_earns_no_burst() {
        let pace = Pace::per_second(2.0);
        pace.wait().await;
        tokio::time::advance(Duration::from_mins(1)).await;
        let start = Instant::now();
        pace.wait().await;
        pace.wait().await;
        assert_eq!(start.elapsed(), Duration::from_millis(500));
    }

    #[tokio::test(start_paused = true)]
    async fn no_limit_and_odd_rates_do_not_wait() {
        let start = Instant::now();
        for pace in [
            Pace::unlimited(),
            Pace::per_second(0.0),
            Pace::per_second(f64::NAN),
        ] {
            pace.wait().await;
            pace.wait().await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}

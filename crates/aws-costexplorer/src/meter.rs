//! Counting requests that cost money, and stopping before there are too many.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Counts every attempt: a retry is a request of its own.
#[derive(Debug, Clone)]
pub(crate) struct Meter(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    most: u32,
    made: AtomicU32,
    refused: AtomicBool,
}

impl Meter {
    pub(crate) fn new(most: u32) -> Self {
        Self(Arc::new(Counts {
            most,
            made: AtomicU32::new(0),
            refused: AtomicBool::new(false),
        }))
    }

    pub(crate) fn made(&self) -> u32 {
        self.0.made.load(Ordering::Relaxed)
    }

    /// Whether a request was held back; whoever asks takes the answer with it.
    pub(crate) fn take_refused(&self) -> bool {
        self.0.refused.swap(false, Ordering::Relaxed)
    }

    pub(crate) fn most(&self) -> u32 {
        self.0.most
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the configured number of requests is used up")]
struct UsedUp;

#[dyn_dispatch_hint]
impl Intercept for Meter {
    fn name(&self) -> &'static str {
        "Meter"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let counted = self
            .0
            .made
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |made| {
                (made < self.0.most).then_some(made + 1)
            });
        if counted.is_err() {
            self.0.refused.store(true, Ordering::Relaxed);
            return Err(UsedUp.into());
        }
        Ok(())
    }
}

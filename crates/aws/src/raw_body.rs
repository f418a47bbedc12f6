//! The answer as it came over the wire.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Keeps the body of the last answer of one operation.
///
/// The SDK fills required numbers that are absent with zero ("client error correction"), and drops fields
/// that it does not know. Where that would be mistaken for a fact, the body itself is looked at.
#[derive(Debug, Clone, Default)]
pub struct RawBody(Arc<Mutex<Vec<u8>>>);

impl RawBody {
    /// Nothing is kept yet; a clone is given to the operation as interceptor.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes what was kept.
    pub fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Intercept for RawBody {
    fn name(&self) -> &'static str {
        "RawBody"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let bytes = context.response().body().bytes().unwrap_or_default();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = bytes.to_vec();
        Ok(())
    }
}

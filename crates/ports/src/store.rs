//! The state bucket and the alert topic.

use afterhours_core::alert::Envelope;
use async_trait::async_trait;

use crate::PortResult;

/// An object and the version of it that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Its `ETag`, as given.
    pub etag: String,
}

/// What must hold for a write to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    /// Nothing is there (`If-None-Match: *`).
    Absent,
    /// The object is the one that was read (`If-Match`).
    Unchanged(String),
}

/// What came of a conditional write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutOutcome {
    /// It was written.
    Written,
    /// The precondition did not hold (412), or another write won (409).
    Conflict,
}

/// The state bucket.
#[async_trait]
pub trait Store: Send + Sync {
    /// Reads an object; none where there is none. A missing bucket is an error of class `NotFound`.
    async fn get(&self, key: &str) -> PortResult<Option<Stored>>;
    /// Writes JSON if the precondition holds.
    async fn put(&self, key: &str, json: &[u8], only_if: &Precondition) -> PortResult<PutOutcome>;
    /// Keys under `prefix` that sort after `after`, in order; all of them, or the first `limit`.
    async fn keys_after(
        &self,
        prefix: &str,
        after: &str,
        limit: Option<u32>,
    ) -> PortResult<Vec<String>>;
}

/// The alert topic.
#[async_trait]
pub trait Publisher: Send + Sync {
    /// Publishes one alert, with the bodies and attributes that `alert::sns_message` gives.
    async fn publish(&self, alert: &Envelope) -> PortResult<()>;
}

//! Where states come from, and where live objects come from.

use std::io::Read;
use std::sync::Arc;

use afterhours_core::memory::ScopeDocument;
use afterhours_diff::Hole;
use afterhours_ports::Reader;
use afterhours_tfstate::LockInfo;
use async_trait::async_trait;

use crate::place::Place;

/// A state that could not be opened or asked about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SourceError {
    /// What went wrong, naming the call or file.
    pub message: String,
    /// Whether another version has taken its place: what was read of it is void.
    pub is_superseded: bool,
}

/// One version of one state.
#[async_trait]
pub trait StateSource: Send + Sync {
    /// As it is shown: a path or `s3://bucket/key`.
    fn name(&self) -> &str;
    /// The workspace, where the place says it.
    fn workspace(&self) -> Option<&str>;
    /// What tells this content from another, where the place says it: an `ETag` or version.
    fn content(&self) -> Option<&str>;
    /// The lock that is on it now; one whose content cannot be read has empty fields. Never takes one.
    async fn lock(&self) -> Result<Option<LockInfo>, SourceError>;
    /// Opens this very version, to be read on a thread that may block.
    async fn open(&self) -> Result<Box<dyn Read + Send>, SourceError>;
    /// Whether the place still holds this very version.
    async fn is_unchanged(&self) -> Result<bool, SourceError>;
}

/// Readers of accounts and regions.
#[async_trait]
pub trait Regions: Send + Sync {
    /// The account and region of instances that do not say theirs.
    fn default_place(&self) -> Place;
    /// Readers of one account and region.
    ///
    /// # Errors
    /// The account is not configured, or its role cannot be taken.
    async fn readers(&self, place: &Place) -> Result<Vec<Arc<dyn Reader>>, Hole>;
    /// What the scaler remembers of an account and region; none where there is nothing.
    ///
    /// # Errors
    /// It cannot be read: nothing is explained then.
    async fn memory(&self, place: &Place) -> Result<Option<ScopeDocument>, String>;
}

//! Readers of the live side.

use afterhours_diff::{Listing, Wanted};
use async_trait::async_trait;

/// Reads what is really there, of one service in one account and region, by bulk calls first.
///
/// A reader never fails as a whole: what could not be read is said in the listing it belongs to.
#[async_trait]
pub trait Reader: Send + Sync {
    /// Terraform's types that it reads.
    fn kinds(&self) -> &'static [&'static str];
    /// One listing for each wanted type that it reads, and none for others.
    async fn read(&self, wanted: &Wanted) -> Vec<Listing>;
}

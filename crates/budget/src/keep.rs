//! Documents of the bucket: read with their version, written if nobody else wrote.

use afterhours_ports::{Precondition, PutOutcome, Store};

use crate::error::BudgetError;

/// Writes of one document that are tried when another run writes as well.
pub(crate) const ATTEMPTS: usize = 3;

/// Reads a document and what a later write has to find.
pub(crate) async fn get(
    store: &dyn Store,
    key: &str,
) -> Result<(Option<Vec<u8>>, Precondition), BudgetError> {
    let stored = store.get(key).await.map_err(BudgetError::Store)?;
    Ok(match stored {
        Some(stored) => (Some(stored.bytes), Precondition::Unchanged(stored.etag)),
        None => (None, Precondition::Absent),
    })
}

/// Writes a document; an error where another run wrote meanwhile.
pub(crate) async fn put(
    store: &dyn Store,
    key: &str,
    json: &[u8],
    only_if: &Precondition,
) -> Result<(), BudgetError> {
    match store.put(key, json, only_if).await {
        Ok(PutOutcome::Written) => Ok(()),
        Ok(PutOutcome::Conflict) => Err(BudgetError::Contended(key.to_owned())),
        Err(error) => Err(BudgetError::Store(error)),
    }
}

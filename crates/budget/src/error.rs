//! Why costs could not be looked at, told or kept.

use afterhours_core::config::ConfigError;
use afterhours_ports::PortError;

use crate::history::HistoryError;

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
pub enum BudgetError {
    /// The bucket.
    #[error("the bucket")]
    Store(#[source] PortError),
    /// What is remembered of earlier fetches.
    #[error("the history of costs")]
    History(#[from] HistoryError),
    /// A document is no such document; it has to be looked at by a person, who may delete it.
    #[error("{key} cannot be read; delete it to begin anew")]
    Damaged {
        /// Its key.
        key: &'static str,
        /// What is wrong.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Another run wrote in the meantime.
    #[error("another run wrote {0} meanwhile; what this one found is told by the next")]
    Contended(String),
    /// The alert topic. Nothing was remembered, so the next run tells it again.
    #[error("the alert topic")]
    Publish(#[source] PortError),
    /// A value of the configuration.
    #[error("the configuration")]
    Config(#[from] ConfigError),
}

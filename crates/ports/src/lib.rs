//! The narrow boundary between afterhours and AWS.
//!
//! Each trait has three implementations: the real adapter (one crate per SDK service), the in-memory
//! AWS of `afterhours-fake`, and that crate's wrapper which injects faults. No SDK type passes here.

mod cost;
mod drift;
mod error;
mod metrics;
mod scaling;
mod store;

use std::sync::Arc;

pub use cost::{
    AwsBudget, BudgetFilter, Budgets, Capacity, CostDay, CostGroup, CostPage, CostQuery, Costs,
    REQUEST_CAP, RecordKind, Running, RunningCapacity, Slice,
};
pub use drift::{Reader, hole};
pub use error::{ErrorClass, PortError, PortResult};
pub use metrics::{MetricQuery, Metrics};
pub use scaling::{ApplicationScaling, ConfigFacts, DescribedEndpoint, Endpoints, Groups, Tagging};
pub use store::{Precondition, Publisher, PutOutcome, Store, Stored};

/// All that the scaler needs of one account and region.
#[derive(Clone)]
pub struct Ports {
    /// Auto Scaling groups.
    pub groups: Arc<dyn Groups>,
    /// `SageMaker` endpoints.
    pub endpoints: Arc<dyn Endpoints>,
    /// Application Auto Scaling, namespace `sagemaker`.
    pub scaling: Arc<dyn ApplicationScaling>,
    /// Tags of endpoints, in bulk.
    pub tagging: Arc<dyn Tagging>,
    /// Metrics.
    pub metrics: Arc<dyn Metrics>,
    /// The state bucket.
    pub store: Arc<dyn Store>,
    /// The alert topic; none where no topic is configured.
    pub publisher: Option<Arc<dyn Publisher>>,
}

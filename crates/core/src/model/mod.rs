//! What the scaler knows of an account and region: sleepers and how they were found.

mod endpoint;
mod group;
mod inventory;
mod target;

pub use endpoint::{
    Endpoint, EndpointKind, EndpointPolicy, EndpointStatus, EndpointSummary, ScalableTarget,
    Suspension, Variant,
};
pub use group::{Group, GroupPolicy, GroupSize, Instance, PolicyKind};
pub use inventory::{Activity, ConfigState, Inventory, Listing, Scope};
pub use target::{Kind, ParseTargetError, TargetId, TargetName};

use std::collections::BTreeMap;

/// Tags of a resource, by key.
pub type Tags = BTreeMap<String, String>;

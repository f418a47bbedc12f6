//! Builders: a platform in a few lines.

mod endpoint;
mod group;

pub use endpoint::{ConfigBuilder, EndpointBuilder};
pub use group::GroupBuilder;

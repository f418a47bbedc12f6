//! EC2: networks, security groups, endpoints, flow logs.

use super::Type;

pub(super) const TYPES: &[Type] = &[];

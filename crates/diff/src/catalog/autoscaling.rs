//! EC2 Auto Scaling.

use super::Type;

pub(super) const TYPES: &[Type] = &[];

//! EC2: instances, volumes, launch templates, key pairs.

use super::Type;

pub(super) const TYPES: &[Type] = &[];

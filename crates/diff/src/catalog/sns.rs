//! SNS.

use super::Type;

pub(super) const TYPES: &[Type] = &[];

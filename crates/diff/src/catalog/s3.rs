//! S3.

use super::Type;

pub(super) const TYPES: &[Type] = &[];

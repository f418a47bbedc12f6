//! What one call says of a bucket.

use serde_json::Value;

use super::values::Object;

/// The answer in both forms that Terraform knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Said {
    /// Attributes of the bucket itself.
    pub(super) inline: Object,
    /// Attributes of the type of its own; none where there is no such thing.
    pub(super) own: Option<Object>,
}

impl Said {
    /// For the bucket itself only.
    pub(super) fn inline(inline: Object) -> Self {
        Self { inline, own: None }
    }

    /// For the type of its own only.
    pub(super) fn own(own: Option<Object>) -> Self {
        Self {
            inline: Object::new(),
            own,
        }
    }

    /// For both.
    pub(super) fn both(name: &str, inline: Value, own: Option<Object>) -> Self {
        Self {
            inline: Object::from_iter([(name.to_owned(), inline)]),
            own,
        }
    }
}

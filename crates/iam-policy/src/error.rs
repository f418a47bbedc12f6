//! Why a text is no policy.

/// A text that cannot be read as a policy document.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Nothing but white space.
    #[error("the document is empty; a policy is a JSON object with Version and Statement")]
    Empty,
    /// Not JSON, also after URL-decoding where the text looked encoded.
    #[error("line {line}, column {column}: not JSON")]
    NotJson {
        /// Line of the fault, from 1.
        line: usize,
        /// Column of the fault, from 1.
        column: usize,
        /// What the reader says.
        #[source]
        source: serde_json::Error,
    },
    /// URL-encoded, but not as UTF-8.
    #[error("position {position}: the URL-encoded document is not UTF-8 after decoding")]
    NotText {
        /// Byte of the decoded document, from 0.
        position: usize,
    },
    /// JSON, but not an object.
    #[error(
        "{place}: {found} is no policy; accepted are an object with Version and Statement, a list with one such object, and \
         either of them as JSON in a string"
    )]
    NotAPolicy {
        /// Where in the document, `(root)` for all of it.
        place: String,
        /// What stands there.
        found: &'static str,
    },
    /// Wrapped in more strings or lists than anybody needs.
    #[error("the document is wrapped in more than {limit} strings or lists")]
    Wrapped {
        /// How many are unwrapped.
        limit: usize,
    },
}

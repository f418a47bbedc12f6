//! Which findings people have said to be fine.
//!
//! A file of rules (YAML) names findings by address, type, attribute, scope and value, each with a reason, an owner and an
//! expiry. [`Rules::judge`] says what of a finding is suppressed and by which rule; a [`Tally`] knows afterwards which rules have
//! expired or never matched, which are findings themselves.
//!
//! A rule for an attribute never hides a delete, and no rule hides everything. `.driftignore` files are read too.

mod condition;
mod driftignore;
mod glob;
mod judge;
mod parse;
mod rule;
mod tally;
mod yaml;

pub use judge::{AttributeView, Class, FindingView, Judgement};
pub use rule::{Expiry, Rule, Rules};
pub use tally::{ScopeView, Stale, Staleness, Tally};

/// A fault of a file, with its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct Problem {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong, and what is accepted.
    pub message: String,
}

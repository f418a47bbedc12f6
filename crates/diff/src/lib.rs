//! The pure half of the drift watcher: what is compared, how, and what a difference means.
//!
//! State and the live side meet here as JSON under Terraform's attribute names. A state instance is joined
//! with a live object by type and key ([`catalog::Type::key`]); attributes are compared by the rules of the
//! [`catalog`], and only what both sides know.

pub mod catalog;
pub mod compare;
mod coverage;
pub mod explain;
mod finding;
mod ledger;
mod live;
pub mod meaning;
mod policy;

pub use coverage::{Coverage, Entry, Seen};
pub use finding::{Changed, Class, Explained, Finding, Fingerprints, Part, SENSITIVE, shown};
pub use ledger::{Known, KnownState, Ledger, Looked, Resolution, Transition, TransitionKind};
pub use live::{Hole, HoleClass, Listing, Live, Origin, Wanted, WantedKeys};

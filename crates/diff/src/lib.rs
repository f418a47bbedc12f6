//! The pure half of the drift watcher: what is compared, how, and what a difference means.
//!
//! State and the live side meet here as JSON under Terraform's attribute names. A state instance is joined
//! with a live object by type and key ([`catalog::Type::key`]); attributes are compared by the rules of the
//! [`catalog`], and only what both sides know.

pub mod catalog;
mod live;

pub use live::{Hole, HoleClass, Listing, Live, Origin, Wanted, WantedKeys};

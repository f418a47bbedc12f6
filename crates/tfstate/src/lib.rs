//! Terraform and `OpenTofu` state of version 4, read as a stream: one instance in memory at a time.
//!
//! [`read`] hands over each instance; [`header`] reads no further than it must. Whatever is no such state is
//! refused with what it is and what to do ([`StateError`]); an entry that is at fault ([`EntryFault`]) stops no other.
//!
//! The format: `internal/states/statefile/version4.go` of Terraform and of `OpenTofu`.

mod address;
mod digest;
mod entries;
mod error;
mod flat;
mod instance;
mod integrity;
mod lock;
mod place;
mod provider;
mod read;
mod scan;
mod sensitive;
mod sniff;
mod top;

pub use address::Index;
pub use digest::Digest;
pub use error::{Foreign, NotJson, StateError};
pub use instance::{EntryFault, Instance, Mode};
pub use integrity::{IntegrityFault, Mark, integrity};
pub use lock::{LockFault, LockInfo};
pub use place::account_region;
pub use provider::Provider;
pub use read::{header, read};
pub use sensitive::{AttributePath, Step};
pub use top::Header;

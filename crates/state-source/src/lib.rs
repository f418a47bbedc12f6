//! Where Terraform states lie: files and S3.
//!
//! [`StateSources::list`] finds the states of some [`Location`]s; a [`StateRef`] is one version of one of them: it is
//! opened as that version or not at all, and says whether it is still the current one. No lock is ever taken, and
//! nothing is written.

mod error;
mod files;
mod history;
mod listing;
mod location;
mod objects;
mod state;

pub use error::SourceError;
pub use history::PastVersion;
pub use listing::{Fault, Listing, Skipped, StateSources};
pub use location::{Location, LocationError, Workspaces};
pub use state::{Lock, Standing, StateRef, Version};

//! What is remembered of a scope between ticks: the scope document and its journal.
//!
//! The journal is the line of truth. Entry `n` of a scope can be written once (`If-None-Match: *`)
//! and holds the document as it stands from then on; the document itself is its newest copy, kept
//! where one read finds it. A document that is missing, damaged or older than the newest entry is
//! therefore rebuilt by reading that entry, and of two ticks at once only one can go on.

mod claims;
mod document;
mod events;
mod record;

pub use claims::{Grace, Hold, Lease, LeaseOrigin, Pause};
pub use document::{
    DocumentError, InFlight, JournalEntry, KnownFinding, Outcome, ScopeDocument, document_key,
    generation_of_key, journal_key, journal_prefix,
};
pub use events::{NightEvent, NightEventKind};
pub use record::{EndpointMethod, EndpointRecord, GroupRecord, Phase, Record, Saved};

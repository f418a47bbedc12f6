//! What is published: one envelope, the digest of a night, and their renderings.
//!
//! Everything here is total: no envelope, however strange, makes a rendering panic or come out empty.

pub mod clip;
pub mod custom_notification;
pub mod digest;
mod envelope;
pub mod html;
mod incoming;
mod parts;
pub mod scale;
pub mod slack;
mod sns;
pub mod text;
mod view;

pub use envelope::{Builder, Envelope, EnvelopeError, Kind, Scope, Severity, VERSION};
pub use incoming::from_sns_message;
pub use parts::{Action, Field, Link};
pub use sns::{MAX_BYTES, MAX_SUBJECT, SnsMessage, sns_message};

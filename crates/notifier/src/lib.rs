//! The notifier: from SNS to a Slack webhook, with retries.
//!
//! Each message of an event becomes one post. One that cannot be delivered never stops the others; at the end the
//! invocation fails and names them, so that Lambda hands the event to its destination for failures.

mod event;
mod handler;
mod http;
mod patience;
mod post;
mod secrets;
mod webhook;

pub use event::{EventError, Notification};
pub use handler::start;
pub use http::{Client, ClientError};
pub use patience::{Patience, Retry, Waiting};
pub use post::{Failure, Notifier, NotifyError, Report, Undelivered};
pub use secrets::{Secret, Secrets};
pub use webhook::{WebhookUrl, WebhookUrlError};

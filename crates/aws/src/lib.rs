//! One connection to AWS for all adapters: settings, TLS roots, error classes, request rates.
//!
//! Adapters are made from an [`Aws`], map every failure with [`port_error`], follow pages with
//! [`Pages`] and read answers with [`Answer`], so that all of them treat AWS alike.

mod answer;
mod connection;
mod credentials;
mod endpoints;
mod error;
mod pages;
mod rate;
mod raw_body;
mod roots;
#[cfg(feature = "test-util")]
pub mod testing;

pub use answer::{Answer, date_time};
#[cfg(feature = "tool")]
pub use connection::ToolSettings;
pub use connection::{Aws, BuildError, Retry, Settings, Timeouts};
pub use credentials::{AccessKeys, Credentials};
pub use endpoints::{EndpointError, Endpoints, Service, is_loopback};
pub use error::{error_text, port_error, request_error};
pub use pages::Pages;
pub use rate::Pace;
pub use raw_body::RawBody;
pub use roots::{AMAZON_TRUST_SERVICES, Roots};

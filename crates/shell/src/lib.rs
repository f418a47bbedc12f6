//! The Lambda shell: everything around a function that is not the function.
//!
//! [`serve`] reads the environment once, loads the configuration, lets the function start, and then answers
//! invocations: with a request id in every log line, one line of metrics, a time budget and a class for every error.
//!
//! The documents that `AFTERHOURS_CONFIG` names are read through the adapters of S3 and Systems Manager and not through
//! a call-back: every function accepts every form, so every function links both, and the linker keeps two operations.

mod budget;
mod clock;
mod environment;
mod error;
mod init_error;
mod invocation;
mod log;
mod metrics;
mod serve;
mod source;

pub use clock::Clock;
pub use environment::{Environment, EnvironmentError, VARIABLES};
pub use error::{ErrorClass, FunctionError};
pub use invocation::{Invocation, alias_of};
pub use metrics::{Metric, NAMESPACE, Unit};
pub use serve::{Answer, Handler, Start, WARM_UP, serve};
pub use source::{ConfigSource, ConfigSourceError, LoadError};

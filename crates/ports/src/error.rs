//! What can go wrong with a call.

use std::fmt;

/// What a caller can do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorClass {
    /// The role lacks a permission.
    Denied,
    /// Too many requests, after all retries.
    Throttled,
    /// The thing does not exist.
    NotFound,
    /// The thing is busy with something else (`ScalingActivityInProgress`, `ResourceContention`,
    /// `ResourceInUse`, a status that allows no change): the next tick tries again.
    Busy,
    /// A quota or limit is reached.
    Limit,
    /// The request was refused as invalid.
    Invalid,
    /// No answer, or a fault of the service, after all retries.
    Unavailable,
    /// Anything else.
    Other,
}

/// A call that failed, in words that a person can act on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct PortError {
    /// What can be done about it.
    pub class: ErrorClass,
    /// The call, as IAM names the action: `autoscaling:UpdateAutoScalingGroup`.
    pub action: String,
    /// The service's error code, such as `AccessDenied`; empty where there was no answer.
    pub code: String,
    /// The service's message, or what was wrong with the connection.
    pub message: String,
}

impl fmt::Display for PortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            class,
            action,
            code,
            message,
        } = self;
        match class {
            ErrorClass::Denied => write!(f, "{action} is denied")?,
            ErrorClass::Throttled => write!(f, "{action} was throttled")?,
            ErrorClass::NotFound => write!(f, "{action} found nothing")?,
            ErrorClass::Busy => write!(f, "{action} has to wait")?,
            ErrorClass::Limit => write!(f, "{action} met a limit")?,
            ErrorClass::Invalid => write!(f, "{action} was refused")?,
            ErrorClass::Unavailable => write!(f, "{action} got no usable answer")?,
            ErrorClass::Other => write!(f, "{action} failed")?,
        }
        match (code.is_empty(), message.is_empty()) {
            (true, true) => Ok(()),
            (true, false) => write!(f, ": {message}"),
            (false, true) => write!(f, ": {code}"),
            (false, false) => write!(f, ": {code}: {message}"),
        }
    }
}

/// The result of a call.
pub type PortResult<T> = Result<T, PortError>;

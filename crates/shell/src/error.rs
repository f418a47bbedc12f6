//! Errors of functions, in classes that alarms and retries can go by.

use std::error::Error;
use std::fmt;

use afterhours_core::command::CommandError;
use afterhours_core::config::ConfigError;
use afterhours_ports::PortError;
use lambda_runtime::Diagnostic;

use crate::{LoadError, Metric};

/// What kind of error it is; the name is Lambda's `errorType`, and there are no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// The environment or the configuration document cannot be used.
    Configuration,
    /// The payload was refused.
    Command,
    /// A permission is missing.
    Denied,
    /// Too many requests, after all retries.
    Throttled,
    /// Something that is needed does not exist.
    NotFound,
    /// Something else is under way; the next try may work.
    Busy,
    /// A service refused a request as invalid, or for a quota.
    Refused,
    /// A service did not answer, after all retries.
    Unavailable,
    /// A message could not be delivered.
    Undelivered,
    /// The time did not suffice.
    Timeout,
    /// The function panicked.
    Panic,
    /// Anything else.
    Internal,
}

impl ErrorClass {
    /// The name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "Configuration",
            Self::Command => "Command",
            Self::Denied => "Denied",
            Self::Throttled => "Throttled",
            Self::NotFound => "NotFound",
            Self::Busy => "Busy",
            Self::Refused => "Refused",
            Self::Unavailable => "Unavailable",
            Self::Undelivered => "Undelivered",
            Self::Timeout => "Timeout",
            Self::Panic => "Panic",
            Self::Internal => "Internal",
        }
    }

    /// The class of the first known error among `error` and its causes.
    fn of(error: &(dyn Error + 'static)) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(error) = error.downcast_ref::<PortError>() {
                return error.class.into();
            }
            if error.is::<CommandError>() {
                return Self::Command;
            }
            if error.is::<ConfigError>() {
                return Self::Configuration;
            }
            cause = error.source();
        }
        Self::Internal
    }
}

impl From<afterhours_ports::ErrorClass> for ErrorClass {
    fn from(class: afterhours_ports::ErrorClass) -> Self {
        use afterhours_ports::ErrorClass as Port;
        match class {
            Port::Denied => Self::Denied,
            Port::Throttled => Self::Throttled,
            Port::NotFound => Self::NotFound,
            Port::Busy => Self::Busy,
            Port::Limit | Port::Invalid => Self::Refused,
            Port::Unavailable => Self::Unavailable,
            Port::Other => Self::Internal,
        }
    }
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why an invocation failed.
#[derive(Debug)]
pub struct FunctionError {
    class: ErrorClass,
    source: Box<dyn Error + Send + Sync>,
    metrics: Vec<Metric>,
}

impl FunctionError {
    /// An error of a class.
    pub fn new(class: ErrorClass, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            class,
            source: error.into(),
            metrics: Vec::new(),
        }
    }

    /// An error whose class is that of the first known error in its chain
    /// ([`PortError`], [`CommandError`], [`ConfigError`]), else `Internal`.
    pub fn of(error: impl Error + Send + Sync + 'static) -> Self {
        Self::new(ErrorClass::of(&error), error)
    }

    /// With metrics that are written although the invocation failed.
    #[must_use]
    pub fn with_metrics(mut self, metrics: Vec<Metric>) -> Self {
        self.metrics = metrics;
        self
    }

    /// The class.
    pub const fn class(&self) -> ErrorClass {
        self.class
    }

    /// The metrics.
    pub fn metrics(&self) -> &[Metric] {
        &self.metrics
    }

    /// The error and its causes in one line, each text once.
    pub fn chain(&self) -> String {
        let source: &(dyn Error + 'static) = self.source.as_ref();
        afterhours_aws::error_text(source)
    }

    pub(crate) fn diagnostic(&self) -> Diagnostic {
        Diagnostic {
            error_type: self.class.to_string(),
            error_message: self.chain(),
        }
    }
}

impl fmt::Display for FunctionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.class, self.source)
    }
}

impl Error for FunctionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.source()
    }
}

impl From<CommandError> for FunctionError {
    fn from(error: CommandError) -> Self {
        Self::new(ErrorClass::Command, error)
    }
}

impl From<ConfigError> for FunctionError {
    fn from(error: ConfigError) -> Self {
        Self::new(ErrorClass::Configuration, error)
    }
}

impl From<PortError> for FunctionError {
    fn from(error: PortError) -> Self {
        Self::new(error.class.into(), error)
    }
}

impl From<afterhours_aws::BuildError> for FunctionError {
    fn from(error: afterhours_aws::BuildError) -> Self {
        Self::new(ErrorClass::Configuration, error)
    }
}

impl From<LoadError> for FunctionError {
    fn from(error: LoadError) -> Self {
        use afterhours_ports::ErrorClass as Port;
        // A wrong address is the configuration's fault; a refusal or an outage is not.
        let class = match &error {
            LoadError::Port { source, .. }
                if matches!(
                    source.class,
                    Port::Denied | Port::Throttled | Port::Unavailable
                ) =>
            {
                source.class.into()
            }
            _ => ErrorClass::Configuration,
        };
        Self::new(class, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("scope 123456789012/eu-central-1: memory failed")]
    struct Outer(#[source] PortError);

    fn denied() -> PortError {
        PortError {
            class: afterhours_ports::ErrorClass::Denied,
            action: "s3:GetObject".to_owned(),
            code: "AccessDenied".to_owned(),
            message: "no".to_owned(),
        }
    }

    #[test]
    fn the_class_is_that_of_the_cause_and_the_chain_is_one_line() {
        let error = FunctionError::of(Outer(denied()));
        assert_eq!(error.class(), ErrorClass::Denied);
        let diagnostic = error.diagnostic();
        assert_eq!(diagnostic.error_type, "Denied");
        assert_eq!(
            diagnostic.error_message,
            "scope 123456789012/eu-central-1: memory failed: s3:GetObject is denied: AccessDenied: no"
        );
        assert_eq!(
            FunctionError::of(std::io::Error::other("x")).class(),
            ErrorClass::Internal
        );
    }

    #[test]
    fn refused_payloads_and_configurations_have_classes_of_their_own() {
        let command = afterhours_core::command::Command::from_json("{}").unwrap_err();
        assert_eq!(
            FunctionError::of(command.clone()).class(),
            ErrorClass::Command
        );
        assert_eq!(FunctionError::from(command).class(), ErrorClass::Command);
        let config = afterhours_core::config::Config::from_json("{}").unwrap_err();
        assert_eq!(
            FunctionError::from(config.clone()).class(),
            ErrorClass::Configuration
        );
        let at: crate::ConfigSource = "s3://b/k".parse().unwrap();
        let load = LoadError::Config {
            at: at.clone(),
            source: config,
        };
        assert_eq!(FunctionError::from(load).class(), ErrorClass::Configuration);
        let load = LoadError::Port {
            at,
            source: denied(),
        };
        assert_eq!(FunctionError::from(load).class(), ErrorClass::Denied);
    }
}

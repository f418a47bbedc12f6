//! What can go wrong with a state that lies somewhere.

use afterhours_ports::PortError;

/// A state, or a place of states, that cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A call failed.
    #[error("{state} could not be {action}")]
    Call {
        /// Which.
        state: String,
        /// What was done with it.
        action: &'static str,
        /// Why.
        #[source]
        source: PortError,
    },
    /// A file or directory could not be used.
    #[error("{state} could not be {action}")]
    File {
        /// Which.
        state: String,
        /// What was done with it.
        action: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// There is nothing.
    #[error("there is no state at {state}; {hint}")]
    Missing {
        /// Where.
        state: String,
        /// What else it may be.
        hint: &'static str,
    },
    /// Another version has taken its place since it was listed.
    #[error("{state} was written since it was listed; scan it again")]
    Changed {
        /// Which.
        state: String,
    },
    /// It was deleted since it was listed.
    #[error("{state} was deleted since it was listed")]
    Gone {
        /// Which.
        state: String,
    },
    /// A place in S3, and no connection to AWS.
    #[error("{state} lies in S3, and there is no connection to AWS")]
    NoConnection {
        /// Which.
        state: String,
    },
}

impl SourceError {
    pub(crate) fn call(state: &str, action: &'static str, source: PortError) -> Self {
        let state = state.to_owned();
        Self::Call {
            state,
            action,
            source,
        }
    }

    pub(crate) fn file(state: &str, action: &'static str, source: std::io::Error) -> Self {
        let state = state.to_owned();
        Self::File {
            state,
            action,
            source,
        }
    }

    /// The failed call, where it was one: its class says what to do.
    pub const fn port_error(&self) -> Option<&PortError> {
        match self {
            Self::Call { source, .. } => Some(source),
            _ => None,
        }
    }
}

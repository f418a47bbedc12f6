//! Who asks.

use std::fmt;

use aws_credential_types::provider::SharedCredentialsProvider;

/// Keys as Lambda puts them into the environment of a function.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKeys {
    /// `AWS_ACCESS_KEY_ID`.
    pub id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret: String,
    /// `AWS_SESSION_TOKEN`.
    pub session_token: Option<String>,
}

impl fmt::Debug for AccessKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKeys")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Where credentials come from.
#[derive(Debug, Clone)]
pub struct Credentials(SharedCredentialsProvider);

impl Credentials {
    /// Exactly these keys; nothing else is tried, so a missing variable fails at once
    /// instead of after asking an instance metadata service that is not there.
    pub fn keys(keys: AccessKeys) -> Self {
        let credentials = aws_credential_types::Credentials::new(
            keys.id,
            keys.secret,
            keys.session_token,
            None,
            "environment",
        );
        Self(SharedCredentialsProvider::new(credentials))
    }

    /// Any provider of the SDK.
    pub fn provider(provider: SharedCredentialsProvider) -> Self {
        Self(provider)
    }

    pub(crate) fn into_provider(self) -> SharedCredentialsProvider {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_never_show_their_secret() {
        let keys = AccessKeys {
            id: "AKIDEXAMPLE".to_owned(),
            secret: "wJalrXUt".to_owned(),
            session_token: Some("IQoJb3Jp".to_owned()),
        };
        let shown = format!("{keys:?} {:?}", Credentials::keys(keys.clone()));
        assert!(
            !shown.contains("wJalrXUt") && !shown.contains("IQoJb3Jp"),
            "{shown}"
        );
    }
}

//! Secrets that are read, never shown.

use std::fmt;

use afterhours_aws::{Answer, Aws, Service, port_error};
use afterhours_ports::PortResult;
use aws_sdk_secretsmanager::Client;

/// What the adapter may call, as IAM names it.
pub const ACTIONS: &[&str] = &[GET];

const GET: &str = "secretsmanager:GetSecretValue";

/// A secret text; what is printed of it is a placeholder.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a text into keeping.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The secrets of one account and region.
#[derive(Debug, Clone)]
pub struct Secrets {
    client: Client,
}

impl Secrets {
    /// All secrets that may be read.
    pub fn new(aws: &Aws) -> Self {
        Self {
            client: Client::new(&aws.config(Service::SecretsManager)),
        }
    }

    /// Reads the text of a secret by name or ARN.
    ///
    /// # Errors
    /// Class `NotFound` where there is none; a binary secret lacks `SecretString`.
    pub async fn text(&self, id: &str) -> PortResult<Secret> {
        let request = self.client.get_secret_value().secret_id(id);
        let answer = request
            .send()
            .await
            .map_err(|error| port_error(GET, error))?;
        Answer::of(GET)
            .text("SecretString", answer.secret_string())
            .map(Secret)
    }
}

//! Secrets by name.

use afterhours_aws::{Answer, Aws, Service, port_error};
use afterhours_ports::PortResult;
use aws_sdk_secretsmanager::Client;

/// What the adapter may call, as IAM names it.
pub const ACTIONS: &[&str] = &[GET];

const GET: &str = "secretsmanager:GetSecretValue";

/// The secrets of one account and region.
#[derive(Debug, Clone)]
pub struct Secrets {
    client: Client,
}

impl Secrets {
    /// The secrets that `aws` can read.
    pub fn new(aws: &Aws) -> Self {
        Self {
            client: Client::new(&aws.config(Service::SecretsManager)),
        }
    }

    /// The text of a secret, by name or ARN; never to be logged.
    ///
    /// # Errors
    /// Those of the call, and where the secret is binary.
    pub async fn text(&self, id: &str) -> PortResult<String> {
        let answer = self
            .client
            .get_secret_value()
            .secret_id(id)
            .send()
            .await
            .map_err(|error| port_error(GET, error))?;
        Answer::of(GET).text("SecretString", answer.secret_string())
    }
}

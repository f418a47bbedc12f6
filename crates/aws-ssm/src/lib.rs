//! Parameters by name.

use afterhours_aws::{Answer, Aws, Service, port_error};
use afterhours_ports::PortResult;
use aws_sdk_ssm::Client;

/// What the adapter may call, as IAM names it.
pub const ACTIONS: &[&str] = &[GET];

const GET: &str = "ssm:GetParameter";

/// The parameters of one account and region.
#[derive(Debug, Clone)]
pub struct Parameters {
    client: Client,
}

impl Parameters {
    /// The parameters that `aws` can read.
    pub fn new(aws: &Aws) -> Self {
        Self {
            client: Client::new(&aws.config(Service::Ssm)),
        }
    }

    /// The text of a parameter, decrypted where it is a `SecureString`.
    ///
    /// # Errors
    /// Those of the call.
    pub async fn text(&self, name: &str) -> PortResult<String> {
        let answer = self
            .client
            .get_parameter()
            .name(name)
            .with_decryption(true)
            .send()
            .await
            .map_err(|error| port_error(GET, error))?;
        let parameter = Answer::of(GET).required("Parameter", answer.parameter())?;
        Answer::of(GET).text("Value", parameter.value())
    }
}

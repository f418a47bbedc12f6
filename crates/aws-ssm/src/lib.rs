//! Configuration from Parameter Store.

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
    /// All parameters that may be read.
    pub fn new(aws: &Aws) -> Self {
        Self {
            client: Client::new(&aws.config(Service::Ssm)),
        }
    }

    /// Reads the value of a parameter by name or ARN; a secure one comes decrypted.
    ///
    /// # Errors
    /// Class `NotFound` where there is none.
    pub async fn value(&self, name: &str) -> PortResult<String> {
        let request = self.client.get_parameter().name(name).with_decryption(true);
        let answer = request
            .send()
            .await
            .map_err(|error| port_error(GET, error))?;
        let parameter = Answer::of(GET).required("Parameter", answer.parameter())?;
        Answer::of(GET).text("Parameter.Value", parameter.value())
    }
}

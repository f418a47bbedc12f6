//! Calling a function by name, for the command-line tool.

use std::time::Duration;

use afterhours_aws::{Aws, Service, port_error};
use afterhours_ports::PortResult;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::primitives::Blob;

/// What the adapter may call, as IAM names it.
pub const ACTIONS: &[&str] = &[INVOKE];

const INVOKE: &str = "lambda:InvokeFunction";

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoked {
    /// What the function returned; where it failed, an object with `errorType` and `errorMessage`.
    pub payload: Vec<u8>,
    /// Whether the function failed.
    pub failed: bool,
}

/// The functions of one account and region.
#[derive(Debug, Clone)]
pub struct Functions {
    client: Client,
}

impl Functions {
    /// Waits up to `timeout` for an answer and asks once only: after a lost answer the function may still be at work.
    pub fn new(aws: &Aws, timeout: Duration) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(3))
            .operation_attempt_timeout(timeout)
            .operation_timeout(timeout)
            .build();
        let config = aws_sdk_lambda::config::Builder::from(&aws.config(Service::Lambda))
            .timeout_config(timeouts)
            .retry_config(RetryConfig::disabled())
            .build();
        Self {
            client: Client::from_conf(config),
        }
    }

    /// Calls a function, named as `name`, `name:alias` or by ARN, with a JSON payload.
    ///
    /// # Errors
    /// Where the function could not be called; a function that fails is [`Invoked::failed`].
    pub async fn invoke(&self, function: &str, payload: Vec<u8>) -> PortResult<Invoked> {
        let request = self
            .client
            .invoke()
            .function_name(function)
            .payload(Blob::new(payload));
        let answer = request
            .send()
            .await
            .map_err(|error| port_error(INVOKE, error))?;
        Ok(Invoked {
            failed: answer.function_error().is_some(),
            payload: answer.payload.map(Blob::into_inner).unwrap_or_default(),
        })
    }
}

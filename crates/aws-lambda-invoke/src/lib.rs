//! Invoking an installed function.

use afterhours_aws::{Answer, Aws, Service, port_error};
use afterhours_ports::{PortError, PortResult};
use aws_sdk_lambda::Client;
use aws_sdk_lambda::primitives::Blob;

/// What the adapter may call, as IAM names it.
pub const ACTIONS: &[&str] = &[INVOKE];

const INVOKE: &str = "lambda:InvokeFunction";

/// The answer of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invoked {
    /// What it returned, as JSON text.
    Returned(String),
    /// It failed; the error document as JSON text (`errorType`, `errorMessage`).
    Failed(String),
}

/// The functions of one account and region.
#[derive(Debug, Clone)]
pub struct Functions {
    client: Client,
}

impl Functions {
    /// The functions that `aws` can invoke.
    pub fn new(aws: &Aws) -> Self {
        Self {
            client: Client::new(&aws.config(Service::Lambda)),
        }
    }

    /// Invokes a function (name or ARN, with `:ALIAS` where wanted) and waits for its answer.
    ///
    /// # Errors
    /// Those of the call; an error of the function itself is [`Invoked::Failed`].
    pub async fn invoke(&self, function: &str, payload: &str) -> PortResult<Invoked> {
        let answer = self
            .client
            .invoke()
            .function_name(function)
            .payload(Blob::new(payload.as_bytes()))
            .send()
            .await
            .map_err(|error| port_error(INVOKE, error))?;
        let bytes = answer
            .payload()
            .map(|blob| blob.as_ref().to_vec())
            .unwrap_or_default();
        let text = String::from_utf8(bytes).map_err(|error| not_text(&error))?;
        Ok(match answer.function_error() {
            None => Invoked::Returned(text),
            Some(_) => Invoked::Failed(text),
        })
    }
}

fn not_text(error: &std::string::FromUtf8Error) -> PortError {
    Answer::of(INVOKE).unusable(format!("the payload is no text: {error}"))
}

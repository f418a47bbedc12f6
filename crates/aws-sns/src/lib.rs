//! The alert topic behind its port.

use afterhours_aws::{Aws, Service, port_error};
use afterhours_core::alert::{Envelope, sns_message};
use afterhours_ports::{ErrorClass, PortError, PortResult, Publisher};
use async_trait::async_trait;
use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;

/// What the adapter may call, as IAM names it.
pub const ACTIONS: &[&str] = &[PUBLISH];

const PUBLISH: &str = "sns:Publish";

/// One topic.
#[derive(Debug, Clone)]
pub struct SnsTopic {
    client: Client,
    arn: String,
}

impl SnsTopic {
    /// The topic of this ARN.
    pub fn new(aws: &Aws, arn: &str) -> Self {
        Self {
            client: Client::new(&aws.config(Service::Sns)),
            arn: arn.to_owned(),
        }
    }
}

#[async_trait]
impl Publisher for SnsTopic {
    async fn publish(&self, alert: &Envelope) -> PortResult<()> {
        let message = sns_message(alert);
        let mut request = self
            .client
            .publish()
            .topic_arn(&self.arn)
            .subject(message.subject)
            .message(message.body)
            // One text per protocol, chosen by SNS.
            .message_structure("json");
        for (name, value) in message.attributes {
            let value = MessageAttributeValue::builder()
                .data_type("String")
                .string_value(value)
                .build()
                .map_err(|error| PortError {
                    class: ErrorClass::Invalid,
                    action: PUBLISH.to_owned(),
                    code: String::new(),
                    message: format!("attribute `{name}`: {error}"),
                })?;
            request = request.message_attributes(name, value);
        }
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| port_error(PUBLISH, error))
    }
}

//! SNS: the alert topic behind its port, and topics behind the port of the drift watcher.

pub mod drift;

use afterhours_aws::{Aws, Service, port_error, request_error};
use afterhours_core::alert::{Envelope, sns_message};
use afterhours_ports::{PortResult, Publisher};
use async_trait::async_trait;
use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;

/// What the adapter may call, as IAM names it.
pub const ACTIONS: &[&str] = &[PUBLISH];

const PUBLISH: &str = "sns:Publish";

/// One topic.
#[derive(Debug, Clone)]
pub struct SnsPublisher {
    client: Client,
    topic_arn: String,
}

impl SnsPublisher {
    /// The topic of this ARN, asked for in the region that the ARN names.
    pub fn new(aws: &Aws, topic_arn: &str) -> Self {
        let config = match topic_arn.split(':').nth(3) {
            Some(region) if !region.is_empty() => aws.in_region(region).config(Service::Sns),
            _ => aws.config(Service::Sns),
        };
        Self {
            client: Client::new(&config),
            topic_arn: topic_arn.to_owned(),
        }
    }
}

#[async_trait]
impl Publisher for SnsPublisher {
    async fn publish(&self, alert: &Envelope) -> PortResult<()> {
        let message = sns_message(alert);
        let mut request = self
            .client
            .publish()
            .topic_arn(&self.topic_arn)
            .subject(message.subject)
            .message_structure("json")
            .message(message.body);
        for (name, value) in message.attributes {
            let value = MessageAttributeValue::builder()
                .data_type("String")
                .string_value(value)
                .build()
                .map_err(|error| request_error(PUBLISH, &error))?;
            request = request.message_attributes(name, value);
        }
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| port_error(PUBLISH, error))
    }
}

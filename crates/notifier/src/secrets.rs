//! Where the address of the webhook comes from.

use afterhours_ports::PortResult;
use async_trait::async_trait;

pub use afterhours_aws_secretsmanager::Secret;

/// Secrets by name or ARN.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// The text of a secret.
    async fn text(&self, id: &str) -> PortResult<Secret>;
}

#[async_trait]
impl Secrets for afterhours_aws_secretsmanager::Secrets {
    async fn text(&self, id: &str) -> PortResult<Secret> {
        self.text(id).await
    }
}

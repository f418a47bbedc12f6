//! What was called.

use afterhours_ports::PortError;

/// What a call does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    /// Changes nothing.
    Read,
    /// Changes a resource, or was meant to.
    Mutate,
    /// Writes to the state bucket, or was meant to.
    Write,
    /// Publishes an alert, or was meant to.
    Publish,
}

/// One request to AWS. A bulk read logs one per page, at the page sizes of AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// As IAM names it: `autoscaling:UpdateAutoScalingGroup`.
    pub action: &'static str,
    /// The name, ARN, resource id or key that it was about; `*` for bulk reads.
    pub resource: String,
    /// What it does.
    pub kind: CallKind,
    /// Why it was refused, where it was.
    pub error: Option<PortError>,
}

//! Metrics.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::PortResult;

/// One metric of one resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MetricQuery {
    /// Such as `AWS/EC2`.
    pub namespace: String,
    /// Such as `CPUUtilization`.
    pub name: String,
    /// Name and value of each dimension.
    pub dimensions: Vec<(String, String)>,
}

/// `CloudWatch` metrics.
#[async_trait]
pub trait Metrics: Send + Sync {
    /// The average of each metric over `[from, until)`, in the order of the queries (`GetMetricData`,
    /// 500 queries a call); none where there is no data point.
    async fn averages(
        &self,
        queries: &[MetricQuery],
        from: Timestamp,
        until: Timestamp,
    ) -> PortResult<Vec<Option<f64>>>;
}

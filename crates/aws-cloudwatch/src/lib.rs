//! Metrics behind their port.

use std::collections::BTreeMap;

use afterhours_aws::{Answer, Aws, Pages, Service, date_time, port_error};
use afterhours_ports::{MetricQuery, Metrics, PortResult};
use async_trait::async_trait;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, StatusCode};
use jiff::Timestamp;

/// What the adapter may call, as IAM names it.
pub const ACTIONS: &[&str] = &[GET];

const GET: &str = "cloudwatch:GetMetricData";

/// Queries of one call, the most that is allowed
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>).
const QUERIES: usize = 500;

/// Seconds that one data point stands for: what EC2 reports every five minutes without detailed monitoring.
const PERIOD: i32 = 300;

/// The metrics of one account and region.
#[derive(Debug, Clone)]
pub struct CloudWatchMetrics {
    client: Client,
}

impl CloudWatchMetrics {
    /// The metrics that `aws` can see.
    pub fn new(aws: &Aws) -> Self {
        Self {
            client: Client::new(&aws.config(Service::CloudWatch)),
        }
    }

    async fn points(
        &self,
        queries: &[MetricQuery],
        from: Timestamp,
        until: Timestamp,
    ) -> PortResult<Vec<Option<f64>>> {
        let mut points: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        let mut pages = Pages::new(GET);
        let mut token = None;
        loop {
            let answer = self
                .client
                .get_metric_data()
                .set_metric_data_queries(Some(
                    queries
                        .iter()
                        .enumerate()
                        .map(|(index, query)| asked(index, query))
                        .collect(),
                ))
                .start_time(date_time(from))
                .end_time(date_time(until))
                .set_next_token(token)
                .send()
                .await
                .map_err(|error| port_error(GET, error))?;
            for result in answer.metric_data_results() {
                let id = Answer::of(GET).text("Id", result.id())?;
                let index = id.strip_prefix('q').and_then(|index| index.parse().ok());
                let index = Answer::of(GET).required("Id", index)?;
                if matches!(
                    result.status_code(),
                    Some(StatusCode::Forbidden | StatusCode::InternalError)
                ) {
                    let status = result.status_code().map_or("", StatusCode::as_str);
                    let error = format!("the metric of query {id} has status {status}");
                    return Err(Answer::of(GET).unusable(error));
                }
                points.entry(index).or_default().extend(result.values());
            }
            token = pages.next(answer.next_token(), answer.metric_data_results().len())?;
            if token.is_none() {
                break;
            }
        }
        Ok((0..queries.len())
            .map(|index| average(points.get(&index)))
            .collect())
    }
}

#[async_trait]
impl Metrics for CloudWatchMetrics {
    async fn averages(
        &self,
        queries: &[MetricQuery],
        from: Timestamp,
        until: Timestamp,
    ) -> PortResult<Vec<Option<f64>>> {
        let mut averages = Vec::with_capacity(queries.len());
        for queries in queries.chunks(QUERIES) {
            averages.extend(self.points(queries, from, until).await?);
        }
        Ok(averages)
    }
}

fn asked(index: usize, query: &MetricQuery) -> MetricDataQuery {
    let dimensions = query
        .dimensions
        .iter()
        .map(|(name, value)| Dimension::builder().name(name).value(value).build())
        .collect();
    let metric = Metric::builder()
        .namespace(&query.namespace)
        .metric_name(&query.name)
        .set_dimensions(Some(dimensions))
        .build();
    let stat = MetricStat::builder()
        .metric(metric)
        .period(PERIOD)
        .stat("Average")
        .build();
    MetricDataQuery::builder()
        .id(format!("q{index}"))
        .metric_stat(stat)
        .return_data(true)
        .build()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a call gives at most 100,800 data points"
)]
fn average(points: Option<&Vec<f64>>) -> Option<f64> {
    let points = points.filter(|points| !points.is_empty())?;
    Some(points.iter().sum::<f64>() / points.len() as f64)
}

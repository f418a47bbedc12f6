//! `CloudWatch` metrics behind their port.

use std::collections::HashMap;

use afterhours_aws::{Answer, Aws, Pages, Service, date_time, port_error};
use afterhours_ports::{ErrorClass, MetricQuery, Metrics, PortError, PortResult};
use async_trait::async_trait;
use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, StatusCode};
use jiff::Timestamp;

/// What the adapter may call, as IAM names it.
pub const ACTIONS: &[&str] = &[GET];

const GET: &str = "cloudwatch:GetMetricData";

/// Queries of one call ("as many as 500 different metrics"
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html>)).
const QUERIES: usize = 500;

/// The metrics of one account and region.
#[derive(Debug, Clone)]
pub struct CloudWatchMetrics {
    client: Client,
}

/// The data points of one metric so far.
#[derive(Debug, Clone, Copy, Default)]
struct Points {
    sum: f64,
    count: u32,
}

impl CloudWatchMetrics {
    /// All metrics.
    pub fn new(aws: &Aws) -> Self {
        Self {
            client: Client::new(&aws.config(Service::CloudWatch)),
        }
    }

    async fn averages_of(
        &self,
        queries: &[MetricQuery],
        from: Timestamp,
        until: Timestamp,
    ) -> PortResult<Vec<Option<f64>>> {
        let period = period(from, until);
        let request = queries
            .iter()
            .enumerate()
            .map(|(index, query)| data_query(index, query, period));
        let request = request.collect::<Vec<_>>();
        let mut points = HashMap::<String, Points>::new();
        let mut pages = Pages::new(GET);
        let mut token = None;
        loop {
            let answer = self
                .client
                .get_metric_data()
                .set_metric_data_queries(Some(request.clone()))
                .start_time(date_time(from))
                .end_time(date_time(until))
                .set_next_token(token)
                .send()
                .await
                .map_err(|error| port_error(GET, error))?;
            for result in answer.metric_data_results() {
                let id = Answer::of(GET).text("MetricDataResults.Id", result.id())?;
                readable(&id, result.status_code())?;
                let known = points.entry(id).or_default();
                for value in result.values() {
                    known.sum += value;
                    known.count += 1;
                }
            }
            token = pages.next(answer.next_token(), answer.metric_data_results().len())?;
            if token.is_none() {
                break;
            }
        }
        Ok((0..queries.len())
            .map(|index| points.get(&id(index)))
            .map(|points| {
                let points = points.filter(|points| points.count > 0)?;
                Some(points.sum / f64::from(points.count))
            })
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
            averages.extend(self.averages_of(queries, from, until).await?);
        }
        Ok(averages)
    }
}

/// Identifiers begin with a lower-case letter (API reference, `MetricDataQuery`, `Id`).
fn id(index: usize) -> String {
    format!("q{index}")
}

fn data_query(index: usize, query: &MetricQuery, period: i32) -> MetricDataQuery {
    let dimensions = query
        .dimensions
        .iter()
        .map(|(name, value)| Dimension::builder().name(name).value(value).build());
    let metric = Metric::builder()
        .namespace(&query.namespace)
        .metric_name(&query.name)
        .set_dimensions(Some(dimensions.collect()))
        .build();
    let stat = MetricStat::builder()
        .metric(metric)
        .period(period)
        .stat("Average")
        .build();
    MetricDataQuery::builder()
        .id(id(index))
        .metric_stat(stat)
        .return_data(true)
        .build()
}

/// The finest period that is still kept: one minute for 15 days, five for 63 days, then an hour
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html>, metrics retention).
///
/// One period of the whole window would be aligned to its own multiples and miss both ends of the window.
fn period(from: Timestamp, until: Timestamp) -> i32 {
    const HOUR: i64 = 3_600;
    match until.as_second() - from.as_second() {
        ..=21_600 => 60,
        seconds if seconds <= 15 * 24 * HOUR => 300,
        _ => 3_600,
    }
}

/// Whether the values of a result are worth anything; `PartialData` goes on with the next page.
fn readable(id: &str, status: Option<&StatusCode>) -> PortResult<()> {
    let (class, reason) = match status {
        Some(StatusCode::Forbidden) => (ErrorClass::Denied, "Forbidden"),
        Some(StatusCode::InternalError) => (ErrorClass::Unavailable, "InternalError"),
        _ => return Ok(()),
    };
    Err(PortError {
        class,
        action: GET.to_owned(),
        code: reason.to_owned(),
        message: format!("the query {id:?} was not answered"),
    })
}

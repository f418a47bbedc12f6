//! What goes over the wire, and what comes of what comes back.

use afterhours_aws::testing::{Reply, Script, Sent};
use afterhours_aws_cloudwatch::CloudWatchMetrics;
use afterhours_ports::{ErrorClass, MetricQuery, Metrics as _, PortResult};
use ciborium::Value as Cbor;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

fn cbor(status: u16, value: &Value) -> Reply {
    let mut bytes = Vec::new();
    // Writing to memory cannot fail; what was not written would fail its test as a malformed answer.
    let _ = ciborium::into_writer(value, &mut bytes);
    Reply::new(status, bytes)
        .header("smithy-protocol", "rpc-v2-cbor")
        .header("content-type", "application/cbor")
}

/// A result in order of `[id, status, values]`, with a next token.
fn page(results: &[(&str, &str, &[f64])], next: Option<&str>) -> Reply {
    let results: Vec<Value> = results
        .iter()
        .map(|(id, status, values)| json!({ "Id": id, "StatusCode": status, "Values": values }))
        .collect();
    let mut answer = json!({ "MetricDataResults": results });
    if let (Some(next), Some(fields)) = (next, answer.as_object_mut()) {
        fields.insert("NextToken".to_owned(), json!(next));
    }
    cbor(200, &answer)
}

fn query(instance: usize) -> MetricQuery {
    MetricQuery {
        namespace: "AWS/EC2".to_owned(),
        name: "CPUUtilization".to_owned(),
        dimensions: vec![("InstanceId".to_owned(), format!("i-{instance}"))],
    }
}

async fn averages(script: &Script, count: usize) -> PortResult<Vec<Option<f64>>> {
    let queries: Vec<_> = (0..count).map(query).collect();
    let from = Timestamp::UNIX_EPOCH;
    let until = from + SignedDuration::from_mins(15);
    CloudWatchMetrics::new(&script.aws())
        .averages(&queries, from, until)
        .await
}

fn field<'a>(value: &'a Cbor, name: &str) -> Option<&'a Cbor> {
    let fields = value.as_map()?;
    fields
        .iter()
        .find(|(key, _)| key.as_text() == Some(name))
        .map(|(_, value)| value)
}

fn body(sent: &Sent) -> Cbor {
    ciborium::from_reader(sent.bytes.as_slice()).unwrap_or(Cbor::Null)
}

#[tokio::test(start_paused = true)]
async fn averages_come_in_the_order_of_the_queries_and_over_pages() {
    let script = Script::new([
        page(
            &[
                ("q2", "PartialData", &[1.0, 2.0]),
                ("q0", "Complete", &[50.0]),
            ],
            Some("n"),
        ),
        page(&[("q2", "Complete", &[6.0]), ("q1", "Complete", &[])], None),
    ]);
    assert_eq!(
        averages(&script, 3).await,
        Ok(vec![Some(50.0), None, Some(3.0)])
    );
    let sent = script.sent();
    assert!(
        sent[0].uri.ends_with("/operation/GetMetricData"),
        "{}",
        sent[0].uri
    );
    let second = body(&sent[1]);
    assert_eq!(
        field(&second, "NextToken").and_then(Cbor::as_text),
        Some("n")
    );
    let queries = field(&second, "MetricDataQueries")
        .and_then(Cbor::as_array)
        .unwrap();
    assert_eq!(queries.len(), 3);
    let stat = field(&queries[2], "MetricStat").unwrap();
    assert_eq!(field(stat, "Stat").and_then(Cbor::as_text), Some("Average"));
    assert_eq!(field(stat, "Period"), Some(&Cbor::from(60)));
}

#[tokio::test(start_paused = true)]
async fn more_than_500_metrics_take_several_calls() {
    let script = Script::new([
        page(&[("q499", "Complete", &[1.0])], None),
        page(&[("q0", "Complete", &[2.0])], None),
    ]);
    let averages = averages(&script, 501).await.unwrap();
    assert_eq!(averages.len(), 501);
    assert_eq!((averages[499], averages[500]), (Some(1.0), Some(2.0)));
    assert_eq!(script.sent().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn no_query_makes_no_call() {
    let script = Script::new([]);
    assert_eq!(averages(&script, 0).await, Ok(Vec::new()));
    assert!(script.sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_metric_that_was_not_answered_is_an_error() {
    for (status, class) in [
        ("Forbidden", ErrorClass::Denied),
        ("InternalError", ErrorClass::Unavailable),
    ] {
        let script = Script::new([page(&[("q0", status, &[1.0])], None)]);
        assert_eq!(averages(&script, 1).await.unwrap_err().class, class);
    }
}

#[tokio::test(start_paused = true)]
async fn a_result_without_id_is_an_error() {
    let script = Script::new([cbor(
        200,
        &json!({ "MetricDataResults": [{ "Values": [1.0] }] }),
    )]);
    let error = averages(&script, 1).await.unwrap_err();
    assert!(error.message.contains("`MetricDataResults.Id`"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn denials_throttling_and_malformed_answers_are_told_apart() {
    let error = |code: &str| cbor(400, &json!({ "__type": code, "message": "said so" }));
    let script = Script::new([
        error("ThrottlingException"),
        page(&[], None),
        error("AccessDenied"),
        Reply::ok("no cbor").header("smithy-protocol", "rpc-v2-cbor"),
    ]);
    assert_eq!(averages(&script, 1).await, Ok(vec![None]));
    assert_eq!(
        averages(&script, 1).await.unwrap_err().class,
        ErrorClass::Denied
    );
    assert_eq!(
        averages(&script, 1).await.unwrap_err().class,
        ErrorClass::Unavailable
    );
}

//! Metrics in `CloudWatch`'s embedded metric format, one line for each invocation.
//!
//! A small writer of our own: `metrique` makes metrics of structs known when it is compiled, while here the handler
//! names them, and the format is one JSON object
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).

use jiff::Timestamp;
use serde_json::{Map, Number, Value, json};

/// The namespace of all metrics.
pub const NAMESPACE: &str = "Afterhours";

/// Most metrics of one line (same source as above).
const MAX_METRICS: usize = 100;

/// The unit of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A number of things.
    Count,
    /// Milliseconds.
    Milliseconds,
    /// Bytes.
    Bytes,
}

impl Unit {
    /// As `CloudWatch` spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Milliseconds => "Milliseconds",
            Self::Bytes => "Bytes",
        }
    }
}

/// One measured value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metric {
    /// The name, such as `Actions`.
    pub name: &'static str,
    /// The value; what is no finite number is left out.
    pub value: f64,
    /// The unit.
    pub unit: Unit,
}

impl Metric {
    /// A number of things.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    pub const fn count(name: &'static str, value: usize) -> Self {
        Self {
            name,
            value: value as f64,
            unit: Unit::Count,
        }
    }
}

/// The line for one invocation; its only dimensions are `Function` and `Environment`.
///
/// Values of the same name are added up.
pub(crate) fn line(
    function: &str,
    environment: &str,
    request_id: &str,
    at: Timestamp,
    metrics: &[Metric],
) -> String {
    let mut values = Map::new();
    let mut declared = Vec::new();
    for metric in metrics {
        let before = values.get(metric.name).and_then(Value::as_f64);
        let Some(value) = Number::from_f64(before.unwrap_or_default() + metric.value) else {
            continue;
        };
        if before.is_none() {
            if declared.len() == MAX_METRICS {
                continue;
            }
            declared.push(json!({"Name": metric.name, "Unit": metric.unit.as_str()}));
        }
        values.insert(metric.name.to_owned(), Value::Number(value));
    }
    values.insert("request_id".to_owned(), request_id.into());
    values.insert("Function".to_owned(), function.into());
    values.insert("Environment".to_owned(), environment.into());
    values.insert(
        "_aws".to_owned(),
        json!({
            "Timestamp": at.as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": NAMESPACE,
                "Dimensions": [["Function", "Environment"]],
                "Metrics": declared,
            }],
        }),
    );
    Value::Object(values).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(metrics: &[Metric]) -> Value {
        let at: Timestamp = "2026-11-21T04:00:00.5Z".parse().unwrap();
        let line = line("afterhours-scaler", "production", "r-1", at, metrics);
        assert!(!line.contains('\n'));
        serde_json::from_str(&line).unwrap()
    }

    #[test]
    fn a_line_declares_its_metrics_under_two_dimensions() {
        let duration = Metric {
            name: "DurationMs",
            value: 12.5,
            unit: Unit::Milliseconds,
        };
        let line = written(&[Metric::count("Targets", 7), duration]);
        assert_eq!(
            line,
            json!({
                "Function": "afterhours-scaler", "Environment": "production", "request_id": "r-1",
                "Targets": 7.0, "DurationMs": 12.5,
                "_aws": {
                    "Timestamp": 1_795_233_600_500_i64,
                    "CloudWatchMetrics": [{
                        "Namespace": "Afterhours",
                        "Dimensions": [["Function", "Environment"]],
                        "Metrics": [
                            {"Name": "Targets", "Unit": "Count"},
                            {"Name": "DurationMs", "Unit": "Milliseconds"},
                        ],
                    }],
                },
            })
        );
    }

    #[test]
    fn equal_names_add_up_and_no_number_is_left_out() {
        let odd = Metric {
            name: "Odd",
            value: f64::NAN,
            unit: Unit::Bytes,
        };
        let line = written(&[Metric::count("Errors", 2), odd, Metric::count("Errors", 1)]);
        assert_eq!(line["Errors"], json!(3.0));
        assert_eq!(line.get("Odd"), None);
        assert_eq!(
            line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    }

    #[test]
    fn a_line_has_at_most_as_many_metrics_as_cloudwatch_takes() {
        let names: Vec<&'static str> = (0..120).map(|i| &*format!("M{i}").leak()).collect();
        let metrics: Vec<Metric> = names.iter().map(|name| Metric::count(name, 1)).collect();
        let line = written(&metrics);
        assert_eq!(
            line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
                .as_array()
                .unwrap()
                .len(),
            100
        );
        assert_eq!(line.get("M100"), None);
    }
}

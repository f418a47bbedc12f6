//! Reports about a bucket: inventory, metrics, analytics.

use aws_sdk_s3::types::{
    AnalyticsConfiguration, AnalyticsFilter, InventoryConfiguration, InventoryS3BucketDestination,
    MetricsConfiguration, MetricsFilter, StorageClassAnalysisDataExport,
};
use serde_json::{Value, json};

use super::said::Said;
use super::values::{self, block, object, text, texts};

pub(super) fn inventory(found: Option<&InventoryConfiguration>) -> Said {
    Said::own(found.map(|found| {
        let to = found
            .destination()
            .and_then(|destination| destination.s3_bucket_destination());
        let filter = found
            .filter()
            .map(|filter| json!({"prefix": filter.prefix()}));
        let schedule = found
            .schedule()
            .map(|schedule| json!({"frequency": schedule.frequency().as_str()}));
        let destination = to.map(|to| json!({"bucket": [inventory_destination(to)]}));
        object([
            ("name", Value::from(found.id())),
            ("enabled", Value::from(found.is_enabled())),
            (
                "included_object_versions",
                Value::from(found.included_object_versions().as_str()),
            ),
            ("optional_fields", texts(found.optional_fields())),
            ("filter", block(filter)),
            ("schedule", block(schedule)),
            ("destination", block(destination)),
        ])
    }))
}

fn inventory_destination(to: &InventoryS3BucketDestination) -> Value {
    let encryption = to.encryption().map(|encryption| {
        json!({
            "sse_kms": block(encryption.ssekms().map(|key| json!({"key_id": key.key_id()}))),
            "sse_s3": block(encryption.sses3().map(|_| json!({}))),
        })
    });
    json!({
        "account_id": to.account_id(),
        "bucket_arn": to.bucket(),
        "format": to.format().as_str(),
        "prefix": to.prefix(),
        "encryption": block(encryption),
    })
}

pub(super) fn metric(found: Option<&MetricsConfiguration>) -> Said {
    Said::own(found.map(|found| {
        object([
            ("name", Value::from(found.id())),
            ("filter", block(found.filter().map(metric_filter))),
        ])
    }))
}

fn metric_filter(filter: &MetricsFilter) -> Value {
    match filter {
        MetricsFilter::AccessPointArn(arn) => {
            json!({"access_point": arn, "prefix": null, "tags": {}})
        }
        MetricsFilter::Prefix(prefix) => {
            json!({"access_point": null, "prefix": prefix, "tags": {}})
        }
        MetricsFilter::Tag(tag) => {
            let tags = values::tags(std::slice::from_ref(tag));
            json!({"access_point": null, "prefix": null, "tags": tags})
        }
        MetricsFilter::And(and) => json!({
            "access_point": and.access_point_arn(),
            "prefix": and.prefix(),
            "tags": values::tags(and.tags()),
        }),
        // A filter of a kind that is not known: none of the arguments is claimed.
        _ => json!({}),
    }
}

pub(super) fn analytics(found: Option<&AnalyticsConfiguration>) -> Said {
    Said::own(found.map(|found| {
        let export = found
            .storage_class_analysis()
            .and_then(|analysis| analysis.data_export());
        let analysis = export.map(|export| json!({"data_export": [data_export(export)]}));
        object([
            ("name", Value::from(found.id())),
            ("filter", block(found.filter().map(analytics_filter))),
            ("storage_class_analysis", block(analysis)),
        ])
    }))
}

fn analytics_filter(filter: &AnalyticsFilter) -> Value {
    match filter {
        AnalyticsFilter::Prefix(prefix) => json!({"prefix": prefix, "tags": {}}),
        AnalyticsFilter::Tag(tag) => {
            json!({"prefix": null, "tags": values::tags(std::slice::from_ref(tag))})
        }
        AnalyticsFilter::And(and) => {
            json!({"prefix": and.prefix(), "tags": values::tags(and.tags())})
        }
        // A filter of a kind that is not known: none of the arguments is claimed.
        _ => json!({}),
    }
}

fn data_export(export: &StorageClassAnalysisDataExport) -> Value {
    let to = export
        .destination()
        .and_then(|destination| destination.s3_bucket_destination());
    let to = to.map(|to| {
        json!({
            "bucket_account_id": to.bucket_account_id(),
            "bucket_arn": to.bucket(),
            "format": to.format().as_str(),
            "prefix": to.prefix(),
        })
    });
    json!({
        "output_schema_version": text(Some(export.output_schema_version())),
        "destination": [{"s3_bucket_destination": block(to)}],
    })
}

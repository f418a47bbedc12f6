//! When objects move to another storage class, and when they end.

use aws_sdk_s3::operation::get_bucket_lifecycle_configuration::GetBucketLifecycleConfigurationOutput;
use aws_sdk_s3::types::{
    IntelligentTieringConfiguration, LifecycleExpiration, LifecycleRule, LifecycleRuleFilter,
    Transition,
};
use serde_json::{Value, json};

use super::said::Said;
use super::values::{self, block, blocks, instant, object, text};

pub(super) fn lifecycle(found: Option<&GetBucketLifecycleConfigurationOutput>) -> Said {
    let rules = found.map(aws_sdk_s3::operation::get_bucket_lifecycle_configuration::GetBucketLifecycleConfigurationOutput::rules).unwrap_or_default();
    let own = found.map(|found| {
        object([
            ("rule", blocks(rules, own_rule)),
            (
                "transition_default_minimum_object_size",
                text(found.transition_default_minimum_object_size()),
            ),
        ])
    });
    Said::both("lifecycle_rule", blocks(rules, inline_rule), own)
}

fn inline_rule(rule: &LifecycleRule) -> Value {
    let filter = rule.filter();
    let and = filter.and_then(LifecycleRuleFilter::and);
    let prefix = and
        .and_then(|and| and.prefix())
        .or(filter.and_then(LifecycleRuleFilter::prefix))
        .or(prefix(rule));
    let tags = match (and, filter.and_then(LifecycleRuleFilter::tag)) {
        (Some(and), _) => values::tags(and.tags()),
        (None, Some(tag)) => values::tags(std::slice::from_ref(tag)),
        (None, None) => json!({}),
    };
    let abort = rule.abort_incomplete_multipart_upload();
    let noncurrent = rule.noncurrent_version_expiration();
    json!({
        "id": rule.id(),
        "enabled": rule.status().as_str() == "Enabled",
        "prefix": prefix,
        "tags": tags,
        "abort_incomplete_multipart_upload_days": abort.and_then(aws_sdk_s3::types::AbortIncompleteMultipartUpload::days_after_initiation),
        "expiration": block(rule.expiration().map(expiration)),
        "transition": blocks(rule.transitions(), transition),
        "noncurrent_version_expiration": block(
            noncurrent.map(|noncurrent| json!({"days": noncurrent.noncurrent_days()})),
        ),
        "noncurrent_version_transition": blocks(rule.noncurrent_version_transitions(), |one| json!({
            "days": one.noncurrent_days(),
            "storage_class": text(one.storage_class()),
        })),
    })
}

fn own_rule(rule: &LifecycleRule) -> Value {
    let abort = rule.abort_incomplete_multipart_upload();
    let noncurrent = rule.noncurrent_version_expiration();
    json!({
        "id": rule.id(),
        "status": rule.status().as_str(),
        "prefix": prefix(rule),
        "filter": block(rule.filter().map(filter)),
        "abort_incomplete_multipart_upload": block(
            abort.map(|abort| json!({"days_after_initiation": abort.days_after_initiation()})),
        ),
        "expiration": block(rule.expiration().map(expiration)),
        "transition": blocks(rule.transitions(), transition),
        "noncurrent_version_expiration": block(noncurrent.map(|noncurrent| json!({
            "noncurrent_days": noncurrent.noncurrent_days(),
            "newer_noncurrent_versions": noncurrent.newer_noncurrent_versions(),
        }))),
        "noncurrent_version_transition": blocks(rule.noncurrent_version_transitions(), |one| json!({
            "noncurrent_days": one.noncurrent_days(),
            "newer_noncurrent_versions": one.newer_noncurrent_versions(),
            "storage_class": text(one.storage_class()),
        })),
    })
}

#[expect(
    deprecated,
    reason = "rules that were put before filters came still have it"
)]
fn prefix(rule: &LifecycleRule) -> Option<&str> {
    rule.prefix()
}

fn filter(filter: &LifecycleRuleFilter) -> Value {
    json!({
        "prefix": filter.prefix(),
        "object_size_greater_than": filter.object_size_greater_than(),
        "object_size_less_than": filter.object_size_less_than(),
        "tag": block(filter.tag().map(values::tag)),
        "and": block(filter.and().map(|and| json!({
            "prefix": and.prefix(),
            "object_size_greater_than": and.object_size_greater_than(),
            "object_size_less_than": and.object_size_less_than(),
            "tags": values::tags(and.tags()),
        }))),
    })
}

fn expiration(one: &LifecycleExpiration) -> Value {
    json!({
        "date": instant(one.date()),
        "days": one.days(),
        "expired_object_delete_marker": one.expired_object_delete_marker(),
    })
}

fn transition(one: &Transition) -> Value {
    json!({
        "date": instant(one.date()),
        "days": one.days(),
        "storage_class": text(one.storage_class()),
    })
}

pub(super) fn intelligent_tiering(found: Option<&IntelligentTieringConfiguration>) -> Said {
    Said::own(found.map(|found| {
        let filter = found.filter().map(|filter| {
            let (prefix, tags) = match (filter.and(), filter.tag()) {
                (Some(and), _) => (and.prefix(), values::tags(and.tags())),
                (None, Some(tag)) => (filter.prefix(), values::tags(std::slice::from_ref(tag))),
                (None, None) => (filter.prefix(), json!({})),
            };
            json!({"prefix": prefix, "tags": tags})
        });
        let tiering = blocks(
            found.tierings(),
            |tier| json!({"access_tier": tier.access_tier().as_str(), "days": tier.days()}),
        );
        object([
            ("name", Value::from(found.id())),
            ("status", Value::from(found.status().as_str())),
            ("filter", block(filter)),
            ("tiering", tiering),
        ])
    }))
}

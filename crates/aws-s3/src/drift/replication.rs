//! Where objects are copied to.

use aws_sdk_s3::types::{
    Destination, ReplicationConfiguration, ReplicationRule, ReplicationRuleFilter,
};
use serde_json::{Value, json};

use super::said::Said;
use super::values::{self, block, blocks, object, text};

pub(super) fn replication(found: Option<&ReplicationConfiguration>) -> Said {
    let inline = found
        .map(|found| json!({"role": found.role(), "rules": blocks(found.rules(), inline_rule)}));
    let own = found.map(|found| {
        object([
            ("role", Value::from(found.role())),
            ("rule", blocks(found.rules(), own_rule)),
        ])
    });
    Said::both("replication_configuration", block(inline), own)
}

fn inline_rule(rule: &ReplicationRule) -> Value {
    let filter = rule.filter().map(|filter| {
        let (prefix, tags) = match (filter.and(), filter.tag()) {
            (Some(and), _) => (and.prefix(), values::tags(and.tags())),
            (None, Some(tag)) => (filter.prefix(), values::tags(std::slice::from_ref(tag))),
            (None, None) => (filter.prefix(), json!({})),
        };
        json!({"prefix": prefix, "tags": tags})
    });
    let criteria = rule.source_selection_criteria().map(|criteria| {
        let encrypted = criteria
            .sse_kms_encrypted_objects()
            .map(|switch| json!({"enabled": switch.status().as_str() == "Enabled"}));
        json!({"sse_kms_encrypted_objects": block(encrypted)})
    });
    let markers = rule.delete_marker_replication();
    json!({
        "id": rule.id(),
        "prefix": prefix(rule),
        "priority": rule.priority(),
        "status": rule.status().as_str(),
        "delete_marker_replication_status": text(markers.and_then(|markers| markers.status())),
        "filter": block(filter),
        "destination": block(rule.destination().map(inline_destination)),
        "source_selection_criteria": block(criteria),
    })
}

fn inline_destination(to: &Destination) -> Value {
    let encryption = to.encryption_configuration();
    json!({
        "account_id": to.account(),
        "bucket": to.bucket(),
        "replica_kms_key_id": encryption.and_then(|encryption| encryption.replica_kms_key_id()),
        "storage_class": text(to.storage_class()),
        "access_control_translation": owner(to),
        "metrics": block(to.metrics().map(|metrics| json!({
            "minutes": metrics.event_threshold().and_then(aws_sdk_s3::types::ReplicationTimeValue::minutes),
            "status": metrics.status().as_str(),
        }))),
        "replication_time": block(to.replication_time().map(|time| json!({
            "minutes": time.time().and_then(aws_sdk_s3::types::ReplicationTimeValue::minutes),
            "status": time.status().as_str(),
        }))),
    })
}

fn own_rule(rule: &ReplicationRule) -> Value {
    let switch = |status: Option<&str>| block(status.map(|status| json!({"status": status})));
    let existing = rule.existing_object_replication();
    let markers = rule.delete_marker_replication();
    let criteria = rule.source_selection_criteria().map(|criteria| {
        let replicas = criteria.replica_modifications();
        let encrypted = criteria.sse_kms_encrypted_objects();
        json!({
            "replica_modifications": switch(replicas.map(|one| one.status().as_str())),
            "sse_kms_encrypted_objects": switch(encrypted.map(|one| one.status().as_str())),
        })
    });
    json!({
        "id": rule.id(),
        "prefix": prefix(rule),
        "priority": rule.priority(),
        "status": rule.status().as_str(),
        "delete_marker_replication": switch(
            markers.and_then(|markers| markers.status()).map(aws_sdk_s3::types::DeleteMarkerReplicationStatus::as_str),
        ),
        "existing_object_replication": switch(existing.map(|one| one.status().as_str())),
        "filter": block(rule.filter().map(own_filter)),
        "destination": block(rule.destination().map(own_destination)),
        "source_selection_criteria": block(criteria),
    })
}

#[expect(
    deprecated,
    reason = "rules that were put before filters came still have it"
)]
fn prefix(rule: &ReplicationRule) -> Option<&str> {
    rule.prefix()
}

fn own_filter(filter: &ReplicationRuleFilter) -> Value {
    json!({
        "prefix": filter.prefix(),
        "tag": block(filter.tag().map(values::tag)),
        "and": block(filter.and().map(|and| json!({
            "prefix": and.prefix(),
            "tags": values::tags(and.tags()),
        }))),
    })
}

fn own_destination(to: &Destination) -> Value {
    json!({
        "account": to.account(),
        "bucket": to.bucket(),
        "storage_class": text(to.storage_class()),
        "access_control_translation": owner(to),
        "encryption_configuration": block(to.encryption_configuration().map(|encryption| json!({
            "replica_kms_key_id": encryption.replica_kms_key_id(),
        }))),
        "metrics": block(to.metrics().map(|metrics| json!({
            "status": metrics.status().as_str(),
            "event_threshold": block(
                metrics.event_threshold().map(|time| json!({"minutes": time.minutes()})),
            ),
        }))),
        "replication_time": block(to.replication_time().map(|time| json!({
            "status": time.status().as_str(),
            "time": block(time.time().map(|time| json!({"minutes": time.minutes()}))),
        }))),
    })
}

fn owner(to: &Destination) -> Value {
    block(
        to.access_control_translation()
            .map(|translation| json!({"owner": translation.owner().as_str()})),
    )
}

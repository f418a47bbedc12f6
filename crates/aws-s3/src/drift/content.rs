//! What happens to the objects of a bucket.

use aws_sdk_s3::types::{
    CorsRule, LoggingEnabled, ObjectLockConfiguration, ServerSideEncryptionConfiguration, Tag,
};
use serde_json::{Value, json};

use super::said::Said;
use super::values::{self, block, blocks, grantee, object, text, texts};

pub(super) fn tags(tags: &[Tag]) -> Said {
    Said::inline(object([("tags", values::tags(tags))]))
}

/// The status, and whether to delete takes a second factor; none where never set.
pub(super) fn versioning(status: Option<&str>, mfa: Option<&str>) -> Said {
    let inline =
        json!([{"enabled": status == Some("Enabled"), "mfa_delete": mfa == Some("Enabled")}]);
    let own =
        json!([{"status": status.unwrap_or("Disabled"), "mfa_delete": mfa.unwrap_or("Disabled")}]);
    Said::both(
        "versioning",
        inline,
        Some(object([("versioning_configuration", own)])),
    )
}

pub(super) fn encryption(found: Option<&ServerSideEncryptionConfiguration>) -> Said {
    let rules = found.map(|found| {
        blocks(found.rules(), |rule| {
            let blocked = rule
                .blocked_encryption_types()
                .map_or(Value::Null, |blocked| texts(blocked.encryption_type()));
            json!({
                "apply_server_side_encryption_by_default": block(
                    rule.apply_server_side_encryption_by_default().map(|default| json!({
                        "kms_master_key_id": default.kms_master_key_id(),
                        "sse_algorithm": default.sse_algorithm().as_str(),
                    })),
                ),
                "bucket_key_enabled": rule.bucket_key_enabled(),
                "blocked_encryption_types": blocked,
            })
        })
    });
    Said::both(
        "server_side_encryption_configuration",
        block(rules.clone().map(|rules| json!({"rule": rules}))),
        rules.map(|rules| object([("rule", rules)])),
    )
}

/// Object Lock can be given to a bucket and never taken away.
pub(super) fn object_lock(found: Option<&ObjectLockConfiguration>) -> Said {
    let enabled = found.and_then(|found| found.object_lock_enabled());
    let configuration = found.map(|found| {
        let retention = found.rule().and_then(|rule| rule.default_retention());
        let rule = retention.map(|retention| {
            let retention = json!({
                "days": retention.days(),
                "mode": text(retention.mode()),
                "years": retention.years(),
            });
            json!({"default_retention": [retention]})
        });
        object([
            ("object_lock_enabled", text(enabled)),
            ("rule", block(rule)),
        ])
    });
    let is_enabled = enabled.is_some_and(|enabled| enabled.as_str() == "Enabled");
    let inline = object([
        ("object_lock_enabled", Value::from(is_enabled)),
        (
            "object_lock_configuration",
            block(configuration.clone().map(Value::Object)),
        ),
    ]);
    Said {
        inline,
        own: configuration,
    }
}

pub(super) fn logging(found: Option<&LoggingEnabled>) -> Said {
    let target = |found: &LoggingEnabled| {
        object([
            ("target_bucket", Value::from(found.target_bucket())),
            ("target_prefix", Value::from(found.target_prefix())),
        ])
    };
    let own = found.map(|found| {
        let mut own = target(found);
        let grants = blocks(found.target_grants(), |grant| {
            json!({
                "permission": text(grant.permission()),
                "grantee": block(grant.grantee().map(grantee)),
            })
        });
        own.insert("target_grant".to_owned(), grants);
        let format = found.target_object_key_format().map(|format| {
            let partitioned = format.partitioned_prefix();
            json!({
                "partitioned_prefix": block(partitioned.map(|prefix| json!({
                    "partition_date_source": text(prefix.partition_date_source()),
                }))),
            })
        });
        own.insert("target_object_key_format".to_owned(), block(format));
        own
    });
    Said::both(
        "logging",
        block(found.map(|found| Value::Object(target(found)))),
        own,
    )
}

pub(super) fn cors(found: Option<&[CorsRule]>) -> Said {
    let rules = blocks(found.unwrap_or_default(), |rule| {
        json!({
            "id": rule.id(),
            "allowed_headers": rule.allowed_headers(),
            "allowed_methods": rule.allowed_methods(),
            "allowed_origins": rule.allowed_origins(),
            "expose_headers": rule.expose_headers(),
            "max_age_seconds": rule.max_age_seconds(),
        })
    });
    let own = found.map(|_| object([("cors_rule", rules.clone())]));
    Said::both("cors_rule", rules, own)
}

/// A bucket that was never accelerated says nothing.
pub(super) fn acceleration(status: Option<&str>) -> Said {
    Said::both(
        "acceleration_status",
        Value::from(status.unwrap_or_default()),
        status.map(|status| object([("status", Value::from(status))])),
    )
}

pub(super) fn payment(payer: Option<&str>) -> Said {
    let payer = payer.unwrap_or("BucketOwner");
    Said::both(
        "request_payer",
        Value::from(payer),
        Some(object([("payer", Value::from(payer))])),
    )
}

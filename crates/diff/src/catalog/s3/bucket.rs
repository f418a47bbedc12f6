//! The bucket.

use super::super::{Absent, Attr, Key, Rule, Type};
use super::{content, lifecycle, replication, same};

/// Provider 4 and later keep what has a type of its own as computed attributes.
pub(super) const BUCKET: Type = Type {
    name: "aws_s3_bucket",
    key: Key::Attribute("id"),
    attributes: &[
        Attr::new("arn", Rule::Scalar),
        Attr::new("bucket", Rule::Scalar).availability(),
        Attr::new("region", Rule::Scalar).availability(),
        Attr::new("bucket_region", Rule::Scalar).availability(),
        Attr::skip("bucket_prefix", "only used to make up a name"),
        Attr::skip("bucket_namespace", "part of the name, which identifies it"),
        Attr::skip("force_destroy", "only used when the bucket is deleted"),
        Attr::skip("id", "the name of the bucket"),
        Attr::skip("timeouts", "how long the provider waits"),
        Attr::skip("hosted_zone_id", "follows from the region"),
        Attr::skip("website_domain", "follows from the region"),
        Attr::skip("website_endpoint", "follows from the name and the region"),
        Attr::new("tags", Rule::Tags),
        Attr::new("tags_all", Rule::Tags),
        Attr::new("acl", Rule::Custom(same::canned_acl))
            .absent(Absent::Never)
            .security(),
        Attr::new("grant", Rule::Custom(same::grants))
            .absent(Absent::Never)
            .security(),
        Attr::new("policy", Rule::Policy)
            .absent(Absent::Empty)
            .security(),
        Attr::new("acceleration_status", Rule::Scalar)
            .absent(Absent::Empty)
            .cost(),
        Attr::new("request_payer", Rule::Scalar)
            .absent(Absent::Is("\"BucketOwner\""))
            .cost(),
        Attr::new(
            "versioning",
            Rule::Block(&[
                Attr::new("enabled", Rule::Scalar).security(),
                Attr::new("mfa_delete", Rule::Scalar).security(),
            ]),
        )
        .security(),
        Attr::new(
            "server_side_encryption_configuration",
            Rule::Block(&[Attr::new(
                "rule",
                Rule::Block(&[
                    Attr::new("bucket_key_enabled", Rule::Scalar).cost(),
                    content::BY_DEFAULT,
                ]),
            )
            .security()]),
        )
        .security(),
        Attr::new(
            "logging",
            Rule::Block(&[
                Attr::new("target_bucket", Rule::Scalar).security(),
                Attr::new("target_prefix", Rule::Scalar).security(),
            ]),
        )
        .security(),
        Attr::new(
            "website",
            Rule::Block(&[
                Attr::new("error_document", Rule::Scalar).availability(),
                Attr::new("index_document", Rule::Scalar).availability(),
                Attr::new("redirect_all_requests_to", Rule::Scalar).security(),
                Attr::new("routing_rules", Rule::Json)
                    .absent(Absent::Empty)
                    .security(),
            ]),
        )
        .security(),
        // The first rule that fits decides.
        Attr::new("cors_rule", Rule::OrderedBlocks(content::CORS_RULE)).security(),
        Attr::new(
            "lifecycle_rule",
            Rule::Blocks {
                by: &["id"],
                attributes: lifecycle::INLINE_RULE,
            },
        )
        .cost(),
        Attr::new(
            "replication_configuration",
            Rule::Block(replication::INLINE),
        )
        .security(),
        Attr::new("object_lock_enabled", Rule::Scalar).security(),
        Attr::new(
            "object_lock_configuration",
            Rule::Block(&[
                Attr::new("object_lock_enabled", Rule::Scalar).security(),
                content::RETENTION_RULE,
            ]),
        )
        .security(),
    ],
    global: false,
    unmanaged: true,
};

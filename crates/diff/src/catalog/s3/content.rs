//! What happens to the objects of a bucket, and who hears of it.

use super::super::{Absent, Attr, Rule, Type};
use super::access::GRANTEE;
use super::{EXPECTED_OWNER, ID, NAME, REGION, part, same};

const TOKEN: Attr = Attr::skip(
    "token",
    "handed over with one request, which S3 does not keep",
);

/// How objects are encrypted that do not say so themselves.
pub(super) const BY_DEFAULT: Attr = Attr::new(
    "apply_server_side_encryption_by_default",
    Rule::Block(&[
        Attr::new("kms_master_key_id", Rule::Custom(same::key))
            .absent(Absent::Empty)
            .security(),
        Attr::new("sse_algorithm", Rule::Scalar)
            .absent(Absent::Is("\"AES256\""))
            .security(),
    ]),
)
.security();

pub(super) const ENCRYPTION: Type = part(
    "aws_s3_bucket_server_side_encryption_configuration",
    &[
        NAME,
        REGION,
        ID,
        EXPECTED_OWNER,
        // S3 keeps one rule.
        Attr::new(
            "rule",
            Rule::Block(&[
                BY_DEFAULT,
                Attr::new("bucket_key_enabled", Rule::Scalar).cost(),
                Attr::new("blocked_encryption_types", Rule::Set)
                    .absent(Absent::Empty)
                    .security(),
            ]),
        )
        .security(),
    ],
);

pub(super) const VERSIONING: Type = part(
    "aws_s3_bucket_versioning",
    &[
        NAME,
        REGION,
        ID,
        EXPECTED_OWNER,
        Attr::skip("mfa", "a code that is valid once"),
        Attr::new(
            "versioning_configuration",
            Rule::Block(&[
                Attr::new("mfa_delete", Rule::Scalar)
                    .absent(Absent::Is("\"Disabled\""))
                    .security(),
                Attr::new("status", Rule::Scalar)
                    .absent(Absent::Is("\"Disabled\""))
                    .security(),
            ]),
        )
        .security(),
    ],
);

/// The retention that objects get which do not say so themselves.
pub(super) const RETENTION_RULE: Attr = Attr::new(
    "rule",
    Rule::Block(&[Attr::new(
        "default_retention",
        Rule::Block(&[
            Attr::new("days", Rule::Scalar).security(),
            Attr::new("mode", Rule::Scalar).security(),
            Attr::new("years", Rule::Scalar).security(),
        ]),
    )
    .security()]),
)
.security();

pub(super) const OBJECT_LOCK: Type = part(
    "aws_s3_bucket_object_lock_configuration",
    &[
        NAME,
        REGION,
        ID,
        EXPECTED_OWNER,
        TOKEN,
        Attr::new("object_lock_enabled", Rule::Scalar).security(),
        RETENTION_RULE,
    ],
);

pub(super) const LOGGING: Type = part(
    "aws_s3_bucket_logging",
    &[
        NAME,
        REGION,
        ID,
        EXPECTED_OWNER,
        Attr::new("target_bucket", Rule::Scalar).security(),
        Attr::new("target_prefix", Rule::Scalar).security(),
        Attr::new(
            "target_grant",
            Rule::Blocks {
                by: &[],
                attributes: &[Attr::new("permission", Rule::Scalar).security(), GRANTEE],
            },
        )
        .security(),
        Attr::new(
            "target_object_key_format",
            Rule::Block(&[
                Attr::new(
                    "partitioned_prefix",
                    Rule::Block(&[Attr::new("partition_date_source", Rule::Scalar)]),
                ),
                // The simple form is what S3 uses where none is named.
                Attr::skip(
                    "simple_prefix",
                    "has no arguments, and is the case where `partitioned_prefix` is absent",
                ),
            ]),
        ),
    ],
);

/// One CORS rule; the order within its lists has no meaning.
pub(super) const CORS_RULE: &[Attr] = &[
    Attr::new("id", Rule::Scalar),
    Attr::new("allowed_headers", Rule::Set).security(),
    Attr::new("allowed_methods", Rule::Set).security(),
    Attr::new("allowed_origins", Rule::Set).security(),
    Attr::new("expose_headers", Rule::Set).security(),
    Attr::new("max_age_seconds", Rule::Scalar),
];

pub(super) const CORS: Type = part(
    "aws_s3_bucket_cors_configuration",
    &[
        NAME,
        REGION,
        ID,
        EXPECTED_OWNER,
        Attr::new(
            "cors_rule",
            Rule::Blocks {
                by: &[],
                attributes: CORS_RULE,
            },
        )
        .security(),
    ],
);

pub(super) const WEBSITE: Type = part(
    "aws_s3_bucket_website_configuration",
    &[
        NAME,
        REGION,
        ID,
        EXPECTED_OWNER,
        Attr::new(
            "error_document",
            Rule::Block(&[Attr::new("key", Rule::Scalar).availability()]),
        )
        .availability(),
        Attr::new(
            "index_document",
            Rule::Block(&[Attr::new("suffix", Rule::Scalar).availability()]),
        )
        .availability(),
        Attr::new(
            "redirect_all_requests_to",
            Rule::Block(&[
                Attr::new("host_name", Rule::Scalar).security(),
                Attr::new("protocol", Rule::Scalar).security(),
            ]),
        )
        .security(),
        Attr::new(
            "routing_rule",
            Rule::OrderedBlocks(&[
                Attr::new(
                    "condition",
                    Rule::Block(&[
                        Attr::new("http_error_code_returned_equals", Rule::Scalar),
                        Attr::new("key_prefix_equals", Rule::Scalar),
                    ]),
                ),
                Attr::new(
                    "redirect",
                    Rule::Block(&[
                        Attr::new("host_name", Rule::Scalar).security(),
                        Attr::new("http_redirect_code", Rule::Scalar),
                        Attr::new("protocol", Rule::Scalar).security(),
                        Attr::new("replace_key_prefix_with", Rule::Scalar),
                        Attr::new("replace_key_with", Rule::Scalar),
                    ]),
                )
                .security(),
            ]),
        )
        .security(),
        Attr::new("routing_rules", Rule::Json)
            .absent(Absent::Empty)
            .security(),
    ],
);

pub(super) const ACCELERATE: Type = part(
    "aws_s3_bucket_accelerate_configuration",
    &[
        NAME,
        REGION,
        ID,
        EXPECTED_OWNER,
        Attr::new("status", Rule::Scalar)
            .absent(Absent::Empty)
            .cost(),
    ],
);

pub(super) const REQUEST_PAYMENT: Type = part(
    "aws_s3_bucket_request_payment_configuration",
    &[
        NAME,
        REGION,
        ID,
        EXPECTED_OWNER,
        Attr::new("payer", Rule::Scalar)
            .absent(Absent::Is("\"BucketOwner\""))
            .cost(),
    ],
);

macro_rules! receiver {
    ($name:literal, $arn:literal) => {
        Attr::new(
            $name,
            Rule::Blocks {
                by: &["id"],
                attributes: &[
                    Attr::new("id", Rule::Scalar),
                    Attr::new($arn, Rule::Scalar).security(),
                    Attr::new("events", Rule::Set).availability(),
                    Attr::new("filter_prefix", Rule::Scalar).availability(),
                    Attr::new("filter_suffix", Rule::Scalar).availability(),
                ],
            },
        )
        .availability()
    };
}

pub(super) const NOTIFICATION: Type = part(
    "aws_s3_bucket_notification",
    &[
        NAME,
        REGION,
        ID,
        Attr::new("eventbridge", Rule::Scalar).availability(),
        receiver!("lambda_function", "lambda_function_arn"),
        receiver!("queue", "queue_arn"),
        receiver!("topic", "topic_arn"),
    ],
);

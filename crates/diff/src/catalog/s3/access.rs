//! Who may reach a bucket.

use super::super::{Absent, Attr, Rule, Type};
use super::{EXPECTED_OWNER, ID, NAME, REGION, part, same};

pub(super) const POLICY: Type = part(
    "aws_s3_bucket_policy",
    &[
        NAME,
        REGION,
        ID,
        Attr::new("policy", Rule::Policy)
            .absent(Absent::Empty)
            .security(),
    ],
);

pub(super) const PUBLIC_ACCESS_BLOCK: Type = part(
    "aws_s3_bucket_public_access_block",
    &[
        NAME,
        REGION,
        ID,
        Attr::new("block_public_acls", Rule::Scalar).security(),
        Attr::new("block_public_policy", Rule::Scalar).security(),
        Attr::new("ignore_public_acls", Rule::Scalar).security(),
        Attr::new("restrict_public_buckets", Rule::Scalar).security(),
        Attr::skip("skip_destroy", "only used when it is deleted"),
    ],
);

pub(super) const OWNERSHIP_CONTROLS: Type = part(
    "aws_s3_bucket_ownership_controls",
    &[
        NAME,
        REGION,
        ID,
        Attr::new(
            "rule",
            Rule::Block(&[Attr::new("object_ownership", Rule::Scalar).security()]),
        )
        .security(),
    ],
);

const DISPLAY_NAME: Attr = Attr::skip(
    "display_name",
    "computed; S3 stopped giving it in November 2025",
);

/// A grantee of an ACL or of a log.
pub(super) const GRANTEE: Attr = Attr::new(
    "grantee",
    Rule::Block(&[
        DISPLAY_NAME,
        // S3 resolves an address to the account's canonical id.
        Attr::skip(
            "email_address",
            "S3 answers with the canonical id of the account",
        ),
        Attr::new("id", Rule::Scalar)
            .absent(Absent::Empty)
            .security(),
        Attr::new("type", Rule::Custom(grantee_type)).security(),
        Attr::new("uri", Rule::Scalar)
            .absent(Absent::Empty)
            .security(),
    ]),
)
.security();

/// S3 answers `CanonicalUser` where an address was given.
fn grantee_type(state: &serde_json::Value, live: &serde_json::Value) -> bool {
    state == live || (state == "AmazonCustomerByEmail" && live == "CanonicalUser")
}

pub(super) const ACL: Type = part(
    "aws_s3_bucket_acl",
    &[
        NAME,
        REGION,
        ID,
        EXPECTED_OWNER,
        Attr::new("acl", Rule::Custom(same::canned_acl))
            .absent(Absent::Never)
            .security(),
        Attr::new(
            "access_control_policy",
            Rule::Block(&[
                Attr::new(
                    "grant",
                    Rule::Blocks {
                        by: &[],
                        attributes: &[Attr::new("permission", Rule::Scalar).security(), GRANTEE],
                    },
                )
                .security(),
                Attr::new(
                    "owner",
                    Rule::Block(&[
                        DISPLAY_NAME,
                        Attr::new("id", Rule::Scalar)
                            .absent(Absent::Empty)
                            .security(),
                    ]),
                )
                .security(),
            ]),
        )
        .security(),
    ],
);

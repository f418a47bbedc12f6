//! Where objects are copied to.

use super::super::{Absent, Attr, Rule, Type};
use super::{ID, NAME, REGION, part, same};

const ROLE: Attr = Attr::new("role", Rule::Scalar).security();
const STATUS: Attr = Attr::new("status", Rule::Scalar).security();
const PREFIX: Attr = Attr::new("prefix", Rule::Scalar).availability();
const PRIORITY: Attr = Attr::new("priority", Rule::Scalar).availability();
const MINUTES: Attr = Attr::new("minutes", Rule::Scalar);
const OWNER: Attr = Attr::new(
    "access_control_translation",
    Rule::Block(&[Attr::new("owner", Rule::Scalar).security()]),
)
.security();
const REPLICA_KEY: Attr = Attr::new("replica_kms_key_id", Rule::Custom(same::key))
    .absent(Absent::Empty)
    .security();
const BUCKET: Attr = Attr::new("bucket", Rule::Scalar).security();
const STORAGE_CLASS: Attr = Attr::new("storage_class", Rule::Scalar)
    .absent(Absent::Empty)
    .cost();

/// In the bucket itself (provider 3, and computed later).
pub(super) const INLINE: &[Attr] = &[
    ROLE,
    Attr::new(
        "rules",
        Rule::Blocks {
            by: &["id"],
            attributes: &[
                Attr::new("id", Rule::Scalar),
                PREFIX,
                PRIORITY,
                STATUS,
                Attr::new("delete_marker_replication_status", Rule::Scalar)
                    .absent(Absent::Is("\"Disabled\""))
                    .availability(),
                Attr::new(
                    "filter",
                    Rule::Block(&[PREFIX, Attr::new("tags", Rule::Map).availability()]),
                )
                .availability(),
                Attr::new(
                    "destination",
                    Rule::Block(&[
                        Attr::new("account_id", Rule::Scalar)
                            .absent(Absent::Empty)
                            .security(),
                        BUCKET,
                        REPLICA_KEY,
                        STORAGE_CLASS,
                        OWNER,
                        Attr::new("metrics", Rule::Block(&[MINUTES, STATUS])),
                        Attr::new("replication_time", Rule::Block(&[MINUTES, STATUS])),
                    ]),
                )
                .security(),
                Attr::new(
                    "source_selection_criteria",
                    Rule::Block(&[Attr::new(
                        "sse_kms_encrypted_objects",
                        Rule::Block(&[Attr::new("enabled", Rule::Scalar).availability()]),
                    )]),
                )
                .availability(),
            ],
        },
    )
    .security(),
];

/// A block of one argument `status`, which S3 leaves out where it is off.
const SWITCH: Rule = Rule::Block(&[Attr::new("status", Rule::Scalar)
    .absent(Absent::Is("\"Disabled\""))
    .availability()]);

pub(super) const REPLICATION: Type = part(
    "aws_s3_bucket_replication_configuration",
    &[
        NAME,
        REGION,
        ID,
        ROLE,
        Attr::skip(
            "token",
            "handed over with one request, which S3 does not keep",
        ),
        Attr::new(
            "rule",
            Rule::Blocks {
                by: &["id"],
                attributes: &[
                    Attr::new("id", Rule::Scalar),
                    PREFIX,
                    PRIORITY,
                    STATUS,
                    Attr::new("delete_marker_replication", SWITCH).availability(),
                    Attr::new("existing_object_replication", SWITCH).availability(),
                    Attr::new(
                        "destination",
                        Rule::Block(&[
                            Attr::new("account", Rule::Scalar)
                                .absent(Absent::Empty)
                                .security(),
                            BUCKET,
                            STORAGE_CLASS,
                            OWNER,
                            Attr::new("encryption_configuration", Rule::Block(&[REPLICA_KEY]))
                                .security(),
                            Attr::new(
                                "metrics",
                                Rule::Block(&[
                                    Attr::new("status", Rule::Scalar),
                                    Attr::new("event_threshold", Rule::Block(&[MINUTES])),
                                ]),
                            ),
                            Attr::new(
                                "replication_time",
                                Rule::Block(&[
                                    Attr::new("status", Rule::Scalar).availability(),
                                    Attr::new("time", Rule::Block(&[MINUTES])),
                                ]),
                            ),
                        ]),
                    )
                    .security(),
                    Attr::new(
                        "filter",
                        Rule::Block(&[
                            PREFIX,
                            Attr::new(
                                "and",
                                Rule::Block(&[PREFIX, Attr::new("tags", Rule::Map).availability()]),
                            ),
                            Attr::new(
                                "tag",
                                Rule::Block(&[
                                    Attr::new("key", Rule::Scalar).availability(),
                                    Attr::new("value", Rule::Scalar).availability(),
                                ]),
                            ),
                        ]),
                    )
                    .availability(),
                    Attr::new(
                        "source_selection_criteria",
                        Rule::Block(&[
                            Attr::new("replica_modifications", SWITCH).availability(),
                            Attr::new("sse_kms_encrypted_objects", SWITCH).availability(),
                        ]),
                    )
                    .availability(),
                ],
            },
        )
        .security(),
    ],
);

//! When objects move to another storage class, and when they end.

use super::super::{Absent, Attr, Rule, Type};
use super::{EXPECTED_OWNER, ID, NAME, REGION, named, part, same};

const DATE: Attr = Attr::new("date", Rule::Custom(same::date)).absent(Absent::Empty);
const DAYS: Attr = Attr::new("days", Rule::Scalar);

const EXPIRATION: Attr = Attr::new(
    "expiration",
    Rule::Block(&[
        DATE.availability(),
        DAYS.availability(),
        Attr::new("expired_object_delete_marker", Rule::Scalar).cost(),
    ]),
)
.availability();

/// A rule may move objects by days or on a date, several times; what is alike is paired.
const TRANSITION: Attr = Attr::new(
    "transition",
    Rule::Blocks {
        by: &["storage_class"],
        attributes: &[
            DATE.cost(),
            DAYS.cost(),
            Attr::new("storage_class", Rule::Scalar).cost(),
        ],
    },
)
.cost();

/// One rule in the bucket itself (provider 3, and computed later); the order of rules has no meaning.
pub(super) const INLINE_RULE: &[Attr] = &[
    Attr::new("id", Rule::Scalar),
    Attr::new("enabled", Rule::Scalar).cost(),
    Attr::new("prefix", Rule::Scalar).availability(),
    Attr::new("tags", Rule::Map).availability(),
    Attr::new("abort_incomplete_multipart_upload_days", Rule::Scalar).cost(),
    EXPIRATION,
    TRANSITION,
    Attr::new(
        "noncurrent_version_expiration",
        Rule::Block(&[Attr::new("days", Rule::Scalar).availability()]),
    )
    .availability(),
    Attr::new(
        "noncurrent_version_transition",
        Rule::Blocks {
            by: &["storage_class"],
            attributes: &[DAYS.cost(), Attr::new("storage_class", Rule::Scalar).cost()],
        },
    )
    .cost(),
];

const LARGER: Attr = Attr::new("object_size_greater_than", Rule::Scalar).availability();
const SMALLER: Attr = Attr::new("object_size_less_than", Rule::Scalar).availability();
const PREFIX: Attr = Attr::new("prefix", Rule::Scalar).availability();
const NEWER: Attr = Attr::new("newer_noncurrent_versions", Rule::Scalar).availability();

pub(super) const LIFECYCLE: Type = part(
    "aws_s3_bucket_lifecycle_configuration",
    &[
        NAME,
        REGION,
        ID,
        EXPECTED_OWNER,
        Attr::skip("timeouts", "how long the provider waits"),
        Attr::new("transition_default_minimum_object_size", Rule::Scalar)
            .absent(Absent::Is("\"all_storage_classes_128K\""))
            .cost(),
        Attr::new(
            "rule",
            Rule::Blocks {
                by: &["id"],
                attributes: &[
                    Attr::new("id", Rule::Scalar),
                    Attr::new("status", Rule::Scalar).cost(),
                    PREFIX,
                    Attr::new(
                        "abort_incomplete_multipart_upload",
                        Rule::Block(&[Attr::new("days_after_initiation", Rule::Scalar).cost()]),
                    )
                    .cost(),
                    EXPIRATION,
                    TRANSITION,
                    Attr::new(
                        "filter",
                        Rule::Block(&[
                            LARGER,
                            SMALLER,
                            PREFIX,
                            Attr::new(
                                "tag",
                                Rule::Block(&[
                                    Attr::new("key", Rule::Scalar).availability(),
                                    Attr::new("value", Rule::Scalar).availability(),
                                ]),
                            ),
                            Attr::new(
                                "and",
                                Rule::Block(&[
                                    LARGER,
                                    SMALLER,
                                    PREFIX,
                                    Attr::new("tags", Rule::Map).availability(),
                                ]),
                            ),
                        ]),
                    )
                    .availability(),
                    Attr::new(
                        "noncurrent_version_expiration",
                        Rule::Block(&[
                            NEWER,
                            Attr::new("noncurrent_days", Rule::Scalar).availability(),
                        ]),
                    )
                    .availability(),
                    Attr::new(
                        "noncurrent_version_transition",
                        Rule::Blocks {
                            by: &["storage_class"],
                            attributes: &[
                                NEWER,
                                Attr::new("noncurrent_days", Rule::Scalar).cost(),
                                Attr::new("storage_class", Rule::Scalar).cost(),
                            ],
                        },
                    )
                    .cost(),
                ],
            },
        )
        .cost(),
    ],
);

pub(super) const INTELLIGENT_TIERING: Type = named(
    "aws_s3_bucket_intelligent_tiering_configuration",
    &[
        NAME,
        REGION,
        ID,
        Attr::new("name", Rule::Scalar),
        Attr::new("status", Rule::Scalar)
            .absent(Absent::Is("\"Enabled\""))
            .cost(),
        Attr::new(
            "filter",
            Rule::Block(&[PREFIX, Attr::new("tags", Rule::Map).cost()]),
        )
        .cost(),
        Attr::new(
            "tiering",
            Rule::Blocks {
                by: &["access_tier"],
                attributes: &[
                    Attr::new("access_tier", Rule::Scalar).cost(),
                    Attr::new("days", Rule::Scalar).cost(),
                ],
            },
        )
        .cost(),
    ],
);

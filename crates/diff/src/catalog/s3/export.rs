//! Reports about a bucket: inventory, metrics, analytics.

use super::super::{Absent, Attr, Rule, Type};
use super::{ID, NAME, REGION, named, same};

const CONFIGURATION: Attr = Attr::new("name", Rule::Scalar);
const PREFIX: Attr = Attr::new("prefix", Rule::Scalar);
const TAGS: Attr = Attr::new("tags", Rule::Map);

pub(super) const INVENTORY: Type = named(
    "aws_s3_bucket_inventory",
    &[
        NAME,
        REGION,
        ID,
        CONFIGURATION,
        Attr::new("enabled", Rule::Scalar)
            .absent(Absent::Never)
            .availability(),
        Attr::new("included_object_versions", Rule::Scalar),
        Attr::new("optional_fields", Rule::Set),
        Attr::new("filter", Rule::Block(&[PREFIX])),
        Attr::new(
            "schedule",
            Rule::Block(&[Attr::new("frequency", Rule::Scalar)]),
        ),
        Attr::new(
            "destination",
            Rule::Block(&[Attr::new(
                "bucket",
                Rule::Block(&[
                    Attr::new("account_id", Rule::Scalar)
                        .absent(Absent::Empty)
                        .security(),
                    Attr::new("bucket_arn", Rule::Scalar).security(),
                    Attr::new("format", Rule::Scalar),
                    PREFIX,
                    Attr::new(
                        "encryption",
                        Rule::Block(&[
                            Attr::new(
                                "sse_kms",
                                Rule::Block(&[Attr::new("key_id", Rule::Custom(same::key))
                                    .absent(Absent::Empty)
                                    .security()]),
                            )
                            .security(),
                            Attr::new("sse_s3", Rule::Custom(same::presence))
                                .absent(Absent::Never)
                                .security(),
                        ]),
                    )
                    .security(),
                ]),
            )
            .security()]),
        )
        .security(),
    ],
);

pub(super) const METRIC: Type = named(
    "aws_s3_bucket_metric",
    &[
        NAME,
        REGION,
        ID,
        CONFIGURATION,
        Attr::new(
            "filter",
            Rule::Block(&[
                Attr::new("access_point", Rule::Scalar).absent(Absent::Empty),
                PREFIX,
                TAGS,
            ]),
        ),
    ],
);

pub(super) const ANALYTICS: Type = named(
    "aws_s3_bucket_analytics_configuration",
    &[
        NAME,
        REGION,
        ID,
        CONFIGURATION,
        Attr::new("filter", Rule::Block(&[PREFIX, TAGS])),
        Attr::new(
            "storage_class_analysis",
            Rule::Block(&[Attr::new(
                "data_export",
                Rule::Block(&[
                    Attr::new("output_schema_version", Rule::Scalar),
                    Attr::new(
                        "destination",
                        Rule::Block(&[Attr::new(
                            "s3_bucket_destination",
                            Rule::Block(&[
                                Attr::new("bucket_account_id", Rule::Scalar)
                                    .absent(Absent::Empty)
                                    .security(),
                                Attr::new("bucket_arn", Rule::Scalar).security(),
                                Attr::new("format", Rule::Scalar),
                                PREFIX,
                            ]),
                        )
                        .security()]),
                    )
                    .security(),
                ]),
            )]),
        ),
    ],
);

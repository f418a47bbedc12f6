//! Models.

use super::super::{Absent, Attr, Rule, Type};
use super::{ARN, ID, NAME, REGION, TAGS, TAGS_ALL, named};

const S3_SOURCE: Attr = Attr::new(
    "s3_data_source",
    Rule::OrderedBlocks(&[
        Attr::new("compression_type", Rule::Scalar).availability(),
        Attr::new("s3_data_type", Rule::Scalar).availability(),
        Attr::new("s3_uri", Rule::Scalar).security(),
        Attr::new(
            "model_access_config",
            Rule::Block(&[Attr::new("accept_eula", Rule::Scalar)]),
        ),
    ]),
)
.security();

const CONTAINER: &[Attr] = &[
    Attr::new("container_hostname", Rule::Scalar),
    Attr::new("environment", Rule::Map).security().secret(),
    Attr::new("image", Rule::Scalar).security(),
    Attr::new("inference_specification_name", Rule::Scalar),
    Attr::new("mode", Rule::Scalar).absent(Absent::Is("\"SingleModel\"")),
    Attr::new("model_data_url", Rule::Scalar).security(),
    Attr::new("model_package_name", Rule::Scalar).security(),
    Attr::new(
        "additional_model_data_source",
        Rule::Blocks {
            by: &["channel_name"],
            attributes: &[Attr::new("channel_name", Rule::Scalar), S3_SOURCE],
        },
    )
    .security(),
    Attr::new(
        "image_config",
        Rule::Block(&[
            Attr::new("repository_access_mode", Rule::Scalar)
                .absent(Absent::Is("\"Platform\""))
                .security(),
            Attr::new(
                "repository_auth_config",
                Rule::Block(&[
                    Attr::new("repository_credentials_provider_arn", Rule::Scalar).security(),
                ]),
            )
            .security(),
        ]),
    )
    .security(),
    Attr::new("model_data_source", Rule::Block(&[S3_SOURCE])).security(),
    Attr::new(
        "multi_model_config",
        Rule::Block(&[
            Attr::new("model_cache_setting", Rule::Scalar).absent(Absent::Is("\"Enabled\""))
        ]),
    ),
];

pub(super) const MODEL: Type = named(
    "aws_sagemaker_model",
    &[
        ARN,
        ID,
        NAME,
        REGION,
        TAGS,
        TAGS_ALL,
        Attr::new("enable_network_isolation", Rule::Scalar).security(),
        Attr::new("execution_role_arn", Rule::Scalar).security(),
        // Requests go through the containers in this order.
        Attr::new("container", Rule::OrderedBlocks(CONTAINER)).security(),
        Attr::new("primary_container", Rule::Block(CONTAINER)).security(),
        Attr::new(
            "inference_execution_config",
            Rule::Block(&[Attr::new("mode", Rule::Scalar)
                .absent(Absent::Is("\"Serial\""))
                .availability()]),
        )
        .availability(),
        Attr::new(
            "vpc_config",
            Rule::Block(&[
                Attr::new("security_group_ids", Rule::Set).security(),
                Attr::new("subnets", Rule::Set).security(),
            ]),
        )
        .security(),
    ],
);

//! Endpoint configurations.

use super::super::s3::kms_key;
use super::super::{Absent, Attr, Rule, Type};
use super::{ARN, ID, NAME, REGION, TAGS, TAGS_ALL, named};

const KMS_KEY_ID: Attr = Attr::new("kms_key_id", Rule::Custom(kms_key))
    .absent(Absent::Empty)
    .security();

const VARIANT: &[Attr] = &[
    Attr::new("accelerator_type", Rule::Scalar).cost(),
    Attr::new(
        "container_startup_health_check_timeout_in_seconds",
        Rule::Scalar,
    )
    .availability(),
    Attr::new("enable_ssm_access", Rule::Scalar).security(),
    Attr::new("inference_ami_version", Rule::Scalar),
    Attr::new("initial_instance_count", Rule::Scalar).cost(),
    Attr::new("initial_variant_weight", Rule::Scalar).availability(),
    Attr::new("instance_type", Rule::Scalar).cost(),
    Attr::new("model_data_download_timeout_in_seconds", Rule::Scalar).availability(),
    Attr::new("model_name", Rule::Scalar).security(),
    Attr::new("variant_name", Rule::Scalar).availability(),
    Attr::new("volume_size_in_gb", Rule::Scalar).cost(),
    Attr::new(
        "capacity_reservation_config",
        Rule::Block(&[
            Attr::new("capacity_reservation_preference", Rule::Scalar).cost(),
            Attr::new("ml_reservation_arn", Rule::Scalar).cost(),
        ]),
    )
    .cost(),
    Attr::new(
        "core_dump_config",
        Rule::Block(&[
            Attr::new("destination_s3_uri", Rule::Scalar).security(),
            KMS_KEY_ID,
        ]),
    )
    .security(),
    Attr::new(
        "managed_instance_scaling",
        Rule::Block(&[
            Attr::new("max_instance_count", Rule::Scalar).cost(),
            Attr::new("min_instance_count", Rule::Scalar).cost(),
            Attr::new("status", Rule::Scalar)
                .absent(Absent::Is("\"DISABLED\""))
                .cost(),
        ]),
    )
    .cost(),
    Attr::new(
        "routing_config",
        Rule::Block(&[Attr::new("routing_strategy", Rule::Scalar)
            .absent(Absent::Is("\"RANDOM\""))
            .availability()]),
    )
    .availability(),
    Attr::new(
        "serverless_config",
        Rule::Block(&[
            Attr::new("max_concurrency", Rule::Scalar).availability(),
            Attr::new("memory_size_in_mb", Rule::Scalar).cost(),
            Attr::new("provisioned_concurrency", Rule::Scalar).cost(),
        ]),
    )
    .cost(),
];

pub(super) const ENDPOINT_CONFIGURATION: Type = named(
    "aws_sagemaker_endpoint_configuration",
    &[
        ARN,
        ID,
        NAME,
        REGION,
        TAGS,
        TAGS_ALL,
        Attr::skip("name_prefix", "only used to make up a name"),
        Attr::new("execution_role_arn", Rule::Scalar).security(),
        Attr::new("kms_key_arn", Rule::Custom(kms_key))
            .absent(Absent::Empty)
            .security(),
        Attr::new(
            "async_inference_config",
            Rule::Block(&[
                Attr::new(
                    "client_config",
                    Rule::Block(&[Attr::new(
                        "max_concurrent_invocations_per_instance",
                        Rule::Scalar,
                    )
                    .availability()]),
                ),
                Attr::new(
                    "output_config",
                    Rule::Block(&[
                        KMS_KEY_ID,
                        Attr::new("s3_failure_path", Rule::Scalar).security(),
                        Attr::new("s3_output_path", Rule::Scalar).security(),
                        Attr::new(
                            "notification_config",
                            Rule::Block(&[
                                Attr::new("error_topic", Rule::Scalar).security(),
                                Attr::new("include_inference_response_in", Rule::Set).security(),
                                Attr::new("success_topic", Rule::Scalar).security(),
                            ]),
                        )
                        .security(),
                    ]),
                )
                .security(),
            ]),
        )
        .security(),
        Attr::new(
            "data_capture_config",
            Rule::Block(&[
                Attr::new("destination_s3_uri", Rule::Scalar).security(),
                Attr::new("enable_capture", Rule::Scalar).security(),
                Attr::new("initial_sampling_percentage", Rule::Scalar).security(),
                KMS_KEY_ID,
                Attr::new(
                    "capture_content_type_header",
                    Rule::Block(&[
                        Attr::new("csv_content_types", Rule::Set),
                        Attr::new("json_content_types", Rule::Set),
                    ]),
                ),
                Attr::new(
                    "capture_options",
                    Rule::Blocks {
                        by: &["capture_mode"],
                        attributes: &[Attr::new("capture_mode", Rule::Scalar).security()],
                    },
                )
                .security(),
            ]),
        )
        .security(),
        Attr::new(
            "production_variants",
            Rule::Blocks {
                by: &["variant_name"],
                attributes: VARIANT,
            },
        )
        .availability(),
        Attr::new(
            "shadow_production_variants",
            Rule::Blocks {
                by: &["variant_name"],
                attributes: VARIANT,
            },
        )
        .availability(),
    ],
);

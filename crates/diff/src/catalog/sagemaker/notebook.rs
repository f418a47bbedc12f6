//! Notebook instances and what they run when they are made and started.

use super::super::s3::kms_key;
use super::super::{Absent, Attr, Key, Rule, Type};
use super::{ARN, ID, NAME, REGION, TAGS, TAGS_ALL, named};

pub(super) const INSTANCE: Type = named(
    "aws_sagemaker_notebook_instance",
    &[
        ARN,
        ID,
        NAME,
        REGION,
        TAGS,
        TAGS_ALL,
        Attr::new("additional_code_repositories", Rule::Set).security(),
        Attr::new("default_code_repository", Rule::Scalar).security(),
        Attr::new("direct_internet_access", Rule::Scalar)
            .absent(Absent::Is("\"Enabled\""))
            .security(),
        Attr::new("instance_type", Rule::Scalar).cost(),
        Attr::new("kms_key_id", Rule::Custom(kms_key))
            .absent(Absent::Empty)
            .security(),
        Attr::new("lifecycle_config_name", Rule::Scalar)
            .absent(Absent::Empty)
            .security(),
        Attr::new("platform_identifier", Rule::Scalar),
        Attr::new("role_arn", Rule::Scalar).security(),
        Attr::new("root_access", Rule::Scalar)
            .absent(Absent::Is("\"Enabled\""))
            .security(),
        Attr::new("security_groups", Rule::Set).security(),
        Attr::new("subnet_id", Rule::Scalar).security(),
        Attr::new("volume_size", Rule::Scalar)
            .absent(Absent::Is("5"))
            .cost(),
        Attr::new(
            "instance_metadata_service_configuration",
            Rule::Block(&[
                Attr::new("minimum_instance_metadata_service_version", Rule::Scalar)
                    .absent(Absent::Is("\"1\""))
                    .security(),
            ]),
        )
        .security(),
    ],
);

/// What runs as root, in base64: it may hold credentials.
pub(super) const LIFECYCLE_CONFIGURATION: Type = Type {
    name: "aws_sagemaker_notebook_instance_lifecycle_configuration",
    key: Key::Attribute("id"),
    attributes: &[
        ARN,
        ID,
        NAME,
        REGION,
        TAGS,
        TAGS_ALL,
        Attr::new("on_create", Rule::Scalar)
            .absent(Absent::Empty)
            .security()
            .secret(),
        Attr::new("on_start", Rule::Scalar)
            .absent(Absent::Empty)
            .security()
            .secret(),
    ],
    global: false,
    unmanaged: false,
};

//! The parts of a bucket: which call tells of each, and what it means when there is none.

/// One part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Acceleration,
    Acl,
    Analytics,
    Cors,
    Encryption,
    IntelligentTiering,
    Inventory,
    Lifecycle,
    Logging,
    Metric,
    Notification,
    ObjectLock,
    Ownership,
    Payment,
    Policy,
    PublicAccess,
    Replication,
    Tags,
    Versioning,
    Website,
}

/// What is known of a part.
#[derive(Debug)]
pub(super) struct About {
    pub(super) part: Part,
    /// The action as IAM names it.
    pub(super) action: &'static str,
    /// Terraform's type of its own.
    pub(super) kind: Option<&'static str>,
    /// Attributes of the bucket itself.
    pub(super) inline: &'static [&'static str],
    /// Codes that say that there is none.
    pub(super) absent: &'static [&'static str],
}

const fn about(part: Part, action: &'static str) -> About {
    About {
        part,
        action,
        kind: None,
        inline: &[],
        absent: &[],
    }
}

impl About {
    const fn kind(mut self, kind: &'static str) -> Self {
        self.kind = Some(kind);
        self
    }

    const fn inline(mut self, inline: &'static [&'static str]) -> Self {
        self.inline = inline;
        self
    }

    const fn absent(mut self, codes: &'static [&'static str]) -> Self {
        self.absent = codes;
        self
    }

    /// The part of Terraform's type `kind`.
    pub(super) fn of(kind: &str) -> Option<&'static Self> {
        PARTS.iter().find(|about| about.kind == Some(kind))
    }
}

/// The configuration of that name is not there.
const NO_CONFIGURATION: &[&str] = &["NoSuchConfiguration"];

/// Every part. Actions: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>; codes:
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>.
pub(super) const PARTS: &[About] = &[
    about(Part::Tags, "s3:GetBucketTagging")
        // Either name may be the one that the state has.
        .inline(&["tags", "tags_all"])
        .absent(&["NoSuchTagSet", "NoSuchTagSetError"]),
    about(Part::Policy, "s3:GetBucketPolicy")
        .kind("aws_s3_bucket_policy")
        .inline(&["policy"])
        .absent(&["NoSuchBucketPolicy"]),
    about(Part::Acl, super::ACL)
        .kind("aws_s3_bucket_acl")
        .inline(&["acl", "grant"]),
    about(Part::Versioning, "s3:GetBucketVersioning")
        .kind("aws_s3_bucket_versioning")
        .inline(&["versioning"]),
    about(Part::Encryption, "s3:GetEncryptionConfiguration")
        .kind("aws_s3_bucket_server_side_encryption_configuration")
        .inline(&["server_side_encryption_configuration"])
        .absent(&["ServerSideEncryptionConfigurationNotFoundError"]),
    about(Part::Lifecycle, "s3:GetLifecycleConfiguration")
        .kind("aws_s3_bucket_lifecycle_configuration")
        .inline(&["lifecycle_rule"])
        .absent(&["NoSuchLifecycleConfiguration"]),
    about(Part::Logging, "s3:GetBucketLogging")
        .kind("aws_s3_bucket_logging")
        .inline(&["logging"]),
    about(Part::Website, "s3:GetBucketWebsite")
        .kind("aws_s3_bucket_website_configuration")
        .inline(&["website"])
        .absent(&["NoSuchWebsiteConfiguration"]),
    about(Part::Cors, "s3:GetBucketCORS")
        .kind("aws_s3_bucket_cors_configuration")
        .inline(&["cors_rule"])
        .absent(&["NoSuchCORSConfiguration"]),
    about(Part::Replication, "s3:GetReplicationConfiguration")
        .kind("aws_s3_bucket_replication_configuration")
        .inline(&["replication_configuration"])
        .absent(&["ReplicationConfigurationNotFoundError"]),
    about(Part::ObjectLock, "s3:GetBucketObjectLockConfiguration")
        .kind("aws_s3_bucket_object_lock_configuration")
        .inline(&["object_lock_enabled", "object_lock_configuration"])
        .absent(&["ObjectLockConfigurationNotFoundError"]),
    // Some regions have no Transfer Acceleration, and say so.
    about(Part::Acceleration, "s3:GetAccelerateConfiguration")
        .kind("aws_s3_bucket_accelerate_configuration")
        .inline(&["acceleration_status"])
        .absent(&["MethodNotAllowed", "UnsupportedArgument"]),
    about(Part::Payment, "s3:GetBucketRequestPayment")
        .kind("aws_s3_bucket_request_payment_configuration")
        .inline(&["request_payer"]),
    about(Part::PublicAccess, "s3:GetBucketPublicAccessBlock")
        .kind("aws_s3_bucket_public_access_block")
        .absent(&["NoSuchPublicAccessBlockConfiguration"]),
    about(Part::Ownership, "s3:GetBucketOwnershipControls")
        .kind("aws_s3_bucket_ownership_controls")
        .absent(&["OwnershipControlsNotFoundError"]),
    about(Part::Notification, "s3:GetBucketNotification").kind("aws_s3_bucket_notification"),
    about(Part::Inventory, "s3:GetInventoryConfiguration")
        .kind("aws_s3_bucket_inventory")
        .absent(NO_CONFIGURATION),
    about(Part::Metric, "s3:GetMetricsConfiguration")
        .kind("aws_s3_bucket_metric")
        .absent(NO_CONFIGURATION),
    about(Part::Analytics, "s3:GetAnalyticsConfiguration")
        .kind("aws_s3_bucket_analytics_configuration")
        .absent(NO_CONFIGURATION),
    about(
        Part::IntelligentTiering,
        "s3:GetIntelligentTieringConfiguration",
    )
    .kind("aws_s3_bucket_intelligent_tiering_configuration")
    .absent(NO_CONFIGURATION),
];

//! The parts of a bucket: which call tells of each, and what it means when there is none.

use std::collections::BTreeMap;

use afterhours_aws::port_error;
use afterhours_ports::PortResult;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::said::Said;
use super::{access, content, export, lenient, lifecycle, notification, replication, website};

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
    absent: &'static [&'static str],
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

/// The answer; none where the service says by its code that there is no such thing.
fn known<T, E>(about: &About, answer: Result<T, SdkError<E, HttpResponse>>) -> PortResult<Option<T>>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error)
            if error
                .code()
                .is_some_and(|code| about.absent.contains(&code)) =>
        {
            Ok(None)
        }
        Err(error) => Err(port_error(about.action, error)),
    }
}

/// An answer that is there whenever the bucket is.
fn always<T, E>(about: &About, answer: Result<T, SdkError<E, HttpResponse>>) -> PortResult<T>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    answer.map_err(|error| port_error(about.action, error))
}

/// What came of a call whose answer other stores write in their own way.
enum Read<T> {
    Typed(T),
    Texts(BTreeMap<String, String>),
    /// The service says by its code that there is no such thing.
    Nothing,
}

fn texts<T, E>(
    about: &About,
    answer: Result<T, SdkError<E, HttpResponse>>,
    roots: &[&str],
) -> PortResult<Read<T>>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    if let Err(error) = &answer
        && let Some(texts) = lenient::members(error, roots)
    {
        return Ok(Read::Texts(texts));
    }
    Ok(known(about, answer)?.map_or(Read::Nothing, Read::Typed))
}

/// Asks for one part of a bucket; `name` is that of the configuration, where a bucket has several.
pub(super) async fn ask(
    about: &About,
    client: &Client,
    bucket: &str,
    name: &str,
) -> PortResult<Said> {
    match about.part {
        Part::Inventory | Part::Metric | Part::Analytics | Part::IntelligentTiering => {
            Box::pin(ask_for_named(about, client, bucket, name)).await
        }
        Part::Policy | Part::Acl | Part::PublicAccess | Part::Ownership => {
            Box::pin(ask_for_access(about, client, bucket)).await
        }
        Part::Versioning | Part::Acceleration | Part::Payment => {
            Box::pin(ask_for_switch(about, client, bucket)).await
        }
        _ => Box::pin(ask_for_content(about, client, bucket)).await,
    }
}

async fn ask_for_access(about: &About, client: &Client, bucket: &str) -> PortResult<Said> {
    match about.part {
        Part::Policy => {
            let answer = client.get_bucket_policy().bucket(bucket).send().await;
            let answer = known(about, answer)?;
            let policy = answer.as_ref().and_then(|answer| answer.policy());
            Ok(access::policy(policy))
        }
        Part::Acl => {
            let answer = client.get_bucket_acl().bucket(bucket).send().await;
            Ok(access::acl(&always(about, answer)?))
        }
        Part::PublicAccess => {
            let answer = client.get_public_access_block().bucket(bucket).send().await;
            let answer = known(about, answer)?;
            let found = answer
                .as_ref()
                .and_then(|answer| answer.public_access_block_configuration());
            Ok(access::public_access(found))
        }
        _ => {
            let request = client.get_bucket_ownership_controls().bucket(bucket);
            let answer = known(about, request.send().await)?;
            let found = answer
                .as_ref()
                .and_then(|answer| answer.ownership_controls());
            Ok(access::ownership(found))
        }
    }
}

async fn ask_for_named(
    about: &About,
    client: &Client,
    bucket: &str,
    name: &str,
) -> PortResult<Said> {
    match about.part {
        Part::Inventory => {
            let request = client.get_bucket_inventory_configuration();
            let answer = request.bucket(bucket).id(name).send().await;
            let answer = known(about, answer)?;
            Ok(export::inventory(
                answer
                    .as_ref()
                    .and_then(|answer| answer.inventory_configuration()),
            ))
        }
        Part::Metric => {
            let request = client.get_bucket_metrics_configuration();
            let answer = request.bucket(bucket).id(name).send().await;
            let answer = known(about, answer)?;
            Ok(export::metric(
                answer
                    .as_ref()
                    .and_then(|answer| answer.metrics_configuration()),
            ))
        }
        Part::Analytics => {
            let request = client.get_bucket_analytics_configuration();
            let answer = request.bucket(bucket).id(name).send().await;
            let answer = known(about, answer)?;
            Ok(export::analytics(
                answer
                    .as_ref()
                    .and_then(|answer| answer.analytics_configuration()),
            ))
        }
        _ => {
            let request = client.get_bucket_intelligent_tiering_configuration();
            let answer = request.bucket(bucket).id(name).send().await;
            let answer = known(about, answer)?;
            Ok(lifecycle::intelligent_tiering(answer.as_ref().and_then(
                |answer| answer.intelligent_tiering_configuration(),
            )))
        }
    }
}

/// Settings of few words, which other stores write in their own way.
async fn ask_for_switch(about: &About, client: &Client, bucket: &str) -> PortResult<Said> {
    match about.part {
        Part::Versioning => {
            let answer = client.get_bucket_versioning().bucket(bucket).send().await;
            match texts(about, answer, &["GetBucketVersioningResponse"])? {
                Read::Typed(answer) => {
                    let mfa = answer
                        .mfa_delete()
                        .map(aws_sdk_s3::types::MfaDeleteStatus::as_str);
                    let status = answer
                        .status()
                        .map(aws_sdk_s3::types::BucketVersioningStatus::as_str);
                    Ok(content::versioning(status, mfa))
                }
                Read::Texts(texts) => Ok(content::versioning(
                    texts.get("Status").map(String::as_str),
                    texts.get("MfaDelete").map(String::as_str),
                )),
                Read::Nothing => Ok(content::versioning(None, None)),
            }
        }
        Part::Acceleration => {
            let request = client.get_bucket_accelerate_configuration();
            let answer = request.bucket(bucket).send().await;
            match texts(about, answer, &["GetBucketAccelerateConfigurationResponse"])? {
                Read::Typed(answer) => {
                    let status = answer
                        .status()
                        .map(aws_sdk_s3::types::BucketAccelerateStatus::as_str);
                    Ok(content::acceleration(status))
                }
                Read::Texts(texts) => {
                    let status = texts.get("Status").map(String::as_str);
                    Ok(content::acceleration(status))
                }
                Read::Nothing => Ok(content::acceleration(None)),
            }
        }
        _ => {
            let answer = client
                .get_bucket_request_payment()
                .bucket(bucket)
                .send()
                .await;
            // A store that answers with the list of objects knows no payer but the owner.
            match texts(about, answer, &["ListBucketResult"])? {
                Read::Typed(answer) => Ok(content::payment(
                    answer.payer().map(aws_sdk_s3::types::Payer::as_str),
                )),
                Read::Texts(_) | Read::Nothing => Ok(content::payment(None)),
            }
        }
    }
}

async fn ask_for_content(about: &About, client: &Client, bucket: &str) -> PortResult<Said> {
    match about.part {
        Part::Tags => {
            let answer = client.get_bucket_tagging().bucket(bucket).send().await;
            let answer = known(about, answer)?;
            let tags = answer
                .as_ref()
                .map(aws_sdk_s3::operation::get_bucket_tagging::GetBucketTaggingOutput::tag_set);
            Ok(content::tags(tags.unwrap_or_default()))
        }
        Part::Encryption => {
            let answer = client.get_bucket_encryption().bucket(bucket).send().await;
            let answer = known(about, answer)?;
            Ok(content::encryption(answer.as_ref().and_then(|answer| {
                answer.server_side_encryption_configuration()
            })))
        }
        Part::ObjectLock => {
            let request = client.get_object_lock_configuration().bucket(bucket);
            let answer = known(about, request.send().await)?;
            Ok(content::object_lock(
                answer
                    .as_ref()
                    .and_then(|answer| answer.object_lock_configuration()),
            ))
        }
        Part::Logging => {
            let answer = client.get_bucket_logging().bucket(bucket).send().await;
            Ok(content::logging(always(about, answer)?.logging_enabled()))
        }
        Part::Cors => {
            let answer = client.get_bucket_cors().bucket(bucket).send().await;
            let answer = known(about, answer)?;
            Ok(content::cors(answer.as_ref().map(
                aws_sdk_s3::operation::get_bucket_cors::GetBucketCorsOutput::cors_rules,
            )))
        }
        Part::Website => {
            let answer = client.get_bucket_website().bucket(bucket).send().await;
            Ok(website::website(known(about, answer)?.as_ref()))
        }
        Part::Lifecycle => {
            let request = client.get_bucket_lifecycle_configuration().bucket(bucket);
            let answer = known(about, request.send().await)?;
            Ok(lifecycle::lifecycle(answer.as_ref()))
        }
        Part::Replication => {
            let answer = client.get_bucket_replication().bucket(bucket).send().await;
            let answer = known(about, answer)?;
            Ok(replication::replication(
                answer
                    .as_ref()
                    .and_then(|answer| answer.replication_configuration()),
            ))
        }
        _ => {
            let request = client.get_bucket_notification_configuration();
            let answer = always(about, request.bucket(bucket).send().await)?;
            Ok(notification::notification(&answer))
        }
    }
}

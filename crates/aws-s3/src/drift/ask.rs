//! Asks for one part of a bucket.

use std::collections::BTreeMap;

use afterhours_aws::port_error;
use afterhours_ports::PortResult;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::part::{About, Part};
use super::said::Said;
use super::{access, content, export, lenient, lifecycle, notification, replication, website};

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

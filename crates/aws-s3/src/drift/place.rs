//! Which buckets there are, and where.

use std::collections::{BTreeMap, BTreeSet};

use afterhours_aws::{Answer, Pages, port_error};
use afterhours_diff::Hole;
use afterhours_ports::{ErrorClass, PortResult, hole};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata as _, SdkError};
use futures_util::{StreamExt as _, stream};

use super::{ACL, CONCURRENCY, HEAD, LIST};

/// Buckets of one page ("Maximum value of 10000", and `BucketRegion` comes only with a request that has a parameter:
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html>).
const PAGE: i32 = 10_000;

/// Where a bucket is that a state names.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    /// In this region; none where the service does not say, which is then the one that was asked.
    In(Option<String>),
    /// There is no bucket of this name.
    Gone,
    /// It could not be asked for.
    Unknown(Hole),
}

/// All buckets of the account, with their regions.
pub(super) async fn list(client: &Client) -> PortResult<BTreeMap<String, Option<String>>> {
    let mut buckets = BTreeMap::new();
    let mut pages = Pages::new(LIST);
    let mut token = None;
    loop {
        let request = client
            .list_buckets()
            .max_buckets(PAGE)
            .set_continuation_token(token);
        let answer = request
            .send()
            .await
            .map_err(|error| port_error(LIST, error))?;
        for bucket in answer.buckets() {
            let name = Answer::of(LIST).text("Name", bucket.name())?;
            buckets.insert(name, bucket.bucket_region().map(str::to_owned));
        }
        token = pages.next(answer.continuation_token(), answer.buckets().len())?;
        if token.is_none() {
            return Ok(buckets);
        }
    }
}

/// Asks for each of these buckets by its name.
pub(super) async fn heads(client: &Client, names: BTreeSet<&str>) -> BTreeMap<String, Place> {
    let calls: Vec<_> = names.into_iter().map(|name| head(client, name)).collect();
    stream::iter(calls)
        .buffer_unordered(CONCURRENCY)
        .collect()
        .await
}

async fn head(client: &Client, name: &str) -> (String, Place) {
    let place = match client.head_bucket().bucket(name).send().await {
        Ok(answer) => Place::In(answer.bucket_region().map(str::to_owned)),
        Err(error) => {
            if let Some(region) = region_of(&error) {
                Place::In(Some(region))
            } else {
                let error = port_error(HEAD, error);
                if error.class == ErrorClass::NotFound {
                    gone(client, name).await
                } else {
                    Place::Unknown(hole(&error))
                }
            }
        }
    };
    (name.to_owned(), place)
}

/// Whether S3 itself says that there is no such bucket: the answer to `HeadBucket` has no body, so that its 404 may be
/// anybody's.
async fn gone(client: &Client, name: &str) -> Place {
    match client.get_bucket_acl().bucket(name).send().await {
        Ok(_) => Place::In(None),
        Err(error) if error.code() == Some("NoSuchBucket") => Place::Gone,
        Err(error) => Place::Unknown(hole(&port_error(ACL, error))),
    }
}

/// A bucket of another region answers 301 and names it
/// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>).
fn region_of<E>(error: &SdkError<E, HttpResponse>) -> Option<String> {
    let response = error.raw_response()?;
    if !matches!(response.status().as_u16(), 301 | 307) {
        return None;
    }
    let region = response.headers().get("x-amz-bucket-region")?;
    (!region.is_empty()).then(|| region.to_owned())
}

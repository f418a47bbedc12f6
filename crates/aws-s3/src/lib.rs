//! The state bucket behind its port, and Terraform states in buckets of others.

pub mod drift;
mod states;

use afterhours_aws::{Answer, Aws, Pages, Service, port_error};
use afterhours_ports::{PortError, PortResult, Precondition, PutOutcome, Store, Stored};
use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;

pub use states::{ObjectBody, ObjectVersion, Opened, Past, READ_STATE_ACTIONS, StateBucket};

/// What the adapter may call, as IAM names it; `ListObjectsV2` is `s3:ListBucket`.
pub const ACTIONS: &[&str] = &[GET, LIST, PUT];

const GET: &str = "s3:GetObject";
const LIST: &str = "s3:ListBucket";
const PUT: &str = "s3:PutObject";

/// Keys of one page (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html>, `max-keys`).
const PAGE: u32 = 1_000;

/// One bucket.
#[derive(Debug, Clone)]
pub struct S3Store {
    client: Client,
    bucket: String,
}

impl S3Store {
    /// The bucket of this name.
    pub fn new(aws: &Aws, bucket: &str) -> Self {
        let config = aws_sdk_s3::config::Builder::from(&aws.config(Service::S3))
            .force_path_style(aws.path_style())
            .build();
        Self {
            client: Client::from_conf(config),
            bucket: bucket.to_owned(),
        }
    }

    /// A missing bucket is the one thing that a person has to be told by name.
    fn named(&self, mut error: PortError) -> PortError {
        if error.code == "NoSuchBucket" {
            error.message = format!("the bucket {:?} does not exist", self.bucket);
        }
        error
    }
}

#[async_trait]
impl Store for S3Store {
    async fn get(&self, key: &str) -> PortResult<Option<Stored>> {
        let result = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await;
        let object = match result {
            Ok(object) => object,
            Err(error) if error.code() == Some("NoSuchKey") => return Ok(None),
            Err(error) => return Err(self.named(port_error(GET, error))),
        };
        let etag = Answer::of(GET).text("ETag", object.e_tag())?;
        let body = object.body.collect().await.map_err(|error| {
            let text = afterhours_aws::error_text(&error);
            Answer::of(GET).unusable(format!("the body of {key:?} broke off: {text}"))
        })?;
        Ok(Some(Stored {
            bytes: body.to_vec(),
            etag,
        }))
    }

    async fn put(&self, key: &str, json: &[u8], only_if: &Precondition) -> PortResult<PutOutcome> {
        let request = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type("application/json")
            .body(ByteStream::from(json.to_vec()));
        let request = match only_if {
            Precondition::Absent => request.if_none_match("*"),
            Precondition::Unchanged(etag) => request.if_match(etag),
        };
        match request.send().await {
            Ok(_) => Ok(PutOutcome::Written),
            Err(error) if is_conflict(&error, only_if) => Ok(PutOutcome::Conflict),
            Err(error) => Err(self.named(port_error(PUT, error))),
        }
    }

    async fn keys_after(
        &self,
        prefix: &str,
        after: &str,
        limit: Option<u32>,
    ) -> PortResult<Vec<String>> {
        let wanted = limit.map_or(usize::MAX, |limit| {
            usize::try_from(limit).unwrap_or(usize::MAX)
        });
        let page = i32::try_from(limit.unwrap_or(PAGE).min(PAGE)).unwrap_or(i32::MAX);
        let mut keys = Vec::new();
        let mut pages = Pages::new(LIST);
        let mut token = None;
        while keys.len() < wanted {
            let request = self
                .client
                .list_objects_v2()
                .bucket(&self.bucket)
                .prefix(prefix)
                .set_start_after((!after.is_empty()).then(|| after.to_owned()))
                .set_continuation_token(token)
                .max_keys(page);
            let answer = request
                .send()
                .await
                .map_err(|error| self.named(port_error(LIST, error)))?;
            for object in answer.contents() {
                keys.push(Answer::of(LIST).text("Key", object.key())?);
            }
            token = pages.next(answer.next_continuation_token(), answer.contents().len())?;
            if token.is_none() {
                break;
            }
        }
        keys.truncate(wanted);
        Ok(keys)
    }
}

/// Whether a conditional write lost: 412, or 409 where another write came in between. With `If-Match` an
/// object that was deleted answers 404 `NoSuchKey`
/// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>).
fn is_conflict<E: ProvideErrorMetadata>(
    error: &SdkError<E, aws_sdk_s3::config::http::HttpResponse>,
    only_if: &Precondition,
) -> bool {
    let status = error
        .raw_response()
        .map(|response| response.status().as_u16());
    match status {
        Some(412) => true,
        Some(409) => error.code() != Some("OperationAborted"),
        Some(404) => {
            error.code() == Some("NoSuchKey") && matches!(only_if, Precondition::Unchanged(_))
        }
        _ => false,
    }
}

//! Objects that hold Terraform states, read and never written.

use std::io::{self, Read};
use std::time::Duration;

use afterhours_aws::{Answer, Aws, Pages, Service, error_text, port_error};
use afterhours_ports::{ErrorClass, PortError, PortResult};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ServerSideEncryption;
use bytes::Bytes;
use jiff::Timestamp;
use tokio::runtime::Handle;

use crate::{GET, LIST, PAGE};

/// What reading states may call, as IAM names it. `HeadObject` is `s3:GetObject`; `HeadBucket` and `ListObjectsV2` are
/// `s3:ListBucket`, without which S3 answers 403 for an object that does not exist; the last two are only for earlier
/// versions (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>).
pub const READ_STATE_ACTIONS: &[&str] = &[GET, LIST, GET_VERSION, LIST_VERSIONS];

const GET_VERSION: &str = "s3:GetObjectVersion";
const LIST_VERSIONS: &str = "s3:ListBucketVersions";

/// So often a body that broke off is taken up again where it did.
const RESUMPTIONS: u32 = 3;

/// So long the next part of a body may take.
const PART: Duration = Duration::from_secs(30);

/// One version of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectVersion {
    /// The key.
    pub key: String,
    /// None in a bucket that never had versions.
    pub version_id: Option<String>,
    /// As given, with its quotes.
    pub etag: String,
    /// When it was written; S3 gives whole seconds.
    pub last_modified: Timestamp,
    /// In bytes.
    pub size: u64,
    /// The MD5 of the bytes in hexadecimal, where the `ETag` is that: not for multipart uploads, SSE-KMS and SSE-C
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html>), and not known from listings.
    pub md5: Option<String>,
}

/// An entry of the history of an object, the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Past {
    /// A version that can be read.
    Version(ObjectVersion),
    /// The object was deleted here.
    Deleted {
        /// When.
        at: Timestamp,
    },
}

/// What came of opening a version.
#[derive(Debug)]
pub enum Opened {
    /// Its body.
    Body(Box<ObjectBody>),
    /// Another version has taken its place.
    Changed,
    /// The object does not exist any more.
    Gone,
}

/// A bucket that states lie in.
#[derive(Debug, Clone)]
pub struct StateBucket {
    client: Client,
    bucket: String,
}

impl StateBucket {
    /// The bucket of this name, in the region of the connection.
    pub fn new(aws: &Aws, bucket: &str) -> Self {
        let config = aws_sdk_s3::config::Builder::from(&aws.config(Service::S3))
            .force_path_style(aws.path_style())
            .build();
        Self {
            client: Client::from_conf(config),
            bucket: bucket.to_owned(),
        }
    }

    /// The bucket of this name, in the region in which it is: state buckets are often elsewhere. One call, which
    /// answers with the region even where it is denied.
    ///
    /// # Errors
    /// `NotFound` for a bucket that does not exist, and what keeps any answer from coming.
    pub async fn locate(aws: &Aws, bucket: &str) -> PortResult<Self> {
        let here = Self::new(aws, bucket);
        let region = match here.client.head_bucket().bucket(bucket).send().await {
            Ok(answer) => answer.bucket_region().map(str::to_owned),
            Err(error) => match region_of(&error) {
                Some(region) => Some(region),
                None if status(&error) == Some(404) => return Err(here.no_bucket(LIST)),
                // Whether what is asked of the bucket is denied as well is for that to say.
                None if status(&error) == Some(403) => None,
                None => return Err(here.failed(LIST, error)),
            },
        };
        match region {
            Some(region) if region != aws.region() => {
                Ok(Self::new(&aws.in_region(&region), bucket))
            }
            _ => Ok(here),
        }
    }

    /// The current version of an object; none where there is no object.
    ///
    /// # Errors
    /// The call's.
    pub async fn head(&self, key: &str) -> PortResult<Option<ObjectVersion>> {
        let request = self.client.head_object().bucket(&self.bucket).key(key);
        let object = match request.send().await {
            Ok(object) => object,
            // An answer to HEAD has no body, and so no code.
            Err(error) if status(&error) == Some(404) => return Ok(None),
            Err(error) => return Err(self.failed(GET, error)),
        };
        let answer = Answer::of(GET);
        let etag = answer.text("ETag", object.e_tag())?;
        let plain = match object.server_side_encryption() {
            None | Some(ServerSideEncryption::Aes256) => object.sse_customer_algorithm().is_none(),
            Some(_) => false,
        };
        Ok(Some(ObjectVersion {
            key: key.to_owned(),
            version_id: version_id(object.version_id()),
            md5: md5(&etag).filter(|_| plain),
            etag,
            last_modified: answer.instant("Last-Modified", object.last_modified())?,
            size: size(answer, "Content-Length", object.content_length())?,
        }))
    }

    /// All objects below a prefix, as the listing knows them: without version and MD5.
    ///
    /// # Errors
    /// The call's; a listing that breaks off is no shorter listing.
    pub async fn list(&self, prefix: &str) -> PortResult<Vec<ObjectVersion>> {
        let answer = Answer::of(LIST);
        let (mut objects, mut pages, mut token) = (Vec::new(), Pages::new(LIST), None);
        loop {
            let request = self
                .client
                .list_objects_v2()
                .bucket(&self.bucket)
                .prefix(prefix)
                .set_continuation_token(token)
                .max_keys(i32::try_from(PAGE).unwrap_or(i32::MAX));
            let sent = request.send().await;
            let page = sent.map_err(|error| self.failed(LIST, error))?;
            for object in page.contents() {
                objects.push(ObjectVersion {
                    key: answer.text("Key", object.key())?,
                    version_id: None,
                    etag: answer.text("ETag", object.e_tag())?,
                    last_modified: answer.instant("LastModified", object.last_modified())?,
                    size: size(answer, "Size", object.size())?,
                    md5: None,
                });
            }
            token = pages.next(page.next_continuation_token(), page.contents().len())?;
            if token.is_none() {
                return Ok(objects);
            }
        }
    }

    /// The newest entries of the history of an object, the newest first, at most `limit`.
    ///
    /// # Errors
    /// The call's.
    pub async fn versions(&self, key: &str, limit: usize) -> PortResult<Vec<Past>> {
        let answer = Answer::of(LIST_VERSIONS);
        let page = i32::try_from(limit.clamp(1, 1_000)).unwrap_or(1_000);
        let (mut found, mut pages) = (Vec::new(), Pages::new(LIST_VERSIONS));
        let mut marker: Option<(Option<String>, Option<String>)> = None;
        loop {
            let (key_marker, version_marker) = marker.unwrap_or_default();
            let request = self
                .client
                .list_object_versions()
                .bucket(&self.bucket)
                .prefix(key)
                .set_key_marker(key_marker)
                .set_version_id_marker(version_marker)
                .max_keys(page);
            let sent = request.send().await;
            let part = sent.map_err(|error| self.failed(LIST_VERSIONS, error))?;
            let mut dated = Vec::new();
            for version in part.versions().iter().filter(|one| one.key() == Some(key)) {
                let last_modified = answer.instant("LastModified", version.last_modified())?;
                let entry = Past::Version(ObjectVersion {
                    key: key.to_owned(),
                    version_id: version_id(version.version_id()),
                    etag: answer.text("ETag", version.e_tag())?,
                    last_modified,
                    size: size(answer, "Size", version.size())?,
                    md5: None,
                });
                dated.push((last_modified, version.is_latest() == Some(true), entry));
            }
            for marker in part
                .delete_markers()
                .iter()
                .filter(|one| one.key() == Some(key))
            {
                let at = answer.instant("LastModified", marker.last_modified())?;
                dated.push((at, marker.is_latest() == Some(true), Past::Deleted { at }));
            }
            // Versions and delete markers come in lists of their own, each the newest first.
            dated.sort_by_key(|(at, is_latest, _)| std::cmp::Reverse((*is_latest, *at)));
            let items = dated.len();
            found.extend(dated.into_iter().map(|(_, _, entry)| entry));
            // Longer keys that begin with this one sort after it.
            let more = part.is_truncated() == Some(true) && part.next_key_marker() == Some(key);
            if found.len() >= limit || !more {
                found.truncate(limit);
                return Ok(found);
            }
            let version_marker = pages.next(part.next_version_id_marker(), items)?;
            if version_marker.is_none() {
                return Ok(found);
            }
            marker = Some((Some(key.to_owned()), version_marker));
        }
    }

    /// A small object as a whole; none where there is none. `limit` bytes at most are read.
    ///
    /// # Errors
    /// The call's, and an object that is larger.
    pub async fn small(
        &self,
        key: &str,
        limit: usize,
    ) -> PortResult<Option<(Vec<u8>, Option<Timestamp>)>> {
        let request = self.client.get_object().bucket(&self.bucket).key(key);
        let object = match request.send().await {
            Ok(object) => object,
            Err(error) if error.code() == Some("NoSuchKey") => return Ok(None),
            Err(error) => return Err(self.failed(GET, error)),
        };
        let written = Answer::of(GET)
            .instant("Last-Modified", object.last_modified())
            .ok();
        let bytes = self.collect(GET, key, object.body, limit).await?;
        Ok(Some((bytes, written)))
    }

    /// The first bytes of one version, at most `count`.
    ///
    /// # Errors
    /// The call's; `NotFound` for a version that was removed.
    pub async fn start(&self, version: &ObjectVersion, count: usize) -> PortResult<Vec<u8>> {
        // A range of an empty object is refused (416).
        if version.size == 0 || count == 0 {
            return Ok(Vec::new());
        }
        let action = if version.version_id.is_some() {
            GET_VERSION
        } else {
            GET
        };
        let request = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(&version.key)
            .set_version_id(version.version_id.clone())
            .if_match(&version.etag)
            .range(format!("bytes=0-{}", count - 1));
        let sent = request.send().await;
        let object = sent.map_err(|error| self.failed(action, error))?;
        let mut bytes = self
            .collect(action, &version.key, object.body, usize::MAX)
            .await?;
        bytes.truncate(count);
        Ok(bytes)
    }

    async fn collect(
        &self,
        action: &'static str,
        key: &str,
        mut body: ByteStream,
        limit: usize,
    ) -> PortResult<Vec<u8>> {
        let answer = Answer::of(action);
        let mut bytes = Vec::new();
        while let Some(part) = body.next().await {
            let part = part.map_err(|error| {
                answer.unusable(format!(
                    "the body of {key:?} broke off: {}",
                    error_text(&error)
                ))
            })?;
            if bytes.len() + part.len() > limit {
                return Err(answer.unusable(format!("{key:?} has more than {limit} bytes")));
            }
            bytes.extend_from_slice(&part);
        }
        Ok(bytes)
    }

    /// Opens the version while it is the current one.
    ///
    /// # Errors
    /// The call's.
    pub async fn open(&self, version: &ObjectVersion) -> PortResult<Opened> {
        let stream = match self.body_from(version, 0).await {
            Ok(Part::Stream(stream)) => stream,
            Ok(Part::Changed) => return Ok(Opened::Changed),
            Ok(Part::Gone) => return Ok(Opened::Gone),
            Err(error) => return Err(error),
        };
        Ok(Opened::Body(Box::new(ObjectBody {
            bucket: self.clone(),
            version: version.clone(),
            stream,
            part: Bytes::new(),
            given: 0,
            resumptions: 0,
            runtime: Handle::current(),
        })))
    }

    /// The body of the version from this byte on, while it is the current one. `If-Match` needs no right to read
    /// versions, and holds where there are none.
    async fn body_from(&self, version: &ObjectVersion, offset: u64) -> PortResult<Part> {
        let request = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(&version.key)
            .if_match(&version.etag)
            .set_range((offset > 0).then(|| format!("bytes={offset}-")));
        let object = match request.send().await {
            Ok(object) => object,
            Err(error) if status(&error) == Some(412) => return Ok(Part::Changed),
            Err(error) if error.code() == Some("NoSuchKey") => return Ok(Part::Gone),
            Err(error) => return Err(self.failed(GET, error)),
        };
        let is_other = |found: &str| {
            version
                .version_id
                .as_deref()
                .is_some_and(|known| known != found)
        };
        if object.version_id().is_some_and(is_other) {
            return Ok(Part::Changed);
        }
        Ok(Part::Stream(object.body))
    }

    fn no_bucket(&self, action: &str) -> PortError {
        PortError {
            class: ErrorClass::NotFound,
            action: action.to_owned(),
            code: "NoSuchBucket".to_owned(),
            message: format!("the bucket {:?} does not exist", self.bucket),
        }
    }

    /// A missing bucket, and one that is elsewhere, are told by name.
    fn failed<E>(&self, action: &'static str, error: SdkError<E, HttpResponse>) -> PortError
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let region = region_of(&error);
        let mut error = port_error(action, error);
        if error.code == "NoSuchBucket" {
            return self.no_bucket(action);
        }
        let elsewhere = [
            "PermanentRedirect",
            "AuthorizationHeaderMalformed",
            "IllegalLocationConstraintException",
        ];
        if let Some(region) = region.filter(|_| elsewhere.contains(&error.code.as_str())) {
            error.message = format!("the bucket {:?} is in the region {region}", self.bucket);
        }
        error
    }
}

/// What came of asking for a body.
enum Part {
    Stream(ByteStream),
    Changed,
    Gone,
}

/// The body of a version, for a thread that may block.
///
/// It is read part by part and never held as a whole. A body that breaks off is taken up again where it did, while the
/// version is the current one. Reading it on a thread that drives the runtime panics.
#[derive(Debug)]
pub struct ObjectBody {
    bucket: StateBucket,
    version: ObjectVersion,
    stream: ByteStream,
    part: Bytes,
    given: u64,
    resumptions: u32,
    runtime: Handle,
}

impl ObjectBody {
    /// The next part; none at the end.
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            let broken = match tokio::time::timeout(PART, self.stream.next()).await {
                Ok(Some(Ok(part))) if part.is_empty() => continue,
                Ok(Some(Ok(part))) => return Ok(Some(part)),
                Ok(None) if self.given >= self.version.size => return Ok(None),
                Ok(None) => "it ended".to_owned(),
                Ok(Some(Err(error))) => error_text(&error),
                Err(_) => format!("nothing came for {} seconds", PART.as_secs()),
            };
            let size = self.version.size;
            let broken = format!("after {} of {size} bytes: {broken}", self.given);
            if self.resumptions >= RESUMPTIONS {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, broken));
            }
            self.resumptions += 1;
            let changed = |what: &str| io::Error::other(format!("{broken}; then {what}"));
            self.stream = match self.bucket.body_from(&self.version, self.given).await {
                Ok(Part::Stream(stream)) => stream,
                Ok(Part::Changed) => return Err(changed("another version had taken its place")),
                Ok(Part::Gone) => return Err(changed("it was deleted")),
                Err(error) => return Err(io::Error::other(error)),
            };
        }
    }
}

impl Read for ObjectBody {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() {
            return Ok(0);
        }
        if self.part.is_empty() {
            let runtime = self.runtime.clone();
            match runtime.block_on(self.next())? {
                Some(part) => self.part = part,
                None => return Ok(0),
            }
        }
        let count = self.part.len().min(into.len());
        let now = self.part.split_to(count);
        let into = into.get_mut(..count).unwrap_or_default();
        into.copy_from_slice(&now);
        self.given = self
            .given
            .saturating_add(u64::try_from(count).unwrap_or_default());
        Ok(count)
    }
}

fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|answer| answer.status().as_u16())
}

/// Where the bucket is, as S3 says it with an error.
fn region_of<E>(error: &SdkError<E, HttpResponse>) -> Option<String> {
    let region = error.raw_response()?.headers().get("x-amz-bucket-region")?;
    Some(region.to_owned()).filter(|region| !region.is_empty())
}

/// Objects of before a bucket had versions have the version `null`, which is one like any other.
fn version_id(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

fn md5(etag: &str) -> Option<String> {
    let text = etag.trim_matches('"');
    let is_md5 = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_md5.then(|| text.to_ascii_lowercase())
}

fn size(answer: Answer, field: &str, value: Option<i64>) -> PortResult<u64> {
    let value = answer.required(field, value)?;
    u64::try_from(value)
        .map_err(|_| answer.unusable(format!("`{field}` is {value}, which is below zero")))
}

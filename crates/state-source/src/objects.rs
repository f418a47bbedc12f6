//! States in S3.

use std::io::Read;

use afterhours_aws_s3::{ObjectVersion, Opened, StateBucket};
use afterhours_tfstate::LockInfo;

use crate::SourceError;
use crate::state::{Lock, Version};

/// What Terraform adds to the key of a state for its lock (`internal/backend/remote-state/s3/client.go`).
pub(crate) const LOCK_SUFFIX: &str = ".tflock";

/// A lock is read so far; Terraform's have a few hundred bytes.
const LOCK_LIMIT: usize = 64 * 1024;

pub(crate) fn version(object: &ObjectVersion) -> Version {
    Version {
        version_id: object.version_id.clone(),
        etag: Some(object.etag.clone()),
        last_modified: Some(object.last_modified),
        size: object.size,
        content: object.md5.clone(),
    }
}

/// Without versions, the same bytes that were written again are told by their time.
pub(crate) fn is_same(was: &ObjectVersion, is: &ObjectVersion) -> bool {
    was.version_id == is.version_id && was.etag == is.etag && was.last_modified == is.last_modified
}

pub(crate) async fn current(
    source: &str,
    bucket: &StateBucket,
    key: &str,
) -> Result<Option<ObjectVersion>, SourceError> {
    let found = bucket.head(key).await;
    found.map_err(|error| SourceError::call(source, "looked at", error))
}

pub(crate) async fn open(
    source: &str,
    bucket: &StateBucket,
    object: &ObjectVersion,
) -> Result<Box<dyn Read + Send>, SourceError> {
    let state = source.to_owned();
    match bucket.open(object).await {
        Ok(Opened::Body(body)) => Ok(body),
        Ok(Opened::Changed) => Err(SourceError::Changed { state }),
        Ok(Opened::Gone) => Err(SourceError::Gone { state }),
        Err(error) => Err(SourceError::call(source, "opened", error)),
    }
}

pub(crate) async fn lock(
    source: &str,
    bucket: &StateBucket,
    key: &str,
) -> Result<Option<Lock>, SourceError> {
    let found = bucket
        .small(&format!("{key}{LOCK_SUFFIX}"), LOCK_LIMIT)
        .await;
    let found = found.map_err(|error| SourceError::call(source, "asked for its lock", error))?;
    Ok(found.map(|(text, written)| Lock {
        place: format!("{source}{LOCK_SUFFIX}"),
        written,
        content: LockInfo::parse(&text),
    }))
}

//! Earlier versions of a state.

use afterhours_aws_s3::{ObjectVersion, Past, StateBucket};
use afterhours_tfstate::{StateError, header};
use futures_util::StreamExt as _;
use futures_util::stream;
use jiff::Timestamp;

use crate::SourceError;

/// Terraform writes version, serial and lineage within the first 200 bytes.
const START: usize = 4 * 1024;

/// Versions that are read at the same time.
const AT_ONCE: usize = 8;

/// An entry of the history of a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PastVersion {
    /// A version was written.
    Written {
        /// When.
        at: Timestamp,
        /// None in a bucket without versions.
        version_id: Option<String>,
        /// In bytes.
        size: u64,
        /// Its serial, or why it is not known.
        serial: Result<u64, String>,
        /// Which state it is; none where the serial is not known.
        lineage: Option<String>,
    },
    /// The state was deleted.
    Deleted {
        /// When.
        at: Timestamp,
    },
}

pub(crate) async fn of(
    source: &str,
    bucket: &StateBucket,
    key: &str,
    limit: usize,
) -> Result<Vec<PastVersion>, SourceError> {
    let entries = bucket.versions(key, limit).await;
    let entries =
        entries.map_err(|error| SourceError::call(source, "asked for its history", error))?;
    let read = entries.into_iter().map(|entry| past(bucket, entry));
    Ok(stream::iter(read).buffered(AT_ONCE).collect().await)
}

async fn past(bucket: &StateBucket, entry: Past) -> PastVersion {
    let version = match entry {
        Past::Deleted { at } => return PastVersion::Deleted { at },
        Past::Version(version) => version,
    };
    let (serial, lineage) = match start(bucket, &version).await {
        Ok((serial, lineage)) => (Ok(serial), lineage),
        Err(error) => (Err(error), None),
    };
    PastVersion::Written {
        at: version.last_modified,
        version_id: version.version_id,
        size: version.size,
        serial,
        lineage,
    }
}

async fn start(
    bucket: &StateBucket,
    version: &ObjectVersion,
) -> Result<(u64, Option<String>), String> {
    let start = bucket.start(version, START).await;
    let start = start.map_err(|error| error.to_string())?;
    match header(start.as_slice()) {
        Ok(header) => Ok((header.serial, Some(header.lineage))),
        // In an encrypted state both stand in clear.
        Err(StateError::Encrypted {
            serial: Some(serial),
            lineage,
            ..
        }) => Ok((serial, lineage)),
        Err(StateError::Truncated { .. }) => Err(format!(
            "the first {START} bytes do not hold serial and lineage"
        )),
        Err(error) => Err(error.to_string()),
    }
}

//! One version of one state.

use std::io::Read;
use std::path::PathBuf;

use afterhours_aws_s3::{ObjectVersion, StateBucket};
use afterhours_tfstate::{LockFault, LockInfo};
use jiff::Timestamp;

use crate::SourceError;
use crate::history::{self, PastVersion};
use crate::{files, objects};

/// What tells a version from another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Version {
    /// Of a bucket with versions.
    pub version_id: Option<String>,
    /// Of an object, as given.
    pub etag: Option<String>,
    /// When it was written.
    pub last_modified: Option<Timestamp>,
    /// In bytes.
    pub size: u64,
    /// The MD5 of its bytes, where the place knows it: the same bytes have the same, which holds neither for `version_id`
    /// nor, with SSE-KMS, for `etag`.
    pub content: Option<String>,
}

/// A lock on a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// Where the lock lies.
    pub place: String,
    /// When it was written there.
    pub written: Option<Timestamp>,
    /// What it says; the state is locked even where that cannot be read.
    pub content: Result<LockInfo, LockFault>,
}

impl Lock {
    /// What it says; fields that cannot be read are empty, and its age is at least that of where it lies.
    pub fn info(&self) -> LockInfo {
        let empty = LockInfo {
            id: String::new(),
            operation: String::new(),
            info: String::new(),
            who: String::new(),
            version: String::new(),
            created: None,
            path: String::new(),
        };
        let info = self.content.clone().unwrap_or(empty);
        let created = info.created.or(self.written);
        LockInfo { created, ..info }
    }
}

/// How a state stands to the version that was listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is the current one, and not locked.
    Unchanged,
    /// Another version has taken its place.
    Changed,
    /// It was deleted.
    Gone,
    /// Somebody is about to write it.
    Locked(Box<Lock>),
}

/// One version of one state, pinned when it was listed.
#[derive(Debug, Clone)]
pub struct StateRef {
    pub(crate) source: String,
    pub(crate) workspace: Option<String>,
    pub(crate) version: Version,
    pub(crate) place: Place,
}

#[derive(Debug, Clone)]
pub(crate) enum Place {
    File {
        path: PathBuf,
        inode: u64,
    },
    Object {
        bucket: StateBucket,
        object: Box<ObjectVersion>,
    },
}

impl StateRef {
    /// As it is shown, and given as a location: a path or `s3://BUCKET/KEY`.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The workspace, where the place says it.
    pub fn workspace(&self) -> Option<&str> {
        self.workspace.as_deref()
    }

    /// What tells this version from another.
    pub const fn version(&self) -> &Version {
        &self.version
    }

    /// The lock that is on it now: `KEY.tflock` in S3, `.NAME.lock.info` beside a file. Locks in `DynamoDB` are not
    /// seen. None is ever taken.
    ///
    /// # Errors
    /// Whether there is a lock cannot be told.
    pub async fn lock(&self) -> Result<Option<Lock>, SourceError> {
        match &self.place {
            Place::File { path, .. } => files::lock(&self.source, path),
            Place::Object { bucket, object } => {
                objects::lock(&self.source, bucket, &object.key).await
            }
        }
    }

    /// Opens this very version, to be read on a thread that may block (`spawn_blocking`) and never on one that drives
    /// the runtime. It is streamed: nothing is held as a whole.
    ///
    /// # Errors
    /// [`SourceError::Changed`] and [`SourceError::Gone`] where it is not the current version any more.
    pub async fn open(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        match &self.place {
            Place::File { path, inode } => files::open(&self.source, path, &self.version, *inode),
            Place::Object { bucket, object } => objects::open(&self.source, bucket, object).await,
        }
    }

    /// Whether it is still the current version, and not locked.
    ///
    /// # Errors
    /// It cannot be told, and so nothing that was found may be taken for true.
    pub async fn standing(&self) -> Result<Standing, SourceError> {
        let now = match &self.place {
            Place::File { path, inode } => files::current(&self.source, path)?
                .map(|(version, found)| version == self.version && found == *inode),
            Place::Object { bucket, object } => objects::current(&self.source, bucket, &object.key)
                .await?
                .map(|current| objects::is_same(object, &current)),
        };
        match now {
            None => Ok(Standing::Gone),
            Some(false) => Ok(Standing::Changed),
            Some(true) => Ok(match self.lock().await? {
                Some(lock) => Standing::Locked(Box::new(lock)),
                None => Standing::Unchanged,
            }),
        }
    }

    /// Whether it is still the current version, locked or not.
    ///
    /// # Errors
    /// As [`StateRef::standing`].
    pub async fn is_unchanged(&self) -> Result<bool, SourceError> {
        Ok(matches!(
            self.standing().await?,
            Standing::Unchanged | Standing::Locked(_)
        ))
    }

    /// Its newest versions with their serials, the newest first: at most `limit`, and none where no history is kept.
    /// Of each, the first few kilobytes are read.
    ///
    /// # Errors
    /// The history cannot be listed; a version whose beginning cannot be read stands in it all the same.
    pub async fn versions(&self, limit: usize) -> Result<Vec<PastVersion>, SourceError> {
        match &self.place {
            Place::File { .. } => Ok(Vec::new()),
            Place::Object { bucket, object } => {
                history::of(&self.source, bucket, &object.key, limit).await
            }
        }
    }
}

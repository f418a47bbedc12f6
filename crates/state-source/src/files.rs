//! States in files.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use afterhours_tfstate::LockInfo;
use jiff::Timestamp;

use crate::SourceError;
use crate::state::{Lock, Version};

/// A lock is read so far; Terraform's have a few hundred bytes.
const LOCK_LIMIT: u64 = 64 * 1024;

/// The current version of a file and its inode; none where there is no file.
pub(crate) fn current(source: &str, path: &Path) -> Result<Option<(Version, u64)>, SourceError> {
    match fs::metadata(path) {
        Ok(found) => Ok(Some(version(&found))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(SourceError::file(source, "looked at", error)),
    }
}

fn version(found: &Metadata) -> (Version, u64) {
    let written = found
        .modified()
        .ok()
        .and_then(|time| Timestamp::try_from(time).ok());
    let version = Version {
        last_modified: written,
        size: found.len(),
        ..Version::default()
    };
    (version, inode(found))
}

/// A file that was replaced has another one, even if it was written in the same instant.
#[cfg(unix)]
fn inode(found: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(found)
}

#[cfg(not(unix))]
const fn inode(_found: &Metadata) -> u64 {
    0
}

pub(crate) fn open(
    source: &str,
    path: &Path,
    expected: &Version,
    inode: u64,
) -> Result<Box<dyn Read + Send>, SourceError> {
    let state = || source.to_owned();
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(SourceError::Gone { state: state() });
        }
        Err(error) => return Err(SourceError::file(source, "opened", error)),
    };
    let found = file
        .metadata()
        .map_err(|error| SourceError::file(source, "looked at", error))?;
    let (version, found) = version(&found);
    if version != *expected || found != inode {
        return Err(SourceError::Changed { state: state() });
    }
    Ok(Box::new(file))
}

/// `.NAME.lock.info` beside the file, where a leading dot of the name is dropped
/// (`internal/states/statemgr/filesystem.go` of Terraform).
pub(crate) fn lock_path(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let name = name.strip_prefix('.').unwrap_or(name);
    Some(path.with_file_name(format!(".{name}.lock.info")))
}

pub(crate) fn lock(source: &str, path: &Path) -> Result<Option<Lock>, SourceError> {
    let Some(place) = lock_path(path) else {
        return Ok(None);
    };
    let file = match File::open(&place) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(SourceError::file(source, "asked for its lock", error)),
    };
    let written = file.metadata().ok().map(|found| version(&found).0);
    let mut text = Vec::new();
    file.take(LOCK_LIMIT)
        .read_to_end(&mut text)
        .map_err(|error| SourceError::file(source, "asked for its lock", error))?;
    Ok(Some(Lock {
        place: place.display().to_string(),
        written: written.and_then(|version| version.last_modified),
        content: LockInfo::parse(&text),
    }))
}

/// Files below a directory that were found, and directories that could not be read.
#[derive(Debug, Default)]
pub(crate) struct Walk {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) faults: Vec<(PathBuf, io::Error)>,
}

/// So deep directories are looked into.
const MAX_DEPTH: u32 = 32;

/// All files below a directory, in order; links to directories are not followed.
pub(crate) fn walk(directory: &Path) -> Walk {
    let mut walk = Walk::default();
    let mut open = vec![(directory.to_path_buf(), 0)];
    while let Some((directory, depth)) = open.pop() {
        let entries = match fs::read_dir(&directory) {
            Ok(entries) => entries,
            Err(error) => {
                walk.faults.push((directory, error));
                continue;
            }
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    walk.faults.push((directory.clone(), error));
                    continue;
                }
            };
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth < MAX_DEPTH => open.push((path, depth + 1)),
                Ok(kind) if kind.is_dir() => {}
                Ok(_) => walk.files.push(path),
                Err(error) => walk.faults.push((path, error)),
            }
        }
    }
    walk.files.sort();
    walk
}

/// The workspace of `terraform.tfstate.d/WORKSPACE/terraform.tfstate`, as the local backend lays them out.
pub(crate) fn workspace(path: &Path) -> Option<String> {
    let folder = path.parent()?;
    let above = folder.parent()?.file_name()?.to_str()?;
    let name = folder.file_name()?.to_str()?;
    above.ends_with(".tfstate.d").then(|| name.to_owned())
}

//! What must hold from one version of a state to the next.

use jiff::{SignedDuration, Timestamp};

use crate::LockInfo;

/// What is remembered of a version of a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Counts its versions.
    pub serial: u64,
    /// Which state it is.
    pub lineage: String,
    /// What tells its bytes apart: a digest of them ([`crate::Digest`]). An `ETag` serves only where it is known to be
    /// one: with SSE-KMS and multipart uploads it differs for the same bytes
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html>). None where it is not known.
    pub content: Option<String>,
}

/// What does not hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum IntegrityFault {
    /// An older version was put back, or two of them race.
    SerialWentBack {
        /// What was remembered.
        from: u64,
        /// What it is.
        to: u64,
    },
    /// Another state lies in its place.
    LineageChanged {
        /// What was remembered.
        from: String,
        /// What it is.
        to: String,
    },
    /// Edited by hand, or written twice.
    SameSerialOtherBytes {
        /// The serial.
        serial: u64,
    },
    /// A lock that outlived its operation, most likely.
    StaleLock {
        /// What `terraform force-unlock` takes.
        id: String,
        /// `USER@HOST`.
        who: String,
        /// Such as `OperationTypeApply`.
        operation: String,
        /// When it was taken.
        created: Timestamp,
        /// Whole hours since then.
        hours: i64,
    },
}

/// Compares what was remembered of a state with what it is, and its lock with the clock.
///
/// Another lineage makes serials incomparable, so nothing else is said of them then. A lock whose age is not known is
/// not called stale.
pub fn integrity(
    remembered: Option<&Mark>,
    present: &Mark,
    lock: Option<&LockInfo>,
    now: Timestamp,
    stale_after: SignedDuration,
) -> Vec<IntegrityFault> {
    let mut faults = Vec::new();
    if let Some(remembered) = remembered {
        let changed = |(was, is): (&String, &String)| was != is;
        let contents = remembered.content.as_ref().zip(present.content.as_ref());
        if remembered.lineage != present.lineage {
            faults.push(IntegrityFault::LineageChanged {
                from: remembered.lineage.clone(),
                to: present.lineage.clone(),
            });
        } else if present.serial < remembered.serial {
            faults.push(IntegrityFault::SerialWentBack {
                from: remembered.serial,
                to: present.serial,
            });
        } else if present.serial == remembered.serial && contents.is_some_and(changed) {
            faults.push(IntegrityFault::SameSerialOtherBytes {
                serial: present.serial,
            });
        }
    }
    if let Some((lock, created)) = lock.and_then(|lock| Some((lock, lock.created?))) {
        let age = now.duration_since(created);
        if age > stale_after {
            faults.push(IntegrityFault::StaleLock {
                id: lock.id.clone(),
                who: lock.who.clone(),
                operation: lock.operation.clone(),
                created,
                hours: age.as_hours(),
            });
        }
    }
    faults
}

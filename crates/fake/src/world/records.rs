//! The state bucket.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use afterhours_ports::{PortResult, Precondition, PutOutcome, Stored};

use super::World;
use crate::error::not_found_as;

impl World {
    /// The content of an object; none where there is none.
    pub fn object(&self, key: &str) -> Option<&[u8]> {
        self.objects.get(key).map(Vec::as_slice)
    }

    /// All keys, in order.
    pub fn keys(&self) -> Vec<String> {
        self.objects.keys().cloned().collect()
    }

    /// Puts an object there as somebody else would, whatever is there.
    pub fn put_object(&mut self, key: &str, bytes: impl Into<Vec<u8>>) {
        self.objects.insert(key.to_owned(), bytes.into());
    }

    /// Deletes an object; one that is not there is no error.
    pub fn delete_object(&mut self, key: &str) {
        self.objects.remove(key);
    }

    /// Whether the bucket is missing: every call about it then fails with `NoSuchBucket`.
    pub const fn set_bucket_missing(&mut self, missing: bool) {
        self.bucket_missing = missing;
    }

    /// Without `s3:ListBucket`, S3 denies a read of what does not exist rather than say so.
    pub(crate) fn get_object(&self, key: &str) -> PortResult<Option<Stored>> {
        self.check_bucket("s3:GetObject")?;
        let Some(bytes) = self.objects.get(key) else {
            return self
                .permitted("s3:ListBucket", "*")
                .map(|()| None)
                .map_err(|_| crate::error::denied("s3:GetObject", key));
        };
        Ok(Some(Stored {
            bytes: bytes.clone(),
            etag: etag(bytes),
        }))
    }

    pub(crate) fn put_if(
        &mut self,
        key: &str,
        json: &[u8],
        only_if: &Precondition,
    ) -> PortResult<PutOutcome> {
        self.check_bucket("s3:PutObject")?;
        let holds = match (only_if, self.objects.get(key)) {
            (Precondition::Absent, found) => found.is_none(),
            (Precondition::Unchanged(seen), Some(found)) => *seen == etag(found),
            // S3 answers 404 here; the port knows no such outcome of a write.
            (Precondition::Unchanged(_), None) => false,
        };
        if !holds {
            return Ok(PutOutcome::Conflict);
        }
        self.objects.insert(key.to_owned(), json.to_vec());
        Ok(PutOutcome::Written)
    }

    pub(crate) fn list_keys(
        &self,
        prefix: &str,
        after: &str,
        limit: Option<u32>,
    ) -> PortResult<Vec<String>> {
        self.check_bucket("s3:ListBucket")?;
        let limit = limit.map_or(usize::MAX, |limit| limit as usize);
        let wanted = |key: &&String| key.starts_with(prefix) && key.as_str() > after;
        Ok(self
            .objects
            .keys()
            .filter(wanted)
            .take(limit)
            .cloned()
            .collect())
    }

    fn check_bucket(&self, action: &str) -> PortResult<()> {
        if self.bucket_missing {
            let text = "The specified bucket does not exist";
            return Err(not_found_as(action, "NoSuchBucket", text));
        }
        Ok(())
    }
}

/// As in S3 a function of the content: what was written back as it was has the same again.
fn etag(bytes: &[u8]) -> String {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, bytes).hash(&mut hasher);
        hasher.finish()
    };
    format!("\"{:016x}{:016x}\"", half(0), half(1))
}

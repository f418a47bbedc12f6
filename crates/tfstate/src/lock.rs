//! Who holds a state.

use jiff::Timestamp;
use serde_json::Value;

/// The content of a lock: `KEY.tflock` in S3, `.NAME.lock.info` beside a file
/// (`internal/states/statemgr/locker.go` of Terraform).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockInfo {
    /// A UUID; `terraform force-unlock` takes it.
    pub id: String,
    /// Such as `OperationTypeApply`.
    pub operation: String,
    /// What the holder added; mostly empty.
    pub info: String,
    /// `USER@HOST`.
    pub who: String,
    /// Of the Terraform that took it.
    pub version: String,
    /// When it was taken; none where that is absent or no instant.
    pub created: Option<Timestamp>,
    /// Of the state; for S3 `BUCKET/KEY`.
    pub path: String,
}

/// A lock whose content cannot be read; the state is locked all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the content of the lock is {found}; accepted: an object with `ID`, as Terraform writes it"
)]
pub struct LockFault {
    /// What it is.
    pub found: &'static str,
}

impl LockInfo {
    /// Reads the content of a lock.
    ///
    /// # Errors
    /// [`LockFault`] for content that is no lock.
    pub fn parse(text: &[u8]) -> Result<Self, LockFault> {
        if text.trim_ascii().is_empty() {
            return Err(LockFault { found: "empty" });
        }
        let lock: Value =
            serde_json::from_slice(text).map_err(|_| LockFault { found: "no JSON" })?;
        let field = |name: &str| {
            let text = lock.get(name).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let id = field("ID");
        if id.is_empty() {
            return Err(LockFault {
                found: "JSON without `ID`",
            });
        }
        Ok(Self {
            id,
            operation: field("Operation"),
            info: field("Info"),
            who: field("Who"),
            version: field("Version"),
            created: field("Created").parse().ok(),
            path: field("Path"),
        })
    }
}

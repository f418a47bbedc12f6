//! Why something is no state that can be read, and what to do about it.

use std::fmt;

/// A state that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The source failed.
    #[error("the state could not be read on after {offset} bytes")]
    Io {
        /// Bytes that were read before.
        offset: u64,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// There is nothing in it.
    #[error(
        "the state is empty (no bytes, or blanks only); a state that was never written has no file at all: \
         restore an earlier version, or leave this one out"
    )]
    Empty,
    /// It is no JSON at all.
    #[error("this is no Terraform state but {0}")]
    NotJson(NotJson),
    /// It is JSON of another kind.
    #[error("this is JSON, but no Terraform state: {0}")]
    Foreign(Foreign),
    /// It is JSON up to somewhere.
    #[error(
        "the state is damaged at byte {offset}: expected {expected}; restore an earlier version of it \
         (merge markers and edits by hand are the usual cause)"
    )]
    Malformed {
        /// Where, counted from 0.
        offset: u64,
        /// What JSON has there.
        expected: &'static str,
    },
    /// It ends in the middle.
    #[error(
        "the state ends in the middle, after {offset} bytes: {instances} instances were whole{}; \
         read it again, or restore an earlier version", Last(.last.as_deref())
    )]
    Truncated {
        /// Its length.
        offset: u64,
        /// Instances that were whole.
        instances: u64,
        /// The last whole one.
        last: Option<String>,
    },
    /// A version from before Terraform 0.12.
    #[error(
        "the state has version {version}{}, and only version 4 is read; \
         Terraform 0.12 or later writes it as version 4 on its next apply", Writer(.terraform_version.as_deref())
    )]
    OldVersion {
        /// 1, 2 or 3.
        version: u64,
        /// What wrote it.
        terraform_version: Option<String>,
    },
    /// A version that is not known yet.
    #[error(
        "the state has version {version}{}, and only version 4 is read; a newer version of this tool is needed",
        Writer(.terraform_version.as_deref())
    )]
    NewVersion {
        /// More than 4.
        version: u64,
        /// What wrote it.
        terraform_version: Option<String>,
    },
    /// Encrypted by `OpenTofu` (`internal/encryption/base.go`).
    #[error(
        "the state is encrypted by OpenTofu (serial {}, key providers: {}); it is not decrypted here: \
         `tofu state pull` gives it in clear", Known(*.serial), Names(.key_providers)
    )]
    Encrypted {
        /// It stands in clear.
        serial: Option<u64>,
        /// It stands in clear.
        lineage: Option<String>,
        /// Names of the key providers, in order, such as `key_provider.aws_kms.main`.
        key_providers: Vec<String>,
        /// `v0`.
        encryption_version: Option<String>,
    },
    /// The file in which `terraform init` notes where the state is.
    #[error(
        "this is no state but a note of `terraform init` that it is in the backend {kind:?}; give the state itself{}",
        Given(.location.as_deref())
    )]
    Backend {
        /// Such as `s3`.
        kind: String,
        /// `s3://BUCKET/KEY`, or the path of a local state.
        location: Option<String>,
    },
    /// A field of the header is wrong.
    #[error("`{field}` of the state is {found}; accepted: {accepted}")]
    Field {
        /// Which.
        field: &'static str,
        /// What it is.
        found: String,
        /// What it may be.
        accepted: &'static str,
    },
    /// The callback asked to stop.
    #[error("reading was stopped")]
    Stopped,
}

/// What it is if it is no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotJson {
    /// A page, most often of a proxy or a sign-in.
    Html,
    /// An answer of S3, most often.
    Xml,
    /// YAML.
    Yaml,
    /// Compressed.
    Gzip,
    /// A saved plan is a zip.
    Zip,
    /// As Windows `PowerShell` redirects.
    Utf16,
    /// UTF-8 with a byte order mark.
    ByteOrderMark,
    /// `.terraform.lock.hcl`.
    ProviderLock,
    /// A configuration.
    Hcl,
    /// A pointer of Git LFS.
    LfsPointer,
    /// Neither text nor known.
    Binary,
    /// Some text.
    Text,
}

impl fmt::Display for NotJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Html => "an HTML page; something in between (a proxy, a sign-in) answered in place of the state",
            Self::Xml => "XML; most often an error answer of S3 that was saved in place of the state",
            Self::Yaml => "YAML; give the JSON that `terraform state pull` prints",
            Self::Gzip => "compressed by gzip; decompress it first",
            Self::Zip => "a zip, as `terraform plan -out` writes; give the state, not the plan",
            Self::Utf16 => "UTF-16 text, as redirecting in PowerShell writes; save it as UTF-8",
            Self::ByteOrderMark => "text with a byte order mark, which Terraform refuses too; save it as UTF-8 without",
            Self::ProviderLock => "the lock file of providers (.terraform.lock.hcl); give the state",
            Self::Hcl => "a configuration in HCL; give the state that belongs to it",
            Self::LfsPointer => "a pointer of Git LFS; fetch the file itself with `git lfs pull`",
            Self::Binary => "binary data; give the JSON that `terraform state pull` prints",
            Self::Text => "some other text; give the JSON that `terraform state pull` prints",
        })
    }
}

/// What it is if it is JSON of another kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Foreign {
    /// `terraform show -json PLAN`.
    Plan,
    /// `terraform show -json` of a state.
    ShownState,
    /// The content of a lock (`ID`, `Operation`, `Who`, …).
    LockInfo,
    /// `terraform providers schema -json`.
    ProviderSchemas,
    /// A list.
    List,
    /// A single text, number or the like.
    Scalar,
    /// An object; its first keys.
    Object(Vec<String>),
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan => f.write_str(
                "it is a plan as `terraform show -json` prints it; give the state (`terraform state pull`)",
            ),
            Self::ShownState => f.write_str(
                "it is the output of `terraform show -json`; give what `terraform state pull` prints",
            ),
            Self::LockInfo => f.write_str("it is a state lock; give the state that it locks"),
            Self::ProviderSchemas => f.write_str("it is the output of `terraform providers schema -json`"),
            Self::List => f.write_str("it is a list; a state is an object with `version` 4"),
            Self::Scalar => f.write_str("it is a single value; a state is an object with `version` 4"),
            Self::Object(keys) if keys.is_empty() => {
                f.write_str("it is an empty object; a state has `version` 4")
            }
            Self::Object(keys) => {
                write!(f, "it has neither `version` 4 with `lineage` nor `serial`, but {}", Names(keys))
            }
        }
    }
}

struct Last<'a>(Option<&'a str>);

impl fmt::Display for Last<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .map_or(Ok(()), |last| write!(f, ", the last of them {last}"))
    }
}

struct Writer<'a>(Option<&'a str>);

impl fmt::Display for Writer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .map_or(Ok(()), |version| write!(f, " (written by {version})"))
    }
}

struct Given<'a>(Option<&'a str>);

impl fmt::Display for Given<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |location| write!(f, ": {location}"))
    }
}

struct Known(Option<u64>);

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(number) => write!(f, "{number}"),
            None => f.write_str("unknown"),
        }
    }
}

struct Names<'a>(&'a [String]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("unknown");
        }
        for (position, name) in self.0.iter().enumerate() {
            let comma = if position == 0 { "" } else { ", " };
            write!(f, "{comma}{name}")?;
        }
        Ok(())
    }
}

//! Where the configuration is, and how it is read.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use afterhours_aws::Aws;
use afterhours_aws_s3::S3Store;
use afterhours_aws_ssm::Parameters;
use afterhours_core::config::{Config, ConfigError};
use afterhours_ports::{PortError, Store as _};

/// An address of a configuration document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigSource {
    /// A file.
    File(PathBuf),
    /// `s3://BUCKET/KEY`.
    S3 {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
    },
    /// `ssm:/NAME`, a parameter of Systems Manager; the name begins with `/`.
    Ssm(String),
}

/// A text that is no address of a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no address of a configuration; accepted: a file, `s3://BUCKET/KEY` or `ssm:/NAME`"
)]
pub struct ConfigSourceError {
    text: String,
}

/// A configuration that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("the configuration {at} cannot be read")]
    File {
        /// The address.
        at: ConfigSource,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The service refused or did not answer.
    #[error("the configuration {at} cannot be read")]
    Port {
        /// The address.
        at: ConfigSource,
        /// Why.
        #[source]
        source: PortError,
    },
    /// There is nothing.
    #[error("the configuration {0} does not exist")]
    Missing(ConfigSource),
    /// It is no text.
    #[error("the configuration {0} is no UTF-8 text")]
    NotText(ConfigSource),
    /// It cannot be used.
    #[error("the configuration {at} cannot be used")]
    Config {
        /// The address.
        at: ConfigSource,
        /// Which field, and what is accepted there.
        #[source]
        source: ConfigError,
    },
}

impl FromStr for ConfigSource {
    type Err = ConfigSourceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || ConfigSourceError {
            text: text.to_owned(),
        };
        if let Some(rest) = text.strip_prefix("s3://") {
            let (bucket, key) = rest.split_once('/').ok_or_else(refused)?;
            if bucket.is_empty() || key.is_empty() {
                return Err(refused());
            }
            return Ok(Self::S3 {
                bucket: bucket.to_owned(),
                key: key.to_owned(),
            });
        }
        if let Some(name) = text.strip_prefix("ssm:") {
            let named = name.len() > 1 && name.starts_with('/') && !name.starts_with("//");
            return if named {
                Ok(Self::Ssm(name.to_owned()))
            } else {
                Err(refused())
            };
        }
        // Another scheme is a mistake and no file name.
        let scheme = text.split_once(':').is_some_and(|(scheme, _)| {
            !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        if scheme || text.trim().is_empty() {
            return Err(refused());
        }
        Ok(Self::File(PathBuf::from(text)))
    }
}

impl fmt::Display for ConfigSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::S3 { bucket, key } => write!(f, "s3://{bucket}/{key}"),
            Self::Ssm(name) => write!(f, "ssm:{name}"),
        }
    }
}

impl ConfigSource {
    /// Reads and checks the document.
    ///
    /// # Errors
    /// [`LoadError`], each with the address.
    pub async fn load(&self, aws: &Aws) -> Result<Config, LoadError> {
        let text = self.text(aws).await?;
        Config::from_json(&text).map_err(|source| LoadError::Config {
            at: self.clone(),
            source,
        })
    }

    async fn text(&self, aws: &Aws) -> Result<String, LoadError> {
        let port = |source| LoadError::Port {
            at: self.clone(),
            source,
        };
        match self {
            Self::File(path) => std::fs::read_to_string(path).map_err(|source| LoadError::File {
                at: self.clone(),
                source,
            }),
            Self::S3 { bucket, key } => {
                let stored = S3Store::new(aws, bucket).get(key).await.map_err(port)?;
                let stored = stored.ok_or_else(|| LoadError::Missing(self.clone()))?;
                String::from_utf8(stored.bytes).map_err(|_| LoadError::NotText(self.clone()))
            }
            Self::Ssm(name) => Parameters::new(aws).value(name).await.map_err(port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_are_told_apart_and_shown_as_they_were_given() {
        for (text, source) in [
            ("config.json", ConfigSource::File("config.json".into())),
            (
                "/var/task/config.json",
                ConfigSource::File("/var/task/config.json".into()),
            ),
            (
                "s3://bucket/config/production.json",
                ConfigSource::S3 {
                    bucket: "bucket".to_owned(),
                    key: "config/production.json".to_owned(),
                },
            ),
            (
                "ssm:/afterhours/production",
                ConfigSource::Ssm("/afterhours/production".to_owned()),
            ),
        ] {
            assert_eq!(text.parse::<ConfigSource>(), Ok(source.clone()));
            assert_eq!(source.to_string(), text);
        }
    }

    #[test]
    fn anything_else_is_refused_with_what_is_accepted() {
        for text in [
            "",
            " ",
            "s3://",
            "s3://bucket",
            "s3://bucket/",
            "s3:///key",
            "ssm:",
            "ssm:/",
            "ssm:name",
            "ssm://name",
            "https://example.com/config.json",
            "arn:aws:s3:::bucket/key",
            "file:/x",
        ] {
            let error = text.parse::<ConfigSource>().unwrap_err().to_string();
            assert!(error.contains(&format!("{text:?}")), "{error}");
            assert!(
                error.contains("accepted: a file, `s3://BUCKET/KEY` or `ssm:/NAME`"),
                "{error}"
            );
        }
    }
}

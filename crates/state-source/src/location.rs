//! Where states may lie, in one line.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Which workspaces of a backend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Workspaces {
    /// The default one: the key itself.
    Default,
    /// All: the key itself, and `PREFIX/WORKSPACE/KEY`.
    All,
    /// These by name; `default` is the key itself.
    Named(Vec<String>),
}

/// Where one or more states lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A file; a directory if it is one.
    File(PathBuf),
    /// All states below a directory.
    Directory(PathBuf),
    /// All files of this pattern; `*` stands for any text, `/` included, and `?` for one character.
    Glob(String),
    /// One object, in one or more workspaces.
    Object {
        /// The bucket.
        bucket: String,
        /// The `key` of the backend.
        key: String,
        /// Where the bucket is; looked up if none is given.
        region: Option<String>,
        /// Which workspaces.
        workspaces: Workspaces,
        /// `workspace_key_prefix` of the backend; Terraform's default is `env:`.
        prefix: String,
    },
    /// All states below a prefix, or of a pattern.
    Prefix {
        /// The bucket.
        bucket: String,
        /// What their keys begin with.
        prefix: String,
        /// What their keys look like; `*` stands for any text. Without it, they end in `.tfstate`.
        pattern: Option<String>,
        /// Where the bucket is; looked up if none is given.
        region: Option<String>,
    },
}

/// A location that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the location {location:?} {problem}; accepted: {ACCEPTED}")]
pub struct LocationError {
    /// As it was given.
    pub location: String,
    /// What is wrong with it.
    pub problem: String,
}

const ACCEPTED: &str = "FILE, DIRECTORY/, a pattern with `*`, s3://BUCKET/KEY, s3://BUCKET/PREFIX/, \
     s3://BUCKET/KEY?workspaces=*|NAME,NAME&workspace_key_prefix=PREFIX&region=REGION";

/// `workspace_key_prefix` where the backend has none (`internal/backend/remote-state/s3/backend.go` of Terraform).
const ENV: &str = "env:";

impl FromStr for Location {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        let wrong = |problem: String| LocationError {
            location: text.to_owned(),
            problem,
        };
        if text.trim().is_empty() {
            return Err(wrong("is empty".to_owned()));
        }
        let Some(rest) = text.strip_prefix("s3://") else {
            if let Some((scheme, _)) = text.split_once("://") {
                return Err(wrong(format!("has the scheme {scheme:?}")));
            }
            return Ok(if text.contains(['*', '?']) {
                Self::Glob(text.to_owned())
            } else if text.ends_with('/') {
                Self::Directory(PathBuf::from(text))
            } else {
                Self::File(PathBuf::from(text))
            });
        };
        let (path, query) = match rest.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (rest, None),
        };
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        if bucket.is_empty() {
            return Err(wrong("names no bucket".to_owned()));
        }
        let asked = Query::parse(query.unwrap_or_default()).map_err(wrong)?;
        let bucket = bucket.to_owned();
        let region = asked.region;
        if key.is_empty() || key.ends_with('/') || key.contains('*') {
            if asked.workspaces.is_some() || asked.prefix.is_some() {
                return Err(wrong("asks for workspaces of more than one key".to_owned()));
            }
            let fixed = key.split('*').next().unwrap_or_default();
            return Ok(Self::Prefix {
                bucket,
                prefix: fixed.to_owned(),
                pattern: key.contains('*').then(|| key.to_owned()),
                region,
            });
        }
        Ok(Self::Object {
            bucket,
            key: key.to_owned(),
            region,
            workspaces: asked.workspaces.unwrap_or(Workspaces::Default),
            prefix: asked.prefix.unwrap_or_else(|| ENV.to_owned()),
        })
    }
}

#[derive(Default)]
struct Query {
    workspaces: Option<Workspaces>,
    prefix: Option<String>,
    region: Option<String>,
}

impl Query {
    fn parse(text: &str) -> Result<Self, String> {
        let mut query = Self::default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (name, value) {
                ("workspaces", "*") => query.workspaces = Some(Workspaces::All),
                ("workspaces", names) if !names.is_empty() => {
                    let names = names.split(',').filter(|name| !name.is_empty());
                    let names = names.map(str::to_owned).collect();
                    query.workspaces = Some(Workspaces::Named(names));
                }
                // It may be empty: workspaces lie beside each other then.
                ("workspace_key_prefix", prefix) => {
                    query.prefix = Some(prefix.trim_matches('/').to_owned());
                }
                ("region", region) if !region.is_empty() => query.region = Some(region.to_owned()),
                ("workspaces" | "region", _) => return Err(format!("has no value for {name:?}")),
                _ => return Err(format!("has the parameter {name:?}")),
            }
        }
        Ok(query)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) | Self::Directory(path) => write!(f, "{}", path.display()),
            Self::Glob(pattern) => f.write_str(pattern),
            Self::Object {
                bucket,
                key,
                region,
                workspaces,
                prefix,
            } => {
                write!(f, "s3://{bucket}/{key}")?;
                let mut asked = Vec::new();
                match workspaces {
                    Workspaces::Default => {}
                    Workspaces::All => asked.push("workspaces=*".to_owned()),
                    Workspaces::Named(names) => {
                        asked.push(format!("workspaces={}", names.join(",")));
                    }
                }
                if prefix != ENV {
                    asked.push(format!("workspace_key_prefix={prefix}"));
                }
                asked.extend(region.as_ref().map(|region| format!("region={region}")));
                if asked.is_empty() {
                    return Ok(());
                }
                write!(f, "?{}", asked.join("&"))
            }
            Self::Prefix {
                bucket,
                prefix,
                pattern,
                region,
            } => {
                write!(f, "s3://{bucket}/{}", pattern.as_ref().unwrap_or(prefix))?;
                match region {
                    Some(region) => write!(f, "?region={region}"),
                    None => Ok(()),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(workspaces: Workspaces, prefix: &str, region: Option<&str>) -> Location {
        Location::Object {
            bucket: "ml-team".to_owned(),
            key: "prod/terraform.tfstate".to_owned(),
            region: region.map(str::to_owned),
            workspaces,
            prefix: prefix.to_owned(),
        }
    }

    #[test]
    fn every_form_is_read_and_shown_again() {
        let prefix = |prefix: &str, pattern: Option<&str>, region: Option<&str>| Location::Prefix {
            bucket: "ml-team".to_owned(),
            prefix: prefix.to_owned(),
            pattern: pattern.map(str::to_owned),
            region: region.map(str::to_owned),
        };
        let named = Workspaces::Named(vec!["default".to_owned(), "staging".to_owned()]);
        let key = "s3://ml-team/prod/terraform.tfstate";
        for (text, expected) in [
            (
                "terraform.tfstate".to_owned(),
                Location::File("terraform.tfstate".into()),
            ),
            ("live/".to_owned(), Location::Directory("live/".into())),
            (
                "live/*/terraform.tfstate".to_owned(),
                Location::Glob("live/*/terraform.tfstate".to_owned()),
            ),
            (key.to_owned(), object(Workspaces::Default, "env:", None)),
            (
                format!("{key}?workspaces=*"),
                object(Workspaces::All, "env:", None),
            ),
            (
                format!(
                    "{key}?workspaces=default,staging&workspace_key_prefix=spaces/a&region=eu-west-1"
                ),
                object(named, "spaces/a", Some("eu-west-1")),
            ),
            (
                format!("{key}?workspaces=*&workspace_key_prefix="),
                object(Workspaces::All, "", None),
            ),
            ("s3://ml-team/".to_owned(), prefix("", None, None)),
            (
                "s3://ml-team/prod/?region=eu-west-1".to_owned(),
                prefix("prod/", None, Some("eu-west-1")),
            ),
            (
                "s3://ml-team/prod/*/state".to_owned(),
                prefix("prod/", Some("prod/*/state"), None),
            ),
        ] {
            let location: Location = text.parse().unwrap();
            assert_eq!(location, expected, "{text}");
            assert_eq!(location.to_string(), text);
        }
        assert_eq!("s3://ml-team".parse(), Ok(prefix("", None, None)));
    }

    #[test]
    fn what_cannot_be_understood_is_said() {
        for (text, word) in [
            ("", "empty"),
            ("gs://bucket/key", "\"gs\""),
            ("s3:///key", "no bucket"),
            ("s3://b/k?workspace=a", "\"workspace\""),
            ("s3://b/k?workspaces=", "no value"),
            ("s3://b/p/?workspaces=*", "more than one key"),
        ] {
            let error = text.parse::<Location>().unwrap_err().to_string();
            assert!(
                error.contains(word) && error.contains("accepted: FILE"),
                "{error}"
            );
        }
    }
}

//! The envelope: the one form in which everything is published.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::clip;
use super::parts::{Action, Field, Link, MAX_LABEL, MAX_URL, is_line, is_url};

/// The version of the envelope that this code writes and reads.
pub const VERSION: u32 = 1;
/// Longest title, in characters.
pub(super) const MAX_TITLE: usize = 250;
/// Longest environment, account or region, in characters.
pub(super) const MAX_SCOPE: usize = 64;
/// Longest fingerprint or id, in characters.
pub(super) const MAX_ID: usize = 128;

/// Which part of afterhours speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Sleeping and waking.
    Scale,
    /// Terraform state against reality.
    Drift,
    /// Cost.
    Budget,
    /// afterhours itself, and messages that it could not read.
    Health,
}

/// How much it matters; ordered, `Info` lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// For the record.
    Info,
    /// Worth knowing, nothing to do today.
    Notice,
    /// Somebody should look at it today.
    Warning,
    /// Somebody should look at it now.
    Critical,
}

impl Kind {
    /// The lower-case name, as in JSON and in message attributes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scale => "scale",
            Self::Drift => "drift",
            Self::Budget => "budget",
            Self::Health => "health",
        }
    }
}

impl Severity {
    /// The lower-case name, as in JSON and in message attributes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where it happened. Each value is one line of 1 to 64 characters; `unknown` when nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// The account id, 12 digits.
    pub account: String,
    /// The region, such as `eu-central-1`.
    pub region: String,
    /// The environment of the configuration, such as `production`.
    pub environment: String,
}

impl Scope {
    /// A scope of which nothing is known.
    pub fn unknown() -> Self {
        let unknown = || "unknown".to_owned();
        Self {
            account: unknown(),
            region: unknown(),
            environment: unknown(),
        }
    }
}

/// What is published. The JSON form is described by `schemas/alert.schema.json`.
///
/// Made with [`Envelope::builder`], read with [`Envelope::parse`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// Always 1.
    pub version: u32,
    /// Differs for each alert; the same for the same cause at the same instant.
    pub id: String,
    /// The same for every alert with the same cause; threads and de-duplication go by it.
    pub fingerprint: String,
    /// Which part speaks.
    pub kind: Kind,
    /// How much it matters.
    pub severity: Severity,
    /// The environment, such as `production`.
    pub environment: String,
    /// The account id.
    pub account: String,
    /// The region.
    pub region: String,
    /// One line, 1 to 250 characters.
    pub title: String,
    /// Some sentences, may have several lines, may be empty.
    pub summary: String,
    /// Labelled values, most important first.
    #[serde(default)]
    pub fields: Vec<Field>,
    /// What the reader can do.
    #[serde(default)]
    pub actions: Vec<Action>,
    /// What the reader can look at.
    #[serde(default)]
    pub links: Vec<Link>,
    /// When it happened, RFC 3339.
    pub occurred_at: Timestamp,
    /// Anything for machines; the first thing to go when a message is too large.
    #[serde(default)]
    pub details: Value,
}

/// Why a text is not an envelope.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// Not JSON.
    #[error("not an alert envelope: not JSON")]
    Json(#[source] serde_json::Error),
    /// A missing field, an unknown field or a wrong type.
    #[error("not an alert envelope: at `{path}`")]
    Form {
        /// Where, such as `fields[0].label`; `.` is the envelope itself.
        path: String,
        /// What is wrong there.
        #[source]
        source: serde_json::Error,
    },
    /// A version that this code does not know.
    #[error("envelope `version` is {found}, accepted: {VERSION}")]
    Version {
        /// The value as JSON, or `missing`.
        found: String,
    },
    /// A value that breaks a rule.
    #[error("envelope field `{field}` is {value:?}, accepted: {accepted}")]
    Value {
        /// The path of the field, such as `links[2].url`.
        field: String,
        /// The value, clipped to 80 characters.
        value: String,
        /// The rule.
        accepted: &'static str,
    },
}

impl Envelope {
    /// Starts an envelope; [`Builder::build`] ends it.
    pub fn builder(kind: Kind, severity: Severity, scope: &Scope) -> Builder {
        Builder {
            kind,
            severity,
            scope: scope.clone(),
            title: String::new(),
            summary: String::new(),
            fields: Vec::new(),
            actions: Vec::new(),
            links: Vec::new(),
            cause: Vec::new(),
            details: Value::Null,
        }
    }

    /// Reads an envelope from JSON text and checks it.
    ///
    /// # Errors
    /// Says which field is wrong, its value and what is accepted.
    pub fn parse(text: &str) -> Result<Self, EnvelopeError> {
        let value: Value = serde_json::from_str(text).map_err(EnvelopeError::Json)?;
        Self::from_value(value)
    }

    /// Reads an envelope from a JSON value and checks it.
    ///
    /// # Errors
    /// Says which field is wrong, its value and what is accepted.
    pub fn from_value(value: Value) -> Result<Self, EnvelopeError> {
        // The version goes first: a later version has fields that would be reported as unknown.
        if let Value::Object(object) = &value {
            match object.get("version") {
                Some(version) if version.as_u64() == Some(u64::from(VERSION)) => {}
                Some(version) => {
                    return Err(EnvelopeError::Version {
                        found: clip::chars(&version.to_string(), 80),
                    });
                }
                None => {
                    return Err(EnvelopeError::Version {
                        found: "missing".to_owned(),
                    });
                }
            }
        }
        let envelope: Self =
            serde_path_to_error::deserialize(value).map_err(|error| EnvelopeError::Form {
                path: error.path().to_string(),
                source: error.into_inner(),
            })?;
        envelope.validate()?;
        Ok(envelope)
    }

    /// Checks the rules that the types do not hold.
    ///
    /// # Errors
    /// The first field that breaks a rule.
    pub fn validate(&self) -> Result<(), EnvelopeError> {
        if self.version != VERSION {
            return Err(EnvelopeError::Version {
                found: self.version.to_string(),
            });
        }
        for (field, value) in [("id", &self.id), ("fingerprint", &self.fingerprint)] {
            check(
                is_id(value),
                || field.to_owned(),
                value,
                "1 to 128 of A-Z a-z 0-9 . _ : -",
            )?;
        }
        for (field, value) in [
            ("environment", &self.environment),
            ("account", &self.account),
            ("region", &self.region),
        ] {
            check(
                is_line(value, MAX_SCOPE),
                || field.to_owned(),
                value,
                "one line of 1 to 64 characters",
            )?;
        }
        check(
            is_line(&self.title, MAX_TITLE),
            || "title".to_owned(),
            &self.title,
            "one line of 1 to 250 characters",
        )?;
        let labels = self
            .fields
            .iter()
            .map(|f| ("fields", f.label.as_str()))
            .enumerate();
        let labels = labels.chain(
            self.actions
                .iter()
                .map(|a| ("actions", a.label()))
                .enumerate(),
        );
        for (i, (list, label)) in labels.chain(
            self.links
                .iter()
                .map(|l| ("links", l.label.as_str()))
                .enumerate(),
        ) {
            check(
                is_line(label, MAX_LABEL),
                || format!("{list}[{i}].label"),
                label,
                "one line of 1 to 200 characters",
            )?;
        }
        for (i, action) in self.actions.iter().enumerate() {
            match action {
                Action::Url { url, .. } => check_url(url, || format!("actions[{i}].url"))?,
                Action::Command { command, .. } => check(
                    is_line(command, MAX_URL),
                    || format!("actions[{i}].command"),
                    command,
                    "one line of 1 to 3000 characters",
                )?,
            }
        }
        for (i, link) in self.links.iter().enumerate() {
            check_url(&link.url, || format!("links[{i}].url"))?;
        }
        check(
            (0..=9999).contains(&jiff::tz::TimeZone::UTC.to_datetime(self.occurred_at).year()),
            || "occurred_at".to_owned(),
            &self.occurred_at.to_string(),
            "an RFC 3339 instant of the years 0 to 9999",
        )
    }

    /// The scope as one value.
    pub fn scope(&self) -> Scope {
        Scope {
            account: self.account.clone(),
            region: self.region.clone(),
            environment: self.environment.clone(),
        }
    }

    /// The envelope as compact JSON, one line.
    pub fn to_json(&self) -> String {
        // Serializing to a string fails only for map keys that are not strings; there are none.
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn check(
    ok: bool,
    field: impl FnOnce() -> String,
    value: &str,
    accepted: &'static str,
) -> Result<(), EnvelopeError> {
    if ok {
        return Ok(());
    }
    Err(EnvelopeError::Value {
        field: field(),
        value: clip::chars(value, 80),
        accepted,
    })
}

fn check_url(url: &str, field: impl FnOnce() -> String) -> Result<(), EnvelopeError> {
    check(
        is_url(url),
        field,
        url,
        "an https:// or http:// address of at most 3000 ASCII characters",
    )
}

fn is_id(text: &str) -> bool {
    (1..=MAX_ID).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-'))
}

/// Collects the parts of an envelope and makes them valid.
///
/// Text is made harmless rather than refused: an alert must not be lost because a name in it is strange.
#[derive(Clone, Debug)]
pub struct Builder {
    kind: Kind,
    severity: Severity,
    scope: Scope,
    title: String,
    summary: String,
    fields: Vec<Field>,
    actions: Vec<Action>,
    links: Vec<Link>,
    cause: Vec<String>,
    details: Value,
}

impl Builder {
    /// The title: brought to one line of at most 250 characters.
    #[must_use]
    pub fn title(mut self, title: &str) -> Self {
        self.title = clip::chars(&clip::line(title), MAX_TITLE);
        self
    }

    /// The summary; lines are kept, control characters are not.
    #[must_use]
    pub fn summary(mut self, summary: &str) -> Self {
        self.summary = clip::lines(summary);
        self
    }

    /// Adds a labelled value.
    #[must_use]
    pub fn field(mut self, label: &str, value: &str) -> Self {
        self.fields.push(Field {
            label: label_of(label),
            value: clip::lines(value),
        });
        self
    }

    /// Adds a command to run; one that is empty or too long becomes a field.
    #[must_use]
    pub fn command(mut self, label: &str, command: &str) -> Self {
        let command = clip::line(command);
        if is_line(&command, MAX_URL) {
            self.actions.push(Action::Command {
                label: label_of(label),
                command,
            });
            return self;
        }
        self.field(label, &command)
    }

    /// Adds a page to open as an action; what is not a usable address becomes a field.
    #[must_use]
    pub fn open(mut self, label: &str, url: &str) -> Self {
        if is_url(url) {
            self.actions.push(Action::Url {
                label: label_of(label),
                url: url.to_owned(),
            });
            return self;
        }
        self.field(label, url)
    }

    /// Adds a link; what is not a usable address becomes a field.
    #[must_use]
    pub fn link(mut self, label: &str, url: &str) -> Self {
        if is_url(url) {
            self.links.push(Link {
                label: label_of(label),
                url: url.to_owned(),
            });
            return self;
        }
        self.field(label, url)
    }

    /// What the fingerprint is made from, with kind, account and region: the same parts give the same fingerprint.
    /// Leave out what changes while the cause lasts (times, counts, messages). Without it the title stands.
    #[must_use]
    pub fn cause<I, S>(mut self, parts: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: AsRef<str>,
    {
        self.cause = parts
            .into_iter()
            .map(|part| part.as_ref().to_owned())
            .collect();
        self
    }

    /// Anything for machines.
    #[must_use]
    pub fn details(mut self, details: Value) -> Self {
        self.details = details;
        self
    }

    /// The envelope. An instant before 1970 is a fault of the caller's clock and is brought to 1970.
    pub fn build(self, occurred_at: Timestamp) -> Envelope {
        let title = if self.title.is_empty() {
            format!("{} {}", self.kind, self.severity)
        } else {
            self.title
        };
        let scope = |text: &str| or_unknown(&clip::chars(&clip::line(text), MAX_SCOPE));
        let (account, region) = (scope(&self.scope.account), scope(&self.scope.region));
        let cause = if self.cause.is_empty() {
            vec![title.clone()]
        } else {
            self.cause
        };
        let head = [self.kind.as_str(), &account, &region];
        let fingerprint = digest(head.into_iter().chain(cause.iter().map(String::as_str)));
        let occurred_at = occurred_at.max(Timestamp::UNIX_EPOCH);
        let id = digest([fingerprint.as_str(), &occurred_at.to_string()]);
        Envelope {
            version: VERSION,
            id,
            fingerprint,
            kind: self.kind,
            severity: self.severity,
            environment: scope(&self.scope.environment),
            account,
            region,
            title,
            summary: self.summary,
            fields: self.fields,
            actions: self.actions,
            links: self.links,
            occurred_at,
            details: self.details,
        }
    }
}

fn label_of(text: &str) -> String {
    or_unknown(&clip::chars(&clip::line(text), MAX_LABEL))
}

fn or_unknown(text: &str) -> String {
    if text.is_empty() {
        "unknown".to_owned()
    } else {
        text.to_owned()
    }
}

/// 128 bits of SHA-256 over the parts, each led by its length so that no two lists of parts read the same.
fn digest<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    use std::fmt::Write as _;

    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize()
        .iter()
        .take(16)
        .fold(String::with_capacity(32), |mut out, byte| {
            // Writing into a String cannot fail.
            let _ = write!(out, "{byte:02x}");
            out
        })
}

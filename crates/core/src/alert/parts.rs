//! The small parts of an envelope: labelled values, things to do, things to look at.

use serde::{Deserialize, Serialize};

use super::clip;

/// Longest label of a field, action or link, in characters.
pub(super) const MAX_LABEL: usize = 200;
/// Longest URL, in characters: what a Slack button takes
/// (<https://docs.slack.dev/reference/block-kit/block-elements/button-element>).
pub(super) const MAX_URL: usize = 3000;

/// One labelled value, such as `Target: gpu-training`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// What the value is; one line, 1 to 200 characters.
    pub label: String,
    /// The value; may have several lines.
    pub value: String,
}

/// Something that the reader can do about it: open a page or run a command.
///
/// In JSON `{"label", "url"}` or `{"label", "command"}`, never both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawAction", into = "RawAction")]
pub enum Action {
    /// A page to open.
    Url {
        /// What opening it does; one line, 1 to 200 characters.
        label: String,
        /// An `https://` or `http://` address of at most 3000 characters.
        url: String,
    },
    /// A command line to run.
    Command {
        /// What running it does; one line, 1 to 200 characters.
        label: String,
        /// The command, one line, quoted for a POSIX shell.
        command: String,
    },
}

impl Action {
    /// The label of either form.
    pub fn label(&self) -> &str {
        match self {
            Self::Url { label, .. } | Self::Command { label, .. } => label,
        }
    }

    /// The address or the command line.
    pub fn target(&self) -> &str {
        match self {
            Self::Url { url, .. } => url,
            Self::Command { command, .. } => command,
        }
    }
}

/// A page worth looking at, such as a console page or a runbook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// What is there; one line, 1 to 200 characters.
    pub label: String,
    /// An `https://` or `http://` address of at most 3000 characters.
    pub url: String,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAction {
    label: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    command: Option<String>,
}

impl TryFrom<RawAction> for Action {
    type Error = String;

    fn try_from(raw: RawAction) -> Result<Self, String> {
        match (raw.url, raw.command) {
            (Some(url), None) => Ok(Self::Url {
                label: raw.label,
                url,
            }),
            (None, Some(command)) => Ok(Self::Command {
                label: raw.label,
                command,
            }),
            (Some(_), Some(_)) => Err(format!(
                "action {:?} has both `url` and `command`, give one",
                raw.label
            )),
            (None, None) => Err(format!(
                "action {:?} has neither `url` nor `command`, give one",
                raw.label
            )),
        }
    }
}

impl From<Action> for RawAction {
    fn from(action: Action) -> Self {
        match action {
            Action::Url { label, url } => Self {
                label,
                url: Some(url),
                command: None,
            },
            Action::Command { label, command } => Self {
                label,
                url: None,
                command: Some(command),
            },
        }
    }
}

/// Whether the text is an address that every sink can show as a link.
pub(super) fn is_url(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        && text.len() <= MAX_URL
        && text.bytes().all(|b| {
            b.is_ascii_graphic()
                && !matches!(
                    b,
                    b'<' | b'>' | b'|' | b'"' | b'\\' | b'^' | b'`' | b'{' | b'}'
                )
        })
}

/// Whether the text is one line of 1 to `max` characters without control characters.
pub(super) fn is_line(text: &str, max: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= max && !text.chars().any(clip::is_unsafe)
}

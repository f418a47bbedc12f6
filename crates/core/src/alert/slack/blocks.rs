//! A typed subset of Block Kit and the limits that Slack documents for it.
//!
//! Source of the limits: <https://docs.slack.dev/reference/block-kit/blocks> and the page of each block there. Slack
//! does not say how it counts, so characters are counted as UTF-16 units of the escaped text, the strictest reading.

use serde::Serialize;

use crate::alert::clip;

/// Blocks of a message.
pub const MAX_BLOCKS: usize = 50;
/// Characters of a header.
pub const MAX_HEADER: usize = 150;
/// Characters of the text of a section; of a text object anywhere.
pub const MAX_SECTION: usize = 3000;
/// Characters of one field of a section.
pub const MAX_FIELD: usize = 2000;
/// Fields of a section.
pub const MAX_FIELDS: usize = 10;
/// Elements of a context block.
pub const MAX_CONTEXT: usize = 10;
/// Elements of an actions block.
pub const MAX_ACTIONS: usize = 25;
/// Characters of the text of a button.
pub const MAX_BUTTON: usize = 75;
/// Characters that the fallback text is kept to; Slack recommends 4000 and cuts at 40000
/// (<https://docs.slack.dev/changelog/2018-truncating-really-long-messages>).
pub const MAX_TEXT: usize = 3000;

/// What is posted to a webhook or to `chat.postMessage`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Shown in notifications and where blocks cannot be shown.
    pub text: String,
    /// The blocks, 1 to 50.
    pub blocks: Vec<Block>,
}

/// A block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    /// A line in large letters; plain text.
    Header {
        /// The line.
        text: Text,
    },
    /// Text, or fields in two columns, or both.
    Section {
        /// The text.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<Text>,
        /// The fields, at most 10.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        fields: Vec<Text>,
    },
    /// Small grey text.
    Context {
        /// The texts, 1 to 10.
        elements: Vec<Text>,
    },
    /// Buttons.
    Actions {
        /// The buttons, 1 to 25.
        elements: Vec<Button>,
    },
    /// A line across.
    Divider,
}

/// A text object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Text {
    /// Shown as it is.
    PlainText {
        /// The text.
        text: String,
        /// Whether `:name:` becomes an emoji; never, since names could contain it.
        emoji: bool,
    },
    /// Slack's own markup.
    Mrkdwn {
        /// The text, with `&`, `<` and `>` escaped.
        text: String,
        /// Whether addresses and names stay as they are instead of becoming links.
        verbatim: bool,
    },
}

/// A button that opens a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Button {
    /// Always `button`.
    pub r#type: &'static str,
    /// Names the button in this message.
    pub action_id: String,
    /// The text on it; plain.
    pub text: Text,
    /// The page, at most 3000 characters.
    pub url: String,
}

impl Message {
    /// The message as a JSON value.
    pub fn to_value(&self) -> serde_json::Value {
        // Only strings, booleans and lists: nothing that JSON cannot hold.
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl Text {
    /// One plain line of at most `max` characters.
    pub(super) fn plain(text: &str, max: usize) -> Self {
        Self::PlainText {
            text: clip::units(&clip::line(text), max),
            emoji: false,
        }
    }

    /// Text that is already escaped and short enough.
    pub(super) fn markup(text: String) -> Self {
        Self::Mrkdwn {
            text,
            verbatim: true,
        }
    }
}

impl Block {
    /// A section of text that is already escaped and short enough.
    pub(super) fn section(markup: String) -> Self {
        Self::Section {
            text: Some(Text::markup(markup)),
            fields: Vec::new(),
        }
    }
}

/// The text with `&`, `<` and `>` escaped (<https://docs.slack.dev/messaging/formatting-message-text#escaping>) and
/// back-quotes parted by a zero-width space, so that no value opens or closes a code block.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut last = ' ';
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '`' if last == '`' => out.push_str("\u{200B}`"),
            _ => out.push(c),
        }
        last = c;
    }
    out
}

/// The text escaped, at most `max` characters after that; says how many characters were left off.
pub(in crate::alert) fn escape_within(text: &str, max: usize) -> String {
    let escaped = escape(text);
    if clip::count_units(&escaped) <= max {
        return escaped;
    }
    // Room for the note with any count.
    let room = max.saturating_sub(40);
    let mut kept = 0;
    let mut used = 0;
    for (i, c) in text.chars().enumerate() {
        // A back-quote may bring its zero-width space.
        used += match c {
            '&' => 5,
            '<' | '>' => 4,
            '`' => 2,
            _ => c.len_utf16(),
        };
        if used > room {
            break;
        }
        kept = i + 1;
    }
    let head: String = text.chars().take(kept).collect();
    let left = text.chars().count() - kept;
    format!("{} … and {left} more characters", escape(head.trim_end()))
}

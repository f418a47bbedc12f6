//! YAML as a tree whose nodes know their place.
//!
//! Anchors, aliases, tags, merges and several documents are refused: a file of exceptions says what it says in one place.

use std::collections::BTreeSet;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::Value;

use crate::Problem;

/// Deeper than any rule needs, and little enough for a stack.
const MAX_DEPTH: usize = 16;
/// Scalars, lists and maps of one file.
const MAX_NODES: usize = 100_000;

/// One node with its place, both from 1.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) content: Content,
}

#[derive(Debug, Clone)]
pub(crate) enum Content {
    Scalar {
        text: String,
        /// Without quotes: `5` is a number and `~` is null.
        plain: bool,
    },
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

impl Node {
    pub(crate) fn problem(&self, message: impl Into<String>) -> Problem {
        Problem {
            line: self.line,
            column: self.column,
            message: message.into(),
        }
    }

    /// What it is, in words.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.content {
            _ if self.is_null() => "nothing",
            Content::Scalar { .. } => "a value",
            Content::List(_) => "a list",
            Content::Map(_) => "a map",
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.content, Content::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The text of a scalar that is not null.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } if !self.is_null() => Some(text),
            _ => None,
        }
    }

    /// As JSON, by the core schema of YAML 1.2: `yes` and `on` are strings.
    pub(crate) fn value(&self) -> Value {
        match &self.content {
            Content::Scalar { text, plain: true } => plain(text),
            Content::Scalar { text, .. } => Value::from(text.as_str()),
            Content::List(items) => items.iter().map(Self::value).collect(),
            Content::Map(entries) => Value::Object(
                entries
                    .iter()
                    .filter_map(|(key, value)| Some((key.text()?.to_owned(), value.value())))
                    .collect(),
            ),
        }
    }
}

fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => {
            let unsigned = text.strip_prefix('-').unwrap_or(text);
            // An account id keeps its leading zeros: only what JSON writes as a number is one.
            serde_json::from_str(text)
                .ok()
                .filter(|value: &Value| {
                    value.is_number() && unsigned.starts_with(|first: char| first.is_ascii_digit())
                })
                .unwrap_or_else(|| Value::from(text))
        }
    }
}

/// A list or map that is still open, or the map's key that waits for its value.
struct Open {
    node: Node,
    key: Option<Node>,
}

/// The one document of a text; none where it is empty.
pub(crate) fn read(text: &str) -> Result<Option<Node>, Problem> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut open: Vec<Open> = Vec::new();
    let mut root: Option<Node> = None;
    let mut documents = 0_usize;
    let mut nodes = 0_usize;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| Problem {
            line: error.marker().line(),
            column: error.marker().col() + 1,
            message: format!("not YAML: {}", error.info()),
        })?;
        let at = |content| Node {
            line: span.start.line(),
            column: span.start.col() + 1,
            content,
        };
        nodes += 1;
        let finished = match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => None,
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    return Err(problem(span, "a second document; accepted is one"));
                }
                None
            }
            Event::Alias(_) => {
                return Err(problem(
                    span,
                    "an alias (`*name`); write the value out, or quote it",
                ));
            }
            Event::Scalar(_, _, anchor, _)
            | Event::SequenceStart(anchor, _)
            | Event::MappingStart(anchor, _)
                if anchor != 0 =>
            {
                return Err(problem(
                    span,
                    "an anchor (`&name`); write the value out where it is used",
                ));
            }
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, Some(_))
            | Event::MappingStart(_, Some(_)) => {
                return Err(problem(
                    span,
                    "a tag (`!name`); quote the value if it is meant to begin with `!`",
                ));
            }
            Event::Scalar(text, style, _, None) => Some(at(Content::Scalar {
                text: text.into_owned(),
                plain: style == ScalarStyle::Plain,
            })),
            Event::SequenceStart(..) => {
                open.push(Open {
                    node: at(Content::List(Vec::new())),
                    key: None,
                });
                None
            }
            Event::MappingStart(..) => {
                open.push(Open {
                    node: at(Content::Map(Vec::new())),
                    key: None,
                });
                None
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(|open| open.node),
        };
        if open.len() > MAX_DEPTH || nodes > MAX_NODES {
            return Err(problem(
                span,
                format!("more than {MAX_DEPTH} levels or {MAX_NODES} values"),
            ));
        }
        if let Some(node) = finished {
            match open.last_mut() {
                Some(parent) => put(parent, node)?,
                None => root = Some(node),
            }
        }
    }
    Ok(root.filter(|root| !root.is_null()))
}

fn problem(span: Span, message: impl Into<String>) -> Problem {
    Problem {
        line: span.start.line(),
        column: span.start.col() + 1,
        message: message.into(),
    }
}

fn put(parent: &mut Open, node: Node) -> Result<(), Problem> {
    match &mut parent.node.content {
        Content::List(items) => items.push(node),
        Content::Map(entries) => match parent.key.take() {
            Some(key) => entries.push((key, node)),
            None if node.text().is_none() => {
                return Err(node.problem(format!("{} cannot be a key", node.kind())));
            }
            None => parent.key = Some(node),
        },
        Content::Scalar { .. } => {}
    }
    Ok(())
}

/// The entries of a map, each key of `accepted` at most once; what is not accepted is a problem each.
pub(crate) struct Entries<'n> {
    node: &'n Node,
    entries: &'n [(Node, Node)],
}

impl<'n> Entries<'n> {
    /// None, with a problem, where the node is no map.
    pub(crate) fn new(
        node: &'n Node,
        what: &str,
        accepted: &[&str],
        problems: &mut Vec<Problem>,
    ) -> Option<Self> {
        let Content::Map(entries) = &node.content else {
            problems.push(node.problem(format!(
                "{what}: {} in place of a map with {}",
                node.kind(),
                accepted.join(", ")
            )));
            return None;
        };
        let mut seen = BTreeSet::new();
        for (key, _) in entries {
            let name = key.text().unwrap_or_default();
            if !accepted.contains(&name) {
                problems.push(key.problem(format!(
                    "unknown key `{name}` in {what}; accepted are {}",
                    accepted.join(", ")
                )));
            } else if !seen.insert(name) {
                problems.push(key.problem(format!("`{name}` stands twice in {what}")));
            }
        }
        Some(Self { node, entries })
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'n Node> {
        self.entries
            .iter()
            .find(|(key, _)| key.text() == Some(name))
            .map(|(_, value)| value)
    }

    pub(crate) fn node(&self) -> &'n Node {
        self.node
    }

    /// The text of an optional scalar; what is no text is a problem.
    pub(crate) fn text(&self, name: &str, problems: &mut Vec<Problem>) -> Option<&'n str> {
        let node = self.get(name)?;
        let text = node.text().filter(|text| !text.trim().is_empty());
        if text.is_none() {
            problems.push(node.problem(format!("{name}: {} in place of a text", node.kind())));
        }
        text
    }
}

//! Compares one state instance with its live object, attribute by attribute.

mod blocks;
mod equal;
mod text;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

pub use text::canonical;

use crate::catalog::{Attr, Meaning, Rule, Type};
use crate::finding::SENSITIVE;
use crate::live::{Hole, Live};

/// What a comparison needs to know of its surroundings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surroundings {
    /// The account that owns both sides, twelve digits; account ids in policies mean its root.
    pub account: String,
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: String,
}

/// One attribute that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Where: `root_block_device[0].volume_size`, `tags.Name`.
    pub path: String,
    /// The state's value; `null` where it has none.
    pub state: Value,
    /// The live value; `null` where there is none.
    pub live: Value,
    /// What a change of it means.
    pub meaning: Meaning,
    /// Whether the values may not be shown.
    pub secret: bool,
    /// The rule that found it, for `explain`.
    pub rule: &'static str,
}

/// What came of one comparison.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    /// What differs, in the order of the catalog.
    pub differences: Vec<Difference>,
    /// What the state knows and the live side could not be asked for, by path.
    pub unread: BTreeMap<String, Hole>,
    /// What the state knows, the catalog compares, and the reader does not give: by path.
    pub unknown: Vec<String>,
    /// How many attributes were compared.
    pub compared: usize,
}

/// Compares what both sides know.
///
/// `is_sensitive` says of a path (as in [`Difference::path`]) whether the state marks it.
pub fn compare(
    kind: &Type,
    state: &Map<String, Value>,
    live: &Live,
    surroundings: &Surroundings,
    is_sensitive: &dyn Fn(&str) -> bool,
) -> Comparison {
    let mut walk = Walk {
        surroundings,
        is_sensitive,
        answer: Comparison::default(),
    };
    for attribute in kind.attributes {
        if matches!(attribute.rule, Rule::Skip(_)) {
            continue;
        }
        if attribute.name == "tags" && state.get("tags_all").is_some_and(|all| !all.is_null()) {
            // What the provider's default tags add is in `tags_all` only.
            continue;
        }
        let Some(wanted) = state.get(attribute.name) else {
            continue;
        };
        if let Some(hole) = live.holes.get(attribute.name) {
            walk.answer
                .unread
                .insert(attribute.name.to_owned(), hole.clone());
            continue;
        }
        let Some(found) = found(attribute, live) else {
            if !equal::is_absent(wanted, attribute.absent) {
                walk.answer.unknown.push(attribute.name.to_owned());
            }
            continue;
        };
        walk.answer.compared += 1;
        let path = match attribute.rule {
            // Users know them as `tags`, whatever the provider adds.
            Rule::Tags => "tags",
            _ => attribute.name,
        };
        walk.attribute(attribute, path, wanted, found, attribute.secret);
    }
    walk.answer
}

/// The live value; tags may be given under either name.
fn found<'l>(attribute: &Attr, live: &'l Live) -> Option<&'l Value> {
    let other = match (attribute.rule, attribute.name) {
        (Rule::Tags, "tags_all") => "tags",
        (Rule::Tags, "tags") => "tags_all",
        _ => attribute.name,
    };
    live.attributes
        .get(attribute.name)
        .or_else(|| live.attributes.get(other))
}

/// How one attribute of an instance was compared, for a person who asks why.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// Its rule in words, or why it is not compared.
    pub rule: &'static str,
    /// The state's value; none where the state does not have the attribute.
    pub state: Option<Value>,
    /// The live value; none where it was not read.
    pub live: Option<Value>,
    /// What came of it.
    pub verdict: Verdict,
}

/// What came of one attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Both mean the same.
    Equal,
    /// They differ.
    Differs,
    /// It is left out, as its rule says.
    LeftOut,
    /// The state does not have it: an older provider wrote it, or it belongs to another attribute.
    NotInState,
    /// It could not be read.
    Unread(Option<Hole>),
}

/// How each attribute of the catalog was compared; secret values are shown as such.
pub fn rows(
    kind: &Type,
    state: &Map<String, Value>,
    live: &Live,
    surroundings: &Surroundings,
    is_sensitive: &dyn Fn(&str) -> bool,
) -> Vec<Row> {
    let comparison = compare(kind, state, live, surroundings, is_sensitive);
    let differs = |name: &str| {
        let path = if name == "tags_all" { "tags" } else { name };
        comparison.differences.iter().any(|difference| {
            difference
                .path
                .strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    };
    let hidden = |attribute: &Attr, value: Option<&Value>| {
        let value = value?;
        let is_secret = attribute.secret || is_sensitive(attribute.name);
        Some(if is_secret && !value.is_null() {
            Value::String(SENSITIVE.to_owned())
        } else {
            without_secrets(attribute, value)
        })
    };
    kind.attributes
        .iter()
        .map(|attribute| {
            let (wanted, given) = (state.get(attribute.name), found(attribute, live));
            let (rule, verdict) = match attribute.rule {
                Rule::Skip(reason) => (reason, Verdict::LeftOut),
                rule => {
                    let by_all = attribute.name == "tags"
                        && state.get("tags_all").is_some_and(|all| !all.is_null());
                    let verdict = match (wanted, given) {
                        (None, _) => Verdict::NotInState,
                        _ if by_all => Verdict::NotInState,
                        _ if live.holes.contains_key(attribute.name) => {
                            Verdict::Unread(live.holes.get(attribute.name).cloned())
                        }
                        (Some(_), None) => Verdict::Unread(None),
                        _ if differs(attribute.name) => Verdict::Differs,
                        _ => Verdict::Equal,
                    };
                    (text::rule(rule), verdict)
                }
            };
            Row {
                name: attribute.name,
                rule,
                state: hidden(attribute, wanted),
                live: hidden(attribute, given),
                verdict,
            }
        })
        .collect()
}

/// The value without the secrets that its blocks hold.
fn without_secrets(attribute: &Attr, value: &Value) -> Value {
    let children = match attribute.rule {
        Rule::Block(children) | Rule::OrderedBlocks(children) => children,
        Rule::Blocks { attributes, .. } => attributes,
        _ => return value.clone(),
    };
    match value {
        Value::Array(items) => items
            .iter()
            .map(|item| without_secrets(attribute, item))
            .collect(),
        Value::Object(block) => {
            let mut block = block.clone();
            for child in children {
                if let Some(value) = block.get_mut(child.name) {
                    *value = if child.secret && !value.is_null() {
                        Value::String(SENSITIVE.to_owned())
                    } else {
                        without_secrets(child, value)
                    };
                }
            }
            Value::Object(block)
        }
        other => other.clone(),
    }
}

/// One walk over both sides.
struct Walk<'w> {
    surroundings: &'w Surroundings,
    is_sensitive: &'w dyn Fn(&str) -> bool,
    answer: Comparison,
}

impl Walk<'_> {
    fn attribute(
        &mut self,
        attribute: &Attr,
        path: &str,
        state: &Value,
        live: &Value,
        secret: bool,
    ) {
        match attribute.rule {
            Rule::Skip(_) => {}
            Rule::Block(children) => self.block(attribute, children, path, state, live, secret),
            Rule::OrderedBlocks(children) => {
                self.ordered(attribute, children, path, state, live, secret);
            }
            Rule::Blocks { by, attributes } => {
                self.unordered(attribute, by, attributes, path, state, live, secret);
            }
            Rule::Map | Rule::Tags => self.map(attribute, path, state, live, secret),
            _ => {
                if !equal::equal(attribute, state, live, self.surroundings) {
                    self.differs(attribute, path, state.clone(), live.clone(), secret);
                }
            }
        }
    }

    /// Keys of a map, each on its own.
    fn map(&mut self, attribute: &Attr, path: &str, state: &Value, live: &Value, secret: bool) {
        let ours = |key: &str| !(matches!(attribute.rule, Rule::Tags) && key.starts_with("aws:"));
        let none = Map::new();
        let (before, after) = (
            state.as_object().unwrap_or(&none),
            live.as_object().unwrap_or(&none),
        );
        let keys: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for key in keys.into_iter().filter(|key| ours(key)) {
            let (old, new) = (
                before.get(key).unwrap_or(&Value::Null),
                after.get(key).unwrap_or(&Value::Null),
            );
            // An empty tag and none are two things; so are those of a free map.
            if old.is_null() != new.is_null() || !equal::scalars(old, new) {
                self.differs(
                    attribute,
                    &format!("{path}.{key}"),
                    old.clone(),
                    new.clone(),
                    secret,
                );
            }
        }
    }

    fn differs(&mut self, attribute: &Attr, path: &str, state: Value, live: Value, secret: bool) {
        self.answer.differences.push(Difference {
            path: path.to_owned(),
            state,
            live,
            meaning: attribute.meaning,
            secret: secret || (self.is_sensitive)(path),
            rule: text::rule(attribute.rule),
        });
    }
}

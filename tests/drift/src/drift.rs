//! What differs, as the tool and as the provider see it, in one form.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use afterhours_diff::catalog::{self, Attr, Rule};
use serde_json::Value;

use crate::tool::Scan;

/// What became of one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is gone.
    Deleted,
    /// These attributes differ, by their top-level names; `tags_all` counts as `tags`.
    Changed(BTreeSet<String>),
}

/// What became of each instance that is not as its state says, by address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drift(pub BTreeMap<String, Fate>);

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deleted => f.write_str("deleted"),
            Self::Changed(names) => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                f.write_str(&names.join("+"))
            }
        }
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("-");
        }
        let parts: Vec<String> = self
            .0
            .iter()
            .map(|(address, fate)| format!("{address}: {fate}"))
            .collect();
        f.write_str(&parts.join(", "))
    }
}

/// The first name of a path: `root_block_device[0].volume_size` is `root_block_device`.
pub fn top(path: &str) -> String {
    let name = path.split(['.', '[']).next().unwrap_or(path);
    if name == "tags_all" { "tags" } else { name }.to_owned()
}

impl Drift {
    /// As the tool found it.
    pub fn of_scan(scan: &Scan) -> Self {
        let text = |finding: &Value, name: &str| {
            let found = finding.get(name).and_then(Value::as_str);
            found.unwrap_or_default().to_owned()
        };
        let mut drift = Self::default();
        for finding in scan.findings(&["changed", "deleted"]) {
            let fate = if text(finding, "class") == "deleted" {
                Fate::Deleted
            } else {
                let attributes = finding.get("attributes").and_then(Value::as_array);
                let paths = attributes.into_iter().flatten();
                Fate::Changed(paths.map(|one| top(&text(one, "path"))).collect())
            };
            drift.0.insert(text(finding, "address"), fate);
        }
        drift
    }

    /// As the provider found it, on the attributes that the catalog compares.
    pub fn of_provider(resource_drift: &Value) -> Self {
        let mut drift = Self::default();
        for entry in resource_drift.as_array().into_iter().flatten() {
            let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
            let at = |pointer: &str| entry.pointer(pointer).cloned().unwrap_or_default();
            if catalog::find(text("type")).is_none() {
                continue;
            }
            let (before, after) = (at("/change/before"), at("/change/after"));
            let fate = if after.is_null() {
                Fate::Deleted
            } else {
                let names = compared(text("type"))
                    .into_iter()
                    .filter(|attribute| {
                        let side = |value: &Value| {
                            let value = value.get(attribute.name).cloned();
                            visible(attribute.rule, value.unwrap_or_default())
                        };
                        side(&before) != side(&after)
                    })
                    .map(|attribute| top(attribute.name));
                Fate::Changed(names.collect())
            };
            if fate != Fate::Changed(BTreeSet::new()) {
                drift.0.insert(text("address").to_owned(), fate);
            }
        }
        drift
    }
}

/// The attributes of a type that the catalog compares.
fn compared(kind: &str) -> Vec<&'static Attr> {
    let attributes = catalog::find(kind).map_or(&[][..], |kind| kind.attributes);
    let left_out = |attribute: &&Attr| matches!(attribute.rule, Rule::Skip(_));
    attributes.iter().filter(|one| !left_out(one)).collect()
}

/// The value without the parts of its blocks that the catalog leaves out.
fn visible(rule: Rule, value: Value) -> Value {
    let children = match rule {
        Rule::Block(children) | Rule::OrderedBlocks(children) => children,
        Rule::Blocks { attributes, .. } => attributes,
        _ => return value,
    };
    let block = |block: Value| match block {
        Value::Object(mut members) => {
            let kept = children.iter().filter_map(|child| {
                let member = members.remove(child.name)?;
                let is_left_out = matches!(child.rule, Rule::Skip(_));
                (!is_left_out).then(|| (child.name.to_owned(), visible(child.rule, member)))
            });
            Value::Object(kept.collect())
        }
        other => other,
    };
    match value {
        Value::Array(blocks) => Value::Array(blocks.into_iter().map(block).collect()),
        other => block(other),
    }
}

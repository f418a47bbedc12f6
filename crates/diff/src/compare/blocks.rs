//! Nested blocks.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::equal::{self, network};
use super::text::{canonical, scalar_text};
use super::{Comparison, Walk};
use crate::catalog::{Absent, Attr, Rule};

/// The blocks of a value: an array, an object for a single one, nothing for absent.
fn blocks(value: &Value) -> Vec<&Map<String, Value>> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_object).collect(),
        Value::Object(block) => vec![block],
        _ => Vec::new(),
    }
}

/// The blocks that say anything. Provider 3 writes one block without any value for none at all, such as
/// `inline_policy` of a role that has no policy.
fn filled<'v>(
    attribute: &Attr,
    children: &[Attr],
    value: &'v Value,
) -> Vec<&'v Map<String, Value>> {
    let mut blocks = blocks(value);
    if attribute.absent != Absent::Never {
        blocks.retain(|block| {
            children.iter().any(|child| {
                let value = block.get(child.name);
                value.is_some_and(|value| !equal::is_absent(value, child.absent))
            })
        });
    }
    blocks
}

impl Walk<'_> {
    /// At most one block: child by child, a missing block being all absent.
    pub(super) fn block(
        &mut self,
        attribute: &Attr,
        children: &'static [Attr],
        path: &str,
        state: &Value,
        live: &Value,
        secret: bool,
    ) {
        let (before, after) = (blocks(state), blocks(live));
        if attribute.absent == Absent::Never && before.is_empty() != after.is_empty() {
            self.differs(attribute, path, state.clone(), live.clone(), secret);
            return;
        }
        self.pair(
            attribute,
            children,
            &format!("{path}[0]"),
            before.first().copied(),
            after.first().copied(),
            secret,
        );
    }

    /// Blocks in their order: the first with the first, and so on.
    pub(super) fn ordered(
        &mut self,
        attribute: &Attr,
        children: &'static [Attr],
        path: &str,
        state: &Value,
        live: &Value,
        secret: bool,
    ) {
        let (before, after) = (blocks(state), blocks(live));
        for index in 0..before.len().max(after.len()) {
            let place = format!("{path}[{index}]");
            match (before.get(index), after.get(index)) {
                (Some(old), Some(new)) => {
                    self.pair(attribute, children, &place, Some(old), Some(new), secret);
                }
                (old, new) => self.whole(attribute, &place, old.copied(), new.copied(), secret),
            }
        }
    }

    /// Blocks whatever their order: those with the same identity are compared child by child; without identity
    /// each must have an equal one.
    #[expect(
        clippy::too_many_arguments,
        reason = "one more than the other walks, of the same kind"
    )]
    pub(super) fn unordered(
        &mut self,
        attribute: &Attr,
        by: &'static [&'static str],
        children: &'static [Attr],
        path: &str,
        state: &Value,
        live: &Value,
        secret: bool,
    ) {
        let mut before = filled(attribute, children, state);
        let mut after = filled(attribute, children, live);
        if !by.is_empty()
            && let (Some(old), Some(new)) = (
                identified(&before, by, children),
                identified(&after, by, children),
            )
        {
            let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for name in names {
                let place = format!("{path}[{name}]");
                match (old.get(name), new.get(name)) {
                    (Some(a), Some(b)) => {
                        self.pair(attribute, children, &place, Some(a), Some(b), secret);
                    }
                    (a, b) => {
                        self.whole(attribute, &place, a.copied(), b.copied(), secret);
                    }
                }
            }
            return;
        }
        self.cancel(children, &mut before, &mut after);
        if before.is_empty() && after.is_empty() {
            return;
        }
        let shown = |blocks: Vec<&Map<String, Value>>| {
            Value::Array(
                blocks
                    .into_iter()
                    .map(|block| Value::Object(block.clone()))
                    .collect(),
            )
        };
        let secret = secret || children.iter().any(|child| child.secret);
        self.differs(attribute, path, shown(before), shown(after), secret);
    }

    /// Takes out the pairs that are equal.
    fn cancel<'v>(
        &self,
        children: &'static [Attr],
        before: &mut Vec<&'v Map<String, Value>>,
        after: &mut Vec<&'v Map<String, Value>>,
    ) {
        // Those that are written alike go first: what is left is small, even of a thousand rules.
        let mut alike: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, block) in after.iter().enumerate().rev() {
            let text = canonical(&Value::Object((*block).clone()));
            alike.entry(text).or_default().push(index);
        }
        let mut gone = vec![false; after.len()];
        before.retain(|block| {
            let text = canonical(&Value::Object((*block).clone()));
            match alike.get_mut(&text).and_then(Vec::pop) {
                Some(index) => {
                    if let Some(slot) = gone.get_mut(index) {
                        *slot = true;
                    }
                    false
                }
                None => true,
            }
        });
        let mut kept = gone.iter();
        after.retain(|_| !kept.next().copied().unwrap_or(false));
        before.retain(|old| {
            let equal = after
                .iter()
                .position(|new| self.differences(children, old, new).is_empty());
            match equal {
                Some(index) => {
                    after.remove(index);
                    false
                }
                None => true,
            }
        });
    }

    fn differences(
        &self,
        children: &'static [Attr],
        old: &Map<String, Value>,
        new: &Map<String, Value>,
    ) -> Vec<super::Difference> {
        let mut inner = Walk {
            surroundings: self.surroundings,
            is_sensitive: self.is_sensitive,
            answer: Comparison::default(),
        };
        inner.children(children, "", Some(old), Some(new), false);
        inner.answer.differences
    }

    /// One block on both sides, or on one with the other all absent.
    fn pair(
        &mut self,
        attribute: &Attr,
        children: &'static [Attr],
        path: &str,
        old: Option<&Map<String, Value>>,
        new: Option<&Map<String, Value>>,
        secret: bool,
    ) {
        self.children(children, path, old, new, secret || attribute.secret);
    }

    fn children(
        &mut self,
        children: &'static [Attr],
        path: &str,
        old: Option<&Map<String, Value>>,
        new: Option<&Map<String, Value>>,
        secret: bool,
    ) {
        for child in children {
            // A child that one block does not have is not known there, unless there is no block at all.
            let value = |side: Option<&Map<String, Value>>| match side {
                None => Some(Value::Null),
                Some(block) => block.get(child.name).cloned(),
            };
            let (Some(before), Some(after)) = (value(old), value(new)) else {
                continue;
            };
            let place = if path.is_empty() {
                child.name.to_owned()
            } else {
                format!("{path}.{}", child.name)
            };
            self.attribute(child, &place, &before, &after, secret || child.secret);
        }
    }

    /// A block that only one side has.
    fn whole(
        &mut self,
        attribute: &Attr,
        path: &str,
        old: Option<&Map<String, Value>>,
        new: Option<&Map<String, Value>>,
        secret: bool,
    ) {
        let shown = |side: Option<&Map<String, Value>>| {
            side.map_or(Value::Null, |block| Value::Object(block.clone()))
        };
        let secret = secret
            || match attribute.rule {
                Rule::Blocks { attributes, .. } | Rule::OrderedBlocks(attributes) => {
                    attributes.iter().any(|child| child.secret)
                }
                _ => false,
            };
        self.differs(attribute, path, shown(old), shown(new), secret);
    }
}

/// Blocks by their identity; none where two share one.
fn identified<'v>(
    blocks: &[&'v Map<String, Value>],
    by: &[&str],
    children: &[Attr],
) -> Option<BTreeMap<String, &'v Map<String, Value>>> {
    let mut named = BTreeMap::new();
    for block in blocks {
        let parts: Vec<String> = by
            .iter()
            .map(|name| {
                let child = children.iter().find(|child| child.name == *name);
                let value = block.get(*name).unwrap_or(&Value::Null);
                let absent = child.is_none_or(|child| equal::is_absent(value, child.absent));
                let text = match child.map(|child| child.rule) {
                    _ if absent => String::new(),
                    Some(Rule::Cidr) => network(value),
                    Some(Rule::CaseInsensitive) => {
                        scalar_text(value).unwrap_or_default().to_ascii_lowercase()
                    }
                    _ => scalar_text(value).unwrap_or_else(|| canonical(value)),
                };
                format!("{name}={text}")
            })
            .collect();
        if named.insert(parts.join(","), *block).is_some() {
            return None;
        }
    }
    Some(named)
}

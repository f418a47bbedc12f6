//! Attributes of before Terraform 0.12: one flat map of texts.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Parts of a key that are told apart.
const MAX_DEPTH: usize = 64;

/// Below a name: its own text, and what lies deeper.
#[derive(Default)]
struct Node {
    text: Option<String>,
    below: BTreeMap<String, Node>,
}

/// Builds the nested form: `a.#` counts a list or set whose elements are `a.0` or `a.HASH`, `a.%` a map.
/// Every scalar stays a text, since the flat form has nothing else.
///
/// The source of the form: `internal/configs/hcl2shim/flatmap.go` of Terraform.
pub(crate) fn unflatten(flat: &Map<String, Value>) -> Map<String, Value> {
    let mut root = Node::default();
    for (key, value) in flat {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Null => continue,
            other => other.to_string(),
        };
        insert(&mut root, key, text);
    }
    let mut attributes = Map::new();
    for (key, node) in root.below {
        attributes.insert(key, value(node));
    }
    attributes
}

fn insert(root: &mut Node, key: &str, text: String) {
    let mut node = root;
    // Deeper than any schema is a key of a map that holds dots; `texts` joins such keys again.
    for part in key.splitn(MAX_DEPTH, '.') {
        node = node.below.entry(part.to_owned()).or_default();
    }
    node.text = Some(text);
}

fn value(mut node: Node) -> Value {
    if node.below.remove("#").is_some() {
        let mut elements: Vec<(u64, Node)> = Vec::new();
        for (index, (key, element)) in node.below.into_iter().enumerate() {
            let fallback = u64::try_from(index).unwrap_or(u64::MAX);
            elements.push((key.parse().unwrap_or(fallback), element));
        }
        elements.sort_by_key(|(position, _)| *position);
        return elements.into_iter().map(|(_, node)| value(node)).collect();
    }
    if node.below.remove("%").is_some() {
        let mut map = Map::new();
        for (key, below) in node.below {
            texts(key, below, &mut map);
        }
        return Value::Object(map);
    }
    if node.below.is_empty() {
        return node.text.map_or(Value::Null, Value::String);
    }
    let below = node.below.into_iter();
    Value::Object(below.map(|(key, node)| (key, value(node))).collect())
}

/// The texts of a map, whose keys are joined again.
fn texts(key: String, node: Node, into: &mut Map<String, Value>) {
    for (deeper, below) in node.below {
        texts(format!("{key}.{deeper}"), below, into);
    }
    if let Some(text) = node.text {
        into.insert(key, Value::String(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_sets_maps_and_blocks_are_nested_again() {
        let flat = json!({
            "id": "sg-1", "name": "web",
            "tags.%": "2", "tags.Name": "web", "tags.team.unit": "ml",
            "ingress.#": "2",
            "ingress.2541437006.from_port": "22", "ingress.2541437006.cidr_blocks.#": "1",
            "ingress.2541437006.cidr_blocks.0": "10.0.0.0/8",
            "ingress.99.from_port": "80", "ingress.99.cidr_blocks.#": "0",
            "zones.#": "12",
            "zones.0": "a", "zones.1": "b", "zones.2": "c", "zones.10": "k",
        });
        assert_eq!(
            Value::Object(unflatten(flat.as_object().unwrap())),
            json!({
                "id": "sg-1", "name": "web",
                "tags": {"Name": "web", "team.unit": "ml"},
                "ingress": [
                    {"from_port": "80", "cidr_blocks": []},
                    {"from_port": "22", "cidr_blocks": ["10.0.0.0/8"]},
                ],
                "zones": ["a", "b", "c", "k"],
            })
        );
    }
}

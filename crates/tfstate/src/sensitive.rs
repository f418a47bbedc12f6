//! Which attributes are secret.

use serde_json::Value;

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// An attribute of an object, or a key of a map.
    Name(String),
    /// An element of a list.
    Number(i64),
}

/// A path into the attributes; whatever lies below it is secret too. The empty path is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttributePath(pub Vec<Step>);

impl AttributePath {
    /// Whether the value at `path` lies at or below this path.
    pub fn covers(&self, path: &[Step]) -> bool {
        path.starts_with(&self.0)
    }
}

/// Reads `sensitive_attributes`: paths of steps `{"type":"get_attr","value":NAME}` and
/// `{"type":"index","value":{"value":KEY,"type":"string"|"number"}}`.
///
/// A step that is not understood ends its path there, so that more is secret rather than less.
pub(crate) fn paths(value: &Value) -> Vec<AttributePath> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(paths) => paths.iter().map(path).collect(),
        _ => vec![AttributePath::default()],
    }
}

fn path(value: &Value) -> AttributePath {
    let steps = value.as_array().map(Vec::as_slice).unwrap_or_default();
    AttributePath(steps.iter().map_while(step).collect())
}

fn step(value: &Value) -> Option<Step> {
    let kind = value.get("type")?.as_str()?;
    let value = value.get("value")?;
    // An index is a value with its type; a bare one is taken as what it is.
    let value = match kind {
        "get_attr" => return value.as_str().map(|name| Step::Name(name.to_owned())),
        "index" => value.get("value").unwrap_or(value),
        _ => return None,
    };
    match value {
        Value::String(key) => Some(Step::Name(key.clone())),
        Value::Number(number) => {
            let text = number.to_string();
            let whole = text.strip_suffix(".0").unwrap_or(&text);
            whole.parse().ok().map(Step::Number)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn name(text: &str) -> Step {
        Step::Name(text.to_owned())
    }

    #[test]
    fn every_form_of_step_is_read() {
        let found = paths(&json!([
            [{"type": "get_attr", "value": "password"}],
            [{"type": "get_attr", "value": "env"}, {"type": "index", "value": {"value": "TOKEN", "type": "string"}}],
            [{"type": "get_attr", "value": "block"}, {"type": "index", "value": {"value": 0, "type": "number"}},
             {"type": "get_attr", "value": "key"}],
        ]));
        let expected = [
            vec![name("password")],
            vec![name("env"), name("TOKEN")],
            vec![name("block"), Step::Number(0), name("key")],
        ];
        assert_eq!(found, expected.map(AttributePath));
        assert!(found[2].covers(&[name("block"), Step::Number(0), name("key"), name("x")]));
        assert!(!found[2].covers(&[name("block"), Step::Number(1), name("key")]));
        assert!(!found[2].covers(&[name("block")]));
    }

    #[test]
    fn what_is_not_understood_makes_more_secret_and_not_less() {
        let set = json!([[{"type": "get_attr", "value": "set"}, {"type": "index", "value": {"value": {"a": 1}, "type": ["object", {}]}}]]);
        assert_eq!(paths(&set), [AttributePath(vec![name("set")])]);
        for odd in [
            json!("x"),
            json!([1]),
            json!([[{"type": "new", "value": "x"}]]),
            json!([{}]),
        ] {
            let all = AttributePath::default();
            assert_eq!(paths(&odd), [all], "{odd}");
        }
        assert!(AttributePath::default().covers(&[name("anything")]));
        assert!(paths(&Value::Null).is_empty());
    }
}

//! Conditions on the values of an attribute.

use serde_json::Value;

use crate::glob::Glob;

/// What must hold of an attribute's values.
#[derive(Debug, Clone, Default)]
pub(crate) struct When {
    pub(crate) live: Option<Test>,
    pub(crate) state: Option<Test>,
    /// `only: additions`: all that the state has is there, and more.
    pub(crate) only_additions: bool,
}

/// One test of one value.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    Equals(Value),
    In(Vec<Value>),
    /// Both ends are in.
    Between(f64, f64),
    Matches(Glob),
}

impl When {
    pub(crate) fn holds(&self, state: &Value, live: &Value) -> bool {
        self.live.as_ref().is_none_or(|test| test.holds(live))
            && self.state.as_ref().is_none_or(|test| test.holds(state))
            && (!self.only_additions || only_adds(state, live))
    }
}

impl Test {
    fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Equals(expected) => is_same(expected, value),
            Self::In(expected) => expected.iter().any(|expected| is_same(expected, value)),
            Self::Between(low, high) => {
                let number = match value {
                    Value::Number(number) => number.as_f64(),
                    Value::String(text) => text.trim().parse().ok(),
                    _ => None,
                };
                number.is_some_and(|number: f64| (*low..=*high).contains(&number))
            }
            Self::Matches(glob) => scalar(value).is_some_and(|text| glob.matches(&text)),
        }
    }
}

/// Equal, where a number or boolean may also be written as a string: states of older providers have both.
fn is_same(expected: &Value, value: &Value) -> bool {
    match (expected, value) {
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| is_same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(name, left)| right.get(name).is_some_and(|right| is_same(left, right)))
        }
        (Value::Number(left), Value::Number(right)) => {
            let fraction = left.is_f64() || right.is_f64();
            left == right || fraction && left.as_f64() == right.as_f64()
        }
        _ => expected == value || scalar(expected).is_some_and(|text| scalar(value) == Some(text)),
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// Whether the live value has all that the state has: list items as often, map entries unchanged. Scalars add nothing.
fn only_adds(state: &Value, live: &Value) -> bool {
    match (state, live) {
        (Value::Null, Value::Array(_) | Value::Object(_)) => true,
        (Value::Array(before), Value::Array(after)) => {
            let mut left: Vec<&Value> = after.iter().collect();
            before.iter().all(|item| {
                left.iter()
                    .position(|other| *other == item)
                    .map(|index| left.swap_remove(index))
                    .is_some()
            })
        }
        (Value::Object(before), Value::Object(after)) => before
            .iter()
            .all(|(name, value)| after.get(name) == Some(value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn additions_leave_all_that_was() {
        assert!(only_adds(&json!(["a"]), &json!(["b", "a"])));
        assert!(!only_adds(&json!(["a", "a"]), &json!(["a", "b"])));
        assert!(only_adds(&json!({"a": 1}), &json!({"a": 1, "b": 2})));
        assert!(!only_adds(&json!({"a": 1}), &json!({"a": 2, "b": 2})));
        assert!(only_adds(&json!(null), &json!(["x"])));
        assert!(!only_adds(&json!(1), &json!(2)) && !only_adds(&json!(["x"]), &json!(null)));
    }

    #[test]
    fn a_number_as_a_string_is_the_number() {
        assert!(
            Test::Equals(json!(5)).holds(&json!("5")) && Test::Equals(json!(5)).holds(&json!(5.0))
        );
        assert!(
            Test::Between(1.0, 3.0).holds(&json!("3"))
                && !Test::Between(1.0, 3.0).holds(&json!("x"))
        );
        assert!(
            !Test::Equals(json!(null)).holds(&json!("null"))
                && !Test::Equals(json!("")).holds(&json!(null))
        );
    }
}

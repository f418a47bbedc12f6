//! When two values are one.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde_json::Value;

use super::Surroundings;
use super::text::{canonical, scalar_text};
use crate::catalog::{Absent, Attr, Rule};
use crate::policy;

/// Whether the value counts as absent.
pub(super) fn is_absent(value: &Value, absent: Absent) -> bool {
    let empty = || match value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    if value.is_null() {
        return true;
    }
    match absent {
        Absent::Never => false,
        Absent::Empty => empty(),
        Absent::Zero => {
            empty()
                || match value {
                    Value::Bool(flag) => !flag,
                    Value::Number(number) => number.as_f64() == Some(0.0),
                    Value::String(text) => text == "0" || text == "false",
                    _ => false,
                }
        }
        Absent::Is(json) => {
            empty()
                || serde_json::from_str::<Value>(json)
                    .is_ok_and(|default| scalars(&default, value) || default == *value)
        }
    }
}

/// Whether two values are one under the rule of their attribute.
pub(super) fn equal(
    attribute: &Attr,
    state: &Value,
    live: &Value,
    surroundings: &Surroundings,
) -> bool {
    let (no_state, no_live) = (
        is_absent(state, attribute.absent),
        is_absent(live, attribute.absent),
    );
    if no_state && no_live {
        return true;
    }
    if let Rule::Custom(same) = attribute.rule {
        return same(state, live);
    }
    if no_state != no_live
        && (state.is_null() || live.is_null() || attribute.absent != Absent::Never)
    {
        return false;
    }
    match attribute.rule {
        Rule::CaseInsensitive => pairwise(state, live, |a, b| scalars(&lower(a), &lower(b))),
        Rule::Set => set(state) == set(live),
        Rule::NameOrArn => pairwise(state, live, name_or_arn),
        Rule::Cidr => pairwise(state, live, |a, b| network(a) == network(b)),
        Rule::Policy => match (state, live) {
            (Value::String(a), Value::String(b)) => policy::equivalent(a, b, surroundings),
            _ => canonical(state) == canonical(live),
        },
        Rule::Json => document(state) == document(live),
        _ => pairwise(state, live, scalars),
    }
}

/// Scalars by value: numbers and flags may be written as text.
pub(super) fn scalars(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => x == y || x.as_f64() == y.as_f64(),
        (Value::Number(number), Value::String(text))
        | (Value::String(text), Value::Number(number)) => {
            number.to_string() == *text || text.parse::<f64>().ok() == number.as_f64()
        }
        (Value::Bool(flag), Value::String(text)) | (Value::String(text), Value::Bool(flag)) => {
            flag.to_string() == *text
        }
        (Value::Array(_) | Value::Object(_), _) => canonical(a) == canonical(b),
        _ => a == b,
    }
}

/// Two scalars, or two lists of them in their order.
fn pairwise(a: &Value, b: &Value, same: impl Fn(&Value, &Value) -> bool) -> bool {
    match (a, b) {
        (Value::Array(xs), Value::Array(ys)) => {
            xs.len() == ys.len() && xs.iter().zip(ys).all(|(x, y)| same(x, y))
        }
        // A list of one and its element, as in a policy's `Action`, are not one here: shapes are the reader's work.
        _ => same(a, b),
    }
}

fn set(value: &Value) -> BTreeSet<String> {
    match value {
        Value::Array(items) => items.iter().map(member).collect(),
        Value::Null => BTreeSet::new(),
        scalar => BTreeSet::from([member(scalar)]),
    }
}

fn member(item: &Value) -> String {
    scalar_text(item).unwrap_or_else(|| canonical(item))
}

fn lower(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.to_ascii_lowercase()),
        other => other.clone(),
    }
}

fn name_or_arn(a: &Value, b: &Value) -> bool {
    let (Value::String(a), Value::String(b)) = (a, b) else {
        return scalars(a, b);
    };
    if a == b {
        return true;
    }
    let last = |arn: &str| arn.rsplit(['/', ':']).next().map(str::to_owned);
    match (a.starts_with("arn:"), b.starts_with("arn:")) {
        (true, false) => last(a).as_deref() == Some(b),
        (false, true) => last(b).as_deref() == Some(a),
        _ => false,
    }
}

/// A network with its address in canonical notation; the text itself where it is none.
pub(super) fn network(value: &Value) -> String {
    let text = scalar_text(value).unwrap_or_else(|| canonical(value));
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text.as_str(), None),
    };
    match (address.parse::<IpAddr>(), length) {
        (Ok(address), Some(length)) => format!("{address}/{length}"),
        (Ok(address), None) => address.to_string(),
        (Err(_), _) => text,
    }
}

/// A JSON text by structure; numbers and texts as they are.
fn document(value: &Value) -> String {
    match value {
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(parsed) => canonical(&parsed),
            Err(_) => text.trim().to_owned(),
        },
        other => canonical(other),
    }
}

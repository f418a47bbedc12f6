//! From a text to JSON: plain, URL-encoded as IAM answers, as JSON in a string, or with the quotes escaped as in a plan.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::PolicyError;

/// How many strings and lists are unwrapped.
const MAX_WRAPPERS: usize = 4;

/// The one object that a text holds; an empty list is an empty object.
pub(crate) fn read(text: &str) -> Result<Map<String, Value>, PolicyError> {
    unwrap(json(text)?, MAX_WRAPPERS)
}

/// The one object that a value holds.
pub(crate) fn unwrap(value: Value, wrappers: usize) -> Result<Map<String, Value>, PolicyError> {
    let inner = match value {
        Value::Object(object) => return Ok(object),
        Value::String(text) => Inner::Text(text),
        Value::Array(list) => {
            let mut items = list.into_iter();
            match (items.next(), items.next()) {
                (None, _) => return Ok(Map::new()),
                (Some(item), None) => Inner::Item(item),
                _ => return Err(not_a_policy("a list of several values")),
            }
        }
        other => return Err(not_a_policy(kind(&other))),
    };
    let Some(left) = wrappers.checked_sub(1) else {
        return Err(PolicyError::Wrapped {
            limit: MAX_WRAPPERS,
        });
    };
    match inner {
        Inner::Text(text) => unwrap(json(&text)?, left),
        Inner::Item(item) => unwrap(item, left),
    }
}

enum Inner {
    Text(String),
    Item(Value),
}

/// As [`unwrap`], for a value that is at hand.
pub(crate) fn of_value(value: &Value) -> Result<Map<String, Value>, PolicyError> {
    unwrap(value.clone(), MAX_WRAPPERS)
}

fn not_a_policy(found: &'static str) -> PolicyError {
    PolicyError::NotAPolicy {
        place: "(root)".to_owned(),
        found,
    }
}

/// What a value is, in words.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn json(text: &str) -> Result<Value, PolicyError> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(PolicyError::Empty);
    }
    let text = decoded(text)?;
    let text = text.trim();
    // A plan prints the quotes of a string escaped: `{\"Version\":…}`.
    let text: Cow<'_, str> = if text.starts_with("{\\") || text.starts_with("[{\\") {
        Cow::Owned(format!("\"{text}\""))
    } else {
        Cow::Borrowed(text)
    };
    serde_json::from_str::<Strict>(&text)
        .map(|strict| strict.0)
        .map_err(|source| PolicyError::NotJson {
            line: source.line(),
            column: source.column(),
            source,
        })
}

/// Percent-decoded, where the text begins like an encoded JSON document. `+` is no space there (RFC 3986, as IAM encodes).
fn decoded(text: &str) -> Result<Cow<'_, str>, PolicyError> {
    let starts = ["%7b", "%5b", "%22", "%20", "%0a", "%0d", "%09"];
    let encoded = text
        .get(..3)
        .is_some_and(|start| starts.contains(&start.to_ascii_lowercase().as_str()));
    if !encoded {
        return Ok(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let pair = match after {
            [high, low, ..] if byte == b'%' => hex(*high).zip(hex(*low)),
            _ => None,
        };
        if let Some((high, low)) = pair {
            bytes.push(high * 16 + low);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8(bytes)
        .map(Cow::Owned)
        .map_err(|error| PolicyError::NotText {
            position: error.utf8_error().valid_up_to(),
        })
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

/// A JSON value whose objects name nothing twice: of two equal names one would be lost unseen.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let Strict(value) = entries.next_value()?;
            if object.contains_key(&name) {
                return Err(A::Error::custom(format_args!(
                    "`{name}` stands twice in one object"
                )));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

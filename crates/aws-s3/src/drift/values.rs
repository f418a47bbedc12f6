//! Texts, numbers and flags of the SDK as JSON in Terraform's shapes.

use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use aws_sdk_s3::types::{Grantee, Tag};
use serde_json::{Map, Value, json};

/// An object of JSON.
pub(super) type Object = Map<String, Value>;

/// An object of these members.
pub(super) fn object<const N: usize>(members: [(&str, Value); N]) -> Object {
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// A block that is there at most once, as the state writes it: an array.
pub(super) fn block(value: Option<Value>) -> Value {
    Value::Array(value.into_iter().collect())
}

/// Several blocks.
pub(super) fn blocks<T>(items: &[T], project: impl Fn(&T) -> Value) -> Value {
    Value::Array(items.iter().map(project).collect())
}

/// A text of an enumeration.
pub(super) fn text<T: AsRef<str>>(value: Option<&T>) -> Value {
    value.map_or(Value::Null, |value| Value::from(value.as_ref()))
}

/// A set of texts of an enumeration.
pub(super) fn texts<T: AsRef<str>>(values: &[T]) -> Value {
    blocks(values, |value| Value::from(value.as_ref()))
}

/// An instant, as provider 4 and later write it; an SDK time that RFC 3339 cannot hold is written in seconds.
pub(super) fn instant(value: Option<&DateTime>) -> Value {
    value.map_or(Value::Null, |value| {
        let text = value.fmt(DateTimeFormat::DateTime);
        Value::from(text.unwrap_or_else(|_| value.secs().to_string()))
    })
}

/// Tags as a map.
pub(super) fn tags(tags: &[Tag]) -> Value {
    let pairs = tags
        .iter()
        .map(|tag| (tag.key().to_owned(), Value::from(tag.value())));
    Value::Object(pairs.collect())
}

/// A tag as a block.
pub(super) fn tag(tag: &Tag) -> Value {
    json!({"key": tag.key(), "value": tag.value()})
}

/// A grantee as a block.
pub(super) fn grantee(grantee: &Grantee) -> Value {
    json!({
        "id": grantee.id().unwrap_or_default(),
        "type": grantee.r#type().as_str(),
        "uri": grantee.uri().unwrap_or_default(),
    })
}

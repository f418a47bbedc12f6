//! Values of the SDK as JSON in Terraform's shapes.

use afterhours_aws::Answer;
use afterhours_diff::{Live, Wanted};
use afterhours_ports::PortResult;
use serde_json::{Map, Value};

/// An object of JSON.
pub(super) type Object = Map<String, Value>;

/// An object of these members.
pub(super) fn object<const N: usize>(members: [(&str, Value); N]) -> Object {
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

pub(super) fn insert(object: &mut Object, name: &str, value: impl Into<Value>) {
    object.insert(name.to_owned(), value.into());
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

/// A number of the API with a fraction, without what the short form adds: 0.1 is 0.1.
pub(super) fn number(value: Option<f32>) -> Value {
    let exact = value.and_then(|value| value.to_string().parse::<f64>().ok());
    exact.map_or(Value::Null, Value::from)
}

/// A described object; its name and ARN have to be there.
pub(super) fn live(
    kind: &'static str,
    answer: Answer,
    (name_field, name): (&str, Option<&str>),
    (arn_field, arn): (&str, Option<&str>),
    mut attributes: Object,
) -> PortResult<Live> {
    let name = answer.text(name_field, name)?;
    let arn = answer.text(arn_field, arn)?;
    insert(&mut attributes, "name", name.as_str());
    insert(&mut attributes, "arn", arn.as_str());
    Ok(Live {
        kind,
        key: name.clone(),
        id: name,
        arn: Some(arn),
        attributes,
        ..Live::default()
    })
}

/// What a list tells of an object.
pub(super) fn identity(kind: &'static str, name: &str, arn: &str, wanted: &Wanted) -> Live {
    let attributes = object([
        ("name", Value::from(name)),
        ("arn", Value::from(arn)),
        ("region", Value::from(wanted.region.as_str())),
    ]);
    Live {
        kind,
        key: name.to_owned(),
        id: name.to_owned(),
        arn: Some(arn.to_owned()),
        attributes,
        ..Live::default()
    }
}

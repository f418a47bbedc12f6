//! What is known of each Terraform type: how its instances are joined with live objects, and how each attribute
//! is compared.
//!
//! One file per service. Every configurable argument of a type is named: compared, or left out with the reason.

mod autoscaling;
pub mod coverage;
mod ec2_compute;
mod ec2_network;
mod iam;
mod rule;
mod s3;
mod sagemaker;
mod sns;

use serde_json::{Map, Value};

pub use rule::{Absent, Attr, Meaning, Rule};

/// How state attributes make the key that a live object carries.
#[derive(Debug, Clone, Copy)]
pub enum Key {
    /// One attribute, such as `id`, `arn` or `name`.
    Attribute(&'static str),
    /// Several, joined by `|`; an absent one is empty.
    Joined(&'static [&'static str]),
    /// Anything else; none where the instance cannot be joined.
    Made(fn(&Map<String, Value>) -> Option<String>),
}

/// One Terraform type.
#[derive(Debug, Clone, Copy)]
pub struct Type {
    /// `aws_vpc`.
    pub name: &'static str,
    /// How it is joined.
    pub key: Key,
    /// Every configurable argument, and computed attributes worth comparing, by name.
    pub attributes: &'static [Attr],
    /// Whether it exists once per account, not per region (IAM).
    pub global: bool,
    /// Whether objects that no state names are findings (class `unmanaged`).
    pub unmanaged: bool,
}

impl Type {
    /// The key of a state instance; none where the state lacks what the key is made of.
    pub fn key(&self, attributes: &Map<String, Value>) -> Option<String> {
        match self.key {
            Key::Attribute(name) => text(attributes.get(name)).filter(|key| !key.is_empty()),
            Key::Joined(names) => {
                let parts: Vec<String> = names
                    .iter()
                    .map(|name| text(attributes.get(*name)).unwrap_or_default())
                    .collect();
                (!parts.iter().all(String::is_empty)).then(|| parts.join("|"))
            }
            Key::Made(make) => make(attributes),
        }
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Every type that is read, by name.
pub fn types() -> impl Iterator<Item = &'static Type> {
    [
        autoscaling::TYPES,
        ec2_compute::TYPES,
        ec2_network::TYPES,
        iam::TYPES,
        s3::TYPES,
        sagemaker::TYPES,
        sns::TYPES,
    ]
    .into_iter()
    .flatten()
}

/// The type of this name; none where it has no reader.
pub fn find(name: &str) -> Option<&'static Type> {
    types().find(|known| known.name == name)
}

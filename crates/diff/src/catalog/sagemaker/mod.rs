//! `SageMaker`: models and endpoint configurations, which never change but can be made anew under their name, endpoints
//! and notebook instances.

mod endpoint;
mod endpoint_configuration;
mod model;
mod notebook;

use super::{Attr, Key, Rule, Type};

pub(super) const TYPES: &[Type] = &[
    endpoint::ENDPOINT,
    endpoint_configuration::ENDPOINT_CONFIGURATION,
    model::MODEL,
    notebook::INSTANCE,
    notebook::LIFECYCLE_CONFIGURATION,
];

/// Everything has a name that is its id.
const NAME: Attr = Attr::new("name", Rule::Scalar).availability();
const ARN: Attr = Attr::new("arn", Rule::Scalar);
const ID: Attr = Attr::skip("id", "the same as `name`");
const REGION: Attr = Attr::new("region", Rule::Scalar).availability();
const TAGS: Attr = Attr::new("tags", Rule::Tags);
const TAGS_ALL: Attr = Attr::new("tags_all", Rule::Tags);

const fn named(name: &'static str, attributes: &'static [Attr]) -> Type {
    Type {
        name,
        key: Key::Attribute("id"),
        attributes,
        global: false,
        unmanaged: true,
    }
}

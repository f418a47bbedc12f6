//! EC2: networks, security groups, endpoints, flow logs.
//!
//! Arguments are those of provider 6.69.1 and 3.39.0, read from the schemas that the providers print themselves
//! (`terraform providers schema -json`); how AWS shapes each value is told by the API reference of the `Describe…` call
//! (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/>).

mod endpoints;
mod gateways;
mod routes;
mod security_groups;
mod vpcs;

use serde_json::Value;

use super::{Attr, Rule, Type};

pub(super) const TYPES: &[Type] = &[
    vpcs::VPC,
    vpcs::DEFAULT_VPC,
    vpcs::SUBNET,
    vpcs::DEFAULT_SUBNET,
    routes::TABLE,
    routes::DEFAULT_TABLE,
    routes::ROUTE,
    routes::ASSOCIATION,
    routes::MAIN_ASSOCIATION,
    gateways::INTERNET,
    gateways::NAT,
    gateways::ADDRESS,
    gateways::ADDRESS_ASSOCIATION,
    endpoints::ENDPOINT,
    endpoints::FLOW_LOG,
    security_groups::GROUP,
    security_groups::DEFAULT_GROUP,
    security_groups::RULE,
    security_groups::INGRESS_RULE,
    security_groups::EGRESS_RULE,
];

/// What live values carry (as the key of an object around them, or as a flag in a block) whose object some state
/// names by itself: a standalone rule, route or association. It is compared there, and a state written before the
/// object came need not hold it here.
const STANDALONE: &str = "standalone";

const REGION: Attr = Attr::skip("region", "says where the object is looked for");
const TIMEOUTS: Attr = Attr::skip("timeouts", "used by Terraform only");
const TAGS: Attr = Attr::new("tags", Rule::Tags);
const TAGS_ALL: Attr = Attr::new("tags_all", Rule::Tags);

/// A scalar that a standalone object may decide.
fn or_standalone(state: &Value, live: &Value) -> bool {
    if live.get(STANDALONE).is_some() {
        return true;
    }
    super::text(Some(state)).unwrap_or_default() == super::text(Some(live)).unwrap_or_default()
}

/// A scalar that Terraform writes in several ways: the live side gives them all.
fn one_of(state: &Value, live: &Value) -> bool {
    any_way(live, |live| {
        super::text(Some(state)).unwrap_or_default() == super::text(Some(live)).unwrap_or_default()
    })
}

/// An IP network of several.
fn one_network(state: &Value, live: &Value) -> bool {
    let read = |value: &Value| network(&super::text(Some(value)).unwrap_or_default());
    any_way(live, |live| read(state) == read(live))
}

fn any_way(live: &Value, same: impl Fn(&Value) -> bool) -> bool {
    match live {
        Value::Array(ways) => ways.iter().any(same),
        other => same(other),
    }
}

/// An IP network in one notation; anything else as it is.
fn network(text: &str) -> String {
    let text = text.trim();
    let Some((address, length)) = text.split_once('/') else {
        return text.to_ascii_lowercase();
    };
    match address.parse::<std::net::IpAddr>() {
        Ok(address) => format!("{address}/{length}"),
        Err(_) => text.to_owned(),
    }
}

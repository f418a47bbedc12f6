//! Route tables, their routes and associations.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::{Attr, Key, Rule, Type, text};
use super::{REGION, STANDALONE, TAGS, TAGS_ALL, TIMEOUTS, network};

/// The destinations a route can have, as inline blocks name them.
const DESTINATIONS: [&str; 3] = [
    "cidr_block",
    "ipv6_cidr_block",
    "destination_prefix_list_id",
];

const VPC_ID: Attr = Attr::new("vpc_id", Rule::Scalar).security();
const PROPAGATING: Attr = Attr::new("propagating_vgws", Rule::Set).security();
const ROUTES: Attr = Attr::new("route", Rule::Custom(same_routes)).security();

pub(super) const TABLE: Type = Type {
    name: "aws_route_table",
    key: Key::Attribute("id"),
    attributes: &[
        ROUTES,
        PROPAGATING,
        VPC_ID,
        REGION,
        TAGS,
        TAGS_ALL,
        TIMEOUTS,
    ],
    global: false,
    unmanaged: true,
};

pub(super) const DEFAULT_TABLE: Type = Type {
    name: "aws_default_route_table",
    key: Key::Attribute("id"),
    attributes: &[
        ROUTES,
        PROPAGATING,
        VPC_ID,
        Attr::new("default_route_table_id", Rule::Scalar).security(),
        REGION,
        TAGS,
        TAGS_ALL,
        TIMEOUTS,
    ],
    global: false,
    unmanaged: false,
};

pub(super) const ROUTE: Type = Type {
    name: "aws_route",
    key: Key::Made(route_key),
    attributes: &[
        Attr::new("route_table_id", Rule::Scalar).security(),
        Attr::new("destination_cidr_block", Rule::Cidr).security(),
        Attr::new("destination_ipv6_cidr_block", Rule::Cidr).security(),
        Attr::new("destination_prefix_list_id", Rule::Scalar).security(),
        Attr::new("carrier_gateway_id", Rule::Scalar).security(),
        Attr::new("core_network_arn", Rule::Scalar).security(),
        Attr::new("egress_only_gateway_id", Rule::Scalar).security(),
        Attr::new("gateway_id", Rule::Scalar).security(),
        // An argument until provider 4.
        Attr::new("instance_id", Rule::Scalar).security(),
        Attr::new("local_gateway_id", Rule::Scalar).security(),
        Attr::new("nat_gateway_id", Rule::Scalar).security(),
        Attr::new("network_interface_id", Rule::Scalar).security(),
        Attr::new("odb_network_arn", Rule::Scalar).security(),
        Attr::new("transit_gateway_id", Rule::Scalar).security(),
        Attr::new("vpc_endpoint_id", Rule::Scalar).security(),
        Attr::new("vpc_peering_connection_id", Rule::Scalar).security(),
        // `active` or `blackhole`: whether the target is still there.
        Attr::new("state", Rule::Scalar).availability(),
        REGION,
        TIMEOUTS,
    ],
    global: false,
    unmanaged: false,
};

pub(super) const ASSOCIATION: Type = Type {
    name: "aws_route_table_association",
    key: Key::Attribute("id"),
    attributes: &[
        Attr::new("route_table_id", Rule::Scalar).security(),
        Attr::new("subnet_id", Rule::Scalar).security(),
        Attr::new("gateway_id", Rule::Scalar).security(),
        REGION,
        TIMEOUTS,
    ],
    global: false,
    unmanaged: false,
};

pub(super) const MAIN_ASSOCIATION: Type = Type {
    name: "aws_main_route_table_association",
    key: Key::Attribute("id"),
    attributes: &[
        Attr::new("route_table_id", Rule::Scalar).security(),
        VPC_ID,
        REGION,
        TIMEOUTS,
    ],
    global: false,
    unmanaged: false,
};

/// `rtb-1|0.0.0.0/0`: a table has one route to each destination.
fn route_key(attributes: &Map<String, Value>) -> Option<String> {
    let named = |name: &str| text(attributes.get(name)).filter(|text| !text.is_empty());
    let table = named("route_table_id")?;
    let destination = named("destination_cidr_block")
        .or_else(|| named("destination_ipv6_cidr_block"))
        .or_else(|| named("destination_prefix_list_id"))?;
    Some(format!("{table}|{}", network(&destination)))
}

/// Inline routes, order aside: the same destinations, each with the same target. A route that a state names by itself
/// may lack here.
fn same_routes(state: &Value, live: &Value) -> bool {
    let (state, live) = (by_destination(state), by_destination(live));
    let optional = |route: &&Map<String, Value>| route.get(STANDALONE) == Some(&Value::Bool(true));
    let all_known = live.iter().all(|(destination, route)| {
        state
            .get(destination)
            .map_or_else(|| optional(route), |known| same_target(known, route))
    });
    all_known
        && state
            .keys()
            .all(|destination| live.contains_key(destination))
}

fn by_destination(routes: &Value) -> BTreeMap<String, &Map<String, Value>> {
    let routes = routes.as_array().map(Vec::as_slice).unwrap_or_default();
    routes
        .iter()
        .filter_map(Value::as_object)
        .map(|route| {
            let destination = DESTINATIONS
                .iter()
                .filter_map(|name| text(route.get(*name)))
                .find(|text| !text.is_empty())
                .unwrap_or_default();
            (network(&destination), route)
        })
        .collect()
}

/// What both know of the target. The instance follows from its network interface, which AWS fills in.
fn same_target(state: &Map<String, Value>, live: &Map<String, Value>) -> bool {
    let names = state.keys().filter(|name| {
        !DESTINATIONS.contains(&name.as_str()) && *name != STANDALONE && *name != "instance_id"
    });
    names.into_iter().all(|name| match live.get(name) {
        Some(found) => {
            text(state.get(name)).unwrap_or_default() == text(Some(found)).unwrap_or_default()
        }
        None => true,
    })
}

//! Route tables, their routes and associations.

use std::collections::BTreeSet;

use afterhours_diff::{Listing, Live, Origin, Wanted, catalog};
use afterhours_ports::{PortResult, hole};
use aws_sdk_ec2::types::{
    Route, RouteOrigin, RouteState, RouteTable, RouteTableAssociation,
    RouteTableAssociationStateCode,
};
use serde_json::{Map, Value, json};

use super::actions;
use super::live::{Object, id, incomplete, listing, members};
use crate::pages::Fetched;

pub(super) fn tables(wanted: &Wanted, tables: &Fetched<RouteTable>) -> Vec<Listing> {
    let replaced = replaced(wanted, tables);
    [
        ("aws_route_table", "aws_default_route_table"),
        ("aws_default_route_table", "aws_route_table"),
    ]
    .into_iter()
    .filter_map(|(kind, sibling)| {
        listing(
            wanted,
            kind,
            &[sibling],
            tables,
            |table| identify(table, &replaced),
            |table, object| describe(wanted, kind, table, object),
        )
    })
    .collect()
}

/// The association that makes a table the main one of its VPC.
pub(super) fn main_association(table: &RouteTable) -> Option<&RouteTableAssociation> {
    table
        .associations()
        .iter()
        .find(|association| association.main() == Some(true) && holds(association))
}

/// Whether an association is, or is becoming, effective.
fn holds(association: &RouteTableAssociation) -> bool {
    let state = association
        .association_state()
        .and_then(|state| state.state());
    !matches!(
        state,
        Some(
            RouteTableAssociationStateCode::Disassociated
                | RouteTableAssociationStateCode::Disassociating
                | RouteTableAssociationStateCode::Failed
        )
    )
}

fn identify<'t>(
    table: &'t RouteTable,
    replaced: &BTreeSet<&str>,
) -> PortResult<Option<Object<'t>>> {
    let id = id(actions::TABLES, "RouteTableId", table.route_table_id())?;
    let vpc = table.vpc_id().unwrap_or_default();
    let is_main = main_association(table).is_some();
    let was_main = replaced.contains(vpc) && is_untouched(table);
    let object = Object::tagged(id, "route-table", table.owner_id(), table.tags());
    let object = object.or_default(was_main, || {
        format!("the first main route table of {vpc}, which was replaced")
    });
    Ok(Some(object.or_default(is_main, || {
        format!("the main route table of {vpc}")
    })))
}

/// VPCs whose main route table a state sets, so that the one that AWS made is left without use.
fn replaced<'t>(wanted: &Wanted, tables: &'t Fetched<RouteTable>) -> BTreeSet<&'t str> {
    let set = tables.items.iter().filter(|table| {
        let id = main_association(table).and_then(|main| main.route_table_association_id());
        id.is_some_and(|id| wanted.names("aws_main_route_table_association", id))
    });
    set.filter_map(RouteTable::vpc_id).collect()
}

/// Whether a table is as AWS makes it: local routes, no association, no tag.
fn is_untouched(table: &RouteTable) -> bool {
    let local = |route: &Route| route.gateway_id() == Some("local");
    table.associations().is_empty() && table.tags().is_empty() && table.routes().iter().all(local)
}

fn describe(wanted: &Wanted, kind: &'static str, table: &RouteTable, object: Object<'_>) -> Live {
    let routes: Vec<Value> = table
        .routes()
        .iter()
        .filter(|route| is_inline(route))
        .map(|route| {
            let mut block = target(route);
            block.insert(
                "cidr_block".to_owned(),
                json!(route.destination_cidr_block()),
            );
            block.insert(
                "ipv6_cidr_block".to_owned(),
                json!(route.destination_ipv6_cidr_block()),
            );
            block.insert(
                "destination_prefix_list_id".to_owned(),
                json!(route.destination_prefix_list_id()),
            );
            let named = key(&object.id, route).is_some_and(|key| wanted.names("aws_route", &key));
            if named || may_lack(route) {
                block.insert("standalone".to_owned(), Value::Bool(true));
            }
            Value::Object(block)
        })
        .collect();
    let gateways: Vec<&str> = table
        .propagating_vgws()
        .iter()
        .filter_map(|gateway| gateway.gateway_id())
        .collect();
    let attributes = members(json!({
        "vpc_id": table.vpc_id(),
        "default_route_table_id": object.id,
        "propagating_vgws": gateways,
        "route": routes,
    }));
    object.live(wanted, kind, attributes)
}

/// Whether Terraform counts a route among those of its table: not those that a virtual private gateway propagates, and not
/// those that a gateway endpoint or VPC Lattice adds (`flattenEc2Routes` of provider 3.39.0, `flattenRoutes` of 6).
fn is_inline(route: &Route) -> bool {
    let gateway = route.gateway_id().unwrap_or_default();
    let of_endpoint = route.destination_prefix_list_id().is_some() && gateway.starts_with("vpce-");
    gateway != "VpcLattice"
        && !of_endpoint
        && route.origin() != Some(&RouteOrigin::EnableVgwRoutePropagation)
}

/// Whether Terraform keeps a route only where it was configured: the local ones, and those to network interfaces that an
/// AWS service owns (its "account" is no number).
fn may_lack(route: &Route) -> bool {
    let of_service = route
        .instance_owner_id()
        .is_some_and(|owner| !owner.chars().all(|letter| letter.is_ascii_digit()));
    route.gateway_id() == Some("local") || of_service
}

/// What a route leads to; names are the same inline and standalone.
fn target(route: &Route) -> Map<String, Value> {
    let (gateway, endpoint) = match route.gateway_id() {
        Some(id) if id.starts_with("vpce-") => (None, Some(id)),
        other => (other, None),
    };
    members(json!({
        "carrier_gateway_id": route.carrier_gateway_id(),
        "core_network_arn": route.core_network_arn(),
        "egress_only_gateway_id": route.egress_only_internet_gateway_id(),
        "gateway_id": gateway,
        "instance_id": route.instance_id(),
        "local_gateway_id": route.local_gateway_id(),
        "nat_gateway_id": route.nat_gateway_id(),
        "network_interface_id": route.network_interface_id(),
        "odb_network_arn": route.odb_network_arn(),
        "transit_gateway_id": route.transit_gateway_id(),
        "vpc_endpoint_id": endpoint,
        "vpc_peering_connection_id": route.vpc_peering_connection_id(),
    }))
}

/// The key that a state's `aws_route` of this route has.
fn key(table: &str, route: &Route) -> Option<String> {
    catalog::find("aws_route")?.key(&named(table, route))
}

/// The table and the destination of a route.
fn named(table: &str, route: &Route) -> Map<String, Value> {
    members(json!({
        "route_table_id": table,
        "destination_cidr_block": route.destination_cidr_block(),
        "destination_ipv6_cidr_block": route.destination_ipv6_cidr_block(),
        "destination_prefix_list_id": route.destination_prefix_list_id(),
    }))
}

/// Standalone routes that states name; others are found as a change of their table.
pub(super) fn routes(wanted: &Wanted, tables: &Fetched<RouteTable>) -> Option<Listing> {
    part(wanted, "aws_route", tables, |table_id, table, listing| {
        for route in table.routes() {
            let Some(key) = key(table_id, route) else {
                continue;
            };
            if !wanted.names("aws_route", &key) {
                continue;
            }
            let mut attributes = target(route);
            attributes.extend(named(table_id, route));
            let state = route.state().map(RouteState::as_str);
            attributes.insert("state".to_owned(), json!(state));
            let destination = key
                .split_once('|')
                .map_or("", |(_, destination)| destination);
            let id = format!("{table_id}_{destination}");
            let mut live = inside(table.owner_id(), id).live(wanted, "aws_route", attributes);
            live.key = key;
            listing.objects.push(live);
        }
    })
}

/// Associations with subnets and gateways that states name.
pub(super) fn associations(wanted: &Wanted, tables: &Fetched<RouteTable>) -> Option<Listing> {
    const KIND: &str = "aws_route_table_association";
    part(wanted, KIND, tables, |table_id, table, listing| {
        for association in table.associations() {
            if association.main() == Some(true) {
                continue;
            }
            let attributes = json!({
                "route_table_id": table_id,
                "subnet_id": association.subnet_id(),
                "gateway_id": association.gateway_id(),
            });
            named_association(wanted, KIND, table, association, attributes, listing);
        }
    })
}

/// Main associations that states name.
pub(super) fn main_associations(wanted: &Wanted, tables: &Fetched<RouteTable>) -> Option<Listing> {
    const KIND: &str = "aws_main_route_table_association";
    part(wanted, KIND, tables, |table_id, table, listing| {
        if let Some(association) = main_association(table) {
            let attributes = json!({ "route_table_id": table_id, "vpc_id": table.vpc_id() });
            named_association(wanted, KIND, table, association, attributes, listing);
        }
    })
}

fn named_association(
    wanted: &Wanted,
    kind: &'static str,
    table: &RouteTable,
    association: &RouteTableAssociation,
    attributes: Value,
    listing: &mut Listing,
) {
    let id = association.route_table_association_id().unwrap_or_default();
    if wanted.names(kind, id) && holds(association) {
        let object = inside(table.owner_id(), id.to_owned());
        let live = object.live(wanted, kind, members(attributes));
        listing.objects.push(live);
    }
}

/// Something inside a table, which has neither ARN nor tags.
fn inside(owner: Option<&str>, id: String) -> Object<'_> {
    Object {
        id,
        arn: None,
        owner,
        tags: None,
        origin: Some(Origin::Ordinary),
    }
}

/// A listing of what is inside tables.
fn part(
    wanted: &Wanted,
    kind: &'static str,
    tables: &Fetched<RouteTable>,
    add: impl Fn(&str, &RouteTable, &mut Listing),
) -> Option<Listing> {
    if !wanted.wants(kind) {
        return None;
    }
    let mut listing = Listing::complete(kind, Vec::new());
    listing.incomplete.clone_from(&tables.hole);
    let mut seen = BTreeSet::new();
    for table in &tables.items {
        match id(actions::TABLES, "RouteTableId", table.route_table_id()) {
            Ok(table_id) => {
                if seen.insert(table_id.clone()) {
                    add(&table_id, table, &mut listing);
                }
            }
            Err(error) => incomplete(&mut listing, || hole(&error)),
        }
    }
    Some(listing)
}

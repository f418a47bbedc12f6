//! Internet and NAT gateways, Elastic IP addresses and their associations.

use std::collections::{BTreeMap, BTreeSet};

use afterhours_diff::{Listing, Live, Origin, Wanted};
use afterhours_ports::PortResult;
use aws_sdk_ec2::types::{
    Address, AutoProvisionZonesState, AvailabilityMode, ConnectivityType, DomainType,
    InternetGateway, NatGateway, NatGatewayAddress, NatGatewayState, ServiceManaged, Vpc,
};
use serde_json::{Map, Value, json};

use super::actions;
use super::live::{Object, id, listing, members, standalone};
use crate::pages::Fetched;

pub(super) fn internet(
    wanted: &Wanted,
    gateways: &Fetched<InternetGateway>,
    vpcs: &Fetched<Vpc>,
) -> Option<Listing> {
    const KIND: &str = "aws_internet_gateway";
    let default_vpcs: BTreeSet<&str> = vpcs
        .items
        .iter()
        .filter(|vpc| vpc.is_default() == Some(true))
        .filter_map(Vpc::vpc_id)
        .collect();
    listing(
        wanted,
        KIND,
        &[],
        gateways,
        |gateway| {
            let id = id(
                actions::INTERNET_GATEWAYS,
                "InternetGatewayId",
                gateway.internet_gateway_id(),
            )?;
            let is_default = vpc_of(gateway).is_some_and(|vpc| default_vpcs.contains(vpc));
            Ok(Some(
                Object::tagged(id, "internet-gateway", gateway.owner_id(), gateway.tags())
                    .or_default(is_default, || {
                        "the internet gateway of the default VPC".to_owned()
                    }),
            ))
        },
        |gateway, object| object.live(wanted, KIND, members(json!({ "vpc_id": vpc_of(gateway) }))),
    )
}

/// "Currently, an internet gateway can be attached to a single VPC" (`AttachInternetGateway`).
fn vpc_of(gateway: &InternetGateway) -> Option<&str> {
    gateway.attachments().first()?.vpc_id()
}

pub(super) fn nat(wanted: &Wanted, gateways: &Fetched<NatGateway>) -> Option<Listing> {
    const KIND: &str = "aws_nat_gateway";
    listing(
        wanted,
        KIND,
        &[],
        gateways,
        identify_nat,
        |gateway, object| object.live(wanted, KIND, describe_nat(gateway)),
    )
}

/// Those that are deleted are listed for an hour; a failed one never works and goes by itself
/// (<https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html>).
fn identify_nat(gateway: &NatGateway) -> PortResult<Option<Object<'_>>> {
    if is_gone(gateway) {
        return Ok(None);
    }
    let id = id(
        actions::NAT_GATEWAYS,
        "NatGatewayId",
        gateway.nat_gateway_id(),
    )?;
    Ok(Some(Object::tagged(id, "natgateway", None, gateway.tags())))
}

fn is_gone(gateway: &NatGateway) -> bool {
    matches!(
        gateway.state(),
        Some(NatGatewayState::Deleted | NatGatewayState::Deleting | NatGatewayState::Failed)
    )
}

fn describe_nat(gateway: &NatGateway) -> Map<String, Value> {
    let addresses = gateway.nat_gateway_addresses();
    let regional = gateway.availability_mode() == Some(&AvailabilityMode::Regional);
    let primary = addresses
        .iter()
        .find(|address| address.is_primary() == Some(true))
        .or_else(|| addresses.first())
        .filter(|_| !regional);
    let secondary: Vec<&NatGatewayAddress> = addresses
        .iter()
        .filter(|address| !regional && address.is_primary() == Some(false))
        .collect();
    let all = |read: fn(&NatGatewayAddress) -> Option<&str>| -> Vec<&str> {
        secondary
            .iter()
            .filter_map(|address| read(address))
            .collect()
    };
    members(json!({
        "allocation_id": primary.and_then(NatGatewayAddress::allocation_id),
        "network_interface_id": primary.and_then(NatGatewayAddress::network_interface_id),
        "private_ip": primary.and_then(NatGatewayAddress::private_ip),
        "secondary_allocation_ids": all(NatGatewayAddress::allocation_id),
        "secondary_private_ip_addresses": all(NatGatewayAddress::private_ip),
        "secondary_private_ip_address_count": secondary.len(),
        "availability_zone_address": zones(gateway),
        "subnet_id": gateway.subnet_id(),
        "vpc_id": gateway.vpc_id(),
        "connectivity_type": gateway.connectivity_type().map(ConnectivityType::as_str),
        "availability_mode": gateway.availability_mode().map(AvailabilityMode::as_str),
    }))
}

/// The addresses of a regional gateway by zone, where they are chosen by hand.
fn zones(gateway: &NatGateway) -> Vec<Value> {
    if gateway.availability_mode() != Some(&AvailabilityMode::Regional)
        || gateway.auto_provision_zones() == Some(&AutoProvisionZonesState::Enabled)
    {
        return Vec::new();
    }
    let mut zones: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for address in gateway.nat_gateway_addresses() {
        let zone = address.availability_zone().unwrap_or_default();
        let zone_id = address.availability_zone_id().unwrap_or_default();
        let allocations = zones.entry((zone, zone_id)).or_default();
        allocations.extend(address.allocation_id());
    }
    zones
        .into_iter()
        .map(|((zone, zone_id), allocations)| {
            json!({
                "availability_zone": zone,
                "availability_zone_id": zone_id,
                "allocation_ids": allocations,
            })
        })
        .collect()
}

pub(super) fn addresses(
    wanted: &Wanted,
    addresses: &Fetched<Address>,
    gateways: &Fetched<NatGateway>,
) -> Option<Listing> {
    const KIND: &str = "aws_eip";
    let of_gateways: BTreeSet<&str> = gateways
        .items
        .iter()
        .filter(|gateway| {
            let id = gateway.nat_gateway_id().unwrap_or_default();
            wanted.names("aws_nat_gateway", id) && !is_gone(gateway)
        })
        .flat_map(NatGateway::nat_gateway_addresses)
        .filter_map(NatGatewayAddress::allocation_id)
        .collect();
    listing(
        wanted,
        KIND,
        &[],
        addresses,
        identify_address,
        |address, object| {
            let of_gateway = of_gateways.contains(object.id.as_str());
            describe_address(wanted, KIND, address, object, of_gateway, gateways)
        },
    )
}

fn identify_address(address: &Address) -> PortResult<Option<Object<'_>>> {
    // An address without allocation is of EC2-Classic, where its id is the address itself.
    let own = address.allocation_id().or_else(|| address.public_ip());
    let id = id(actions::ADDRESSES, "AllocationId", own)?;
    let mut object = Object::tagged(id, "elastic-ip", None, address.tags());
    if let Some(service) = address.service_managed() {
        let service = match service {
            ServiceManaged::Alb => "Application Load Balancer",
            ServiceManaged::Nlb => "Network Load Balancer",
            ServiceManaged::Rds => "RDS",
            ServiceManaged::Rnat => "regional NAT gateway",
            other => other.as_str(),
        };
        object.origin = Some(Origin::ManagedBy(service.to_owned()));
    }
    Ok(Some(object))
}

fn describe_address(
    wanted: &Wanted,
    kind: &'static str,
    address: &Address,
    object: Object<'_>,
    of_gateway: bool,
    gateways: &Fetched<NatGateway>,
) -> Live {
    let association = address.association_id().unwrap_or_default();
    let decided = of_gateway || wanted.names("aws_eip_association", association);
    let where_to = |value: Option<&str>| {
        let value = json!(value);
        if decided { standalone(&value) } else { value }
    };
    let attributes = members(json!({
        "domain": address.domain().map(DomainType::as_str),
        "vpc": address.domain() == Some(&DomainType::Vpc),
        "public_ipv4_pool": address.public_ipv4_pool(),
        "customer_owned_ipv4_pool": address.customer_owned_ipv4_pool(),
        "network_border_group": address.network_border_group(),
        "instance": where_to(address.instance_id()),
        "network_interface": where_to(address.network_interface_id()),
        "private_ip": where_to(address.private_ip_address()),
    }));
    let mut live = object.live(wanted, kind, attributes);
    // Whether a gateway that some state names uses the address is not known.
    if let Some(hole) = &gateways.hole
        && !decided
        && address.instance_id().is_none_or(str::is_empty)
        && address.network_interface_id().is_some()
        && wanted.keys("aws_nat_gateway").next().is_some()
    {
        for name in ["network_interface", "private_ip"] {
            live.attributes.remove(name);
            live.holes.insert(name.to_owned(), hole.clone());
        }
    }
    live
}

/// Associations that states name.
pub(super) fn address_associations(
    wanted: &Wanted,
    addresses: &Fetched<Address>,
) -> Option<Listing> {
    const KIND: &str = "aws_eip_association";
    listing(
        wanted,
        KIND,
        &[],
        addresses,
        |address| {
            let association = address.association_id().unwrap_or_default();
            Ok(wanted.names(KIND, association).then(|| Object {
                id: association.to_owned(),
                arn: None,
                owner: None,
                tags: None,
                origin: None,
            }))
        },
        |address, object| {
            let attributes = json!({
                "allocation_id": address.allocation_id(),
                "instance_id": address.instance_id(),
                "network_interface_id": address.network_interface_id(),
                "private_ip_address": address.private_ip_address(),
                "public_ip": address.public_ip(),
            });
            object.live(wanted, KIND, members(attributes))
        },
    )
}

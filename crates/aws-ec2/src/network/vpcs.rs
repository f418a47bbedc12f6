//! VPCs and subnets.

use std::collections::BTreeMap;

use afterhours_aws::{Answer, Pace, port_error};
use afterhours_diff::{Hole, Listing, Live, Wanted};
use afterhours_ports::{PortResult, hole};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    PrivateDnsNameOptionsOnLaunch, RouteTable, Subnet, SubnetCidrBlockStateCode, Vpc,
    VpcAttributeName, VpcCidrBlockStateCode,
};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use super::actions;
use super::fetch::AT_ONCE;
use super::live::{Object, id, listing, members, standalone};
use super::routes::main_association;
use crate::pages::Fetched;

/// "The token bucket size for [...] a non-mutating API action, is 100 tokens and the refill rate is 20 tokens per
/// second" (<https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>); others use it as well.
const BURST: usize = 60;
const RATE: f64 = 15.0;

/// The types of VPCs, and what the other is.
const KINDS: [(&str, &str); 2] = [
    ("aws_vpc", "aws_default_vpc"),
    ("aws_default_vpc", "aws_vpc"),
];

/// `DescribeVpcAttribute` gives one attribute of one VPC at a time.
const ATTRIBUTES: [(VpcAttributeName, &str); 3] = [
    (VpcAttributeName::EnableDnsSupport, "enable_dns_support"),
    (VpcAttributeName::EnableDnsHostnames, "enable_dns_hostnames"),
    (
        VpcAttributeName::EnableNetworkAddressUsageMetrics,
        "enable_network_address_usage_metrics",
    ),
];

/// Attributes of VPCs that states name, by id and name.
pub(super) type Flags = BTreeMap<(String, &'static str), Result<bool, Hole>>;

pub(super) async fn flags(client: &Client, wanted: &Wanted, vpcs: &Fetched<Vpc>) -> Flags {
    let pace = Pace::per_second(RATE);
    let named = vpcs
        .items
        .iter()
        .filter_map(Vpc::vpc_id)
        .filter(|id| KINDS.iter().any(|(kind, _)| wanted.names(kind, id)));
    let asked: Vec<_> = named
        .flat_map(|id| ATTRIBUTES.map(|(attribute, name)| (id.to_owned(), attribute, name)))
        .enumerate()
        .map(|(number, (id, attribute, name))| {
            let pace = pace.clone();
            async move {
                if number >= BURST {
                    pace.wait().await;
                }
                let flag = flag(client, &id, attribute).await;
                ((id, name), flag.map_err(|error| hole(&error)))
            }
        })
        .collect();
    futures_util::stream::iter(asked)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await
}

async fn flag(client: &Client, id: &str, attribute: VpcAttributeName) -> PortResult<bool> {
    let answer = client
        .describe_vpc_attribute()
        .vpc_id(id)
        .attribute(attribute.clone())
        .send()
        .await
        .map_err(|error| port_error(actions::VPC_ATTRIBUTE, error))?;
    let flag = match attribute {
        VpcAttributeName::EnableDnsSupport => answer.enable_dns_support,
        VpcAttributeName::EnableDnsHostnames => answer.enable_dns_hostnames,
        _ => answer.enable_network_address_usage_metrics,
    };
    Answer::of(actions::VPC_ATTRIBUTE)
        .required(attribute.as_str(), flag.and_then(|flag| flag.value))
}

pub(super) fn vpcs(
    wanted: &Wanted,
    vpcs: &Fetched<Vpc>,
    flags: &Flags,
    tables: &Fetched<RouteTable>,
) -> Vec<Listing> {
    let kinds = KINDS.iter();
    kinds
        .filter_map(|(kind, sibling)| {
            listing(
                wanted,
                kind,
                &[sibling],
                vpcs,
                identify_vpc,
                |vpc, object| describe_vpc(wanted, kind, vpc, object, flags, tables),
            )
        })
        .collect()
}

fn identify_vpc(vpc: &Vpc) -> PortResult<Option<Object<'_>>> {
    let id = id(actions::VPCS, "VpcId", vpc.vpc_id())?;
    let is_default = vpc.is_default().unwrap_or_default();
    Ok(Some(
        Object::tagged(id, "vpc", vpc.owner_id(), vpc.tags())
            .or_default(is_default, || "the default VPC".to_owned()),
    ))
}

fn describe_vpc(
    wanted: &Wanted,
    kind: &'static str,
    vpc: &Vpc,
    object: Object<'_>,
    flags: &Flags,
    tables: &Fetched<RouteTable>,
) -> Live {
    let ipv6: Vec<_> = vpc
        .ipv6_cidr_block_association_set()
        .iter()
        .filter(|block| {
            let state = block
                .ipv6_cidr_block_state()
                .and_then(|state| state.state());
            state == Some(&VpcCidrBlockStateCode::Associated)
        })
        .collect();
    let each = |read: fn(&aws_sdk_ec2::types::VpcIpv6CidrBlockAssociation) -> Value| {
        ways(ipv6.iter().map(|block| read(block)).collect())
    };
    let mut attributes = members(json!({
        "cidr_block": vpc.cidr_block(),
        "instance_tenancy": vpc.instance_tenancy().map(aws_sdk_ec2::types::Tenancy::as_str),
        "dhcp_options_id": vpc.dhcp_options_id(),
        "ipv6_cidr_block": each(|block| json!(block.ipv6_cidr_block())),
        "ipv6_cidr_block_network_border_group": each(|block| json!(block.network_border_group())),
        // "Amazon" is the pool of Amazon's own addresses; ranges of one's own have another.
        "assign_generated_ipv6_cidr_block": if ipv6.is_empty() {
            Value::Bool(false)
        } else {
            each(|block| json!(block.ipv6_pool().is_none_or(|pool| pool == "Amazon")))
        },
    }));
    let mut holes = BTreeMap::new();
    let id = object.id.clone();
    for (_, name) in ATTRIBUTES {
        match flags.get(&(id.clone(), name)) {
            Some(Ok(flag)) => {
                attributes.insert(name.to_owned(), Value::Bool(*flag));
            }
            Some(Err(hole)) => {
                holes.insert(name.to_owned(), hole.clone());
            }
            None => {}
        }
    }
    match (main_table(wanted, &id, tables), &tables.hole) {
        (Value::Null, Some(hole)) => {
            holes.insert("main_route_table_id".to_owned(), hole.clone());
        }
        (table, _) => {
            attributes.insert("main_route_table_id".to_owned(), table);
        }
    }
    let mut live = object.live(wanted, kind, attributes);
    live.holes = holes;
    live
}

/// The main route table of a VPC, which a state may set by an association of its own.
fn main_table(wanted: &Wanted, vpc: &str, tables: &Fetched<RouteTable>) -> Value {
    let main = tables
        .items
        .iter()
        .filter(|table| table.vpc_id() == Some(vpc))
        .find_map(|table| Some((table, main_association(table)?)));
    let Some((table, association)) = main else {
        return Value::Null;
    };
    let id = json!(table.route_table_id());
    let association = association.route_table_association_id().unwrap_or_default();
    if wanted.names("aws_main_route_table_association", association) {
        standalone(&id)
    } else {
        id
    }
}

/// One value as it is; several are alternatives, because Terraform keeps one of them.
fn ways(mut values: Vec<Value>) -> Value {
    match values.len() {
        0 => Value::Null,
        1 => values.remove(0),
        _ => Value::Array(values),
    }
}

pub(super) fn subnets(wanted: &Wanted, subnets: &Fetched<Subnet>) -> Vec<Listing> {
    [
        ("aws_subnet", "aws_default_subnet"),
        ("aws_default_subnet", "aws_subnet"),
    ]
    .into_iter()
    .filter_map(|(kind, sibling)| {
        listing(
            wanted,
            kind,
            &[sibling],
            subnets,
            identify_subnet,
            |subnet, object| object.live(wanted, kind, describe_subnet(subnet)),
        )
    })
    .collect()
}

fn identify_subnet(subnet: &Subnet) -> PortResult<Option<Object<'_>>> {
    let id = id(actions::SUBNETS, "SubnetId", subnet.subnet_id())?;
    let is_default = subnet.default_for_az().unwrap_or_default();
    Ok(Some(
        Object::tagged(id, "subnet", subnet.owner_id(), subnet.tags()).or_default(
            is_default,
            || {
                let zone = subnet.availability_zone().unwrap_or_default();
                format!("the default subnet of {zone}")
            },
        ),
    ))
}

fn describe_subnet(subnet: &Subnet) -> serde_json::Map<String, Value> {
    let ipv6 = subnet
        .ipv6_cidr_block_association_set()
        .iter()
        .filter(|block| {
            let state = block
                .ipv6_cidr_block_state()
                .and_then(|state| state.state());
            state == Some(&SubnetCidrBlockStateCode::Associated)
        })
        .map(|block| json!(block.ipv6_cidr_block()));
    let names = subnet.private_dns_name_options_on_launch();
    members(json!({
        "vpc_id": subnet.vpc_id(),
        "cidr_block": subnet.cidr_block(),
        "ipv6_cidr_block": ways(ipv6.collect()),
        "availability_zone": subnet.availability_zone(),
        "availability_zone_id": subnet.availability_zone_id(),
        "map_public_ip_on_launch": subnet.map_public_ip_on_launch(),
        "assign_ipv6_address_on_creation": subnet.assign_ipv6_address_on_creation(),
        "map_customer_owned_ip_on_launch": subnet.map_customer_owned_ip_on_launch(),
        "customer_owned_ipv4_pool": subnet.customer_owned_ipv4_pool(),
        "outpost_arn": subnet.outpost_arn(),
        "enable_dns64": subnet.enable_dns64(),
        "enable_lni_at_device_index": subnet.enable_lni_at_device_index(),
        "ipv6_native": subnet.ipv6_native(),
        "private_dns_hostname_type_on_launch":
            names.and_then(|names| names.hostname_type()).map(aws_sdk_ec2::types::HostnameType::as_str),
        "enable_resource_name_dns_a_record_on_launch":
            names.and_then(PrivateDnsNameOptionsOnLaunch::enable_resource_name_dns_a_record),
        "enable_resource_name_dns_aaaa_record_on_launch":
            names.and_then(PrivateDnsNameOptionsOnLaunch::enable_resource_name_dns_aaaa_record),
    }))
}

//! Internet and NAT gateways, Elastic IP addresses and their associations.

use super::super::{Absent, Attr, Key, Rule, Type};
use super::{REGION, TAGS, TAGS_ALL, TIMEOUTS, or_standalone};

pub(super) const INTERNET: Type = Type {
    name: "aws_internet_gateway",
    key: Key::Attribute("id"),
    attributes: &[
        Attr::new("vpc_id", Rule::Scalar).security(),
        REGION,
        TAGS,
        TAGS_ALL,
        TIMEOUTS,
    ],
    global: false,
    unmanaged: true,
};

pub(super) const NAT: Type = Type {
    name: "aws_nat_gateway",
    key: Key::Attribute("id"),
    attributes: &[
        Attr::new("allocation_id", Rule::Scalar).availability(),
        Attr::new("subnet_id", Rule::Scalar).availability(),
        Attr::new("vpc_id", Rule::Scalar).availability(),
        // "Default: public" (`CreateNatGateway`, `ConnectivityType`).
        Attr::new("connectivity_type", Rule::Scalar)
            .absent(Absent::Is("\"public\""))
            .security(),
        // "Defaults to zonal" (`CreateNatGateway`, `AvailabilityMode`).
        Attr::new("availability_mode", Rule::Scalar)
            .absent(Absent::Is("\"zonal\""))
            .availability(),
        Attr::new(
            "availability_zone_address",
            Rule::Blocks {
                by: &["availability_zone"],
                attributes: &[
                    Attr::new("availability_zone", Rule::Scalar).availability(),
                    Attr::new("availability_zone_id", Rule::Scalar).availability(),
                    Attr::new("allocation_ids", Rule::Set).availability(),
                ],
            },
        )
        .availability(),
        Attr::new("private_ip", Rule::Scalar).availability(),
        Attr::new("network_interface_id", Rule::Scalar),
        Attr::new("secondary_allocation_ids", Rule::Set).availability(),
        Attr::new("secondary_private_ip_addresses", Rule::Set).availability(),
        Attr::new("secondary_private_ip_address_count", Rule::Scalar).availability(),
        REGION,
        TAGS,
        TAGS_ALL,
        TIMEOUTS,
    ],
    global: false,
    unmanaged: true,
};

const ONCE: &str = "only used when it is made or associated";

pub(super) const ADDRESS: Type = Type {
    name: "aws_eip",
    key: Key::Attribute("id"),
    attributes: &[
        Attr::new("instance", Rule::Custom(or_standalone)).security(),
        Attr::new("network_interface", Rule::Custom(or_standalone)).security(),
        Attr::new("private_ip", Rule::Custom(or_standalone)).availability(),
        Attr::new("domain", Rule::Scalar),
        Attr::new("vpc", Rule::Scalar),
        Attr::new("public_ipv4_pool", Rule::Scalar),
        Attr::new("customer_owned_ipv4_pool", Rule::Scalar),
        Attr::new("network_border_group", Rule::Scalar),
        Attr::skip("address", ONCE),
        Attr::skip("associate_with_private_ip", ONCE),
        Attr::skip("ipam_pool_id", "`DescribeAddresses` does not tell it"),
        REGION,
        TAGS,
        TAGS_ALL,
        TIMEOUTS,
    ],
    global: false,
    unmanaged: true,
};

pub(super) const ADDRESS_ASSOCIATION: Type = Type {
    name: "aws_eip_association",
    key: Key::Attribute("id"),
    attributes: &[
        Attr::new("allocation_id", Rule::Scalar).security(),
        Attr::new("instance_id", Rule::Scalar).security(),
        Attr::new("network_interface_id", Rule::Scalar).security(),
        Attr::new("private_ip_address", Rule::Scalar).availability(),
        Attr::new("public_ip", Rule::Scalar).availability(),
        Attr::skip("allow_reassociation", ONCE),
        REGION,
    ],
    global: false,
    unmanaged: false,
};

//! VPCs and subnets, the default ones included.

use super::super::{Absent, Attr, Key, Rule, Type};
use super::{REGION, TAGS, TAGS_ALL, TIMEOUTS, one_network, one_of, or_standalone};

const IPAM: &str = "the network that was allocated is compared";
const CLASSIC: &str = "EC2-Classic no longer exists";
const FORCE: &str = "only used when it is destroyed";

const CIDR_BLOCK: Attr = Attr::new("cidr_block", Rule::Cidr).security();
// Of several, Terraform keeps one.
const IPV6_CIDR_BLOCK: Attr = Attr::new("ipv6_cidr_block", Rule::Custom(one_network)).security();
const GENERATED_IPV6: Attr =
    Attr::new("assign_generated_ipv6_cidr_block", Rule::Custom(one_of)).security();
const BORDER_GROUP: Attr = Attr::new("ipv6_cidr_block_network_border_group", Rule::Custom(one_of));
const TENANCY: Attr = Attr::new("instance_tenancy", Rule::Scalar)
    .absent(Absent::Is("\"default\""))
    .cost();
// "Enabled by default" for support; hostnames only in the default VPC (`ModifyVpcAttribute`).
const DNS_SUPPORT: Attr = Attr::new("enable_dns_support", Rule::Scalar)
    .absent(Absent::Is("true"))
    .availability();
const DNS_HOSTNAMES: Attr = Attr::new("enable_dns_hostnames", Rule::Scalar).availability();
const USAGE_METRICS: Attr = Attr::new("enable_network_address_usage_metrics", Rule::Scalar);
const DHCP_OPTIONS: Attr = Attr::new("dhcp_options_id", Rule::Scalar).availability();
const MAIN_TABLE: Attr = Attr::new("main_route_table_id", Rule::Custom(or_standalone)).security();
const CLASSICLINK: Attr = Attr::skip("enable_classiclink", CLASSIC);
const CLASSICLINK_DNS: Attr = Attr::skip("enable_classiclink_dns_support", CLASSIC);

pub(super) const VPC: Type = Type {
    name: "aws_vpc",
    key: Key::Attribute("id"),
    attributes: &[
        CIDR_BLOCK,
        IPV6_CIDR_BLOCK,
        GENERATED_IPV6,
        BORDER_GROUP,
        TENANCY,
        DNS_SUPPORT,
        DNS_HOSTNAMES,
        USAGE_METRICS,
        DHCP_OPTIONS,
        MAIN_TABLE,
        Attr::skip("ipv4_ipam_pool_id", IPAM),
        Attr::skip("ipv4_netmask_length", IPAM),
        Attr::skip("ipv6_ipam_pool_id", IPAM),
        Attr::skip("ipv6_netmask_length", IPAM),
        CLASSICLINK,
        CLASSICLINK_DNS,
        REGION,
        TAGS,
        TAGS_ALL,
    ],
    global: false,
    unmanaged: true,
};

pub(super) const DEFAULT_VPC: Type = Type {
    name: "aws_default_vpc",
    key: Key::Attribute("id"),
    attributes: &[
        CIDR_BLOCK,
        IPV6_CIDR_BLOCK,
        GENERATED_IPV6,
        BORDER_GROUP,
        TENANCY,
        DNS_SUPPORT,
        DNS_HOSTNAMES,
        USAGE_METRICS,
        DHCP_OPTIONS,
        MAIN_TABLE,
        Attr::skip("ipv6_ipam_pool_id", IPAM),
        Attr::skip("ipv6_netmask_length", IPAM),
        CLASSICLINK,
        CLASSICLINK_DNS,
        Attr::skip("force_destroy", FORCE),
        REGION,
        TAGS,
        TAGS_ALL,
    ],
    global: false,
    unmanaged: false,
};

const VPC_ID: Attr = Attr::new("vpc_id", Rule::Scalar).security();
const ZONE: Attr = Attr::new("availability_zone", Rule::Scalar).availability();
const ZONE_ID: Attr = Attr::new("availability_zone_id", Rule::Scalar).availability();
const PUBLIC_IP: Attr = Attr::new("map_public_ip_on_launch", Rule::Scalar).security();
const IPV6_ADDRESS: Attr = Attr::new("assign_ipv6_address_on_creation", Rule::Scalar).security();
const CUSTOMER_IP: Attr = Attr::new("map_customer_owned_ip_on_launch", Rule::Scalar).security();
const CUSTOMER_POOL: Attr = Attr::new("customer_owned_ipv4_pool", Rule::Scalar);
const OUTPOST: Attr = Attr::new("outpost_arn", Rule::Scalar);
const DNS64: Attr = Attr::new("enable_dns64", Rule::Scalar).availability();
const LNI: Attr = Attr::new("enable_lni_at_device_index", Rule::Scalar);
const RECORD_A: Attr = Attr::new("enable_resource_name_dns_a_record_on_launch", Rule::Scalar);
const RECORD_AAAA: Attr = Attr::new(
    "enable_resource_name_dns_aaaa_record_on_launch",
    Rule::Scalar,
);
const HOSTNAME_TYPE: Attr = Attr::new("private_dns_hostname_type_on_launch", Rule::Scalar);
const IPV6_NATIVE: Attr = Attr::new("ipv6_native", Rule::Scalar);

pub(super) const SUBNET: Type = Type {
    name: "aws_subnet",
    key: Key::Attribute("id"),
    attributes: &[
        VPC_ID,
        CIDR_BLOCK,
        IPV6_CIDR_BLOCK,
        ZONE,
        ZONE_ID,
        PUBLIC_IP,
        IPV6_ADDRESS,
        CUSTOMER_IP,
        CUSTOMER_POOL,
        OUTPOST,
        DNS64,
        LNI,
        RECORD_A,
        RECORD_AAAA,
        HOSTNAME_TYPE,
        IPV6_NATIVE,
        Attr::skip("ipv4_ipam_pool_id", IPAM),
        Attr::skip("ipv4_netmask_length", IPAM),
        Attr::skip("ipv6_ipam_pool_id", IPAM),
        Attr::skip("ipv6_netmask_length", IPAM),
        REGION,
        TAGS,
        TAGS_ALL,
        TIMEOUTS,
    ],
    global: false,
    unmanaged: true,
};

pub(super) const DEFAULT_SUBNET: Type = Type {
    name: "aws_default_subnet",
    key: Key::Attribute("id"),
    attributes: &[
        VPC_ID,
        CIDR_BLOCK,
        IPV6_CIDR_BLOCK,
        ZONE,
        ZONE_ID,
        PUBLIC_IP,
        IPV6_ADDRESS,
        CUSTOMER_IP,
        CUSTOMER_POOL,
        OUTPOST,
        DNS64,
        LNI,
        RECORD_A,
        RECORD_AAAA,
        HOSTNAME_TYPE,
        IPV6_NATIVE,
        Attr::skip("force_destroy", FORCE),
        REGION,
        TAGS,
        TAGS_ALL,
        TIMEOUTS,
    ],
    global: false,
    unmanaged: false,
};

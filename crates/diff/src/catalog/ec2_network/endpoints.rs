//! VPC endpoints and flow logs.

use serde_json::Value;

use super::super::{Absent, Attr, Key, Rule, Type};
use super::{REGION, TAGS, TAGS_ALL, TIMEOUTS};

pub(super) const ENDPOINT: Type = Type {
    name: "aws_vpc_endpoint",
    key: Key::Attribute("id"),
    attributes: &[
        Attr::new("policy", Rule::Policy)
            .absent(Absent::Empty)
            .security(),
        Attr::new("vpc_id", Rule::Scalar).security(),
        Attr::new("service_name", Rule::Scalar).security(),
        Attr::new("service_region", Rule::Scalar).security(),
        Attr::new("service_network_arn", Rule::Scalar).security(),
        Attr::new("resource_configuration_arn", Rule::Scalar).security(),
        // "Default: Gateway" (`CreateVpcEndpoint`, `VpcEndpointType`).
        Attr::new("vpc_endpoint_type", Rule::Scalar).absent(Absent::Is("\"Gateway\"")),
        Attr::new("security_group_ids", Rule::Set).security(),
        Attr::new("subnet_ids", Rule::Set).security(),
        Attr::new("route_table_ids", Rule::Set).security(),
        Attr::new("private_dns_enabled", Rule::Scalar).security(),
        Attr::new("ip_address_type", Rule::Scalar).availability(),
        Attr::new(
            "dns_options",
            Rule::Block(&[
                Attr::new("dns_record_ip_type", Rule::Scalar).availability(),
                Attr::new(
                    "private_dns_only_for_inbound_resolver_endpoint",
                    Rule::Scalar,
                )
                .availability(),
                Attr::new("private_dns_preference", Rule::Scalar).availability(),
                Attr::new("private_dns_specified_domains", Rule::Set).availability(),
            ]),
        )
        .availability(),
        Attr::skip(
            "subnet_configuration",
            "its addresses are those of network interfaces, which are not read",
        ),
        Attr::skip("auto_accept", "only used when it is made"),
        REGION,
        TAGS,
        TAGS_ALL,
        TIMEOUTS,
    ],
    global: false,
    unmanaged: true,
};

pub(super) const FLOW_LOG: Type = Type {
    name: "aws_flow_log",
    key: Key::Attribute("id"),
    attributes: &[
        Attr::new("traffic_type", Rule::Scalar).security(),
        Attr::new("log_destination", Rule::Custom(same_destination)).security(),
        // "Default: cloud-watch-logs" (`CreateFlowLogs`, `LogDestinationType`).
        Attr::new("log_destination_type", Rule::Scalar)
            .absent(Absent::Is("\"cloud-watch-logs\""))
            .security(),
        Attr::new("log_group_name", Rule::Scalar).security(),
        Attr::new("log_format", Rule::Scalar).security(),
        // "Default: 600" (`CreateFlowLogs`, `MaxAggregationInterval`).
        Attr::new("max_aggregation_interval", Rule::Scalar)
            .absent(Absent::Is("600"))
            .security(),
        Attr::new("iam_role_arn", Rule::Scalar).security(),
        Attr::new("deliver_cross_account_role", Rule::Scalar).security(),
        Attr::new("vpc_id", Rule::Scalar).security(),
        Attr::new("subnet_id", Rule::Scalar).security(),
        Attr::new("eni_id", Rule::Scalar).security(),
        Attr::new("transit_gateway_id", Rule::Scalar).security(),
        Attr::new("transit_gateway_attachment_id", Rule::Scalar).security(),
        Attr::new("regional_nat_gateway_id", Rule::Scalar).security(),
        Attr::new(
            "destination_options",
            Rule::Block(&[
                // "The default is plain-text" (`DestinationOptionsRequest`).
                Attr::new("file_format", Rule::Scalar).absent(Absent::Is("\"plain-text\"")),
                Attr::new("hive_compatible_partitions", Rule::Scalar),
                Attr::new("per_hour_partition", Rule::Scalar),
            ]),
        ),
        Attr::new(
            "tag_field_specification",
            Rule::Blocks {
                by: &["resource_type"],
                attributes: &[
                    Attr::new("resource_type", Rule::Scalar),
                    Attr::new("tag_keys", Rule::Set),
                ],
            },
        ),
        REGION,
        TAGS,
        TAGS_ALL,
    ],
    global: false,
    unmanaged: false,
};

/// The ARN of a log group may end in `:*`, which means all its streams.
fn same_destination(state: &Value, live: &Value) -> bool {
    let trimmed = |value: &Value| {
        let text = value.as_str().unwrap_or_default();
        text.strip_suffix(":*").unwrap_or(text).to_owned()
    };
    trimmed(state) == trimmed(live)
}

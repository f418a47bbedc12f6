//! VPC endpoints and flow logs.

use afterhours_diff::{Listing, Origin, Wanted};
use afterhours_ports::PortResult;
use aws_sdk_ec2::types::{
    DestinationFileFormat, DestinationOptionsResponse, DnsOptions, DnsRecordIpType, FlowLog,
    IpAddressType, LogDestinationType, State, TagFieldSpecificationResponse, TaggableResourceType,
    TrafficType, VpcEndpoint, VpcEndpointType,
};
use serde_json::{Map, Value, json};

use super::actions;
use super::live::{Object, id, listing, members};
use crate::pages::Fetched;

pub(super) fn endpoints(wanted: &Wanted, endpoints: &Fetched<VpcEndpoint>) -> Option<Listing> {
    const KIND: &str = "aws_vpc_endpoint";
    listing(
        wanted,
        KIND,
        &[],
        endpoints,
        identify_endpoint,
        |endpoint, object| object.live(wanted, KIND, describe_endpoint(endpoint)),
    )
}

fn identify_endpoint(endpoint: &VpcEndpoint) -> PortResult<Option<Object<'_>>> {
    // The API writes `deleted`, where its reference and the SDK say `Deleted`.
    let state = endpoint.state().map_or("", State::as_str);
    if ["deleted", "deleting"].contains(&state.to_ascii_lowercase().as_str()) {
        return Ok(None);
    }
    let id = id(
        actions::ENDPOINTS,
        "VpcEndpointId",
        endpoint.vpc_endpoint_id(),
    )?;
    let mut object = Object::tagged(id, "vpc-endpoint", endpoint.owner_id(), endpoint.tags());
    if endpoint.requester_managed() == Some(true) {
        let service = endpoint.service_name().unwrap_or_default();
        object.origin = Some(Origin::ManagedBy(format!(
            "the AWS service behind {service}"
        )));
    }
    Ok(Some(object))
}

fn describe_endpoint(endpoint: &VpcEndpoint) -> Map<String, Value> {
    let groups: Vec<&str> = endpoint
        .groups()
        .iter()
        .filter_map(|group| group.group_id())
        .collect();
    members(json!({
        "policy": endpoint.policy_document(),
        "vpc_id": endpoint.vpc_id(),
        "service_name": endpoint.service_name(),
        "service_region": endpoint.service_region(),
        "service_network_arn": endpoint.service_network_arn(),
        "resource_configuration_arn": endpoint.resource_configuration_arn(),
        "vpc_endpoint_type": endpoint.vpc_endpoint_type().map(VpcEndpointType::as_str),
        "security_group_ids": groups,
        "subnet_ids": endpoint.subnet_ids(),
        "route_table_ids": endpoint.route_table_ids(),
        "private_dns_enabled": endpoint.private_dns_enabled(),
        "ip_address_type": endpoint.ip_address_type().map(IpAddressType::as_str),
        "dns_options": endpoint.dns_options().map(dns_options).into_iter().collect::<Vec<_>>(),
    }))
}

fn dns_options(options: &DnsOptions) -> Value {
    json!({
        "dns_record_ip_type": options.dns_record_ip_type().map(DnsRecordIpType::as_str),
        "private_dns_only_for_inbound_resolver_endpoint":
            options.private_dns_only_for_inbound_resolver_endpoint(),
        "private_dns_preference": options.private_dns_preference(),
        "private_dns_specified_domains": options.private_dns_specified_domains(),
    })
}

pub(super) fn flow_logs(wanted: &Wanted, logs: &Fetched<FlowLog>) -> Option<Listing> {
    const KIND: &str = "aws_flow_log";
    listing(
        wanted,
        KIND,
        &[],
        logs,
        |log| {
            let id = id(actions::FLOW_LOGS, "FlowLogId", log.flow_log_id())?;
            Ok(Some(Object::tagged(id, "vpc-flow-log", None, log.tags())))
        },
        |log, object| object.live(wanted, KIND, describe_flow_log(log)),
    )
}

fn describe_flow_log(log: &FlowLog) -> Map<String, Value> {
    let watched = log.resource_id().unwrap_or_default();
    let of = |prefix: &str| watched.starts_with(prefix).then_some(watched);
    let attachment = of("tgw-attach-");
    let fields: Vec<Value> = log
        .tag_field_specifications()
        .iter()
        .map(tag_fields)
        .collect();
    members(json!({
        "traffic_type": log.traffic_type().map(TrafficType::as_str),
        "log_destination": log.log_destination(),
        "log_destination_type": log.log_destination_type().map(LogDestinationType::as_str),
        "log_group_name": log.log_group_name(),
        "log_format": log.log_format(),
        "max_aggregation_interval": log.max_aggregation_interval(),
        "iam_role_arn": log.deliver_logs_permission_arn(),
        "deliver_cross_account_role": log.deliver_cross_account_role(),
        "vpc_id": of("vpc-"),
        "subnet_id": of("subnet-"),
        "eni_id": of("eni-"),
        "transit_gateway_attachment_id": attachment,
        "transit_gateway_id": of("tgw-").filter(|_| attachment.is_none()),
        "regional_nat_gateway_id": of("nat-"),
        "destination_options":
            log.destination_options().map(destination).into_iter().collect::<Vec<_>>(),
        "tag_field_specification": fields,
    }))
}

fn destination(options: &DestinationOptionsResponse) -> Value {
    json!({
        "file_format": options.file_format().map(DestinationFileFormat::as_str),
        "hive_compatible_partitions": options.hive_compatible_partitions(),
        "per_hour_partition": options.per_hour_partition(),
    })
}

fn tag_fields(fields: &TagFieldSpecificationResponse) -> Value {
    json!({
        "resource_type": fields.resource_type().map(TaggableResourceType::as_str),
        "tag_keys": fields.tag_keys(),
    })
}

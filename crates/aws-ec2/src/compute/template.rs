//! A launch template and what its latest version launches, as states have them.

use aws_sdk_ec2::primitives::DateTimeFormat;
use aws_sdk_ec2::types::{
    LaunchTemplate, LaunchTemplateBlockDeviceMapping,
    LaunchTemplateCapacityReservationSpecificationResponse, LaunchTemplateInstanceMarketOptions,
    LaunchTemplateInstanceMetadataOptions,
    LaunchTemplateInstanceNetworkInterfaceSpecification as Interface,
    LaunchTemplateInstanceSecondaryInterfaceSpecification as SecondaryInterface,
    LaunchTemplatePlacement, LaunchTemplateVersion, ResponseLaunchTemplateData,
};
use serde_json::{Map, Value, json};

use super::instances::has_credits;
use super::live::{block, members};
use super::requirements::requirements;

/// What [`data`] gives.
pub(super) const NAMES: &[&str] = &[
    "block_device_mappings",
    "capacity_reservation_specification",
    "cpu_options",
    "credit_specification",
    "description",
    "disable_api_stop",
    "disable_api_termination",
    "ebs_optimized",
    "elastic_gpu_specifications",
    "elastic_inference_accelerator",
    "enclave_options",
    "hibernation_options",
    "iam_instance_profile",
    "image_id",
    "instance_initiated_shutdown_behavior",
    "instance_market_options",
    "instance_requirements",
    "instance_type",
    "kernel_id",
    "key_name",
    "license_specification",
    "maintenance_options",
    "metadata_options",
    "monitoring",
    "network_interfaces",
    "network_performance_options",
    "placement",
    "private_dns_name_options",
    "ram_disk_id",
    "secondary_interfaces",
    "security_group_names",
    "tag_specifications",
    "user_data",
    "vpc_security_group_ids",
];

pub(super) fn head(template: &LaunchTemplate) -> Value {
    json!({
        "default_version": template.default_version_number(),
        "latest_version": template.latest_version_number(),
        "name": template.launch_template_name(),
    })
}

pub(super) fn data(
    version: &LaunchTemplateVersion,
    data: &ResponseLaunchTemplateData,
) -> Map<String, Value> {
    let shutdown = data.instance_initiated_shutdown_behavior();
    let gpus = data.elastic_gpu_specifications().iter();
    let accelerators = data.elastic_inference_accelerators().iter();
    let mut all = members(json!({
        "description": version.version_description(),
        "disable_api_stop": data.disable_api_stop(),
        "disable_api_termination": data.disable_api_termination(),
        "ebs_optimized": data.ebs_optimized(),
        "image_id": data.image_id(),
        "instance_initiated_shutdown_behavior": shutdown.map(|value| value.as_str()),
        "instance_type": data.instance_type().map(|value| value.as_str()),
        "kernel_id": data.kernel_id(),
        "key_name": data.key_name(),
        "ram_disk_id": data.ram_disk_id(),
        "security_group_names": data.security_groups(),
        "user_data": data.user_data(),
        "vpc_security_group_ids": data.security_group_ids(),
        "elastic_gpu_specifications":
            gpus.map(|gpu| json!({ "type": gpu.r#type() })).collect::<Vec<_>>(),
        "elastic_inference_accelerator":
            accelerators.map(|found| json!({ "type": found.r#type() })).collect::<Vec<_>>(),
        "block_device_mappings":
            data.block_device_mappings().iter().map(device).collect::<Vec<_>>(),
        "network_interfaces": data.network_interfaces().iter().map(interface).collect::<Vec<_>>(),
        "secondary_interfaces":
            data.secondary_interfaces().iter().map(secondary).collect::<Vec<_>>(),
        "capacity_reservation_specification":
            block(data.capacity_reservation_specification(), capacity),
        "instance_market_options": block(data.instance_market_options(), market),
        "instance_requirements": block(data.instance_requirements(), requirements),
        "metadata_options": block(data.metadata_options(), metadata),
        "placement": block(data.placement(), placement),
    }));
    all.extend(small(data));
    all
}

/// Blocks of few members.
fn small(data: &ResponseLaunchTemplateData) -> Map<String, Value> {
    let tags = data.tag_specifications().iter().map(|specification| {
        json!({
            "resource_type": specification.resource_type().map(|value| value.as_str()),
            "tags": crate::origin::tags(specification.tags()),
        })
    });
    let licenses = data
        .license_specifications()
        .iter()
        .map(|license| json!({ "license_configuration_arn": license.license_configuration_arn() }));
    members(json!({
        "cpu_options": block(data.cpu_options(), |cpu| json!({
            "amd_sev_snp": cpu.amd_sev_snp().map(|value| value.as_str()),
            "core_count": cpu.core_count(),
            "nested_virtualization": cpu.nested_virtualization().map(|value| value.as_str()),
            "threads_per_core": cpu.threads_per_core(),
        })),
        "credit_specification": credits(data),
        "enclave_options":
            block(data.enclave_options(), |options| json!({ "enabled": options.enabled() })),
        "hibernation_options": block(
            data.hibernation_options(),
            |options| json!({ "configured": options.configured() }),
        ),
        "iam_instance_profile": block(
            data.iam_instance_profile(),
            |profile| json!({ "arn": profile.arn(), "name": profile.name() }),
        ),
        "license_specification": licenses.collect::<Vec<_>>(),
        "maintenance_options": block(data.maintenance_options(), |options| json!({
            "auto_recovery": options.auto_recovery().map(|value| value.as_str()),
        })),
        "monitoring":
            block(data.monitoring(), |monitoring| json!({ "enabled": monitoring.enabled() })),
        "network_performance_options": block(data.network_performance_options(), |options| json!({
            "bandwidth_weighting": options.bandwidth_weighting().map(|value| value.as_str()),
        })),
        "private_dns_name_options": block(data.private_dns_name_options(), |names| json!({
            "enable_resource_name_dns_a_record": names.enable_resource_name_dns_a_record(),
            "enable_resource_name_dns_aaaa_record": names.enable_resource_name_dns_aaaa_record(),
            "hostname_type": names.hostname_type().map(|value| value.as_str()),
        })),
        "tag_specifications": tags.collect::<Vec<_>>(),
    }))
}

/// Without credits in a type that has none, `{"unused": true}`: the provider does not send what such a template says of
/// them, and does not read it either.
fn credits(data: &ResponseLaunchTemplateData) -> Value {
    let kind = data.instance_type().map_or("", |kind| kind.as_str());
    match data.credit_specification() {
        None if !has_credits(kind) => json!({ "unused": true }),
        credits => block(
            credits,
            |credits| json!({ "cpu_credits": credits.cpu_credits() }),
        ),
    }
}

fn device(mapping: &LaunchTemplateBlockDeviceMapping) -> Value {
    json!({
        "device_name": mapping.device_name(),
        "no_device": mapping.no_device(),
        "virtual_name": mapping.virtual_name(),
        "ebs": block(mapping.ebs(), |ebs| json!({
            "delete_on_termination": ebs.delete_on_termination(),
            "encrypted": ebs.encrypted(),
            "iops": ebs.iops(),
            "kms_key_id": ebs.kms_key_id(),
            "snapshot_id": ebs.snapshot_id(),
            "throughput": ebs.throughput(),
            "volume_initialization_rate": ebs.volume_initialization_rate(),
            "volume_size": ebs.volume_size(),
            "volume_type": ebs.volume_type().map(|value| value.as_str()),
        })),
    })
}

fn interface(interface: &Interface) -> Value {
    let ipv4 = interface.private_ip_addresses().iter();
    let ipv6 = interface.ipv6_addresses().iter();
    let ipv4_prefixes = interface.ipv4_prefixes().iter();
    let ipv6_prefixes = interface.ipv6_prefixes().iter();
    let mut shown = json!({
        "associate_carrier_ip_address": interface.associate_carrier_ip_address(),
        "associate_public_ip_address": interface.associate_public_ip_address(),
        "delete_on_termination": interface.delete_on_termination(),
        "description": interface.description(),
        "device_index": interface.device_index(),
        "ena_queue_count": interface.ena_queue_count(),
        "interface_type": interface.interface_type(),
        "ipv4_address_count": interface.secondary_private_ip_address_count(),
        "ipv4_addresses": ipv4.filter_map(|address| address.private_ip_address()).collect::<Vec<_>>(),
        "ipv4_prefix_count": interface.ipv4_prefix_count(),
        "ipv4_prefixes": ipv4_prefixes.filter_map(|prefix| prefix.ipv4_prefix()).collect::<Vec<_>>(),
        "ipv6_address_count": interface.ipv6_address_count(),
        "ipv6_addresses": ipv6.filter_map(|address| address.ipv6_address()).collect::<Vec<_>>(),
        "ipv6_prefix_count": interface.ipv6_prefix_count(),
        "ipv6_prefixes": ipv6_prefixes.filter_map(|prefix| prefix.ipv6_prefix()).collect::<Vec<_>>(),
        "network_card_index": interface.network_card_index(),
        "network_interface_id": interface.network_interface_id(),
        "primary_ipv6": interface.primary_ipv6(),
        "private_ip_address": interface.private_ip_address(),
        "security_groups": interface.groups(),
        "subnet_id": interface.subnet_id(),
    });
    if let Some(shown) = shown.as_object_mut() {
        shown.insert(
            "connection_tracking_specification".to_owned(),
            block(interface.connection_tracking_specification(), |tracking| {
                json!({
                    "tcp_established_timeout": tracking.tcp_established_timeout(),
                    "udp_stream_timeout": tracking.udp_stream_timeout(),
                    "udp_timeout": tracking.udp_timeout(),
                })
            }),
        );
        shown.insert(
            "ena_srd_specification".to_owned(),
            block(interface.ena_srd_specification(), |srd| {
                json!({
                    "ena_srd_enabled": srd.ena_srd_enabled(),
                    "ena_srd_udp_specification": block(
                        srd.ena_srd_udp_specification(),
                        |udp| json!({ "ena_srd_udp_enabled": udp.ena_srd_udp_enabled() }),
                    ),
                })
            }),
        );
    }
    shown
}

fn secondary(interface: &SecondaryInterface) -> Value {
    let addresses = interface.private_ip_addresses().iter();
    json!({
        "delete_on_termination": interface.delete_on_termination(),
        "device_index": interface.device_index(),
        "interface_type": interface.interface_type().map(|value| value.as_str()),
        "network_card_index": interface.network_card_index(),
        "private_ip_address_count": interface.private_ip_address_count(),
        "private_ip_addresses":
            addresses.filter_map(|address| address.private_ip_address()).collect::<Vec<_>>(),
        "secondary_subnet_id": interface.secondary_subnet_id(),
    })
}

fn capacity(found: &LaunchTemplateCapacityReservationSpecificationResponse) -> Value {
    let preference = found.capacity_reservation_preference();
    json!({
        "capacity_reservation_preference": preference.map(|value| value.as_str()),
        "capacity_reservation_target": block(found.capacity_reservation_target(), |target| json!({
            "capacity_reservation_id": target.capacity_reservation_id(),
            "capacity_reservation_resource_group_arn": target.capacity_reservation_resource_group_arn(),
        })),
    })
}

fn market(options: &LaunchTemplateInstanceMarketOptions) -> Value {
    json!({
        "market_type": options.market_type().map(|value| value.as_str()),
        "spot_options": block(options.spot_options(), |spot| {
            let interruption = spot.instance_interruption_behavior();
            let until = spot.valid_until();
            json!({
                "block_duration_minutes": spot.block_duration_minutes(),
                "instance_interruption_behavior": interruption.map(|value| value.as_str()),
                "max_price": spot.max_price(),
                "spot_instance_type": spot.spot_instance_type().map(|value| value.as_str()),
                "valid_until": until.and_then(|until| until.fmt(DateTimeFormat::DateTime).ok()),
            })
        }),
    })
}

fn metadata(metadata: &LaunchTemplateInstanceMetadataOptions) -> Value {
    json!({
        "http_endpoint": metadata.http_endpoint().map(|value| value.as_str()),
        "http_protocol_ipv6": metadata.http_protocol_ipv6().map(|value| value.as_str()),
        "http_put_response_hop_limit": metadata.http_put_response_hop_limit(),
        "http_tokens": metadata.http_tokens().map(|value| value.as_str()),
        "instance_metadata_tags": metadata.instance_metadata_tags().map(|value| value.as_str()),
    })
}

fn placement(placement: &LaunchTemplatePlacement) -> Value {
    json!({
        "affinity": placement.affinity(),
        "availability_zone": placement.availability_zone(),
        "group_id": placement.group_id(),
        "group_name": placement.group_name(),
        "host_id": placement.host_id(),
        "host_resource_group_arn": placement.host_resource_group_arn(),
        "partition_number": placement.partition_number(),
        "spread_domain": placement.spread_domain(),
        "tenancy": placement.tenancy().map(|value| value.as_str()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_without_a_version_is_what_a_version_gives() {
        let given = data(
            &LaunchTemplateVersion::builder().build(),
            &ResponseLaunchTemplateData::builder().build(),
        );
        let given: Vec<&str> = given.keys().map(String::as_str).collect();
        let mut names = NAMES.to_vec();
        names.sort_unstable();
        let mut sorted = given.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, names);
    }
}

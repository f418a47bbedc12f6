//! What the list of instances gives of one, as states have it.

use std::collections::BTreeMap;

use afterhours_diff::Wanted;
use aws_sdk_ec2::types::{
    CapacityReservationSpecificationResponse, CpuOptions, Instance, InstanceBlockDeviceMapping,
    InstanceMetadataOptionsResponse, MonitoringState, Volume,
};
use serde_json::{Map, Value, json};

use super::ATTACHMENT;
use super::live::{block, members};

pub(super) fn attributes(instance: &Instance) -> Value {
    let groups = instance.security_groups().iter();
    let groups: Vec<&str> = groups.filter_map(|group| group.group_id()).collect();
    let profile = instance.iam_instance_profile();
    let hibernation = instance.hibernation_options();
    let monitoring = instance
        .monitoring()
        .and_then(|monitoring| monitoring.state());
    let mut attributes = json!({
        "ami": instance.image_id(),
        "ebs_optimized": instance.ebs_optimized(),
        "hibernation": hibernation.and_then(|options| options.configured()),
        "iam_instance_profile": profile.and_then(|profile| profile.arn()),
        "instance_lifecycle": instance.instance_lifecycle().map(|lifecycle| lifecycle.as_str()),
        "instance_type": instance.instance_type().map(|kind| kind.as_str()),
        "key_name": instance.key_name(),
        "monitoring": matches!(monitoring, Some(MonitoringState::Enabled | MonitoringState::Pending)),
        "outpost_arn": instance.outpost_arn(),
        "private_ip": instance.private_ip_address(),
        "spot_instance_request_id": instance.spot_instance_request_id(),
        "vpc_security_group_ids": groups,
    });
    if let Some(attributes) = attributes.as_object_mut() {
        attributes.extend(placement(instance));
        attributes.extend(options(instance));
    }
    attributes
}

fn placement(instance: &Instance) -> Map<String, Value> {
    let Some(placement) = instance.placement() else {
        return Map::new();
    };
    members(json!({
        "availability_zone": placement.availability_zone(),
        "host_id": placement.host_id(),
        "host_resource_group_arn": placement.host_resource_group_arn(),
        "placement_group": placement.group_name(),
        "placement_group_id": placement.group_id(),
        "placement_partition_number": placement.partition_number(),
        "tenancy": placement.tenancy().map(|tenancy| tenancy.as_str()),
    }))
}

/// Blocks that AWS gives of every instance that has them: where one is missing, nothing is known.
fn options(instance: &Instance) -> Map<String, Value> {
    let mut options = Map::new();
    let mut put = |name: &str, value: Value| options.insert(name.to_owned(), value);
    put(
        "enclave_options",
        block(
            instance.enclave_options(),
            |options| json!({ "enabled": options.enabled() }),
        ),
    );
    if let Some(cpu) = instance.cpu_options() {
        put("cpu_core_count", json!(cpu.core_count()));
        put("cpu_threads_per_core", json!(cpu.threads_per_core()));
        put("cpu_options", cpu_options(cpu));
    }
    if let Some(metadata) = instance.metadata_options() {
        put("metadata_options", metadata_options(metadata));
    }
    if let Some(reservation) = instance.capacity_reservation_specification() {
        put("capacity_reservation_specification", capacity(reservation));
    }
    if let Some(maintenance) = instance.maintenance_options() {
        let recovery = maintenance
            .auto_recovery()
            .map(|recovery| recovery.as_str());
        put(
            "maintenance_options",
            json!([{ "auto_recovery": recovery }]),
        );
    }
    if let Some(names) = instance.private_dns_name_options() {
        put(
            "private_dns_name_options",
            json!([{
                "enable_resource_name_dns_a_record": names.enable_resource_name_dns_a_record(),
                "enable_resource_name_dns_aaaa_record": names.enable_resource_name_dns_aaaa_record(),
                "hostname_type": names.hostname_type().map(|kind| kind.as_str()),
            }]),
        );
    }
    options
}

fn cpu_options(cpu: &CpuOptions) -> Value {
    json!([{
        "amd_sev_snp": cpu.amd_sev_snp().map(|value| value.as_str()),
        "core_count": cpu.core_count(),
        "nested_virtualization": cpu.nested_virtualization().map(|value| value.as_str()),
        "threads_per_core": cpu.threads_per_core(),
    }])
}

fn metadata_options(metadata: &InstanceMetadataOptionsResponse) -> Value {
    json!([{
        "http_endpoint": metadata.http_endpoint().map(|value| value.as_str()),
        "http_protocol_ipv6": metadata.http_protocol_ipv6().map(|value| value.as_str()),
        "http_put_response_hop_limit": metadata.http_put_response_hop_limit(),
        "http_tokens": metadata.http_tokens().map(|value| value.as_str()),
        "instance_metadata_tags": metadata.instance_metadata_tags().map(|value| value.as_str()),
    }])
}

fn capacity(reservation: &CapacityReservationSpecificationResponse) -> Value {
    let preference = reservation.capacity_reservation_preference();
    let target = reservation.capacity_reservation_target();
    json!([{
        "capacity_reservation_preference": preference.map(|preference| preference.as_str()),
        "capacity_reservation_target": block(target, |target| json!({
            "capacity_reservation_id": target.capacity_reservation_id(),
            "capacity_reservation_resource_group_arn": target.capacity_reservation_resource_group_arn(),
        })),
    }])
}

/// The block of the root device, and those of all others.
///
/// One that a state attaches by an `aws_volume_attachment` is marked `standalone`: whether the instance's state shows
/// it depends on when that was read last.
pub(super) fn devices(
    wanted: &Wanted,
    instance: &Instance,
    volumes: &BTreeMap<&str, &Volume>,
) -> (Value, Value) {
    let (mut root, mut others) = (Vec::new(), Vec::new());
    for mapping in instance.block_device_mappings() {
        let Some(id) = mapping.ebs().and_then(|ebs| ebs.volume_id()) else {
            continue;
        };
        let mut shown = device(mapping, id, volumes.get(id).copied());
        if mapping.device_name().is_some() && mapping.device_name() == instance.root_device_name() {
            root.push(Value::Object(shown));
            continue;
        }
        let device = mapping.device_name().unwrap_or_default();
        let instance = instance.instance_id().unwrap_or_default();
        if wanted.names(ATTACHMENT, &format!("{device}|{id}|{instance}")) {
            shown.insert("standalone".to_owned(), Value::Bool(true));
        }
        others.push(Value::Object(shown));
    }
    (Value::Array(root), Value::Array(others))
}

/// The tags of each volume: of the instance's own in `own`, of those that a state attaches in `standalone`.
pub(super) fn volume_tags(
    wanted: &Wanted,
    instance: &Instance,
    volumes: &BTreeMap<&str, &Volume>,
) -> Value {
    let (mut own, mut standalone) = (Vec::new(), Vec::new());
    let instance_id = instance.instance_id().unwrap_or_default();
    for mapping in instance.block_device_mappings() {
        let id = mapping.ebs().and_then(|ebs| ebs.volume_id());
        if let Some(volume) = id.and_then(|id| volumes.get(id)) {
            let device = mapping.device_name().unwrap_or_default();
            let key = format!("{device}|{}|{instance_id}", id.unwrap_or_default());
            let tags = crate::origin::tags(volume.tags());
            if wanted.names(ATTACHMENT, &key) {
                standalone.push(tags);
            } else {
                own.push(tags);
            }
        }
    }
    json!({ "own": own, "standalone": standalone })
}

fn device(
    mapping: &InstanceBlockDeviceMapping,
    id: &str,
    volume: Option<&Volume>,
) -> Map<String, Value> {
    let ebs = mapping.ebs();
    let mut shown = members(json!({
        "delete_on_termination": ebs.and_then(|ebs| ebs.delete_on_termination()),
        "device_name": mapping.device_name(),
        "volume_id": id,
    }));
    // One that is not listed yet, or no longer: only what the instance tells is known.
    if let Some(volume) = volume {
        let tags = crate::origin::tags(volume.tags());
        shown.extend(members(json!({
            "encrypted": volume.encrypted(),
            "iops": volume.iops(),
            "kms_key_id": volume.kms_key_id(),
            "snapshot_id": volume.snapshot_id(),
            "tags": tags,
            "tags_all": tags,
            "throughput": volume.throughput(),
            "volume_size": volume.size(),
            "volume_type": volume.volume_type().map(|kind| kind.as_str()),
        })));
    }
    shown
}

//! Attribute-based choice of instance types.

use aws_sdk_ec2::types::InstanceRequirements;
use serde_json::{Value, json};

use super::live::block;

/// A range as a block; the SDK has a type of its own for each.
macro_rules! range {
    ($range:expr) => {
        block($range, |range| json!({ "max": range.max(), "min": range.min() }))
    };
}

/// Texts of an enumeration.
macro_rules! texts {
    ($values:expr) => {
        $values
            .iter()
            .map(|value| value.as_str())
            .collect::<Vec<_>>()
    };
}

pub(super) fn requirements(wanted: &InstanceRequirements) -> Value {
    json!({
        "accelerator_count": range!(wanted.accelerator_count()),
        "accelerator_manufacturers": texts!(wanted.accelerator_manufacturers()),
        "accelerator_names": texts!(wanted.accelerator_names()),
        "accelerator_total_memory_mib": range!(wanted.accelerator_total_memory_mib()),
        "accelerator_types": texts!(wanted.accelerator_types()),
        "allowed_instance_types": wanted.allowed_instance_types(),
        "bare_metal": wanted.bare_metal().map(|value| value.as_str()),
        "baseline_ebs_bandwidth_mbps": range!(wanted.baseline_ebs_bandwidth_mbps()),
        "burstable_performance": wanted.burstable_performance().map(|value| value.as_str()),
        "cpu_manufacturers": texts!(wanted.cpu_manufacturers()),
        "excluded_instance_types": wanted.excluded_instance_types(),
        "instance_generations": texts!(wanted.instance_generations()),
        "local_storage": wanted.local_storage().map(|value| value.as_str()),
        "local_storage_types": texts!(wanted.local_storage_types()),
        "max_spot_price_as_percentage_of_optimal_on_demand_price":
            wanted.max_spot_price_as_percentage_of_optimal_on_demand_price(),
        "memory_gib_per_vcpu": range!(wanted.memory_gib_per_v_cpu()),
        "memory_mib": range!(wanted.memory_mib()),
        "network_bandwidth_gbps": range!(wanted.network_bandwidth_gbps()),
        "network_interface_count": range!(wanted.network_interface_count()),
        "on_demand_max_price_percentage_over_lowest_price":
            wanted.on_demand_max_price_percentage_over_lowest_price(),
        "require_hibernate_support": wanted.require_hibernate_support(),
        "spot_max_price_percentage_over_lowest_price":
            wanted.spot_max_price_percentage_over_lowest_price(),
        "total_local_storage_gb": range!(wanted.total_local_storage_gb()),
        "vcpu_count": range!(wanted.v_cpu_count()),
    })
}

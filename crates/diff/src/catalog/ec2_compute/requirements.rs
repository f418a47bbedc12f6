//! Attribute-based choice of instance types, as launch templates and Auto Scaling groups have it.

use super::{scalar, set};
use crate::catalog::{Attr, Rule};

const RANGE: Rule = Rule::Block(&[scalar("max"), scalar("min")]);

/// The block `instance_requirements`.
pub(in crate::catalog) const INSTANCE_REQUIREMENTS: &[Attr] = &[
    Attr::new("accelerator_count", RANGE),
    set("accelerator_manufacturers"),
    set("accelerator_names"),
    Attr::new("accelerator_total_memory_mib", RANGE),
    set("accelerator_types"),
    set("allowed_instance_types").cost(),
    scalar("bare_metal"),
    Attr::new("baseline_ebs_bandwidth_mbps", RANGE),
    scalar("burstable_performance"),
    set("cpu_manufacturers"),
    set("excluded_instance_types").cost(),
    set("instance_generations"),
    scalar("local_storage"),
    set("local_storage_types"),
    scalar("max_spot_price_as_percentage_of_optimal_on_demand_price").cost(),
    Attr::new("memory_gib_per_vcpu", RANGE),
    Attr::new("memory_mib", RANGE),
    Attr::new("network_bandwidth_gbps", RANGE),
    Attr::new("network_interface_count", RANGE),
    scalar("on_demand_max_price_percentage_over_lowest_price").cost(),
    scalar("require_hibernate_support"),
    scalar("spot_max_price_percentage_over_lowest_price").cost(),
    Attr::new("total_local_storage_gb", RANGE),
    Attr::new("vcpu_count", RANGE),
];

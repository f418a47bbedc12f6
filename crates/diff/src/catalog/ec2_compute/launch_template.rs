//! Launch templates: what the latest version launches, and which version is the default.

use serde_json::Value;

use super::requirements::INSTANCE_REQUIREMENTS;
use super::{REGION, TAGS, TAGS_ALL, choice, scalar, set};
use crate::catalog::{Absent, Attr, Key, Rule, Type};

pub(super) const LAUNCH_TEMPLATE: Type = Type {
    name: "aws_launch_template",
    key: Key::Attribute("id"),
    attributes: ATTRIBUTES,
    global: false,
    unmanaged: true,
};

const ATTRIBUTES: &[Attr] = &[
    scalar("default_version").security(),
    scalar("description"),
    scalar("disable_api_stop").security(),
    scalar("disable_api_termination").security(),
    choice("ebs_optimized"),
    scalar("image_id").security(),
    scalar("instance_initiated_shutdown_behavior").availability(),
    scalar("instance_type").cost(),
    scalar("kernel_id"),
    scalar("key_name").security(),
    // A new version is how a template changes.
    scalar("latest_version"),
    scalar("name"),
    scalar("ram_disk_id"),
    set("security_group_names").security(),
    scalar("user_data").security().secret(),
    set("vpc_security_group_ids").security(),
    Attr::new(
        "block_device_mappings",
        Rule::Blocks {
            by: &["device_name"],
            attributes: &[
                scalar("device_name").availability(),
                scalar("no_device"),
                scalar("virtual_name"),
                Attr::new("ebs", Rule::Block(EBS)),
            ],
        },
    )
    .availability(),
    Attr::new(
        "capacity_reservation_specification",
        Rule::Block(&[
            scalar("capacity_reservation_preference"),
            Attr::new(
                "capacity_reservation_target",
                Rule::Block(&[
                    scalar("capacity_reservation_id"),
                    scalar("capacity_reservation_resource_group_arn"),
                ]),
            ),
        ]),
    )
    .cost(),
    Attr::new(
        "cpu_options",
        Rule::Block(&[
            scalar("amd_sev_snp").security(),
            scalar("core_count").cost(),
            scalar("nested_virtualization"),
            scalar("threads_per_core"),
        ]),
    ),
    Attr::new("credit_specification", Rule::Custom(credits)).cost(),
    // Of provider 3 and 4.
    Attr::new(
        "elastic_gpu_specifications",
        Rule::OrderedBlocks(&[scalar("type").cost()]),
    ),
    Attr::new(
        "elastic_inference_accelerator",
        Rule::Block(&[scalar("type").cost()]),
    ),
    Attr::new(
        "enclave_options",
        Rule::Block(&[scalar("enabled").security()]),
    ),
    Attr::new("hibernation_options", Rule::Block(&[scalar("configured")])),
    Attr::new(
        "iam_instance_profile",
        Rule::Block(&[scalar("arn").security(), scalar("name").security()]),
    ),
    Attr::new(
        "instance_market_options",
        Rule::Block(&[
            scalar("market_type").cost(),
            Attr::new(
                "spot_options",
                Rule::Block(&[
                    scalar("block_duration_minutes"),
                    scalar("instance_interruption_behavior").availability(),
                    scalar("max_price").cost(),
                    scalar("spot_instance_type"),
                    scalar("valid_until"),
                ]),
            ),
        ]),
    ),
    Attr::new("instance_requirements", Rule::Block(INSTANCE_REQUIREMENTS)),
    Attr::new(
        "license_specification",
        Rule::Blocks {
            by: &["license_configuration_arn"],
            attributes: &[scalar("license_configuration_arn").cost()],
        },
    ),
    Attr::new(
        "maintenance_options",
        Rule::Block(&[scalar("auto_recovery").availability()]),
    ),
    Attr::new(
        "metadata_options",
        Rule::Block(&[
            scalar("http_endpoint").security(),
            scalar("http_protocol_ipv6").security(),
            scalar("http_put_response_hop_limit").security(),
            scalar("http_tokens").security(),
            scalar("instance_metadata_tags").security(),
        ]),
    ),
    Attr::new("monitoring", Rule::Block(&[scalar("enabled")])),
    Attr::new(
        "network_interfaces",
        Rule::Blocks {
            by: &["network_card_index", "device_index"],
            attributes: NETWORK_INTERFACE,
        },
    )
    .security(),
    Attr::new(
        "network_performance_options",
        Rule::Block(&[scalar("bandwidth_weighting")]),
    ),
    Attr::new(
        "placement",
        Rule::Block(&[
            scalar("affinity"),
            scalar("availability_zone").availability(),
            scalar("group_id"),
            scalar("group_name"),
            scalar("host_id"),
            scalar("host_resource_group_arn"),
            scalar("partition_number"),
            scalar("spread_domain"),
            Attr::new("tenancy", Rule::Scalar).absent(Absent::Empty),
        ]),
    ),
    Attr::new(
        "private_dns_name_options",
        Rule::Block(&[
            scalar("enable_resource_name_dns_a_record"),
            scalar("enable_resource_name_dns_aaaa_record"),
            scalar("hostname_type"),
        ]),
    ),
    Attr::new(
        "secondary_interfaces",
        Rule::Blocks {
            by: &["network_card_index", "device_index"],
            attributes: &[
                choice("delete_on_termination"),
                scalar("device_index"),
                scalar("interface_type"),
                scalar("network_card_index"),
                scalar("private_ip_address_count"),
                set("private_ip_addresses"),
                scalar("secondary_subnet_id"),
            ],
        },
    ),
    Attr::new(
        "tag_specifications",
        Rule::Blocks {
            by: &["resource_type"],
            attributes: &[scalar("resource_type"), Attr::new("tags", Rule::Map)],
        },
    ),
    TAGS,
    TAGS_ALL,
    Attr::skip("name_prefix", "only used to make the name"),
    Attr::skip(
        "update_default_version",
        "says what Terraform does about a change; `default_version` is compared",
    ),
    REGION,
];

const EBS: &[Attr] = &[
    choice("delete_on_termination").availability(),
    choice("encrypted").security(),
    scalar("iops").cost(),
    scalar("kms_key_id").security(),
    scalar("snapshot_id"),
    scalar("throughput").cost(),
    scalar("volume_initialization_rate"),
    scalar("volume_size").cost(),
    scalar("volume_type").cost(),
];

const NETWORK_INTERFACE: &[Attr] = &[
    choice("associate_carrier_ip_address").security(),
    choice("associate_public_ip_address").security(),
    choice("delete_on_termination"),
    scalar("description"),
    scalar("device_index"),
    scalar("ena_queue_count"),
    scalar("interface_type"),
    scalar("ipv4_address_count"),
    set("ipv4_addresses"),
    scalar("ipv4_prefix_count"),
    set("ipv4_prefixes"),
    scalar("ipv6_address_count"),
    set("ipv6_addresses"),
    scalar("ipv6_prefix_count"),
    set("ipv6_prefixes"),
    scalar("network_card_index"),
    scalar("network_interface_id").security(),
    choice("primary_ipv6"),
    scalar("private_ip_address"),
    set("security_groups").security(),
    scalar("subnet_id").security(),
    Attr::new(
        "connection_tracking_specification",
        Rule::Block(&[
            scalar("tcp_established_timeout"),
            scalar("udp_stream_timeout"),
            scalar("udp_timeout"),
        ]),
    ),
    Attr::new(
        "ena_srd_specification",
        Rule::Block(&[
            scalar("ena_srd_enabled"),
            Attr::new(
                "ena_srd_udp_specification",
                Rule::Block(&[scalar("ena_srd_udp_enabled")]),
            ),
        ]),
    ),
];

/// A type without credits (`{"unused": true}`) leaves what the state says of them where it is.
fn credits(state: &Value, live: &Value) -> bool {
    let of = |value: &Value| value.pointer("/0/cpu_credits").cloned();
    live.is_object() || of(state) == of(live)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn credits_are_compared_where_the_type_has_them() {
        let standard = json!([{"cpu_credits": "standard"}]);
        assert!(credits(&standard, &standard));
        assert!(credits(&standard, &json!({"unused": true})));
        assert!(!credits(&standard, &json!([])));
        assert!(!credits(&Value::Null, &standard));
    }
}

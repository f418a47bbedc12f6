//! Instances.

use super::rules::{
    block_if_set, devices, if_set, interfaces, public_address, user_data, volume_tags,
};
use super::{REGION, TAGS, TAGS_ALL, TIMEOUTS, choice, scalar, set};
use crate::catalog::{Absent, Attr, Key, Rule, Type};

pub(super) const INSTANCE: Type = Type {
    name: "aws_instance",
    key: Key::Attribute("id"),
    attributes: ATTRIBUTES,
    global: false,
    unmanaged: true,
};

const ATTRIBUTES: &[Attr] = &[
    scalar("ami").security(),
    Attr::new("associate_public_ip_address", Rule::Custom(public_address)).security(),
    scalar("availability_zone").availability(),
    scalar("disable_api_stop").security(),
    scalar("disable_api_termination").security(),
    scalar("ebs_optimized"),
    scalar("hibernation"),
    scalar("host_id"),
    scalar("host_resource_group_arn"),
    Attr::new("iam_instance_profile", Rule::NameOrArn).security(),
    scalar("instance_initiated_shutdown_behavior").availability(),
    scalar("instance_lifecycle"),
    scalar("instance_type").cost(),
    scalar("ipv6_address_count"),
    Attr::new("ipv6_addresses", Rule::Set),
    scalar("key_name").security(),
    scalar("monitoring"),
    scalar("outpost_arn"),
    scalar("placement_group"),
    // Provider 6 fills it in beside the name.
    Attr::new("placement_group_id", Rule::Custom(if_set)),
    scalar("placement_partition_number"),
    scalar("private_ip").availability(),
    set("secondary_private_ips"),
    scalar("source_dest_check").security(),
    scalar("spot_instance_request_id"),
    scalar("subnet_id").availability(),
    Attr::new("tenancy", Rule::Scalar).absent(Absent::Is("\"default\"")),
    Attr::new("user_data", Rule::Custom(user_data))
        .security()
        .secret(),
    Attr::new("user_data_base64", Rule::Custom(user_data))
        .security()
        .secret(),
    set("vpc_security_group_ids").security(),
    // Of provider 3 and 4; later ones have `cpu_options`.
    scalar("cpu_core_count").cost(),
    scalar("cpu_threads_per_core"),
    Attr::new(
        "cpu_options",
        Rule::Block(&[
            scalar("amd_sev_snp").security(),
            scalar("core_count").cost(),
            scalar("nested_virtualization"),
            scalar("threads_per_core"),
        ]),
    ),
    Attr::new("metadata_options", Rule::Block(METADATA_OPTIONS)).security(),
    Attr::new(
        "enclave_options",
        Rule::Block(&[scalar("enabled").security()]),
    ),
    Attr::new(
        "capacity_reservation_specification",
        Rule::Block(&[
            scalar("capacity_reservation_preference").absent(Absent::Is("\"open\"")),
            Attr::new(
                "capacity_reservation_target",
                Rule::Block(&[
                    scalar("capacity_reservation_id"),
                    scalar("capacity_reservation_resource_group_arn"),
                ]),
            ),
        ]),
    ),
    Attr::new(
        "maintenance_options",
        Rule::Block(&[scalar("auto_recovery")
            .absent(Absent::Is("\"default\""))
            .availability()]),
    ),
    Attr::new(
        "private_dns_name_options",
        Rule::Block(&[
            scalar("enable_resource_name_dns_a_record"),
            scalar("enable_resource_name_dns_aaaa_record"),
            scalar("hostname_type"),
        ]),
    ),
    // Provider 3 reads it of T2 and T3 only, later ones of everything burstable.
    Attr::new("credit_specification", Rule::Custom(block_if_set)).cost(),
    Attr::new("root_block_device", Rule::Block(BLOCK_DEVICE)),
    Attr::new("ebs_block_device", Rule::Custom(devices)).security(),
    Attr::new("volume_tags", Rule::Custom(volume_tags)),
    Attr::new("network_interface", Rule::Custom(interfaces)).security(),
    Attr::new(
        "primary_network_interface",
        Rule::Block(&[
            choice("delete_on_termination"),
            scalar("network_interface_id").security(),
        ]),
    ),
    TAGS,
    TAGS_ALL,
    Attr::skip(
        "enable_primary_ipv6",
        "only used when the instance is launched",
    ),
    Attr::skip(
        "ephemeral_block_device",
        "only used when the instance is launched: AWS does not tell which instance stores it mapped",
    ),
    Attr::skip("force_destroy", "only used when the instance is deleted"),
    Attr::skip("get_password_data", "asks Terraform to fetch the password"),
    Attr::skip(
        "instance_market_options",
        "only used when the instance is launched; `instance_lifecycle` says whether it is a spot instance",
    ),
    Attr::skip(
        "launch_template",
        "only used when the instance is launched; what it set is compared under its own names",
    ),
    Attr::skip(
        "secondary_network_interface",
        "only used when the instance is launched",
    ),
    Attr::skip(
        "security_groups",
        "the names of what `vpc_security_group_ids` holds by id; EC2-Classic, which had names alone, is no more",
    ),
    Attr::skip(
        "user_data_replace_on_change",
        "says what Terraform does about a change",
    ),
    REGION,
    TIMEOUTS,
];

const METADATA_OPTIONS: &[Attr] = &[
    scalar("http_endpoint").security(),
    scalar("http_protocol_ipv6")
        .absent(Absent::Is("\"disabled\""))
        .security(),
    scalar("http_put_response_hop_limit").security(),
    scalar("http_tokens").security(),
    scalar("instance_metadata_tags")
        .absent(Absent::Is("\"disabled\""))
        .security(),
];

const BLOCK_DEVICE: &[Attr] = &[
    choice("delete_on_termination").availability(),
    scalar("device_name").availability(),
    scalar("encrypted").security(),
    scalar("iops").cost(),
    Attr::new("kms_key_id", Rule::NameOrArn).security(),
    scalar("snapshot_id"),
    Attr::new("tags", Rule::Custom(if_set)),
    Attr::new("tags_all", Rule::Custom(if_set)),
    scalar("throughput").cost(),
    // Somebody who puts another volume in its place.
    scalar("volume_id").security(),
    scalar("volume_size").cost(),
    scalar("volume_type").cost(),
];

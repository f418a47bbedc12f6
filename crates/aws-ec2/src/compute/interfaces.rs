//! The network interfaces of instances, and what an instance shows of its primary one.

use afterhours_diff::Wanted;
use aws_sdk_ec2::types::{Instance, InstanceNetworkInterface, InstanceStateName};
use serde_json::{Map, Value, json};

use super::live::members;

fn place(interface: &InstanceNetworkInterface) -> (i32, i32) {
    let attachment = interface.attachment();
    let index = attachment.and_then(|attachment| attachment.device_index());
    let card = attachment.and_then(|attachment| attachment.network_card_index());
    (card.unwrap_or_default(), index.unwrap_or_default())
}

pub(super) fn attributes(wanted: &Wanted, instance: &Instance) -> Map<String, Value> {
    let interfaces = instance.network_interfaces();
    let shown: Vec<Value> = interfaces
        .iter()
        .map(|interface| {
            let (card, index) = place(interface);
            let attachment = interface.attachment();
            json!({
                "delete_on_termination": attachment.and_then(|attachment| attachment.delete_on_termination()),
                "device_index": index,
                "network_card_index": card,
                "network_interface_id": interface.network_interface_id(),
            })
        })
        .collect();
    let mut attributes = match interfaces.iter().find(|found| place(found) == (0, 0)) {
        Some(primary) => of_primary(wanted, instance, primary),
        // A terminating instance has lost them.
        None => json!({
            "associate_public_ip_address": instance.public_ip_address().is_some(),
            "subnet_id": instance.subnet_id(),
        }),
    };
    if let Some(attributes) = attributes.as_object_mut() {
        attributes.insert("network_interface".to_owned(), Value::Array(shown));
        // That of the primary interface.
        let check = json!(instance.source_dest_check());
        attributes.insert("source_dest_check".to_owned(), check);
    }
    members(attributes)
}

fn is_stopped(instance: &Instance) -> bool {
    let state = instance.state().and_then(|state| state.name());
    matches!(
        state,
        Some(InstanceStateName::Stopped | InstanceStateName::Stopping)
    )
}

fn of_primary(wanted: &Wanted, instance: &Instance, primary: &InstanceNetworkInterface) -> Value {
    let attachment = primary.attachment();
    let ipv6: Vec<&str> = primary
        .ipv6_addresses()
        .iter()
        .filter_map(|address| address.ipv6_address())
        .collect();
    let secondary: Vec<&str> = primary
        .private_ip_addresses()
        .iter()
        .filter(|address| address.primary() != Some(true))
        .filter_map(|address| address.private_ip_address())
        .collect();
    // An address that AWS lends for the life of the instance is its own; one of the account is attached to it.
    let lent = primary.association().map(|association| {
        association
            .ip_owner_id()
            .is_none_or(|owner| owner == "amazon")
    });
    let states_have_addresses = ["aws_eip", "aws_eip_association"]
        .iter()
        .any(|kind| wanted.keys(kind).next().is_some());
    let public = match lent {
        Some(false) if states_have_addresses => json!({ "standalone": true }),
        // A lent address goes when the instance stops, and another comes when it starts.
        None if is_stopped(instance) => json!({ "stopped": true }),
        lent => json!(lent.is_some()),
    };
    json!({
        "associate_public_ip_address": public,
        "ipv6_address_count": ipv6.len(),
        "ipv6_addresses": ipv6,
        "primary_network_interface": [{
            "delete_on_termination": attachment.and_then(|attachment| attachment.delete_on_termination()),
            "network_interface_id": primary.network_interface_id(),
        }],
        "secondary_private_ips": secondary,
        "subnet_id": primary.subnet_id(),
    })
}

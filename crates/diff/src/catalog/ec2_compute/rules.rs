//! How parts of an instance are compared that plain rules do not reach.

use serde_json::{Map, Value};

use crate::compare::canonical;

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// What the state leaves empty is managed elsewhere or not at all: tags of volumes are in one of `volume_tags` and the
/// blocks' `tags`, never in both. Tags of AWS are not compared.
pub(super) fn if_set(state: &Value, live: &Value) -> bool {
    is_empty(state) || canonical(&without_aws(state)) == canonical(&without_aws(live))
}

/// The tags of all volumes of the instance. The live side gives those of each, of its own in `own` and in `standalone`
/// those that an `aws_volume_attachment` attaches: the provider puts the latter among them when it refreshes, in no
/// order.
pub(super) fn volume_tags(state: &Value, live: &Value) -> bool {
    let Some(known) = state.as_object().filter(|tags| !tags.is_empty()) else {
        return true;
    };
    let tags = |name: &str| -> Vec<&Map<String, Value>> {
        let volumes = live.get(name).and_then(Value::as_array);
        volumes
            .into_iter()
            .flatten()
            .filter_map(Value::as_object)
            .collect()
    };
    let (own, attached) = (tags("own"), tags("standalone"));
    let from_attached =
        |key: &str, value: &Value| attached.iter().any(|tags| tags.get(key) == Some(value));
    let is_aws = |key: &str| key.starts_with("aws:");
    own.iter().all(|tags| {
        let kept = known.iter().all(|(key, value)| {
            is_aws(key) || tags.get(key) == Some(value) || from_attached(key, value)
        });
        kept && tags
            .keys()
            .all(|key| is_aws(key) || known.contains_key(key))
    })
}

fn without_aws(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(key, _)| !key.starts_with("aws:"))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
        other => other.clone(),
    }
}

pub(super) fn block_if_set(state: &Value, live: &Value) -> bool {
    let block = |value: &Value| value.as_array().and_then(|blocks| blocks.first()).cloned();
    match (block(state), block(live)) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(state), Some(live)) => canonical(&state) == canonical(&live),
    }
}

/// Whether the instance has a public address. An address of the account (`{"standalone": true}`) belongs to its
/// `aws_eip` or `aws_eip_association`: the instance's state shows it or not, depending on when it was read last. A stopped
/// instance (`{"stopped": true}`) has none, whatever it gets when it starts.
pub(super) fn public_address(state: &Value, live: &Value) -> bool {
    let has = |value: &Value| value.as_bool().unwrap_or_else(|| value == "true");
    live.is_object() || has(state) == has(live)
}

/// Block devices by their names, child by child where both sides know the child. A device that is attached by an
/// `aws_volume_attachment` (`standalone`) is in the instance's state or not, depending on when it was read last.
pub(super) fn devices(state: &Value, live: &Value) -> bool {
    let name = |block: &Map<String, Value>| block.get("device_name").cloned();
    let state: Vec<&Map<String, Value>> = blocks(state).collect();
    let live: Vec<&Map<String, Value>> = blocks(live).collect();
    let found = live.iter().all(|device| {
        device.contains_key("standalone") || state.iter().any(|known| name(known) == name(device))
    });
    found
        && state.iter().all(|known| {
            let device = live.iter().find(|device| name(device) == name(known));
            device.is_some_and(|device| same_device(known, device))
        })
}

fn same_device(state: &Map<String, Value>, live: &Map<String, Value>) -> bool {
    let zero = |value: &Value| is_empty(value) || *value == 0 || *value == false;
    state.iter().all(|(name, known)| {
        let Some(found) = live.get(name) else {
            return true;
        };
        match name.as_str() {
            "tags" | "tags_all" => if_set(known, found),
            "kms_key_id" => {
                found.as_str().is_some_and(|arn| {
                    known
                        .as_str()
                        .is_some_and(|key| arn == key || arn.ends_with(&format!("/{key}")))
                }) || (is_empty(known) && is_empty(found))
            }
            _ => (zero(known) && zero(found)) || canonical(known) == canonical(found),
        }
    })
}

/// User data in any form that a state holds it in: SHA-1 in hexadecimal (providers 3 to 5), text (provider 6), Base64
/// (`user_data_base64`). The live side is an object of all three, `sha1`, `text` and `base64`.
///
/// A state has one of the two arguments and the other empty, hence an empty one is not compared.
pub(super) fn user_data(state: &Value, live: &Value) -> bool {
    if is_empty(state) {
        return true;
    }
    let form = |name: &str| live.get(name).is_some_and(|form| form == state);
    form("sha1") || form("text") || form("base64")
}

/// Whether the interfaces that the state names are as it says; others come with the instance or belong to attachments.
pub(super) fn interfaces(state: &Value, live: &Value) -> bool {
    let live: Vec<&Map<String, Value>> = blocks(live).collect();
    blocks(state).all(|wanted| {
        live.iter().any(|found| {
            let same = |name: &str| {
                wanted
                    .get(name)
                    .is_none_or(|value| found.get(name) == Some(value))
            };
            let card = |block: &Map<String, Value>| {
                block
                    .get("network_card_index")
                    .and_then(Value::as_i64)
                    .unwrap_or_default()
            };
            same("device_index")
                && same("network_interface_id")
                && same("delete_on_termination")
                && card(wanted) == card(found)
        })
    })
}

fn blocks(value: &Value) -> impl Iterator<Item = &Map<String, Value>> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn user_data_is_known_in_each_form_that_a_state_holds() {
        let live = json!({"sha1": "5fba", "text": "#!/bin/sh", "base64": "IyEv"});
        for same in ["5fba", "#!/bin/sh", "IyEv", ""] {
            assert!(user_data(&json!(same), &live), "{same}");
        }
        assert!(user_data(&Value::Null, &live));
        assert!(!user_data(&json!("other"), &live));
        assert!(!user_data(&json!("5fba"), &Value::Null));
    }

    #[test]
    fn devices_that_attachments_attach_may_be_in_the_state_or_not() {
        let own = json!({"device_name": "/dev/sdf", "iops": 0, "kms_key_id": "", "tags": {}, "volume_id": "vol-1"});
        let live = json!({"device_name": "/dev/sdf", "iops": null, "kms_key_id": null, "tags": {"a": "1"}, "volume_id": "vol-1", "encrypted": true});
        let attached = json!({"device_name": "/dev/sdg", "volume_id": "vol-2", "standalone": true});
        assert!(devices(&json!([own]), &json!([live])));
        assert!(devices(&json!([own]), &json!([attached, live])));
        assert!(devices(
            &json!([own, {"device_name": "/dev/sdg", "volume_id": "vol-2"}]),
            &json!([attached, live])
        ));
        let other = json!({"device_name": "/dev/sdg", "volume_id": "vol-2"});
        assert!(!devices(&json!([own]), &json!([live, other])), "one more");
        assert!(!devices(&json!([own]), &json!([])), "one less");
        assert!(
            !devices(
                &json!([{"device_name": "/dev/sdf", "volume_id": "vol-9"}]),
                &json!([live])
            ),
            "another volume"
        );
        assert!(
            !devices(
                &json!([{"device_name": "/dev/sdf", "encrypted": false}]),
                &json!([live])
            ),
            "another setting"
        );
    }

    #[test]
    fn tags_of_attached_volumes_may_be_among_those_of_the_instance() {
        let live = json!({"own": [{"Team": "ml"}, {"Team": "ml", "aws:x": "y"}], "standalone": [{"Name": "data", "Team": "ops"}]});
        assert!(volume_tags(&json!({"Team": "ml"}), &live));
        assert!(volume_tags(&json!({"Team": "ml", "Name": "data"}), &live));
        assert!(volume_tags(&json!({"Team": "ops", "Name": "data"}), &live));
        assert!(
            !volume_tags(&json!({"Team": "dev"}), &live),
            "another value"
        );
        assert!(
            !volume_tags(&json!({"Team": "ml", "Stage": "dev"}), &live),
            "a tag that is gone"
        );
        assert!(
            !volume_tags(&json!({"Name": "data"}), &live),
            "a tag that is new"
        );
        assert!(volume_tags(&json!({}), &live));
    }

    #[test]
    fn an_address_of_the_account_may_be_in_the_state_or_not() {
        assert!(public_address(&json!(false), &json!({"standalone": true})));
        assert!(public_address(&json!(true), &json!({"stopped": true})));
        assert!(public_address(&json!("true"), &json!(true)));
        assert!(public_address(&Value::Null, &json!(false)));
        assert!(!public_address(&json!(false), &json!(true)));
        assert!(!public_address(&json!(true), &Value::Null));
    }

    #[test]
    fn interfaces_that_the_state_does_not_name_are_left_alone() {
        let state = json!([{"device_index": 1, "network_interface_id": "eni-1", "delete_on_termination": false}]);
        let other = json!({"device_index": 0, "network_card_index": 0, "network_interface_id": "eni-0", "delete_on_termination": true});
        let own = json!({"device_index": 1, "network_card_index": 0, "network_interface_id": "eni-1", "delete_on_termination": false});
        assert!(interfaces(&state, &json!([other, own])));
        assert!(!interfaces(&state, &json!([other])));
        assert!(interfaces(&json!([]), &json!([other])));
    }

    #[test]
    fn what_the_state_leaves_empty_is_not_compared_and_all_else_is() {
        assert!(if_set(&json!({}), &json!({"a": "1"})));
        assert!(if_set(&json!({"a": "1"}), &json!({"a": "1", "aws:x": "y"})));
        assert!(!if_set(&json!({"a": "1"}), &Value::Null));
        assert!(block_if_set(
            &json!([]),
            &json!([{"cpu_credits": "unlimited"}])
        ));
        assert!(!block_if_set(
            &json!([{"cpu_credits": "standard"}]),
            &json!([{"cpu_credits": "unlimited"}])
        ));
        assert!(!block_if_set(
            &json!([{"cpu_credits": "standard"}]),
            &json!([])
        ));
    }
}

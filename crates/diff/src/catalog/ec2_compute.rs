//! EC2: instances, volumes, launch templates and key pairs.

mod instance;
mod launch_template;
pub(super) mod requirements;
mod rules;

use serde_json::Value;

use super::{Absent, Attr, Key, Rule, Type};

pub(super) const TYPES: &[Type] = &[
    instance::INSTANCE,
    EBS_VOLUME,
    VOLUME_ATTACHMENT,
    launch_template::LAUNCH_TEMPLATE,
    KEY_PAIR,
];

const REGION: Attr = Attr::skip(
    "region",
    "an object is looked for in this region only: elsewhere it counts as deleted",
);
const TIMEOUTS: Attr = Attr::skip("timeouts", "says how long Terraform waits");
const TAGS: Attr = Attr::new("tags", Rule::Tags);
const TAGS_ALL: Attr = Attr::new("tags_all", Rule::Tags);

const fn scalar(name: &'static str) -> Attr {
    Attr::new(name, Rule::Scalar)
}

/// A flag of which "no" and "not said" are two things.
const fn choice(name: &'static str) -> Attr {
    Attr::new(name, Rule::Scalar).absent(Absent::Empty)
}

const fn set(name: &'static str) -> Attr {
    Attr::new(name, Rule::Set)
}

const EBS_VOLUME: Type = Type {
    name: "aws_ebs_volume",
    key: Key::Attribute("id"),
    attributes: &[
        scalar("availability_zone").availability(),
        scalar("encrypted").security(),
        scalar("iops").cost(),
        Attr::new("kms_key_id", Rule::NameOrArn).security(),
        scalar("multi_attach_enabled").availability(),
        scalar("outpost_arn"),
        scalar("size").cost(),
        scalar("snapshot_id"),
        scalar("throughput").cost(),
        scalar("type").cost(),
        scalar("volume_initialization_rate"),
        Attr::skip("final_snapshot", "only used when the volume is deleted"),
        TAGS,
        TAGS_ALL,
        REGION,
        TIMEOUTS,
    ],
    global: false,
    unmanaged: true,
};

const VOLUME_ATTACHMENT: Type = Type {
    name: "aws_volume_attachment",
    key: Key::Joined(&["device_name", "volume_id", "instance_id"]),
    attributes: &[
        scalar("device_name").availability(),
        scalar("instance_id").availability(),
        scalar("volume_id").availability(),
        Attr::skip("force_detach", "only used when the volume is detached"),
        Attr::skip("skip_destroy", "only used when the volume is detached"),
        Attr::skip(
            "stop_instance_before_detaching",
            "only used when the volume is detached",
        ),
        REGION,
        TIMEOUTS,
    ],
    global: false,
    unmanaged: false,
};

const KEY_PAIR: Type = Type {
    name: "aws_key_pair",
    key: Key::Attribute("key_name"),
    attributes: &[
        scalar("key_name"),
        // Somebody who deletes a key and imports another of the same name.
        scalar("fingerprint").security(),
        scalar("key_pair_id").security(),
        scalar("key_type").security(),
        Attr::new("public_key", Rule::Custom(same_public_key)).security(),
        Attr::skip("key_name_prefix", "only used to make the name"),
        TAGS,
        TAGS_ALL,
        REGION,
    ],
    global: false,
    unmanaged: true,
};

/// Whether two public keys in the format of OpenSSH are one: kind and key, the comment aside, which AWS replaces by
/// the name of the key pair. A key in another format (RFC 4716) is known by its fingerprint alone.
fn same_public_key(state: &Value, live: &Value) -> bool {
    let (Some(state), Some(live)) = (state.as_str(), live.as_str()) else {
        return state.is_null() == live.is_null();
    };
    if state.trim_start().starts_with("----") {
        return true;
    }
    state
        .split_whitespace()
        .take(2)
        .eq(live.split_whitespace().take(2))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_comment_of_a_public_key_is_not_part_of_it() {
        let same = |a: &str, b: &str| same_public_key(&json!(a), &json!(b));
        assert!(same("ssh-ed25519 AAAA ops", "ssh-ed25519 AAAA key-name\n"));
        assert!(!same("ssh-ed25519 AAAA ops", "ssh-ed25519 BBBB ops"));
        assert!(!same("ssh-ed25519 AAAA", "ssh-rsa AAAA"));
        assert!(same(
            "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA",
            "ssh-rsa AAAA x"
        ));
        assert!(!same_public_key(&json!("ssh-rsa AAAA"), &Value::Null));
    }
}

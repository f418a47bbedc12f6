//! Instances: what lists do not give, and the listing.

use std::collections::BTreeMap;

use afterhours_aws::{Answer, port_error};
use afterhours_diff::{Hole, Listing, Wanted};
use afterhours_ports::{PortResult, hole};
use aws_sdk_ec2::types::{
    AttributeBooleanValue, AttributeValue, Instance, InstanceAttributeName, Volume,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};

use super::live::{self, id, members};
use super::{AT_ONCE, ComputeReader, INSTANCE, actions, instance};
use crate::pages::Fetched;

/// `DescribeInstanceAttribute` gives one attribute of one instance at a time.
const ATTRIBUTES: [(InstanceAttributeName, &str); 4] = [
    (InstanceAttributeName::DisableApiStop, "disable_api_stop"),
    (
        InstanceAttributeName::DisableApiTermination,
        "disable_api_termination",
    ),
    (
        InstanceAttributeName::InstanceInitiatedShutdownBehavior,
        "instance_initiated_shutdown_behavior",
    ),
    (InstanceAttributeName::UserData, "user_data"),
];

/// What no list of instances gives, of those that states name.
#[derive(Debug, Default)]
pub(super) struct Details {
    attributes: BTreeMap<(String, String), Result<Value, Hole>>,
    /// The credits of burstable instances that are not, or were not always, `standard`.
    credits: BTreeMap<String, String>,
    no_credits: Option<Hole>,
}

impl ComputeReader {
    pub(super) async fn details(&self, wanted: &Wanted, instances: &Fetched<Instance>) -> Details {
        let named = || {
            let named = instances.items.iter();
            named.filter(|instance| {
                let id = instance.instance_id().unwrap_or_default();
                wanted.names(INSTANCE, id)
            })
        };
        let asked: Vec<_> = named()
            .filter_map(Instance::instance_id)
            .flat_map(|id| ATTRIBUTES.map(|(attribute, name)| (id.to_owned(), attribute, name)))
            .map(|(id, attribute, name)| async move {
                let value = self.attribute(&id, attribute).await;
                ((id, name.to_owned()), value.map_err(|error| hole(&error)))
            })
            .collect();
        let attributes = futures_util::stream::iter(asked).buffer_unordered(AT_ONCE);
        let credits = async {
            if named().any(is_burstable) {
                self.credits().await
            } else {
                Fetched::default()
            }
        };
        let (attributes, credits) = futures_util::join!(attributes.collect(), credits);
        Details {
            attributes,
            credits: credits
                .items
                .into_iter()
                .filter_map(|found| Some((found.instance_id?, found.cpu_credits?)))
                .collect(),
            no_credits: credits.hole,
        }
    }

    async fn attribute(&self, id: &str, attribute: InstanceAttributeName) -> PortResult<Value> {
        self.pace.wait().await;
        let answer = self
            .client
            .describe_instance_attribute()
            .instance_id(id)
            .attribute(attribute.clone())
            .send()
            .await
            .map_err(|error| port_error(actions::INSTANCE_ATTRIBUTE, error))?;
        let fields = Answer::of(actions::INSTANCE_ATTRIBUTE);
        let flag = |value: Option<AttributeBooleanValue>| {
            let value = value.and_then(|value| value.value);
            fields.required(attribute.as_str(), value).map(Value::from)
        };
        let text = |value: Option<AttributeValue>| {
            let value = fields.required(attribute.as_str(), value)?;
            Ok(value.value.filter(|value| !value.is_empty()))
        };
        match attribute {
            InstanceAttributeName::DisableApiStop => flag(answer.disable_api_stop),
            InstanceAttributeName::DisableApiTermination => flag(answer.disable_api_termination),
            InstanceAttributeName::UserData => {
                Ok(text(answer.user_data)?.map_or(Value::Null, |data| user_data(&data)))
            }
            _ => {
                let value = text(answer.instance_initiated_shutdown_behavior)?;
                fields.required(attribute.as_str(), value).map(Value::from)
            }
        }
    }
}

/// User data in each form that a state may hold it in: `base64` as AWS gives it, `text`, and `sha1` in hexadecimal
/// of what it decodes to, which providers 3 to 5 write.
fn user_data(given: &str) -> Value {
    let data = STANDARD
        .decode(given)
        .unwrap_or_else(|_| given.as_bytes().to_vec());
    let sha1: String = Sha1::digest(&data)
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(u32::from(digit), 16))
        .collect();
    json!({ "sha1": sha1, "text": String::from_utf8(data).ok(), "base64": given })
}

fn is_burstable(instance: &Instance) -> bool {
    has_credits(instance.instance_type().map_or("", |kind| kind.as_str()))
}

/// T2 and later families whose names begin with `t` and a number; T1 has no credits.
pub(super) fn has_credits(kind: &str) -> bool {
    kind.strip_prefix('t').is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_digit()) && !rest.starts_with("1.")
    })
}

pub(super) fn listing(
    wanted: &Wanted,
    instances: &Fetched<Instance>,
    details: &Details,
    volumes: &Fetched<Volume>,
) -> Option<Listing> {
    let by_id: BTreeMap<&str, &Volume> = volumes
        .items
        .iter()
        .filter_map(|volume| Some((volume.volume_id()?, volume)))
        .collect();
    live::listing(
        wanted,
        INSTANCE,
        instances,
        |instance| {
            let id = id(actions::INSTANCES, "InstanceId", instance.instance_id())?;
            let mut live = live::bare(wanted, INSTANCE, "instance", id, instance.tags());
            live.origin = live::owner(instance.tags(), instance.operator()).unwrap_or_default();
            Ok(live)
        },
        |instance, live| {
            let id = live.id.clone();
            live.attributes
                .extend(members(instance::attributes(instance)));
            live.attributes
                .extend(super::interfaces::attributes(wanted, instance));
            for (_, name) in &ATTRIBUTES {
                match details.attributes.get(&(id.clone(), (*name).to_owned())) {
                    Some(Ok(value)) => put(live, name, value.clone()),
                    Some(Err(hole)) => no(live, name, hole),
                    None => {}
                }
            }
            // One thing under two names: a state uses one of them.
            if let Some(value) = live.attributes.get("user_data").cloned() {
                put(live, "user_data_base64", value);
            } else if let Some(hole) = live.holes.get("user_data").cloned() {
                no(live, "user_data_base64", &hole);
            }
            credits(instance, live, details);
            devices(wanted, instance, live, &by_id, volumes.hole.as_ref());
        },
    )
}

fn credits(instance: &Instance, live: &mut afterhours_diff::Live, details: &Details) {
    const NAME: &str = "credit_specification";
    match (details.credits.get(&live.id), &details.no_credits) {
        _ if !is_burstable(instance) => put(live, NAME, json!([])),
        (Some(credits), _) => put(live, NAME, json!([{ "cpu_credits": credits }])),
        (None, Some(hole)) => no(live, NAME, hole),
        (None, None) => put(live, NAME, json!([{ "cpu_credits": "standard" }])),
    }
}

/// Block devices, with what only their volumes tell.
fn devices(
    wanted: &Wanted,
    instance: &Instance,
    live: &mut afterhours_diff::Live,
    volumes: &BTreeMap<&str, &Volume>,
    no_volumes: Option<&Hole>,
) {
    let held = instance.block_device_mappings().iter();
    let held = held.filter_map(|mapping| mapping.ebs()?.volume_id());
    let missing = held.clone().any(|id| !volumes.contains_key(id));
    if let (true, Some(hole)) = (missing, no_volumes) {
        for name in ["root_block_device", "ebs_block_device", "volume_tags"] {
            no(live, name, hole);
        }
        return;
    }
    let (root, others) = instance::devices(wanted, instance, volumes);
    put(live, "root_block_device", root);
    put(live, "ebs_block_device", others);
    let tags = instance::volume_tags(wanted, instance, volumes);
    put(live, "volume_tags", tags);
}

fn put(live: &mut afterhours_diff::Live, name: &str, value: Value) {
    live.attributes.insert(name.to_owned(), value);
}

fn no(live: &mut afterhours_diff::Live, name: &str, hole: &Hole) {
    live.holes.insert(name.to_owned(), hole.clone());
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::InstanceType;

    use super::*;

    #[test]
    fn user_data_is_given_as_each_provider_writes_it() {
        let data = user_data("IyEvYmluL3NoCg==");
        assert_eq!(
            data,
            json!({
                "sha1": "bd971bec88149956458a10fc9c5ecb3eb99dd452",
                "text": "#!/bin/sh\n",
                "base64": "IyEvYmluL3NoCg==",
            })
        );
        assert_eq!(user_data("/w==").get("text"), Some(&Value::Null));
        assert_eq!(
            user_data("not base64!").get("text"),
            Some(&json!("not base64!"))
        );
    }

    #[test]
    fn families_with_credits_are_told_by_their_names() {
        for (kind, burstable) in [
            ("t2.micro", true),
            ("t3a.large", true),
            ("t4g.small", true),
            ("t1.micro", false),
            ("trn1.2xlarge", false),
            ("m5.large", false),
        ] {
            let instance = Instance::builder()
                .instance_type(InstanceType::from(kind))
                .build();
            assert_eq!(is_burstable(&instance), burstable, "{kind}");
        }
    }
}

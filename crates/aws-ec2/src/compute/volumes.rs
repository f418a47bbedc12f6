//! Volumes and their attachments.

use std::collections::BTreeMap;

use afterhours_diff::{Listing, Live, Origin, Wanted};
use afterhours_ports::{PortResult, hole};
use aws_sdk_ec2::types::{Instance, Volume, VolumeAttachment, VolumeAttachmentState};
use serde_json::{Value, json};

use super::live::{self, id, members};
use super::{ATTACHMENT, VOLUME, actions};
use crate::pages::Fetched;

pub(super) fn listing(
    wanted: &Wanted,
    volumes: &Fetched<Volume>,
    instances: &Fetched<Instance>,
) -> Option<Listing> {
    let instances: BTreeMap<&str, &Instance> = instances
        .items
        .iter()
        .filter_map(|instance| Some((instance.instance_id()?, instance)))
        .collect();
    live::listing(
        wanted,
        VOLUME,
        volumes,
        |volume| {
            let id = id(actions::VOLUMES, "VolumeId", volume.volume_id())?;
            let mut live = live::bare(wanted, VOLUME, "volume", id, volume.tags());
            live.origin = origin(volume, &instances);
            Ok(live)
        },
        |volume, live| live.attributes.extend(members(attributes(volume))),
    )
}

fn attributes(volume: &Volume) -> Value {
    json!({
        "availability_zone": volume.availability_zone(),
        "encrypted": volume.encrypted(),
        "iops": volume.iops(),
        "kms_key_id": volume.kms_key_id(),
        "multi_attach_enabled": volume.multi_attach_enabled(),
        "outpost_arn": volume.outpost_arn(),
        "size": volume.size(),
        "snapshot_id": volume.snapshot_id(),
        "throughput": volume.throughput(),
        "type": volume.volume_type().map(|kind| kind.as_str()),
        "volume_initialization_rate": volume.volume_initialization_rate(),
    })
}

/// Tags that the EBS driver of Kubernetes sets on what it makes for a claim
/// (<https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md>).
const CLAIM: [&str; 2] = [
    "kubernetes.io/created-for/pvc/name",
    "ebs.csi.aws.com/cluster",
];

/// Whose a volume is: as its tags tell, or made with an instance, of which it is a part.
fn origin(volume: &Volume, instances: &BTreeMap<&str, &Instance>) -> Origin {
    if let Some(owner) = live::owner(volume.tags(), volume.operator()) {
        return owner;
    }
    let claim = CLAIM
        .iter()
        .find_map(|key| volume.tags().iter().find(|tag| tag.key() == Some(key)));
    if let Some(claim) = claim {
        let name = claim.value().unwrap_or_default();
        return Origin::ManagedBy(format!("Kubernetes volume claim {name}"));
    }
    for attachment in held(volume) {
        let Some(id) = attachment.instance_id() else {
            continue;
        };
        let instance = instances.get(id);
        let is_part = instance.is_some_and(|instance| is_part(instance, volume));
        if is_part || attachment.delete_on_termination() == Some(true) {
            return Origin::ManagedBy(format!("instance {id}"));
        }
    }
    Origin::Ordinary
}

/// Whether it is the root device of an instance, or is deleted with it.
fn is_part(instance: &Instance, volume: &Volume) -> bool {
    instance.block_device_mappings().iter().any(|mapping| {
        let ebs = mapping.ebs();
        let is_root =
            mapping.device_name().is_some() && mapping.device_name() == instance.root_device_name();
        ebs.is_some_and(|ebs| {
            ebs.volume_id().is_some()
                && ebs.volume_id() == volume.volume_id()
                && (is_root || ebs.delete_on_termination() == Some(true))
        })
    })
}

/// The attachments that hold: one that is being detached holds until it is gone, as the provider sees it.
fn held(volume: &Volume) -> impl Iterator<Item = &VolumeAttachment> {
    volume
        .attachments()
        .iter()
        .filter(|attachment| attachment.state() != Some(&VolumeAttachmentState::Detached))
}

/// One object for each device of each instance that a volume is attached to.
pub(super) fn attachments(wanted: &Wanted, volumes: &Fetched<Volume>) -> Option<Listing> {
    if !wanted.wants(ATTACHMENT) {
        return None;
    }
    let mut listing = Listing::complete(ATTACHMENT, Vec::new());
    listing.incomplete.clone_from(&volumes.hole);
    let mut seen = std::collections::BTreeSet::new();
    for volume in &volumes.items {
        for attachment in held(volume) {
            match attached(volume, attachment) {
                Ok(live) if !wanted.names(ATTACHMENT, &live.key) => {}
                Ok(live) => {
                    if seen.insert(live.key.clone()) {
                        listing.objects.push(live);
                    }
                }
                Err(error) => {
                    if listing.incomplete.is_none() {
                        listing.incomplete = Some(hole(&error));
                    }
                }
            }
        }
    }
    Some(listing)
}

fn attached(volume: &Volume, attachment: &VolumeAttachment) -> PortResult<Live> {
    let of = |field, value| id(actions::VOLUMES, field, value);
    let volume = of("VolumeId", volume.volume_id())?;
    let device = of("Attachments.Device", attachment.device())?;
    let instance = of("Attachments.InstanceId", attachment.instance_id())?;
    Ok(Live {
        kind: ATTACHMENT,
        key: format!("{device}|{volume}|{instance}"),
        id: format!("{device}:{volume}:{instance}"),
        arn: None,
        attributes: members(json!({
            "device_name": device,
            "instance_id": instance,
            "volume_id": volume,
        })),
        holes: BTreeMap::new(),
        origin: Origin::Ordinary,
    })
}

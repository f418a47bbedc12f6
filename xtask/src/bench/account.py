"""Makes what `account.tf` describes and writes a state with it, as `terraform import` would: each instance with its id and
what the provider needs to find it again. A refresh by the provider fills in everything else.

Terraform could apply the configuration itself, but writes its whole state anew for each resource; that takes hours.
`args` are `resources` and the path `state`.
"""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

ec2 = client("ec2")
REGION = "eu-central-1"
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH9hiyIHkEQ6pEp0dC2Bgzj+mMCy/z6LHJBOzSk8LOqx ops"
hundreds = args["resources"] // 100
vpcs = max(1, hundreds // 10)
subnets, groups = 12 * hundreds, 14 * hundreds
inline = groups // 2
standalone = groups - inline
volumes, addresses = 10 * hundreds, 2 * hundreds
rules = args["resources"] - (2 * vpcs + 4 * subnets + groups + volumes + addresses + 3 * hundreds)


def zone(number):
    return REGION + "abc"[number % 3]


def tagged(kind, **tags):
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]


def each(count, make):
    return list(pool.map(make, range(count)))


def vpc(number):
    tags = tagged("vpc", Name=f"team-{number}", Team="ml-team")
    made = ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16", TagSpecifications=tags)["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=made, EnableDnsHostnames={"Value": True})
    return {"id": made}


def gateway(number):
    tags = tagged("internet-gateway", Team="ml-team")
    made = ec2.create_internet_gateway(TagSpecifications=tags)["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=made, VpcId=of_vpc(number))
    return {"id": made}


def of_vpc(number):
    return made["aws_vpc.team"][number % vpcs]["id"]


def subnet(number):
    made = ec2.create_subnet(
        VpcId=of_vpc(number),
        AvailabilityZone=zone(number),
        CidrBlock=f"10.{number % vpcs}.{number // vpcs}.0/24",
        TagSpecifications=tagged("subnet", Name=f"subnet-{number}", Team="ml-team"),
    )
    return {"id": made["Subnet"]["SubnetId"]}


def table(number):
    tags = tagged("route-table", Name=f"table-{number}")
    made = ec2.create_route_table(VpcId=of_vpc(number), TagSpecifications=tags)
    return {"id": made["RouteTable"]["RouteTableId"]}


def route(number):
    table = made["aws_route_table.team"][number]["id"]
    gateway = made["aws_internet_gateway.team"][number % vpcs]["id"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    return {"id": f"r-{table}1080289494", "route_table_id": table, "destination_cidr_block": "0.0.0.0/0"}


def association(number):
    subnet = made["aws_subnet.team"][number]["id"]
    table = made["aws_route_table.team"][number]["id"]
    made_now = ec2.associate_route_table(SubnetId=subnet, RouteTableId=table)["AssociationId"]
    return {"id": made_now, "route_table_id": table, "subnet_id": subnet}


def inline_group(number):
    made = ec2.create_security_group(
        GroupName=f"inline-{number}",
        Description=f"Service {number}",
        VpcId=of_vpc(number),
        TagSpecifications=tagged("security-group", Team="ml-team"),
    )["GroupId"]
    office = [{"CidrIp": cidr, "Description": "office"} for cidr in ("10.0.0.0/8", "172.16.0.0/12")]
    ec2.authorize_security_group_ingress(
        GroupId=made,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": office},
            {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": made}]},
        ],
    )
    return {"id": made}


def standalone_group(number):
    made = ec2.create_security_group(
        GroupName=f"standalone-{number}",
        Description="Managed by Terraform",
        VpcId=of_vpc(number),
        TagSpecifications=tagged("security-group", Team="ops"),
    )["GroupId"]
    # As the provider does, which wants no rule that the configuration does not name.
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.revoke_security_group_egress(GroupId=made, IpPermissions=[everything])
    ports = [8000 + rule for rule in range(number, rules, standalone)]
    permissions = [
        {
            "IpProtocol": "tcp",
            "FromPort": port,
            "ToPort": port,
            "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": f"service {port - 8000}"}],
        }
        for port in ports
    ]
    if permissions:
        ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=permissions)
    return {"id": made}


def rule(number):
    return {
        "id": f"sgrule-{number}",
        "security_group_id": made["aws_security_group.standalone"][number % standalone]["id"],
        "type": "ingress",
        "protocol": "tcp",
        "from_port": 8000 + number,
        "to_port": 8000 + number,
        "cidr_blocks": ["10.0.0.0/8"],
        "description": f"service {number}",
        "self": False,
    }


def volume(number):
    made = ec2.create_volume(
        AvailabilityZone=zone(number),
        Size=100,
        VolumeType="gp3",
        Encrypted=True,
        TagSpecifications=tagged("volume", Name=f"data-{number}", Team="ml-team"),
    )
    return {"id": made["VolumeId"]}


def address(number):
    tags = tagged("elastic-ip", Number=str(number))
    return {"id": ec2.allocate_address(Domain="vpc", TagSpecifications=tags)["AllocationId"]}


def key_pair(number):
    ec2.import_key_pair(KeyName=f"team-{number}", PublicKeyMaterial=PUBLIC_KEY.encode())
    return {"id": f"team-{number}", "public_key": PUBLIC_KEY}


def template(number):
    made = ec2.create_launch_template(
        LaunchTemplateName=f"team-{number}",
        LaunchTemplateData={"ImageId": "ami-12c6146b", "InstanceType": "t3.large"},
        TagSpecifications=tagged("launch-template", Team="ml-team"),
    )
    return {"id": made["LaunchTemplate"]["LaunchTemplateId"]}


def machine(number):
    made_now = ec2.run_instances(
        ImageId="ami-12c6146b",
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        SubnetId=made["aws_subnet.team"][number]["id"],
        SecurityGroupIds=[made["aws_security_group.inline"][number]["id"]],
        TagSpecifications=tagged("instance", Name=f"machine-{number}", Team="ml-team"),
    )
    return {"id": made_now["Instances"][0]["InstanceId"]}


# Address, version of the type's schema in provider 3.39.0, count, how to make one.
KINDS = [
    ("aws_vpc.team", 1, vpcs, vpc),
    ("aws_internet_gateway.team", 0, vpcs, gateway),
    ("aws_subnet.team", 1, subnets, subnet),
    ("aws_route_table.team", 0, subnets, table),
    ("aws_route.internet", 0, subnets, route),
    ("aws_route_table_association.team", 0, subnets, association),
    ("aws_security_group.inline", 1, inline, inline_group),
    ("aws_security_group.standalone", 1, standalone, standalone_group),
    ("aws_security_group_rule.team", 2, rules, rule),
    ("aws_ebs_volume.data", 0, volumes, volume),
    ("aws_eip.team", 0, addresses, address),
    ("aws_key_pair.team", 1, hundreds, key_pair),
    ("aws_launch_template.team", 0, hundreds, template),
    ("aws_instance.team", 1, hundreds, machine),
]

made = {}
resources = []
with ThreadPoolExecutor(4) as pool:
    for address_of_kind, version, count, make in KINDS:
        made[address_of_kind] = each(count, make)
        kind, name = address_of_kind.split(".")
        instances = [
            {"index_key": index, "schema_version": version, "attributes": attributes, "sensitive_attributes": []}
            for index, attributes in enumerate(made[address_of_kind])
        ]
        resources.append(
            {
                "mode": "managed",
                "type": kind,
                "name": name,
                "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
                "instances": instances,
            }
        )

with open(args["state"], "w", encoding="utf-8") as file:
    state = {
        "version": 4,
        "terraform_version": "1.11.0",
        "serial": 1,
        "lineage": str(uuid.uuid4()),
        "outputs": {},
        "resources": resources,
    }
    json.dump(state, file)

print(json.dumps(sum(len(resource["instances"]) for resource in resources)))

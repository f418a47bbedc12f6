"""Changes of EC2 networks."""

from common import change

OFFICE = "203.0.113.0/24"


def first(found, **wanted):
    """The first of a list whose members are these."""
    return next(item for item in found if all(item[name] == value for name, value in wanted.items()))


# VPCs and subnets.


@change("vpc-dns-hostnames", "aws_vpc.network", "change", ["enable_dns_hostnames"])
def vpc_dns_hostnames(aws, state):
    aws("ec2").modify_vpc_attribute(
        VpcId=state["aws_vpc.network"]["id"], EnableDnsHostnames={"Value": False}
    )


@change("vpc-dns-support", "aws_vpc.network_bare[1]", "change", ["enable_dns_support"])
def vpc_dns_support(aws, state):
    aws("ec2").modify_vpc_attribute(
        VpcId=state["aws_vpc.network_bare[1]"]["id"], EnableDnsSupport={"Value": True}
    )


@change("vpc-tag", "aws_vpc.network", "change", ["tags.Team"])
def vpc_tag(aws, state):
    aws("ec2").create_tags(
        Resources=[state["aws_vpc.network"]["id"]], Tags=[{"Key": "Team", "Value": "ops"}]
    )


@change("vpc-tag-of-aws", "aws_vpc.network", "noop", [])
def vpc_tag_of_aws(aws, state):
    # Nobody but AWS may set it, and moto does not mind.
    aws("ec2").create_tags(
        Resources=[state["aws_vpc.network"]["id"]],
        Tags=[{"Key": "aws:cloudformation:stack-name", "Value": "network"}],
    )


@change("vpc-same-settings", "aws_vpc.network", "noop", [])
def vpc_same_settings(aws, state):
    vpc = state["aws_vpc.network"]
    for name, key in (
        ("EnableDnsSupport", "enable_dns_support"),
        ("EnableDnsHostnames", "enable_dns_hostnames"),
    ):
        aws("ec2").modify_vpc_attribute(VpcId=vpc["id"], **{name: {"Value": vpc[key]}})
    aws("ec2").create_tags(
        Resources=[vpc["id"]],
        Tags=[{"Key": key, "Value": value} for key, value in reversed(vpc["tags"].items())],
    )


@change("vpc-deleted", "aws_vpc.network_bare[1]", "delete", [])
def vpc_deleted(aws, state):
    aws("ec2").delete_vpc(VpcId=state["aws_vpc.network_bare[1]"]["id"])


@change("default-vpc-tag", "aws_default_vpc.network", "change", ["tags.Name"])
def default_vpc_tag(aws, state):
    aws("ec2").delete_tags(
        Resources=[state["aws_default_vpc.network"]["id"]], Tags=[{"Key": "Name"}]
    )


@change("subnet-public", 'aws_subnet.network["b"]', "change", ["map_public_ip_on_launch"])
def subnet_public(aws, state):
    aws("ec2").modify_subnet_attribute(
        SubnetId=state['aws_subnet.network["b"]']["id"], MapPublicIpOnLaunch={"Value": True}
    )


@change("subnet-ipv6", 'aws_subnet.network["a"]', "change", ["assign_ipv6_address_on_creation"])
def subnet_ipv6(aws, state):
    aws("ec2").modify_subnet_attribute(
        SubnetId=state['aws_subnet.network["a"]']["id"], AssignIpv6AddressOnCreation={"Value": True}
    )


@change("subnet-deleted", "aws_subnet.network_spare", "delete", [])
def subnet_deleted(aws, state):
    aws("ec2").delete_subnet(SubnetId=state["aws_subnet.network_spare"]["id"])


@change(
    "default-subnet-private", "aws_default_subnet.network", "change", ["map_public_ip_on_launch"]
)
def default_subnet_private(aws, state):
    aws("ec2").modify_subnet_attribute(
        SubnetId=state["aws_default_subnet.network"]["id"], MapPublicIpOnLaunch={"Value": False}
    )


# Route tables.


@change("inline-route-added", "aws_route_table.network_public", "change", ["route"])
def inline_route_added(aws, state):
    aws("ec2").create_route(
        RouteTableId=state["aws_route_table.network_public"]["id"],
        DestinationCidrBlock=OFFICE,
        GatewayId=state["aws_internet_gateway.network"]["id"],
    )


@change("inline-route-redirected", "aws_route_table.network_public", "change", ["route"])
def inline_route_redirected(aws, state):
    aws("ec2").replace_route(
        RouteTableId=state["aws_route_table.network_public"]["id"],
        DestinationCidrBlock="0.0.0.0/0",
        NatGatewayId=state["aws_nat_gateway.network"]["id"],
    )


@change("inline-route-again", "aws_route_table.network_public", "noop", [])
def inline_route_again(aws, state):
    table = state["aws_route_table.network_public"]["id"]
    aws("ec2").delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")
    aws("ec2").create_route(
        RouteTableId=table,
        DestinationCidrBlock="0.0.0.0/0",
        GatewayId=state["aws_internet_gateway.network"]["id"],
    )


@change("default-route-removed", "aws_default_route_table.network", "change", ["route"])
def default_route_removed(aws, state):
    aws("ec2").delete_route(
        RouteTableId=state["aws_default_route_table.network"]["id"],
        DestinationCidrBlock="0.0.0.0/0",
    )


@change("route-redirected", "aws_route.network_nat", "change", ["gateway_id", "nat_gateway_id"])
def route_redirected(aws, state):
    aws("ec2").replace_route(
        RouteTableId=state["aws_route_table.network_private"]["id"],
        DestinationCidrBlock="0.0.0.0/0",
        GatewayId=state["aws_internet_gateway.network"]["id"],
    )


@change("route-deleted", "aws_route.network_ipv6", "delete", [])
def route_deleted(aws, state):
    aws("ec2").delete_route(
        RouteTableId=state["aws_route_table.network_private"]["id"], DestinationIpv6CidrBlock="::/0"
    )


@change("association-deleted", 'aws_route_table_association.network["b"]', "delete", [])
def association_deleted(aws, state):
    aws("ec2").disassociate_route_table(
        AssociationId=state['aws_route_table_association.network["b"]']["id"]
    )


@change("main-association-moved", "aws_main_route_table_association.network", "delete", [])
def main_association_moved(aws, state):
    association = state["aws_main_route_table_association.network"]
    aws("ec2").replace_route_table_association(
        AssociationId=association["id"], RouteTableId=association["original_route_table_id"]
    )


# Gateways and addresses.


@change("internet-gateway-detached", "aws_internet_gateway.network", "change", ["vpc_id"])
def internet_gateway_detached(aws, state):
    gateway = state["aws_internet_gateway.network"]
    aws("ec2").detach_internet_gateway(InternetGatewayId=gateway["id"], VpcId=gateway["vpc_id"])


@change("internet-gateway-deleted", "aws_internet_gateway.network_detached", "delete", [])
def internet_gateway_deleted(aws, state):
    aws("ec2").delete_internet_gateway(
        InternetGatewayId=state["aws_internet_gateway.network_detached"]["id"]
    )


@change("nat-gateway-tag", "aws_nat_gateway.network", "change", ["tags.Stage"])
def nat_gateway_tag(aws, state):
    aws("ec2").create_tags(
        Resources=[state["aws_nat_gateway.network"]["id"]],
        Tags=[{"Key": "Stage", "Value": "trial"}],
    )


@change("nat-gateway-deleted", "aws_nat_gateway.network", "delete", [])
def nat_gateway_deleted(aws, state):
    aws("ec2").delete_nat_gateway(NatGatewayId=state["aws_nat_gateway.network"]["id"])


@change(
    "address-associated", "aws_eip.network[1]", "change", ["network_interface", "private_ip"]
)
def address_associated(aws, state):
    made = aws("ec2").create_network_interface(SubnetId=state['aws_subnet.network["a"]']["id"])
    aws("ec2").associate_address(
        AllocationId=state["aws_eip.network[1]"]["id"],
        NetworkInterfaceId=made["NetworkInterface"]["NetworkInterfaceId"],
    )


@change("address-released", "aws_eip.network[1]", "delete", [])
def address_released(aws, state):
    aws("ec2").release_address(AllocationId=state["aws_eip.network[1]"]["id"])


@change("address-association-deleted", "aws_eip_association.network", "delete", [])
def address_association_deleted(aws, state):
    aws("ec2").disassociate_address(AssociationId=state["aws_eip_association.network"]["id"])


# Endpoints and flow logs.


def endpoint_policy(aws, state, policy):
    aws("ec2").modify_vpc_endpoint(
        VpcEndpointId=state["aws_vpc_endpoint.network_gateway"]["id"], PolicyDocument=policy
    )


@change("endpoint-policy-wider", "aws_vpc_endpoint.network_gateway", "change", ["policy"])
def endpoint_policy_wider(aws, state):
    policy = state["aws_vpc_endpoint.network_gateway"]["policy"]
    endpoint_policy(aws, state, policy.replace('"s3:GetObject"', '"s3:*"'))


@change("endpoint-policy-reordered", "aws_vpc_endpoint.network_gateway", "noop", [])
def endpoint_policy_reordered(aws, state):
    endpoint_policy(
        aws,
        state,
        """{
          "Statement": [
            {
              "Resource": ["arn:aws:s3:::ml-data/*", "arn:aws:s3:::ml-data"],
              "Principal": "*",
              "Action": ["s3:ListBucket", "s3:GetObject"],
              "Effect": "Allow",
              "Sid": "Read"
            }
          ],
          "Version": "2012-10-17"
        }""",
    )


@change("endpoint-policy-single-value", "aws_vpc_endpoint.network_gateway", "noop", [])
def endpoint_policy_single_value(aws, state):
    endpoint_policy(
        aws,
        state,
        '{"Version":"2012-10-17","Statement":{"Sid":"Read","Effect":"Allow","Principal":"*",'
        '"Action":["s3:ListBucket","s3:GetObject"],'
        '"Resource":["arn:aws:s3:::ml-data","arn:aws:s3:::ml-data/*"]}}',
    )


@change("endpoint-table-removed", "aws_vpc_endpoint.network_gateway", "change", ["route_table_ids"])
def endpoint_table_removed(aws, state):
    aws("ec2").modify_vpc_endpoint(
        VpcEndpointId=state["aws_vpc_endpoint.network_gateway"]["id"],
        RemoveRouteTableIds=[state["aws_route_table.network_public"]["id"]],
    )


@change("endpoint-deleted", "aws_vpc_endpoint.network_interface", "delete", [])
def endpoint_deleted(aws, state):
    aws("ec2").delete_vpc_endpoints(
        VpcEndpointIds=[state["aws_vpc_endpoint.network_interface"]["id"]]
    )


@change("flow-log-tag", "aws_flow_log.network_group", "change", ["tags.Team"])
def flow_log_tag(aws, state):
    aws("ec2").create_tags(
        Resources=[state["aws_flow_log.network_group"]["id"]],
        Tags=[{"Key": "Team", "Value": "ops"}],
    )


@change("flow-log-deleted", "aws_flow_log.network_bucket", "delete", [])
def flow_log_deleted(aws, state):
    aws("ec2").delete_flow_logs(FlowLogIds=[state["aws_flow_log.network_bucket"]["id"]])


# Security groups.


def tcp(port, *networks):
    """One permission for one port, as the API takes it."""
    return {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "IpRanges": [dict(zip(("CidrIp", "Description"), network)) for network in networks],
    }


def inline_group(state):
    return state["aws_security_group.network_inline"]["id"]


def rules_group(state):
    return state["aws_security_group.network_rules"]["id"]


@change("inline-rule-opened", "aws_security_group.network_inline", "change", ["ingress"])
def inline_rule_opened(aws, state):
    aws("ec2").authorize_security_group_ingress(
        GroupId=inline_group(state), IpPermissions=[tcp(22, ("0.0.0.0/0",))]
    )


@change("inline-rule-removed", "aws_security_group.network_inline", "change", ["ingress"])
def inline_rule_removed(aws, state):
    aws("ec2").revoke_security_group_ingress(
        GroupId=inline_group(state), IpPermissions=[tcp(443, ("172.16.0.0/12", "office"))]
    )


@change("inline-egress-removed", "aws_security_group.network_inline", "change", ["egress"])
def inline_egress_removed(aws, state):
    aws("ec2").revoke_security_group_egress(
        GroupId=inline_group(state),
        IpPermissions=[{"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}],
    )


@change("inline-rule-again", "aws_security_group.network_inline", "noop", [])
def inline_rule_again(aws, state):
    # The same rules, put in another order.
    for network in ("10.0.0.0/8", "172.16.0.0/12"):
        rule = [tcp(443, (network, "office"))]
        aws("ec2").revoke_security_group_ingress(GroupId=inline_group(state), IpPermissions=rule)
    for network in ("172.16.0.0/12", "10.0.0.0/8"):
        rule = [tcp(443, (network, "office"))]
        aws("ec2").authorize_security_group_ingress(GroupId=inline_group(state), IpPermissions=rule)


@change("default-group-opened", "aws_default_security_group.network", "change", ["egress"])
def default_group_opened(aws, state):
    aws("ec2").authorize_security_group_egress(
        GroupId=state["aws_default_security_group.network"]["id"],
        IpPermissions=[tcp(443, ("0.0.0.0/0",))],
    )


@change("group-tag", "aws_security_group.network_inline", "change", ["tags.Part"])
def group_tag(aws, state):
    aws("ec2").delete_tags(Resources=[inline_group(state)], Tags=[{"Key": "Part"}])


@change("group-deleted", "aws_security_group.network_spare", "delete", [])
def group_deleted(aws, state):
    aws("ec2").delete_security_group(GroupId=state["aws_security_group.network_spare"]["id"])


@change("inline-rule-by-number", "aws_security_group.network_inline", "noop", [])
def inline_rule_by_number(aws, state):
    # Protocol 17 is udp; AWS gives the name back, moto the number.
    rules = aws("ec2").describe_security_group_rules(
        Filters=[{"Name": "group-id", "Values": [inline_group(state)]}]
    )["SecurityGroupRules"]
    rule = first(rules, IpProtocol="udp")
    aws("ec2").revoke_security_group_ingress(
        GroupId=inline_group(state), SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]]
    )
    source = {"GroupId": rule["ReferencedGroupInfo"]["GroupId"], "Description": "peers"}
    aws("ec2").authorize_security_group_ingress(
        GroupId=inline_group(state),
        IpPermissions=[
            {
                "IpProtocol": "17",
                "FromPort": rule["FromPort"],
                "ToPort": rule["ToPort"],
                "UserIdGroupPairs": [source],
            }
        ],
    )


@change("rule-added-beside", "aws_security_group.network_rules", "change", ["ingress"])
def rule_added_beside(aws, state):
    aws("ec2").authorize_security_group_ingress(
        GroupId=rules_group(state), IpPermissions=[tcp(3389, ("0.0.0.0/0",))]
    )


@change("rule-deleted", 'aws_security_group_rule.network["office"]', "delete", [])
def rule_deleted(aws, state):
    aws("ec2").revoke_security_group_ingress(
        GroupId=rules_group(state), IpPermissions=[tcp(22, ("10.1.0.0/16", "office"))]
    )


@change("rule-lost-a-source", 'aws_security_group_rule.network["web"]', "delete", [])
def rule_lost_a_source(aws, state):
    # A rule with some of its sources is not the rule.
    aws("ec2").revoke_security_group_ingress(
        GroupId=rules_group(state), IpPermissions=[tcp(443, ("192.168.0.0/16", "web"))]
    )


def revoke(aws, state, port):
    """Takes the only rule of the group of standalone rules that begins at this port."""
    group = rules_group(state)
    rules = aws("ec2").describe_security_group_rules(
        Filters=[{"Name": "group-id", "Values": [group]}]
    )["SecurityGroupRules"]
    rule = first(rules, FromPort=port)
    aws("ec2").revoke_security_group_ingress(
        GroupId=group, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]]
    )


@change("rule-of-itself-deleted", "aws_security_group_rule.network_self", "delete", [])
def rule_of_itself_deleted(aws, state):
    revoke(aws, state, 8000)


@change("rule-described", "aws_security_group_rule.network_group", "change", ["description"])
def rule_described(aws, state):
    # Moto cannot change the description of a rule between groups.
    revoke(aws, state, 9000)
    source = {
        "GroupId": state["aws_security_group.network_source"]["id"],
        "Description": "somebody else's",
    }
    aws("ec2").authorize_security_group_ingress(
        GroupId=rules_group(state),
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 9000, "ToPort": 9000, "UserIdGroupPairs": [source]}
        ],
    )


@change("rule-again", 'aws_security_group_rule.network["metric"]', "noop", [])
def rule_again(aws, state):
    rule = [tcp(22, ("10.2.0.0/16", "metric"))]
    aws("ec2").revoke_security_group_ingress(GroupId=rules_group(state), IpPermissions=rule)
    aws("ec2").authorize_security_group_ingress(GroupId=rules_group(state), IpPermissions=rule)

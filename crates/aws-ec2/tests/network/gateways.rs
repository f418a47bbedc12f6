//! Gateways, addresses, endpoints and flow logs; and whose objects are.

use super::*;
use crate::shapes::MAIN;

#[tokio::test(start_paused = true)]
async fn gateways_and_endpoints_that_are_deleted_are_gone() {
    let script = Script::new([
        whole(
            "DescribeNatGateways",
            "natGatewaySet",
            "<item><natGatewayId>nat-1</natGatewayId><state>deleted</state></item>\
             <item><natGatewayId>nat-2</natGatewayId><state>deleting</state></item>\
             <item><natGatewayId>nat-3</natGatewayId><state>failed</state></item>\
             <item><natGatewayId>nat-4</natGatewayId><state>pending</state></item>",
        ),
        whole(
            "DescribeVpcEndpoints",
            "vpcEndpointSet",
            "<item><vpcEndpointId>vpce-1</vpcEndpointId><state>deleting</state></item>\
             <item><vpcEndpointId>vpce-2</vpcEndpointId><state>Deleted</state></item>\
             <item><vpcEndpointId>vpce-3</vpcEndpointId><state>rejected</state></item>",
        ),
    ]);
    let kinds: &[(&'static str, &[&str])] = &[
        ("aws_nat_gateway", &["nat-1", "nat-2", "nat-3", "nat-4"]),
        ("aws_vpc_endpoint", &["vpce-1", "vpce-2", "vpce-3"]),
    ];
    let found = read(&script, &wanted(kinds, false)).await;
    assert_eq!(keys(&found, "aws_nat_gateway"), ["nat-4"]);
    assert_eq!(keys(&found, "aws_vpc_endpoint"), ["vpce-3"]);
    assert!(found.iter().all(|listing| listing.incomplete.is_none()));
}

#[tokio::test(start_paused = true)]
async fn nat_gateways_tell_their_first_address_from_the_others() {
    let items = "<item><natGatewayId>nat-1</natGatewayId><state>available</state><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId>\
         <connectivityType>public</connectivityType><natGatewayAddressSet>\
         <item><allocationId>eipalloc-2</allocationId><privateIp>10.0.0.6</privateIp><isPrimary>false</isPrimary></item>\
         <item><allocationId>eipalloc-1</allocationId><privateIp>10.0.0.5</privateIp><isPrimary>true</isPrimary></item></natGatewayAddressSet></item>\
         <item><natGatewayId>nat-2</natGatewayId><state>available</state><availabilityMode>regional</availabilityMode><natGatewayAddressSet>\
         <item><allocationId>eipalloc-3</allocationId><availabilityZone>a</availabilityZone><availabilityZoneId>az1</availabilityZoneId></item></natGatewayAddressSet></item>";
    let script = Script::new([whole("DescribeNatGateways", "natGatewaySet", items)]);
    let found = read(
        &script,
        &wanted(&[("aws_nat_gateway", &["nat-1", "nat-2"])], false),
    )
    .await;
    let state = json!({
        "allocation_id": "eipalloc-1", "subnet_id": "subnet-1", "vpc_id": "vpc-1", "private_ip": "10.0.0.5",
        "connectivity_type": "public", "availability_mode": "zonal", "secondary_allocation_ids": ["eipalloc-2"],
        "secondary_private_ip_addresses": ["10.0.0.6"], "secondary_private_ip_address_count": 1,
        "availability_zone_address": [],
    });
    assert_eq!(
        differs(object(&found, "aws_nat_gateway", "nat-1"), state),
        Vec::<String>::new()
    );
    let state = json!({
        "availability_mode": "regional", "allocation_id": null, "secondary_allocation_ids": null,
        "availability_zone_address": [{ "availability_zone": "a", "availability_zone_id": "az1", "allocation_ids": ["eipalloc-3"] }],
    });
    assert_eq!(
        differs(object(&found, "aws_nat_gateway", "nat-2"), state),
        Vec::<String>::new()
    );
}

const ADDRESSES: &str = "<item><allocationId>eipalloc-1</allocationId><associationId>eipassoc-1</associationId><domain>vpc</domain>\
     <publicIp>192.0.2.1</publicIp><networkInterfaceId>eni-1</networkInterfaceId><instanceId>i-1</instanceId><privateIpAddress>10.0.0.4</privateIpAddress></item>\
     <item><allocationId>eipalloc-2</allocationId><associationId>eipassoc-2</associationId><domain>vpc</domain><networkInterfaceId>eni-2</networkInterfaceId><privateIpAddress>10.0.0.5</privateIpAddress></item>";

#[tokio::test(start_paused = true)]
async fn an_address_that_others_use_is_compared_with_them() {
    let gateways = "<item><natGatewayId>nat-1</natGatewayId><state>available</state><natGatewayAddressSet><item><allocationId>eipalloc-2</allocationId></item></natGatewayAddressSet></item>";
    let all: &[(&'static str, &[&str])] = &[
        ("aws_eip", &["eipalloc-1", "eipalloc-2"]),
        ("aws_eip_association", &["eipassoc-1"]),
        ("aws_nat_gateway", &["nat-1"]),
    ];
    // As a state is written before the association and the gateway are made.
    let state = json!({ "domain": "vpc", "vpc": true, "instance": "", "network_interface": "", "private_ip": "" });
    let script = Script::new([
        whole("DescribeAddresses", "addressesSet", ADDRESSES),
        whole("DescribeNatGateways", "natGatewaySet", gateways),
    ]);
    let found = read(&script, &wanted(all, false)).await;
    for key in ["eipalloc-1", "eipalloc-2"] {
        assert_eq!(
            differs(object(&found, "aws_eip", key), state.clone()),
            Vec::<String>::new()
        );
    }
    let association = json!({ "allocation_id": "eipalloc-1", "instance_id": "i-2", "network_interface_id": "eni-1", "private_ip_address": "10.0.0.4", "public_ip": "192.0.2.1" });
    assert_eq!(
        differs(
            object(&found, "aws_eip_association", "eipassoc-1"),
            association
        ),
        ["instance_id"]
    );

    // What no state names is a change of the address.
    let script = Script::new([whole("DescribeAddresses", "addressesSet", ADDRESSES)]);
    let found = read(&script, &wanted(&all[..1], false)).await;
    assert_eq!(
        differs(object(&found, "aws_eip", "eipalloc-1"), state.clone()),
        ["instance", "network_interface", "private_ip"]
    );

    // Whether a gateway uses it is not known.
    let script = Script::new([
        whole("DescribeAddresses", "addressesSet", ADDRESSES),
        error(403, "UnauthorizedOperation").when("DescribeNatGateways"),
    ]);
    let found = read(&script, &wanted(all, false)).await;
    let address = object(&found, "aws_eip", "eipalloc-2");
    let compared = compared(address, state);
    assert_eq!(compared.differences, []);
    assert_eq!(compared.unread.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn endpoints_are_compared_by_the_meaning_of_their_policy() {
    let item = "<item><vpcEndpointId>vpce-1</vpcEndpointId><vpcEndpointType>Interface</vpcEndpointType><vpcId>vpc-1</vpcId><serviceName>s</serviceName>\
         <state>available</state><policyDocument>{&quot;Statement&quot;:[{&quot;Action&quot;:[&quot;s3:GetObject&quot;],&quot;Effect&quot;:&quot;Allow&quot;,&quot;Principal&quot;:&quot;*&quot;,&quot;Resource&quot;:&quot;*&quot;}]}</policyDocument>\
         <groupSet><item><groupId>sg-2</groupId></item><item><groupId>sg-1</groupId></item></groupSet><subnetIdSet><item>subnet-1</item></subnetIdSet>\
         <privateDnsEnabled>true</privateDnsEnabled><ipAddressType>ipv4</ipAddressType><dnsOptions><dnsRecordIpType>ipv4</dnsRecordIpType></dnsOptions></item>";
    let script = Script::new([whole("DescribeVpcEndpoints", "vpcEndpointSet", item)]);
    let found = read(
        &script,
        &wanted(&[("aws_vpc_endpoint", &["vpce-1"])], false),
    )
    .await;
    let endpoint = object(&found, "aws_vpc_endpoint", "vpce-1");
    let state = |action: Value| {
        let statement =
            json!({ "Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*" });
        json!({
            "policy": json!({ "Statement": statement }).to_string(),
            "vpc_id": "vpc-1", "service_name": "s", "vpc_endpoint_type": "Interface", "subnet_ids": ["subnet-1"],
            "security_group_ids": ["sg-1", "sg-2"], "route_table_ids": [], "private_dns_enabled": true,
            "ip_address_type": "ipv4", "dns_options": [{ "dns_record_ip_type": "ipv4" }],
        })
    };
    assert_eq!(
        differs(endpoint, state(json!("s3:GetObject"))),
        Vec::<String>::new()
    );
    assert_eq!(differs(endpoint, state(json!("s3:*"))), ["policy"]);
    let mut without = state(json!("s3:GetObject"));
    without["policy"] = json!("");
    without["private_dns_enabled"] = json!(false);
    assert_eq!(
        differs(endpoint, without),
        ["policy", "private_dns_enabled"]
    );
}

#[tokio::test(start_paused = true)]
async fn flow_logs_tell_what_they_watch_and_where_they_write() {
    let items = "<item><flowLogId>fl-1</flowLogId><resourceId>vpc-1</resourceId><trafficType>ALL</trafficType><logDestinationType>cloud-watch-logs</logDestinationType>\
         <logDestination>arn:aws:logs:eu-central-1:1:log-group:flow</logDestination><deliverLogsPermissionArn>arn:aws:iam::1:role/flow</deliverLogsPermissionArn><maxAggregationInterval>600</maxAggregationInterval></item>\
         <item><flowLogId>fl-2</flowLogId><resourceId>tgw-attach-1</resourceId><trafficType>REJECT</trafficType><logDestinationType>s3</logDestinationType><logDestination>arn:aws:s3:::flow</logDestination>\
         <destinationOptions><fileFormat>parquet</fileFormat><perHourPartition>true</perHourPartition></destinationOptions><maxAggregationInterval>60</maxAggregationInterval></item>";
    let script = Script::new([whole("DescribeFlowLogs", "flowLogSet", items)]);
    let found = read(
        &script,
        &wanted(&[("aws_flow_log", &["fl-1", "fl-2"])], false),
    )
    .await;
    let state = json!({
        "vpc_id": "vpc-1", "subnet_id": null, "eni_id": null, "traffic_type": "ALL", "log_destination_type": "cloud-watch-logs",
        "log_destination": "arn:aws:logs:eu-central-1:1:log-group:flow:*", "iam_role_arn": "arn:aws:iam::1:role/flow",
        "max_aggregation_interval": 600, "destination_options": [],
    });
    assert_eq!(
        differs(object(&found, "aws_flow_log", "fl-1"), state),
        Vec::<String>::new()
    );
    let state = json!({
        "vpc_id": "", "transit_gateway_id": "", "transit_gateway_attachment_id": "tgw-attach-1", "traffic_type": "ALL",
        "log_destination_type": "s3", "log_destination": "arn:aws:s3:::flow", "max_aggregation_interval": 600,
        "destination_options": [{ "file_format": "plain-text", "hive_compatible_partitions": false, "per_hour_partition": true }],
    });
    assert_eq!(
        differs(object(&found, "aws_flow_log", "fl-2"), state),
        [
            "traffic_type",
            "max_aggregation_interval",
            "destination_options[0].file_format"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_aws_and_other_tools_made_is_told() {
    let stack =
        "<tagSet><item><key>aws:cloudformation:stack-name</key><value>net</value></item></tagSet>";
    let script = Script::new([
        whole(
            "DescribeVpcs",
            "vpcSet",
            &format!(
                "<item><vpcId>vpc-1</vpcId><isDefault>true</isDefault></item><item><vpcId>vpc-2</vpcId>{stack}</item><item><vpcId>vpc-3</vpcId></item>"
            ),
        ),
        whole("DescribeRouteTables", "routeTableSet", MAIN),
        whole(
            "DescribeInternetGateways",
            "internetGatewaySet",
            "<item><internetGatewayId>igw-1</internetGatewayId><attachmentSet><item><vpcId>vpc-1</vpcId></item></attachmentSet></item>\
             <item><internetGatewayId>igw-2</internetGatewayId><attachmentSet><item><vpcId>vpc-3</vpcId></item></attachmentSet></item>",
        ),
        whole(
            "DescribeVpcEndpoints",
            "vpcEndpointSet",
            "<item><vpcEndpointId>vpce-1</vpcEndpointId><requesterManaged>true</requesterManaged><serviceName>s</serviceName></item>",
        ),
        whole(
            "DescribeAddresses",
            "addressesSet",
            "<item><allocationId>eipalloc-1</allocationId><serviceManaged>nlb</serviceManaged></item>",
        ),
        whole(
            "DescribeSecurityGroups",
            "securityGroupInfo",
            "<item><groupId>sg-1</groupId><groupName>default</groupName><vpcId>vpc-3</vpcId></item><item><groupId>sg-2</groupId><groupName>web</groupName></item>",
        ),
    ]);
    let kinds: &[(&'static str, &[&str])] = &[
        ("aws_vpc", &[]),
        ("aws_route_table", &[]),
        ("aws_internet_gateway", &[]),
        ("aws_vpc_endpoint", &[]),
        ("aws_eip", &[]),
        ("aws_security_group", &[]),
    ];
    let found = read(&script, &wanted(kinds, true)).await;
    let made = |what: &str| Origin::Default(what.to_owned());
    let owned = |what: &str| Origin::ManagedBy(what.to_owned());
    for (kind, key, origin) in [
        ("aws_vpc", "vpc-1", made("the default VPC")),
        ("aws_vpc", "vpc-2", owned("CloudFormation stack net")),
        ("aws_vpc", "vpc-3", Origin::Ordinary),
        (
            "aws_route_table",
            "rtb-2",
            made("the main route table of vpc-1"),
        ),
        (
            "aws_internet_gateway",
            "igw-1",
            made("the internet gateway of the default VPC"),
        ),
        ("aws_internet_gateway", "igw-2", Origin::Ordinary),
        (
            "aws_vpc_endpoint",
            "vpce-1",
            owned("the AWS service behind s"),
        ),
        ("aws_eip", "eipalloc-1", owned("Network Load Balancer")),
        (
            "aws_security_group",
            "sg-1",
            made("the default security group of vpc-3"),
        ),
        ("aws_security_group", "sg-2", Origin::Ordinary),
    ] {
        assert_eq!(object(&found, kind, key).origin, origin, "{kind} {key}");
    }
}

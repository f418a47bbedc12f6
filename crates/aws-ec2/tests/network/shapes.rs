//! From AWS's shapes to those of states.

use super::*;

fn flag(name: &str, value: bool) -> Reply {
    Reply::ok(format!(
        "<DescribeVpcAttributeResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><vpcId>vpc-1</vpcId><{name}><value>{value}</value></{name}></DescribeVpcAttributeResponse>"
    ))
}

fn flags(support: bool, hostnames: bool) -> [Reply; 3] {
    [
        flag("enableDnsSupport", support).when("Attribute=enableDnsSupport"),
        flag("enableDnsHostnames", hostnames).when("Attribute=enableDnsHostnames"),
        flag("enableNetworkAddressUsageMetrics", false).when("Attribute=enableNetworkAddress"),
    ]
}

pub(crate) const MAIN: &str = "<item><routeTableId>rtb-2</routeTableId><vpcId>vpc-1</vpcId><associationSet><item>\
     <routeTableAssociationId>rtbassoc-1</routeTableAssociationId><main>true</main></item></associationSet></item>";

const VPC: &str = "<item><vpcId>vpc-1</vpcId><ownerId>444455556666</ownerId><cidrBlock>10.0.0.0/16</cidrBlock>\
     <dhcpOptionsId>dopt-1</dhcpOptionsId><instanceTenancy>default</instanceTenancy><isDefault>false</isDefault>\
     <ipv6CidrBlockAssociationSet><item><associationId>a-0</associationId><ipv6CidrBlock>2001:db8:1::/56</ipv6CidrBlock>\
     <ipv6CidrBlockState><state>disassociated</state></ipv6CidrBlockState></item>\
     <item><associationId>a-1</associationId><ipv6CidrBlock>2001:db8::/56</ipv6CidrBlock><ipv6Pool>Amazon</ipv6Pool>\
     <networkBorderGroup>eu-central-1</networkBorderGroup><ipv6CidrBlockState><state>associated</state></ipv6CidrBlockState></item></ipv6CidrBlockAssociationSet>\
     <tagSet><item><key>Name</key><value>net</value></item></tagSet></item>";

fn vpc_state() -> Value {
    json!({
        "id": "vpc-1",
        "cidr_block": "10.0.0.0/16",
        "ipv6_cidr_block": "2001:db8:0:0::/56",
        "assign_generated_ipv6_cidr_block": true,
        "ipv6_cidr_block_network_border_group": "eu-central-1",
        "instance_tenancy": "default",
        "dhcp_options_id": "dopt-1",
        "enable_dns_support": true,
        "enable_dns_hostnames": false,
        "enable_network_address_usage_metrics": false,
        "main_route_table_id": "rtb-2",
        "tags": { "Name": "net" },
        "tags_all": { "Name": "net" },
    })
}

#[tokio::test(start_paused = true)]
async fn a_vpc_is_read_with_its_settings_and_its_main_table() {
    let mut replies = flags(true, false).to_vec();
    replies.push(whole("DescribeVpcs", "vpcSet", VPC));
    replies.push(whole("DescribeRouteTables", "routeTableSet", MAIN));
    let script = Script::new(replies);
    let found = read(&script, &wanted(&[("aws_vpc", &["vpc-1"])], false)).await;
    let vpc = object(&found, "aws_vpc", "vpc-1");
    assert_eq!(
        vpc.arn.as_deref(),
        Some("arn:aws:ec2:eu-central-1:444455556666:vpc/vpc-1")
    );
    let compared = compared(vpc, vpc_state());
    assert_eq!(compared.differences, []);
    assert_eq!(compared.unknown, Vec::<String>::new());
    assert!(compared.unread.is_empty());
    let mut state = vpc_state();
    state["enable_dns_support"] = json!(false);
    state["ipv6_cidr_block"] = json!("2001:db8:1::/56");
    state["main_route_table_id"] = json!("rtb-1");
    assert_eq!(
        differs(vpc, state),
        [
            "ipv6_cidr_block",
            "enable_dns_support",
            "main_route_table_id"
        ]
    );
    let sent = script.sent();
    assert_eq!(sent.len(), 5);
    let tables = sent
        .iter()
        .find(|sent| sent.body.contains("RouteTables"))
        .unwrap();
    assert!(
        tables
            .body
            .contains("Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1")
    );
    assert!(
        tables
            .body
            .contains("Filter.2.Name=association.main&Filter.2.Value.1=true")
    );
}

#[tokio::test(start_paused = true)]
async fn settings_of_many_vpcs_are_asked_for_no_faster_than_the_bucket_fills() {
    let ids: Vec<String> = (0..50).map(|number| format!("vpc-{number:02}")).collect();
    let items: Vec<String> = ids
        .iter()
        .map(|id| format!("<item><vpcId>{id}</vpcId></item>"))
        .collect();
    let mut replies: Vec<Reply> = ids.iter().flat_map(|_| flags(true, false)).collect();
    replies.push(whole("DescribeVpcs", "vpcSet", &items.concat()));
    replies.push(whole("DescribeRouteTables", "routeTableSet", ""));
    let script = Script::new(replies);
    let names: Vec<&str> = ids.iter().map(String::as_str).collect();
    let start = tokio::time::Instant::now();
    let found = read(&script, &wanted(&[("aws_vpc", &names)], false)).await;
    // 150 settings: 60 at once, the other 90 at 15 a second.
    assert!(
        start.elapsed().as_millis() >= 5_900,
        "{:?}",
        start.elapsed()
    );
    assert!(
        of(&found, "aws_vpc")
            .objects
            .iter()
            .all(|vpc| vpc.holes.is_empty())
    );
    assert_eq!(script.sent().len(), 152);
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_read_of_a_vpc_is_a_hole_in_it_alone() {
    let [support, hostnames, _] = flags(true, false);
    let script = Script::new([
        support,
        hostnames,
        error(403, "UnauthorizedOperation").when("Attribute=enableNetworkAddress"),
        whole("DescribeVpcs", "vpcSet", VPC),
        error(403, "UnauthorizedOperation").when("DescribeRouteTables"),
    ]);
    let found = read(&script, &wanted(&[("aws_vpc", &["vpc-1"])], false)).await;
    let vpc = object(&found, "aws_vpc", "vpc-1");
    assert_eq!(of(&found, "aws_vpc").incomplete, None);
    let holes: Vec<&str> = vpc.holes.keys().map(String::as_str).collect();
    assert_eq!(
        holes,
        [
            "enable_network_address_usage_metrics",
            "main_route_table_id"
        ]
    );
    assert_eq!(vpc.attributes["enable_dns_support"], json!(true));
    assert!(!vpc.attributes.contains_key("main_route_table_id"));
    let compared = compared(vpc, vpc_state());
    assert_eq!(compared.differences, []);
    assert_eq!(compared.unread.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_main_table_set_by_an_association_of_its_own_is_compared_there() {
    let mut replies = flags(true, false).to_vec();
    replies.push(whole("DescribeVpcs", "vpcSet", VPC));
    replies.push(whole("DescribeRouteTables", "routeTableSet", MAIN));
    let wanted = wanted(
        &[
            ("aws_vpc", &["vpc-1"]),
            ("aws_main_route_table_association", &["rtbassoc-1"]),
        ],
        false,
    );
    let found = read(&Script::new(replies), &wanted).await;
    let vpc = object(&found, "aws_vpc", "vpc-1");
    let mut state = vpc_state();
    // The VPC was written before the association was made.
    state["main_route_table_id"] = json!("rtb-1");
    assert_eq!(differs(vpc, state), Vec::<String>::new());
    let association = object(&found, "aws_main_route_table_association", "rtbassoc-1");
    let state = json!({ "id": "rtbassoc-1", "vpc_id": "vpc-1", "route_table_id": "rtb-1" });
    assert_eq!(differs(association, state), ["route_table_id"]);
}

#[tokio::test(start_paused = true)]
async fn subnets_are_read_in_full() {
    let item = "<item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId><cidrBlock>10.0.0.0/24</cidrBlock>\
         <subnetArn>arn:aws:ec2:eu-central-1:1:subnet/subnet-1</subnetArn><availabilityZone>eu-central-1a</availabilityZone>\
         <availabilityZoneId>euc1-az2</availabilityZoneId><mapPublicIpOnLaunch>true</mapPublicIpOnLaunch>\
         <assignIpv6AddressOnCreation>false</assignIpv6AddressOnCreation><enableDns64>true</enableDns64>\
         <privateDnsNameOptionsOnLaunch><hostnameType>ip-name</hostnameType><enableResourceNameDnsARecord>true</enableResourceNameDnsARecord></privateDnsNameOptionsOnLaunch></item>";
    let script = Script::new([whole("DescribeSubnets", "subnetSet", item)]);
    let found = read(&script, &wanted(&[("aws_subnet", &["subnet-1"])], false)).await;
    let subnet = object(&found, "aws_subnet", "subnet-1");
    let state = json!({
        "id": "subnet-1",
        "vpc_id": "vpc-1",
        "cidr_block": "10.0.0.0/24",
        "availability_zone": "eu-central-1a",
        "availability_zone_id": "euc1-az2",
        "map_public_ip_on_launch": false,
        "assign_ipv6_address_on_creation": false,
        "enable_dns64": false,
        "private_dns_hostname_type_on_launch": "resource-name",
        "enable_resource_name_dns_a_record_on_launch": false,
        "enable_resource_name_dns_aaaa_record_on_launch": false,
        "ipv6_cidr_block": "",
        "outpost_arn": "",
        "tags": null,
    });
    let compared = compared(subnet, state.clone());
    assert_eq!(compared.unknown, Vec::<String>::new());
    assert_eq!(
        differs(subnet, state),
        [
            "map_public_ip_on_launch",
            "enable_dns64",
            "enable_resource_name_dns_a_record_on_launch",
            "private_dns_hostname_type_on_launch"
        ]
    );
}

const TABLE: &str = "<item><routeTableId>rtb-1</routeTableId><vpcId>vpc-1</vpcId>\
     <propagatingVgwSet><item><gatewayId>vgw-1</gatewayId></item></propagatingVgwSet><routeSet>\
     <item><destinationCidrBlock>10.0.0.0/16</destinationCidrBlock><gatewayId>local</gatewayId><origin>CreateRouteTable</origin><state>active</state></item>\
     <item><destinationCidrBlock>10.9.0.0/16</destinationCidrBlock><gatewayId>vgw-1</gatewayId><origin>EnableVgwRoutePropagation</origin><state>active</state></item>\
     <item><destinationPrefixListId>pl-1</destinationPrefixListId><gatewayId>vpce-1</gatewayId><origin>CreateRoute</origin><state>active</state></item>\
     <item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><natGatewayId>nat-1</natGatewayId><origin>CreateRoute</origin><state>blackhole</state></item>\
     <item><destinationIpv6CidrBlock>::/0</destinationIpv6CidrBlock><egressOnlyInternetGatewayId>eigw-1</egressOnlyInternetGatewayId><origin>CreateRoute</origin><state>active</state></item>\
     <item><destinationCidrBlock>192.168.0.0/24</destinationCidrBlock><gatewayId>vpce-2</gatewayId><origin>CreateRoute</origin><state>active</state></item></routeSet></item>";

fn route(members: Value) -> Value {
    let mut block = attributes(json!({
        "cidr_block": "", "ipv6_cidr_block": "", "destination_prefix_list_id": "", "egress_only_gateway_id": "",
        "gateway_id": "", "instance_id": "", "nat_gateway_id": "", "network_interface_id": "", "vpc_endpoint_id": "",
    }));
    block.extend(attributes(members));
    Value::Object(block)
}

#[tokio::test(start_paused = true)]
async fn inline_routes_are_those_that_terraform_counts() {
    let script = Script::new([whole("DescribeRouteTables", "routeTableSet", TABLE)]);
    let found = read(&script, &wanted(&[("aws_route_table", &["rtb-1"])], false)).await;
    let table = object(&found, "aws_route_table", "rtb-1");
    let nat = route(json!({ "cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-1" }));
    let ipv6 = route(json!({ "ipv6_cidr_block": "::/0", "egress_only_gateway_id": "eigw-1" }));
    let endpoint = route(json!({ "cidr_block": "192.168.0.0/24", "vpc_endpoint_id": "vpce-2" }));
    let state = |routes: Value| json!({ "vpc_id": "vpc-1", "propagating_vgws": ["vgw-1"], "route": routes });
    assert_eq!(
        differs(table, state(json!([endpoint, ipv6, nat]))),
        Vec::<String>::new()
    );
    // A local route that was configured is kept; its target may be another one.
    let local = route(json!({ "cidr_block": "10.0.0.0/16", "gateway_id": "local" }));
    let all = json!([endpoint, ipv6, nat, local]);
    assert_eq!(differs(table, state(all)), Vec::<String>::new());
    let local = route(json!({ "cidr_block": "10.0.0.0/16", "network_interface_id": "eni-1" }));
    let all = json!([endpoint, ipv6, nat, local]);
    assert_eq!(differs(table, state(all)), ["route"]);
    for different in [
        json!([endpoint, ipv6]),
        json!([
            endpoint,
            ipv6,
            nat,
            route(json!({ "cidr_block": "10.8.0.0/16", "gateway_id": "igw-1" }))
        ]),
        json!([
            endpoint,
            ipv6,
            route(json!({ "cidr_block": "0.0.0.0/0", "gateway_id": "igw-1" }))
        ]),
        json!([]),
    ] {
        assert_eq!(
            differs(table, state(different.clone())),
            ["route"],
            "{different}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn standalone_routes_are_joined_by_destination_in_any_notation() {
    let nat = json!({ "route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-1", "state": "active" });
    let ipv6 = json!({
        "route_table_id": "rtb-1", "destination_cidr_block": "", "destination_ipv6_cidr_block": "0:0::/0",
        "egress_only_gateway_id": "eigw-1", "gateway_id": "igw-1", "state": "active"
    });
    let kind = catalog::find("aws_route").unwrap();
    let keys: Vec<String> = [&nat, &ipv6]
        .iter()
        .filter_map(|state| kind.key(&attributes((*state).clone())))
        .collect();
    let names: Vec<&str> = keys.iter().map(String::as_str).collect();
    let wanted = wanted(
        &[("aws_route", &names), ("aws_route_table", &["rtb-1"])],
        false,
    );
    let script = Script::new([whole("DescribeRouteTables", "routeTableSet", TABLE)]);
    let found = read(&script, &wanted).await;
    assert_eq!(
        differs(object(&found, "aws_route", &keys[0]), nat),
        ["state"]
    );
    assert_eq!(
        differs(object(&found, "aws_route", &keys[1]), ipv6),
        ["gateway_id"]
    );
    // A table that was written before its routes were made is not different for them, but for others.
    let table = object(&found, "aws_route_table", "rtb-1");
    let endpoint = route(json!({ "cidr_block": "192.168.0.0/24", "vpc_endpoint_id": "vpce-2" }));
    let state = |routes: Value| json!({ "route": routes });
    assert_eq!(
        differs(table, state(json!([endpoint]))),
        Vec::<String>::new()
    );
    assert_eq!(differs(table, state(json!([]))), ["route"]);
}

#[tokio::test(start_paused = true)]
async fn a_main_table_that_a_state_replaced_is_aws_s_own_as_long_as_nobody_touched_it() {
    const LOCAL: &str = "<routeSet><item><destinationCidrBlock>10.0.0.0/16</destinationCidrBlock><gatewayId>local</gatewayId></item></routeSet>";
    let tables = format!(
        "{MAIN}<item><routeTableId>rtb-3</routeTableId><vpcId>vpc-1</vpcId>{LOCAL}</item>\
         <item><routeTableId>rtb-4</routeTableId><vpcId>vpc-1</vpcId>{LOCAL}<tagSet><item><key>Name</key><value>x</value></item></tagSet></item>\
         <item><routeTableId>rtb-5</routeTableId><vpcId>vpc-2</vpcId>{LOCAL}</item>"
    );
    let named: &[&str] = &["rtbassoc-1"];
    for (association, expected) in [
        (
            named,
            Origin::Default("the first main route table of vpc-1, which was replaced".to_owned()),
        ),
        (&[], Origin::Ordinary),
    ] {
        let script = Script::new([whole("DescribeRouteTables", "routeTableSet", &tables)]);
        let kinds: &[(&'static str, &[&str])] = &[
            ("aws_route_table", &[]),
            ("aws_main_route_table_association", association),
        ];
        let found = read(&script, &wanted(kinds, true)).await;
        assert_eq!(object(&found, "aws_route_table", "rtb-3").origin, expected);
        for key in ["rtb-4", "rtb-5"] {
            assert_eq!(
                object(&found, "aws_route_table", key).origin,
                Origin::Ordinary
            );
        }
    }
}

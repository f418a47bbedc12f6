//! What the network reader sends, and what it makes of what comes back.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests may fail them"
)]

use afterhours_aws::testing::{Reply, Script};
use afterhours_aws_ec2::network::{NetworkReader, READ_ACTIONS};
use afterhours_diff::compare::{Comparison, Surroundings, compare};
use afterhours_diff::{HoleClass, Listing, Live, Origin, Wanted, WantedKeys, catalog};
use afterhours_ports::Reader as _;
use serde_json::{Map, Value, json};

#[path = "network/failures.rs"]
mod failures;
#[path = "network/gateways.rs"]
mod gateways;
#[path = "network/groups.rs"]
mod groups;
#[path = "network/shapes.rs"]
mod shapes;

/// How each kind is listed: kind, operation, name of the set, XML of the id, and the page size (none: one piece).
const LISTS: &[(&str, &str, &str, &str, Option<u32>)] = &[
    ("aws_vpc", "DescribeVpcs", "vpcSet", "vpcId", Some(1000)),
    (
        "aws_default_vpc",
        "DescribeVpcs",
        "vpcSet",
        "vpcId",
        Some(1000),
    ),
    (
        "aws_subnet",
        "DescribeSubnets",
        "subnetSet",
        "subnetId",
        Some(1000),
    ),
    (
        "aws_default_subnet",
        "DescribeSubnets",
        "subnetSet",
        "subnetId",
        Some(1000),
    ),
    (
        "aws_route_table",
        "DescribeRouteTables",
        "routeTableSet",
        "routeTableId",
        Some(100),
    ),
    (
        "aws_default_route_table",
        "DescribeRouteTables",
        "routeTableSet",
        "routeTableId",
        Some(100),
    ),
    (
        "aws_internet_gateway",
        "DescribeInternetGateways",
        "internetGatewaySet",
        "internetGatewayId",
        Some(1000),
    ),
    (
        "aws_nat_gateway",
        "DescribeNatGateways",
        "natGatewaySet",
        "natGatewayId",
        Some(1000),
    ),
    (
        "aws_eip",
        "DescribeAddresses",
        "addressesSet",
        "allocationId",
        None,
    ),
    (
        "aws_vpc_endpoint",
        "DescribeVpcEndpoints",
        "vpcEndpointSet",
        "vpcEndpointId",
        Some(1000),
    ),
    (
        "aws_flow_log",
        "DescribeFlowLogs",
        "flowLogSet",
        "flowLogId",
        Some(1000),
    ),
    (
        "aws_security_group",
        "DescribeSecurityGroups",
        "securityGroupInfo",
        "groupId",
        Some(1000),
    ),
    (
        "aws_default_security_group",
        "DescribeSecurityGroups",
        "securityGroupInfo",
        "groupId",
        Some(1000),
    ),
    (
        "aws_vpc_security_group_ingress_rule",
        "DescribeSecurityGroupRules",
        "securityGroupRuleSet",
        "securityGroupRuleId",
        Some(1000),
    ),
];

/// One page of a list.
fn page(operation: &str, set: &str, items: &str, next: &str) -> Reply {
    let next = if next.is_empty() {
        String::new()
    } else {
        format!("<nextToken>{next}</nextToken>")
    };
    Reply::ok(format!(
        "<{operation}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><{set}>{items}</{set}>{next}</{operation}Response>"
    ))
}

/// A list that has one page, for the requests of its operation.
fn whole(operation: &'static str, set: &str, items: &str) -> Reply {
    page(operation, set, items, "").when(operation)
}

fn error(status: u16, code: &str) -> Reply {
    Reply::new(
        status,
        format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors><RequestID>r</RequestID></Response>"
        ),
    )
}

/// Kinds with the keys that states name; `others` for all of them.
fn wanted(kinds: &[(&'static str, &[&str])], others: bool) -> Wanted {
    let kinds = kinds.iter().map(|(kind, keys)| {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        (*kind, WantedKeys { keys, others })
    });
    Wanted {
        kinds: kinds.collect(),
        confirm: false,
        account: "111122223333".to_owned(),
        region: "eu-central-1".to_owned(),
    }
}

fn confirming(mut wanted: Wanted) -> Wanted {
    wanted.confirm = true;
    wanted
}

async fn read(script: &Script, wanted: &Wanted) -> Vec<Listing> {
    NetworkReader::new(&script.aws()).read(wanted).await
}

fn of<'l>(listings: &'l [Listing], kind: &str) -> &'l Listing {
    let mut found = listings.iter().filter(|listing| listing.kind == kind);
    let listing = found.next().unwrap();
    assert!(found.next().is_none(), "{kind} is listed twice");
    listing
}

fn object<'l>(listings: &'l [Listing], kind: &str, key: &str) -> &'l Live {
    let objects = &of(listings, kind).objects;
    let found = objects.iter().find(|object| object.key == key);
    found.unwrap_or_else(|| panic!("no {kind} {key} in {objects:?}"))
}

fn keys<'l>(listings: &'l [Listing], kind: &str) -> Vec<&'l str> {
    let objects = of(listings, kind).objects.iter();
    objects.map(|object| object.key.as_str()).collect()
}

fn attributes(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("{other} is no object"),
    }
}

/// Compares a state instance with what was read.
fn compared(live: &Live, state: Value) -> Comparison {
    let surroundings = Surroundings {
        account: "111122223333".to_owned(),
        partition: "aws".to_owned(),
    };
    let kind = catalog::find(live.kind).unwrap();
    compare(kind, &attributes(state), live, &surroundings, &|_| false)
}

/// The paths at which a state instance differs.
fn differs(live: &Live, state: Value) -> Vec<String> {
    let differences = compared(live, state).differences.into_iter();
    differences.map(|difference| difference.path).collect()
}

#[tokio::test(start_paused = true)]
async fn lists_are_asked_for_in_the_largest_pages_and_followed_to_their_end() {
    for (kind, operation, set, id, size) in LISTS {
        let Some(size) = size else {
            continue;
        };
        let item = |key: &str| format!("<item><{id}>{key}</{id}></item>");
        let script = Script::new([
            page(operation, set, &item("x-1"), "2").when(operation),
            page(operation, set, "", "3").when(operation),
            page(operation, set, &item("x-2"), "").when(operation),
            whole("DescribeVpcs", "vpcSet", ""),
        ]);
        let found = read(&script, &wanted(&[(*kind, &[])], true)).await;
        assert_eq!(keys(&found, kind), ["x-1", "x-2"], "{kind}");
        assert_eq!(of(&found, kind).incomplete, None);
        assert_eq!(found.len(), 1);
        let sent = script.sent();
        let sent: Vec<_> = sent
            .iter()
            .filter(|sent| sent.body.contains(operation))
            .collect();
        let size = format!("MaxResults={size}");
        assert!(sent.iter().all(|sent| sent.body.contains(&size)), "{kind}");
        assert!(!sent[0].body.contains("NextToken"));
        assert!(sent[1].body.contains("NextToken=2") && sent[2].body.contains("NextToken=3"));
        assert_eq!(sent.len(), 3, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_what_is_wanted_is_asked_for() {
    let script = Script::new([]);
    assert_eq!(read(&script, &wanted(&[], false)).await, []);
    assert_eq!(
        read(&script, &wanted(&[("aws_instance", &["i-1"])], true)).await,
        []
    );
    assert_eq!(read(&script, &wanted(&[("aws_vpc", &[])], false)).await, []);
    assert_eq!(script.sent(), []);

    let script = Script::new([whole("DescribeSubnets", "subnetSet", "")]);
    let found = read(&script, &wanted(&[("aws_subnet", &["subnet-1"])], false)).await;
    assert_eq!(keys(&found, "aws_subnet"), Vec::<&str>::new());
    assert_eq!(script.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_list_serves_all_that_is_in_it() {
    let table = "<item><routeTableId>rtb-1</routeTableId><vpcId>vpc-1</vpcId>\
         <routeSet><item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><gatewayId>igw-1</gatewayId><state>active</state></item></routeSet>\
         <associationSet><item><routeTableAssociationId>rtbassoc-1</routeTableAssociationId><subnetId>subnet-1</subnetId><main>false</main></item>\
         <item><routeTableAssociationId>rtbassoc-2</routeTableAssociationId><main>true</main></item></associationSet></item>";
    let script = Script::new([whole("DescribeRouteTables", "routeTableSet", table)]);
    let wanted = wanted(
        &[
            ("aws_route_table", &["rtb-1"]),
            ("aws_default_route_table", &["rtb-1"]),
            ("aws_route", &["rtb-1|0.0.0.0/0"]),
            ("aws_route_table_association", &["rtbassoc-1"]),
            ("aws_main_route_table_association", &["rtbassoc-2"]),
        ],
        false,
    );
    let found = read(&script, &wanted).await;
    assert_eq!(found.len(), 5);
    assert!(found.iter().all(|listing| listing.objects.len() == 1));
    assert_eq!(script.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn unnamed_objects_come_bare_and_only_where_they_are_wanted() {
    let items = "<item><subnetId>subnet-1</subnetId><cidrBlock>10.0.0.0/24</cidrBlock></item>\
         <item><subnetId>subnet-2</subnetId><cidrBlock>10.0.1.0/24</cidrBlock>\
         <tagSet><item><key>Team</key><value>ml-team</value></item></tagSet></item>\
         <item><subnetId>subnet-3</subnetId><defaultForAz>true</defaultForAz><availabilityZone>eu-central-1a</availabilityZone></item>";
    let kinds: &[(&'static str, &[&str])] = &[
        ("aws_subnet", &["subnet-1"]),
        ("aws_default_subnet", &["subnet-3"]),
    ];
    let script = Script::new([whole("DescribeSubnets", "subnetSet", items)]);
    let mut some = wanted(kinds, false);
    some.kinds.get_mut("aws_subnet").unwrap().others = true;
    let found = read(&script, &some).await;
    // What a state names as the default subnet is not unmanaged as a subnet.
    assert_eq!(keys(&found, "aws_subnet"), ["subnet-1", "subnet-2"]);
    assert_eq!(keys(&found, "aws_default_subnet"), ["subnet-3"]);
    let bare = &object(&found, "aws_subnet", "subnet-2").attributes;
    assert_eq!(
        Value::Object(bare.clone()),
        json!({ "id": "subnet-2", "tags": { "Team": "ml-team" } })
    );

    let script = Script::new([whole("DescribeSubnets", "subnetSet", items)]);
    let found = read(&script, &wanted(kinds, false)).await;
    assert_eq!(keys(&found, "aws_subnet"), ["subnet-1"]);
}

#[tokio::test(start_paused = true)]
async fn every_call_is_among_the_actions_and_every_action_is_called() {
    let script = Script::new([whole(
        "DescribeVpcs",
        "vpcSet",
        "<item><vpcId>vpc-1</vpcId></item>",
    )]);
    let reader = NetworkReader::new(&script.aws());
    let kinds: Vec<(&'static str, &[&str])> = reader
        .kinds()
        .iter()
        .map(|kind| {
            (
                *kind,
                if *kind == "aws_vpc" {
                    &["vpc-1"][..]
                } else {
                    &[]
                },
            )
        })
        .collect();
    let found = reader.read(&wanted(&kinds, true)).await;
    assert_eq!(found.len(), kinds.len());
    let mut called: Vec<String> = script
        .sent()
        .iter()
        .map(|sent| {
            let action = sent
                .body
                .split('&')
                .find_map(|part| part.strip_prefix("Action="));
            format!("ec2:{}", action.unwrap())
        })
        .collect();
    called.sort_unstable();
    called.dedup();
    let mut actions = READ_ACTIONS.to_vec();
    actions.sort_unstable();
    assert_eq!(called, actions);
}

#[test]
fn every_type_that_is_read_is_in_the_catalog() {
    let script = Script::new([]);
    for kind in NetworkReader::new(&script.aws()).kinds() {
        assert!(catalog::find(kind).is_some(), "{kind}");
    }
}

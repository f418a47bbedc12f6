//! No error is an absence.

use super::*;

const FAILURES: &[(u16, &str, HoleClass)] = &[
    (403, "UnauthorizedOperation", HoleClass::Denied),
    (503, "RequestLimitExceeded", HoleClass::Throttled),
    (500, "InternalError", HoleClass::Failed),
    (400, "InvalidID.NotFound", HoleClass::Failed),
    (200, "", HoleClass::Failed),
];

/// Enough answers for all attempts.
fn failing(operation: &'static str, status: u16, code: &str) -> Vec<Reply> {
    let reply = if status == 200 {
        Reply::ok("this is no XML")
    } else {
        error(status, code)
    };
    vec![reply.when(operation); 3]
}

#[tokio::test(start_paused = true)]
async fn what_a_failing_list_gave_is_kept_and_its_end_is_open() {
    for (kind, operation, set, id, size) in LISTS {
        for (status, code, class) in FAILURES {
            let item = format!("<item><{id}>x-1</{id}></item>");
            let mut replies = Vec::new();
            if size.is_some() {
                replies.push(page(operation, set, &item, "2").when(operation));
            }
            replies.extend(failing(operation, *status, code));
            let script = Script::new(replies);
            let wanted = wanted(&[(*kind, &["x-1", "x-2"])], false);
            let found = read(&script, &wanted).await;
            let listing = of(&found, kind);
            let hole = listing.incomplete.as_ref().unwrap();
            assert_eq!(hole.class, *class, "{kind} {code}");
            assert_eq!(hole.action, format!("ec2:{operation}"));
            assert_eq!(
                keys(&found, kind).len(),
                usize::from(size.is_some()),
                "{kind}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_comes_again_is_a_failure() {
    for (kind, operation, set, id, size) in LISTS {
        if size.is_none() {
            continue;
        }
        let item = |key: &str| format!("<item><{id}>{key}</{id}></item>");
        let script = Script::new([
            page(operation, set, &item("x-1"), "2").when(operation),
            page(operation, set, &item("x-2"), "2").when(operation),
        ]);
        let found = read(&script, &wanted(&[(*kind, &["x-1", "x-2", "x-3"])], false)).await;
        let hole = of(&found, kind).incomplete.as_ref().unwrap();
        assert!(hole.message.contains("there before"), "{kind}: {hole:?}");
        assert_eq!(keys(&found, kind), ["x-1", "x-2"]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_without_id_leaves_the_end_open() {
    for (kind, operation, set, id, _) in LISTS {
        let items = format!("<item/><item><{id}>x-1</{id}></item>");
        let script = Script::new([whole(operation, set, &items)]);
        let found = read(&script, &wanted(&[(*kind, &["x-1"])], false)).await;
        let hole = of(&found, kind).incomplete.as_ref().unwrap();
        assert!(hole.message.contains("lacks"), "{kind}: {hole:?}");
        assert_eq!(keys(&found, kind), ["x-1"]);
    }
}

#[tokio::test(start_paused = true)]
async fn one_call_that_fails_leaves_the_others_whole() {
    let mut replies = failing("DescribeSubnets", 403, "UnauthorizedOperation");
    replies.push(whole(
        "DescribeVpcEndpoints",
        "vpcEndpointSet",
        "<item><vpcEndpointId>vpce-1</vpcEndpointId></item>",
    ));
    let wanted = wanted(
        &[
            ("aws_subnet", &["subnet-1"]),
            ("aws_vpc_endpoint", &["vpce-1"]),
        ],
        false,
    );
    let found = read(&Script::new(replies), &wanted).await;
    assert!(of(&found, "aws_subnet").incomplete.is_some());
    assert_eq!(of(&found, "aws_vpc_endpoint").incomplete, None);
    assert_eq!(keys(&found, "aws_vpc_endpoint"), ["vpce-1"]);
}

#[tokio::test(start_paused = true)]
async fn what_lies_in_lists_is_not_gone_when_these_fail() {
    let wanted = wanted(
        &[
            ("aws_route", &["rtb-1|0.0.0.0/0"]),
            ("aws_route_table_association", &["rtbassoc-1"]),
            ("aws_main_route_table_association", &["rtbassoc-2"]),
            ("aws_eip_association", &["eipassoc-1"]),
            ("aws_security_group_rule", &["sg-1|ingress|tcp|22|22|self"]),
        ],
        false,
    );
    let found = read(&Script::new([error(403, "UnauthorizedOperation")]), &wanted).await;
    assert_eq!(found.len(), 5);
    for listing in found {
        assert!(listing.incomplete.is_some(), "{}", listing.kind);
        assert_eq!(listing.objects, []);
    }
}

/// How each kind is confirmed: kind, key, operation, filter (none: by id) and its value.
const CONFIRMED: &[(&str, &str, &str, &str, &str)] = &[
    ("aws_vpc", "vpc-1", "DescribeVpcs", "vpc-id", "vpc-1"),
    (
        "aws_default_vpc",
        "vpc-1",
        "DescribeVpcs",
        "vpc-id",
        "vpc-1",
    ),
    (
        "aws_subnet",
        "subnet-1",
        "DescribeSubnets",
        "subnet-id",
        "subnet-1",
    ),
    (
        "aws_default_subnet",
        "subnet-1",
        "DescribeSubnets",
        "subnet-id",
        "subnet-1",
    ),
    (
        "aws_route_table",
        "rtb-1",
        "DescribeRouteTables",
        "route-table-id",
        "rtb-1",
    ),
    (
        "aws_default_route_table",
        "rtb-1",
        "DescribeRouteTables",
        "route-table-id",
        "rtb-1",
    ),
    (
        "aws_route",
        "rtb-1|0.0.0.0/0",
        "DescribeRouteTables",
        "route-table-id",
        "rtb-1",
    ),
    (
        "aws_route_table_association",
        "rtbassoc-1",
        "DescribeRouteTables",
        "association.route-table-association-id",
        "rtbassoc-1",
    ),
    (
        "aws_main_route_table_association",
        "rtbassoc-1",
        "DescribeRouteTables",
        "association.route-table-association-id",
        "rtbassoc-1",
    ),
    (
        "aws_internet_gateway",
        "igw-1",
        "DescribeInternetGateways",
        "internet-gateway-id",
        "igw-1",
    ),
    (
        "aws_nat_gateway",
        "nat-1",
        "DescribeNatGateways",
        "nat-gateway-id",
        "nat-1",
    ),
    (
        "aws_eip",
        "eipalloc-1",
        "DescribeAddresses",
        "allocation-id",
        "eipalloc-1",
    ),
    (
        "aws_eip_association",
        "eipassoc-1",
        "DescribeAddresses",
        "association-id",
        "eipassoc-1",
    ),
    (
        "aws_vpc_endpoint",
        "vpce-1",
        "DescribeVpcEndpoints",
        "",
        "vpce-1",
    ),
    (
        "aws_flow_log",
        "fl-1",
        "DescribeFlowLogs",
        "flow-log-id",
        "fl-1",
    ),
    (
        "aws_security_group",
        "sg-1",
        "DescribeSecurityGroups",
        "group-id",
        "sg-1",
    ),
    (
        "aws_default_security_group",
        "sg-1",
        "DescribeSecurityGroups",
        "group-id",
        "sg-1",
    ),
    (
        "aws_security_group_rule",
        "sg-1|ingress|tcp|22|22|10.0.0.0/8",
        "DescribeSecurityGroups",
        "group-id",
        "sg-1",
    ),
    (
        "aws_vpc_security_group_ingress_rule",
        "sgr-1",
        "DescribeSecurityGroupRules",
        "security-group-rule-id",
        "sgr-1",
    ),
    (
        "aws_vpc_security_group_egress_rule",
        "sgr-1",
        "DescribeSecurityGroupRules",
        "security-group-rule-id",
        "sgr-1",
    ),
];

/// An empty answer to any list.
fn nothing(operation: &'static str) -> Reply {
    Reply::ok(format!(
        "<{operation}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"></{operation}Response>"
    ))
    .when(operation)
}

#[tokio::test(start_paused = true)]
async fn absences_are_confirmed_by_a_filter_on_the_id() {
    let script = Script::new([]);
    let reader = NetworkReader::new(&script.aws());
    let known: Vec<&str> = CONFIRMED.iter().map(|(kind, ..)| *kind).collect();
    for kind in reader.kinds() {
        assert!(known.contains(kind), "{kind} is not tried");
    }
    for (kind, key, operation, filter, value) in CONFIRMED {
        // VPCs ask for their main route table as well.
        let script = Script::new([nothing(operation), nothing("DescribeRouteTables")]);
        let wanted = confirming(wanted(&[(*kind, &[*key])], false));
        let found = read(&script, &wanted).await;
        assert_eq!(of(&found, kind).incomplete, None, "{kind}");
        assert_eq!(of(&found, kind).objects, []);
        let sent = script.sent();
        let sent = sent
            .iter()
            .find(|sent| sent.body.contains(operation))
            .unwrap();
        let asked = if filter.is_empty() {
            format!("VpcEndpointId.1={value}")
        } else {
            format!("Filter.1.Name={filter}&Filter.1.Value.1={value}")
        };
        assert!(sent.body.contains(&asked), "{kind}: {}", sent.body);
        assert!(!sent.body.contains("Filter.1.Value.2"));

        for (status, code, class) in FAILURES {
            let mut replies = failing(operation, *status, code);
            replies.push(nothing("DescribeRouteTables"));
            let found = read(&Script::new(replies), &wanted).await;
            let hole = of(&found, kind).incomplete.as_ref().unwrap();
            assert_eq!(hole.class, *class, "{kind} {code}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_is_not_found_is_gone_and_the_others_stay() {
    let script = Script::new([
        error(400, "InvalidVpcEndpointId.NotFound").when("VpcEndpointId.1=vpce-1"),
        page(
            "DescribeVpcEndpoints",
            "vpcEndpointSet",
            "<item><vpcEndpointId>vpce-2</vpcEndpointId></item>",
            "",
        )
        .when("VpcEndpointId.1=vpce-2"),
    ]);
    let wanted = confirming(wanted(
        &[("aws_vpc_endpoint", &["vpce-1", "vpce-2"])],
        false,
    ));
    let found = read(&script, &wanted).await;
    assert_eq!(of(&found, "aws_vpc_endpoint").incomplete, None);
    assert_eq!(keys(&found, "aws_vpc_endpoint"), ["vpce-2"]);
}

#[tokio::test(start_paused = true)]
async fn many_absences_are_confirmed_in_batches_of_200() {
    let ids: Vec<String> = (0..450)
        .map(|number| format!("subnet-{number:03}"))
        .collect();
    let keys: Vec<&str> = ids.iter().map(String::as_str).collect();
    let script = Script::new([
        whole(
            "DescribeSubnets",
            "subnetSet",
            "<item><subnetId>subnet-000</subnetId></item>",
        ),
        whole("DescribeSubnets", "subnetSet", ""),
        error(403, "UnauthorizedOperation").when("DescribeSubnets"),
    ]);
    let found = read(
        &script,
        &confirming(wanted(&[("aws_subnet", &keys)], false)),
    )
    .await;
    let sent = script.sent();
    let counts: Vec<usize> = sent
        .iter()
        .map(|sent| sent.body.matches("Filter.1.Value.").count())
        .collect();
    assert_eq!(counts, [200, 200, 50]);
    // One batch that fails leaves the listing open and the rest known.
    let listing = of(&found, "aws_subnet");
    assert_eq!(
        listing.incomplete.as_ref().unwrap().class,
        HoleClass::Denied
    );
    assert_eq!(listing.objects.len(), 1);
}

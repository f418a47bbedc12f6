//! What the drift watcher's reader sends, and what it makes of what comes back.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests may fail them"
)]

use afterhours_aws::Pace;
use afterhours_aws::testing::{Reply, Script, Sent};
use afterhours_aws_autoscaling::drift::{GroupReader, READ_ACTIONS};
use afterhours_diff::compare::{Comparison, Surroundings, compare};
use afterhours_diff::{HoleClass, Listing, Live, Origin, Wanted, WantedKeys, catalog};
use afterhours_ports::Reader as _;
use serde_json::{Value, json};

#[path = "drift/failures.rs"]
mod failures;
#[path = "drift/shapes.rs"]
mod shapes;

/// How each kind is listed: kind, operation, name of the list, XML of an item, and the key that it makes.
const LISTS: &[(&str, &str, &str, &str, &str)] = &[
    (
        "aws_autoscaling_group",
        "DescribeAutoScalingGroups",
        "AutoScalingGroups",
        "<AutoScalingGroupName>NAME</AutoScalingGroupName><MinSize>0</MinSize><MaxSize>1</MaxSize><DesiredCapacity>0</DesiredCapacity>",
        "NAME",
    ),
    (
        "aws_autoscaling_policy",
        "DescribePolicies",
        "ScalingPolicies",
        "<AutoScalingGroupName>g</AutoScalingGroupName><PolicyName>NAME</PolicyName>",
        "g|NAME",
    ),
    (
        "aws_autoscaling_schedule",
        "DescribeScheduledActions",
        "ScheduledUpdateGroupActions",
        "<AutoScalingGroupName>g</AutoScalingGroupName><ScheduledActionName>NAME</ScheduledActionName>",
        "g|NAME",
    ),
];

const SIZES: &str = "<MinSize>0</MinSize><MaxSize>4</MaxSize><DesiredCapacity>2</DesiredCapacity>";

fn page(operation: &'static str, list: &str, members: &str, next: &str) -> Reply {
    let next = if next.is_empty() {
        String::new()
    } else {
        format!("<NextToken>{next}</NextToken>")
    };
    Reply::ok(format!(
        "<{operation}Response xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\"><{operation}Result>\
         <{list}>{members}</{list}>{next}</{operation}Result></{operation}Response>"
    ))
    .when(operation)
}

fn groups(members: &str) -> Reply {
    page(
        "DescribeAutoScalingGroups",
        "AutoScalingGroups",
        members,
        "",
    )
}

fn group(name: &str, rest: &str) -> String {
    format!("<member><AutoScalingGroupName>{name}</AutoScalingGroupName>{SIZES}{rest}</member>")
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
    GroupReader::new(&script.aws(), Pace::unlimited())
        .read(wanted)
        .await
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

fn compared(live: &Live, state: &Value) -> Comparison {
    let surroundings = Surroundings {
        account: "111122223333".to_owned(),
        partition: "aws".to_owned(),
    };
    let kind = catalog::find(live.kind).unwrap();
    compare(
        kind,
        state.as_object().unwrap(),
        live,
        &surroundings,
        &|_| false,
    )
}

/// The paths at which a state instance differs.
fn differs(live: &Live, state: &Value) -> Vec<String> {
    let differences = compared(live, state).differences.into_iter();
    differences.map(|difference| difference.path).collect()
}

fn sent(script: &Script, operation: &str) -> Vec<Sent> {
    let operation = format!("Action={operation}&");
    let sent = script.sent().into_iter();
    sent.filter(|sent| sent.body.contains(&operation)).collect()
}

#[tokio::test(start_paused = true)]
async fn lists_are_asked_for_in_the_largest_pages_and_followed_to_their_end() {
    for (kind, operation, list, item, key) in LISTS {
        let item = |name: &str| format!("<member>{}</member>", item.replace("NAME", name));
        let key = |name: &str| key.replace("NAME", name);
        let script = Script::new([
            page(operation, list, &item("a"), "2"),
            page(operation, list, "", "3"),
            page(operation, list, &item("b"), ""),
        ]);
        let (a, b) = (key("a"), key("b"));
        let found = read(&script, &wanted(&[(*kind, &[&a, &b])], false)).await;
        assert_eq!(keys(&found, kind), [a.as_str(), b.as_str()], "{kind}");
        assert_eq!(of(&found, kind).incomplete, None);
        let sent = sent(&script, operation);
        assert_eq!(sent.len(), 3, "{kind}");
        assert!(sent.iter().all(|sent| sent.body.contains("MaxRecords=100")));
        assert!(sent[1].body.contains("NextToken=2") && sent[2].body.contains("NextToken=3"));
    }
}

#[tokio::test(start_paused = true)]
async fn only_what_is_wanted_is_asked_for() {
    let script = Script::new([]);
    assert_eq!(read(&script, &wanted(&[], false)).await, []);
    assert_eq!(
        read(&script, &wanted(&[("aws_vpc", &["vpc-1"])], true)).await,
        []
    );
    let found = read(
        &script,
        &wanted(&[("aws_autoscaling_notification", &[])], true),
    )
    .await;
    assert_eq!(found.len(), 1);
    assert_eq!(script.sent(), []);
}

#[tokio::test(start_paused = true)]
async fn one_list_of_groups_serves_groups_attachments_and_tags() {
    let rest = "<LoadBalancerNames><member>classic</member></LoadBalancerNames><TargetGroupARNs><member>arn:tg</member></TargetGroupARNs>\
        <Tags><member><Key>Team</Key><Value>ops</Value><PropagateAtLaunch>true</PropagateAtLaunch></member></Tags>";
    let script = Script::new([groups(&group("g", rest))]);
    let kinds: &[(&'static str, &[&str])] = &[
        ("aws_autoscaling_group", &["g"]),
        (
            "aws_autoscaling_attachment",
            &["g|classic|", "g||arn:tg", "g||arn:gone"],
        ),
        ("aws_autoscaling_group_tag", &["g,Team", "g,Gone"]),
    ];
    let found = read(&script, &wanted(kinds, false)).await;
    assert_eq!(script.sent().len(), 1);
    assert_eq!(
        keys(&found, "aws_autoscaling_attachment"),
        ["g|classic|", "g||arn:tg"]
    );
    assert_eq!(keys(&found, "aws_autoscaling_group_tag"), ["g,Team"]);
    let attachment = object(&found, "aws_autoscaling_attachment", "g||arn:tg");
    for name in ["lb_target_group_arn", "alb_target_group_arn"] {
        let state = json!({"autoscaling_group_name": "g", "elb": null, name: "arn:tg"});
        assert_eq!(differs(attachment, &state), Vec::<String>::new());
    }
    let tag = object(&found, "aws_autoscaling_group_tag", "g,Team");
    let state = json!({"tag": [{"key": "Team", "value": "ops", "propagate_at_launch": false}]});
    assert_eq!(differs(tag, &state), ["tag[0].propagate_at_launch"]);
    // What resources of their own hold may be in the group's state or not.
    let live = object(&found, "aws_autoscaling_group", "g");
    for (balancers, targets) in [
        (json!(null), json!([])),
        (json!(["classic"]), json!(["arn:tg"])),
    ] {
        let state = json!({"load_balancers": balancers, "target_group_arns": targets, "tag": []});
        assert_eq!(differs(live, &state), Vec::<String>::new());
    }
}

#[tokio::test(start_paused = true)]
async fn whose_a_group_is_is_told_by_its_tags() {
    let tagged = |name: &str, key: &str, value: &str| {
        group(
            name,
            &format!("<Tags><member><Key>{key}</Key><Value>{value}</Value></member></Tags>"),
        )
    };
    let all = [
        tagged("stack", "aws:cloudformation:stack-name", "net"),
        tagged("nodes", "eks:nodegroup-name", "gpu"),
        tagged("kops", "kubernetes.io/cluster/ml", "owned"),
        tagged("lent", "kubernetes.io/cluster/ml", "shared"),
        tagged("ecs", "AmazonECSManaged", ""),
        group(
            "operated",
            "<Operator><Principal>eks.amazonaws.com</Principal></Operator>",
        ),
        group("hand", ""),
    ];
    let script = Script::new([groups(&all.concat())]);
    let found = read(&script, &wanted(&[("aws_autoscaling_group", &[])], true)).await;
    let managed = |by: &str| Origin::ManagedBy(by.to_owned());
    for (name, origin) in [
        ("stack", managed("CloudFormation stack net")),
        ("nodes", managed("EKS node group gpu")),
        ("kops", managed("Kubernetes cluster ml")),
        ("lent", Origin::Ordinary),
        ("ecs", Origin::Ordinary),
        ("operated", managed("eks.amazonaws.com")),
        ("hand", Origin::Ordinary),
    ] {
        let live = object(&found, "aws_autoscaling_group", name);
        assert_eq!(live.origin, origin, "{name}");
        assert!(!live.attributes.contains_key("max_size"), "{name} is bare");
    }
}

#[tokio::test(start_paused = true)]
async fn every_call_is_among_the_actions_and_every_action_is_called() {
    let script = Script::new([
        groups(""),
        page("DescribePolicies", "ScalingPolicies", "", ""),
        page(
            "DescribeScheduledActions",
            "ScheduledUpdateGroupActions",
            "",
            "",
        ),
        page("DescribeLifecycleHooks", "LifecycleHooks", "", ""),
        page(
            "DescribeNotificationConfigurations",
            "NotificationConfigurations",
            "",
            "",
        ),
    ]);
    let reader = GroupReader::new(&script.aws(), Pace::unlimited());
    let kinds: Vec<(&'static str, &[&str])> = reader
        .kinds()
        .iter()
        .map(|kind| (*kind, &["g|x"][..]))
        .collect();
    let found = reader.read(&wanted(&kinds, true)).await;
    assert_eq!(found.len(), kinds.len());
    assert!(
        found
            .iter()
            .all(|listing| listing.incomplete.is_none() && listing.unread.is_empty())
    );
    let mut called: Vec<String> = script
        .sent()
        .iter()
        .map(|sent| {
            sent.body
                .split('&')
                .next()
                .unwrap()
                .replace("Action=", "autoscaling:")
        })
        .collect();
    called.sort();
    called.dedup();
    assert_eq!(called, READ_ACTIONS);
}

#[tokio::test(start_paused = true)]
async fn what_is_to_be_confirmed_is_asked_for_by_its_name() {
    let gone = Reply::xml_error(
        400,
        "ValidationError",
        "AutoScalingGroup name not found - null",
    );
    let script = Script::new([
        groups(""),
        page("DescribePolicies", "ScalingPolicies", "", ""),
        gone.clone().when("DescribeScheduledActions"),
        gone.when("DescribeLifecycleHooks"),
    ]);
    let wanted = confirming(wanted(
        &[
            ("aws_autoscaling_group", &["g"]),
            ("aws_autoscaling_group_tag", &["h,Team"]),
            ("aws_autoscaling_policy", &["g|up"]),
            ("aws_autoscaling_schedule", &["g|night"]),
            ("aws_autoscaling_lifecycle_hook", &["g|drain"]),
        ],
        false,
    ));
    let found = read(&script, &wanted).await;
    for listing in &found {
        let is_confirmed = listing.incomplete.is_none() && listing.unread.is_empty();
        assert!(listing.objects.is_empty() && is_confirmed, "{listing:?}");
    }
    let body = |operation: &str| sent(&script, operation)[0].body.clone();
    let asked = body("DescribeAutoScalingGroups");
    assert!(
        asked.contains("AutoScalingGroupNames.member.1=g&"),
        "{asked}"
    );
    assert!(
        asked.contains("AutoScalingGroupNames.member.2=h&"),
        "{asked}"
    );
    let asked = body("DescribePolicies");
    assert!(
        asked.contains("AutoScalingGroupName=g&PolicyNames.member.1=up"),
        "{asked}"
    );
    let asked = body("DescribeScheduledActions");
    assert!(
        asked.contains("ScheduledActionNames.member.1=night"),
        "{asked}"
    );
}

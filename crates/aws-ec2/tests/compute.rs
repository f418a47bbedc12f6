//! What the compute reader sends, and what it makes of what comes back.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests may fail them"
)]

use afterhours_aws::Pace;
use afterhours_aws::testing::{Reply, Script, Sent};
use afterhours_aws_ec2::ComputeReader;
use afterhours_aws_ec2::compute::READ_ACTIONS;
use afterhours_diff::compare::{Comparison, Surroundings, compare};
use afterhours_diff::{HoleClass, Listing, Live, Origin, Wanted, WantedKeys, catalog};
use afterhours_ports::Reader as _;
use serde_json::{Value, json};

#[path = "compute/confirm.rs"]
mod confirm;
#[path = "compute/failures.rs"]
mod failures;
#[path = "compute/shapes.rs"]
mod shapes;

/// How each kind is listed: kind, operation, XML of a list with one item, and the page size (none: one piece).
const LISTS: &[(&str, &str, &str, Option<u32>)] = &[
    (
        "aws_instance",
        "DescribeInstances",
        "<reservationSet><item><instancesSet><item><instanceId>KEY</instanceId></item></instancesSet></item></reservationSet>",
        Some(1000),
    ),
    (
        "aws_ebs_volume",
        "DescribeVolumes",
        "<volumeSet><item><volumeId>KEY</volumeId></item></volumeSet>",
        Some(1000),
    ),
    (
        "aws_launch_template",
        "DescribeLaunchTemplates",
        "<launchTemplates><item><launchTemplateId>KEY</launchTemplateId></item></launchTemplates>",
        Some(200),
    ),
    (
        "aws_key_pair",
        "DescribeKeyPairs",
        "<keySet><item><keyName>KEY</keyName></item></keySet>",
        None,
    ),
];

/// One answer.
fn answer(operation: &'static str, inner: &str, next: &str) -> Reply {
    let next = if next.is_empty() {
        String::new()
    } else {
        format!("<nextToken>{next}</nextToken>")
    };
    Reply::ok(format!(
        "<{operation}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">{inner}{next}</{operation}Response>"
    ))
    .when(operation)
}

fn instances(inner: &str) -> Reply {
    let list = format!(
        "<reservationSet><item><instancesSet>{inner}</instancesSet></item></reservationSet>"
    );
    answer("DescribeInstances", &list, "")
}

fn volumes(inner: &str) -> Reply {
    answer(
        "DescribeVolumes",
        &format!("<volumeSet>{inner}</volumeSet>"),
        "",
    )
}

/// The answers to the four questions about one instance; `user_data` is the inner XML.
fn details(user_data: &str) -> Vec<Reply> {
    let attribute = |name: &'static str, inner: &str| {
        let inner = format!("<instanceId>i-1</instanceId><{name}>{inner}</{name}>");
        let reply = format!(
            "<DescribeInstanceAttributeResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">{inner}</DescribeInstanceAttributeResponse>"
        );
        Reply::ok(reply).when(match name {
            "disableApiStop" => "Attribute=disableApiStop",
            "disableApiTermination" => "Attribute=disableApiTermination",
            "userData" => "Attribute=userData",
            _ => "Attribute=instanceInitiatedShutdownBehavior",
        })
    };
    vec![
        attribute("disableApiStop", "<value>false</value>"),
        attribute("disableApiTermination", "<value>true</value>"),
        attribute("instanceInitiatedShutdownBehavior", "<value>stop</value>"),
        attribute("userData", user_data),
    ]
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

async fn read(script: &Script, wanted: &Wanted) -> Vec<Listing> {
    ComputeReader::new(&script.aws(), Pace::unlimited())
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

/// Compares a state instance with what was read.
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

/// The requests of one operation.
fn sent(script: &Script, operation: &str) -> Vec<Sent> {
    let operation = format!("Action={operation}&");
    let sent = script.sent().into_iter();
    sent.filter(|sent| sent.body.contains(&operation)).collect()
}

#[tokio::test(start_paused = true)]
async fn lists_are_asked_for_in_the_largest_pages_and_followed_to_their_end() {
    for (kind, operation, list, size) in LISTS {
        let Some(size) = size else {
            continue;
        };
        let mut replies = vec![
            answer(operation, &list.replace("KEY", "x-1"), "2"),
            answer(operation, "", "3"),
            answer(operation, &list.replace("KEY", "x-2"), ""),
        ];
        if *kind == "aws_ebs_volume" {
            replies.push(instances(""));
        }
        let script = Script::new(replies);
        let found = read(&script, &wanted(&[(*kind, &[])], true)).await;
        assert_eq!(keys(&found, kind), ["x-1", "x-2"], "{kind}");
        assert_eq!(of(&found, kind).incomplete, None);
        assert_eq!(found.len(), 1);
        let sent = sent(&script, operation);
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
        read(&script, &wanted(&[("aws_vpc", &["vpc-1"])], true)).await,
        []
    );
    assert_eq!(
        read(&script, &wanted(&[("aws_instance", &[])], false)).await,
        []
    );
    assert_eq!(script.sent(), []);

    let script = Script::new([volumes("")]);
    let found = read(
        &script,
        &wanted(&[("aws_volume_attachment", &["a|vol-1|i-1"])], false),
    )
    .await;
    assert_eq!(keys(&found, "aws_volume_attachment"), Vec::<&str>::new());
    assert_eq!(script.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn unnamed_objects_come_bare_and_ask_for_nothing_more() {
    let script = Script::new([instances(
        "<item><instanceId>i-2</instanceId><instanceType>t3.micro</instanceType>\
         <tagSet><item><key>Team</key><value>ml-team</value></item></tagSet></item>\
         <item><instanceId>i-3</instanceId><instanceState><name>terminated</name></instanceState></item>",
    )]);
    let found = read(&script, &wanted(&[("aws_instance", &[])], true)).await;
    assert_eq!(
        keys(&found, "aws_instance"),
        ["i-2"],
        "a terminated instance is gone"
    );
    let bare = object(&found, "aws_instance", "i-2");
    assert_eq!(
        Value::Object(bare.attributes.clone()),
        json!({ "id": "i-2", "tags": { "Team": "ml-team" } })
    );
    assert_eq!(
        bare.arn.as_deref(),
        Some("arn:aws:ec2:eu-central-1:111122223333:instance/i-2")
    );
    assert_eq!(script.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_list_of_volumes_serves_instances_volumes_and_attachments() {
    let mut replies = vec![
        instances("<item><instanceId>i-1</instanceId><instanceType>m5.large</instanceType></item>"),
        volumes(
            "<item><volumeId>vol-1</volumeId><attachmentSet><item><volumeId>vol-1</volumeId>\
             <instanceId>i-1</instanceId><device>/dev/sdf</device><status>attached</status></item></attachmentSet></item>",
        ),
    ];
    replies.extend(details(""));
    let script = Script::new(replies);
    let kinds: &[(&'static str, &[&str])] = &[
        ("aws_instance", &["i-1"]),
        ("aws_ebs_volume", &["vol-1"]),
        ("aws_volume_attachment", &["/dev/sdf|vol-1|i-1"]),
    ];
    let found = read(&script, &wanted(kinds, false)).await;
    assert!(
        found
            .iter()
            .all(|listing| listing.objects.len() == 1 && listing.incomplete.is_none())
    );
    let attachment = object(&found, "aws_volume_attachment", "/dev/sdf|vol-1|i-1");
    assert_eq!(attachment.id, "/dev/sdf:vol-1:i-1");
    assert_eq!(script.sent().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn every_call_is_among_the_actions_and_every_action_is_called() {
    let mut replies = vec![
        instances("<item><instanceId>i-1</instanceId><instanceType>t3.micro</instanceType></item>"),
        volumes(""),
        answer("DescribeInstanceCreditSpecifications", "", ""),
        answer("DescribeLaunchTemplates", "", "").when("Action=DescribeLaunchTemplates&"),
        answer("DescribeLaunchTemplateVersions", "", ""),
        answer("DescribeKeyPairs", "", ""),
    ];
    replies.extend(details(""));
    let script = Script::new(replies);
    let kinds: &[(&'static str, &[&str])] = &[
        ("aws_instance", &["i-1"]),
        ("aws_ebs_volume", &["vol-1"]),
        ("aws_volume_attachment", &["a|vol-1|i-1"]),
        ("aws_launch_template", &["lt-1"]),
        ("aws_key_pair", &["ops"]),
    ];
    let found = read(&script, &wanted(kinds, true)).await;
    assert_eq!(found.len(), 5);
    assert!(
        found.iter().all(|listing| listing.incomplete.is_none()),
        "{found:?}"
    );
    let mut called: Vec<String> = script
        .sent()
        .iter()
        .map(|sent| {
            let action = sent.body.split('&').next().unwrap();
            action.replace("Action=", "ec2:")
        })
        .collect();
    called.sort();
    called.dedup();
    assert_eq!(called, READ_ACTIONS);
    // The latest version is what a state holds.
    let versions = sent(&script, "DescribeLaunchTemplateVersions");
    assert!(
        versions[0]
            .body
            .contains("LaunchTemplateVersion.1=%24Latest"),
        "{}",
        versions[0].body
    );
    assert!(
        sent(&script, "DescribeKeyPairs")[0]
            .body
            .contains("IncludePublicKey=true")
    );
}

#[tokio::test(start_paused = true)]
async fn whose_a_thing_is_is_told_by_its_tags_and_by_what_it_is_attached_to() {
    let tagged = |id: &str, key: &str, value: &str, rest: &str| {
        format!(
            "<item><instanceId>{id}</instanceId><tagSet><item><key>{key}</key><value>{value}</value></item></tagSet>{rest}</item>"
        )
    };
    let all = [
        tagged("i-asg", "aws:autoscaling:groupName", "workers", ""),
        tagged("i-eks", "kubernetes.io/cluster/ml", "owned", ""),
        tagged("i-spot", "aws:ec2spot:fleet-request-id", "sfr-1", ""),
        tagged("i-template", "aws:ec2launchtemplate:id", "lt-1", ""),
        tagged(
            "i-auto",
            "Name",
            "x",
            "<operator><managed>true</managed><principal>eks.amazonaws.com</principal></operator>",
        ),
        tagged(
            "i-hand",
            "Name",
            "x",
            "<rootDeviceName>/dev/xvda</rootDeviceName><blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-root</volumeId><deleteOnTermination>false</deleteOnTermination></ebs></item></blockDeviceMapping>",
        ),
    ];
    let volume = |id: &str, rest: &str| format!("<item><volumeId>{id}</volumeId>{rest}</item>");
    let attached = |delete: bool| {
        format!(
            "<attachmentSet><item><instanceId>i-hand</instanceId><device>/dev/x</device><deleteOnTermination>{delete}</deleteOnTermination></item></attachmentSet>"
        )
    };
    let disks = [
        volume("vol-root", &attached(false)),
        volume("vol-part", &attached(true)),
        volume("vol-data", &attached(false)),
        volume(
            "vol-claim",
            "<tagSet><item><key>kubernetes.io/created-for/pvc/name</key><value>db</value></item></tagSet>",
        ),
    ];
    let script = Script::new([instances(&all.concat()), volumes(&disks.concat())]);
    let found = read(
        &script,
        &wanted(&[("aws_instance", &[]), ("aws_ebs_volume", &[])], true),
    )
    .await;
    let managed = |by: &str| Origin::ManagedBy(by.to_owned());
    for (kind, key, origin) in [
        (
            "aws_instance",
            "i-asg",
            managed("Auto Scaling group workers"),
        ),
        ("aws_instance", "i-eks", managed("Kubernetes cluster ml")),
        (
            "aws_instance",
            "i-spot",
            managed("AWS, by its tag aws:ec2spot:fleet-request-id"),
        ),
        ("aws_instance", "i-template", Origin::Ordinary),
        ("aws_instance", "i-auto", managed("eks.amazonaws.com")),
        ("aws_instance", "i-hand", Origin::Ordinary),
        ("aws_ebs_volume", "vol-root", managed("instance i-hand")),
        ("aws_ebs_volume", "vol-part", managed("instance i-hand")),
        ("aws_ebs_volume", "vol-data", Origin::Ordinary),
        (
            "aws_ebs_volume",
            "vol-claim",
            managed("Kubernetes volume claim db"),
        ),
    ] {
        assert_eq!(object(&found, kind, key).origin, origin, "{key}");
    }
}

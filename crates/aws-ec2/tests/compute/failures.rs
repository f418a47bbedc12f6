//! No error is an absence.

use super::*;

const FAILURES: &[(u16, &str, HoleClass)] = &[
    (403, "UnauthorizedOperation", HoleClass::Denied),
    (503, "RequestLimitExceeded", HoleClass::Throttled),
    (500, "InternalError", HoleClass::Failed),
    (404, "", HoleClass::Failed),
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
    for (kind, operation, list, size) in LISTS {
        for (status, code, class) in FAILURES {
            let mut replies = Vec::new();
            if size.is_some() {
                replies.push(answer(operation, &list.replace("KEY", "x-1"), "2"));
            }
            replies.extend(failing(operation, *status, code));
            if *kind == "aws_launch_template" {
                replies.push(answer("DescribeLaunchTemplateVersions", "", ""));
            }
            if *kind == "aws_instance" {
                replies.push(volumes(""));
            }
            let script = Script::new(replies);
            let found = read(&script, &wanted(&[(*kind, &["x-1", "x-2"])], false)).await;
            let listing = of(&found, kind);
            let hole = listing.incomplete.as_ref().unwrap();
            assert_eq!(hole.class, *class, "{kind} {code}");
            assert_eq!(hole.action, format!("ec2:{operation}"));
            assert_eq!(listing.objects.len(), usize::from(size.is_some()), "{kind}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn attachments_that_could_not_be_listed_are_not_gone() {
    for (status, code, class) in FAILURES {
        let script = Script::new(failing("DescribeVolumes", *status, code));
        let found = read(
            &script,
            &wanted(&[("aws_volume_attachment", &["a|vol-1|i-1"])], false),
        )
        .await;
        let hole = of(&found, "aws_volume_attachment")
            .incomplete
            .as_ref()
            .unwrap();
        assert_eq!(hole.class, *class);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_comes_again_is_a_failure() {
    for (kind, operation, list, size) in LISTS {
        if size.is_none() {
            continue;
        }
        let mut replies = vec![
            answer(operation, &list.replace("KEY", "x-1"), "2"),
            answer(operation, &list.replace("KEY", "x-2"), "2"),
        ];
        if *kind == "aws_ebs_volume" {
            replies.push(instances(""));
        }
        let script = Script::new(replies);
        let found = read(&script, &wanted(&[(*kind, &[])], true)).await;
        let listing = of(&found, kind);
        assert_eq!(listing.objects.len(), 2, "{kind}");
        let hole = listing.incomplete.as_ref().unwrap();
        assert!(
            hole.message.contains("there before"),
            "{kind} {}",
            hole.message
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_attribute_that_could_not_be_asked_for_is_unknown_and_the_others_are_kept() {
    for (status, code, class) in FAILURES {
        let mut replies = failing("Attribute=userData", *status, code);
        replies.extend(details("").into_iter().take(3));
        replies.push(instances(
            "<item><instanceId>i-1</instanceId><instanceType>m5.large</instanceType></item>",
        ));
        replies.push(volumes(""));
        let script = Script::new(replies);
        let found = read(&script, &wanted(&[("aws_instance", &["i-1"])], false)).await;
        let live = object(&found, "aws_instance", "i-1");
        for name in ["user_data", "user_data_base64"] {
            assert_eq!(live.holes[name].class, *class, "{name} {code}");
            assert!(!live.attributes.contains_key(name), "{name} {code}");
        }
        assert_eq!(live.holes.len(), 2, "{code}");
        assert_eq!(live.attributes["disable_api_termination"], true);
        let compared = compared(live, &json!({"user_data": "abc", "user_data_base64": null}));
        assert_eq!(compared.differences, []);
        assert!(compared.unread.contains_key("user_data"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_the_attribute_is_not_one_that_says_it_is_absent() {
    let empty = "<DescribeInstanceAttributeResponse><instanceId>i-1</instanceId></DescribeInstanceAttributeResponse>";
    let mut replies = vec![Reply::ok(empty).when("DescribeInstanceAttribute"); 4];
    replies.push(instances(
        "<item><instanceId>i-1</instanceId><instanceType>m5.large</instanceType></item>",
    ));
    replies.push(volumes(""));
    let script = Script::new(replies);
    let found = read(&script, &wanted(&[("aws_instance", &["i-1"])], false)).await;
    let live = object(&found, "aws_instance", "i-1");
    let holes: Vec<&str> = live.holes.keys().map(String::as_str).collect();
    let all = [
        "disable_api_stop",
        "disable_api_termination",
        "instance_initiated_shutdown_behavior",
        "user_data",
        "user_data_base64",
    ];
    assert_eq!(holes, all);
}

#[tokio::test(start_paused = true)]
async fn without_volumes_the_devices_are_unknown_and_the_instance_is_there() {
    let mapped = "<item><instanceId>i-1</instanceId><instanceType>m5.large</instanceType><rootDeviceName>/dev/xvda</rootDeviceName>\
         <blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><volumeId>vol-1</volumeId></ebs></item></blockDeviceMapping></item>";
    for (status, code, class) in FAILURES {
        let mut replies = failing("DescribeVolumes", *status, code);
        replies.extend(details(""));
        replies.push(instances(mapped));
        let script = Script::new(replies);
        let found = read(&script, &wanted(&[("aws_instance", &["i-1"])], false)).await;
        assert_eq!(of(&found, "aws_instance").incomplete, None);
        let live = object(&found, "aws_instance", "i-1");
        for name in ["root_block_device", "ebs_block_device", "volume_tags"] {
            assert_eq!(live.holes[name].class, *class, "{name} {code}");
        }
        let state = json!({"root_block_device": [{"volume_size": 8}], "ebs_block_device": []});
        assert_eq!(differs(live, &state), Vec::<String>::new());
    }
}

#[tokio::test(start_paused = true)]
async fn without_credits_only_burstable_instances_lack_something() {
    for (kind, is_burstable) in [("t3.micro", true), ("m5.large", false)] {
        let mut replies = failing(
            "DescribeInstanceCreditSpecifications",
            403,
            "UnauthorizedOperation",
        );
        replies.extend(details(""));
        replies.push(instances(&format!(
            "<item><instanceId>i-1</instanceId><instanceType>{kind}</instanceType></item>"
        )));
        replies.push(volumes(""));
        let script = Script::new(replies);
        let found = read(&script, &wanted(&[("aws_instance", &["i-1"])], false)).await;
        let live = object(&found, "aws_instance", "i-1");
        assert_eq!(
            live.holes.contains_key("credit_specification"),
            is_burstable
        );
        assert_eq!(
            live.attributes.contains_key("credit_specification"),
            !is_burstable
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_template_whose_version_could_not_be_read_is_there_and_unknown() {
    let templates = "<launchTemplates><item><launchTemplateId>lt-1</launchTemplateId><latestVersionNumber>3</latestVersionNumber></item></launchTemplates>";
    let state =
        json!({"latest_version": 3, "user_data": "abc", "vpc_security_group_ids": ["sg-1"]});
    let mut all: Vec<(Vec<Reply>, HoleClass)> = FAILURES
        .iter()
        .map(|(status, code, class)| {
            (
                failing("DescribeLaunchTemplateVersions", *status, code),
                *class,
            )
        })
        .collect();
    // A list that ends without it.
    all.push((
        vec![answer("DescribeLaunchTemplateVersions", "", "")],
        HoleClass::Failed,
    ));
    for (mut replies, class) in all {
        replies.push(answer("DescribeLaunchTemplates", templates, ""));
        let script = Script::new(replies);
        let found = read(
            &script,
            &wanted(&[("aws_launch_template", &["lt-1"])], false),
        )
        .await;
        assert_eq!(of(&found, "aws_launch_template").incomplete, None);
        let live = object(&found, "aws_launch_template", "lt-1");
        assert_eq!(live.holes["user_data"].class, class);
        assert_eq!(differs(live, &state), Vec::<String>::new());
    }
}

#[tokio::test(start_paused = true)]
async fn an_object_without_its_id_leaves_the_end_of_the_list_open() {
    for (kind, operation, list, _) in LISTS {
        let empty = list.replace("KEY", "");
        let mut replies = vec![answer(operation, &empty, "")];
        if *kind == "aws_ebs_volume" {
            replies.push(instances(""));
        }
        let script = Script::new(replies);
        let found = read(&script, &wanted(&[(*kind, &[])], true)).await;
        let hole = of(&found, kind).incomplete.as_ref().unwrap();
        assert!(hole.message.contains("the answer lacks"), "{kind}");
    }
}

//! No error is an absence.

use super::*;

const FAILURES: &[(u16, &str, &str, HoleClass)] = &[
    (403, "AccessDenied", "no", HoleClass::Denied),
    (400, "Throttling", "Rate exceeded", HoleClass::Throttled),
    (500, "InternalFailure", "no", HoleClass::Failed),
    (404, "", "", HoleClass::Failed),
    (200, "", "", HoleClass::Failed),
];

/// Enough answers for all attempts.
fn failing(operation: &'static str, failure: &(u16, &str, &str, HoleClass)) -> Vec<Reply> {
    let (status, code, message, _) = failure;
    let reply = match (status, code.is_empty()) {
        (200, _) => Reply::ok("this is no XML"),
        (status, true) => Reply::new(*status, "<html/>"),
        (status, false) => Reply::xml_error(*status, code, message),
    };
    vec![reply.when(operation); 3]
}

#[tokio::test(start_paused = true)]
async fn what_a_failing_list_gave_is_kept_and_its_end_is_open() {
    for (kind, operation, list, item, key) in LISTS {
        for failure in FAILURES {
            let item = format!("<member>{}</member>", item.replace("NAME", "a"));
            let mut replies = vec![page(operation, list, &item, "2")];
            replies.extend(failing(operation, failure));
            let script = Script::new(replies);
            let (a, b) = (key.replace("NAME", "a"), key.replace("NAME", "b"));
            let found = read(&script, &wanted(&[(*kind, &[&a, &b])], false)).await;
            let listing = of(&found, kind);
            let hole = listing.incomplete.as_ref().unwrap();
            assert_eq!(
                (hole.class, keys(&found, kind)),
                (failure.3, vec![a.as_str()]),
                "{kind}"
            );
            assert_eq!(hole.action, format!("autoscaling:{operation}"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_fails_at_once_is_not_empty() {
    for (kind, operation, _, _, key) in LISTS {
        for failure in FAILURES {
            let key = key.replace("NAME", "a");
            let script = Script::new(failing(operation, failure));
            let found = read(&script, &wanted(&[(*kind, &[&key])], false)).await;
            let hole = of(&found, kind).incomplete.as_ref().unwrap();
            assert_eq!(hole.class, failure.3, "{kind}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_groups_neither_attachments_nor_tags_are_gone() {
    for failure in FAILURES {
        let script = Script::new(failing("DescribeAutoScalingGroups", failure));
        let kinds: &[(&'static str, &[&str])] = &[
            ("aws_autoscaling_attachment", &["g|classic|"]),
            ("aws_autoscaling_group_tag", &["g,Team"]),
        ];
        for listing in read(&script, &wanted(kinds, false)).await {
            assert_eq!(
                listing.incomplete.unwrap().class,
                failure.3,
                "{}",
                listing.kind
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn hooks_of_a_group_that_could_not_be_asked_are_unread_and_those_of_others_are_read() {
    let hook = "<member><LifecycleHookName>drain</LifecycleHookName><AutoScalingGroupName>b</AutoScalingGroupName></member>";
    for failure in FAILURES {
        let mut replies = failing("AutoScalingGroupName=a", failure);
        let answer = page("DescribeLifecycleHooks", "LifecycleHooks", hook, "");
        replies.push(answer.when("AutoScalingGroupName=b"));
        let script = Script::new(replies);
        let kinds: &[(&'static str, &[&str])] = &[(
            "aws_autoscaling_lifecycle_hook",
            &["a|drain", "b|drain", "b|gone"],
        )];
        let found = read(&script, &wanted(kinds, false)).await;
        let listing = of(&found, "aws_autoscaling_lifecycle_hook");
        assert_eq!(keys(&found, listing.kind), ["b|drain"]);
        assert_eq!(listing.incomplete, None);
        let unread: Vec<_> = listing
            .unread
            .iter()
            .map(|(key, hole)| (key.as_str(), hole.class))
            .collect();
        assert_eq!(unread, [("a|drain", failure.3)]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_while_confirming_is_no_confirmation() {
    for failure in FAILURES {
        let mut replies = failing("DescribePolicies", failure);
        replies.extend(failing("DescribeScheduledActions", failure));
        let script = Script::new(replies);
        let wanted = confirming(wanted(
            &[
                ("aws_autoscaling_policy", &["g|up"]),
                ("aws_autoscaling_schedule", &["g|up"]),
            ],
            false,
        ));
        for listing in read(&script, &wanted).await {
            assert_eq!(listing.unread["g|up"].class, failure.3, "{}", listing.kind);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn notifications_that_could_not_all_be_read_are_not_shortened() {
    let members = "<member><AutoScalingGroupName>a</AutoScalingGroupName><TopicARN>arn:t</TopicARN><NotificationType>x</NotificationType></member>";
    let list = "NotificationConfigurations";
    let mut replies = vec![page(
        "DescribeNotificationConfigurations",
        list,
        members,
        "2",
    )];
    replies.extend(failing("DescribeNotificationConfigurations", &FAILURES[0]));
    let script = Script::new(replies);
    let found = read(
        &script,
        &wanted(&[("aws_autoscaling_notification", &["arn:t|a|b"])], false),
    )
    .await;
    let listing = of(&found, "aws_autoscaling_notification");
    assert!(listing.objects.is_empty());
    assert_eq!(
        listing.incomplete.as_ref().unwrap().class,
        HoleClass::Denied
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_that_comes_again_is_a_failure() {
    for (kind, operation, list, item, key) in LISTS {
        let item = |name: &str| format!("<member>{}</member>", item.replace("NAME", name));
        let script = Script::new([
            page(operation, list, &item("a"), "2"),
            page(operation, list, &item("b"), "2"),
        ]);
        let key = key.replace("NAME", "c");
        let found = read(&script, &wanted(&[(*kind, &[&key])], false)).await;
        let hole = of(&found, kind).incomplete.as_ref().unwrap();
        assert!(hole.message.contains("there before"), "{}", hole.message);
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_without_a_size_leaves_the_list_open() {
    let broken = "<member><AutoScalingGroupName>g</AutoScalingGroupName><MinSize>0</MinSize><MaxSize>1</MaxSize></member>";
    let script = Script::new([groups(broken)]);
    let found = read(
        &script,
        &wanted(&[("aws_autoscaling_group", &["g"])], false),
    )
    .await;
    let hole = of(&found, "aws_autoscaling_group")
        .incomplete
        .as_ref()
        .unwrap();
    assert!(
        hole.message.contains("`DesiredCapacity`"),
        "{}",
        hole.message
    );
}

//! What is to be confirmed is asked for by itself.

use super::*;

fn confirming(kinds: &[(&'static str, &[&str])]) -> Wanted {
    let mut wanted = wanted(kinds, false);
    wanted.confirm = true;
    wanted
}

#[tokio::test(start_paused = true)]
async fn instances_volumes_and_key_pairs_are_asked_for_by_filters() {
    let script = Script::new([
        instances(""),
        volumes(""),
        volumes(""),
        answer("DescribeKeyPairs", "", ""),
    ]);
    let found = read(
        &script,
        &confirming(&[
            ("aws_instance", &["i-1", "i-2"]),
            ("aws_ebs_volume", &["vol-1"]),
            ("aws_volume_attachment", &["/dev/sdf|vol-2|i-9"]),
            ("aws_key_pair", &["ops"]),
        ]),
    )
    .await;
    assert_eq!(found.len(), 4);
    for listing in &found {
        assert!(
            listing.objects.is_empty() && listing.incomplete.is_none(),
            "{}",
            listing.kind
        );
    }
    let asked = |operation: &str, filter: &str, values: &[&str]| {
        let sent = sent(&script, operation);
        let name = format!("Filter.1.Name={filter}&");
        let of_filter: Vec<_> = sent
            .iter()
            .filter(|sent| sent.body.contains(&name))
            .collect();
        assert_eq!(of_filter.len(), 1, "{operation} {filter} {sent:?}");
        for value in values {
            assert!(
                of_filter[0].body.contains(&format!("={value}")),
                "{operation} {value}"
            );
        }
    };
    asked("DescribeInstances", "instance-id", &["i-1", "i-2"]);
    asked("DescribeVolumes", "volume-id", &["vol-1", "vol-2"]);
    asked("DescribeVolumes", "attachment.instance-id", &["i-1", "i-2"]);
    asked("DescribeKeyPairs", "key-name", &["ops"]);
}

#[tokio::test(start_paused = true)]
async fn a_template_is_gone_only_where_aws_says_so_by_its_id() {
    let of = |id: &'static str| match id {
        "lt-1" => "LaunchTemplateId.1=lt-1",
        "lt-2" => "LaunchTemplateId.1=lt-2",
        _ => "LaunchTemplateId.1=lt-3",
    };
    let there =
        "<launchTemplates><item><launchTemplateId>lt-1</launchTemplateId></item></launchTemplates>";
    let version = "<launchTemplateVersionSet><item><launchTemplateId>lt-1</launchTemplateId><launchTemplateData><imageId>ami-1</imageId></launchTemplateData></item></launchTemplateVersionSet>";
    let script = Script::new([
        answer("DescribeLaunchTemplates", there, "").when(of("lt-1")),
        answer("DescribeLaunchTemplateVersions", version, ""),
        error(400, "InvalidLaunchTemplateId.NotFound").when(of("lt-2")),
        error(403, "UnauthorizedOperation").when(of("lt-3")),
    ]);
    let wanted = confirming(&[("aws_launch_template", &["lt-1", "lt-2", "lt-3"])]);
    let found = read(&script, &wanted).await;
    let listing = super::of(&found, "aws_launch_template");
    assert_eq!(keys(&found, "aws_launch_template"), ["lt-1"]);
    assert_eq!(
        object(&found, "aws_launch_template", "lt-1").attributes["image_id"],
        "ami-1"
    );
    assert_eq!(listing.incomplete, None);
    let unread: Vec<_> = listing
        .unread
        .iter()
        .map(|(key, hole)| (key.as_str(), hole.class))
        .collect();
    assert_eq!(unread, [("lt-3", HoleClass::Denied)]);
}

#[tokio::test(start_paused = true)]
async fn a_failure_while_confirming_is_no_confirmation() {
    let script = Script::new(vec![
        error(500, "InternalError")
            .when("DescribeLaunchTemplates");
        3
    ]);
    let found = read(&script, &confirming(&[("aws_launch_template", &["lt-1"])])).await;
    assert!(
        of(&found, "aws_launch_template")
            .unread
            .contains_key("lt-1")
    );

    let script = Script::new([
        error(403, "UnauthorizedOperation").when("DescribeInstances"),
        volumes(""),
    ]);
    let found = read(&script, &confirming(&[("aws_instance", &["i-1"])])).await;
    let hole = of(&found, "aws_instance").incomplete.as_ref().unwrap();
    assert_eq!(hole.class, HoleClass::Denied);
}

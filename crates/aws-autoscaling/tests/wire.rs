//! What goes over the wire, and what comes of what comes back.

use std::collections::BTreeSet;

use afterhours_aws::Pace;
use afterhours_aws::testing::{Reply, Script};
use afterhours_aws_autoscaling::AutoScalingGroups;
use afterhours_core::model::{GroupSize, PolicyKind};
use afterhours_ports::{ErrorClass, Groups as _};

const SIZES: &str = "<MinSize>1</MinSize><MaxSize>4</MaxSize><DesiredCapacity>2</DesiredCapacity>";

fn group(name: &str, rest: &str) -> String {
    format!(
        "<member><AutoScalingGroupName>{name}</AutoScalingGroupName>\
         <AutoScalingGroupARN>arn:aws:autoscaling:eu-central-1:111122223333:autoScalingGroup:u:autoScalingGroupName/{name}</AutoScalingGroupARN>\
         <CreatedTime>2026-01-02T03:04:05Z</CreatedTime>{rest}</member>"
    )
}

fn listing(operation: &str, list: &str, members: &str, next: &str) -> Reply {
    let next = if next.is_empty() {
        String::new()
    } else {
        format!("<NextToken>{next}</NextToken>")
    };
    Reply::ok(format!(
        "<{operation}Response xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\"><{operation}Result>\
         <{list}>{members}</{list}>{next}</{operation}Result></{operation}Response>"
    ))
}

fn groups(members: &str, next: &str) -> Reply {
    listing(
        "DescribeAutoScalingGroups",
        "AutoScalingGroups",
        members,
        next,
    )
}

fn policies(members: &str, next: &str) -> Reply {
    listing("DescribePolicies", "ScalingPolicies", members, next).when("Action=DescribePolicies")
}

fn policy(group: &str, name: &str, rest: &str) -> String {
    format!(
        "<member><AutoScalingGroupName>{group}</AutoScalingGroupName><PolicyName>{name}</PolicyName>{rest}</member>"
    )
}

fn adapter(script: &Script) -> AutoScalingGroups {
    AutoScalingGroups::new(&script.aws(), Pace::unlimited())
}

#[tokio::test(start_paused = true)]
async fn groups_and_policies_are_read_over_all_pages() {
    let full = format!(
        "{SIZES}<Instances><member><InstanceId>i-1</InstanceId><LifecycleState>Terminating:Wait</LifecycleState>\
         <ProtectedFromScaleIn>true</ProtectedFromScaleIn></member></Instances>\
         <SuspendedProcesses><member><ProcessName>AZRebalance</ProcessName></member></SuspendedProcesses>\
         <Tags><member><Key>afterhours:schedule</Key><Value>office</Value></member><member><Key>empty</Key></member></Tags>\
         <WarmPoolConfiguration><MinSize>0</MinSize></WarmPoolConfiguration><Status>Delete in progress</Status>"
    );
    let script = Script::new([
        groups(&group("a", &full), "2"),
        policies(
            &policy(
                "a",
                "up",
                "<PolicyType>StepScaling</PolicyType><Enabled>false</Enabled>",
            ),
            "2",
        ),
        groups(&group("b", SIZES), ""),
        policies(
            &policy(
                "b",
                "forecast",
                "<PolicyType>PredictiveScaling</PolicyType><PredictiveScalingConfiguration><Mode>ForecastAndScale</Mode></PredictiveScalingConfiguration>",
            ),
            "",
        ),
    ]);
    let found = adapter(&script).list().await.unwrap();
    assert_eq!(found.len(), 2);
    let a = &found[0];
    assert_eq!(
        a.size,
        GroupSize {
            min: 1,
            desired: 2,
            max: 4
        }
    );
    assert_eq!(a.created_at, "2026-01-02T03:04:05Z".parse().unwrap());
    assert_eq!(a.tags.get("empty").map(String::as_str), Some(""));
    assert_eq!(a.suspended, BTreeSet::from(["AZRebalance".to_owned()]));
    assert_eq!(
        (a.instances[0].lifecycle.as_str(), a.instances[0].protected),
        ("Terminating:Wait", true)
    );
    assert!(a.warm_pool && a.deleting);
    let up = &a.policies.as_ref().unwrap()[0];
    assert_eq!(
        (up.name.as_str(), up.kind, up.enabled),
        ("up", PolicyKind::Alarm, false)
    );
    let forecast = &found[1].policies.as_ref().unwrap()[0];
    assert_eq!(
        (forecast.kind, forecast.enabled),
        (PolicyKind::Predictive, true)
    );
    assert!(!found[1].warm_pool && !found[1].deleting);
    let sent = script.sent();
    assert!(sent.iter().all(|sent| sent.body.contains("MaxRecords=100")));
    assert_eq!(
        sent.iter()
            .filter(|sent| sent.body.contains("NextToken=2"))
            .count(),
        2
    );
}

#[tokio::test(start_paused = true)]
async fn policies_that_cannot_be_read_leave_the_groups_readable() {
    let script = Script::new([
        groups(&group("a", SIZES), ""),
        Reply::xml_error(403, "AccessDenied", "no"),
    ]);
    let found = adapter(&script).list().await.unwrap();
    let error = found[0].policies.as_ref().unwrap_err();
    assert!(
        error.contains("autoscaling:DescribePolicies is denied"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_policy_of_an_unknown_type_counts_against_its_group_only() {
    let members = [
        policy("a", "odd", "<PolicyType>QuantumScaling</PolicyType>"),
        policy("a", "up", "<PolicyType>StepScaling</PolicyType>"),
        policy("b", "plan", "<PolicyType>PredictiveScaling</PolicyType>"),
    ];
    let both = group("a", SIZES) + &group("b", SIZES);
    let script = Script::new([groups(&both, ""), policies(&members.concat(), "")]);
    let found = adapter(&script).list().await.unwrap();
    assert!(
        found[0]
            .policies
            .as_ref()
            .unwrap_err()
            .contains("QuantumScaling")
    );
    assert_eq!(
        found[1].policies.as_ref().unwrap()[0].kind,
        PolicyKind::ForecastOnly
    );
}

#[tokio::test(start_paused = true)]
async fn a_missing_size_is_an_error_and_never_zero() {
    for (field, rest) in [
        (
            "MinSize",
            "<MaxSize>4</MaxSize><DesiredCapacity>2</DesiredCapacity><WarmPoolConfiguration><MinSize>3</MinSize></WarmPoolConfiguration>",
        ),
        (
            "MaxSize",
            "<MinSize>0</MinSize><DesiredCapacity>2</DesiredCapacity>",
        ),
        (
            "DesiredCapacity",
            "<MinSize>0</MinSize><MaxSize>2</MaxSize>",
        ),
    ] {
        let members = group("a", SIZES) + &group("b", rest);
        let script = Script::new([groups(&members, ""), policies("", "")]);
        let error = adapter(&script).list().await.unwrap_err();
        assert_eq!(error.class, ErrorClass::Unavailable);
        assert!(error.message.contains(&format!("`{field}`")), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_creation_time_is_an_error() {
    let bare = format!(
        "<member><AutoScalingGroupName>a</AutoScalingGroupName><AutoScalingGroupARN>arn</AutoScalingGroupARN>{SIZES}</member>"
    );
    let script = Script::new([groups(&bare, ""), policies("", "")]);
    let error = adapter(&script).list().await.unwrap_err();
    assert!(error.message.contains("`CreatedTime`"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_malformed_answer_is_an_error() {
    let script = Script::new([
        Reply::ok("<DescribeAutoScalingGroupsResponse><Desc").when("AutoScalingGroups"),
        policies("", ""),
    ]);
    assert_eq!(
        adapter(&script).list().await.unwrap_err().class,
        ErrorClass::Unavailable
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_that_comes_again_does_not_loop() {
    let script = Script::new([
        groups(&group("a", SIZES), "t"),
        policies("", ""),
        groups(&group("b", SIZES), "t"),
    ]);
    let error = adapter(&script).list().await.unwrap_err();
    assert!(error.message.contains("there before"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_size_goes_in_one_call_and_throttling_is_retried() {
    let done =
        "<UpdateAutoScalingGroupResponse><ResponseMetadata/></UpdateAutoScalingGroupResponse>";
    let script = Script::new([
        Reply::xml_error(400, "Throttling", "Rate exceeded"),
        Reply::ok(done),
    ]);
    adapter(&script)
        .update_size(
            "a",
            GroupSize {
                min: 0,
                desired: 0,
                max: 4,
            },
        )
        .await
        .unwrap();
    let sent = script.sent();
    assert_eq!(sent.len(), 2);
    for part in [
        "Action=UpdateAutoScalingGroup",
        "MinSize=0",
        "DesiredCapacity=0",
        "MaxSize=4",
    ] {
        assert!(sent[1].body.contains(part), "{}", sent[1].body);
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_have_their_class() {
    for (status, code, message, class) in [
        (403, "AccessDenied", "not authorized", ErrorClass::Denied),
        (400, "ScalingActivityInProgress", "busy", ErrorClass::Busy),
        (
            400,
            "ValidationError",
            "AutoScalingGroup name not found - null",
            ErrorClass::NotFound,
        ),
        (
            400,
            "ValidationError",
            "Max bound, 0, must be greater",
            ErrorClass::Invalid,
        ),
    ] {
        let script = Script::new([Reply::xml_error(status, code, message)]);
        let size = GroupSize {
            min: 0,
            desired: 0,
            max: 0,
        };
        let error = adapter(&script).update_size("a", size).await.unwrap_err();
        assert_eq!((error.class, error.code.as_str()), (class, code));
        assert_eq!(error.action, "autoscaling:UpdateAutoScalingGroup");
    }
}

#[tokio::test(start_paused = true)]
async fn processes_are_named_one_by_one_and_never_all() {
    let script = Script::new([
        Reply::ok("<SuspendProcessesResponse/>"),
        Reply::ok("<ResumeProcessesResponse/>"),
    ]);
    let adapter = adapter(&script);
    let processes = BTreeSet::from([
        "AlarmNotification".to_owned(),
        "ScheduledActions".to_owned(),
    ]);
    adapter.suspend("a", &processes).await.unwrap();
    adapter.resume("a", &processes).await.unwrap();
    for none in [
        adapter.suspend("a", &BTreeSet::new()).await,
        adapter.resume("a", &BTreeSet::new()).await,
    ] {
        assert_eq!(none.unwrap_err().class, ErrorClass::Invalid);
    }
    let sent = script.sent();
    assert_eq!(sent.len(), 2);
    assert!(
        sent[0]
            .body
            .contains("ScalingProcesses.member.1=AlarmNotification")
    );
    assert!(
        sent[0]
            .body
            .contains("ScalingProcesses.member.2=ScheduledActions")
    );
}

//! What of the groups runs now, over the wire.

use afterhours_aws::Pace;
use afterhours_aws::testing::{Reply, Script};
use afterhours_aws_autoscaling::running::groups;
use afterhours_core::model::TargetId;
use afterhours_ports::ErrorClass;

fn page(members: &str, next: &str) -> Reply {
    Reply::ok(format!(
        "<DescribeAutoScalingGroupsResponse xmlns=\"http://autoscaling.amazonaws.com/doc/2011-01-01/\">\
         <DescribeAutoScalingGroupsResult><AutoScalingGroups>{members}</AutoScalingGroups>{next}\
         </DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>"
    ))
}

fn instance(kind: &str, state: &str) -> String {
    format!(
        "<member><InstanceType>{kind}</InstanceType><LifecycleState>{state}</LifecycleState></member>"
    )
}

#[tokio::test(start_paused = true)]
async fn groups_with_instances_are_read_over_pages_by_type() {
    let instances = [
        instance("g5.xlarge", "InService"),
        instance("g5.xlarge", "Terminating:Wait"),
        instance("g5.2xlarge", "Standby"),
        instance("p4d.24xlarge", "Terminated"),
    ]
    .concat();
    let gpu = format!(
        "<member><AutoScalingGroupName>gpu</AutoScalingGroupName><Instances>{instances}</Instances>\
         <Tags><member><Key>afterhours:schedule</Key><Value>never</Value></member></Tags></member>"
    );
    let empty = "<member><AutoScalingGroupName>idle</AutoScalingGroupName><Instances/></member>";
    let script = Script::new([page(empty, "<NextToken>n</NextToken>"), page(&gpu, "")]);
    let found = groups(&script.aws(), &Pace::unlimited()).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].target, TargetId::group("gpu"));
    assert_eq!(found[0].tags["afterhours:schedule"], "never");
    let counts: Vec<_> = found[0].instances.clone().into_iter().collect();
    assert_eq!(
        counts,
        [("g5.2xlarge".to_owned(), 1), ("g5.xlarge".to_owned(), 2)]
    );
    assert!(script.sent()[1].body.contains("NextToken=n"));
}

#[tokio::test(start_paused = true)]
async fn a_denial_is_an_error_and_no_empty_list() {
    let script = Script::new([Reply::xml_error(403, "AccessDenied", "no")]);
    let error = groups(&script.aws(), &Pace::unlimited()).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Denied);
}

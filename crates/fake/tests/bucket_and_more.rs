//! The state bucket, bulk tags, metrics, alerts, permissions and the log.

use afterhours_core::alert::{Envelope, Kind, Scope, Severity};
use afterhours_core::model::GroupSize;
use afterhours_fake::{CallKind, FakeAws};
use afterhours_ports::{ErrorClass, MetricQuery, Precondition, PutOutcome};
use jiff::Timestamp;

const NOON: Timestamp = Timestamp::constant(1_793_620_800, 0);

fn minutes(count: i64) -> Timestamp {
    NOON + jiff::SignedDuration::from_mins(count)
}

#[tokio::test]
async fn an_object_is_created_once_and_changed_only_as_it_was_read() {
    let store = FakeAws::new().ports().store;
    assert_eq!(store.get("k").await.unwrap(), None);
    assert_eq!(
        store.put("k", b"1", &Precondition::Absent).await,
        Ok(PutOutcome::Written)
    );
    assert_eq!(
        store.put("k", b"2", &Precondition::Absent).await,
        Ok(PutOutcome::Conflict)
    );
    let read = store.get("k").await.unwrap().unwrap();
    assert_eq!(read.bytes, b"1");
    let unchanged = Precondition::Unchanged(read.etag.clone());
    assert_eq!(
        store.put("k", b"2", &unchanged).await,
        Ok(PutOutcome::Written)
    );
    assert_eq!(
        store.put("k", b"3", &unchanged).await,
        Ok(PutOutcome::Conflict)
    );
    let now = store.get("k").await.unwrap().unwrap();
    assert_eq!(now.bytes, b"2");
    assert_ne!(now.etag, read.etag);
    assert!(now.etag.starts_with('"') && now.etag.ends_with('"'));
}

#[tokio::test]
async fn an_object_that_was_deleted_meanwhile_is_a_conflict_and_the_same_content_is_none() {
    let aws = FakeAws::new();
    let store = aws.ports().store;
    aws.world().put_object("k", "1");
    let read = store.get("k").await.unwrap().unwrap();
    aws.world().delete_object("k");
    let unchanged = Precondition::Unchanged(read.etag);
    assert_eq!(
        store.put("k", b"2", &unchanged).await,
        Ok(PutOutcome::Conflict)
    );
    aws.world().put_object("k", "1");
    assert_eq!(
        store.put("k", b"2", &unchanged).await,
        Ok(PutOutcome::Written)
    );
}

#[tokio::test]
async fn keys_come_in_order_after_a_key_and_up_to_a_limit() {
    let aws = FakeAws::new();
    for key in ["j/3", "j/1", "k/1", "j/2", "i/9"] {
        aws.world().put_object(key, "");
    }
    let store = aws.ports().store;
    assert_eq!(
        store.keys_after("j/", "", None).await.unwrap(),
        ["j/1", "j/2", "j/3"]
    );
    assert_eq!(
        store.keys_after("j/", "j/1", None).await.unwrap(),
        ["j/2", "j/3"]
    );
    assert_eq!(
        store.keys_after("j/", "j/1", Some(1)).await.unwrap(),
        ["j/2"]
    );
}

#[tokio::test]
async fn a_missing_bucket_is_an_error_of_every_call() {
    let aws = FakeAws::new();
    aws.world().set_bucket_missing(true);
    let store = aws.ports().store;
    for error in [
        store.get("k").await.unwrap_err(),
        store
            .put("k", b"1", &Precondition::Absent)
            .await
            .unwrap_err(),
        store.keys_after("", "", None).await.unwrap_err(),
    ] {
        assert_eq!(
            (error.class, error.code.as_str()),
            (ErrorClass::NotFound, "NoSuchBucket")
        );
    }
}

#[tokio::test]
async fn without_the_right_to_list_an_absent_object_is_denied() {
    let aws = FakeAws::new();
    aws.world().put_object("there", "1");
    aws.world().deny("s3:ListBucket");
    let store = aws.ports().store;
    let error = store.get("absent").await.unwrap_err();
    assert_eq!(
        (error.class, error.code.as_str()),
        (ErrorClass::Denied, "AccessDenied")
    );
    assert!(store.get("there").await.unwrap().is_some());
}

#[tokio::test]
async fn a_write_if_unchanged_needs_the_right_to_read() {
    let aws = FakeAws::new();
    let store = aws.ports().store;
    aws.world().deny("s3:GetObject");
    assert_eq!(
        store.put("k", b"1", &Precondition::Absent).await,
        Ok(PutOutcome::Written)
    );
    let unchanged = Precondition::Unchanged("\"0\"".to_owned());
    assert_eq!(
        store.put("k", b"2", &unchanged).await.unwrap_err().class,
        ErrorClass::Denied
    );
}

#[tokio::test]
async fn the_tagging_api_finds_any_of_the_keys_and_may_lag() {
    let aws = FakeAws::new();
    aws.world()
        .endpoint("Alpha")
        .tag("AutoShutdown", "True")
        .add();
    aws.world()
        .endpoint("beta")
        .tag("afterhours:schedule", "office")
        .tag("team", "b")
        .add();
    aws.world().endpoint("gamma").tag("team", "c").add();
    let tagging = aws.ports().tagging;
    let keys = ["AutoShutdown", "afterhours:schedule"];
    let found = tagging.endpoints(&keys).await.unwrap();
    let arn = |name: &str| format!("arn:aws:sagemaker:eu-central-1:111122223333:endpoint/{name}");
    assert_eq!(
        found.keys().cloned().collect::<Vec<_>>(),
        [arn("alpha"), arn("beta")]
    );
    assert_eq!(found[&arn("beta")]["team"], "b");

    aws.world().freeze_tagging();
    aws.world().untag_endpoint("beta", "afterhours:schedule");
    aws.world().tag_endpoint("gamma", "AutoShutdown", "True");
    assert_eq!(tagging.endpoints(&keys).await.unwrap(), found);
    let fresh = aws.ports().endpoints.tags(&arn("beta")).await.unwrap();
    assert!(!fresh.contains_key("afterhours:schedule"));
    aws.world().thaw_tagging();
    let now = tagging.endpoints(&keys).await.unwrap();
    assert_eq!(
        now.keys().cloned().collect::<Vec<_>>(),
        [arn("alpha"), arn("gamma")]
    );
}

#[tokio::test]
async fn averages_are_over_the_half_open_interval() {
    let aws = FakeAws::new();
    let query = |group: &str| MetricQuery {
        namespace: "AWS/EC2".to_owned(),
        name: "CPUUtilization".to_owned(),
        dimensions: vec![("AutoScalingGroupName".to_owned(), group.to_owned())],
    };
    for (at, value) in [(-1, 90.0), (0, 10.0), (5, 20.0), (10, 90.0)] {
        aws.world().add_point(query("gpu"), minutes(at), value);
    }
    aws.world().set_metric(query("web"), 3.5);
    let queries = [query("web"), query("absent"), query("gpu")];
    let metrics = aws.ports().metrics;
    let averages = metrics
        .averages(&queries, minutes(0), minutes(10))
        .await
        .unwrap();
    assert_eq!(averages, [Some(3.5), None, Some(15.0)]);
    let later = metrics
        .averages(&queries[2..], minutes(11), minutes(20))
        .await
        .unwrap();
    assert_eq!(later, [None]);
    assert_eq!(aws.world().calls_of("cloudwatch:GetMetricData").len(), 2);
}

#[tokio::test]
async fn published_alerts_are_kept_unless_denied() {
    let aws = FakeAws::new();
    let alert = Envelope::builder(Kind::Scale, Severity::Info, &Scope::unknown())
        .title("Good night")
        .cause(["night"])
        .build(NOON);
    let publisher = aws.ports().publisher.unwrap();
    publisher.publish(&alert).await.unwrap();
    aws.world().deny("sns:Publish");
    let error = publisher.publish(&alert).await.unwrap_err();
    assert_eq!(
        (error.class, error.code.as_str()),
        (ErrorClass::Denied, "AuthorizationError")
    );
    assert_eq!(aws.world().published(), [alert]);
    assert_eq!(aws.world().publishes().len(), 2);
}

#[tokio::test]
async fn a_denial_can_be_for_one_resource_and_changes_nothing() {
    let aws = FakeAws::new();
    aws.world().group("a").size(1, 1, 2).add();
    aws.world().group("b").size(1, 1, 2).add();
    aws.world()
        .deny_on("autoscaling:UpdateAutoScalingGroup", "a");
    let zero = GroupSize {
        min: 0,
        desired: 0,
        max: 2,
    };
    let groups = aws.ports().groups;
    let error = groups.update_size("a", zero).await.unwrap_err();
    assert_eq!(
        (error.class, error.code.as_str()),
        (ErrorClass::Denied, "AccessDenied")
    );
    assert_eq!(error.action, "autoscaling:UpdateAutoScalingGroup");
    groups.update_size("b", zero).await.unwrap();
    assert_eq!(aws.world().size_of("a").min, 1);
    assert_eq!(aws.world().size_of("b"), zero);
}

#[tokio::test]
async fn every_call_is_logged_with_its_kind_and_error_and_people_are_not() {
    let aws = FakeAws::new();
    aws.world().group("a").size(1, 1, 2).add();
    aws.world().set_desired("a", 2).unwrap();
    let ports = aws.ports();
    ports.groups.list().await.unwrap();
    let refused = GroupSize {
        min: 1,
        desired: 3,
        max: 2,
    };
    let error = ports.groups.update_size("a", refused).await.unwrap_err();
    ports
        .store
        .put("k", b"1", &Precondition::Absent)
        .await
        .unwrap();
    let world = aws.world();
    let log: Vec<_> = world
        .calls()
        .iter()
        .map(|c| (c.kind, c.action, c.resource.as_str()))
        .collect();
    assert_eq!(
        log,
        [
            (CallKind::Read, "autoscaling:DescribeAutoScalingGroups", "*"),
            (CallKind::Read, "autoscaling:DescribePolicies", "*"),
            (CallKind::Mutate, "autoscaling:UpdateAutoScalingGroup", "a"),
            (CallKind::Write, "s3:PutObject", "k"),
        ]
    );
    assert_eq!(world.mutations()[0].error, Some(error));
    assert_eq!((world.reads().len(), world.writes().len()), (2, 1));
    drop(world);
    aws.world().forget_calls();
    assert!(aws.world().calls().is_empty());
}

#[tokio::test]
async fn bulk_reads_are_logged_by_page() {
    let aws = FakeAws::new();
    for n in 0..101 {
        let mut world = aws.world();
        world.group(&format!("g{n}")).add();
        world
            .endpoint(&format!("e{n}"))
            .target("AllTraffic", 1, 2)
            .add();
    }
    let ports = aws.ports();
    ports.groups.list().await.unwrap();
    ports.endpoints.list().await.unwrap();
    ports.scaling.targets().await.unwrap();
    for (action, pages) in [
        ("autoscaling:DescribeAutoScalingGroups", 2),
        ("sagemaker:ListEndpoints", 2),
        ("application-autoscaling:DescribeScalableTargets", 3),
    ] {
        assert_eq!(aws.world().calls_of(action).len(), pages, "{action}");
    }
}

#[test]
#[should_panic(expected = "accepted: ")]
fn a_denial_of_what_nobody_calls_is_a_mistake_of_the_test() {
    FakeAws::new()
        .world()
        .deny("autoscaling:UpdateAutoscalingGroup");
}

#[tokio::test]
async fn a_platform_is_equal_again_after_a_night_and_shows_what_is_not() {
    let aws = FakeAws::new();
    aws.world().group("a").size(1, 2, 3).add();
    aws.world().endpoint("e").variant("v", 2, 1.0).add();
    let evening = aws.world().platform();
    let ports = aws.ports();
    ports
        .groups
        .update_size(
            "a",
            GroupSize {
                min: 0,
                desired: 0,
                max: 3,
            },
        )
        .await
        .unwrap();
    ports.endpoints.delete("e").await.unwrap();
    aws.world().settle();
    assert_ne!(aws.world().platform(), evening);
    ports
        .groups
        .update_size(
            "a",
            GroupSize {
                min: 1,
                desired: 2,
                max: 3,
            },
        )
        .await
        .unwrap();
    aws.world().set_now(minutes(600));
    let tags = std::collections::BTreeMap::new();
    ports
        .endpoints
        .create("e", "e-config", &tags)
        .await
        .unwrap();
    aws.world().settle();
    assert_eq!(aws.world().platform(), evening);
    aws.world().set_count("e", "v", 1).unwrap();
    aws.world().settle();
    assert_ne!(aws.world().platform(), evening);
}

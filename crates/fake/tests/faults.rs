//! Faults strike where they are told to, and nowhere else.

use std::collections::BTreeSet;

use afterhours_core::model::GroupSize;
use afterhours_fake::{CRASHED, FakeAws, Fault, Faults, Point, throttled};
use afterhours_ports::{ErrorClass, PortResult, Ports, Precondition};

const UPDATE: &str = "autoscaling:UpdateAutoScalingGroup";
const ZERO: GroupSize = GroupSize {
    min: 0,
    desired: 0,
    max: 2,
};

fn world_with_faults() -> (FakeAws, Faults, Ports) {
    let aws = FakeAws::new();
    for name in ["a", "b"] {
        aws.world().group(name).size(1, 1, 2).add();
    }
    let faults = Faults::new();
    let ports = faults.wrap(aws.ports());
    (aws, faults, ports)
}

/// A process of three calls that stops at the first error.
async fn night(ports: &Ports) -> PortResult<()> {
    ports
        .store
        .put("journal", b"{}", &Precondition::Absent)
        .await?;
    ports.groups.update_size("a", ZERO).await?;
    ports
        .groups
        .suspend("b", &BTreeSet::from(["AlarmNotification".to_owned()]))
        .await
}

#[tokio::test]
async fn without_a_fault_calls_go_through_and_boundaries_are_counted() {
    let (aws, faults, ports) = world_with_faults();
    night(&ports).await.unwrap();
    assert_eq!(aws.world().size_of("a"), ZERO);
    assert_eq!(faults.boundaries(), 6);
    let passed = faults.passed();
    let third = &passed[2];
    assert_eq!(
        (third.action, third.resource.as_str(), third.point),
        (UPDATE, "a", Point::Before)
    );
    assert_eq!(passed[3].point, Point::After);
}

#[tokio::test]
async fn every_port_is_wrapped() {
    let (_, faults, ports) = world_with_faults();
    faults.crash_at(0);
    let now = jiff::Timestamp::UNIX_EPOCH;
    let alert = afterhours_core::alert::Envelope::builder(
        afterhours_core::alert::Kind::Scale,
        afterhours_core::alert::Severity::Info,
        &afterhours_core::alert::Scope::unknown(),
    )
    .title("Good night")
    .cause(["night"])
    .build(now);
    for error in [
        ports.groups.list().await.unwrap_err(),
        ports.endpoints.list().await.unwrap_err(),
        ports.scaling.targets().await.unwrap_err(),
        ports.tagging.endpoints(&["k"]).await.unwrap_err(),
        ports.metrics.averages(&[], now, now).await.unwrap_err(),
        ports.store.get("k").await.unwrap_err(),
        ports.publisher.unwrap().publish(&alert).await.unwrap_err(),
    ] {
        assert_eq!(
            (error.class, error.code.as_str()),
            (ErrorClass::Unavailable, CRASHED)
        );
    }
}

#[tokio::test]
async fn a_dead_process_reaches_nothing_from_its_boundary_on() {
    let (_, faults, ports) = world_with_faults();
    night(&ports).await.unwrap();
    for boundary in 0..faults.boundaries() {
        let (aws, faults, ports) = world_with_faults();
        faults.crash_at(boundary);
        let error = night(&ports).await.unwrap_err();
        assert_eq!(error.code, CRASHED);
        assert!(faults.has_crashed());
        // A caller that ignores the error is as dead.
        night(&ports).await.unwrap_err();
        ports.groups.update_size("b", ZERO).await.unwrap_err();
        let calls = aws.world().calls().len();
        assert_eq!(calls, boundary.div_ceil(2), "boundary {boundary}");
        assert_eq!(
            aws.world().size_of("a") == ZERO,
            boundary >= 3,
            "boundary {boundary}"
        );
    }
}

#[tokio::test]
async fn a_crash_beyond_the_last_boundary_does_not_happen() {
    let (_, faults, ports) = world_with_faults();
    faults.crash_at(6);
    night(&ports).await.unwrap();
    assert!(!faults.has_crashed());
}

#[tokio::test]
async fn a_fault_skips_strikes_and_ends_as_told() {
    let (aws, faults, ports) = world_with_faults();
    faults.add(
        Fault::new(UPDATE, throttled(UPDATE))
            .on("a")
            .after(1)
            .times(2),
    );
    let mut failed = Vec::new();
    for _ in 0..4 {
        ports.groups.update_size("b", ZERO).await.unwrap();
        failed.push(ports.groups.update_size("a", ZERO).await.is_err());
    }
    assert_eq!(failed, [false, true, true, false]);
    // What fails before it is made never arrives.
    assert_eq!(aws.world().calls_of(UPDATE).len(), 6);
}

#[tokio::test]
async fn throttling_and_denial_have_their_classes() {
    let (aws, faults, ports) = world_with_faults();
    faults.add(Fault::throttle(UPDATE).times(1));
    faults.add(Fault::deny(UPDATE));
    let first = ports.groups.update_size("a", ZERO).await.unwrap_err();
    assert_eq!(
        (first.class, first.code.as_str()),
        (ErrorClass::Throttled, "Throttling")
    );
    let second = ports.groups.update_size("a", ZERO).await.unwrap_err();
    assert_eq!(second.class, ErrorClass::Denied);
    ports.groups.list().await.unwrap();
    assert!(aws.world().mutations().is_empty());
}

#[tokio::test]
async fn a_lost_answer_leaves_the_effect() {
    let (aws, faults, ports) = world_with_faults();
    faults.add(Fault::lose_answer(UPDATE).times(1));
    let error = ports.groups.update_size("a", ZERO).await.unwrap_err();
    assert_eq!(error.class, ErrorClass::Unavailable);
    assert_eq!(aws.world().size_of("a"), ZERO);
    ports.groups.update_size("b", ZERO).await.unwrap();
    let chosen = Fault::new(UPDATE, throttled(UPDATE)).after_effect();
    faults.add(chosen);
    let full = GroupSize {
        min: 1,
        desired: 1,
        max: 2,
    };
    ports.groups.update_size("a", full).await.unwrap_err();
    assert_eq!(aws.world().size_of("a"), full);
}

#[tokio::test]
async fn a_hook_sees_the_world_between_two_calls() {
    let (aws, faults, ports) = world_with_faults();
    let somebody = aws.clone();
    faults.at(2, move || {
        // The journal is written, the group is not changed yet.
        assert!(somebody.world().object("journal").is_some());
        let deployed = GroupSize {
            min: 2,
            desired: 2,
            max: 5,
        };
        assert_eq!(somebody.world().update_size("a", deployed), Ok(()));
        somebody.world().tag_group("b", "seen", "yes");
    });
    night(&ports).await.unwrap();
    assert_eq!(aws.world().size_of("a"), ZERO);
    assert_eq!(aws.world().find_group("b").unwrap().tags["seen"], "yes");
}

#[tokio::test]
async fn a_hook_can_run_a_second_process_that_wins_the_write() {
    let (aws, faults, ports) = world_with_faults();
    let other = aws.ports();
    faults.at_async(0, || async move {
        assert_eq!(night(&other).await, Ok(()));
    });
    let outcome = ports
        .store
        .put("journal", b"{}", &Precondition::Absent)
        .await
        .unwrap();
    assert_eq!(outcome, afterhours_ports::PutOutcome::Conflict);
    assert_eq!(aws.world().size_of("a"), ZERO);
    assert_eq!(
        faults.boundaries(),
        2,
        "the calls of the second process are not counted"
    );
}

#[test]
#[should_panic(expected = "accepted: ")]
fn a_fault_of_what_nobody_calls_is_a_mistake_of_the_test() {
    let _ = Fault::throttle("autoscaling:DescribePolicies");
}

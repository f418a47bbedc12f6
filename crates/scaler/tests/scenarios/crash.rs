//! An evening and a morning, disturbed at every boundary of every call.

use std::cell::RefCell;

use afterhours_core::command::Command;
use afterhours_core::memory::{EndpointMethod, Saved, ScopeDocument, document_key};
use afterhours_core::model::{EndpointStatus, PolicyKind, Suspension, TargetId};
use afterhours_fake::{Fault, Faults, Passed, Platform, Point};
use afterhours_scaler::{Request, Scaler};
use serde_json::json;

use crate::rig::{MINUTES, OFFICE, Rig, SCHEDULE, elsewhere, size};

pub(crate) const EVENING: &str = "2026-11-02T18:00:00Z";
pub(crate) const MORNING: &str = "2026-11-03T08:00:00Z";
/// After a disturbance an endpoint may need this many ticks more than without one.
const MORE_TICKS: usize = 2;
/// What sleeps in the evening.
pub(crate) const GROUPS: [&str; 3] = ["train", "forecast", "plain"];
const ENDPOINTS: [&str; 2] = ["quant", "classic"];

/// Groups with policies, suspended processes and a lease; endpoints with targets, policies and two variants.
pub(crate) async fn platform() -> Rig {
    let mut rig = Rig::new();
    {
        let mut world = rig.aws.world();
        world
            .group("train")
            .size(2, 4, 6)
            .tag(SCHEDULE, OFFICE)
            .policy("track", PolicyKind::Alarm)
            .suspended("AZRebalance")
            .add();
        world
            .group("forecast")
            .size(1, 2, 8)
            .tag(SCHEDULE, "office")
            .policy("predict", PolicyKind::Predictive)
            .policy("track", PolicyKind::Alarm)
            .add();
        world
            .group("plain")
            .size(0, 3, 3)
            .tag("AutoShutdown", "True")
            .add();
        world
            .group("idle")
            .size(0, 0, 4)
            .tag(SCHEDULE, OFFICE)
            .add();
        world
            .group("leased")
            .size(1, 1, 2)
            .tag(SCHEDULE, OFFICE)
            .add();
        world
            .group("protected")
            .size(1, 1, 1)
            .tag(SCHEDULE, OFFICE)
            .tag("afterhours:protect", "true")
            .add();
        world.group("stranger").size(1, 2, 3).add();
        world
            .endpoint("quant")
            .asynchronous()
            .variant("main", 3, 1.0)
            .variant("side", 1, 0.5)
            .tag(SCHEDULE, OFFICE)
            .target("main", 1, 4)
            .policy("main", "backlog", 5)
            .add();
        world.endpoint("stranger").asynchronous().add();
        classic(&mut world);
    }
    rig.clock("2026-11-02T17:50:00Z");
    let lease = json!({ "command": "wake", "target": "leased", "for": "6h" });
    rig.claim(&lease).await;
    rig.clock(EVENING);
    rig
}

fn classic(world: &mut afterhours_fake::World) {
    world
        .config("classic-v1")
        .variant("blue", 1, 1.0)
        .variant("green", 1, 1.0)
        .add();
    let suspended = Suspension {
        scale_in: true,
        ..Suspension::default()
    };
    world
        .endpoint("classic")
        .config("classic-v1")
        .variant("blue", 2, 0.7)
        .variant("green", 1, 0.3)
        .tag(SCHEDULE, OFFICE)
        .tag("team", "quant")
        .target_with(
            "blue",
            1,
            4,
            suspended,
            Some("arn:aws:iam::111122223333:role/scaling"),
        )
        .policy("blue", "track", 70)
        .add();
}

/// Nothing is lost: what is not as it was has a record that says how it was.
pub(crate) fn check_safe(
    document: &ScopeDocument,
    now: &Platform,
    before: &Platform,
) -> Result<(), String> {
    for (name, was) in &before.groups {
        let is = &now.groups[name];
        let same = is.size == was.size && is.suspended == was.suspended;
        let saved = match document.records.get(&TargetId::group(name)) {
            None if same => continue,
            None => return Err(format!("{name} is {} and has no record", is.size)),
            Some(record) => match &record.saved {
                Saved::Group(saved) => saved,
                Saved::Endpoint(_) => return Err(format!("{name} has a strange record")),
            },
        };
        let ours = is.suspended.difference(&was.suspended);
        let known = ours
            .into_iter()
            .all(|process| saved.suspended_by_us.contains(process));
        if saved.size != was.size || saved.suspended_before != was.suspended || !known {
            return Err(format!("the record of {name} is {saved:?}"));
        }
    }
    for (name, was) in &before.endpoints {
        let of = |text: &str| text.starts_with(&format!("endpoint/{name}/"));
        let targets = |platform: &Platform| -> Vec<_> {
            let targets = platform.targets.iter().filter(|t| of(&t.resource_id));
            targets.cloned().collect()
        };
        let policies = |platform: &Platform| -> Vec<_> {
            let policies = platform.policies.iter().filter(|p| of(&p.resource_id));
            policies.cloned().collect()
        };
        let same = now.endpoints.get(name).is_some_and(|is| {
            is.variants == was.variants && is.tags == was.tags && is.config_name == was.config_name
        });
        let same = same && targets(now) == targets(before) && policies(now) == policies(before);
        let saved = match document.records.get(&TargetId::endpoint(name)) {
            None if same => continue,
            None => return Err(format!("{name} is not as it was and has no record")),
            Some(record) => match &record.saved {
                Saved::Endpoint(saved) => saved,
                Saved::Group(_) => return Err(format!("{name} has a strange record")),
            },
        };
        // What is not deleted keeps its policies.
        let deleted = saved.method == EndpointMethod::DeleteAndRecreate;
        if saved.config_name != was.config_name
            || saved.tags != was.tags
            || saved.variants != was.variants
            || saved.scalable_targets != targets(before)
            || deleted && saved.policies != policies(before)
        {
            return Err(format!("the record of {name} is {saved:?}"));
        }
    }
    Ok(())
}

/// What is done at a boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Disturbance {
    /// The process dies.
    Crash,
    /// The document is lost, and the process lives or dies.
    Document(Damage, bool),
    /// The answer of the call is lost.
    Lost,
    /// Another tick runs from begin to end, with an own request id or the same, and the first lives or dies.
    SecondTick { same: bool, dies: bool },
}

impl Disturbance {
    /// Whether it may do there what it does not do at a neighbour: the boundaries after a call and before the
    /// next one differ only for what tells them apart, and the document matters only to calls about it.
    fn differs_at(self, boundary: &Passed) -> bool {
        match self {
            Self::Crash | Self::SecondTick { dies: false, .. } => true,
            Self::Lost => boundary.point == Point::After,
            Self::Document(_, true) | Self::SecondTick { dies: true, .. } => {
                boundary.point == Point::Before
            }
            Self::Document(_, false) => {
                boundary.point == Point::Before && boundary.action.starts_with("s3:")
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Damage {
    Deleted,
    Truncated,
    Older,
}

/// A boundary, or none, at which something happens.
type At = Option<(usize, Disturbance)>;

/// What came of a stage.
struct Ran {
    rig: Rig,
    before: Platform,
    ticks: usize,
    passed: Vec<Passed>,
}

/// Runs an evening or a morning with a disturbance, until nothing is done any more.
async fn stage(morning: bool, at: At, passed: &[Passed]) -> Result<Ran, String> {
    let mut rig = platform().await;
    let before = rig.aws.world().platform();
    if morning {
        rig.settle_from(EVENING).await;
        rig.settle_from("2026-11-03T00:30:00Z").await;
        assert_eq!(rig.size("leased"), size(0, 0, 2));
        rig.clock(MORNING);
    }
    let older = document(&rig);
    let faults = Faults::new();
    if let Some((n, disturbance)) = at {
        arrange(&rig, &faults, n, disturbance, passed);
    }
    let boundary = at.map(|(n, _)| n);
    let mut struck = None;
    for tick in 0..30 {
        let writes = rig.writes();
        let ports = if faults.has_crashed() {
            rig.aws.ports()
        } else {
            faults.wrap(rig.aws.ports())
        };
        let failed = rig.tick_on(ports).await.is_err();
        if struck.is_none() && boundary.is_some_and(|n| faults.boundaries() > n) {
            struck = Some(tick);
            if let Some((_, Disturbance::Document(damage, true))) = at {
                damage_document(&rig, damage, older.as_deref());
            }
        }
        let quiet = rig.writes() == writes && !failed;
        let (document, now) = (rig.document().await, rig.aws.world().platform());
        let tell = |error| format!("after tick {tick}: {error}");
        check_safe(&document, &now, &before).map_err(tell)?;
        if struck.is_some_and(|struck| tick == struck + 1) {
            check_groups(&rig, &before, morning).map_err(tell)?;
        }
        rig.pass(MINUTES);
        if quiet && struck.is_none_or(|struck| tick > struck) {
            let passed = faults.passed();
            return Ok(Ran {
                rig,
                before,
                ticks: tick,
                passed,
            });
        }
    }
    Err("no end after 30 ticks".to_owned())
}

fn document(rig: &Rig) -> Option<Vec<u8>> {
    let world = rig.aws.world();
    world
        .object(&document_key(&rig.scope()))
        .map(<[u8]>::to_vec)
}

fn damage_document(rig: &Rig, damage: Damage, older: Option<&[u8]>) {
    let key = document_key(&rig.scope());
    let mut world = rig.aws.world();
    match (damage, older) {
        (Damage::Deleted, _) | (Damage::Older, None) => world.delete_object(&key),
        (Damage::Older, Some(older)) => world.put_object(&key, older),
        (Damage::Truncated, _) => {
            let now = world.object(&key).map(<[u8]>::to_vec).unwrap_or_default();
            world.put_object(&key, &now[..now.len() / 2]);
        }
    }
}

fn arrange(rig: &Rig, faults: &Faults, n: usize, disturbance: Disturbance, passed: &[Passed]) {
    match disturbance {
        Disturbance::Crash | Disturbance::Document(_, true) => faults.crash_at(n),
        Disturbance::Document(damage, false) => {
            let aws = rig.aws.clone();
            let older = document(rig);
            let key = document_key(&rig.scope());
            faults.at(n, move || {
                let mut world = aws.world();
                let now = world.object(&key).map(<[u8]>::to_vec).unwrap_or_default();
                match (damage, older) {
                    (Damage::Older, Some(older)) => world.put_object(&key, older),
                    (Damage::Truncated, _) => world.put_object(&key, &now[..now.len() / 2]),
                    _ => world.delete_object(&key),
                }
            });
        }
        Disturbance::Lost => {
            let Passed {
                action, resource, ..
            } = &passed[n];
            let fault = Fault::lose_answer(action).on(resource).times(1);
            let adds = faults.clone();
            faults.at(n, move || adds.add(fault));
        }
        Disturbance::SecondTick { same, dies } => {
            let config = rig.config.clone();
            let (scope, aws, budget) = (rig.scope(), rig.aws.clone(), rig.budget);
            let id = if same { "request-2" } else { "another" }.to_owned();
            faults.at(n, move || {
                let scaler = Scaler::new(config, vec![(scope, aws.ports())]);
                let now = aws.world().now();
                let _ = elsewhere(
                    &scaler,
                    &Command::Tick {},
                    &Request {
                        id,
                        now,
                        budget,
                        alias: None,
                    },
                );
            });
            if dies {
                faults.crash_at(n);
            }
        }
    }
}

/// One tick after a disturbance all groups are as they should be.
fn check_groups(rig: &Rig, before: &Platform, morning: bool) -> Result<(), String> {
    for name in GROUPS {
        let (is, was) = (rig.size(name), before.groups[name].size);
        let right = if morning { is == was } else { is.is_zero() };
        if !right {
            return Err(format!("{name} is {is}"));
        }
    }
    Ok(())
}

async fn check_evening(ran: &Ran) -> Result<(), String> {
    let now = ran.rig.aws.world().platform();
    check_groups(&ran.rig, &ran.before, false)?;
    for name in ["idle", "leased", "protected", "stranger"] {
        if now.groups[name] != ran.before.groups[name] {
            return Err(format!("{name} was changed"));
        }
    }
    if now.endpoints["stranger"] != ran.before.endpoints["stranger"] {
        return Err("endpoint stranger was changed".to_owned());
    }
    if now.endpoints.contains_key("classic") {
        return Err("classic is not deleted".to_owned());
    }
    if now.endpoints["quant"].variants.iter().any(|v| v.count > 0) {
        return Err("quant is awake".to_owned());
    }
    let document = ran.rig.document().await;
    let mut asleep: Vec<TargetId> = GROUPS.map(TargetId::group).into();
    asleep.extend(ENDPOINTS.map(TargetId::endpoint));
    asleep.sort();
    let records: Vec<_> = document.records.keys().cloned().collect();
    if records != asleep {
        return Err(format!("records are {records:?}"));
    }
    Ok(())
}

async fn check_morning(ran: &Ran) -> Result<(), String> {
    let now = ran.rig.aws.world().platform();
    if now != ran.before {
        return Err(format!("was {:#?}\nis {now:#?}", ran.before));
    }
    let document = ran.rig.document().await;
    if !document.records.is_empty() {
        return Err(format!("records are left: {:?}", document.records.keys()));
    }
    Ok(())
}

/// Disturbs a stage at every boundary.
async fn walk(morning: bool, disturbance: Disturbance) {
    let calm = stage(morning, None, &[]).await.unwrap();
    let check = async |ran: &Ran| {
        if morning {
            check_morning(ran).await
        } else {
            check_evening(ran).await
        }
    };
    check(&calm).await.unwrap();
    assert!(calm.passed.len() > 100, "{}", calm.passed.len());
    let wrong = RefCell::new(Vec::new());
    for (n, boundary) in calm.passed.iter().enumerate() {
        if !disturbance.differs_at(boundary) {
            continue;
        }
        let result = match stage(morning, Some((n, disturbance)), &calm.passed).await {
            Ok(ran) if ran.ticks > calm.ticks + MORE_TICKS => {
                Err(format!("{} ticks instead of {}", ran.ticks, calm.ticks))
            }
            Ok(ran) => check(&ran).await,
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            let mut wrong = wrong.borrow_mut();
            wrong.push(format!("boundary {n} {boundary:?}: {error}"));
        }
    }
    let wrong = wrong.into_inner();
    assert!(
        wrong.is_empty(),
        "{} of {} boundaries; first: {}",
        wrong.len(),
        calm.passed.len(),
        wrong[..wrong.len().min(3)].join("\n")
    );
}

macro_rules! walks {
    ($($name:ident: $disturbance:expr;)*) => {$(
        mod $name {
            use super::*;

            #[tokio::test(start_paused = true)]
            async fn in_the_evening() {
                walk(false, $disturbance).await;
            }

            #[tokio::test(start_paused = true)]
            async fn in_the_morning() {
                walk(true, $disturbance).await;
            }
        }
    )*};
}

walks! {
    a_crash_at_every_boundary: Disturbance::Crash;
    a_crash_and_the_document_deleted: Disturbance::Document(Damage::Deleted, true);
    a_crash_and_the_document_truncated: Disturbance::Document(Damage::Truncated, true);
    a_crash_and_an_older_document: Disturbance::Document(Damage::Older, true);
    the_document_deleted_while_a_tick_runs: Disturbance::Document(Damage::Deleted, false);
    the_document_truncated_while_a_tick_runs: Disturbance::Document(Damage::Truncated, false);
    an_older_document_while_a_tick_runs: Disturbance::Document(Damage::Older, false);
    an_answer_lost_after_its_call_took_effect: Disturbance::Lost;
    a_second_tick_within_the_first: Disturbance::SecondTick { same: false, dies: false };
    a_second_tick_within_one_that_dies: Disturbance::SecondTick { same: false, dies: true };
    a_duplicate_delivery_within_the_first: Disturbance::SecondTick { same: true, dies: false };
}

#[tokio::test(start_paused = true)]
async fn endpoints_take_a_known_number_of_ticks() {
    // quant: one variant a tick. classic: deleted, seen gone.
    let evening = stage(false, None, &[]).await.unwrap();
    assert!(evening.ticks <= 3, "{}", evening.ticks);
    // classic: made, weights, one variant a tick, then targets and policies.
    let morning = stage(true, None, &[]).await.unwrap();
    assert!(morning.ticks <= 5, "{}", morning.ticks);
    let world = morning.rig.aws.world();
    let status = &world.find_endpoint("classic").unwrap().status;
    assert_eq!(*status, EndpointStatus::InService);
}

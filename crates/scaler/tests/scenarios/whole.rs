//! Whole ticks: S67, S68, S71; what stops a tick before it does anything; scopes; an empty plan.

use std::time::Duration;

use afterhours_core::command::Command;
use afterhours_core::memory::{document_key, journal_key};
use afterhours_core::model::Scope;
use afterhours_fake::{FakeAws, Faults};
use afterhours_scaler::{Reply, Scaler, chain};
use serde_json::{Value, json};

use crate::rig::{MINUTES, OFFICE, Rig, SCHEDULE, config, only, size, train, untouched};

const NIGHT: &str = "2026-11-02T18:00:00Z";

#[tokio::test(start_paused = true)]
async fn s67_a_group_whose_schedule_tag_goes_away_gets_back_what_it_had() {
    for untag in ["one", "both"] {
        let mut rig = Rig::new();
        rig.train();
        {
            let mut world = rig.aws.world();
            world
                .endpoint("quant")
                .asynchronous()
                .variant("main", 2, 1.0)
                .tag(SCHEDULE, OFFICE)
                .target("main", 1, 4)
                .add();
        }
        rig.settle_from(NIGHT).await;
        {
            let mut world = rig.aws.world();
            world.untag_group("train", SCHEDULE);
            if untag == "both" {
                world.untag_endpoint("quant", SCHEDULE);
            }
        }
        rig.settle_from("2026-11-02T20:00:00Z").await;
        assert_eq!(rig.size("train"), size(2, 4, 6));
        let count = rig.aws.world().count_of("quant", "main");
        assert_eq!(count, if untag == "both" { 2 } else { 0 });
        let records = rig.document().await.records.len();
        assert_eq!(records, usize::from(untag == "one"));
        let writes = rig.mutations();
        rig.settle_from("2026-11-02T22:00:00Z").await;
        assert_eq!(rig.mutations(), writes, "and is never touched again");
    }
}

#[tokio::test(start_paused = true)]
async fn s67_or_stays_and_is_reported_where_the_configuration_says_so() {
    let mut rig = Rig::with(&json!({ "tag_removed": "leave" }));
    rig.train();
    rig.settle_from(NIGHT).await;
    rig.aws.world().untag_group("train", SCHEDULE);
    rig.settle_from("2026-11-02T20:00:00Z").await;
    assert_eq!(rig.size("train"), size(0, 0, 6));
    assert!(rig.group_record("train").await.is_some());
    let told = rig.titles();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("was put to sleep and may not be woken"),
        "{told:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn s68_an_invalid_schedule_is_reported_once_and_again_when_it_changes() {
    let mut rig = Rig::new();
    {
        let mut world = rig.aws.world();
        world.group("typo").tag(SCHEDULE, "Mon-Fri 8-18h").add();
    }
    rig.train();
    for _ in 0..4 {
        rig.step().await;
    }
    rig.settle_from(NIGHT).await;
    assert_eq!(rig.size("typo"), size(1, 1, 1));
    assert_eq!(rig.size("train"), size(0, 0, 6), "others sleep");
    let told = |rig: &Rig| {
        let mut titles = rig.titles();
        titles.retain(|title| title.starts_with("typo"));
        titles
    };
    let first = told(&rig);
    assert_eq!(first.len(), 1, "{first:?}");
    assert!(first[0].contains("8-18h"), "{first:?}");
    rig.aws.world().tag_group("typo", SCHEDULE, "Mon-Fri 8-19h");
    rig.settle_from("2026-11-02T19:00:00Z").await;
    assert_eq!(told(&rig).len(), 2);
    rig.aws.world().tag_group("typo", SCHEDULE, OFFICE);
    rig.settle_from("2026-11-02T20:00:00Z").await;
    assert_eq!(rig.size("typo"), size(0, 0, 1));
    assert!(rig.document().await.findings.is_empty());
}

#[tokio::test(start_paused = true)]
async fn s71_a_dry_run_prints_the_plan_and_changes_nothing() {
    let mut rig = crate::crash::platform().await;
    let writes = rig.writes();
    let dry = only(rig.command(&json!({ "command": "plan" })).await).unwrap();
    assert_eq!(rig.writes(), writes);
    assert!(dry.plan.actions.len() >= 5);
    assert!(
        dry.plan
            .actions
            .iter()
            .all(|action| action.outcome.is_none())
    );
    let mut wet = rig.tick().await;
    for action in &mut wet.plan.actions {
        assert_eq!(action.outcome.take().as_deref(), Some("done"));
    }
    assert_eq!(wet.plan, dry.plan);
}

#[tokio::test(start_paused = true)]
async fn s71_observing_plans_and_writes_nothing_but_what_it_reported() {
    let mut rig = Rig::with(&json!({ "mode": "observe" }));
    rig.train();
    {
        let mut world = rig.aws.world();
        world.group("typo").tag(SCHEDULE, "Mon-Fri 8-18h").add();
        world.endpoint("classic").tag(SCHEDULE, OFFICE).add();
    }
    rig.clock(NIGHT);
    let report = rig.tick().await;
    assert_eq!(report.plan.actions.len(), 2);
    rig.settle_from("2026-11-02T18:05:00Z").await;
    assert_eq!(rig.mutations(), 0);
    assert_eq!(rig.titles().len(), 1, "the finding");
    let document = rig.document().await;
    assert_eq!(document.findings.len(), 1);
    assert!(document.records.is_empty() && document.events.is_empty());
    assert!(document.outcomes.is_empty() && document.in_flight.is_empty());
}

#[tokio::test(start_paused = true)]
async fn nothing_to_do_writes_nothing_and_tells_nothing() {
    let mut rig = crate::crash::platform().await;
    for instant in [
        NIGHT,
        "2026-11-03T00:30:00Z",
        "2026-11-03T08:00:00Z",
        "2026-11-03T09:00:00Z",
    ] {
        rig.settle_from(instant).await;
        for _ in 0..3 {
            let writes = rig.writes();
            let report = rig.step().await;
            assert_eq!(rig.writes(), writes, "{}", rig.now);
            assert_eq!(report.plan.actions, []);
        }
    }
}

/// One clear error, and nothing is changed.
async fn refused(rig: &mut Rig, expected: &str) {
    let before = (rig.mutations(), rig.titles().len());
    let keys = rig.aws.world().keys();
    let error = chain(&rig.try_tick().await.unwrap_err());
    assert!(error.contains(expected), "{error}");
    for payload in [
        json!({ "command": "wake", "target": "train", "for": "1h" }),
        json!({ "command": "pause" }),
    ] {
        let error = chain(&rig.command(&payload).await.unwrap_err());
        let account = error.contains("paused");
        assert!(error.contains(expected) || account, "{payload}: {error}");
    }
    assert_eq!((rig.mutations(), rig.titles().len()), before);
    assert_eq!(rig.aws.world().keys(), keys);
}

#[tokio::test(start_paused = true)]
async fn a_missing_bucket_is_one_error_and_nothing_is_changed() {
    let mut rig = Rig::new();
    rig.train();
    rig.clock(NIGHT);
    rig.aws.world().set_bucket_missing(true);
    refused(&mut rig, "NoSuchBucket").await;
    let reads = rig.aws.world().reads().len();
    assert_eq!(reads, rig.calls("s3:GetObject"), "nothing else is asked");
}

#[tokio::test(start_paused = true)]
async fn a_denied_bucket_is_one_error_and_nothing_is_changed() {
    for action in ["s3:GetObject", "s3:ListBucket", "s3:PutObject"] {
        let mut rig = Rig::new();
        rig.train();
        rig.clock(NIGHT);
        rig.aws.world().deny(action);
        refused(&mut rig, "is denied").await;
        assert_eq!(rig.size("train"), size(2, 4, 6));
    }
}

#[tokio::test(start_paused = true)]
async fn a_document_of_a_newer_version_is_left_alone() {
    let mut rig = Rig::new();
    rig.train();
    rig.settle_from(NIGHT).await;
    let keys = [document_key(&rig.scope()), journal_key(&rig.scope(), 9)];
    for key in keys {
        let mut rig = Rig::new();
        rig.train();
        rig.settle_from(NIGHT).await;
        rig.clock("2026-11-03T08:00:00Z");
        let newer = json!({ "version": 2, "brand": "new" }).to_string();
        rig.aws.world().put_object(&key, newer);
        refused(&mut rig, "version 2; this tool reads version 1: upgrade it").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_document_of_another_scope_is_left_alone() {
    let mut rig = Rig::new();
    rig.train();
    rig.settle_from(NIGHT).await;
    let key = document_key(&rig.scope());
    let text = String::from_utf8(rig.aws.world().object(&key).unwrap().to_vec()).unwrap();
    let foreign = text.replace("\"eu-central-1\"", "\"eu-west-1\"");
    rig.aws.world().put_object(&key, foreign);
    refused(&mut rig, "is of 111122223333/eu-west-1, not of").await;
}

#[tokio::test(start_paused = true)]
async fn memory_that_cannot_be_rebuilt_is_not_begun_anew() {
    for damaged in [b"".as_slice(), b"{", b"{}", b"[1,2"] {
        let mut rig = Rig::new();
        rig.train();
        rig.settle_from(NIGHT).await;
        let (document, entry) = (document_key(&rig.scope()), journal_key(&rig.scope(), 1));
        // The journal is gone and the document damaged; or the other way round.
        rig.aws.world().delete_object(&entry);
        rig.aws.world().put_object(&document, damaged);
        rig.clock("2026-11-03T08:00:00Z");
        refused(&mut rig, "is damaged").await;
        rig.aws.world().delete_object(&document);
        rig.aws.world().put_object(&entry, damaged);
        refused(&mut rig, "is damaged").await;
        assert_eq!(rig.size("train"), size(0, 0, 6));
    }
}

#[tokio::test(start_paused = true)]
async fn a_damaged_newest_entry_stops_everything_until_a_person_removes_it() {
    let mut rig = Rig::new();
    rig.train();
    rig.settle_from(NIGHT).await;
    let claim = json!({ "command": "sleep", "target": "train", "for": "1h" });
    rig.claim(&claim).await;
    let generation = rig.document().await.generation;
    {
        let (document, entry) = (
            document_key(&rig.scope()),
            journal_key(&rig.scope(), generation),
        );
        let mut world = rig.aws.world();
        world.delete_object(&document);
        world.put_object(&entry, "{");
    }
    // An older entry may lack a record of what sleeps by now, so nothing is concluded from it.
    rig.clock("2026-11-03T08:00:00Z");
    let error = chain(&rig.try_tick().await.unwrap_err());
    let entry = journal_key(&rig.scope(), generation);
    assert!(
        error.contains(&entry) && error.contains("damaged"),
        "{error}"
    );
    rig.aws.world().delete_object(&entry);
    rig.settle_from("2026-11-03T08:00:00Z").await;
    assert_eq!(rig.size("train"), size(2, 4, 6));
}

#[tokio::test(start_paused = true)]
async fn a_lost_document_is_put_back_by_the_next_tick_though_nothing_else_is_to_be_written() {
    let mut rig = Rig::new();
    rig.train();
    rig.settle_from(NIGHT).await;
    let key = document_key(&rig.scope());
    rig.aws.world().delete_object(&key);
    let report = rig.tick().await;
    assert_eq!(report.mended.len(), 1, "{:?}", report.mended);
    assert!(rig.aws.world().object(&key).is_some());
    rig.pass(MINUTES);
    // The outcome of the sleep was in the document alone; it is found out again.
    rig.settle_from("2026-11-02T19:00:00Z").await;
    let report = rig.tick().await;
    assert!(report.mended.is_empty());
    rig.settle_from("2026-11-03T08:00:00Z").await;
    assert_eq!(rig.size("train"), size(2, 4, 6));
}

#[tokio::test(start_paused = true)]
async fn credentials_of_another_account_are_refused() {
    let mut rig = Rig::new();
    let other = Scope {
        account: "999988887777".to_owned(),
        region: "eu-central-1".to_owned(),
    };
    rig.aws = FakeAws::of_scope(other);
    rig.train();
    rig.clock(NIGHT);
    let error = chain(&rig.try_tick().await.unwrap_err());
    assert!(
        error.contains("the credentials belong to account 999988887777"),
        "{error}"
    );
    assert_eq!(rig.writes(), 0);
}

fn two_scopes(over: &Value) -> (Scaler, [FakeAws; 2]) {
    let mut fields = json!({ "scopes": [
        { "account": "111122223333", "region": "eu-central-1" },
        { "account": "111122223333", "region": "eu-west-1" },
    ]});
    let object = fields.as_object_mut().unwrap();
    object.extend(over.as_object().unwrap().clone());
    let config = config(&fields);
    let worlds = [0, 1].map(|index| FakeAws::of_scope(config.scopes[index].clone()));
    for aws in &worlds {
        train(&mut aws.world());
    }
    let scopes = [0, 1].map(|index: usize| (config.scopes[index].clone(), worlds[index].ports()));
    (Scaler::new(config.clone(), scopes.into()), worlds)
}

#[tokio::test(start_paused = true)]
async fn one_scope_that_fails_does_not_stop_the_other() {
    let (scaler, [broken, other]) = two_scopes(&json!({}));
    broken.world().set_bucket_missing(true);
    let mut rig = Rig::new();
    rig.clock(NIGHT);
    let reply = scaler.run(&Command::Tick {}, &rig.request()).await.unwrap();
    match reply {
        Reply::Tick { reports, errors } => {
            assert_eq!(reports.len(), 1);
            assert_eq!(errors.len(), 1);
            assert!(errors[0].error.contains("NoSuchBucket"), "{errors:?}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(other.world().size_of("train"), size(0, 0, 6));
    assert_eq!(broken.world().size_of("train"), size(2, 4, 6));
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_request_is_one_for_all_scopes() {
    let config = config(&json!({ "scopes": [
        { "account": "111122223333", "region": "eu-central-1" },
        { "account": "111122223333", "region": "eu-west-1" },
    ]}));
    let worlds = [0, 1].map(|index: usize| FakeAws::of_scope(config.scopes[index].clone()));
    for aws in &worlds {
        train(&mut aws.world());
    }
    let faults = Faults::new();
    // The first scope takes as long as there is.
    faults.at_async(0, || tokio::time::sleep(Duration::from_mins(5)));
    let scopes = vec![
        (config.scopes[0].clone(), faults.wrap(worlds[0].ports())),
        (config.scopes[1].clone(), worlds[1].ports()),
    ];
    let mut rig = Rig::new();
    rig.clock(NIGHT);
    let scaler = Scaler::new(config, scopes);
    let reply = scaler.run(&Command::Tick {}, &rig.request()).await.unwrap();
    let Reply::Tick { reports, .. } = reply else {
        panic!("no tick");
    };
    for (report, aws) in reports.iter().zip(&worlds) {
        assert_eq!(report.failures(), 1);
        let outcome = report.plan.actions[0].outcome.clone().unwrap();
        assert!(outcome.contains("no time left"), "{outcome}");
        assert_eq!(aws.world().size_of("train"), size(2, 4, 6));
        assert_eq!(aws.world().mutations().len(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn why_says_what_is_decided_and_from_what() {
    let mut rig = Rig::new();
    rig.train();
    rig.settle_from(NIGHT).await;
    let writes = rig.writes();
    let reply = rig
        .command(&json!({ "command": "why", "target": "train" }))
        .await
        .unwrap();
    let Reply::Why(why) = reply else {
        panic!("{reply:?}");
    };
    assert_eq!(rig.writes(), writes);
    assert!(why.record.is_some());
    assert!(why.untouched.unwrap().contains("asleep, as it should be"));
    let next = why.schedule.unwrap().next.unwrap();
    assert_eq!(next.at, crate::rig::at("2026-11-03T08:00:00Z"));
}

#[tokio::test(start_paused = true)]
async fn a_kind_that_cannot_be_listed_is_an_error_and_loses_no_record() {
    let mut rig = crate::crash::platform().await;
    rig.settle_from(NIGHT).await;
    let records = rig.document().await.records;
    for action in [
        "autoscaling:DescribeAutoScalingGroups",
        "sagemaker:ListEndpoints",
        "tag:GetResources",
    ] {
        rig.aws.world().deny(action);
        rig.clock("2026-11-02T22:00:00Z");
        let report = rig.tick().await;
        let errors = format!("{:?}", report.plan.errors);
        assert!(errors.contains(action), "{errors}");
        assert_eq!(rig.document().await.records, records, "{action}");
        rig.aws.world().allow(action);
    }
    let report = rig.tick().await;
    assert!(untouched(&report, "asg/train").contains("asleep, as it should be"));
}

//! A platform that is made in a second, for tests that need many nights.

use afterhours_local::proxy::Transitions;
use anyhow::Context as _;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use crate::random::Random;
use crate::stage::{Answered, Stage};

const SMALL: &str = include_str!("../python/small.py");

/// Six in the evening in Berlin, on a Tuesday: the schedule closes.
pub const EVENING: &str = "2026-11-24T17:00:00Z";

/// Eight in the morning after: the schedule opens.
pub const MORNING: &str = "2026-11-25T07:00:00Z";

/// Ticks until every form of sleep or wake has come to its end, one change of an endpoint at a time.
pub const TICKS: i64 = 9;

/// A stage with the small platform on it.
#[derive(Debug)]
pub struct Small {
    /// The stage.
    pub stage: Stage,
    /// What an independent client saw before anything was done.
    pub before: Value,
    /// The configuration.
    pub config: Value,
}

impl Small {
    /// Makes the platform, with capacities chosen by a seed.
    pub fn start(name: &str, seed: u64) -> anyhow::Result<Self> {
        let stage = Stage::start(name)?;
        let mut random = Random::new(seed);
        let mut size = || {
            let min = random.between(0, 2);
            let desired = min + random.between(1, 3);
            json!([min, desired, desired + random.between(1, 3)])
        };
        let groups = json!({"tracked": size(), "plain": size()});
        let arguments = json!({
            "groups": groups, "queue": random.between(1, 4), "split": random.between(2, 4),
        });
        stage.aws.proxy.set_transitions(Transitions::Immediate);
        let topic = stage.aws.python(SMALL, &arguments)?;
        stage
            .aws
            .proxy
            .set_transitions(Transitions::AfterDescribes(1));
        let config = json!({
            "version": 1,
            "mode": "act",
            "environment": "test",
            "zone": "Europe/Berlin",
            "bucket": "small",
            "topic_arn": topic.as_str().context("no topic")?,
            "scopes": [{"account": afterhours_local::ACCOUNT, "region": afterhours_local::REGION}],
            "schedules": {"office": "Mon-Fri 08:00-18:00"},
            "recreate_endpoints": ["split"],
            "digest": {"at": "23:59"},
            "rates": {"autoscaling": 1000.0, "application_autoscaling": 1000.0, "sagemaker": 1000.0},
        });
        stage.configure(&config)?;
        let before = stage.aws.snapshot()?;
        Ok(Self {
            stage,
            before,
            config,
        })
    }

    /// Ticks from an instant on, every five minutes, until all is settled.
    pub fn settle(&self, from: &str) -> anyhow::Result<()> {
        let from: Timestamp = from.parse()?;
        for tick in 0..TICKS {
            let at = from.checked_add((tick * 5).minutes())?;
            let answered = self.stage.tick(at)?;
            answered.response()?;
        }
        Ok(())
    }

    /// What the scaler remembers.
    pub fn records(&self, at: &str) -> anyhow::Result<Value> {
        let answered = self
            .stage
            .send(at.parse()?, &json!({"command": "status"}))?;
        let status = answered.response()?;
        status
            .pointer("/scopes/0/records")
            .cloned()
            .context("the status holds no records")
    }

    /// One tick.
    pub fn tick(&self, at: &str) -> anyhow::Result<Answered> {
        self.stage.tick(at.parse()?)
    }

    /// Fails unless everything is what it was before.
    pub fn assert_restored(&self, when: &str) -> anyhow::Result<()> {
        let differences =
            afterhours_local::snapshot::diff(&self.before, &self.stage.aws.snapshot()?);
        anyhow::ensure!(differences.is_empty(), "{when}: {}", differences.join("; "));
        let records = self.records("2026-11-25T08:00:00Z")?;
        anyhow::ensure!(records == json!({}), "{when}: records are left: {records}");
        Ok(())
    }

    /// Fails unless everything sleeps and everything is remembered.
    pub fn assert_asleep(&self, when: &str) -> anyhow::Result<()> {
        let at = "2026-11-24T20:00:00Z";
        let records = self.records(at)?;
        for target in [
            "asg/tracked",
            "asg/plain",
            "endpoint/queue",
            "endpoint/split",
        ] {
            let phase = records.get(target).and_then(|record| record.get("phase"));
            anyhow::ensure!(
                phase == Some(&json!("asleep")),
                "{when}: {target}: {records}"
            );
        }
        for group in ["tracked", "plain"] {
            let size = |field: &str| {
                self.before
                    .pointer(&format!("/auto_scaling_groups/{group}/{field}"))
                    .cloned()
            };
            let saved = records.pointer(&format!("/asg~1{group}/saved/group/size"));
            let expected = json!({
                "min": size("MinSize"), "desired": size("DesiredCapacity"), "max": size("MaxSize"),
            });
            anyhow::ensure!(saved == Some(&expected), "{when}: {group} saved {saved:?}");
        }
        Ok(())
    }
}

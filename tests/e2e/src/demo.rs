//! One night on the local AWS, for a newcomer to watch.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use afterhours_local::proxy::Published;
use afterhours_local::snapshot::diff;
use afterhours_local::terraform::Terraform;
use anyhow::{Context as _, bail, ensure};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};
use serde_json::{Value, json};

use crate::platform;
use crate::random::Random;
use crate::stage::{Answered, Stage};
use crate::tampering;

/// The zone of the sample configuration.
const ZONE: &str = "Europe/Berlin";

/// Minutes between two ticks, as the schedule of an installed scaler makes them.
const TICK_MINUTES: i64 = 5;

/// Columns of a terminal.
const COLUMNS: usize = 80;

/// What happened to a sleeper in the night.
#[derive(Debug, Default)]
struct Story {
    slept: Option<String>,
    woke: Option<String>,
    before: String,
    lease: Option<String>,
}

/// Calls of a night.
#[derive(Debug, Default)]
struct Tally {
    ticks: u32,
    quiet: u32,
    reads: usize,
    changes: usize,
    writes: usize,
}

/// Runs the night; an error where anything is not as it was before.
pub fn run(seed: Option<u64>) -> anyhow::Result<()> {
    let seed = match seed {
        Some(seed) => seed,
        None => fresh_seed()?,
    };
    say("afterhours: one night on a local AWS")?;
    say(&format!(
        "Capacities are chosen by seed {seed}; `--seed {seed}` repeats them."
    ))?;
    let stage = Stage::start("demo")?;
    let begun = Instant::now();
    step("[1/4] The sample platform, applied by Terraform's real AWS provider")?;
    let mut random = Random::new(seed);
    let (terraform, output) = stage
        .aws
        .apply_platform(&platform::variables(&mut random))?;
    let text = |name: &str| {
        let value = output
            .get(name)
            .map(|output| output.get("value").unwrap_or(output));
        value
            .and_then(Value::as_str)
            .map(ToOwned::to_owned)
            .with_context(|| format!("no {name}"))
    };
    let bucket = text("bucket")?;
    let mut config = platform::config(&bucket, &text("topic_arn")?);
    watch_state(&stage, &terraform, &bucket, &mut config)?;
    stage.configure(&config)?;
    stage.store_webhook()?;
    let before = stage.aws.snapshot()?;
    let count = |kind: &str| {
        before
            .get(kind)
            .and_then(Value::as_object)
            .map_or(0, serde_json::Map::len)
    };
    say(&format!(
        "      {} groups and {} endpoints stand after {} s",
        count("auto_scaling_groups"),
        count("endpoints"),
        begun.elapsed().as_secs()
    ))?;

    let mut night = Night::new(&stage, &bucket);
    night.run()?;
    let Night {
        stories,
        tally,
        drift,
        ..
    } = night;
    ensure!(
        drift.len() == 2,
        "two things were changed by hand, and the drift watcher found {drift:?}"
    );

    let slack = alerts(&stage)?;

    step("[4/4] Before and after, field by field, read by an independent client")?;
    let after = stage.aws.snapshot()?;
    let folder = stage.aws.run_folder().to_owned();
    let differences = diff(&before, &after);
    keep(&folder, "before.json", &before)?;
    keep(&folder, "after.json", &after)?;
    keep(&folder, "slack.json", &Value::Array(slack))?;
    keep(&folder, "calls.json", &json!(stage.aws.proxy.counts()))?;
    table(&stories)?;
    let Tally {
        ticks,
        quiet,
        reads,
        changes,
        writes,
    } = tally;
    say(&format!(
        "{ticks} ticks: {reads} reads, {changes} changes, {writes} writes to the state bucket."
    ))?;
    say(&format!(
        "{quiet} of them had nothing to do: no change, no write."
    ))?;
    if !differences.is_empty() {
        for difference in &differences {
            say(&format!("DIFFERS {difference}"))?;
        }
        bail!(
            "{} fields are not what they were before the night",
            differences.len()
        );
    }
    let slept = stories
        .values()
        .filter(|story| story.slept.is_some())
        .count();
    let woke = stories
        .values()
        .filter(|story| story.woke.is_some())
        .count();
    ensure!(slept > 0 && slept == woke, "{slept} slept and {woke} woke");
    say(&format!(
        "{slept} slept, {woke} woke, and every field is what it was before."
    ))?;
    say(&format!("Left for a look: {}", relative(&folder)))?;
    say(&format!("The night took {} s.", begun.elapsed().as_secs()))
}

/// Puts the platform's state where the drift watcher finds it.
fn watch_state(
    stage: &Stage,
    terraform: &Terraform,
    bucket: &str,
    config: &mut Value,
) -> anyhow::Result<()> {
    terraform.refresh()?;
    let text = fs::read_to_string(terraform.state_file())?;
    let address = tampering::put_state(stage, bucket, &text)?;
    if let Some(config) = config.as_object_mut() {
        // Some endpoints are made by a script, since the old provider cannot: no state names them.
        let drift = json!({"states": [address], "unmanaged": false});
        config.insert("drift".to_owned(), drift);
    }
    Ok(())
}

/// Says that the digest of the night tells of what somebody did by hand.
fn digest_tells(published: &[Published]) -> anyhow::Result<()> {
    for what in ["opens 22/tcp to the world", "versioning was stopped"] {
        let is_told = |body: &str| body.contains("Night of") && body.contains(what);
        ensure!(
            published.iter().any(|alert| is_told(&alert.body("email"))),
            "the digest of the night does not say: {what}"
        );
    }
    Ok(())
}

/// Gives what was published to the notifier, and prints it as it is read in an e-mail.
fn alerts(stage: &Stage) -> anyhow::Result<Vec<Value>> {
    step("[3/4] The alerts, through SNS and the notifier to Slack")?;
    let published = stage.aws.proxy.published();
    ensure!(
        !published.is_empty(),
        "no alert was published: the digest is missing"
    );
    digest_tells(&published)?;
    stage.deliver(&published)?;
    let accepted = stage.slack.accepted();
    let refused: Vec<_> = stage
        .slack
        .messages()
        .into_iter()
        .flat_map(|message| message.problems)
        .collect();
    ensure!(
        refused.is_empty(),
        "Slack would refuse: {}",
        refused.join("; ")
    );
    ensure!(
        accepted.len() == published.len(),
        "not every alert reached Slack"
    );
    for alert in &published {
        for line in alert.body("email").lines() {
            say(&format!("    {line}"))?;
        }
    }
    Ok(accepted)
}

/// The course of the night.
struct Night<'a> {
    stage: &'a Stage,
    bucket: &'a str,
    zone: TimeZone,
    drift: Vec<(String, String)>,
    stories: BTreeMap<String, Story>,
    tally: Tally,
}

impl<'a> Night<'a> {
    fn new(stage: &'a Stage, bucket: &'a str) -> Self {
        let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
        Self {
            stage,
            bucket,
            zone,
            drift: Vec::new(),
            stories: BTreeMap::new(),
            tally: Tally::default(),
        }
    }

    fn run(&mut self) -> anyhow::Result<()> {
        let evening = jiff::civil::date(2026, 11, 24).at(17, 45, 0, 0);
        let begin = evening.to_zoned(self.zone.clone())?;
        let end = begin.checked_add(15.hours())?;
        let lease = begin.with().hour(22).minute(0).build()?;
        let tampered = begin.checked_add(8.hours())?;
        let scanned = begin.checked_add(12.hours())?;
        step(&format!(
            "[2/4] The night, {} to {}, a tick every {TICK_MINUTES} min",
            begin.strftime("%a %d %b %H:%M"),
            end.strftime("%a %d %b %H:%M")
        ))?;
        let mut now = begin;
        while now <= end {
            if now == lease {
                self.lease(&now)?;
            }
            if now == tampered {
                tampering::tamper(self.stage, self.bucket)?;
                let at = now.strftime("%H:%M");
                say(&format!(
                    "  {at}  somebody opens port 22 to the world and stops a versioning"
                ))?;
            }
            if now == scanned {
                self.scan(&now)?;
            }
            let answered = self.stage.tick(now.timestamp())?;
            self.watch(&now, &answered)?;
            now = now.checked_add(TICK_MINUTES.minutes())?;
        }
        Ok(())
    }

    /// The drift watcher's hour.
    fn scan(&mut self, now: &Zoned) -> anyhow::Result<()> {
        let answered = self.stage.scan(now.timestamp())?;
        let answer = answered.response()?;
        let coverage = answer.get("coverage").cloned().unwrap_or_default();
        let compared = coverage.get("compared").and_then(Value::as_u64);
        self.drift = tampering::open_findings(answer)?;
        let at = now.strftime("%H:%M");
        say(&format!(
            "  {at}  the drift watcher compares {} resources by {} calls",
            compared.unwrap_or_default(),
            answered.calls.len()
        ))?;
        for (address, what) in &self.drift {
            say(&format!("         {address}: {what}"))?;
        }
        Ok(())
    }

    /// An engineer needs GPUs at 22:00.
    fn lease(&mut self, now: &Zoned) -> anyhow::Result<()> {
        let payload = json!({
            "command": "wake", "target": "gpu-training", "for": "3h", "count": 2,
            "reason": "fine-tuning run", "owner": "ml-team",
        });
        say(&format!("  {}  an engineer asks: {payload}", now.strftime("%H:%M")).replace('"', ""))?;
        let answered = self.stage.send(now.timestamp(), &payload)?;
        let reply = answered.response()?;
        let until: Timestamp = reply
            .pointer("/lease/until")
            .and_then(Value::as_str)
            .context("the answer holds no lease")?
            .parse()?;
        let until = until.to_zoned(self.zone.clone());
        let span = format!("{}-{}", now.strftime("%H:%M"), until.strftime("%H:%M"));
        self.stories
            .entry("asg/gpu-training".to_owned())
            .or_default()
            .lease = Some(span);
        self.count(&answered);
        let tick = reply.get("tick").cloned().unwrap_or(Value::Null);
        self.tell(now, &tick)
    }

    fn watch(&mut self, now: &Zoned, answered: &Answered) -> anyhow::Result<()> {
        let reply = answered.response()?;
        ensure!(
            reply
                .get("errors")
                .and_then(Value::as_array)
                .is_some_and(Vec::is_empty),
            "at {now}: {reply}"
        );
        self.tally.ticks += 1;
        self.count(answered);
        let (changes, writes) = (answered.mutations().len(), answered.writes().len());
        for report in reply
            .get("reports")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let actions = report
                .get("actions")
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            ensure!(
                actions > 0 || changes == 0,
                "at {now}: changes without an action"
            );
            if actions == 0 && writes == 0 {
                self.tally.quiet += 1;
            }
            self.tell(now, report)?;
            if actions == 0 && now.minute() == 0 {
                say(&format!(
                    "  {}  all is as it should be",
                    now.strftime("%H:%M")
                ))?;
            }
        }
        Ok(())
    }

    fn count(&mut self, answered: &Answered) {
        let (changes, writes) = (answered.mutations().len(), answered.writes().len());
        self.tally.changes += changes;
        self.tally.writes += writes;
        self.tally.reads += answered
            .calls
            .iter()
            .filter(|record| !record.call.mutating)
            .count();
    }

    /// Prints what a report says was done, and remembers it.
    fn tell(&mut self, now: &Zoned, report: &Value) -> anyhow::Result<()> {
        let time = now.strftime("%H:%M").to_string();
        for action in report
            .get("actions")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let field = |name: &str| action.get(name).and_then(Value::as_str).unwrap_or_default();
            let (target, verb) = (field("target"), field("action"));
            let (from, to) = (shape(action.get("from")), shape(action.get("to")));
            let outcome = field("outcome");
            ensure!(outcome == "done", "at {now}: {verb} {target}: {outcome}");
            say(&format!("  {time}  {verb:5}  {target:26} {from} -> {to}"))?;
            let story = self.stories.entry(target.to_owned()).or_default();
            if verb == "sleep" && story.slept.is_none() {
                story.slept = Some(time.clone());
                story.before.clone_from(&from);
            } else if verb == "wake" {
                story.woke = Some(time.clone());
            }
        }
        Ok(())
    }
}

fn shape(value: Option<&Value>) -> String {
    let number = |value: Option<&Value>| value.and_then(Value::as_u64).unwrap_or(0);
    match value {
        Some(size) if size.get("desired").is_some() => format!(
            "{}/{}/{}",
            number(size.get("min")),
            number(size.get("desired")),
            number(size.get("max"))
        ),
        Some(endpoint) => match endpoint.get("instances").and_then(Value::as_object) {
            Some(instances) => instances
                .iter()
                .map(|(name, count)| format!("{name}={count}"))
                .collect::<Vec<_>>()
                .join(","),
            None => "absent".to_owned(),
        },
        None => String::new(),
    }
}

fn table(stories: &BTreeMap<String, Story>) -> anyhow::Result<()> {
    say(&format!(
        "{:28} {:>6}  {:12} {:>6}  {}",
        "SLEEPER", "SLEPT", "LEASE", "WOKE", "BEFORE AND AFTER"
    ))?;
    for (target, story) in stories {
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        say(&format!(
            "{target:28} {:>6}  {:12} {:>6}  {}",
            or_none(&story.slept),
            or_none(&story.lease),
            or_none(&story.woke),
            story.before
        ))?;
    }
    Ok(())
}

fn keep(folder: &Path, name: &str, value: &Value) -> anyhow::Result<()> {
    fs::write(folder.join(name), serde_json::to_vec_pretty(value)?)?;
    Ok(())
}

/// A path as it is typed in the current folder.
fn relative(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here)
        .unwrap_or(path)
        .display()
        .to_string()
}

fn fresh_seed() -> anyhow::Result<u64> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the clock only chooses a seed, which is printed"
    )]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(now.as_secs() % 1_000_000)
}

fn step(text: &str) -> anyhow::Result<()> {
    say("")?;
    say(text)
}

/// Prints within the columns of a terminal, at once.
fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let mut rest = text;
    loop {
        let end = rest
            .char_indices()
            .nth(COLUMNS)
            .map_or(rest.len(), |(index, _)| index);
        let end = match rest.get(..end).and_then(|line| line.rfind(' ')) {
            Some(space) if end < rest.len() && space > 0 => space,
            _ => end,
        };
        let (line, tail) = rest.split_at(end);
        writeln!(out, "{line}")?;
        rest = tail.trim_start();
        if rest.is_empty() {
            break;
        }
    }
    out.flush()?;
    Ok(())
}

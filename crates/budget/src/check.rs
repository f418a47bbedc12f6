//! The hourly check without Cost Explorer: what runs outside its schedule now, and what that costs.

use std::collections::{BTreeMap, BTreeSet};

use afterhours_core::alert::{Envelope, Kind as AlertKind, Scope as AlertScope, Severity};
use afterhours_core::config::Config;
use afterhours_core::memory::ScopeDocument;
use afterhours_core::model::{Kind, Scope, TargetId};
use afterhours_core::plan::{Reason, Want, calendar, want};
use afterhours_core::schedule::State;
use afterhours_cost::alert::money;
use afterhours_cost::incident::Incident;
use afterhours_ports::{Publisher, Running, RunningCapacity, Store};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::BudgetError;
use crate::history::utc_day;
use crate::join::{is_within, leased, short};
use crate::keep;
use crate::prices::Prices;

/// Key of what the check remembers.
pub const CHECK_KEY: &str = "budget/check.json";
/// Going to sleep takes a while: this soon after its window closed nothing is told of.
const SETTLES: SignedDuration = SignedDuration::from_mins(20);
/// What lasts is told of again after this long.
const REMIND: SignedDuration = SignedDuration::from_hours(24);
/// Days that are remembered, for incidents to be joined with.
const REMEMBERED: usize = 45;
/// Sleepers named in an alert.
const NAMED: usize = 15;

/// What the check remembers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Awake {
    version: u32,
    /// What was told last and is not over.
    told: Option<Told>,
    /// What ran outside its schedule, by day and sleeper (`ACCOUNT/REGION asg/NAME`).
    days: BTreeMap<Date, BTreeMap<String, Ran>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    since: Timestamp,
    at: Timestamp,
    usd_per_hour: f64,
}

/// What ran on a day outside its schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ran {
    target: TargetId,
    checks: u32,
    usd: f64,
    why: String,
}

impl Default for Awake {
    fn default() -> Self {
        Self {
            version: 1,
            told: None,
            days: BTreeMap::new(),
        }
    }
}

impl Awake {
    /// Reads what is remembered; nothing before the first check.
    ///
    /// # Errors
    /// The bucket, or a damaged document.
    pub async fn load(store: &dyn Store) -> Result<Self, BudgetError> {
        Ok(read(store).await?.0)
    }

    /// Sentences about the sleepers of these kinds that ran in the days of an incident; their names go into `told`.
    pub(crate) fn causes(
        &self,
        incident: &Incident,
        kinds: &BTreeSet<Kind>,
        told: &mut BTreeSet<String>,
    ) -> Vec<String> {
        let mut sums: BTreeMap<&String, (u32, f64, &Ran)> = BTreeMap::new();
        let days = self
            .days
            .iter()
            .filter(|(day, _)| is_within(incident, **day));
        for (name, ran) in days.flat_map(|(_, targets)| targets) {
            if kinds.contains(&ran.target.kind) {
                let sum = sums.entry(name).or_insert((0, 0.0, ran));
                sum.0 += ran.checks;
                sum.1 += ran.usd;
                sum.2 = ran;
            }
        }
        let mut sums: Vec<_> = sums.into_iter().collect();
        sums.sort_by(|(_, a), (_, b)| b.1.total_cmp(&a.1).then(b.0.cmp(&a.0)));
        sums.into_iter()
            .map(|(_, (checks, usd, ran))| {
                told.insert(ran.target.to_string());
                let about = if usd > 0.0 {
                    format!(", about {}", money(usd, Some("USD")))
                } else {
                    String::new()
                };
                format!(
                    "{} (seen outside its schedule by {checks} hourly checks{about})",
                    ran.why
                )
            })
            .collect()
    }
}

async fn read(store: &dyn Store) -> Result<(Awake, afterhours_ports::Precondition), BudgetError> {
    let (bytes, only_if) = keep::get(store, CHECK_KEY).await?;
    let awake = match bytes {
        None => Awake::default(),
        Some(bytes) => {
            let damaged = |source: Box<dyn std::error::Error + Send + Sync>| BudgetError::Damaged {
                key: CHECK_KEY,
                source,
            };
            let read: Awake =
                serde_json::from_slice(&bytes).map_err(|error| damaged(error.into()))?;
            if read.version != 1 {
                let text = format!("version {}; accepted: 1", read.version);
                return Err(damaged(text.into()));
            }
            read
        }
    };
    Ok((awake, only_if))
}

/// A sleeper that runs outside its schedule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outside {
    /// Account and region.
    pub scope: Scope,
    /// The sleeper.
    pub target: TargetId,
    /// Instances by type.
    pub instances: BTreeMap<String, u32>,
    /// What they cost; none of those without a price.
    pub usd_per_hour: f64,
    /// Types without a known price.
    pub without_price: Vec<String>,
    /// Why it runs, in a sentence.
    pub why: String,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Checked {
    /// When.
    pub at: Timestamp,
    /// What runs outside its schedule, the dearest first.
    pub outside: Vec<Outside>,
    /// What all of it costs, as far as prices are known.
    pub usd_per_hour: f64,
    /// What could not be read, and why.
    pub unread: Vec<(String, String)>,
    /// Alerts that were published.
    pub alerts: usize,
}

/// What is known of one scope.
#[derive(Debug, Clone)]
pub struct Place {
    /// What the scaler remembers.
    pub document: ScopeDocument,
    /// What runs.
    pub capacity: RunningCapacity,
}

/// Decides what runs outside its schedule, as the scaler decides: by tags, schedule, leases and holds.
pub fn outside(config: &Config, places: &[Place], prices: &Prices, now: Timestamp) -> Vec<Outside> {
    let mut found = Vec::new();
    for place in places {
        for running in &place.capacity.items {
            if let Some(why) = why(config, &place.document, running, now) {
                found.push(priced(&place.document.scope, running, why, prices));
            }
        }
    }
    found.sort_by(|a, b| {
        let money = b.usd_per_hour.total_cmp(&a.usd_per_hour);
        money.then_with(|| (&a.scope, &a.target).cmp(&(&b.scope, &b.target)))
    });
    found
}

fn why(
    config: &Config,
    document: &ScopeDocument,
    running: &Running,
    now: Timestamp,
) -> Option<String> {
    let target = &running.target;
    let remembered = document.records.contains_key(target);
    let (calendar, _) = calendar(config, &running.tags)?;
    let closed = calendar.state(now) == State::Asleep;
    match want(config, document, target, &running.tags, remembered, now) {
        Want::Awake { open: false, .. } if closed => {
            let lease = document.leases.get(target)?;
            Some(leased(target, lease))
        }
        Want::Asleep { why } => {
            let settles = calendar
                .previous_transition(now)
                .is_some_and(|edge| now.duration_since(edge.at) < SETTLES);
            if closed && settles {
                return None;
            }
            Some(still_running(document, target, &why))
        }
        _ => None,
    }
}

fn still_running(document: &ScopeDocument, target: &TargetId, why: &Reason) -> String {
    if let Some(grace) = document.grace.get(target) {
        return format!(
            "{target} stayed awake since {}: {}",
            short(grace.since),
            grace.busy
        );
    }
    let failed = document.outcomes.get(target);
    if let Some(error) = failed.and_then(|outcome| outcome.error.as_ref()) {
        return format!("{target} could not be put to sleep: {error}");
    }
    if document.paused.is_some() {
        return format!("{target} runs although it should sleep: the scaler is paused");
    }
    if matches!(why, Reason::Held { .. }) {
        return format!("{target} runs although it is held asleep");
    }
    format!("{target} runs although its schedule says asleep")
}

fn priced(scope: &Scope, running: &Running, why: String, prices: &Prices) -> Outside {
    let mut usd_per_hour = 0.0;
    let mut without_price = Vec::new();
    for (kind, count) in &running.instances {
        match prices.of(&scope.region, kind) {
            Some(price) => usd_per_hour += price * f64::from(*count),
            None if kind.is_empty() => without_price.push("a type that is not known".to_owned()),
            None => without_price.push(kind.clone()),
        }
    }
    Outside {
        scope: scope.clone(),
        target: running.target.clone(),
        instances: running.instances.clone(),
        usd_per_hour,
        without_price,
        why,
    }
}

/// Tells of capacity above the configured amount when it begins, doubles, still lasts a day later, and ends.
///
/// The alert goes out first: what could not be told is not remembered, and the next check tells it.
///
/// # Errors
/// The bucket, the topic, or another check at the same time.
pub async fn check(
    config: &Config,
    places: &[Place],
    store: &dyn Store,
    publisher: Option<&dyn Publisher>,
    scope: &AlertScope,
    now: Timestamp,
) -> Result<Checked, BudgetError> {
    let budget = config.budget.clone().unwrap_or_default();
    let (mut awake, only_if) = read(store).await?;
    let before = awake.clone();
    let outside = outside(config, places, &Prices::new(&budget), now);
    let usd_per_hour: f64 = outside.iter().map(|one| one.usd_per_hour).sum();
    let unread: Vec<_> = places
        .iter()
        .flat_map(|place| place.capacity.unread.iter().cloned())
        .collect();
    let mut checked = Checked {
        at: now,
        outside,
        usd_per_hour,
        unread,
        alerts: 0,
    };
    if let Some(alert) = awake.tell(&checked, budget.check_above, scope)
        && let Some(publisher) = publisher
    {
        publisher
            .publish(&alert)
            .await
            .map_err(BudgetError::Publish)?;
        checked.alerts = 1;
    }
    awake.remember(&checked);
    if awake != before {
        let json = serde_json::to_vec(&awake).unwrap_or_default();
        keep::put(store, CHECK_KEY, &json, &only_if).await?;
    }
    Ok(checked)
}

impl Awake {
    fn tell(&mut self, checked: &Checked, above: f64, scope: &AlertScope) -> Option<Envelope> {
        let (now, usd) = (checked.at, checked.usd_per_hour);
        if usd <= above {
            // What could not be read may still run.
            if self.told.is_none() || !checked.unread.is_empty() {
                return None;
            }
            let told = self.told.take()?;
            return Some(over(&told, checked, scope));
        }
        let since = self.told.as_ref().map_or(now, |told| told.since);
        let is_due = self.told.as_ref().is_none_or(|told| {
            usd >= 2.0 * told.usd_per_hour || now.duration_since(told.at) >= REMIND
        });
        if !is_due {
            return None;
        }
        self.told = Some(Told {
            since,
            at: now,
            usd_per_hour: usd,
        });
        Some(costly(since, checked, scope))
    }

    fn remember(&mut self, checked: &Checked) {
        if checked.outside.is_empty() {
            return;
        }
        let day = self.days.entry(utc_day(checked.at)).or_default();
        for one in &checked.outside {
            let ran = day
                .entry(format!("{} {}", one.scope, one.target))
                .or_insert_with(|| Ran {
                    target: one.target.clone(),
                    checks: 0,
                    usd: 0.0,
                    why: String::new(),
                });
            ran.checks += 1;
            // A check stands for the hour until the next one.
            ran.usd += one.usd_per_hour;
            ran.why.clone_from(&one.why);
        }
        while self.days.len() > REMEMBERED {
            self.days.pop_first();
        }
    }
}

fn costly(since: Timestamp, checked: &Checked, scope: &AlertScope) -> Envelope {
    let usd = money(checked.usd_per_hour, Some("USD"));
    let lines: Vec<String> = checked.outside.iter().take(NAMED).map(line).collect();
    let count = checked.outside.len();
    let more = count.saturating_sub(NAMED);
    let mut text = lines.join("\n");
    if more > 0 {
        text = format!("{text}\n… and {more} more");
    }
    Envelope::builder(AlertKind::Budget, Severity::Warning, scope)
        .title(&format!(
            "Capacity outside its schedule costs {usd} per hour"
        ))
        .summary(&text)
        .field("Per hour", &usd)
        .field("Sleepers", &count.to_string())
        .field("Since", &short(since))
        .cause(["cost-check", &scope.environment])
        .details(json!({ "outside": checked.outside, "unread": checked.unread }))
        .build(checked.at)
}

fn over(told: &Told, checked: &Checked, scope: &AlertScope) -> Envelope {
    let usd = money(checked.usd_per_hour, Some("USD"));
    Envelope::builder(AlertKind::Budget, Severity::Info, scope)
        .title(&format!(
            "Capacity outside its schedule is down to {usd} per hour"
        ))
        .summary(&format!("It began at {}.", short(told.since)))
        .cause(["cost-check", &scope.environment])
        .build(checked.at)
}

fn line(one: &Outside) -> String {
    let instances: Vec<String> = one
        .instances
        .iter()
        .map(|(kind, count)| format!("{count} × {}", if kind.is_empty() { "?" } else { kind }))
        .collect();
    let mut text = format!(
        "- {}: {} ({})",
        money(one.usd_per_hour, Some("USD")),
        one.why,
        instances.join(", ")
    );
    if !one.without_price.is_empty() {
        text = format!(
            "{text}; no price is known of {}",
            one.without_price.join(", ")
        );
    }
    text
}

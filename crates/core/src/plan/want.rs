//! What a sleeper should be, from its tags, claims and schedule.

use jiff::Timestamp;

use super::Reason;
use crate::config::{Config, TagRemoved};
use crate::memory::{LeaseOrigin, ScopeDocument};
use crate::model::{Tags, TargetId};
use crate::schedule::{Calendar, Schedule, State};

/// Tag keys that the scaler reads.
pub mod tags {
    /// A named schedule, or the text of one.
    pub const SCHEDULE: &str = "afterhours:schedule";
    /// Any value but `false`: never touched.
    pub const PROTECT: &str = "afterhours:protect";
    /// An instant until which it counts as busy.
    pub const BUSY_UNTIL: &str = "afterhours:busy-until";
    /// `true`: production, and may sleep all the same.
    pub const ALLOW_PRODUCTION: &str = "afterhours:allow-production";
    /// `True`: the configuration's default schedule.
    pub const AUTO_SHUTDOWN: &str = "AutoShutdown";
}

/// Where a schedule comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScheduleSource {
    /// The tag names one of the configuration's.
    Named(String),
    /// The tag holds the text itself.
    Text,
    /// `AutoShutdown=True` selects the default.
    Default(String),
}

/// What the tags say.
#[derive(Debug, Clone)]
pub enum Selection {
    /// Nothing: it is never touched.
    Untagged,
    /// `afterhours:protect`.
    Protected,
    /// Production without its opt-in; holds the tag as `key=value`.
    Production(String),
    /// The schedule cannot be read.
    Invalid {
        /// The tag's value.
        value: String,
        /// What is wrong with it.
        error: String,
    },
    /// It has a schedule.
    Scheduled {
        /// The schedule.
        schedule: Schedule,
        /// Where it comes from.
        source: ScheduleSource,
    },
}

/// Reads what the tags say.
pub fn select(config: &Config, tags: &Tags) -> Selection {
    if tags
        .get(tags::PROTECT)
        .is_some_and(|value| !value.trim().eq_ignore_ascii_case("false"))
    {
        return Selection::Protected;
    }
    let selection = select_schedule(config, tags);
    if matches!(selection, Selection::Untagged) {
        return selection;
    }
    if let Some(production) = &config.production
        && let Some(value) = tags.get(&production.tag)
        && production
            .values
            .iter()
            .any(|known| known.eq_ignore_ascii_case(value.trim()))
        && !is_true(tags.get(tags::ALLOW_PRODUCTION))
    {
        return Selection::Production(format!("{}={value}", production.tag));
    }
    selection
}

fn select_schedule(config: &Config, tags: &Tags) -> Selection {
    if let Some(value) = tags.get(tags::SCHEDULE) {
        if let Some(schedule) = config.schedules.get(value.trim()) {
            let source = ScheduleSource::Named(value.trim().to_owned());
            return Selection::Scheduled {
                schedule: schedule.clone(),
                source,
            };
        }
        return match Schedule::parse(value) {
            Ok(schedule) => Selection::Scheduled {
                schedule,
                source: ScheduleSource::Text,
            },
            Err(error) => {
                let names = config
                    .schedules
                    .keys()
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(", ");
                let names = if names.is_empty() {
                    "none".to_owned()
                } else {
                    names
                };
                let error = format!("{error} (nor is it a named schedule; there are: {names})");
                Selection::Invalid {
                    value: value.clone(),
                    error,
                }
            }
        };
    }
    if is_true(tags.get(tags::AUTO_SHUTDOWN)) {
        let named = config.default_schedule.as_ref();
        return match named.and_then(|name| Some((name, config.schedules.get(name)?))) {
            Some((name, schedule)) => Selection::Scheduled {
                schedule: schedule.clone(),
                source: ScheduleSource::Default(name.clone()),
            },
            None => Selection::Invalid {
                value: format!("{}=True", tags::AUTO_SHUTDOWN),
                error: "the configuration has no default_schedule".to_owned(),
            },
        };
    }
    Selection::Untagged
}

fn is_true(value: Option<&String>) -> bool {
    value.is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
}

/// What a sleeper should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// Awake.
    Awake {
        /// How many, where a lease says so.
        count: Option<u32>,
        /// Whether it would be awake without the lease, too.
        open: bool,
        /// Why.
        why: Reason,
    },
    /// Asleep.
    Asleep {
        /// Why.
        why: Reason,
    },
    /// Not to be touched.
    Leave(Reason),
    /// Not selected at all.
    Ignore,
}

/// Decides what a sleeper should be at `now`; `remembered` where there is a record of this very one, and not
/// of a namesake.
pub fn want(
    config: &Config,
    document: &ScopeDocument,
    target: &TargetId,
    tags: &Tags,
    remembered: bool,
    now: Timestamp,
) -> Want {
    let selection = select(config, tags);
    let calendar = match &selection {
        Selection::Protected if remembered || is_candidate(config, tags) => {
            return Want::Leave(Reason::Protected);
        }
        Selection::Protected => return Want::Ignore,
        Selection::Production(tag) => return Want::Leave(Reason::Production { tag: tag.clone() }),
        Selection::Invalid { error, .. } => {
            return Want::Leave(Reason::InvalidSchedule {
                error: error.clone(),
            });
        }
        Selection::Untagged if !remembered => return Want::Ignore,
        Selection::Untagged => None,
        Selection::Scheduled { schedule, .. } => Some(schedule.calendar(&config.zone)),
    };
    let open = calendar
        .as_ref()
        .is_some_and(|calendar| calendar.state(now) == State::Awake);
    if let Some(hold) = document
        .holds
        .get(target)
        .filter(|hold| hold.is_active(now))
    {
        return Want::Asleep {
            why: Reason::Held { until: hold.until },
        };
    }
    if let Some(lease) = document
        .leases
        .get(target)
        .filter(|lease| lease.is_active(now))
    {
        let why = Reason::Leased {
            until: lease.until,
            count: lease.count,
            observed: lease.origin == LeaseOrigin::Observed,
            owner: lease.owner.clone(),
        };
        // Nobody has to be told of a lease that the schedule covers.
        let why = if open && lease.count.is_none() {
            Reason::Open
        } else {
            why
        };
        return Want::Awake {
            count: lease.count,
            open,
            why,
        };
    }
    match calendar {
        Some(_) if open => Want::Awake {
            count: None,
            open,
            why: Reason::Open,
        },
        Some(_) => Want::Asleep {
            why: Reason::Closed,
        },
        None => match config.tag_removed {
            TagRemoved::Restore => Want::Awake {
                count: None,
                open: true,
                why: Reason::TagRemoved,
            },
            TagRemoved::Leave => Want::Leave(Reason::TagRemoved),
        },
    }
}

fn is_candidate(config: &Config, tags: &Tags) -> bool {
    !matches!(select_schedule(config, tags), Selection::Untagged)
}

/// The calendar of a sleeper, where it has one.
pub fn calendar(config: &Config, tags: &Tags) -> Option<(Calendar, ScheduleSource)> {
    match select(config, tags) {
        Selection::Scheduled { schedule, source } => {
            Some((schedule.calendar(&config.zone), source))
        }
        _ => None,
    }
}

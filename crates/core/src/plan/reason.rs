//! Why a target is changed or left alone.

use std::fmt;

use jiff::Timestamp;

use crate::model::EndpointStatus;

/// Why a target is changed or left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The schedule says awake.
    Open,
    /// The schedule says asleep.
    Closed,
    /// The schedule says asleep, and requests queue meanwhile.
    ///
    /// They expire: "the default is 6 hours" (`RequestTTLSeconds` of `InvokeEndpointAsync`).
    ClosedQueue,
    /// A lease holds.
    Leased {
        /// Until when.
        until: Timestamp,
        /// How many.
        count: Option<u32>,
        /// Whether somebody woke it past this tool.
        observed: bool,
        /// Who; a label.
        owner: Option<String>,
    },
    /// A hold holds.
    Held {
        /// Until when.
        until: Timestamp,
    },
    /// The schedule tag is gone while it sleeps.
    TagRemoved,
    /// Somebody deployed to it at night, which woke it.
    Redeployed {
        /// The configuration it has now.
        config_name: String,
    },
    /// `afterhours:protect`.
    Protected,
    /// Production without its opt-in.
    Production {
        /// The tag that says so, as `key=value`.
        tag: String,
    },
    /// The schedule cannot be read.
    InvalidSchedule {
        /// The error.
        error: String,
    },
    /// Its size is somebody else's.
    OwnedBy(String),
    /// It had nothing before it was looked at.
    AlreadyZero,
    /// It is as it should be: awake.
    Awake,
    /// It is as it should be: asleep.
    Asleep {
        /// Since when.
        since: Timestamp,
        /// What still runs and costs.
        still_running: Vec<String>,
    },
    /// It is changing; the next tick looks again.
    InTransition(EndpointStatus),
    /// It is being deleted.
    BeingDeleted,
    /// It is busy.
    Busy {
        /// With what.
        busy: String,
        /// It sleeps at the latest then.
        until: Timestamp,
    },
    /// It cannot reach zero.
    CannotSleep(String),
    /// The kill switch.
    Paused {
        /// Since when.
        since: Timestamp,
        /// What would be done otherwise.
        would: String,
    },
    /// Another tick works on it.
    InFlight {
        /// At the latest until then.
        until: Timestamp,
    },
    /// One tick changes only a share of the targets.
    Deferred {
        /// How many may change.
        allowed: usize,
        /// Of how many.
        of: usize,
    },
    /// Something is wrong; see the errors and findings.
    Trouble(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("schedule: awake now"),
            Self::Closed => f.write_str("schedule: asleep now"),
            Self::ClosedQueue => f.write_str(
                "schedule: asleep now; requests wait in its queue, and expire after 6 h unless \
                 their RequestTTLSeconds says otherwise",
            ),
            Self::Leased {
                until,
                count,
                observed,
                owner,
            } => {
                f.write_str(if *observed {
                    "woken by hand, respected"
                } else {
                    "leased"
                })?;
                write!(f, " until {until}")?;
                if let Some(count) = count {
                    write!(f, ", count {count}")?;
                }
                if let Some(owner) = owner {
                    write!(f, ", by {owner} (unverified)")?;
                }
                Ok(())
            }
            Self::Held { until } => write!(f, "held asleep until {until}"),
            Self::TagRemoved => f.write_str("its schedule tag was removed while it slept"),
            Self::Redeployed { config_name } => {
                write!(
                    f,
                    "schedule: asleep now; a deployment of {config_name} had woken it"
                )
            }
            Self::Protected => f.write_str("afterhours:protect is set"),
            Self::Production { tag } => {
                write!(
                    f,
                    "production ({tag}) without afterhours:allow-production=true"
                )
            }
            Self::InvalidSchedule { error } => write!(f, "invalid schedule: {error}"),
            Self::OwnedBy(owner) => write!(f, "its size belongs to {owner}"),
            Self::AlreadyZero => f.write_str("already at zero, nothing was taken away"),
            Self::Awake => f.write_str("awake, as it should be"),
            Self::Asleep {
                since,
                still_running,
            } => {
                write!(f, "asleep, as it should be, since {since}")?;
                if !still_running.is_empty() {
                    write!(f, "; still running: {}", still_running.join(", "))?;
                }
                Ok(())
            }
            Self::InTransition(status) => write!(f, "status {status}: left for the next tick"),
            Self::BeingDeleted => f.write_str("it is being deleted"),
            Self::Busy { busy, until } => {
                write!(f, "busy ({busy}); sleeps at {until} at the latest")
            }
            Self::CannotSleep(why) => write!(f, "cannot sleep: {why}"),
            Self::Paused { since, would } => write!(f, "paused since {since}; would {would}"),
            Self::InFlight { until } => {
                write!(f, "another tick works on it, until {until} at most")
            }
            Self::Deferred { allowed, of } => {
                write!(
                    f,
                    "left for the next tick: one tick changes {allowed} of {of} targets"
                )
            }
            Self::Trouble(what) => f.write_str(what),
        }
    }
}

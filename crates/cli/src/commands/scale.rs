//! `scale`: plan, apply, and the claims of people.

mod render;

use afterhours_core::command::Command as Payload;
use afterhours_core::config::Span;
use afterhours_core::model::TargetName;
use afterhours_scaler::{Reply, TickReport};
use clap::{Args, Subcommand};

use crate::context::{Context, Failure, Format, Outcome};
use crate::scaler::{self, Answer, Connection};

/// What `scale` can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print what a tick would do now; changes nothing. Exit code 2: something is to be done.
    Plan(Plain),
    /// Carry out a tick now.
    Apply(Plain),
    /// Print records, leases, holds and the last outcomes.
    Status(Plain),
    /// Claim a sleeper awake for a time.
    Wake(Claim),
    /// Make a lease longer, counted from its end.
    Extend(Longer),
    /// End a lease or a hold now.
    Release(Target),
    /// Hold a sleeper asleep for a time.
    Sleep(Hold),
    /// Stop all action until `resume`.
    Pause(Switch),
    /// End a pause.
    Resume(Plain),
    /// Explain what is decided about a sleeper, and from what.
    Why(Target),
}

#[derive(Debug, Args)]
pub(crate) struct Plain {
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
pub(crate) struct Target {
    /// The sleeper: NAME, `asg/NAME` or `endpoint/NAME`.
    #[arg(value_name = "TARGET")]
    target: TargetName,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
pub(crate) struct Longer {
    /// The sleeper: NAME, `asg/NAME` or `endpoint/NAME`.
    #[arg(value_name = "TARGET")]
    target: TargetName,

    /// How long: 90m, 3h, 1h30m, 2d.
    #[arg(long = "for", value_name = "TIME")]
    span: Span,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
pub(crate) struct Hold {
    #[command(flatten)]
    longer: Longer,

    #[command(flatten)]
    label: Label,
}

#[derive(Debug, Args)]
pub(crate) struct Claim {
    #[command(flatten)]
    longer: Longer,

    /// How many instances; all that it had, where not given.
    #[arg(long, value_name = "N")]
    count: Option<u32>,

    #[command(flatten)]
    label: Label,
}

#[derive(Debug, Args)]
pub(crate) struct Switch {
    #[command(flatten)]
    label: Label,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Args)]
struct Label {
    /// Why; shown in reports.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    /// Who; shown in reports as unverified.
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
}

impl Command {
    /// Does it.
    pub(crate) fn run(self, context: &mut Context) -> Result<Outcome, Failure> {
        let (payload, connection) = self.payload();
        let reply = match scaler::ask(&payload, &connection)? {
            Answer::Reply(reply) => reply,
            Answer::Document(document) => {
                context.print_json(&document)?;
                return Ok(Outcome::Complete);
            }
        };
        match context.format {
            Format::Json => print_json(context, &reply)?,
            Format::Human => render::reply(context, &payload, &reply)?,
        }
        outcome(&payload, &reply)
    }

    fn payload(self) -> (Payload, Connection) {
        match self {
            Self::Plan(Plain { connection }) => (Payload::Plan {}, connection),
            Self::Apply(Plain { connection }) => (Payload::Tick {}, connection),
            Self::Status(Plain { connection }) => (Payload::Status {}, connection),
            Self::Resume(Plain { connection }) => (Payload::Resume {}, connection),
            Self::Why(Target { target, connection }) => (Payload::Why { target }, connection),
            Self::Release(Target { target, connection }) => {
                (Payload::Release { target }, connection)
            }
            Self::Extend(Longer {
                target,
                span,
                connection,
            }) => (Payload::Extend { target, span }, connection),
            Self::Sleep(Hold { longer, label }) => {
                let Label { reason, owner } = label;
                let (target, span) = (longer.target, longer.span);
                let payload = Payload::Sleep {
                    target,
                    span,
                    reason,
                    owner,
                };
                (payload, longer.connection)
            }
            Self::Wake(Claim {
                longer,
                count,
                label,
            }) => {
                let Label { reason, owner } = label;
                let (target, span) = (longer.target, longer.span);
                let payload = Payload::Wake {
                    target,
                    span,
                    count,
                    reason,
                    owner,
                };
                (payload, longer.connection)
            }
            Self::Pause(Switch { label, connection }) => {
                let Label { reason, owner } = label;
                (Payload::Pause { reason, owner }, connection)
            }
        }
    }
}

/// One scope is printed as it is, several as a list.
fn print_json(context: &mut Context, reply: &Reply) -> Result<(), Failure> {
    match reply {
        Reply::Tick { reports, errors } => match reports.as_slice() {
            [report] if errors.is_empty() => context.print_json(report),
            _ => context.print_json(reply),
        },
        _ => context.print_json(reply),
    }
}

fn outcome(payload: &Payload, reply: &Reply) -> Result<Outcome, Failure> {
    let failed = |report: &TickReport| !report.plan.errors.is_empty() || report.failures() > 0;
    match reply {
        Reply::Tick { reports, errors } => {
            let found = matches!(payload, Payload::Plan {})
                && reports.iter().any(|report| !report.plan.actions.is_empty());
            let found = found
                || reports
                    .iter()
                    .any(|report| !report.plan.findings.is_empty());
            if reports.iter().any(|report| report.failures() > 0) {
                return Err("not everything could be carried out; see the outcomes above".into());
            }
            if found {
                Ok(Outcome::Found)
            } else if !errors.is_empty() || reports.iter().any(failed) {
                Ok(Outcome::Incomplete)
            } else {
                Ok(Outcome::Complete)
            }
        }
        Reply::Claim(claim) => match &claim.tick {
            Some(tick) if tick.failures() > 0 => Err(
                "the claim is remembered, but acting on it failed; the next tick tries again"
                    .into(),
            ),
            _ => Ok(Outcome::Complete),
        },
        Reply::Status { errors, .. } if !errors.is_empty() => Ok(Outcome::Incomplete),
        Reply::Status { .. } | Reply::Why(_) => Ok(Outcome::Complete),
    }
}

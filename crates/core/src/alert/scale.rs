//! Alerts of the scaler about one sleeper.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::clip;
use super::envelope::{Envelope, Kind, Scope, Severity};

/// What was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// Putting to sleep.
    Sleep,
    /// Waking.
    Wake,
}

impl Operation {
    /// `sleep` or `wake`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sleep => "sleep",
            Self::Wake => "wake",
        }
    }
}

/// The sleeper that an alert is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Where it is.
    pub scope: Scope,
    /// Its name.
    pub target: String,
    /// What it is, such as `asg` or `endpoint`.
    pub kind: String,
    /// Its ARN, when known.
    #[serde(default)]
    pub arn: Option<String>,
}

/// A sleep or a wake that failed and will be tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure<'a> {
    /// What failed.
    pub operation: Operation,
    /// The call that AWS refused, such as `UpdateAutoScalingGroup`, when it was one.
    pub call: Option<&'a str>,
    /// The error, as AWS gave it.
    pub error: &'a str,
    /// What would help, when known.
    pub fix: Option<&'a str>,
}

/// Something about a sleeper that a person has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding<'a> {
    /// Its schedule cannot be read; the sleeper is left alone. `warning`.
    InvalidSchedule {
        /// The text, as in the tag.
        value: &'a str,
        /// What is wrong with it.
        error: &'a str,
        /// How to write it.
        fix: &'a str,
    },
    /// It sleeps, and trying again will not wake it, for example because its endpoint configuration was deleted.
    /// `critical`.
    CannotWake {
        /// Why, such as `endpoint configuration gpu-v3 was deleted`.
        why: &'a str,
        /// What a person can do.
        fix: &'a str,
    },
    /// It sleeps and costs money all the same. `notice`.
    StillBilling {
        /// What costs, such as `2 warm instances`.
        what: &'a str,
        /// What would stop it, when known.
        fix: Option<&'a str>,
    },
    /// Anything else.
    Other {
        /// A short stable name; the fingerprint is made from it.
        code: &'a str,
        /// How much it matters.
        severity: Severity,
        /// What is the matter, to stand behind the name of the sleeper.
        what: &'a str,
        /// What would help, when known.
        fix: Option<&'a str>,
    },
}

/// The alert of a failed wake (`critical`) or a failed sleep (`warning`).
///
/// The fingerprint is that of the sleeper and the operation, so that repeated failures are one thread.
pub fn failure(subject: &Subject, failure: &Failure<'_>, at: Timestamp) -> Envelope {
    let (severity, consequence) = match failure.operation {
        Operation::Wake => (
            Severity::Critical,
            "It is still asleep. The next tick tries again.",
        ),
        Operation::Sleep => (
            Severity::Warning,
            "It is still awake and costs money. The next tick tries again.",
        ),
    };
    let name = clip::line(&subject.target);
    let operation = failure.operation.as_str();
    let mut summary = format!("{consequence}\nError: {}", failure.error);
    if let Some(fix) = failure.fix {
        summary = format!("{summary}\nTo fix it: {fix}");
    }
    let mut builder = about(subject, severity)
        .title(&format!("{name} failed to {operation}"))
        .summary(&summary)
        .cause([&format!("{operation}-failed"), id_of(subject)])
        .details(json!({
            "target": subject.target, "kind": subject.kind, "arn": subject.arn,
            "operation": operation, "call": failure.call, "error": failure.error, "fix": failure.fix,
        }));
    if let Some(call) = failure.call {
        builder = builder.field("Call", call);
    }
    builder.build(at)
}

/// The alert of a finding. The fingerprint is that of the sleeper and the sort of finding.
pub fn finding(subject: &Subject, finding: &Finding<'_>, at: Timestamp) -> Envelope {
    let name = clip::line(&subject.target);
    let (code, severity, title, summary, fix) = match finding {
        Finding::InvalidSchedule { value, error, fix } => (
            "invalid-schedule",
            Severity::Warning,
            format!("{name} has a schedule that cannot be read"),
            format!(
                "It is left alone until the schedule is corrected.\nSchedule: {value}\nError: {error}"
            ),
            Some(*fix),
        ),
        Finding::CannotWake { why, fix } => (
            "cannot-wake",
            Severity::Critical,
            format!("{name} cannot wake: {why}"),
            "It is asleep, and trying again will not help. What it was is kept on record."
                .to_owned(),
            Some(*fix),
        ),
        Finding::StillBilling { what, fix } => (
            "still-billing",
            Severity::Notice,
            format!("{name} is asleep and still billing: {what}"),
            format!("Still billing: {what}"),
            *fix,
        ),
        Finding::Other {
            code,
            severity,
            what,
            fix,
        } => (
            *code,
            *severity,
            format!("{name}: {what}"),
            (*what).to_owned(),
            *fix,
        ),
    };
    let summary = match fix {
        Some(fix) => format!("{summary}\nTo fix it: {fix}"),
        None => summary,
    };
    let mut builder = about(subject, severity)
        .title(&title)
        .summary(&summary)
        .cause([code, id_of(subject)]);
    let more = match finding {
        Finding::InvalidSchedule { value, error, .. } => {
            let explain = format!("afterhours schedule explain {}", clip::shell_word(value));
            builder = builder
                .field("Schedule", value)
                .command("See what is wrong with it", &explain);
            json!({ "value": value, "error": error })
        }
        Finding::CannotWake { why, .. } => json!({ "why": why }),
        Finding::StillBilling { what, .. } | Finding::Other { what, .. } => json!({ "what": what }),
    };
    let details = json!({
        "target": subject.target, "kind": subject.kind, "arn": subject.arn,
        "finding": code, "fix": fix, "facts": more,
    });
    builder.details(details).build(at)
}

fn about(subject: &Subject, severity: Severity) -> super::Builder {
    let builder = Envelope::builder(Kind::Scale, severity, &subject.scope)
        .field("Target", &subject.target)
        .field("Kind", &subject.kind);
    let builder = match &subject.arn {
        Some(arn) => builder.field("ARN", arn),
        None => builder,
    };
    builder.command("Show how it stands", "afterhours scale status")
}

/// What names the sleeper for a fingerprint.
fn id_of(subject: &Subject) -> &String {
    subject.arn.as_ref().unwrap_or(&subject.target)
}

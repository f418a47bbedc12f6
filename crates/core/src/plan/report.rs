//! A plan as it is shown: the JSON of `scale plan` and `scale apply`.

use jiff::Timestamp;
use serde::Serialize;

use super::{Finding, Plan, Shape, Step, Verb};
use crate::config::Mode;
use crate::model::{Kind, Scope, TargetId};

/// A plan, and after it was carried out, what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlanReport {
    /// The instant that it is made for.
    pub now: Timestamp,
    /// The scope.
    pub scope: Scope,
    /// Whether it was, or would be, carried out.
    pub mode: Mode,
    /// What is to be done, in order.
    pub actions: Vec<ActionReport>,
    /// What is left as it is.
    pub untouched: Vec<UntouchedReport>,
    /// What could not be read, decided or done.
    pub errors: Vec<ErrorReport>,
    /// What wants attention.
    pub findings: Vec<FindingReport>,
}

/// One action.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ActionReport {
    /// The target, such as `asg/gpu-training`.
    pub target: TargetId,
    /// Its kind.
    pub kind: Kind,
    /// Its ARN.
    pub arn: String,
    /// `sleep` or `wake`.
    pub action: Verb,
    /// What it is.
    pub from: Shape,
    /// What it becomes.
    pub to: Shape,
    /// Why.
    pub reason: String,
    /// The calls, in order.
    pub steps: Vec<Step>,
    /// What came of it; none before it was carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}

/// A target that is left as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UntouchedReport {
    /// The target.
    pub target: TargetId,
    /// Why.
    pub reason: String,
}

/// Something that went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorReport {
    /// The target; its name is `*` where a whole kind could not be listed.
    pub target: TargetId,
    /// The error.
    pub error: String,
}

/// Something that wants attention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingReport {
    /// The target.
    pub target: TargetId,
    /// A stable name for what is wrong.
    pub code: &'static str,
    /// What is wrong.
    pub what: String,
    /// How to mend it.
    pub fix: String,
}

impl From<&Finding> for FindingReport {
    fn from(finding: &Finding) -> Self {
        Self {
            target: finding.target.clone(),
            code: finding.code,
            what: finding.what.clone(),
            fix: finding.fix.clone(),
        }
    }
}

impl PlanReport {
    /// Shows a plan that was not carried out.
    pub fn new(now: Timestamp, scope: Scope, mode: Mode, plan: &Plan) -> Self {
        Self {
            now,
            scope,
            mode,
            actions: plan
                .actions
                .iter()
                .map(|action| ActionReport {
                    target: action.target.clone(),
                    kind: action.target.kind,
                    arn: action.arn.clone(),
                    action: action.verb,
                    from: action.from.clone(),
                    to: action.to.clone(),
                    reason: action.reason.to_string(),
                    steps: action.steps.clone(),
                    outcome: None,
                })
                .collect(),
            untouched: plan
                .untouched
                .iter()
                .map(|(target, reason)| UntouchedReport {
                    target: target.clone(),
                    reason: reason.to_string(),
                })
                .collect(),
            errors: plan
                .errors
                .iter()
                .map(|(target, error)| ErrorReport {
                    target: target.clone(),
                    error: error.clone(),
                })
                .collect(),
            findings: plan.findings.iter().map(FindingReport::from).collect(),
        }
    }
}

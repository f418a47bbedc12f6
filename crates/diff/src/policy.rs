//! IAM policies, by meaning.

use afterhours_core::alert::Severity;
use afterhours_iam_policy::{Context, Policy, Verdict, compare};

use crate::compare::Surroundings;

/// How many changes a sentence names.
const NAMED: usize = 3;

fn context(surroundings: &Surroundings) -> Context {
    Context {
        account: Some(surroundings.account.clone()),
        partition: Some(surroundings.partition.clone()),
    }
}

/// Whether two policy texts grant and deny the same.
pub(crate) fn equivalent(state: &str, live: &str, surroundings: &Surroundings) -> bool {
    afterhours_iam_policy::equivalent(state, live, &context(surroundings))
}

/// Severity and sentence of a policy that changed; none where one of the texts cannot be read.
pub(crate) fn said(
    path: &str,
    state: &str,
    live: &str,
    surroundings: &Surroundings,
) -> Option<(Severity, String)> {
    let (state, live) = (Policy::parse(state).ok()?, Policy::parse(live).ok()?);
    let comparison = compare(&state, &live, &context(surroundings));
    let opens = comparison.opens_to_everyone() || comparison.adds_administrator();
    let (severity, verdict) = match comparison.verdict {
        _ if opens => (Severity::Critical, "permits more"),
        Verdict::Broader => (Severity::Warning, "permits more"),
        Verdict::Narrower => (Severity::Notice, "permits less"),
        Verdict::Different => (Severity::Warning, "permits something else"),
        Verdict::Equal => (Severity::Info, "means the same"),
    };
    let mut named: Vec<&str> = comparison
        .changes
        .iter()
        .take(NAMED)
        .map(|change| change.text.as_str())
        .collect();
    let more = format!(
        "and {} more",
        comparison.changes.len().saturating_sub(NAMED)
    );
    if comparison.changes.len() > NAMED {
        named.push(&more);
    }
    Some((severity, format!("{path} {verdict}: {}", named.join(", "))))
}

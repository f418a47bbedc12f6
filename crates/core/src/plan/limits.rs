//! What holds a plan back: the focus, a tick at work, the kill switch, the share per tick.

use super::{Action, Plan, PlanInput, Reason, Verb};

/// Takes actions out that may not be carried out in this tick, and says why.
pub(super) fn apply(input: PlanInput<'_>, plan: &mut Plan) {
    let PlanInput {
        now,
        config,
        document,
        focus,
        ..
    } = input;
    plan.actions.sort_by(|a, b| priority(a).cmp(&priority(b)));
    let selected = plan.actions.len() + plan.untouched.len();
    let allowed = allowance(config.limits.max_share_per_tick, selected)
        .max(usize::try_from(config.limits.min_changes_per_tick).unwrap_or(usize::MAX));
    let mut kept = Vec::new();
    let mut held = Vec::new();
    for action in std::mem::take(&mut plan.actions) {
        let reason = if let Some(work) = document.at_work_on(&action.target, now) {
            Some(Reason::InFlight { until: work.until })
        } else if let Some(pause) = &document.paused {
            let would = format!("{}: {}", action.verb, action.reason);
            Some(Reason::Paused {
                since: pause.since,
                would,
            })
        } else if focus.is_some_and(|focus| *focus != action.target) {
            Some(Reason::Trouble("not what this request is about".to_owned()))
        } else if kept.len() >= allowed {
            Some(Reason::Deferred {
                allowed,
                of: selected,
            })
        } else {
            None
        };
        match reason {
            None => kept.push(action),
            Some(reason) => held.push((action.target, reason)),
        }
    }
    plan.actions = kept;
    plan.untouched.extend(held);
    plan.untouched.sort_by(|a, b| a.0.cmp(&b.0));
}

/// Wakes come first, since somebody waits for them; then what an earlier tick began.
fn priority(action: &Action) -> (Verb, bool, &crate::model::TargetId) {
    (action.verb, !action.continues, &action.target)
}

/// How many of `selected` are `share` of them, rounded up.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of at most 1 of a count below 2^52 is a count"
)]
fn allowance(share: f64, selected: usize) -> usize {
    (selected as f64 * share).ceil() as usize
}

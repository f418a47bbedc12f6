//! IAM policies, by meaning.

use afterhours_core::alert::Severity;

use crate::compare::{Surroundings, canonical};

/// Whether two policy texts grant and deny the same.
pub(crate) fn equivalent(state: &str, live: &str, _surroundings: &Surroundings) -> bool {
    let parsed = |text: &str| serde_json::from_str(text).map(|value| canonical(&value));
    match (parsed(state), parsed(live)) {
        (Ok(state), Ok(live)) => state == live,
        _ => state == live,
    }
}

/// Severity and sentence of a policy that changed; none where nothing more can be said than that it differs.
pub(crate) fn said(
    _path: &str,
    _state: &str,
    _live: &str,
    _surroundings: &Surroundings,
) -> Option<(Severity, String)> {
    None
}

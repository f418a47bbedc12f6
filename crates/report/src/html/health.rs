//! How afterhours itself does.

use super::text::{Text, put};
use crate::night::{CheckStatus, Looked, Night};

/// The section.
pub(super) fn section(night: &Night, out: &mut String) {
    out.push_str("<section aria-labelledby=\"health\"><h2 id=\"health\">Health of afterhours</h2>");
    match &night.health {
        Looked::NotLookedAt(reason) => super::not_looked_at(reason, out),
        Looked::LookedAt(found) if found.checks.is_empty() => {
            out.push_str("<p class=\"quiet\">Nothing was checked.</p>");
        }
        Looked::LookedAt(found) => {
            out.push_str("<ul class=\"checks\">");
            for check in &found.checks {
                let (class, word) = match check.status {
                    CheckStatus::Ok => ("ok", "ok"),
                    CheckStatus::Warning => ("warning", "warning"),
                    CheckStatus::Failed => ("critical", "failed"),
                    CheckStatus::Unknown => ("plain", "unknown"),
                };
                put!(
                    out,
                    "<li><span class=\"tag {class}\">{word}</span><div><b>{}</b> {}</div></li>",
                    Text(&check.name),
                    Text(&check.detail)
                );
            }
            out.push_str("</ul>");
        }
    }
    out.push_str("</section>");
}

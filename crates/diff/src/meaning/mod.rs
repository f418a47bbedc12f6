//! What differences mean: severity, and a sentence for a person.

mod access;

use afterhours_core::alert::Severity;
use serde_json::Value;

use crate::catalog::{Meaning, Rule, Type};
use crate::compare::{Difference, Surroundings, canonical};
use crate::finding::SENSITIVE;
use crate::policy;

/// How long a value may be in a sentence, in characters.
const VALUE: usize = 60;

/// Severity and sentence of some differences of one object.
pub fn of(
    kind: &Type,
    differences: &[Difference],
    surroundings: &Surroundings,
) -> (Severity, String) {
    let mut worst = Severity::Info;
    let mut sentences: Vec<(Severity, String)> = Vec::new();
    for difference in differences {
        let said = one(kind, difference, surroundings);
        worst = worst.max(said.0);
        sentences.push(said);
    }
    // The worst comes first; the rest keeps the catalog's order.
    sentences.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
    let text: Vec<String> = sentences.into_iter().map(|(_, text)| text).collect();
    (worst, text.join("; "))
}

fn one(kind: &Type, difference: &Difference, surroundings: &Surroundings) -> (Severity, String) {
    if !difference.secret {
        if let Some(said) = access::said(kind.name, difference) {
            return said;
        }
        if is_policy(kind, &difference.path)
            && let (Value::String(state), Value::String(live)) =
                (&difference.state, &difference.live)
            && let Some(said) = policy::said(&difference.path, state, live, surroundings)
        {
            return said;
        }
    }
    let severity = match difference.meaning {
        Meaning::Security => Severity::Warning,
        Meaning::Availability | Meaning::Cost => Severity::Notice,
        Meaning::Plain => Severity::Info,
    };
    (severity, plain(difference))
}

fn is_policy(kind: &Type, path: &str) -> bool {
    let name = path.split(['.', '[']).next().unwrap_or(path);
    kind.attributes
        .iter()
        .any(|attribute| attribute.name == name && matches!(attribute.rule, Rule::Policy))
}

/// `instance_type: t3.micro → t3.large`.
fn plain(difference: &Difference) -> String {
    let Difference {
        path, state, live, ..
    } = difference;
    if difference.secret {
        return match (state.is_null(), live.is_null()) {
            (true, _) => format!("{path} was set"),
            (_, true) => format!("{path} was removed"),
            _ => format!("{path} differs"),
        };
    }
    match (state.is_null(), live.is_null()) {
        (true, _) => format!("{path} is {} and was not set", short(live)),
        (_, true) => format!("{path} is gone, was {}", short(state)),
        _ => format!("{path}: {} → {}", short(state), short(live)),
    }
}

/// A value in a few words.
pub(crate) fn short(value: &Value) -> String {
    let text = match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) if text == SENSITIVE => text.clone(),
        Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        other => canonical(other),
    };
    if text.chars().count() > VALUE {
        let cut: String = text.chars().take(VALUE - 1).collect();
        format!("{cut}…")
    } else {
        text
    }
}

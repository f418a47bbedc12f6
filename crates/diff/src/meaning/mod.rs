//! What differences mean: severity, and a sentence for a person.

mod access;

use afterhours_core::alert::Severity;
use serde_json::Value;

use crate::catalog::{Meaning, Rule, Type};
use crate::compare::{Difference, Surroundings, canonical};
use crate::finding::SENSITIVE;
use crate::policy;

/// A policy that grants and denies nothing.
const NO_POLICY: &str = r#"{"Statement":[]}"#;

/// How long a value may be in a sentence, in characters.
const VALUE: usize = 60;

/// Severity and sentence of each of some differences of one object, in their order.
pub fn each(
    kind: &Type,
    differences: &[Difference],
    surroundings: &Surroundings,
) -> Vec<(Severity, String)> {
    differences
        .iter()
        .map(|difference| one(kind, difference, surroundings))
        .collect()
}

/// All of them together: the worst severity, and the worst sentence first.
pub fn together<'s>(each: impl Iterator<Item = (Severity, &'s str)>) -> (Severity, String) {
    let mut said: Vec<(Severity, &str)> = each.collect();
    // The sort is stable: the rest keeps the catalog's order.
    said.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
    let worst = said
        .first()
        .map_or(Severity::Info, |(severity, _)| *severity);
    let text: Vec<&str> = said.into_iter().map(|(_, text)| text).collect();
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
        if let Some((state, live)) = policies(kind, difference)
            && let Some(said) = policy::said(&difference.path, state, live, surroundings)
            && said.0 == Severity::Critical
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

/// The policies of a difference where one may be absent, or stands in a block: what opens something is told also where
/// there was no policy before.
fn policies<'d>(kind: &Type, difference: &'d Difference) -> Option<(&'d str, &'d str)> {
    let path = difference.path.as_str();
    let name = path.split(['.', '[']).next().unwrap_or(path);
    let attribute = kind.attributes.iter().find(|known| known.name == name)?;
    let children = match attribute.rule {
        Rule::Policy => return Some((text(&difference.state)?, text(&difference.live)?)),
        Rule::Block(children) | Rule::OrderedBlocks(children) => children,
        Rule::Blocks { attributes, .. } => attributes,
        _ => return None,
    };
    let child = children
        .iter()
        .find(|child| matches!(child.rule, Rule::Policy))?;
    if path.ends_with(&format!(".{}", child.name)) {
        return Some((text(&difference.state)?, text(&difference.live)?));
    }
    // A block that only one side has.
    let of = |side: &'d Value| text(side.get(child.name).unwrap_or(&Value::Null));
    path.ends_with(']')
        .then(|| Some((of(&difference.state)?, of(&difference.live)?)))
        .flatten()
}

/// A policy as text; nothing granted where there is none.
fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Null => Some(NO_POLICY),
        Value::String(text) if text.trim().is_empty() => Some(NO_POLICY),
        Value::String(text) => Some(text),
        _ => None,
    }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog;

    fn severity(kind: &str, path: &str, state: Value, live: Value) -> Option<Severity> {
        let difference = Difference {
            path: path.to_owned(),
            state,
            live,
            meaning: Meaning::Security,
            secret: false,
            rule: "",
        };
        let surroundings = Surroundings {
            account: "123456789012".to_owned(),
            partition: "aws".to_owned(),
        };
        let kind = catalog::find(kind)?;
        Some(one(kind, &difference, &surroundings).0)
    }

    #[test]
    fn what_opens_is_critical_also_where_there_was_no_policy() {
        let public =
            r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}"#;
        let all = r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
        let few = r#"{"Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}]}"#;
        let bucket = |state| severity("aws_s3_bucket", "policy", state, json!(public));
        assert_eq!(bucket(json!("")), Some(Severity::Critical));
        assert_eq!(bucket(Value::Null), Some(Severity::Critical));
        let role = |path, state, live| severity("aws_iam_role", path, state, live);
        let block = "inline_policy[name=a.b]";
        let made = |policy| role(block, Value::Null, json!({"name": "a.b", "policy": policy}));
        assert_eq!(made(all), Some(Severity::Critical));
        assert_eq!(made(few), Some(Severity::Warning));
        let child = "inline_policy[name=a.b].policy";
        assert_eq!(
            role(child, json!(few), json!(all)),
            Some(Severity::Critical)
        );
    }
}

//! Values as texts.

use serde_json::Value;

use crate::catalog::Rule;

/// JSON with sorted keys and no spaces: equal texts are equal values.
pub fn canonical(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            let members: Vec<String> = members
                .into_iter()
                .map(|(name, value)| {
                    format!("{}:{}", Value::String(name.clone()), canonical(value))
                })
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Number(number) => match number.as_f64() {
            // `1.0` and `1` are one number.
            Some(float) if number.is_f64() && float.fract() == 0.0 => format!("{float:.0}"),
            _ => number.to_string(),
        },
        other => other.to_string(),
    }
}

/// A scalar as text; none for arrays, objects and null.
pub(super) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) => Some(canonical(value)),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// The name of a rule, for `explain`.
pub(super) fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Scalar => "by value",
        Rule::CaseInsensitive => "letter case aside",
        Rule::Set => "order aside",
        Rule::List => "in order",
        Rule::Map => "key by key",
        Rule::Tags => "tag by tag, without those of AWS",
        Rule::Block(_) => "as a block",
        Rule::Blocks { .. } => "as blocks, order aside",
        Rule::OrderedBlocks(_) => "as blocks in order",
        Rule::Policy => "policy by meaning",
        Rule::Json => "JSON by structure",
        Rule::NameOrArn => "name or ARN",
        Rule::Cidr => "as an IP network",
        Rule::Custom(_) => "by a rule of its type",
        Rule::Skip(_) => "not compared",
    }
}

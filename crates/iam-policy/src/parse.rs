//! From JSON to a [`Policy`].
//!
//! A part that does not follow the grammar does not spoil the rest: it is kept as it is, and is equal to itself only.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::condition::Condition;
use crate::document;
use crate::error::PolicyError;
use crate::model::{Effect, Names, Policy, Statement, Version};
use crate::pattern::{Pattern, Reading, variables_of};
use crate::principal::{Principal, Principals};

impl Policy {
    /// Reads a policy document: JSON, URL-encoded JSON, JSON in a string (also with its quotes escaped and no quotes around it,
    /// as in a plan), or a list with one such document.
    ///
    /// # Errors
    /// When the text is empty, no JSON, names something twice in one object, or is no object.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        document::read(text).map(|object| Self::from_object(&object))
    }

    /// Reads a policy document that is JSON already, with the same wrappers as [`Policy::parse`].
    ///
    /// # Errors
    /// When the value is no object, and no string or list that holds one.
    pub fn from_value(value: &Value) -> Result<Self, PolicyError> {
        document::of_value(value).map(|object| Self::from_object(&object))
    }

    fn from_object(object: &Map<String, Value>) -> Self {
        let mut opaque = BTreeMap::new();
        let version = match object.get("Version") {
            None => Version::Old,
            Some(Value::String(version)) if version == "2008-10-17" => Version::Old,
            Some(Value::String(version)) if version == "2012-10-17" => Version::Current,
            Some(other) => Version::Unknown(canonical(other)),
        };
        let variables = version != Version::Old;
        let mut statements = Vec::new();
        for (name, value) in object {
            match (name.as_str(), value) {
                // The Id names the document; nothing is decided by it.
                ("Version" | "Id", _) => {}
                ("Statement", Value::Array(list)) => {
                    for (index, item) in list.iter().enumerate() {
                        let place = format!("Statement[{index}]");
                        take(item, &place, variables, &mut statements, &mut opaque);
                    }
                }
                ("Statement", item) => {
                    take(item, "Statement", variables, &mut statements, &mut opaque);
                }
                (name, value) => {
                    opaque.insert(
                        format!("{name}: {}", canonical(value)),
                        format!("{name}: no element of a policy"),
                    );
                }
            }
        }
        Self {
            version,
            statements,
            opaque,
        }
    }

    /// What could not be understood, each with its place: such a part is equal to itself only.
    pub fn faults(&self) -> impl Iterator<Item = &str> {
        self.opaque.values().map(String::as_str)
    }

    /// Whether it has no statement at all.
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty() && self.opaque.is_empty()
    }
}

/// Reads one statement into the list, or keeps it as it is.
fn take(
    value: &Value,
    place: &str,
    variables: bool,
    statements: &mut Vec<Statement>,
    opaque: &mut BTreeMap<String, String>,
) {
    match statement(value, variables) {
        Ok(statement) => statements.push(statement),
        Err(fault) => {
            opaque
                .entry(canonical(value))
                .or_insert_with(|| format!("{place}{fault}"));
        }
    }
}

fn statement(value: &Value, variables: bool) -> Result<Statement, String> {
    let Value::Object(object) = value else {
        return Err(format!(": {} is no statement", document::kind(value)));
    };
    let effect = match object.get("Effect") {
        Some(Value::String(effect)) if effect.eq_ignore_ascii_case("Allow") => Effect::Allow,
        Some(Value::String(effect)) if effect.eq_ignore_ascii_case("Deny") => Effect::Deny,
        Some(other) => return Err(format!(".Effect: {other}; accepted are Allow and Deny")),
        None => return Err(": no Effect; accepted are Allow and Deny".to_owned()),
    };
    if let Some(name) = object
        .keys()
        .find(|name| !ELEMENTS.contains(&name.as_str()))
    {
        return Err(format!(
            ".{name}: no element of a statement; accepted are {}",
            ELEMENTS.join(", ")
        ));
    }
    let reading = Reading {
        wildcards: true,
        variables,
    };
    let actions = names(object, "Action", "NotAction", Pattern::action)?;
    if actions == Names::Absent {
        return Err(": no Action and no NotAction".to_owned());
    }
    let resources = names(object, "Resource", "NotResource", |text| {
        Pattern::new(text, reading)
    })?;
    let principals = principals(object, effect == Effect::Allow)?;
    let conditions = conditions(object.get("Condition"), variables)?;
    let variables = variables_of(
        resources
            .patterns()
            .chain(conditions.iter().flat_map(Condition::values)),
    );
    Ok(Statement {
        effect,
        principals,
        actions,
        resources,
        conditions,
        variables,
    })
}

const ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// One of an element and its negation.
fn one_of<'a>(
    object: &'a Map<String, Value>,
    name: &str,
    negated: &str,
) -> Result<Option<(&'a Value, bool)>, String> {
    match (object.get(name), object.get(negated)) {
        (Some(_), Some(_)) => Err(format!(": both {name} and {negated}")),
        (Some(value), None) => Ok(Some((value, false))),
        (None, Some(value)) => Ok(Some((value, true))),
        (None, None) => Ok(None),
    }
}

fn names(
    object: &Map<String, Value>,
    name: &'static str,
    negated: &'static str,
    read: impl Fn(&str) -> Pattern,
) -> Result<Names, String> {
    let Some((value, is_negated)) = one_of(object, name, negated)? else {
        return Ok(Names::Absent);
    };
    let name = if is_negated { negated } else { name };
    let patterns: BTreeSet<Pattern> = texts(value)
        .ok_or_else(|| format!(".{name}: neither a string nor a list of strings"))?
        .iter()
        .map(|text| read(text))
        .collect();
    if patterns.is_empty() {
        return Err(format!(".{name}: an empty list"));
    }
    Ok(if is_negated {
        Names::AreNot(patterns)
    } else {
        Names::Are(patterns)
    })
}

fn principals(object: &Map<String, Value>, is_allow: bool) -> Result<Principals, String> {
    let Some((value, is_negated)) = one_of(object, "Principal", "NotPrincipal")? else {
        return Ok(Principals::Absent);
    };
    let name = if is_negated {
        "NotPrincipal"
    } else {
        "Principal"
    };
    let fault = || format!(".{name}: neither \"*\" nor a map of strings or lists of strings");
    // `{"AWS": "*"}` is `"*"` where it grants; of exceptions nobody says so.
    let folds = is_allow && !is_negated;
    let mut set = BTreeSet::new();
    match value {
        Value::String(text) => {
            set.insert(Principal::new("", text, folds));
        }
        Value::Object(map) => {
            for (key, value) in map {
                for text in texts(value).ok_or_else(fault)? {
                    set.insert(Principal::new(key, &text, folds));
                }
            }
        }
        _ => return Err(fault()),
    }
    Ok(match (set.is_empty(), is_negated) {
        // As the AWS provider has it: nobody named is no element at all.
        (true, false) => Principals::Absent,
        (true, true) => return Err(fault()),
        (false, false) => Principals::Are(set),
        (false, true) => Principals::AreNot(set),
    })
}

fn conditions(value: Option<&Value>, variables: bool) -> Result<BTreeSet<Condition>, String> {
    let mut conditions: BTreeSet<Condition> = BTreeSet::new();
    let Some(value) = value else {
        return Ok(conditions);
    };
    let Value::Object(operators) = value else {
        return Err(format!(".Condition: {} is no map", document::kind(value)));
    };
    let mut asked = BTreeSet::new();
    for (operator, keys) in operators {
        let Value::Object(keys) = keys else {
            return Err(format!(
                ".Condition.{operator}: {} is no map of keys",
                document::kind(keys)
            ));
        };
        for (key, values) in keys {
            let values = texts(values).ok_or_else(|| {
                format!(".Condition.{operator}.{key}: neither a value nor a list of values")
            })?;
            if values.is_empty() {
                return Err(format!(".Condition.{operator}.{key}: an empty list"));
            }
            if !asked.insert((operator.to_lowercase(), key.to_lowercase())) {
                return Err(format!(
                    ".Condition.{operator}.{key}: stands twice but for case"
                ));
            }
            conditions.insert(Condition::new(operator, key, values, variables));
        }
    }
    Ok(conditions)
}

/// A value or a list of values, as strings: `true` is `"true"`, `100` is `"100"`.
fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(list) => list.iter().map(text).collect(),
        single => text(single).map(|text| vec![text]),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// One text for values that differ in the order of lists and names, in repeated items, and in `"a"` for `["a"]` only.
fn canonical(value: &Value) -> String {
    match value {
        Value::Array(list) => {
            let items: BTreeSet<String> = list.iter().map(canonical).collect();
            match (items.len(), items.first()) {
                (1, Some(only)) => only.clone(),
                _ => format!("[{}]", items.into_iter().collect::<Vec<_>>().join(",")),
            }
        }
        Value::Object(object) => {
            let entries: BTreeSet<String> = object
                .iter()
                // Its name has no meaning in a statement that AWS accepts, nor in one that it refuses.
                .filter(|(name, _)| *name != "Sid")
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), canonical(value)))
                .collect();
            format!("{{{}}}", entries.into_iter().collect::<Vec<_>>().join(","))
        }
        Value::Null => "null".to_owned(),
        other => Value::from(text(other).unwrap_or_default()).to_string(),
    }
}

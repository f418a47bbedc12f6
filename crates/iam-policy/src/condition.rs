//! Conditions: which one holds at most where another holds.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::decimal::Decimal;
use crate::network::Network;
use crate::pattern::{Pattern, Reading};

/// How an operator treats keys of several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Quantifier {
    One,
    All,
    Any,
}

/// What an operator compares, without its negation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Comparison {
    /// `StringEquals` and `StringLike`: the same but for wildcards.
    Text,
    /// `StringEqualsIgnoreCase`.
    TextIgnoringCase,
    /// `ArnEquals` and `ArnLike`, which "behave identically" (IAM User Guide, "Condition operators").
    Arn,
    Address,
    Number,
    /// `NumericLessThan`, `NumericLessThanEquals`, and the two above.
    NumberBelow,
    NumberAtMost,
    NumberAbove,
    NumberAtLeast,
    /// Everything else (`Bool`, `Null`, `Date…`, `Binary…`, operators of later years), by its name in lower case: values count
    /// as they are written.
    Exact(String),
}

/// One operator and key of a Condition block with its values, of which one must match (or none, when negated).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Condition {
    quantifier: Quantifier,
    comparison: Comparison,
    negated: bool,
    if_exists: bool,
    /// In lower case: "condition key names are not case-sensitive".
    key: String,
    values: BTreeSet<Value>,
    /// The operator and key as written, for words.
    shown: Shown,
}

/// What is printed and never compared.
#[derive(Debug, Clone)]
struct Shown {
    operator: String,
    key: String,
}

impl PartialEq for Shown {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Shown {}

impl PartialOrd for Shown {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Shown {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

/// One value of a condition.
pub(crate) type Value = Pattern;

impl Condition {
    /// `operator` and `key` as written; `variables` as the version of the document has it.
    pub(crate) fn new(
        operator: &str,
        key: &str,
        values: impl IntoIterator<Item = String>,
        variables: bool,
    ) -> Self {
        let lower = operator.to_lowercase();
        let (quantifier, rest) = match lower.split_once(':') {
            Some(("forallvalues", rest)) => (Quantifier::All, rest),
            Some(("foranyvalue", rest)) => (Quantifier::Any, rest),
            _ => (Quantifier::One, lower.as_str()),
        };
        let (base, if_exists) = match rest.strip_suffix("ifexists") {
            Some(base) => (base, true),
            None => (rest, false),
        };
        let (comparison, negated, wildcards) = match base {
            "stringequals" => (Comparison::Text, false, false),
            "stringlike" => (Comparison::Text, false, true),
            "stringnotequals" => (Comparison::Text, true, false),
            "stringnotlike" => (Comparison::Text, true, true),
            "stringequalsignorecase" => (Comparison::TextIgnoringCase, false, false),
            "stringnotequalsignorecase" => (Comparison::TextIgnoringCase, true, false),
            "arnequals" | "arnlike" => (Comparison::Arn, false, true),
            "arnnotequals" | "arnnotlike" => (Comparison::Arn, true, true),
            "ipaddress" => (Comparison::Address, false, false),
            "notipaddress" => (Comparison::Address, true, false),
            "numericequals" => (Comparison::Number, false, false),
            "numericnotequals" => (Comparison::Number, true, false),
            "numericlessthan" => (Comparison::NumberBelow, false, false),
            "numericlessthanequals" => (Comparison::NumberAtMost, false, false),
            "numericgreaterthan" => (Comparison::NumberAbove, false, false),
            "numericgreaterthanequals" => (Comparison::NumberAtLeast, false, false),
            _ => (Comparison::Exact(base.to_owned()), false, false),
        };
        let ignores_case = comparison == Comparison::TextIgnoringCase;
        let reading = Reading {
            wildcards,
            variables,
        };
        let values = values
            .into_iter()
            .map(|value| {
                if ignores_case {
                    Pattern::new(&value.to_ascii_lowercase(), reading)
                } else {
                    Pattern::new(&value, reading)
                }
            })
            .collect();
        Self {
            quantifier,
            comparison,
            negated,
            if_exists,
            key: key.to_lowercase(),
            values,
            shown: Shown {
                operator: operator.to_owned(),
                key: key.to_owned(),
            },
        }
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    pub(crate) fn values(&self) -> &BTreeSet<Value> {
        &self.values
    }

    /// The operator and key as written.
    pub(crate) fn shown(&self) -> (&str, &str) {
        (&self.shown.operator, &self.shown.key)
    }

    /// Whether it compares the same key in the same way; values may differ.
    pub(crate) fn is_same_question(&self, other: &Self) -> bool {
        self.key == other.key
            && self.quantifier == other.quantifier
            && self.comparison == other.comparison
            && self.negated == other.negated
    }

    /// Whether it holds for a request without the key, or may for other reasons than one of its values.
    pub(crate) fn may_hold_without_key(&self) -> bool {
        self.if_exists || self.negated || self.quantifier == Quantifier::All
    }

    /// Whether it is the union of itself with each single value.
    pub(crate) fn splits(&self) -> bool {
        let by_values = !matches!(&self.comparison, Comparison::Exact(name) if name.contains("not") || name == "null");
        !self.negated && by_values && self.quantifier != Quantifier::All && self.values.len() > 1
    }

    /// Whether it holds only where `other` holds too. False where that is not proven.
    pub(crate) fn implies(&self, other: &Self) -> bool {
        if self == other {
            return true;
        }
        if !self.is_comparable(other) {
            return false;
        }
        if self.negated {
            // Whoever avoids all of ours avoids all of theirs.
            other.values.iter().all(|theirs| {
                self.values
                    .iter()
                    .any(|ours| self.is_value_within(theirs, ours))
            })
        } else {
            self.values
                .iter()
                .all(|ours| self.value_implies(ours, other))
        }
    }

    /// Whether it, with this one of its values alone, holds only where `other` holds too.
    pub(crate) fn value_implies(&self, value: &Value, other: &Self) -> bool {
        self.is_comparable(other)
            && !self.negated
            && other
                .values
                .iter()
                .any(|theirs| self.is_value_within(value, theirs))
    }

    fn is_comparable(&self, other: &Self) -> bool {
        let exact_only = match &self.comparison {
            Comparison::Exact(name) => name.contains("not") || name == "null",
            _ => false,
        };
        self.is_same_question(other)
            && (other.if_exists || !self.if_exists)
            && (!exact_only || self.values == other.values)
            // What an empty list does is not documented.
            && !self.values.is_empty()
            && !other.values.is_empty()
    }

    fn is_value_within(&self, inner: &Value, outer: &Value) -> bool {
        if inner == outer {
            return true;
        }
        let numbers = || Decimal::parse(inner.text()).zip(Decimal::parse(outer.text()));
        match self.comparison {
            Comparison::Text => inner.is_within(outer),
            Comparison::TextIgnoringCase | Comparison::Exact(_) => false,
            Comparison::Arn => inner.is_condition_arn_within(outer),
            Comparison::Address => Network::parse(inner.text())
                .zip(Network::parse(outer.text()))
                .is_some_and(|(inner, outer)| inner.is_within(outer)),
            Comparison::Number => numbers().is_some_and(|(inner, outer)| inner == outer),
            Comparison::NumberBelow | Comparison::NumberAtMost => {
                numbers().is_some_and(|(inner, outer)| inner <= outer)
            }
            Comparison::NumberAbove | Comparison::NumberAtLeast => {
                numbers().is_some_and(|(inner, outer)| inner >= outer)
            }
        }
    }

    /// The values of this condition that `other` does not accept.
    pub(crate) fn values_beyond<'a>(&'a self, other: &Self) -> Vec<&'a Value> {
        self.values
            .iter()
            .filter(|ours| {
                !other
                    .values
                    .iter()
                    .any(|theirs| self.is_value_within(ours, theirs))
            })
            .collect()
    }

    /// Whether it is negated.
    pub(crate) fn is_negated(&self) -> bool {
        self.negated
    }

    /// Whether a request must come from one of finitely many named sources for it to hold.
    pub(crate) fn narrows_to_known_callers(&self) -> bool {
        // The keys by which S3 judges whether a policy is public (S3 User Guide, "The meaning of public"), and their kin.
        const KEYS: [&str; 17] = [
            "aws:principalaccount",
            "aws:principalarn",
            "aws:principalorgid",
            "aws:principalorgpaths",
            "aws:sourceaccount",
            "aws:sourcearn",
            "aws:sourceip",
            "aws:sourceorgid",
            "aws:sourceorgpaths",
            "aws:sourceowner",
            "aws:sourcevpc",
            "aws:sourcevpce",
            "aws:userid",
            "aws:vpceaccount",
            "kms:calleraccount",
            "s3:dataaccesspointaccount",
            "s3:dataaccesspointarn",
        ];
        let narrow = |value: &Value| match self.comparison {
            // S3: "not public" needs a range narrower than /8 (IPv4) or /32 (IPv6).
            Comparison::Address => {
                Network::parse(value.text()).is_some_and(Network::is_narrower_than_a_registry)
            }
            Comparison::Arn => value
                .text()
                .split(':')
                .nth(4)
                .is_some_and(|account| !account.is_empty() && !account.contains(['*', '?'])),
            Comparison::Text | Comparison::TextIgnoringCase => value.is_literal(),
            _ => false,
        };
        KEYS.contains(&self.key.as_str())
            && !self.may_hold_without_key()
            && !self.values.is_empty()
            && self.values.iter().all(narrow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(operator: &str, key: &str, values: &[&str]) -> Condition {
        Condition::new(
            operator,
            key,
            values.iter().map(|&value| value.to_owned()),
            true,
        )
    }

    #[test]
    fn fewer_values_imply_more_and_negated_the_other_way_round() {
        let one = condition("StringEquals", "aws:SourceAccount", &["1"]);
        let two = condition("stringequals", "AWS:sourceaccount", &["1", "2"]);
        assert!(one.implies(&two) && !two.implies(&one));
        let one = condition("StringNotEquals", "aws:SourceAccount", &["1"]);
        let two = condition("StringNotEquals", "aws:SourceAccount", &["1", "2"]);
        assert!(two.implies(&one) && !one.implies(&two));
    }

    #[test]
    fn a_condition_implies_its_if_exists_form_only() {
        for operator in [
            "StringEquals",
            "ForAnyValue:StringLike",
            "Bool",
            "ForAllValues:StringEquals",
        ] {
            let plain = condition(operator, "k", &["x"]);
            let lax = condition(&format!("{operator}IfExists"), "k", &["x"]);
            assert!(plain.implies(&lax) && !lax.implies(&plain), "{operator}");
        }
    }

    #[test]
    fn quantifiers_are_not_mixed() {
        let all = condition("ForAllValues:StringEquals", "k", &["x"]);
        let any = condition("ForAnyValue:StringEquals", "k", &["x"]);
        let one = condition("StringEquals", "k", &["x"]);
        assert!(
            !all.implies(&any) && !any.implies(&all) && !one.implies(&any) && !all.implies(&one)
        );
    }

    #[test]
    fn numbers_and_networks_count_by_value() {
        let at_most = |value| condition("NumericLessThanEquals", "k", &[value]);
        assert!(
            at_most("100").implies(&at_most("100.0")) && at_most("100.0").implies(&at_most("100"))
        );
        assert!(at_most("9").implies(&at_most("10")) && !at_most("10").implies(&at_most("9")));
        assert!(at_most("-2").implies(&at_most("-1")) && at_most("0.09").implies(&at_most("0.1")));
        let from = |value| condition("IpAddress", "aws:SourceIp", &[value]);
        assert!(from("10.1.0.0/16").implies(&from("10.0.0.0/8")));
        assert!(
            from("10.1.2.3").implies(&from("10.1.2.3/32"))
                && from("10.1.2.3/32").implies(&from("10.1.2.3"))
        );
        assert!(
            !from("0.0.0.0/0").implies(&from("10.0.0.0/8"))
                && !from("::/0").implies(&from("0.0.0.0/0"))
        );
    }

    #[test]
    fn likeness_without_wildcards_is_equality() {
        let like = condition("StringLike", "k", &["abc"]);
        let equals = condition("StringEquals", "k", &["abc"]);
        assert!(like.implies(&equals) && equals.implies(&like));
        let star = condition("StringEquals", "k", &["a*"]);
        let wild = condition("StringLike", "k", &["a*"]);
        assert!(star.implies(&wild) && !wild.implies(&star));
    }

    #[test]
    fn null_and_later_operators_are_equal_to_themselves_only() {
        assert!(!condition("Null", "k", &["true"]).implies(&condition(
            "Null",
            "k",
            &["true", "false"]
        )));
        let later = |values: &[&str]| condition("DateNotEquals", "k", values);
        assert!(
            !later(&["a"]).implies(&later(&["a", "b"]))
                && !later(&["a", "b"]).implies(&later(&["a"]))
        );
    }
}

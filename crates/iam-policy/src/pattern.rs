//! Texts with wildcards and variables: which one says at most what another says.
//!
//! `*` is any run of characters, `?` any one character. In documents of version 2012-10-17 `${key}` is the value that the
//! request has for a key, and `${*}`, `${?}`, `${$}` are those characters themselves; older versions know no variables
//! (IAM User Guide, "IAM policy elements: Variables and tags").

use std::cmp::Ordering;
use std::collections::BTreeSet;

/// One place of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    Literal(char),
    /// `?`
    One,
    /// `*`
    Many,
    /// `${key}`: unknown, but the same wherever the same key stands in one request.
    Variable(String),
}

/// How a text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Whether `*` and `?` are wildcards.
    pub(crate) wildcards: bool,
    /// Whether `${key}` is a variable.
    pub(crate) variables: bool,
}

/// A text with wildcards and variables; compared by what it means, printed as it was written.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    tokens: Vec<Token>,
    text: String,
    is_literal: bool,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.tokens == other.tokens
    }
}

impl Eq for Pattern {}

impl PartialOrd for Pattern {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Pattern {
    fn cmp(&self, other: &Self) -> Ordering {
        self.tokens.cmp(&other.tokens)
    }
}

impl Pattern {
    pub(crate) fn new(text: &str, reading: Reading) -> Self {
        Self::of_tokens(normalise(tokens_of(text, reading)), text)
    }

    /// An action: no case, no variables, and `*:*` is `*` because each action has its service before a colon.
    pub(crate) fn action(text: &str) -> Self {
        let lower = text.to_lowercase();
        let meaning = if lower == "*:*" { "*" } else { &lower };
        let reading = Reading {
            wildcards: true,
            variables: false,
        };
        Self::of_tokens(normalise(tokens_of(meaning, reading)), text)
    }

    fn of_tokens(tokens: Vec<Token>, text: &str) -> Self {
        let is_literal = tokens
            .iter()
            .all(|token| matches!(token, Token::Literal(_)));
        Self {
            tokens,
            text: text.to_owned(),
            is_literal,
        }
    }

    /// As it was written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it matches every text.
    pub(crate) fn is_everything(&self) -> bool {
        matches!(self.tokens.as_slice(), [Token::Many])
    }

    /// Whether it can match one text only, whatever the request.
    pub(crate) fn is_literal(&self) -> bool {
        self.is_literal
    }

    /// The variables that stand in it.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.tokens.iter().filter_map(|token| match token {
            Token::Variable(key) => Some(key.as_str()),
            _ => None,
        })
    }

    /// Whether each text that it matches is matched by `other`. False where that is not proven.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        self.tokens == other.tokens || covers(&other.tokens, &self.tokens)
    }

    /// Whether no text is matched by both. False where that is not proven.
    pub(crate) fn is_apart_from(&self, other: &Self) -> bool {
        !may_meet(&self.tokens, &other.tokens)
    }

    /// The six fields of an ARN, the missing ones as `*`: "if you specify an incomplete ARN, AWS completes it with wildcards"
    /// (IAM User Guide, "IAM JSON policy elements: Resource"). None for anything else.
    fn arn_fields(&self) -> Option<Vec<Vec<Token>>> {
        const FIELDS: usize = 6;
        let prefix = ['a', 'r', 'n', ':'];
        let is_arn = self.tokens.len() >= prefix.len()
            && self
                .tokens
                .iter()
                .zip(prefix)
                .all(|(token, letter)| *token == Token::Literal(letter));
        if !is_arn {
            return None;
        }
        let mut fields: Vec<Vec<Token>> = self
            .tokens
            .splitn(FIELDS, |token| *token == Token::Literal(':'))
            .map(<[Token]>::to_vec)
            .collect();
        while fields.len() < FIELDS {
            fields.push(vec![Token::Many]);
        }
        Some(fields)
    }

    /// [`Self::is_within`] for resources. Whether a `*` reaches over a colon of an ARN is not documented alike everywhere, so
    /// containment must hold field by field.
    pub(crate) fn is_resource_within(&self, other: &Self) -> bool {
        if self.tokens == other.tokens || other.is_everything() {
            return true;
        }
        match (self.arn_fields(), other.arn_fields()) {
            (Some(inner), Some(outer)) => inner
                .iter()
                .zip(&outer)
                .all(|(inner, outer)| inner == outer || covers(outer, inner)),
            _ => false,
        }
    }

    /// [`Self::is_within`] for the values of ARN conditions, which are compared field by field and not completed.
    pub(crate) fn is_condition_arn_within(&self, other: &Self) -> bool {
        let is_whole = |pattern: &Self| {
            pattern
                .tokens
                .iter()
                .filter(|token| **token == Token::Literal(':'))
                .count()
                >= 5
        };
        self.tokens == other.tokens
            || is_whole(self) && is_whole(other) && self.is_resource_within(other)
    }

    /// [`Self::is_apart_from`] for resources, completed or not.
    pub(crate) fn is_resource_apart_from(&self, other: &Self) -> bool {
        let completed = |pattern: &Self| {
            pattern.arn_fields().map_or_else(
                || pattern.tokens.clone(),
                |fields| fields.join(&Token::Literal(':')),
            )
        };
        self.is_apart_from(other) && !may_meet(&completed(self), &completed(other))
    }
}

fn tokens_of(text: &str, reading: Reading) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if reading.variables
            && let Some((inner, after)) = rest
                .strip_prefix("${")
                .and_then(|after| after.split_once('}'))
        {
            tokens.push(match inner {
                "*" => Token::Literal('*'),
                "?" => Token::Literal('?'),
                "$" => Token::Literal('$'),
                _ => Token::Variable(variable(inner)),
            });
            rest = after;
            continue;
        }
        tokens.push(match letter {
            '*' if reading.wildcards => Token::Many,
            '?' if reading.wildcards => Token::One,
            _ => Token::Literal(letter),
        });
        rest = rest.get(letter.len_utf8()..).unwrap_or_default();
    }
    tokens
}

/// Keys have no case; a default after the comma has.
fn variable(inner: &str) -> String {
    match inner.split_once(',') {
        Some((key, default)) => format!("{},{}", key.trim().to_lowercase(), default.trim()),
        None => inner.trim().to_lowercase(),
    }
}

/// In a run of wildcards the `?` come first and one `*` last: `*?*` is `?*`.
fn normalise(tokens: Vec<Token>) -> Vec<Token> {
    let mut normal = Vec::with_capacity(tokens.len());
    let mut many = false;
    for token in tokens {
        match token {
            Token::Many => many = true,
            Token::One => normal.push(token),
            _ => {
                if std::mem::take(&mut many) {
                    normal.push(Token::Many);
                }
                normal.push(token);
            }
        }
    }
    if many {
        normal.push(Token::Many);
    }
    normal
}

/// Whether `outer` matches the places of `inner` as if they were letters. A `*` of `outer` takes any of them, a `?` one letter or
/// `?`; a variable stands only for itself.
fn covers(outer: &[Token], inner: &[Token]) -> bool {
    let (mut at, mut taken) = (0, 0);
    // Where to go on when the last `*` has to take one more.
    let mut retry: Option<(usize, usize)> = None;
    while let Some(place) = inner.get(taken) {
        let fits = match outer.get(at) {
            Some(Token::Many) => {
                retry = Some((at, taken));
                at += 1;
                continue;
            }
            Some(Token::One) => matches!(place, Token::Literal(_) | Token::One),
            Some(expected) => expected == place,
            None => false,
        };
        if fits {
            at += 1;
            taken += 1;
        } else if let Some((many, from)) = retry {
            retry = Some((many, from + 1));
            at = many + 1;
            taken = from + 1;
        } else {
            return false;
        }
    }
    outer
        .get(at..)
        .is_some_and(|rest| rest.iter().all(|token| *token == Token::Many))
}

/// Whether some text may be matched by both; a variable may be anything.
fn may_meet(left: &[Token], right: &[Token]) -> bool {
    let open = |token: &Token| matches!(token, Token::Many | Token::Variable(_));
    // The row for the rest of `left` that begins one place later; entry j is about the rest of `right` from j.
    let mut below: Vec<bool> = Vec::with_capacity(right.len() + 1);
    let mut ends_open = true;
    for index in (0..=right.len()).rev() {
        ends_open = ends_open && right.get(index).is_none_or(open);
        below.push(ends_open);
    }
    below.reverse();
    for token in left.iter().rev() {
        let mut row = vec![false; right.len() + 1];
        for index in (0..=right.len()).rev() {
            let other = right.get(index);
            let skip_left = below.get(index).copied().unwrap_or_default();
            let skip_right = row.get(index + 1).copied().unwrap_or_default();
            let skip_both = below.get(index + 1).copied().unwrap_or_default();
            let meets = match other {
                _ if open(token) => skip_left || (other.is_some() && skip_right),
                Some(other) if open(other) => skip_right || skip_left,
                Some(Token::One) => skip_both,
                Some(other) => (*token == Token::One || token == other) && skip_both,
                None => false,
            };
            if let Some(entry) = row.get_mut(index) {
                *entry = meets;
            }
        }
        below = row;
    }
    below.first().copied().unwrap_or_default()
}

/// The variables of some patterns.
pub(crate) fn variables_of<'a>(
    patterns: impl IntoIterator<Item = &'a Pattern>,
) -> BTreeSet<String> {
    patterns
        .into_iter()
        .flat_map(Pattern::variables)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glob(text: &str) -> Pattern {
        Pattern::new(
            text,
            Reading {
                wildcards: true,
                variables: true,
            },
        )
    }

    #[test]
    fn a_pattern_is_within_another() {
        for (inner, outer) in [
            ("s3:GetObject", "s3:Get*"),
            ("s3:Get*", "s3:*"),
            ("s3:?et*", "s3:*"),
            ("*?", "?*"),
            ("a**b", "a*b"),
            ("a?c", "a?c"),
            ("abc", "a?c"),
            ("ab*ba", "a*a"),
            ("home/${aws:UserName}/x", "home/*"),
            ("home/${aws:username}/*", "home/${AWS:username}/*"),
            ("${*}", "?"),
        ] {
            assert!(
                glob(inner).is_within(&glob(outer)),
                "{inner} within {outer}"
            );
        }
        for (inner, outer) in [
            ("s3:*", "s3:Get*"),
            ("a*b", "a?b"),
            ("*", "?*"),
            ("home/x", "home/${aws:username}"),
            ("home/${aws:username}", "home/?"),
            ("home/${aws:username}", "home/${aws:userid}"),
            ("*", "${*}"),
        ] {
            assert!(
                !glob(inner).is_within(&glob(outer)),
                "{inner} not within {outer}"
            );
        }
    }

    #[test]
    fn patterns_that_share_no_text_are_apart() {
        assert!(glob("s3:Get*").is_apart_from(&glob("s3:Put*")));
        assert!(glob("a?").is_apart_from(&glob("a")));
        assert!(glob("*a").is_apart_from(&glob("*b")));
        assert!(!glob("a*").is_apart_from(&glob("*b")));
        assert!(!glob("${aws:username}").is_apart_from(&glob("b")));
        assert!(!glob("?").is_apart_from(&glob("*")));
        assert!(!glob("").is_apart_from(&glob("*")));
    }

    #[test]
    fn a_wildcard_of_an_arn_is_held_to_its_field() {
        let wide = glob("arn:aws:ec2:*:instance/*");
        assert!(!glob("arn:aws:ec2:eu:1:instance/i").is_resource_within(&wide));
        assert!(glob("arn:aws:sqs").is_resource_within(&glob("arn:aws:sqs:*:*:*")));
        assert!(glob("arn:aws:sqs:*:*:*").is_resource_within(&glob("arn:aws:sqs")));
        assert!(glob("arn:aws:s3:::b/k:1").is_resource_within(&glob("arn:aws:s3:::b/*")));
        assert!(!glob("arn:aws:ec2:eu:1:instance/i").is_resource_apart_from(&wide));
    }
}

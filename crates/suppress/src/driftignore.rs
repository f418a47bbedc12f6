//! `.driftignore` files of driftctl.
//!
//! One pattern a line over `<type>.<id>` or `<type>.<id>.<attribute>`; blank lines and those that begin with `#` say nothing; `*`
//! and `?` are wildcards, `[…]` sets, `\` takes the next character as it is, a leading `!` takes back, and of the lines that match
//! the last decides. A line that does not end in `*` also covers all below it (driftctl, `pkg/filter/driftignore.go`).

use crate::Problem;
use crate::rule::{Expiry, Matter, Rule, Rules};

/// One line.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    text: String,
    negated: bool,
    tokens: Vec<Token>,
    /// Whether `.` and anything may follow.
    below: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Literal(char),
    One,
    Run,
    /// `[a-z]`, `[^a]`: ranges, and whether they are excluded.
    Set(Vec<(char, char)>, bool),
}

impl Rules {
    /// Reads a `.driftignore`. A line that cannot be expressed is a problem and hides nothing; the others are rules.
    ///
    /// Lines name types and ids, never addresses. A line for an attribute hides changes of that attribute and no delete. Nobody
    /// owns the lines and they do not expire; that they matched nothing is found like that of any rule.
    pub fn import_driftignore(text: &str) -> (Self, Vec<Problem>) {
        let mut rules = Vec::new();
        let mut problems = Vec::new();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            match Pattern::parse(line) {
                Ok(pattern) => rules.push(Rule {
                    line: index + 1,
                    reason: line.to_owned(),
                    owner: None,
                    ticket: None,
                    expires: Expiry::Never,
                    matter: Matter::DriftIgnore(pattern),
                }),
                Err(message) => problems.push(Problem {
                    line: index + 1,
                    column: 1,
                    message: format!("`{line}` {message}"),
                }),
            }
        }
        (Self { rules }, problems)
    }
}

impl Pattern {
    fn parse(line: &str) -> Result<Self, &'static str> {
        let (negated, pattern) = match line.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        if pattern.starts_with(char::is_whitespace) {
            return Err(
                "begins with a space, which driftctl takes as part of the type, so it matches nothing",
            );
        }
        let tokens = tokens(pattern).ok_or(
            "is no pattern: a `[` without `]`, or a `\\` at the end; driftctl leaves such lines out silently",
        )?;
        let says_something = tokens.iter().any(|token| match token {
            Token::Literal(letter) => letter.is_alphanumeric(),
            _ => false,
        });
        if !says_something && !negated {
            return Err(
                "would hide everything, and what is to be found only by later lines with `!`; name the types that are to be \
                 left out instead",
            );
        }
        Ok(Self {
            text: line.to_owned(),
            negated,
            below: tokens.last() != Some(&Token::Run),
            tokens,
        })
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn is_negated(&self) -> bool {
        self.negated
    }

    pub(crate) fn matches(&self, subject: &str) -> bool {
        let letters: Vec<char> = subject.chars().collect();
        // For each length of a beginning of the subject, whether the tokens so far match it.
        let mut reached = vec![false; letters.len() + 1];
        if let Some(start) = reached.first_mut() {
            *start = true;
        }
        for token in &self.tokens {
            let mut next = Vec::with_capacity(reached.len());
            for position in 0..=letters.len() {
                let before = position.checked_sub(1);
                let letter = before.and_then(|before| letters.get(before));
                let came = before
                    .and_then(|before| reached.get(before))
                    .copied()
                    .unwrap_or_default();
                next.push(match (token, letter) {
                    (Token::Run, _) => {
                        reached.get(position).copied().unwrap_or_default()
                            || next.last().copied().unwrap_or_default()
                    }
                    (_, None) => false,
                    (Token::One, Some(_)) => came,
                    (Token::Literal(expected), Some(letter)) => came && expected == letter,
                    (Token::Set(ranges, excluded), Some(letter)) => {
                        came && ranges
                            .iter()
                            .any(|(low, high)| (low..=high).contains(&letter))
                            != *excluded
                    }
                });
            }
            reached = next;
        }
        reached.iter().enumerate().any(|(end, reached)| {
            *reached
                && match letters.get(end) {
                    None => true,
                    Some('.') => self.below,
                    Some(_) => false,
                }
        })
    }
}

fn tokens(pattern: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut letters = pattern.chars().peekable();
    while let Some(letter) = letters.next() {
        let token = match letter {
            '*' => Token::Run,
            '?' => Token::One,
            '\\' => Token::Literal(letters.next()?),
            '[' => {
                let excluded = letters.next_if(|next| matches!(next, '^' | '!')).is_some();
                let mut ranges = Vec::new();
                loop {
                    let low = match letters.next()? {
                        ']' if !ranges.is_empty() => break,
                        '\\' => letters.next()?,
                        other => other,
                    };
                    let high = if letters.next_if_eq(&'-').is_some() {
                        match letters.next()? {
                            '\\' => letters.next()?,
                            ']' => return None,
                            other => other,
                        }
                    } else {
                        low
                    };
                    ranges.push((low, high));
                }
                Token::Set(ranges, excluded)
            }
            other => Token::Literal(other),
        };
        // `**` reaches no further than `*` where nothing separates.
        if token != Token::Run || tokens.last() != Some(&Token::Run) {
            tokens.push(token);
        }
    }
    Some(tokens)
}

impl Rule {
    /// Whether it only takes back what lines before it hide.
    pub(crate) fn takes_back(&self) -> bool {
        matches!(&self.matter, Matter::DriftIgnore(pattern) if pattern.is_negated())
    }
}

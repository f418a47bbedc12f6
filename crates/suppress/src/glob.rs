//! Globs over addresses, types, attribute paths, sources of states and values.

/// What separates the parts of a subject: one `*` does not reach over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Separator {
    /// `.` outside of brackets: addresses, types and attribute paths.
    Dot,
    /// `/`: sources of states.
    Slash,
    /// Nothing: values, regions, workspaces.
    None,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Literal(char),
    /// `?`
    One,
    /// `*`
    Run,
    /// `**`
    Everything,
    /// `[*]`
    Index,
}

/// A pattern: `*` is any run of characters up to the next separator, `**` any run, `?` one character that is no separator, `[*]`
/// any index, `\` takes the next character as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob {
    tokens: Vec<Token>,
    separator: Separator,
    text: String,
}

impl Glob {
    pub(crate) fn new(text: &str, separator: Separator) -> Self {
        let mut tokens = Vec::new();
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            let (token, width) = if rest.starts_with("**") {
                let stars = rest.len() - rest.trim_start_matches('*').len();
                (Token::Everything, stars)
            } else if separator == Separator::Dot && rest.starts_with("[*]") {
                (Token::Index, 3)
            } else {
                match (letter, rest.chars().nth(1)) {
                    ('\\', Some(escaped)) => (
                        Token::Literal(escaped),
                        letter.len_utf8() + escaped.len_utf8(),
                    ),
                    ('*', _) => (Token::Run, 1),
                    ('?', _) => (Token::One, 1),
                    _ => (Token::Literal(letter), letter.len_utf8()),
                }
            };
            tokens.push(token);
            rest = rest.get(width..).unwrap_or_default();
        }
        Self {
            tokens,
            separator,
            text: text.to_owned(),
        }
    }

    /// Whether it says nothing: only wildcards and separators.
    pub(crate) fn is_universal(&self) -> bool {
        self.tokens
            .iter()
            .all(|token| !matches!(token, Token::Literal(letter) if letter.is_alphanumeric()))
    }

    /// As it was written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn matches(&self, subject: &str) -> bool {
        let letters = self.letters(subject);
        self.reach(&letters).last().copied().unwrap_or_default()
    }

    /// Whether it matches the path or something that the path lies in: `tags` matches `tags.Name` and `tags["a"]` too.
    pub(crate) fn matches_path(&self, path: &str) -> bool {
        let letters = self.letters(path);
        self.reach(&letters)
            .iter()
            .enumerate()
            .any(|(end, reached)| {
                *reached
                    && letters
                        .get(end)
                        .is_none_or(|letter| letter.separates || letter.opens)
            })
    }

    /// For each length of a beginning of the subject, whether the whole pattern matches it.
    fn reach(&self, letters: &[Letter]) -> Vec<bool> {
        let mut reached = vec![false; letters.len() + 1];
        if let Some(start) = reached.first_mut() {
            *start = true;
        }
        for token in &self.tokens {
            let mut next = vec![false; letters.len() + 1];
            for position in 0..=letters.len() {
                let here = reached.get(position).copied().unwrap_or_default();
                let before = position.checked_sub(1);
                let letter = before.and_then(|before| letters.get(before));
                let came = |row: &[bool]| {
                    before
                        .and_then(|before| row.get(before))
                        .copied()
                        .unwrap_or_default()
                };
                let matched = match (token, letter) {
                    (Token::Everything, _) => here || came(&next),
                    (Token::Run, letter) => {
                        here || (letter.is_some_and(|letter| !letter.separates) && came(&next))
                    }
                    (Token::One, Some(letter)) => !letter.separates && came(&reached),
                    (Token::Literal(expected), Some(letter)) => {
                        letter.value == *expected && came(&reached)
                    }
                    (Token::Index, Some(letter)) => letter
                        .closes
                        .is_some_and(|opened| reached.get(opened).copied().unwrap_or_default()),
                    _ => false,
                };
                if let Some(entry) = next.get_mut(position) {
                    *entry = matched;
                }
            }
            reached = next;
        }
        reached
    }

    /// The letters of a subject; what stands in brackets holds no separators.
    fn letters(&self, subject: &str) -> Vec<Letter> {
        let mut opened: Option<usize> = None;
        let (mut quoted, mut escaped) = (false, false);
        let mut letters = Vec::with_capacity(subject.len());
        for (position, value) in subject.chars().enumerate() {
            let mut letter = Letter {
                value,
                separates: false,
                opens: false,
                closes: None,
            };
            match self.separator {
                Separator::None => {}
                Separator::Slash => letter.separates = value == '/',
                Separator::Dot => match value {
                    _ if std::mem::take(&mut escaped) => {}
                    '\\' if quoted => escaped = true,
                    '"' if opened.is_some() => quoted = !quoted,
                    '[' if opened.is_none() => {
                        letter.opens = true;
                        opened = Some(position);
                    }
                    ']' if !quoted => letter.closes = opened.take(),
                    '.' => letter.separates = opened.is_none(),
                    _ => {}
                },
            }
            letters.push(letter);
        }
        letters
    }
}

struct Letter {
    value: char,
    separates: bool,
    /// It opens a bracket.
    opens: bool,
    /// It closes the bracket that was opened here.
    closes: Option<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_star_stays_between_dots() {
        let glob = Glob::new("module.ml.aws_autoscaling_group.*", Separator::Dot);
        assert!(glob.matches("module.ml.aws_autoscaling_group.gpu"));
        assert!(glob.matches("module.ml.aws_autoscaling_group.gpu[0]"));
        assert!(glob.matches("module.ml.aws_autoscaling_group.gpu[\"eu.central\"]"));
        assert!(!glob.matches("module.ml.aws_autoscaling_group.gpu.tags"));
        assert!(!glob.matches("module.other.aws_autoscaling_group.gpu"));
        assert!(Glob::new("module.ml.**", Separator::Dot).matches("module.ml.module.x.aws_a.b[1]"));
    }

    #[test]
    fn an_index_is_matched_by_its_brackets() {
        let glob = Glob::new("aws_a.b[*]", Separator::Dot);
        for index in ["[0]", "[12]", "[\"x\"]", "[\"x.y]z\"]"] {
            assert!(glob.matches(&format!("aws_a.b{index}")), "{index}");
        }
        assert!(!glob.matches("aws_a.b") && !glob.matches("aws_a.b[0].c"));
        assert!(Glob::new("ingress[*].from_port", Separator::Dot).matches("ingress[3].from_port"));
    }

    #[test]
    fn a_path_glob_covers_what_lies_below() {
        let glob = Glob::new("tags", Separator::Dot);
        assert!(
            glob.matches_path("tags")
                && glob.matches_path("tags.Name")
                && glob.matches_path("tags[\"a\"]")
        );
        assert!(!glob.matches_path("tags_all") && !glob.matches_path("root.tags"));
        assert!(!Glob::new("a*", Separator::Dot).matches_path("b.a"));
    }

    #[test]
    fn sources_are_cut_at_slashes() {
        let glob = Glob::new("s3://bucket/env:/*/x", Separator::Slash);
        assert!(glob.matches("s3://bucket/env:/dev/x") && !glob.matches("s3://bucket/env:/a/b/x"));
    }

    #[test]
    fn a_backslash_takes_the_next_as_it_is() {
        assert!(Glob::new(r"a\*", Separator::None).matches("a*"));
        assert!(!Glob::new(r"a\*", Separator::None).matches("ab"));
    }

    #[test]
    fn only_wildcards_and_separators_are_universal() {
        for text in ["*", "**", "*.*", "?*", "**.[*]", ""] {
            assert!(Glob::new(text, Separator::Dot).is_universal(), "{text}");
        }
        assert!(!Glob::new("aws_*", Separator::Dot).is_universal());
    }
}

//! Making text short and harmless: no control characters, no silent cuts.

use unicode_width::UnicodeWidthChar as _;

/// Characters that steer a terminal or reorder what is read: controls, line separators, bidirectional overrides.
///
/// The bidirectional ones are those of Unicode TR36 section 2.4.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
        || matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{FEFF}')
}

/// The text on one line: every run of white space and unsafe characters becomes one space.
pub fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text
        .split(|c: char| c.is_whitespace() || is_unsafe(c))
        .filter(|w| !w.is_empty())
    {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// The text with its lines kept: tabs become spaces, other unsafe characters vanish, empty ends are trimmed.
pub fn lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for raw in text.lines() {
        let kept: String = raw
            .chars()
            .map(|c| if c == '\t' { ' ' } else { c })
            .filter(|c| !is_unsafe(*c))
            .collect();
        out.push_str(kept.trim_end());
        out.push('\n');
    }
    out.trim_matches('\n').to_owned()
}

/// At most `max` UTF-16 units, ending in `…` when cut. UTF-16 units are the strictest of the ways that sinks count.
pub fn units(text: &str, max: usize) -> String {
    if count_units(text) <= max {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        if used + c.len_utf16() + 1 > max {
            break;
        }
        used += c.len_utf16();
        out.push(c);
    }
    if max > 0 {
        out.push('…');
    }
    out
}

/// How many UTF-16 units the text has.
pub fn count_units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// At most `max` characters, ending in `…` when cut.
pub fn chars(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(max.saturating_sub(1)).collect();
    if max > 0 {
        out.push('…');
    }
    out
}

/// At most `max` bytes of UTF-8 and how many bytes were left off.
pub fn bytes(text: &str, max: usize) -> (&str, usize) {
    let mut end = max.min(text.len());
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    let kept = text.get(..end).unwrap_or_default();
    (kept, text.len() - kept.len())
}

/// Columns that a character adds at most; the emoji selector widens the one before it.
fn char_width(c: char) -> usize {
    if c == '\u{FE0F}' {
        1
    } else {
        c.width().unwrap_or(0)
    }
}

/// Columns that the text takes on a terminal, at most.
pub fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// The text padded with spaces to `columns`.
pub fn pad(text: &str, columns: usize) -> String {
    let mut out = text.to_owned();
    out.extend(std::iter::repeat_n(
        ' ',
        columns.saturating_sub(width(text)),
    ));
    out
}

/// One line broken between words into lines of at most `columns`; later lines start with `indent` spaces.
/// A word that is longer than a line is broken inside.
pub fn wrap(text: &str, columns: usize, indent: usize) -> Vec<String> {
    let columns = columns.max(indent + 8);
    let mut out = Vec::new();
    let mut current = String::new();
    let mut used = 0;
    let mut has_word = false;
    for word in text.split(' ') {
        if has_word && used + 1 + width(word) > columns {
            out.push(std::mem::replace(&mut current, " ".repeat(indent)));
            used = indent;
        } else if has_word {
            current.push(' ');
            used += 1;
        }
        has_word = true;
        for c in word.chars() {
            if used + char_width(c) > columns {
                out.push(std::mem::replace(&mut current, " ".repeat(indent)));
                used = indent;
            }
            current.push(c);
            used += char_width(c);
        }
    }
    out.push(current);
    for line in &mut out {
        line.truncate(line.trim_end().len());
    }
    out.retain(|line| !line.is_empty());
    out
}

/// The text as one word of a POSIX shell; unsafe characters are left out.
pub fn shell_word(text: &str) -> String {
    let text = line(text);
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:@%+=,".contains(&b);
    if !text.is_empty() && text.bytes().all(plain) && !text.starts_with('-') {
        return text;
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

//! Text for terminals of 80 columns.

/// Columns of a line of human output.
pub(crate) const COLUMNS: usize = 80;

/// The text in lines of at most [`COLUMNS`], broken at spaces, each but the first begun with `indent` spaces;
/// `used` columns of the first line are taken. A word longer than a line is broken.
pub(crate) fn wrap(text: &str, used: usize, indent: usize) -> String {
    let mut wrapped = String::new();
    let mut column = used;
    for (index, word) in text.split_whitespace().enumerate() {
        let width = word.chars().count();
        if index > 0 && column + 1 + width > COLUMNS {
            break_line(&mut wrapped, indent);
            column = indent;
        } else if index > 0 {
            wrapped.push(' ');
            column += 1;
        }
        for letter in word.chars() {
            if column >= COLUMNS {
                break_line(&mut wrapped, indent);
                column = indent;
            }
            wrapped.push(letter);
            column += 1;
        }
    }
    wrapped
}

fn break_line(text: &mut String, indent: usize) {
    text.push('\n');
    text.extend(std::iter::repeat_n(' ', indent));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_longer_than_a_terminal() {
        let text = format!("{} {}", "word ".repeat(40), "x".repeat(200));
        let wrapped = wrap(&text, 10, 4);
        assert!(wrapped.lines().enumerate().all(|(index, line)| {
            line.chars().count() <= if index == 0 { COLUMNS - 10 } else { COLUMNS }
        }));
        assert_eq!(
            wrapped.split_whitespace().collect::<String>(),
            text.replace(' ', "")
        );
    }
}

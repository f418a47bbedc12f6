//! Addresses, as Terraform prints them.

use std::fmt::{self, Write as _};

/// What tells the instances of one resource apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Index {
    /// Of `count`.
    Number(i64),
    /// Of `for_each`.
    Key(String),
}

impl fmt::Display for Index {
    /// `[0]` or `["key"]`, with the escapes of HCL (`internal/addrs/instance_key.go` of Terraform).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "[{number}]"),
            Self::Key(key) => write!(f, "[{}]", quoted(key)),
        }
    }
}

/// A text as HCL quotes it.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '$' | '%' => {
                out.push(c);
                if chars.peek() == Some(&'{') {
                    out.push(c);
                }
            }
            c if is_printable(c) => out.push(c),
            // Writing to a String does not fail.
            c if u32::from(c) < 0x1_0000 => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}

/// `unicode.IsPrint` of Go: letters, marks, numbers, punctuation, symbols and the ASCII blank; that is what
/// `escape_debug` leaves as it is, for a character that does not come first and is no quote.
fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return c == ' ' || c.is_ascii_graphic();
    }
    let mut text = String::from("a");
    text.push(c);
    let escaped = text.escape_debug().nth(1);
    escaped == Some(c)
}

/// The address of a resource: `module.a[0].data.aws_ami.base`.
pub(crate) fn resource(module: Option<&str>, data: bool, kind: &str, name: &str) -> String {
    let mut address = String::new();
    if let Some(module) = module {
        address.push_str(module);
        address.push('.');
    }
    if data {
        address.push_str("data.");
    }
    address.push_str(kind);
    address.push('.');
    address.push_str(name);
    address
}

/// The address of an instance or of a deposed object of it.
pub(crate) fn instance(resource: &str, index: Option<&Index>, deposed: Option<&str>) -> String {
    let mut address = resource.to_owned();
    if let Some(index) = index {
        address.push_str(&index.to_string());
    }
    if let Some(key) = deposed {
        address.push_str(" (deposed object ");
        address.push_str(key);
        address.push(')');
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_quoted_as_terraform_does() {
        for (key, expected) in [
            ("", r#"[""]"#),
            ("eu-west-1", r#"["eu-west-1"]"#),
            ("a\"b\\c", r#"["a\"b\\c"]"#),
            ("${x} %{y} $z %", r#"["$${x} %%{y} $z %"]"#),
            ("a\nb\tc\rd", r#"["a\nb\tc\rd"]"#),
            ("it's grün 語", r#"["it's grün 語"]"#),
            ("e\u{301}", "[\"e\u{301}\"]"),
            ("a\u{a0}b\u{0}\u{200b}", r#"["a\u00a0b\u0000\u200b"]"#),
            ("\u{e0001}", r#"["\U000e0001"]"#),
        ] {
            assert_eq!(Index::Key(key.to_owned()).to_string(), expected);
        }
        assert_eq!(Index::Number(12).to_string(), "[12]");
    }

    #[test]
    fn addresses_join_their_parts() {
        let resource = resource(Some("module.a[0].module.b[\"k\"]"), true, "aws_ami", "base");
        assert_eq!(resource, "module.a[0].module.b[\"k\"].data.aws_ami.base");
        assert_eq!(
            instance("aws_vpc.main", Some(&Index::Number(1)), Some("1a2b3c4d")),
            "aws_vpc.main[1] (deposed object 1a2b3c4d)"
        );
    }
}

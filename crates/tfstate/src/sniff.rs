//! What a file is that does not begin as a state does.

use crate::error::NotJson;

/// Told from its first bytes; none if JSON may begin here.
pub(crate) fn sniff(start: &[u8]) -> Option<NotJson> {
    let marks: [(&[u8], NotJson); 6] = [
        (b"\x1f\x8b", NotJson::Gzip),
        (b"PK\x03\x04", NotJson::Zip),
        (b"\xef\xbb\xbf", NotJson::ByteOrderMark),
        (b"\xff\xfe", NotJson::Utf16),
        (b"\xfe\xff", NotJson::Utf16),
        (b"{\0", NotJson::Utf16),
    ];
    for (mark, found) in marks {
        if start.starts_with(mark) {
            return Some(found);
        }
    }
    let text = start.trim_ascii_start();
    let first = text.first()?;
    if matches!(first, b'{' | b'[' | b'"' | b'0'..=b'9') {
        return None;
    }
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').take(20).collect();
    // A negative number and the three words are JSON; `---` and names with a colon are not.
    if lines.len() <= 2 {
        let word = text.trim_ascii();
        if matches!(word, b"true" | b"false" | b"null") || is_negative(word) {
            return None;
        }
    }
    let sample = text.get(..text.len().min(1_024)).unwrap_or_default();
    if sample
        .iter()
        .any(|byte| *byte < 0x20 && !byte.is_ascii_whitespace())
    {
        return Some(NotJson::Binary);
    }
    let lower = sample.to_ascii_lowercase();
    Some(if *first == b'<' {
        let html = |mark: &[u8]| lower.windows(mark.len()).any(|window| window == mark);
        if html(b"<!doctype html") || html(b"<html") || html(b"<head") || html(b"<body") {
            NotJson::Html
        } else {
            NotJson::Xml
        }
    } else if lower.starts_with(b"version https://git-lfs") {
        NotJson::LfsPointer
    } else if has_line(&lines, b"# This file is maintained automatically by \"t")
        || (has_line(&lines, b"provider \"") && has_line(&lines, b"  hashes"))
    {
        NotJson::ProviderLock
    } else if [
        b"terraform {".as_slice(),
        b"resource \"",
        b"provider \"",
        b"module \"",
        b"variable \"",
        b"data \"",
        b"locals {",
        b"output \"",
    ]
    .iter()
    .any(|word| has_line(&lines, word))
    {
        NotJson::Hcl
    } else if text.starts_with(b"---") || lines.iter().any(|line| is_yaml(line)) {
        NotJson::Yaml
    } else {
        NotJson::Text
    })
}

fn is_negative(word: &[u8]) -> bool {
    matches!(word, [b'-', b'0'..=b'9', ..])
}

fn has_line(lines: &[&[u8]], start: &[u8]) -> bool {
    lines.iter().any(|line| line.starts_with(start))
}

/// `name:` or `name: value` at the begin of a line.
fn is_yaml(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    let name = line
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        .count();
    name > 0 && matches!(line.get(name..), Some([b':'] | [b':', b' ', ..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_told() {
        let utf16: Vec<u8> = "{\"version\": 4}"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let cases: [(&[u8], NotJson); 16] = [
            (
                b"<!DOCTYPE html><html><body>502</body></html>",
                NotJson::Html,
            ),
            (b"\n <HTML><head>", NotJson::Html),
            (
                b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>",
                NotJson::Xml,
            ),
            (b"version: 4\nserial: 1\n", NotJson::Yaml),
            (b"---\n- a\n", NotJson::Yaml),
            (b"\x1f\x8b\x08\0\0", NotJson::Gzip),
            (b"PK\x03\x04tfplan", NotJson::Zip),
            (b"\xef\xbb\xbf{\"version\":4}", NotJson::ByteOrderMark),
            (b"\xff\xfe{\0", NotJson::Utf16),
            (&utf16, NotJson::Utf16),
            (
                b"# This file is maintained automatically by \"terraform init\".\n",
                NotJson::ProviderLock,
            ),
            (
                b"# This file is maintained automatically by \"tofu init\".\n",
                NotJson::ProviderLock,
            ),
            (b"terraform {\n  backend \"s3\" {}\n}\n", NotJson::Hcl),
            (
                b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
                NotJson::LfsPointer,
            ),
            (b"\0\0\0\0\0", NotJson::Binary),
            (b"No state file was found!", NotJson::Text),
        ];
        for (bytes, expected) in cases {
            assert_eq!(
                sniff(bytes),
                Some(expected),
                "{}",
                String::from_utf8_lossy(bytes)
            );
        }
        for json in [
            &b"{\"version\":4}"[..],
            b"",
            b" \n",
            b"[]",
            b"\"x\"",
            b"12",
            b"-1",
            b"null",
            b"true\n",
            b"{",
        ] {
            assert_eq!(sniff(json), None, "{}", String::from_utf8_lossy(json));
        }
    }
}

//! JSON as a stream: what is not asked for is passed over without being kept.

use std::io::{ErrorKind, Read};

/// Bytes that are read at once.
const CHUNK: usize = 64 * 1024;

/// So many brackets may be open, as in `serde_json`.
const MAX_DEPTH: usize = 127;

/// Why the text cannot be read any further.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The source failed.
    Io(std::io::Error),
    /// The text ends in the middle.
    End,
    /// What stands here is not what JSON has here.
    Syntax { expected: &'static str },
}

pub(crate) type Scan<T> = Result<T, Fault>;

/// What may come next within a value that is passed over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    After,
}

impl Expect {
    const fn words(self) -> &'static str {
        match self {
            Self::Value => "a value",
            Self::ValueOrEnd => "a value or `]`",
            Self::Key => "a key in quotes",
            Self::KeyOrEnd => "a key in quotes or `}`",
            Self::After => "`,` or the closing bracket",
        }
    }
}

/// A position in a JSON text.
pub(crate) struct Scanner<R> {
    input: R,
    chunk: Box<[u8]>,
    position: usize,
    filled: usize,
    /// Bytes before the chunk.
    before: u64,
    /// Where in the chunk that begins which is being kept.
    mark: Option<usize>,
    kept: Vec<u8>,
    open: Vec<u8>,
}

impl<R: Read> Scanner<R> {
    pub(crate) fn new(input: R) -> Self {
        Self::with_chunk(input, CHUNK)
    }

    /// Over bytes in memory, which need no large chunk.
    pub(crate) fn small(input: R) -> Self {
        Self::with_chunk(input, 4 * 1024)
    }

    fn with_chunk(input: R, size: usize) -> Self {
        Self {
            input,
            chunk: vec![0; size].into_boxed_slice(),
            position: 0,
            filled: 0,
            before: 0,
            mark: None,
            kept: Vec::new(),
            open: Vec::new(),
        }
    }

    /// Bytes that were passed.
    pub(crate) fn offset(&self) -> u64 {
        let within = u64::try_from(self.position).unwrap_or(u64::MAX);
        self.before.saturating_add(within)
    }

    /// What was read and not yet passed, to see what kind of file it is.
    pub(crate) fn ahead(&mut self) -> Scan<&[u8]> {
        if self.position >= self.filled {
            self.fill()?;
        }
        Ok(self.rest())
    }

    fn rest(&self) -> &[u8] {
        self.chunk
            .get(self.position..self.filled)
            .unwrap_or_default()
    }

    /// Reads on; false at the end.
    fn fill(&mut self) -> Scan<bool> {
        if let Some(mark) = self.mark {
            let part = self.chunk.get(mark..self.filled).unwrap_or_default();
            self.kept.extend_from_slice(part);
            self.mark = Some(0);
        }
        self.before = self
            .before
            .saturating_add(u64::try_from(self.filled).unwrap_or(u64::MAX));
        self.position = 0;
        self.filled = 0;
        loop {
            match self.input.read(&mut self.chunk) {
                Ok(count) => {
                    self.filled = count.min(self.chunk.len());
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Fault::Io(error)),
            }
        }
    }

    /// The next byte, blank or not; none at the end.
    fn byte(&mut self) -> Scan<Option<u8>> {
        if self.position >= self.filled && !self.fill()? {
            return Ok(None);
        }
        Ok(self.chunk.get(self.position).copied())
    }

    /// The next byte that is not blank; none at the end.
    pub(crate) fn peek_or_end(&mut self) -> Scan<Option<u8>> {
        loop {
            let blank = |byte: &u8| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
            match self.rest().iter().position(blank) {
                Some(blanks) => {
                    self.position += blanks;
                    return self.byte();
                }
                None => {
                    if !self.fill()? {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// The next byte that is not blank.
    pub(crate) fn peek(&mut self) -> Scan<u8> {
        self.peek_or_end()?.ok_or(Fault::End)
    }

    /// Passes one byte if it is this one.
    pub(crate) fn take(&mut self, wanted: u8) -> Scan<bool> {
        let found = self.peek()? == wanted;
        self.position += usize::from(found);
        Ok(found)
    }

    fn must(&mut self, wanted: u8, expected: &'static str) -> Scan<()> {
        if self.take(wanted)? {
            Ok(())
        } else {
            Err(Fault::Syntax { expected })
        }
    }

    /// The next key of an object whose bracket was passed, in `key`; false after the last.
    pub(crate) fn key(&mut self, first: &mut bool, key: &mut String) -> Scan<bool> {
        let began = std::mem::take(first);
        if self.take(b'}')? {
            return Ok(false);
        }
        if !began {
            self.must(b',', Expect::After.words())?;
        }
        let expect = if began { Expect::KeyOrEnd } else { Expect::Key };
        if self.peek()? != b'"' {
            return Err(Fault::Syntax {
                expected: expect.words(),
            });
        }
        let mut raw = Vec::new();
        self.keep(&mut raw)?;
        *key = serde_json::from_slice(&raw).map_err(|_| Fault::Syntax {
            expected: "a key of valid UTF-8",
        })?;
        self.must(b':', "`:`")?;
        Ok(true)
    }

    /// Whether a further element of an array follows whose bracket was passed.
    pub(crate) fn element(&mut self, first: &mut bool) -> Scan<bool> {
        let began = std::mem::take(first);
        if self.take(b']')? {
            return Ok(false);
        }
        if !began {
            self.must(b',', Expect::After.words())?;
        }
        Ok(true)
    }

    /// Passes a value and keeps its text.
    pub(crate) fn keep(&mut self, into: &mut Vec<u8>) -> Scan<()> {
        self.peek()?;
        into.clear();
        std::mem::swap(&mut self.kept, into);
        self.mark = Some(self.position);
        let passed = self.skip();
        if let Some(mark) = self.mark.take() {
            let part = self.chunk.get(mark..self.position).unwrap_or_default();
            self.kept.extend_from_slice(part);
        }
        std::mem::swap(&mut self.kept, into);
        passed
    }

    /// Passes a value.
    pub(crate) fn skip(&mut self) -> Scan<()> {
        self.open.clear();
        let mut expect = Expect::Value;
        loop {
            let byte = self.peek()?;
            let in_object = self.open.last() == Some(&b'{');
            expect = match (expect, byte) {
                (Expect::Value | Expect::ValueOrEnd, b'{' | b'[') => {
                    if self.open.len() >= MAX_DEPTH {
                        return Err(Fault::Syntax {
                            expected: "at most 127 nested brackets",
                        });
                    }
                    self.open.push(byte);
                    self.position += 1;
                    if byte == b'{' {
                        Expect::KeyOrEnd
                    } else {
                        Expect::ValueOrEnd
                    }
                }
                (Expect::Value | Expect::ValueOrEnd, b'"') => {
                    self.string()?;
                    Expect::After
                }
                (Expect::Value | Expect::ValueOrEnd, b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
                    self.scalar()?;
                    Expect::After
                }
                (Expect::Key | Expect::KeyOrEnd, b'"') => {
                    self.string()?;
                    self.must(b':', "`:`")?;
                    Expect::Value
                }
                (Expect::After, b',') => {
                    self.position += 1;
                    if in_object {
                        Expect::Key
                    } else {
                        Expect::Value
                    }
                }
                (Expect::ValueOrEnd | Expect::After, b']') if !in_object => self.close(),
                (Expect::KeyOrEnd | Expect::After, b'}') if in_object => self.close(),
                _ => {
                    return Err(Fault::Syntax {
                        expected: expect.words(),
                    });
                }
            };
            if self.open.is_empty() && expect == Expect::After {
                return Ok(());
            }
        }
    }

    fn close(&mut self) -> Expect {
        self.open.pop();
        self.position += 1;
        Expect::After
    }

    /// Passes a string; the next byte is its quote.
    fn string(&mut self) -> Scan<()> {
        self.position += 1;
        loop {
            let ends = |byte: &u8| matches!(byte, b'"' | b'\\') || *byte < 0x20;
            let Some(length) = self.rest().iter().position(ends) else {
                if self.fill()? {
                    continue;
                }
                return Err(Fault::End);
            };
            self.position += length;
            match self.byte()? {
                Some(b'"') => {
                    self.position += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    self.position += 1;
                    let escaped = self.byte()?.ok_or(Fault::End)?;
                    if !br#""\/bfnrtu"#.contains(&escaped) {
                        return Err(Fault::Syntax {
                            expected: "an escape that JSON has",
                        });
                    }
                    self.position += 1;
                    for _ in 0..if escaped == b'u' { 4 } else { 0 } {
                        if !self.byte()?.ok_or(Fault::End)?.is_ascii_hexdigit() {
                            return Err(Fault::Syntax {
                                expected: "four hexadecimal digits",
                            });
                        }
                        self.position += 1;
                    }
                }
                _ => {
                    return Err(Fault::Syntax {
                        expected: "text without control characters",
                    });
                }
            }
        }
    }

    /// Passes a number, `true`, `false` or `null`.
    fn scalar(&mut self) -> Scan<()> {
        // Longer than every number that Terraform writes: cty has 512 bits, about 155 digits.
        let mut text = [0_u8; 512];
        let mut length = 0;
        while let Some(byte) = self.byte()? {
            if !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')) {
                break;
            }
            let Some(slot) = text.get_mut(length) else {
                return Err(Fault::Syntax {
                    expected: "a number of at most 512 digits",
                });
            };
            *slot = byte;
            length += 1;
            self.position += 1;
        }
        let text = text.get(..length).unwrap_or_default();
        if matches!(text, b"true" | b"false" | b"null") || is_number(text) {
            return Ok(());
        }
        if self.byte()?.is_none() {
            return Err(Fault::End);
        }
        Err(Fault::Syntax {
            expected: "a value",
        })
    }
}

/// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
fn is_number(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let (whole, rest) = digits(text);
    if whole.is_empty() || (whole.len() > 1 && whole.starts_with(b"0")) {
        return false;
    }
    let rest = match rest.strip_prefix(b".") {
        None => rest,
        Some(rest) => match digits(rest) {
            ([], _) => return false,
            (_, rest) => rest,
        },
    };
    match rest {
        [] => true,
        [b'e' | b'E', rest @ ..] => {
            let rest = match rest {
                [b'+' | b'-', rest @ ..] => rest,
                _ => rest,
            };
            matches!(digits(rest), ([_, ..], []))
        }
        _ => false,
    }
}

fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.split_at(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Trickle<'a>(&'a [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else {
                return Ok(0);
            };
            into[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    fn passes(text: &str) -> bool {
        let mut scanner = Scanner::new(Trickle(text.as_bytes()));
        scanner.skip().is_ok() && matches!(scanner.peek_or_end(), Ok(None))
    }

    #[test]
    fn what_json_is_passes_and_nothing_else() {
        for text in [
            "0",
            "-1.5e+3",
            "10",
            "0.0",
            "1E9",
            "true",
            "null",
            r#""a\"b\\\u00e4""#,
            "[]",
            "{}",
            " [ 1 , [ ] , { \"a\" : { } } ] ",
            r#"{"a":[1,2,{"b":"c"}],"d":false}"#,
        ] {
            assert!(passes(text), "{text}");
            assert!(serde_json::from_str::<serde_json::Value>(text).is_ok());
        }
        for text in [
            "",
            "01",
            "1.",
            ".5",
            "1e",
            "+1",
            "tru",
            "nul",
            "nulll",
            "'a'",
            "[1,]",
            "[,1]",
            "{,}",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{"a":1]"#,
            "[1}",
            "[1 2]",
            r#"{"a" 1}"#,
            r#""a"#,
            r#""\x""#,
            r#""\u12g4""#,
            "\"a\nb\"",
            "{1:2}",
            "[",
            "{\"a\":[",
            "1 2",
            "]",
        ] {
            assert!(!passes(text), "{text}");
            assert!(
                serde_json::from_str::<serde_json::Value>(text).is_err(),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_kept_is_the_text_across_chunks() {
        let text = r#"{"a":[1,"x\"y",{"b":null}],"c":2}"#;
        let mut scanner = Scanner::new(Trickle(text.as_bytes()));
        assert!(scanner.take(b'{').unwrap());
        let (mut first, mut key, mut kept) = (true, String::new(), Vec::new());
        assert!(scanner.key(&mut first, &mut key).unwrap());
        scanner.keep(&mut kept).unwrap();
        assert_eq!(
            (key.as_str(), kept.as_slice()),
            ("a", br#"[1,"x\"y",{"b":null}]"#.as_slice())
        );
        assert!(scanner.key(&mut first, &mut key).unwrap());
        scanner.keep(&mut kept).unwrap();
        assert_eq!((key.as_str(), kept.as_slice()), ("c", b"2".as_slice()));
        assert!(!scanner.key(&mut first, &mut key).unwrap());
        assert_eq!(scanner.offset(), u64::try_from(text.len()).unwrap());
    }

    #[test]
    fn depth_is_bounded() {
        assert!(passes(&format!("{}{}", "[".repeat(127), "]".repeat(127))));
        assert!(!passes(&format!("{}{}", "[".repeat(128), "]".repeat(128))));
    }
}

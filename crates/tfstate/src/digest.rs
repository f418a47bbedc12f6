//! A digest of what is read, on the way.

use std::fmt::Write as _;
use std::io::{self, Read};

use sha2::{Digest as _, Sha256};

/// Reads through, and takes the SHA-256 of the bytes.
#[derive(Debug, Clone)]
pub struct Digest<R> {
    input: R,
    state: Sha256,
    length: u64,
}

impl<R> Digest<R> {
    /// Reads from `input`.
    pub fn new(input: R) -> Self {
        Self {
            input,
            state: Sha256::new(),
            length: 0,
        }
    }

    /// The SHA-256 of the bytes so far, in lower-case hexadecimal, and their number.
    pub fn finish(self) -> (String, u64) {
        let mut text = String::with_capacity(64);
        for byte in self.state.finalize() {
            // Writing to a String does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        (text, self.length)
    }
}

impl<R: Read> Read for Digest<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(into)?;
        let read = into.get(..count).unwrap_or_default();
        self.state.update(read);
        self.length = self
            .length
            .saturating_add(u64::try_from(count).unwrap_or_default());
        Ok(count)
    }
}

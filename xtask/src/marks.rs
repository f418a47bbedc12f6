//! The measured parts of BENCHMARKS.md, each between two marks.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};

/// A measured part, by the command that writes it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part(pub(crate) &'static str);

impl Part {
    fn mark(self, which: &str) -> String {
        format!("<!-- cargo xtask {} --write: {which} -->\n", self.0)
    }

    /// Replaces it in BENCHMARKS.md.
    pub(crate) fn write(self, text: &str) -> anyhow::Result<()> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("BENCHMARKS.md");
        let document = fs::read_to_string(&path).context("BENCHMARKS.md cannot be read")?;
        fs::write(&path, self.replaced(&document, text)?).context("BENCHMARKS.md cannot be written")
    }

    fn replaced(self, document: &str, text: &str) -> anyhow::Result<String> {
        let (begin, end) = (self.mark("begin"), self.mark("end"));
        let parts = document
            .split_once(&begin)
            .and_then(|(head, rest)| Some((head, rest.split_once(&end)?.1)));
        let Some((head, tail)) = parts else {
            bail!("BENCHMARKS.md has no lines {begin:?} and {end:?}");
        };
        Ok(format!("{head}{begin}\n{}\n\n{end}{tail}", text.trim()))
    }
}

/// Date, compiler and class of machine.
pub(crate) fn circumstances() -> anyhow::Result<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "figures carry the day on which they were taken"
    )]
    let day = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let output = Command::new("rustc").arg("--version").output()?;
    let version = String::from_utf8(output.stdout)?;
    let version: Vec<&str> = version.split_whitespace().take(2).collect();
    let processor = fs::read_to_string("/proc/cpuinfo")?;
    let model = processor
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'))
        .map_or("processor without a name", |(_, name)| name.trim());
    let cores = std::thread::available_parallelism()?;
    let architecture = std::env::consts::ARCH;
    Ok(format!(
        "{day}, {}, {cores} cores of {model} ({architecture} Linux).",
        version.join(" ")
    ))
}

/// A whole number in groups of three digits.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_is_replaced() {
        let part = Part("task");
        let (begin, end) = (part.mark("begin"), part.mark("end"));
        let document = format!("before\n{begin}old{end}\nafter\n");
        let new = part.replaced(&document, "new\n").unwrap();
        assert_eq!(new, format!("before\n{begin}\nnew\n\n{end}\nafter\n"));
        assert_eq!(part.replaced(&new, "new\n").unwrap(), new);
        assert!(part.replaced("no marks", "new").is_err());
        assert!(Part("other").replaced(&document, "new").is_err());
    }

    #[test]
    fn the_benchmarks_have_the_marks() {
        for part in [crate::measure::PART, crate::bench::PART] {
            let document = include_str!("../../BENCHMARKS.md");
            assert!(part.replaced(document, "new").is_ok(), "{part:?}");
        }
    }
}

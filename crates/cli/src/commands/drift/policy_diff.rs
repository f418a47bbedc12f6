//! `drift policy-diff`: whether two IAM policies permit the same, and what changed.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use afterhours_iam_policy::{
    Comparison, Context as PolicyContext, Direction, Policy, PolicyError, Verdict, compare,
};
use anstyle::{AnsiColor, Style};
use clap::Args;

use crate::context::{Context, Failure, Format, Outcome};
use crate::render;

#[derive(Debug, Args)]
pub(crate) struct PolicyDiff {
    /// The policy before, or that of the state (`-` is standard input): JSON, also URL-encoded, or as JSON in a string.
    #[arg(value_name = "A.json")]
    before: PathBuf,

    /// The policy after, or the live one, in the same forms.
    #[arg(value_name = "B.json")]
    after: PathBuf,

    /// The account that the policies belong to, for the words.
    #[arg(long, value_name = "ID", value_parser = account)]
    account: Option<String>,

    /// The partition that the policies belong to: a bare account id is the root of that account there.
    #[arg(long, value_name = "NAME")]
    partition: Option<String>,
}

/// A file that cannot be read as text.
#[derive(Debug, thiserror::Error)]
#[error("cannot read `{path}`")]
struct ReadError {
    path: String,
    #[source]
    source: io::Error,
}

/// A file that holds no policy.
#[derive(Debug, thiserror::Error)]
#[error("`{path}` is no IAM policy")]
struct ParseError {
    path: String,
    #[source]
    source: PolicyError,
}

fn account(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("an account id has twelve digits".to_owned())
    }
}

impl PolicyDiff {
    pub(super) fn run(self, context: &mut Context) -> Result<Outcome, Failure> {
        let is_stdin = |path: &Path| path.as_os_str() == "-";
        if is_stdin(&self.before) && is_stdin(&self.after) {
            return Err("standard input holds one policy; name a file for the other".into());
        }
        let before = policy(&self.before)?;
        let after = policy(&self.after)?;
        let comparison = compare(
            &before,
            &after,
            &PolicyContext {
                account: self.account,
                partition: self.partition,
            },
        );
        match context.format {
            Format::Json => context.print_json(&comparison)?,
            Format::Human => print(&comparison, context)?,
        }
        Ok(if comparison.is_equal() {
            Outcome::Complete
        } else {
            Outcome::Found
        })
    }
}

fn policy(path: &Path) -> Result<Policy, Failure> {
    let name = path.display().to_string();
    let read = if name == "-" {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text).map(|_| text)
    } else {
        fs::read_to_string(path)
    };
    let text = read.map_err(|source| ReadError {
        path: name.clone(),
        source,
    })?;
    Ok(Policy::parse(&text).map_err(|source| ParseError { path: name, source })?)
}

fn print(comparison: &Comparison, context: &mut Context) -> Result<(), Failure> {
    let (colour, meaning) = match comparison.verdict {
        Verdict::Equal => (AnsiColor::Green, "both permit the same"),
        Verdict::Broader => (AnsiColor::Red, "the second permits more than the first"),
        Verdict::Narrower => (AnsiColor::Yellow, "the second permits less than the first"),
        Verdict::Different => (
            AnsiColor::Red,
            "neither is known to permit all that the other does",
        ),
    };
    let verdict = context.paint(
        Style::new().fg_color(Some(colour.into())).bold(),
        &comparison.verdict.to_string(),
    );
    writeln!(context.out, "{verdict}: {meaning}")?;
    for change in &comparison.changes {
        let sign = match change.direction {
            Direction::Broadens => '+',
            Direction::Narrows => '-',
            Direction::Unclear => '~',
        };
        writeln!(context.out, "  {sign} {}", render::wrap(&change.text, 4, 4))?;
    }
    Ok(())
}

//! What a program used: time, processor, memory.

use std::fs;
use std::path::{Path, PathBuf};

use afterhours_local::process::tied_command;
use afterhours_local::venv::Venv;
use anyhow::{Context as _, bail};
use serde::Deserialize;

use crate::run::check;

const SCRIPT: &str = include_str!("usage.py");

/// What a program used.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Usage {
    /// The exit code; below zero for a signal.
    pub(crate) code: i32,
    /// Seconds from its start to its end.
    pub(crate) wall: f64,
    /// Seconds of user and system time, with all that it started and waited for.
    pub(crate) cpu: f64,
    /// Peak resident memory in KiB of the largest process.
    pub(crate) rss: u64,
    /// Peak resident memory in KiB of all its processes together.
    pub(crate) tree: u64,
}

/// A program to be measured.
#[derive(Debug)]
pub(crate) struct Measured<'m> {
    /// Names its files.
    pub(crate) name: &'m str,
    /// The program and its arguments.
    pub(crate) command: &'m [&'m str],
    /// The folder that it runs in.
    pub(crate) folder: &'m Path,
    /// Its whole environment.
    pub(crate) env: &'m [(&'m str, String)],
}

impl Measured<'_> {
    /// Runs it; gives what it used, and the file with what it printed. What it wrote to standard error is an error's
    /// text where the exit code is not one of `accepted`.
    pub(crate) fn run(
        &self,
        venv: &Venv,
        run: &Path,
        accepted: &[i32],
    ) -> anyhow::Result<(Usage, PathBuf)> {
        let file = |ending: &str| run.join(format!("{}.{ending}", self.name));
        let (script, result, out) = (file("py"), file("usage"), file("out"));
        fs::write(&script, SCRIPT)?;
        let mut command = tied_command(&venv.python());
        command
            .arg("-B")
            .arg(&script)
            .arg(&result)
            .arg(self.folder)
            .arg(&out)
            .args(self.command)
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)));
        check(self.name, &mut command)?;
        let usage: Usage = serde_json::from_slice(&fs::read(&result)?)
            .with_context(|| format!("what {} used is unknown", self.name))?;
        if !accepted.contains(&usage.code) {
            let said = fs::read_to_string(file("out.err"))?;
            bail!("{} ended with {}: {said}", self.name, usage.code);
        }
        Ok((usage, out))
    }
}

//! The tool, run as people run it.

use std::path::Path;
use std::process::Command;

use afterhours_e2e::programs::program;
use afterhours_local::REGION;
use anyhow::{Context as _, Result};
use serde_json::Value;

/// What a run of the tool left.
#[derive(Debug, Clone)]
pub struct Ran {
    /// The exit code; -1 when a signal ended it.
    pub code: i32,
    /// What it printed.
    pub stdout: String,
    /// What it complained of.
    pub stderr: String,
}

/// Runs `afterhours` at this endpoint; `caller` is the access key, by which the proxy tells runs apart.
pub fn tool(endpoint: &str, caller: &str, arguments: &[&str]) -> Result<Ran> {
    let output = Command::new(program("afterhours")?)
        .args(arguments)
        .args(["--endpoint-url", endpoint])
        .env_clear()
        .env("AWS_REGION", REGION)
        .env("AWS_ACCESS_KEY_ID", caller)
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .context("the tool could not be started")?;
    Ok(Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// What a scan came to.
#[derive(Debug, Clone)]
pub struct Scan {
    /// The run.
    pub ran: Ran,
    /// What it printed.
    pub report: Value,
}

/// `drift scan` of one state as JSON.
pub fn scan(endpoint: &str, caller: &str, state: &Path) -> Result<Scan> {
    let state = state.display().to_string();
    let arguments = ["drift", "scan", "--state", &state, "--format", "json"];
    let ran = tool(endpoint, caller, &arguments)?;
    let report = serde_json::from_str(&ran.stdout).with_context(|| {
        format!(
            "the scan ended with {} and printed no JSON: {}{}",
            ran.code, ran.stdout, ran.stderr
        )
    })?;
    Ok(Scan { ran, report })
}

impl Scan {
    /// The findings of these classes.
    pub fn findings(&self, classes: &[&str]) -> Vec<&Value> {
        let all = self.report.get("findings").and_then(Value::as_array);
        let of = |finding: &&Value| {
            let class = finding.get("class").and_then(Value::as_str);
            class.is_some_and(|class| classes.contains(&class))
        };
        all.into_iter().flatten().filter(of).collect()
    }

    /// How many instances ended in this class of coverage.
    pub fn count(&self, class: &str) -> u64 {
        let count = self.report.pointer(&format!("/coverage/{class}"));
        count.and_then(Value::as_u64).unwrap_or_default()
    }

    /// All that it says of what it did not see, as text.
    pub fn holes(&self) -> String {
        let at = |pointer: &str| self.report.pointer(pointer).cloned().unwrap_or_default();
        format!(
            "{} {}",
            at("/coverage/details"),
            at("/coverage/incomplete_listings")
        )
    }
}

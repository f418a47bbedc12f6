//! `cargo xtask measure`: how large the functions are, and what their start costs.

mod package;
mod process;
mod report;
mod server;

use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};
use serde_json::json;

use crate::marks::Part;
use crate::say;
use process::{Calls, Start, Summary};
use report::{Budget, Function, Report};

/// What it writes.
pub(crate) const PART: Part = Part("measure");

/// Starts of each function.
const STARTS: usize = 25;

/// Processes with each number of calls.
const CALLS: usize = 21;

/// Largest zip of a function in bytes: it is fetched and unpacked in each cold start.
const ZIP: Budget = Budget::strict(4_000_000.0);

/// Milliseconds until the first `/next`.
const NEXT: Budget = Budget::of_this_machine(2.5);

/// Milliseconds of the first call.
const FIRST_CALL: Budget = Budget::of_this_machine(2.0);

/// Peak memory at the first `/next` in MiB.
const MEMORY: Budget = Budget::of_this_machine(10.0);

pub(crate) fn run(write: bool) -> anyhow::Result<()> {
    if !cfg!(target_os = "linux") {
        bail!("memory is read from /proc, which only Linux has");
    }
    say("building for release (from nothing: a quarter of an hour on two cores)")?;
    let programs = package::build()?;
    let program = |name: &str| {
        let path = programs.get(name);
        path.with_context(|| format!("cargo did not say where {name} is"))
    };
    let folder = tempfolder(program("first-call")?)?;
    let config = folder.join("config.json");
    fs::write(&config, configuration().to_string())?;
    let mut functions = Vec::new();
    for name in ["scaler", "notifier"] {
        let path = program(name)?;
        let binary = fs::read(path)?;
        let zip = package::zip(&binary)?;
        fs::write(folder.join(format!("{name}.zip")), &zip)?;
        say(&format!("starting {name} {STARTS} times"))?;
        functions.push(Function {
            name,
            binary: binary.len(),
            zip: zip.len(),
            start: process::starts(path, &config, STARTS)
                .with_context(|| format!("{name} could not be measured"))?,
        });
    }
    say(&format!("making calls in {CALLS} processes each"))?;
    let report = Report {
        functions,
        floor: process::floor(CALLS)?,
        calls: process::calls(program("first-call")?, &folder, CALLS)?,
    };
    let text = report.markdown()?;
    say(&format!("\n{text}"))?;
    if write {
        PART.write(&text)?;
    }
    let exceeded = report.exceeded();
    if !exceeded.is_empty() {
        bail!("{}", exceeded.join("\n"));
    }
    Ok(())
}

/// Beside the programs, so under the target folder.
fn tempfolder(program: &Path) -> anyhow::Result<std::path::PathBuf> {
    let parent = program.parent().context("a program lies in no folder")?;
    let folder = parent.join("measure");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Everything that the start of both functions asks for.
fn configuration() -> serde_json::Value {
    json!({
        "version": 1,
        "environment": "measured",
        "zone": "Europe/Berlin",
        "bucket": "afterhours-state",
        "topic_arn": "arn:aws:sns:eu-central-1:123456789012:afterhours",
        "scopes": [{"account": "123456789012", "region": "eu-central-1"}],
        "schedules": {"office": "Mon-Fri 08:00-18:00"},
        "notify": {"slack_webhook_secret": "slack"},
    })
}

//! Running cargo and others.

use std::process::Command;

use anyhow::{Context as _, bail};

/// The cargo that runs this program.
pub(crate) fn cargo() -> Command {
    // Set by cargo for every program that it runs.
    Command::new(option_env!("CARGO").unwrap_or("cargo"))
}

/// Runs a command to its end; an error where it fails.
pub(crate) fn check(name: &str, command: &mut Command) -> anyhow::Result<()> {
    let status = command
        .status()
        .with_context(|| format!("{name} could not be started"))?;
    if !status.success() {
        bail!("{name} failed: {status}");
    }
    Ok(())
}

/// Builds the function binaries and the tool, which the end-to-end tests run as users do.
pub(crate) fn build_programs() -> anyhow::Result<()> {
    let packages = afterhours_e2e::programs::PACKAGES;
    let mut build = cargo();
    build.args(["build", "--locked"]);
    for package in packages {
        build.args(["--package", package]);
    }
    check("cargo build", &mut build)
}

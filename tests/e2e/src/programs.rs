//! The programs under test, as they are built for development.

use std::path::PathBuf;

use anyhow::{Context as _, bail};

/// Packages to build before the end-to-end tests run.
pub const PACKAGES: [&str; 4] = [
    "afterhours-cli",
    "afterhours-function-drift",
    "afterhours-function-scaler",
    "afterhours-function-notifier",
];

/// The path of a program, beside the one that asks.
pub fn program(name: &str) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe().context("the path of this program is unknown")?;
    // Test programs lie one folder deeper.
    for folder in own.ancestors().skip(1).take(2) {
        let path = folder.join(name);
        if path.is_file() {
            return Ok(path);
        }
    }
    bail!("{name} is not built; `cargo xtask test` and `cargo xtask demo` build it first")
}

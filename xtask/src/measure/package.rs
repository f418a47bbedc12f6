//! Release binaries and the zip that a function is deployed as.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context as _, bail};
use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::run::cargo;

const PACKAGES: [&str; 3] = [
    "afterhours-function-scaler",
    "afterhours-function-notifier",
    "afterhours-first-call",
];

/// Builds the measured programs for release; gives their paths by name.
pub(super) fn build() -> anyhow::Result<BTreeMap<String, PathBuf>> {
    let mut command = cargo();
    command
        .args(["build", "--locked", "--release"])
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit());
    for package in PACKAGES {
        command.args(["--package", package]);
    }
    let output = command.output().context("cargo could not be started")?;
    if !output.status.success() {
        bail!("cargo build failed: {}", output.status);
    }
    let mut found = BTreeMap::new();
    for line in output.stdout.split(|byte| *byte == b'\n') {
        let Ok(message) = serde_json::from_slice::<Value>(line) else {
            continue;
        };
        let name = message.pointer("/target/name").and_then(Value::as_str);
        let program = message.get("executable").and_then(Value::as_str);
        if let (Some(name), Some(program)) = (name, program) {
            found.insert(name.to_owned(), PathBuf::from(program));
        }
    }
    Ok(found)
}

/// The bytes of a zip whose one file is `bootstrap`, which `provided.al2023` starts
/// (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html>); the same bytes for the same program.
pub(super) fn zip(program: &[u8]) -> anyhow::Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o755);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("bootstrap", options)?;
    writer.write_all(program)?;
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_zip_holds_one_executable_and_is_the_same_each_time() {
        let program: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        let bytes = zip(&program).unwrap();
        assert_eq!(bytes, zip(&program).unwrap());
        assert!(bytes.len() < program.len());
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(archive.len(), 1);
        let mut file = archive.by_name("bootstrap").unwrap();
        assert_eq!(file.unix_mode().unwrap() & 0o7777, 0o755);
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        assert_eq!(content, program);
    }
}

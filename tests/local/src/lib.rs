//! A local AWS for the demo and the end-to-end tests of afterhours.
//!
//! [`LocalAws`] starts moto and the [`proxy`] in front of it; [`lambda`] runs function binaries, [`slack`] stands in for a
//! Slack webhook, [`terraform`] applies the sample platform with the real provider, [`snapshot`] reads all back by an
//! independent client. Every part is blocking and keeps its own threads, so that it serves tests of any kind.
#![expect(clippy::doc_markdown, reason = "SageMaker and the like are names")]

mod http;
pub mod lambda;
pub mod moto;
pub mod process;
pub mod proxy;
pub mod slack;
pub mod snapshot;
pub mod terraform;
pub mod venv;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result};

use moto::{Fork, Moto};
use proxy::{Proxy, Transitions};
use terraform::Terraform;
use venv::Venv;

/// The region of the sample platform.
pub const REGION: &str = "eu-central-1";
/// The account of moto.
pub const ACCOUNT: &str = "123456789012";

/// Where a local AWS keeps its files.
#[derive(Debug, Clone)]
pub struct Options {
    /// What is kept between runs (virtual environment, provider); `<target>/afterhours`.
    pub cache: PathBuf,
    /// The folder of this run (log, Terraform's work copy), made if needed and left behind for a look.
    pub run: PathBuf,
}

impl Options {
    /// Under Cargo's target folder, with a run folder of its own for this process and call.
    ///
    /// The target folder is found from the running binary (`target/debug/deps/…`, `target/debug/xtask`).
    pub fn in_target(name: &str) -> Result<Self> {
        static RUNS: AtomicU32 = AtomicU32::new(0);
        let binary = std::env::current_exe().context("cannot find the running binary")?;
        let target = binary
            .ancestors()
            .find(|folder| folder.join("CACHEDIR.TAG").exists())
            .or_else(|| {
                binary
                    .ancestors()
                    .find(|folder| folder.file_name().is_some_and(|name| name == "target"))
            })
            .with_context(|| {
                format!("{} is not under a target folder of Cargo", binary.display())
            })?;
        let cache = target.join("afterhours");
        let run = cache.join("runs").join(format!(
            "{name}-{}-{}",
            std::process::id(),
            RUNS.fetch_add(1, Ordering::Relaxed)
        ));
        Ok(Self { cache, run })
    }
}

/// Moto with the proxy in front; dropping it ends both.
#[derive(Debug)]
pub struct LocalAws {
    /// The proxy that clients talk to.
    pub proxy: Proxy,
    /// The server behind it.
    pub moto: Moto,
    /// The Python environment, for scripts.
    pub venv: Venv,
    options: Options,
}

/// A copy of a [`LocalAws`]; dropping it ends it.
#[derive(Debug)]
pub struct Copied {
    /// The proxy that clients talk to.
    pub proxy: Proxy,
    /// The server behind it.
    pub moto: Fork,
}

impl LocalAws {
    /// Starts all; the first call on a machine installs the Python packages.
    pub fn start(options: Options) -> Result<Self> {
        fs::create_dir_all(&options.run)
            .with_context(|| format!("cannot make {}", options.run.display()))?;
        let venv = Venv::ensure(&options.cache)?;
        let moto = Moto::start(&venv, &options.run)?;
        let proxy = Proxy::start(([127, 0, 0, 1], moto.port()).into())?;
        Ok(Self {
            proxy,
            moto,
            venv,
            options,
        })
    }

    /// The address for clients, of the proxy.
    pub fn endpoint_url(&self) -> String {
        self.proxy.url()
    }

    /// The folder of this run.
    pub fn run_folder(&self) -> &Path {
        &self.options.run
    }

    /// Empties the account: moto's resources, the proxy's, its rules and its log.
    pub fn reset(&self) -> Result<()> {
        self.proxy.reset();
        self.moto.reset()
    }

    /// A copy of the account as it is now, with a proxy of its own; what happens in one is not seen in the other.
    pub fn fork(&self) -> Result<Copied> {
        let moto = self.moto.fork()?;
        let proxy = self.proxy.fork(([127, 0, 0, 1], moto.port()).into())?;
        Ok(Copied { proxy, moto })
    }

    /// Runs Python code with boto3 against the proxy, as caller `test`.
    ///
    /// The code has `client(service)`, `args` (the JSON value given) and prints JSON, which is returned; no output is `null`.
    pub fn python(&self, code: &str, args: &serde_json::Value) -> Result<serde_json::Value> {
        snapshot::python(
            &self.venv,
            &self.options.run,
            &self.endpoint_url(),
            code,
            args,
        )
    }

    /// Everything that a night may touch; see [`snapshot::snapshot`].
    pub fn snapshot(&self) -> Result<serde_json::Value> {
        snapshot::snapshot(&self.venv, &self.options.run, &self.endpoint_url())
    }

    /// A Terraform work copy of these files (name and content) against this account, in this folder of the run.
    pub fn terraform(&self, folder: &str, files: &[(String, String)]) -> Result<Terraform> {
        let Options { cache, run } = &self.options;
        Terraform::prepare_files(
            &self.venv,
            cache,
            &run.join(folder),
            &self.endpoint_url(),
            files,
        )
    }

    /// A Terraform work copy of the sample platform against this account.
    pub fn platform(&self) -> Result<Terraform> {
        Terraform::prepare(
            &self.venv,
            &self.options.cache,
            &self.options.run,
            &self.endpoint_url(),
        )
    }

    /// Applies the sample platform, with endpoints settling at once meanwhile, and adds what the provider cannot make.
    ///
    /// `variables` are those of `tests/platform/variables.tf`, as JSON; gives Terraform's outputs.
    pub fn apply_platform(
        &self,
        variables: &serde_json::Value,
    ) -> Result<(Terraform, serde_json::Value)> {
        let platform = self.platform()?;
        let transitions = self.proxy.transitions();
        self.proxy.set_transitions(Transitions::Immediate);
        let applied = platform.apply(variables).and_then(|()| platform.output());
        let extra = applied.and_then(|output| {
            self.python(terraform::EXTRA, variables)?;
            Ok(output)
        });
        self.proxy.set_transitions(transitions);
        Ok((platform, extra?))
    }

    /// Ends proxy and server, and removes the folder of the run.
    pub fn stop(self) -> Result<()> {
        let Self {
            proxy,
            moto,
            options,
            ..
        } = self;
        drop(proxy);
        drop(moto);
        fs::remove_dir_all(&options.run)
            .with_context(|| format!("cannot remove {}", options.run.display()))
    }
}

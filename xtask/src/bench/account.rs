//! An account full of EC2, with the state that the real provider wrote.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use afterhours_local::snapshot;
use afterhours_local::{LocalAws, Options, REGION};
use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use super::report;
use super::usage::{Measured, Usage};

const CONFIGURATION: &str = include_str!("account.tf");
const OBJECTS: &str = include_str!("account.py");

/// A program that looked at the account.
#[derive(Debug)]
pub(crate) struct Side {
    /// What it used.
    pub(crate) usage: Usage,
    /// Its calls by operation, as the proxy counted them.
    pub(crate) operations: BTreeMap<String, u64>,
}

impl Side {
    /// All its calls.
    pub(crate) fn calls(&self) -> u64 {
        self.operations.values().sum()
    }
}

/// The account with its state.
#[derive(Debug)]
pub(crate) struct Account {
    aws: LocalAws,
    folder: PathBuf,
    resources: u32,
}

impl Account {
    /// Makes so many resources and their state, which the provider completes and so proves.
    pub(crate) fn make(options: Options, resources: u32) -> anyhow::Result<Self> {
        let aws = LocalAws::start(options)?;
        let files = [("main.tf".to_owned(), CONFIGURATION.to_owned())];
        let terraform = aws.terraform("account", &files)?;
        let state = terraform.state_file();
        let folder = state.parent().context("the state lies in no folder")?;
        let variables = json!({"endpoint": aws.endpoint_url(), "resources": resources});
        fs::write(folder.join("terraform.tfvars.json"), variables.to_string())?;
        let account = Self {
            folder: folder.to_owned(),
            aws,
            resources,
        };
        let endpoint = account.aws.moto.url();
        let arguments = json!({"resources": resources, "state": state});
        let made = snapshot::python(
            &account.aws.venv,
            account.aws.run_folder(),
            &endpoint,
            OBJECTS,
            &arguments,
        )?;
        if made != resources {
            bail!("{made} resources were made of {resources}");
        }
        let refresh = [
            "terraform",
            "apply",
            "-refresh-only",
            "-auto-approve",
            "-input=false",
            "-no-color",
        ];
        account.terraform("refresh", &refresh)?;
        Ok(account)
    }

    /// The real provider looks at everything, at Terraform's own degree of parallelism.
    pub(crate) fn plan(&self) -> anyhow::Result<Side> {
        let command = [
            "terraform",
            "plan",
            "-refresh-only",
            "-detailed-exitcode",
            "-input=false",
            "-no-color",
            "-lock=false",
        ];
        self.terraform("plan", &command)
    }

    /// The tool looks at everything. Both must see the same: every resource there is, and nothing changed.
    pub(crate) fn scan(&self, program: &Path) -> anyhow::Result<Side> {
        let state = self.folder.join("terraform.tfstate");
        let (program, state) = (program.to_string_lossy(), state.to_string_lossy());
        let command = [
            &*program, "drift", "scan", "--state", &*state, "--format", "json",
        ];
        let env = [
            ("AWS_ENDPOINT_URL", self.aws.endpoint_url()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", "tool".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ];
        let (side, out) = self.measured("scan", &command, &env)?;
        let report = report(&out)?;
        let compared = report.pointer("/coverage/compared").and_then(Value::as_u64);
        if compared != Some(self.resources.into()) {
            bail!(
                "{compared:?} of {} resources were compared: {}",
                self.resources,
                report.get("coverage").unwrap_or(&Value::Null)
            );
        }
        let findings = report.get("findings").and_then(Value::as_array);
        if findings.is_none_or(|findings| !findings.is_empty()) {
            bail!("an account that is as its state says gave {findings:?}");
        }
        Ok(side)
    }

    /// Ends everything and removes the files.
    pub(crate) fn stop(self) -> anyhow::Result<()> {
        self.aws.stop()
    }

    fn terraform(&self, name: &str, command: &[&str]) -> anyhow::Result<Side> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let text = |value: &str| value.to_owned();
        let env = [
            ("PATH", path.to_string_lossy().into_owned()),
            ("HOME", self.folder.display().to_string()),
            (
                "TF_CLI_CONFIG_FILE",
                self.folder.join("terraform.rc").display().to_string(),
            ),
            (
                "TF_DATA_DIR",
                self.folder.join(".terraform").display().to_string(),
            ),
            ("TF_IN_AUTOMATION", text("1")),
            ("CHECKPOINT_DISABLE", text("1")),
            ("AWS_EC2_METADATA_DISABLED", text("true")),
            ("AWS_SHARED_CREDENTIALS_FILE", text("/dev/null")),
            ("AWS_CONFIG_FILE", text("/dev/null")),
        ];
        Ok(self.measured(name, command, &env)?.0)
    }

    /// Runs a program that must find nothing.
    fn measured(
        &self,
        name: &str,
        command: &[&str],
        env: &[(&str, String)],
    ) -> anyhow::Result<(Side, PathBuf)> {
        self.aws.proxy.clear_log();
        let measured = Measured {
            name,
            command,
            folder: &self.folder,
            env,
        };
        // The tool tells by 2 that it found something, which the reader of its answer quotes.
        let (usage, out) = measured.run(&self.aws.venv, self.aws.run_folder(), &[0, 2])?;
        if command.first() == Some(&"terraform") && usage.code != 0 {
            bail!("the provider sees changes: {}", fs::read_to_string(&out)?);
        }
        let operations = self.aws.proxy.counts();
        self.aws.proxy.clear_log();
        Ok((Side { usage, operations }, out))
    }
}

#[cfg(all(test, feature = "proof"))]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::bench::calls;

    #[test]
    fn a_scan_makes_a_tenth_of_the_providers_calls_already_for_300_resources() {
        if std::env::var_os("AFTERHOURS_WITHOUT_TERRAFORM").is_some_and(|value| value == "1") {
            writeln!(std::io::stderr(), "left out: it needs Terraform").unwrap();
            return;
        }
        let program = afterhours_e2e::programs::program("afterhours").unwrap();
        let account = Account::make(Options::in_target("bench-test").unwrap(), 300).unwrap();
        let (plan, scan) = (account.plan().unwrap(), account.scan(&program).unwrap());
        assert!(plan.calls() >= 300, "{:?}", plan.operations);
        assert!(calls(&plan, &scan) >= 10.0, "{plan:?}\n{scan:?}");
        // What is asked for one by one: settings of VPCs and instances, which no list gives.
        let single = ["ec2:DescribeVpcAttribute", "ec2:DescribeInstanceAttribute"];
        for (operation, count) in &scan.operations {
            assert!(
                *count == 1 || single.contains(&operation.as_str()),
                "{operation}: {count} calls"
            );
        }
        account.stop().unwrap();
    }
}

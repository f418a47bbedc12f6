//! The changes of `changes/`.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;

use crate::world::{World, folder};

/// What a change does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Attributes differ afterwards.
    Change,
    /// The object is gone afterwards.
    Delete,
    /// It means nothing.
    Noop,
}

/// One change, as its file describes it.
#[derive(Debug, Clone, Deserialize)]
pub struct Change {
    /// The file.
    pub part: String,
    /// Its name there.
    pub name: String,
    /// The address of what differs afterwards.
    pub resource: String,
    /// What it does.
    pub kind: Kind,
    /// The paths of the attributes that differ.
    pub expect: Vec<String>,
    /// Why the provider or moto sees it otherwise.
    pub why_blind: Option<String>,
    /// Other addresses that the provider sees otherwise, and why.
    #[serde(default)]
    pub besides: BTreeMap<String, String>,
}

fn common(world: &World, arguments: &[&str]) -> Result<String> {
    let output = Command::new(world.aws().venv.python())
        .arg("-B")
        .arg("common.py")
        .args(arguments)
        .current_dir(folder("changes"))
        .env_clear()
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stdin(Stdio::null())
        .output()
        .context("cannot run common.py")?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Every change, in the order of its file.
pub fn all(world: &World) -> Result<Vec<Change>> {
    Ok(serde_json::from_str(&common(world, &["list"])?)?)
}

/// Makes changes at this endpoint, one after the other, through boto3.
pub fn make(world: &World, endpoint: &str, changes: &[&Change]) -> Result<()> {
    let state = world.refreshed().display().to_string();
    let mut arguments = vec!["make", endpoint, &state];
    for change in changes {
        arguments.extend([change.part.as_str(), change.name.as_str()]);
    }
    common(world, &arguments).with_context(|| format!("cannot {}", arguments.join(" ")))?;
    Ok(())
}

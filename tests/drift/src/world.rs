//! The account that every test starts from, and the states that the provider wrote of it.

use std::fs;
use std::path::{Path, PathBuf};

use afterhours_local::proxy::Transitions;
use afterhours_local::terraform::Terraform;
use afterhours_local::{Copied, LocalAws, Options};
use anyhow::{Context as _, Result};
use serde_json::{Value, json};

/// The account, applied once; nothing changes it afterwards.
#[derive(Debug)]
pub struct World {
    aws: LocalAws,
    terraform: Terraform,
    applied: PathBuf,
    refreshed: PathBuf,
}

/// A folder of this package.
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The files of a folder of this package with this ending, by name.
pub fn files(name: &str, ending: &str) -> Result<Vec<(String, String)>> {
    let folder = folder(name);
    let mut found = Vec::new();
    for entry in
        fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == ending)
        {
            let file = path.file_name().unwrap_or_default();
            found.push((
                file.to_string_lossy().into_owned(),
                fs::read_to_string(&path)?,
            ));
        }
    }
    found.sort();
    Ok(found)
}

impl World {
    /// Applies `configuration/`, and refreshes the state: the provider reads most of it back only then.
    pub fn build(name: &str) -> Result<Self> {
        let aws = LocalAws::start(Options::in_target(name)?)?;
        // A copy is looked at twice, by the tool and by the provider, and neither may see a transition that the other
        // does not.
        aws.proxy.set_transitions(Transitions::Immediate);
        let terraform = aws.terraform("configuration", &files("configuration", "tf")?)?;
        terraform.apply(&json!({}))?;
        let applied = aws.run_folder().join("applied.tfstate");
        fs::copy(terraform.state_file(), &applied)?;
        terraform.refresh()?;
        let refreshed = aws.run_folder().join("refreshed.tfstate");
        fs::copy(terraform.state_file(), &refreshed)?;
        Ok(Self {
            aws,
            terraform,
            applied,
            refreshed,
        })
    }

    /// A copy of the account, on an endpoint of its own.
    pub fn fork(&self) -> Result<Copied> {
        self.aws.fork()
    }

    /// The account itself.
    pub fn aws(&self) -> &LocalAws {
        &self.aws
    }

    /// The folder of this run.
    pub fn run_folder(&self) -> &Path {
        self.aws.run_folder()
    }

    /// The state as the provider wrote it when it made everything.
    pub fn applied(&self) -> &Path {
        &self.applied
    }

    /// The state as the provider wrote it when it had read everything back.
    pub fn refreshed(&self) -> &Path {
        &self.refreshed
    }

    /// `resource_drift` of the provider's refresh-only plan of the refreshed state, at this endpoint: of all there is, or
    /// of these addresses and what they depend on.
    pub fn resource_drift(&self, name: &str, endpoint: &str, targets: &[String]) -> Result<Value> {
        self.terraform.resource_drift(name, endpoint, targets)
    }
}

/// A managed instance of a state.
#[derive(Debug, Clone)]
pub struct Instance {
    /// As Terraform prints it.
    pub address: String,
    /// Its type.
    pub kind: String,
    /// Its attributes.
    pub attributes: Value,
}

/// Each managed instance of a state file.
pub fn instances(state: &Path) -> Result<Vec<Instance>> {
    let state: Value = serde_json::from_str(&fs::read_to_string(state)?)?;
    let list = |value: &Value, name: &str| -> Vec<Value> {
        let found = value.get(name).and_then(Value::as_array);
        found.cloned().unwrap_or_default()
    };
    let text = |value: &Value, name: &str| {
        let found = value.get(name).and_then(Value::as_str);
        found.unwrap_or_default().to_owned()
    };
    let mut found = Vec::new();
    for resource in list(&state, "resources") {
        if text(&resource, "mode") != "managed" {
            continue;
        }
        let (kind, name) = (text(&resource, "type"), text(&resource, "name"));
        let module = match text(&resource, "module") {
            module if module.is_empty() => module,
            module => format!("{module}."),
        };
        for instance in list(&resource, "instances") {
            let index = instance
                .get("index_key")
                .map(|key| format!("[{key}]"))
                .unwrap_or_default();
            found.push(Instance {
                address: format!("{module}{kind}.{name}{index}"),
                kind: kind.clone(),
                attributes: instance.get("attributes").cloned().unwrap_or_default(),
            });
        }
    }
    Ok(found)
}

/// The addresses of an instance and of all that name it or that it names, by id or ARN.
pub fn related(instances: &[Instance], address: &str) -> Vec<String> {
    let names = |instance: &Instance| -> Vec<String> {
        let found = ["id", "arn"]
            .into_iter()
            .filter_map(|name| instance.attributes.get(name));
        let found = found
            .filter_map(Value::as_str)
            .filter(|text| text.len() > 3);
        found.map(|text| format!("\"{text}\"")).collect()
    };
    let Some(one) = instances
        .iter()
        .find(|instance| instance.address == address)
    else {
        return vec![address.to_owned()];
    };
    let (own, text) = (names(one), one.attributes.to_string());
    let is_related = |other: &&Instance| {
        let theirs = other.attributes.to_string();
        other.address == address
            || own.iter().any(|name| theirs.contains(name))
            || names(other).iter().any(|name| text.contains(name))
    };
    let found = instances.iter().filter(is_related);
    found.map(|instance| instance.address.clone()).collect()
}

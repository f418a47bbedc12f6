//! Parts of a state, so that a scan asks one service only.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

/// The service, as the wire names it, that a type belongs to.
pub fn service(kind: &str) -> &'static str {
    const PREFIXES: [(&str, &str); 6] = [
        ("aws_autoscaling_", "autoscaling"),
        ("aws_launch_configuration", "autoscaling"),
        ("aws_iam_", "iam"),
        ("aws_s3_", "s3"),
        ("aws_sagemaker_", "sagemaker"),
        ("aws_sns_", "sns"),
    ];
    let found = PREFIXES.iter().find(|(prefix, _)| kind.starts_with(prefix));
    found.map_or("ec2", |(_, service)| service)
}

/// A state of each service with the resources of that service alone, written into `folder`.
pub fn split(state: &Path, folder: &Path) -> Result<BTreeMap<&'static str, PathBuf>> {
    let whole: Value = serde_json::from_str(&fs::read_to_string(state)?)?;
    let resources = whole.get("resources").and_then(Value::as_array);
    let mut parts: BTreeMap<&'static str, Vec<Value>> = BTreeMap::new();
    for resource in resources.context("a state without resources")? {
        let kind = resource.get("type").and_then(Value::as_str);
        let part = parts.entry(service(kind.unwrap_or_default())).or_default();
        part.push(resource.clone());
    }
    let mut written = BTreeMap::new();
    for (name, resources) in parts {
        let mut part = whole.clone();
        if let Some(members) = part.as_object_mut() {
            members.insert("resources".to_owned(), Value::Array(resources));
        }
        let path = folder.join(format!("{name}.tfstate"));
        fs::write(&path, part.to_string())?;
        written.insert(name, path);
    }
    Ok(written)
}

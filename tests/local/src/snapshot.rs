//! An independent look at the account: boto3 in Python, which shares no code with the product.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::REGION;
use crate::venv::{Venv, run};

const RUNNER: &str = include_str!("../python/runner.py");
const SNAPSHOT: &str = include_str!("../python/snapshot.py");

/// Every group, policy, scheduled action, endpoint (configuration, tags, variants), component and scalable target.
///
/// An object of objects: kind, then name, then the fields as AWS names them. The few fields that are left out, because
/// they legitimately change, are listed in `python/snapshot.py`.
pub fn snapshot(venv: &Venv, folder: &Path, endpoint_url: &str) -> Result<Value> {
    python(venv, folder, endpoint_url, SNAPSHOT, &Value::Null)
        .context("cannot take a snapshot of the account")
}

/// Runs Python code with `client(service)` and `args`; what it prints is parsed as JSON, nothing is `null`.
pub fn python(
    venv: &Venv,
    folder: &Path,
    endpoint_url: &str,
    code: &str,
    args: &Value,
) -> Result<Value> {
    static SCRIPTS: AtomicU32 = AtomicU32::new(0);
    let number = SCRIPTS.fetch_add(1, Ordering::Relaxed);
    let runner = folder.join(format!("runner-{number}.py"));
    let script = folder.join(format!("script-{number}.py"));
    fs::write(&runner, RUNNER)?;
    fs::write(&script, code)?;
    let mut command = Command::new(venv.python());
    command
        .arg("-B")
        .arg(&runner)
        .arg(&script)
        .arg(args.to_string())
        .env_clear()
        .env("AWS_ENDPOINT_URL", endpoint_url)
        .env("AWS_REGION", REGION)
        // No configuration file and no metadata service of the machine has a say.
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    let printed = run(&mut command, "the Python script")?;
    if printed.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&printed)
        .with_context(|| format!("the Python script printed no JSON: {printed}"))
}

/// The differences of two snapshots, one line each: path, value before, value after. Empty when all is equal.
pub fn diff(before: &Value, after: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", before, after, &mut found);
    found
}

fn compare(path: &str, before: &Value, after: &Value, found: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, value) in old {
                compare(
                    &format!("{path}/{name}"),
                    value,
                    new.get(name).unwrap_or(&Value::Null),
                    found,
                );
            }
            for (name, value) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
                compare(&format!("{path}/{name}"), &Value::Null, value, found);
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                compare(&format!("{path}/{index}"), old, new, found);
            }
        }
        _ if before == after => {}
        // A number is the same number however it was written: 100 and 100.0.
        (Value::Number(old), Value::Number(new)) if old.as_f64() == new.as_f64() => {}
        _ => found.push(format!("{path}: {before} before, {after} after")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_difference_names_its_path_and_both_values() {
        let before = json!({"groups": {"a": {"MinSize": 2, "Tags": [1, 2]}, "gone": 1}});
        let after = json!({"groups": {"a": {"MinSize": 0, "Tags": [1, 3]}, "new": 2}});
        assert_eq!(
            diff(&before, &after),
            [
                "/groups/a/MinSize: 2 before, 0 after",
                "/groups/a/Tags/1: 2 before, 3 after",
                "/groups/gone: 1 before, null after",
                "/groups/new: null before, 2 after",
            ]
        );
        assert!(diff(&before, &before).is_empty());
        assert!(diff(&json!({"TargetValue": 100}), &json!({"TargetValue": 100.0})).is_empty());
        assert_eq!(diff(&json!(100), &json!(100.5)).len(), 1);
    }
}

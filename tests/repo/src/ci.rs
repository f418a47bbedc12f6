//! Continuous integration and the supply chain.

use std::collections::BTreeSet;

use crate::cargo::WORKSPACE;
use crate::root::{self, read};

#[test]
fn ci_runs_what_developers_run() {
    let run = read(".ci/run");
    assert!(run.starts_with("#!/usr/bin/env bash\n") && run.contains("\nset -euo pipefail\n"));
    assert!(run.contains("\nexec cargo xtask test \"$@\"\n"));
    let workflow = read(".github/workflows/ci.yml");
    assert!(workflow.contains("run: .ci/run\n"));
    for step in [
        "cargo fmt --all --check",
        "cargo clippy --workspace --all-targets",
        "cargo deny",
    ] {
        assert!(workflow.contains(step), "{step}");
    }
}

#[cfg(unix)]
#[test]
fn ci_script_can_be_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(root::path(".ci/run"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o111, 0o111, "{mode:o}");
}

#[test]
fn workflows_pin_actions_and_may_only_read() {
    let workflows: Vec<_> = root::texts()
        .into_iter()
        .filter(|(file, _)| file.starts_with(".github/workflows/"))
        .collect();
    assert!(!workflows.is_empty());
    for (file, text) in workflows {
        assert!(
            text.contains("\npermissions:\n  contents: read\n"),
            "{file}"
        );
        assert!(
            !text.contains(": write"),
            "{file} asks for more than reading"
        );
        for line in text.lines().filter(|line| line.contains("uses:")) {
            let (_, pin) = line.split_once('@').unwrap();
            let (digest, version) = pin.split_once(" # v").unwrap_or((pin, ""));
            let hex = digest.len() == 40 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(hex && !version.is_empty(), "{file}: {line}");
        }
    }
}

#[test]
fn every_licence_of_the_graph_is_one_that_deny_toml_accepts() {
    let deny = read("deny.toml");
    let allowed: BTreeSet<&str> = deny
        .lines()
        .skip_while(|line| *line != "allow = [")
        .skip(1)
        .take_while(|line| *line != "]")
        .filter_map(|line| line.split('"').nth(1))
        .collect();
    assert!(allowed.contains("MIT"), "{allowed:?}");
    for package in WORKSPACE.packages.values() {
        let licence = package.license.as_deref().unwrap_or_default();
        let name = format!("{} {}: {licence:?}", package.name, package.version);
        assert!(accepted(licence, &allowed), "{name}");
    }
    assert!(!accepted("GPL-3.0", &allowed) && !accepted("MIT AND GPL-3.0", &allowed));
    assert!(accepted("GPL-3.0 OR (MIT AND ISC)", &allowed) && !accepted("", &allowed));
}

/// Whether a licence expression can be met; `/` is the old form of `OR`.
fn accepted(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace(" WITH ", "+");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = &words[..];
    let met = any_of(&mut rest, allowed);
    met && rest.is_empty()
}

fn any_of(rest: &mut &[&str], allowed: &BTreeSet<&str>) -> bool {
    let mut met = all_of(rest, allowed);
    while let Some(("OR", tail)) = rest.split_first().map(|(first, tail)| (*first, tail)) {
        *rest = tail;
        met |= all_of(rest, allowed);
    }
    met
}

fn all_of(rest: &mut &[&str], allowed: &BTreeSet<&str>) -> bool {
    let mut met = one(rest, allowed);
    while let Some(("AND", tail)) = rest.split_first().map(|(first, tail)| (*first, tail)) {
        *rest = tail;
        met &= one(rest, allowed);
    }
    met
}

fn one(rest: &mut &[&str], allowed: &BTreeSet<&str>) -> bool {
    let Some((first, tail)) = rest.split_first() else {
        return false;
    };
    *rest = tail;
    if *first != "(" {
        return allowed.contains(first);
    }
    let met = any_of(rest, allowed);
    *rest = rest.get(1..).unwrap_or_default();
    met
}

//! Functions: thin, and linked with one TLS and one HTTP stack.

use std::collections::BTreeSet;

use crate::cargo::{Package, WORKSPACE, tree};
use crate::root;

fn functions() -> Vec<&'static Package> {
    let functions: Vec<&Package> = WORKSPACE
        .members()
        .filter(|package| WORKSPACE.folder(package).starts_with("functions/"))
        .collect();
    let names: BTreeSet<String> = functions
        .iter()
        .map(|package| WORKSPACE.folder(package))
        .collect();
    for name in ["functions/notifier", "functions/scaler"] {
        assert!(
            names.contains(name),
            "{name} is missing; there are: {names:?}"
        );
    }
    functions
}

#[test]
fn functions_are_one_short_file_without_logic() {
    let files = root::files();
    for package in functions() {
        let folder = WORKSPACE.folder(package);
        let sources: Vec<_> = files
            .iter()
            .filter(|file| file.starts_with(&format!("{folder}/")))
            .filter(|file| {
                let extension = std::path::Path::new(file).extension();
                extension.is_some_and(|extension| extension == "rs")
            })
            .collect();
        assert_eq!(sources, [&format!("{folder}/src/main.rs")], "{folder}");
        let lines = root::read(&format!("{folder}/src/main.rs")).lines().count();
        assert!(lines <= 40, "{folder}/src/main.rs has {lines} lines");
        let targets: Vec<_> = package
            .targets
            .iter()
            .flat_map(|target| &target.kind)
            .collect();
        assert_eq!(targets, ["bin"], "{folder}");
        let foreign: Vec<_> = package
            .normal()
            .into_iter()
            .filter(|name| !name.starts_with("afterhours-") && *name != "tokio")
            .collect();
        assert!(
            foreign.is_empty(),
            "{folder} does what a crate should do: {foreign:?}"
        );
    }
}

#[test]
fn functions_link_one_tls_and_one_http_stack() {
    for package in functions() {
        let problems = stack_problems(&tree(&package.name));
        assert!(problems.is_empty(), "{}: {problems:?}", package.name);
    }
}

#[test]
fn a_second_stack_is_seen() {
    let good = [
        "rustls 0.23.46",
        "ring 0.17.14",
        "hyper 1.12.0",
        "h2 0.4.20",
    ];
    assert!(problems(&good).is_empty(), "{:?}", problems(&good));
    for bad in [
        "rustls 0.21.12",
        "rustls 0.22.4",
        "hyper 0.14.32",
        "h2 0.3.26",
        "aws-lc-rs 1.16.0",
        "aws-lc-fips-sys 0.13.0",
        "native-tls 0.2.14",
        "openssl-sys 0.9.109",
        "reqwest 0.12.0",
        "aws-config 1.13.0",
    ] {
        assert_eq!(problems(&[&good[..], &[bad]].concat()).len(), 1, "{bad}");
    }
    for missing in 0..2 {
        let without: Vec<&str> = good
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != missing)
            .map(|(_, name)| *name)
            .collect();
        assert_eq!(problems(&without).len(), 1, "{without:?}");
    }
}

fn problems(linked: &[&str]) -> Vec<String> {
    let split = |text: &&str| {
        let (name, version) = text.split_once(' ').unwrap();
        (name.to_owned(), version.to_owned())
    };
    stack_problems(&linked.iter().map(split).collect())
}

/// What is wrong with the TLS and HTTP stack of a program, by name and version of all that is linked into it.
fn stack_problems(linked: &BTreeSet<(String, String)>) -> Vec<String> {
    let banned = [
        "aws-lc-fips-sys",
        "curl-sys",
        "native-tls",
        "openssl-sys",
        "reqwest",
        // Credentials of functions come from the environment; the rest costs size and start-up time.
        "aws-config",
    ];
    let stacks = [("h2", "0.4."), ("hyper", "1."), ("rustls", "0.23.")];
    let mut problems: Vec<String> = linked
        .iter()
        .filter(|(name, version)| {
            let other =
                |(stack, prefix): &(&str, &str)| name == stack && !version.starts_with(prefix);
            banned.contains(&name.as_str()) || stacks.iter().any(other)
        })
        .map(|(name, version)| format!("{name} {version} is linked"))
        .collect();
    let count = |names: &[&str]| {
        let known = |(name, _): &&(String, String)| names.contains(&name.as_str());
        linked.iter().filter(known).count()
    };
    if count(&["rustls"]) == 0 {
        problems.push("no rustls is linked".to_owned());
    }
    let providers = count(&["aws-lc-rs", "ring"]);
    if providers != 1 {
        problems.push(format!("{providers} providers of cryptography are linked"));
    }
    problems
}

//! Who may depend on what.

use std::collections::BTreeSet;

use crate::cargo::WORKSPACE;
use crate::root;

/// Whatever brings a runtime, a network or a service with it.
fn is_impure(name: &str) -> bool {
    let known = [
        "async-std",
        "async-trait",
        "futures-core",
        "h2",
        "hyper",
        "mio",
        "reqwest",
        "ring",
        "rustls",
        "smol",
        "tokio",
        "ureq",
    ];
    name.starts_with("aws-") || known.contains(&name)
}

#[test]
fn core_reaches_no_runtime_no_network_and_no_aws_crate() {
    let reached = WORKSPACE.reached(WORKSPACE.member("afterhours-core"));
    assert!(
        reached.contains("serde"),
        "the graph was not read: {reached:?}"
    );
    let impure: Vec<_> = reached.iter().filter(|name| is_impure(name)).collect();
    assert!(impure.is_empty(), "{impure:?}");
}

#[test]
fn the_check_of_core_would_see_a_runtime() {
    let reached = WORKSPACE.reached(WORKSPACE.member("afterhours-aws-sagemaker"));
    for name in ["aws-sdk-sagemaker", "tokio", "rustls", "hyper"] {
        assert!(reached.contains(name) && is_impure(name), "{name}");
    }
}

#[test]
fn core_reads_no_clock_no_environment_and_no_file() {
    let banned = [
        "std::env",
        "std::fs",
        "std::net",
        "std::process",
        "std::thread",
        "std::time",
        "async ",
        ".await",
        "::now()",
        "tracing::",
    ];
    let mut read = 0;
    for (file, text) in root::texts() {
        if !file.starts_with("crates/core/src/") {
            continue;
        }
        read += 1;
        for (number, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for word in banned {
                assert!(!line.contains(word), "{file}:{}: {word}", number + 1);
            }
        }
    }
    assert!(read > 20, "only {read} files were read");
}

#[test]
fn inner_crates_depend_on_inner_crates_only() {
    for (name, allowed) in [
        ("afterhours-core", &[][..]),
        (
            "afterhours-diff",
            &["afterhours-core", "afterhours-iam-policy"][..],
        ),
        ("afterhours-iam-policy", &[][..]),
        ("afterhours-suppress", &[][..]),
        ("afterhours-tfstate", &[][..]),
        (
            "afterhours-ports",
            &["afterhours-core", "afterhours-diff"][..],
        ),
        (
            "afterhours-scaler",
            &["afterhours-core", "afterhours-ports"][..],
        ),
        (
            "afterhours-fake",
            &["afterhours-core", "afterhours-ports"][..],
        ),
    ] {
        let own: BTreeSet<&str> = WORKSPACE
            .member(name)
            .normal()
            .into_iter()
            .filter(|dependency| dependency.starts_with("afterhours"))
            .collect();
        assert_eq!(own, allowed.iter().copied().collect(), "{name}");
    }
}

#[test]
fn no_sdk_type_passes_an_adapter() {
    let mut adapters = 0;
    for package in WORKSPACE.members() {
        let folder = WORKSPACE.folder(package);
        let direct: BTreeSet<&str> = package
            .dependencies
            .iter()
            .map(|dependency| dependency.name.as_str())
            .collect();
        let services: Vec<_> = direct
            .iter()
            .filter(|name| name.starts_with("aws-sdk-"))
            .collect();
        let plumbing: Vec<_> = direct
            .iter()
            .filter(|name| name.starts_with("aws-"))
            .collect();
        if folder.starts_with("crates/aws-") {
            adapters += 1;
            assert_eq!(
                services.len(),
                1,
                "{folder} is for one service: {services:?}"
            );
        } else if folder == "crates/aws" {
            assert!(services.is_empty(), "{folder}: {services:?}");
        } else {
            assert!(plumbing.is_empty(), "{folder}: {plumbing:?}");
        }
    }
    assert!(adapters >= 9, "{adapters} adapters");
}

#[test]
fn what_is_only_for_tests_is_not_built_into_programs() {
    for package in WORKSPACE.members() {
        let folder = WORKSPACE.folder(package);
        if !folder.starts_with("functions/") && folder != "crates/cli" {
            continue;
        }
        let reached = WORKSPACE.reached(package);
        for name in [
            "afterhours-fake",
            "afterhours-local",
            "afterhours-e2e",
            "proptest",
            "insta",
        ] {
            assert!(!reached.contains(name), "{folder} reaches {name}");
        }
    }
}

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
        let name = &package.name;
        let linked = tree(name);
        let versions = |wanted: &str| -> Vec<&str> {
            linked
                .iter()
                .filter(|(found, _)| found == wanted)
                .map(|(_, version)| version.as_str())
                .collect()
        };
        for banned in [
            "aws-lc-fips-sys",
            "native-tls",
            "openssl-sys",
            "reqwest",
            "curl-sys",
        ] {
            assert!(versions(banned).is_empty(), "{name} links {banned}");
        }
        for (stack, prefix) in [("rustls", "0.23."), ("hyper", "1."), ("h2", "0.4.")] {
            let found = versions(stack);
            assert!(found.len() <= 1, "{name} links {stack} {found:?}");
            for version in found {
                assert!(
                    version.starts_with(prefix),
                    "{name} links {stack} {version}"
                );
            }
        }
        assert_eq!(versions("rustls").len(), 1, "{name}: rustls");
        let providers = versions("ring").len() + versions("aws-lc-rs").len();
        assert_eq!(
            providers, 1,
            "{name} links {providers} providers of cryptography"
        );
        // Credentials of functions come from the environment; the rest costs size and start-up time.
        assert!(versions("aws-config").is_empty(), "{name} links aws-config");
    }
}

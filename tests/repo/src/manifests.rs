//! Manifests, profiles and build settings.

use crate::cargo::WORKSPACE;
use crate::root::{read, table, value};

#[test]
fn every_package_takes_what_is_common_from_the_workspace() {
    let workspace = read("Cargo.toml");
    let common = |key| {
        let value = value(&workspace, "[workspace.package]", key);
        Some(value.unwrap().trim_matches('"').to_owned())
    };
    for package in WORKSPACE.members() {
        let folder = WORKSPACE.folder(package);
        let manifest = read(&format!("{folder}/Cargo.toml"));
        let keys = [
            "version",
            "edition",
            "rust-version",
            "license",
            "repository",
            "publish",
        ];
        for key in keys {
            // A stand-in for a dependency carries that dependency's version.
            if key == "version" && package.name == "crc-fast" {
                continue;
            }
            let inherited = value(&manifest, "[package]", &format!("{key}.workspace"));
            assert_eq!(inherited.as_deref(), Some("true"), "{folder}: {key}");
        }
        assert_eq!(Some(package.edition.clone()), common("edition"), "{folder}");
        assert_eq!(package.rust_version, common("rust-version"), "{folder}");
        assert_eq!(package.license, common("license"), "{folder}");
        assert_eq!(
            package.publish.as_deref(),
            Some(&[][..]),
            "{folder} is not to be published"
        );
        let lints = table(&manifest, "[lints]");
        assert_eq!(
            lints,
            [("workspace".to_owned(), "true".to_owned())],
            "{folder}: [lints]"
        );
    }
}

#[test]
fn unsafe_code_and_missing_documentation_are_refused_everywhere() {
    let workspace = read("Cargo.toml");
    let rust = |key| value(&workspace, "[workspace.lints.rust]", key).unwrap();
    assert_eq!(rust("unsafe_code"), "\"forbid\"");
    assert_eq!(rust("missing_docs"), "\"warn\"");
    for lint in [
        "dbg_macro",
        "expect_used",
        "indexing_slicing",
        "panic",
        "todo",
        "unwrap_used",
    ] {
        let level = value(&workspace, "[workspace.lints.clippy]", lint);
        assert_eq!(level.as_deref(), Some("\"warn\""), "{lint}");
    }
    // A disallowed method without a reason teaches nothing.
    for line in read("clippy.toml")
        .lines()
        .filter(|line| line.contains("path = "))
    {
        assert!(line.contains("reason = "), "{line}");
    }
}

#[test]
fn release_profile_is_made_for_small_functions() {
    let workspace = read("Cargo.toml");
    for (key, expected) in [
        ("opt-level", "\"z\""),
        ("lto", "\"fat\""),
        ("codegen-units", "1"),
        ("strip", "\"symbols\""),
        ("panic", "\"unwind\""),
    ] {
        let found = value(&workspace, "[profile.release]", key);
        assert_eq!(found.as_deref(), Some(expected), "{key}");
    }
    // In one unit each of these takes rustc about 7 GB of memory.
    for name in ["aws-sdk-ec2", "aws-sdk-sagemaker"] {
        if !WORKSPACE
            .packages
            .values()
            .any(|package| package.name == name)
        {
            continue;
        }
        let header = format!("[profile.release.package.{name}]");
        let units = value(&workspace, &header, "codegen-units");
        assert_eq!(units.as_deref(), Some("16"), "{header}");
    }
}

#[test]
fn build_settings_avoid_the_entropy_of_aws_lc() {
    let config = read(".cargo/config.toml");
    let found = value(&config, "[env]", "AWS_LC_SYS_NO_JITTER_ENTROPY");
    assert_eq!(found.as_deref(), Some("\"1\""));
}

#[test]
fn everything_that_is_locked_comes_from_crates_io() {
    let lock = read("Cargo.lock");
    let sources: Vec<_> = lock
        .lines()
        .filter_map(|line| line.strip_prefix("source = "))
        .collect();
    assert!(sources.len() > 100, "{} sources", sources.len());
    for source in sources {
        assert_eq!(
            source,
            "\"registry+https://github.com/rust-lang/crates.io-index\""
        );
    }
    let config = read(".cargo/config.toml");
    for header in ["[source", "[registr", "replace-with"] {
        assert!(!config.contains(header), "{header}");
    }
}

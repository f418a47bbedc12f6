//! What no file may hold.

use std::fs;

use crate::root;

/// The largest file that is kept: what is larger belongs in a release or a cache.
const MAX_BYTES: u64 = 2_000_000;

#[test]
fn no_file_is_large() {
    let files = root::files();
    assert!(files.len() > 150, "{} files", files.len());
    for file in files {
        let bytes = fs::metadata(root::path(&file)).unwrap().len();
        assert!(bytes <= MAX_BYTES, "{file} has {bytes} bytes");
    }
}

#[test]
fn no_file_names_a_path_of_one_machine() {
    for (file, text) in root::texts() {
        for (number, line) in text.lines().enumerate() {
            let found = machine_path(line);
            assert!(found.is_none(), "{file}:{}: {found:?}", number + 1);
        }
    }
}

#[test]
fn paths_of_machines_are_told_from_other_text() {
    let home = concat!("/ho", "me/");
    for line in [
        format!("cd {home}me"),
        format!("\"{home}x\""),
        format!("file://{home}x"),
    ] {
        assert!(machine_path(&line).is_some(), "{line}");
    }
    assert!(machine_path(concat!("C:", "\\Users")).is_some());
    for line in [
        format!("https://example.com{home}x"),
        format!("../x{home}y"),
    ] {
        assert!(machine_path(&line).is_none(), "{line}");
    }
}

/// A path that exists on the machine of one person only.
fn machine_path(line: &str) -> Option<&'static str> {
    let folders = [
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/wo", "rk/"),
        concat!("/Us", "ers/"),
    ];
    let begins = |before: Option<char>| match before {
        None => true,
        Some(c) => c.is_whitespace() || "\"'`(=:,[</".contains(c),
    };
    let found = folders.into_iter().find(|folder| {
        line.match_indices(folder)
            .any(|(index, _)| begins(line.get(..index).and_then(|text| text.chars().last())))
    });
    let drive = concat!("C:", "\\");
    found.or_else(|| line.contains(drive).then_some(drive))
}

#[test]
fn no_test_is_ignored_and_nothing_is_left_to_do() {
    let banned = [
        concat!("#[ign", "ore"),
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
    ];
    for (file, text) in root::texts() {
        let code = std::path::Path::new(&file)
            .extension()
            .is_some_and(|extension| extension == "rs" || extension == "py" || extension == "tf");
        for (number, line) in text.lines().enumerate().filter(|_| code) {
            for word in banned {
                assert!(!line.contains(word), "{file}:{}: {word}", number + 1);
            }
        }
    }
}

#[test]
fn python_packages_are_pinned_and_hashed_and_name_no_index() {
    let requirements = root::read("tests/local/requirements.txt");
    for option in [
        "--index-url",
        "--extra-index-url",
        "--find-links",
        "--trusted-host",
        "\n-i ",
    ] {
        assert!(!requirements.contains(option), "{option}");
    }
    let mut packages = 0;
    let whole = requirements.replace("\\\n", " ");
    for line in whole
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
    {
        if line.trim().is_empty() {
            continue;
        }
        packages += 1;
        assert!(
            line.contains("==") || line.contains(" @ "),
            "not pinned: {line}"
        );
        assert!(line.contains("--hash=sha256:"), "not hashed: {line}");
    }
    assert!(packages > 5, "{packages} packages");
}

#[test]
fn settings_and_secrets_of_one_machine_are_not_kept() {
    let banned = [
        ".env",
        ".netrc",
        ".npmrc",
        "credentials.toml",
        "pip.conf",
        "terraform.tfstate",
    ];
    for file in root::files() {
        let name = file.rsplit('/').next().unwrap();
        assert!(!banned.contains(&name), "{file}");
    }
    for (file, text) in root::texts() {
        let key = concat!("-----BEGIN ", "PRIVATE KEY");
        let rsa = concat!("-----BEGIN RSA ", "PRIVATE KEY");
        assert!(
            !text.contains(key) && !text.contains(rsa),
            "{file} holds a private key"
        );
    }
}

#[test]
fn the_lock_file_is_kept_and_what_is_made_is_not() {
    assert!(root::path("Cargo.lock").is_file());
    let ignored = root::read(".gitignore");
    assert!(ignored.lines().any(|line| line == "/target/"));
    assert!(!ignored.contains("Cargo.lock"));
}

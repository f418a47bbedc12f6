//! What is no state of version 4, each with its own error and words.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

use std::ops::ControlFlow;

use afterhours_tfstate::{Foreign, Header, NotJson, StateError, header, read};

const STATE: &str = include_str!("fixtures/provider-3.tfstate");

fn of(bytes: &[u8]) -> Result<Header, StateError> {
    read(bytes, |_| ControlFlow::Continue(()))
}

fn refused(text: &str) -> StateError {
    of(text.as_bytes()).unwrap_err()
}

fn says(error: &StateError, words: &[&str]) {
    let text = error.to_string();
    for word in words {
        assert!(text.contains(word), "{text:?} lacks {word:?}");
    }
}

#[test]
fn other_versions_are_named() {
    let old = r#"{"version":3,"terraform_version":"0.11.14","serial":9,"lineage":"x","modules":[{"path":["root"],"resources":{}}]}"#;
    let error = refused(old);
    assert!(matches!(error, StateError::OldVersion { version: 3, .. }));
    says(&error, &["version 3", "0.11.14", "only version 4"]);
    for version in [1, 2] {
        let text = format!(r#"{{"version":{version},"serial":1,"modules":[]}}"#);
        assert!(
            matches!(refused(&text), StateError::OldVersion { version: found, .. } if found == version)
        );
    }
    let error = refused(
        r#"{"version":5,"terraform_version":"2.0.0","serial":9,"lineage":"x","resources":[]}"#,
    );
    assert!(matches!(error, StateError::NewVersion { version: 5, .. }));
    says(
        &error,
        &["version 5", "2.0.0", "newer version of this tool"],
    );
    // At the end of the file, and cut off, it is the same.
    let late = r#"{"serial":9,"lineage":"x","modules":[],"version":3}"#;
    assert!(matches!(
        refused(late),
        StateError::OldVersion { version: 3, .. }
    ));
    assert!(matches!(
        refused(&old[..80]),
        StateError::OldVersion { version: 3, .. }
    ));
    for text in [
        r#"{"version":"4","serial":1,"lineage":"x"}"#,
        r#"{"version":0,"serial":1,"lineage":"x"}"#,
    ] {
        let error = refused(text);
        assert!(
            matches!(
                error,
                StateError::Field {
                    field: "version",
                    ..
                }
            ),
            "{error}"
        );
    }
}

#[test]
fn an_encrypted_state_names_its_key_providers() {
    let text = r#"{"serial":12,"lineage":"77aa","meta":{"key_provider.aws_kms.main":"eyJjIjoxfQ==","key_provider.pbkdf2.old":"e30="},"encrypted_data":"AAECAw==","encryption_version":"v0"}"#;
    for error in [refused(text), header(text.as_bytes()).unwrap_err()] {
        let StateError::Encrypted {
            serial,
            lineage,
            key_providers,
            ..
        } = &error
        else {
            panic!("{error:?}")
        };
        assert_eq!((*serial, lineage.as_deref()), (Some(12), Some("77aa")));
        assert_eq!(
            key_providers,
            &["key_provider.aws_kms.main", "key_provider.pbkdf2.old"]
        );
        says(
            &error,
            &[
                "encrypted by OpenTofu",
                "serial 12",
                "key_provider.aws_kms.main",
                "tofu state pull",
            ],
        );
    }
}

#[test]
fn a_cut_state_says_how_far_it_was_good() {
    for cut in 1..STATE.len() - 2 {
        let error = of(&STATE.as_bytes()[..cut]).unwrap_err();
        let StateError::Truncated {
            offset,
            instances,
            last,
        } = error
        else {
            panic!("cut at {cut}: {error:?}")
        };
        assert_eq!(offset, u64::try_from(cut).unwrap());
        assert_eq!(instances == 0, last.is_none());
    }
    let at = STATE.find("\"index_key\": 1").unwrap();
    let error = of(&STATE.as_bytes()[..at]).unwrap_err();
    says(
        &error,
        &[
            "3 instances were whole",
            "aws_subnet.private[0]",
            "restore an earlier version",
        ],
    );
}

#[test]
fn an_empty_file_is_said_to_be_empty() {
    for text in ["", " ", "\n\n"] {
        assert!(matches!(refused(text), StateError::Empty), "{text:?}");
    }
    says(&StateError::Empty, &["empty"]);
}

#[test]
fn what_is_no_json_is_told() {
    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain(STATE.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let with_mark = [b"\xef\xbb\xbf", STATE.as_bytes()].concat();
    let cases: [(&[u8], NotJson, &str); 9] = [
        (
            b"<!DOCTYPE html>\n<html><body>Sign in</body></html>",
            NotJson::Html,
            "HTML page",
        ),
        (
            b"<?xml version=\"1.0\"?>\n<Error><Code>AccessDenied</Code></Error>",
            NotJson::Xml,
            "error answer of S3",
        ),
        (
            b"version: 4\nserial: 41\n",
            NotJson::Yaml,
            "terraform state pull",
        ),
        (b"\x1f\x8b\x08\x00rest", NotJson::Gzip, "decompress"),
        (b"PK\x03\x04rest", NotJson::Zip, "terraform plan -out"),
        (&utf16, NotJson::Utf16, "PowerShell"),
        (&with_mark, NotJson::ByteOrderMark, "byte order mark"),
        (
            b"# This file is maintained automatically by \"terraform init\".\nprovider \"x\" {}\n",
            NotJson::ProviderLock,
            ".terraform.lock.hcl",
        ),
        (
            b"No state file was found!\n",
            NotJson::Text,
            "some other text",
        ),
    ];
    for (bytes, expected, word) in cases {
        let error = of(bytes).unwrap_err();
        assert!(
            matches!(&error, StateError::NotJson(found) if *found == expected),
            "{error:?}"
        );
        says(&error, &[word]);
    }
}

#[test]
fn json_of_another_kind_is_told() {
    let cases = [
        (
            r#"{"format_version":"1.2","terraform_version":"1.13.4","planned_values":{},"resource_changes":[]}"#,
            Foreign::Plan,
            "plan",
        ),
        (
            r#"{"format_version":"1.0","terraform_version":"1.13.4","values":{"root_module":{}}}"#,
            Foreign::ShownState,
            "terraform show -json",
        ),
        (
            r#"{"format_version":"1.0"}"#,
            Foreign::ShownState,
            "terraform state pull",
        ),
        (
            r#"{"ID":"7f","Operation":"OperationTypeApply","Info":"","Who":"ops@ci","Version":"1.13.4","Created":"2026-11-21T04:00:00Z","Path":"b/k"}"#,
            Foreign::LockInfo,
            "lock",
        ),
        (
            r#"{"format_version":"1.0","provider_schemas":{}}"#,
            Foreign::ProviderSchemas,
            "providers schema",
        ),
        ("[]", Foreign::List, "list"),
        ("\"text\"", Foreign::Scalar, "single value"),
        ("null", Foreign::Scalar, "single value"),
        ("{}", Foreign::Object(vec![]), "empty object"),
        (
            r#"{"name":"site","version":4}"#,
            Foreign::Object(vec!["name".to_owned(), "version".to_owned()]),
            "name, version",
        ),
    ];
    for (text, expected, word) in cases {
        let error = refused(text);
        assert!(
            matches!(&error, StateError::Foreign(found) if *found == expected),
            "{error:?}"
        );
        says(&error, &[word]);
    }
}

#[test]
fn the_note_of_init_says_where_the_state_is() {
    let text = r#"{"version":3,"terraform_version":"1.13.4","serial":1,"lineage":"x","backend":{"type":"s3","config":{"bucket":"ml-team","key":"prod/terraform.tfstate","secret_key":"hunter2"},"hash":1}}"#;
    for error in [refused(text), header(text.as_bytes()).unwrap_err()] {
        assert!(matches!(error, StateError::Backend { .. }));
        says(
            &error,
            &[
                "terraform init",
                "\"s3\"",
                "s3://ml-team/prod/terraform.tfstate",
            ],
        );
        assert!(!format!("{error:?}").contains("hunter2"));
    }
    let gcs = refused(r#"{"version":3,"backend":{"type":"gcs","config":{"bucket":"b"}}}"#);
    assert!(matches!(gcs, StateError::Backend { location: None, .. }));
}

#[test]
fn damage_is_told_with_its_place() {
    let at = STATE.find("\"serial\"").unwrap();
    let merged = format!("{}<<<<<<< HEAD\n{}", &STATE[..at], &STATE[at..]);
    let error = refused(&merged);
    assert!(
        matches!(error, StateError::Malformed { offset, .. } if offset == u64::try_from(at).unwrap()),
        "{error:?}"
    );
    says(&error, &["damaged", "merge markers"]);
    let doubled = format!("{STATE}{STATE}");
    says(&refused(&doubled), &["nothing after the end"]);
    for text in [
        r#"{"version":4,"serial":-1,"lineage":"x"}"#,
        r#"{"version":4,"serial":"7","lineage":"x"}"#,
        r#"{"version":4,"serial":1.5,"lineage":"x"}"#,
        r#"{"version":4,"serial":1,"lineage":7}"#,
        r#"{"version":4,"serial":1,"lineage":"x","resources":{}}"#,
        r#"{"version":4,"serial":1,"lineage":"x","resources":[],"resources":[]}"#,
    ] {
        assert!(matches!(refused(text), StateError::Field { .. }), "{text}");
    }
}

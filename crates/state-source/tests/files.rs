//! States in files.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use afterhours_state_source::{Listing, Location, SourceError, Standing, StateSources};

const STATE: &str = r#"{"version":4,"serial":1,"lineage":"x","resources":[]}"#;
const LOCK: &str = r#"{"ID":"7f","Operation":"OperationTypeApply","Who":"ops@ci","Created":"2026-11-21T04:00:00Z"}"#;

/// An empty directory of this test.
fn directory(test: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    if directory.exists() {
        fs::remove_dir_all(&directory).unwrap();
    }
    fs::create_dir_all(&directory).unwrap();
    directory
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

async fn list(locations: &[String]) -> Listing {
    let locations: Vec<Location> = locations.iter().map(|text| text.parse().unwrap()).collect();
    StateSources::files().list(&locations).await
}

fn sources(listing: &Listing, below: &Path) -> Vec<(String, Option<String>)> {
    let short = |source: &str| {
        Path::new(source)
            .strip_prefix(below)
            .unwrap()
            .display()
            .to_string()
    };
    let states = listing.states.iter();
    states
        .map(|state| (short(state.source()), state.workspace().map(str::to_owned)))
        .collect()
}

#[tokio::test]
async fn a_directory_gives_its_states_and_says_what_it_passed_over() {
    let root = directory("a_directory_gives_its_states");
    for name in [
        "b/terraform.tfstate",
        "a/prod.tfstate",
        "a/terraform.tfstate.d/staging/terraform.tfstate",
        "a/prod.tfstate.backup",
        "a/.prod.tfstate.lock.info",
        "a/.terraform/terraform.tfstate",
        "a/main.tf",
    ] {
        write(&root.join(name), STATE);
    }
    let expected = [
        ("a/prod.tfstate".to_owned(), None),
        (
            "a/terraform.tfstate.d/staging/terraform.tfstate".to_owned(),
            Some("staging".to_owned()),
        ),
        ("b/terraform.tfstate".to_owned(), None),
    ];
    // A directory without its slash is one too, and nothing comes twice.
    let both = [
        format!("{}/", root.display()),
        root.display().to_string(),
        format!("{}/a/prod.tfstate", root.display()),
    ];
    let listing = list(&both).await;
    assert_eq!(sources(&listing, &root), expected);
    assert!(listing.faults.is_empty(), "{:?}", listing.faults);
    let reasons: Vec<_> = listing
        .skipped
        .iter()
        .map(|skipped| skipped.reason)
        .collect();
    assert_eq!(
        reasons,
        [
            "it is a lock",
            "it is what `terraform init` notes about the backend",
            "it is a backup"
        ]
    );
}

#[tokio::test]
async fn a_pattern_gives_what_it_names() {
    let root = directory("a_pattern_gives_what_it_names");
    for name in [
        "a/state.json",
        "b/state.json",
        "b/other.json",
        "b/state.json.backup",
    ] {
        write(&root.join(name), STATE);
    }
    let listing = list(&[format!("{}/*/state.*", root.display())]).await;
    let expected = [
        ("a/state.json".to_owned(), None),
        ("b/state.json".to_owned(), None),
    ];
    assert_eq!(sources(&listing, &root), expected);
    assert_eq!(listing.skipped.len(), 1);
    let none = list(&[format!("{}/*.tfstate", root.display())]).await;
    assert!(matches!(none.faults[0].error, SourceError::Missing { .. }));
}

#[tokio::test]
async fn one_location_that_fails_stops_no_other() {
    let root = directory("one_location_that_fails");
    write(&root.join("good.tfstate"), STATE);
    fs::create_dir_all(root.join("empty")).unwrap();
    let at = |name: &str| format!("{}/{name}", root.display());
    let listing = list(&[
        at("absent.tfstate"),
        at("absent/"),
        at("empty/"),
        "s3://b/k".to_owned(),
        at("good.tfstate"),
    ])
    .await;
    assert_eq!(listing.states.len(), 1);
    let texts: Vec<String> = listing
        .faults
        .iter()
        .map(|fault| fault.error.to_string())
        .collect();
    assert_eq!(texts.len(), 4, "{texts:?}");
    assert!(
        texts[0].contains("there is no state") && texts[0].contains("absent.tfstate"),
        "{texts:?}"
    );
    assert!(texts[1].contains("could not be looked into"), "{texts:?}");
    assert!(
        texts[2].contains("no file there looks like a state"),
        "{texts:?}"
    );
    assert!(texts[3].contains("no connection to AWS"), "{texts:?}");
}

#[tokio::test]
async fn the_version_that_was_listed_is_opened_or_none() {
    let root = directory("the_version_that_was_listed");
    let path = root.join("terraform.tfstate");
    write(&path, STATE);
    let listing = list(&[path.display().to_string()]).await;
    let state = &listing.states[0];
    let mut text = String::new();
    state
        .open()
        .await
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, STATE);
    assert_eq!(state.version().size, u64::try_from(STATE.len()).unwrap());
    assert_eq!(state.standing().await.unwrap(), Standing::Unchanged);
    assert!(state.versions(5).await.unwrap().is_empty());

    // As Terraform replaces it: another file by the same name, of the same length.
    write(
        &root.join("next"),
        &STATE.replace("\"serial\":1", "\"serial\":2"),
    );
    fs::rename(root.join("next"), &path).unwrap();
    assert_eq!(state.standing().await.unwrap(), Standing::Changed);
    assert!(!state.is_unchanged().await.unwrap());
    assert!(matches!(
        state.open().await.err(),
        Some(SourceError::Changed { .. })
    ));

    fs::remove_file(&path).unwrap();
    assert_eq!(state.standing().await.unwrap(), Standing::Gone);
    assert!(matches!(
        state.open().await.err(),
        Some(SourceError::Gone { .. })
    ));
}

#[tokio::test]
async fn a_lock_beside_the_file_is_seen() {
    let root = directory("a_lock_beside_the_file");
    let path = root.join("terraform.tfstate");
    write(&path, STATE);
    let listing = list(&[path.display().to_string()]).await;
    let state = &listing.states[0];
    assert_eq!(state.lock().await.unwrap(), None);
    let place = root.join(".terraform.tfstate.lock.info");
    write(&place, LOCK);
    let lock = state.lock().await.unwrap().unwrap();
    assert_eq!(
        (lock.info().who.as_str(), lock.info().operation.as_str()),
        ("ops@ci", "OperationTypeApply")
    );
    assert!(matches!(state.standing().await.unwrap(), Standing::Locked(found) if *found == lock));
    assert!(state.is_unchanged().await.unwrap());
    // Damaged, it is a lock all the same, as old as its file.
    write(&place, "{");
    let damaged = state.lock().await.unwrap().unwrap();
    assert!(damaged.content.is_err() && damaged.info().created.is_some());
    assert_eq!(damaged.info().who, "");
}

//! States in S3: what is asked, and what comes of what is answered.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

use std::io::Read as _;

use afterhours_aws::testing::{Reply, Script};
use afterhours_ports::ErrorClass;
use afterhours_state_source::{
    Listing, Location, PastVersion, SourceError, Standing, StateRef, StateSources,
};

const STATE: &str =
    r#"{"version":4,"terraform_version":"1.13.4","serial":41,"lineage":"x","resources":[]}"#;
const LOCK: &str = r#"{"ID":"7f","Operation":"OperationTypeApply","Who":"ops@ci","Created":"2026-11-21T04:00:00Z"}"#;

fn refusal(status: u16, code: &str) -> Reply {
    Reply::new(
        status,
        format!("<Error><Code>{code}</Code><Message>said {code}</Message></Error>"),
    )
}

/// `HeadBucket`.
fn here() -> Reply {
    Reply::ok("").header("x-amz-bucket-region", "eu-central-1")
}

fn written(body: &str, etag: &str) -> Reply {
    Reply::ok(body)
        .header("etag", etag)
        .header("last-modified", "Sat, 21 Nov 2026 04:00:00 GMT")
        .header("content-length", &body.len().to_string())
}

fn head(etag: &str, version: &str) -> Reply {
    Reply::ok("")
        .header("etag", etag)
        .header("last-modified", "Sat, 21 Nov 2026 04:00:00 GMT")
        .header("content-length", &STATE.len().to_string())
        .header("x-amz-version-id", version)
}

fn keys(keys: &[&str]) -> Reply {
    let entry = |key: &&str| {
        format!(
            "<Contents><Key>{key}</Key><LastModified>2026-11-21T04:00:00.000Z</LastModified><ETag>e</ETag><Size>9</Size></Contents>"
        )
    };
    let contents: String = keys.iter().map(entry).collect();
    Reply::ok(format!("<ListBucketResult>{contents}</ListBucketResult>"))
}

async fn list(script: &Script, locations: &[&str]) -> Listing {
    let locations: Vec<Location> = locations.iter().map(|text| text.parse().unwrap()).collect();
    StateSources::new(script.aws()).list(&locations).await
}

fn sources(listing: &Listing) -> Vec<(&str, Option<&str>)> {
    let states = listing.states.iter();
    states
        .map(|state| (state.source(), state.workspace()))
        .collect()
}

/// A listed state, whose next answers are these.
async fn one(answers: impl IntoIterator<Item = Reply>) -> (StateRef, Script) {
    let script = Script::new([here(), head("\"e1\"", "v1")].into_iter().chain(answers));
    let mut listing = list(&script, &["s3://ml-team/prod.tfstate"]).await;
    assert!(listing.faults.is_empty(), "{:?}", listing.faults);
    (listing.states.remove(0), script)
}

#[tokio::test(start_paused = true)]
async fn one_object_is_one_state() {
    let (state, script) = one([]).await;
    assert_eq!(
        (state.source(), state.workspace()),
        ("s3://ml-team/prod.tfstate", None)
    );
    let version = state.version();
    assert_eq!(
        (version.version_id.as_deref(), version.etag.as_deref()),
        (Some("v1"), Some("\"e1\""))
    );
    assert_eq!(
        (version.size, version.content.as_deref()),
        (u64::try_from(STATE.len()).unwrap(), None)
    );
    assert_eq!(script.sent().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn workspaces_are_found_as_the_backend_lays_them_out() {
    let listed = || {
        keys(&[
            "env:/a/k/x.tfstate",
            "env:/a/k/x.tfstate.tflock",
            "env:/b/other.tfstate",
            "env:/b/k/x.tfstate",
        ])
    };
    let script = Script::new([
        here(),
        listed(),
        keys(&["k/x.tfstate"]),
        head("e", "1"),
        head("e", "2"),
        head("e", "3"),
    ]);
    let listing = list(&script, &["s3://ml-team/k/x.tfstate?workspaces=*"]).await;
    let expected = [
        ("s3://ml-team/k/x.tfstate", Some("default")),
        ("s3://ml-team/env:/a/k/x.tfstate", Some("a")),
        ("s3://ml-team/env:/b/k/x.tfstate", Some("b")),
    ];
    assert_eq!(sources(&listing), expected);
    assert!(listing.faults.is_empty());

    // Without a state in the default workspace, that one is not missing.
    let script = Script::new([here(), keys(&["spaces/a/k"]), keys(&[]), head("e", "1")]);
    let listing = list(
        &script,
        &["s3://ml-team/k?workspaces=*&workspace_key_prefix=spaces"],
    )
    .await;
    assert_eq!(sources(&listing), [("s3://ml-team/spaces/a/k", Some("a"))]);
    assert!(listing.faults.is_empty());

    // By name, each has to be there.
    let script = Script::new([here(), head("e", "1"), Reply::new(404, "")]);
    let listing = list(&script, &["s3://ml-team/k?workspaces=default,gone"]).await;
    assert_eq!(sources(&listing), [("s3://ml-team/k", Some("default"))]);
    let text = listing.faults[0].error.to_string();
    assert!(
        text.contains("s3://ml-team/env:/gone/k") && text.contains("there is no state"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_prefix_gives_its_states_once_and_says_what_it_passed_over() {
    let listed = || {
        keys(&[
            "p/",
            "p/a.tfstate",
            "p/a.tfstate.tflock",
            "p/b.tfstate",
            "p/b.tfstate.backup",
            "p/notes.txt",
        ])
    };
    let script = Script::new([
        here(),
        listed(),
        head("e", "1"),
        Reply::new(404, ""),
        head("e", "1"),
        listed(),
        head("e", "2"),
    ]);
    let listing = list(
        &script,
        &[
            "s3://ml-team/p/",
            "s3://ml-team/p/a.tfstate",
            "s3://ml-team/p/*a.tfstate*",
        ],
    )
    .await;
    assert_eq!(sources(&listing), [("s3://ml-team/p/a.tfstate", None)]);
    assert!(listing.faults.is_empty(), "{:?}", listing.faults);
    let skipped: Vec<_> = listing
        .skipped
        .iter()
        .map(|skipped| (skipped.source.as_str(), skipped.reason))
        .collect();
    assert_eq!(
        skipped,
        [
            ("s3://ml-team/p/", "it stands for a folder"),
            ("s3://ml-team/p/a.tfstate.tflock", "it is a lock"),
            (
                "s3://ml-team/p/b.tfstate",
                "it was deleted since it was listed"
            ),
            ("s3://ml-team/p/b.tfstate.backup", "it is a backup"),
            (
                "s3://ml-team/p/notes.txt",
                "its name does not end in `.tfstate`; name it by itself if it is a state"
            ),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn one_location_that_fails_stops_no_other() {
    let script = Script::new([
        Reply::new(404, ""),
        here(),
        Reply::new(403, ""),
        refusal(403, "AccessDenied"),
        keys(&[]),
        head("e", "1"),
    ]);
    let listing = list(
        &script,
        &[
            "s3://absent/k",
            "s3://ml-team/denied",
            "s3://ml-team/denied/",
            "s3://ml-team/none/",
            "s3://ml-team/good",
        ],
    )
    .await;
    assert_eq!(sources(&listing), [("s3://ml-team/good", None)]);
    let classes: Vec<_> = listing
        .faults
        .iter()
        .map(|fault| fault.error.port_error().map(|error| error.class))
        .collect();
    assert_eq!(
        classes,
        [
            Some(ErrorClass::NotFound),
            Some(ErrorClass::Denied),
            Some(ErrorClass::Denied),
            None
        ]
    );
    assert_eq!(listing.faults[1].location, "s3://ml-team/denied");
    let text = listing.faults[3].error.to_string();
    assert!(
        text.contains("no key below it looks like a state"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_state_is_streamed_as_the_version_that_was_listed() {
    let (state, script) = one([
        written(STATE, "\"e1\""),
        refusal(412, "PreconditionFailed"),
        refusal(404, "NoSuchKey"),
        refusal(403, "AccessDenied"),
    ])
    .await;
    let mut body = state.open().await.unwrap();
    let read = tokio::task::spawn_blocking(move || {
        let mut text = String::new();
        body.read_to_string(&mut text).map(|_| text)
    });
    assert_eq!(read.await.unwrap().unwrap(), STATE);
    assert_eq!(script.sent()[2].header("if-match"), Some("\"e1\""));
    assert!(matches!(
        state.open().await.err(),
        Some(SourceError::Changed { .. })
    ));
    assert!(matches!(
        state.open().await.err(),
        Some(SourceError::Gone { .. })
    ));
    let denied = state.open().await.err().unwrap();
    assert_eq!(denied.port_error().unwrap().class, ErrorClass::Denied);
    assert_eq!(
        denied.to_string(),
        "s3://ml-team/prod.tfstate could not be opened"
    );
}

#[tokio::test(start_paused = true)]
async fn whatever_happens_during_a_scan_is_seen_after_it() {
    let no_lock = || refusal(404, "NoSuchKey");
    let (state, script) = one([
        head("\"e1\"", "v1"),
        no_lock(),
        head("\"e2\"", "v2"),
        // The same bytes, written again.
        head("\"e1\"", "v3"),
        Reply::new(404, ""),
        head("\"e1\"", "v1"),
        written(LOCK, "l"),
        head("\"e1\"", "v1"),
        refusal(403, "AccessDenied"),
    ])
    .await;
    assert_eq!(state.standing().await.unwrap(), Standing::Unchanged);
    assert_eq!(state.standing().await.unwrap(), Standing::Changed);
    assert_eq!(state.standing().await.unwrap(), Standing::Changed);
    assert_eq!(state.standing().await.unwrap(), Standing::Gone);
    assert!(
        matches!(state.standing().await.unwrap(), Standing::Locked(lock) if lock.info().who == "ops@ci")
    );
    // Whether there is a lock is not known: that is no "unlocked".
    let error = state.standing().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "s3://ml-team/prod.tfstate could not be asked for its lock"
    );
    assert!(
        script.sent()[3].uri.contains("/prod.tfstate.tflock"),
        "{}",
        script.sent()[3].uri
    );
    assert!(
        script
            .sent()
            .iter()
            .all(|sent| sent.method == "GET" || sent.method == "HEAD")
    );
}

#[tokio::test(start_paused = true)]
async fn a_lock_is_read_and_never_taken() {
    let (state, script) = one([
        refusal(404, "NoSuchKey"),
        written(LOCK, "l"),
        written("damaged", "l"),
    ])
    .await;
    assert_eq!(state.lock().await.unwrap(), None);
    let lock = state.lock().await.unwrap().unwrap();
    assert_eq!(lock.place, "s3://ml-team/prod.tfstate.tflock");
    assert_eq!(
        (lock.info().id.as_str(), lock.info().operation.as_str()),
        ("7f", "OperationTypeApply")
    );
    let damaged = state.lock().await.unwrap().unwrap();
    assert!(damaged.content.is_err());
    assert_eq!(
        damaged.info().created,
        Some("2026-11-21T04:00:00Z".parse().unwrap())
    );
    assert!(script.sent().iter().all(|sent| sent.method != "PUT"));
}

#[tokio::test(start_paused = true)]
async fn the_history_has_serials_without_reading_whole_versions() {
    let entry = |id: &str, hour: u32| {
        format!(
            "<Version><Key>prod.tfstate</Key><VersionId>{id}</VersionId><IsLatest>{}</IsLatest><LastModified>2026-11-21T{hour:02}:00:00.000Z</LastModified><ETag>{id}</ETag><Size>99999</Size></Version>",
            id == "v4"
        )
    };
    let entries: String = [("v4", 9), ("v3", 8), ("v2", 7), ("v1", 6)]
        .map(|(id, hour)| entry(id, hour))
        .concat();
    let encrypted = r#"{"serial":39,"lineage":"x","meta":{"key_provider.pbkdf2.k":"e30="},"encrypted_data":"AA"#;
    let (state, script) = one([
        Reply::ok(format!(
            "<ListVersionsResult>{entries}</ListVersionsResult>"
        )),
        Reply::new(206, STATE.get(..70).unwrap()).when("versionId=v4"),
        Reply::new(206, encrypted).when("versionId=v3"),
        refusal(403, "AccessDenied").when("versionId=v2"),
        Reply::new(206, "{\"resources\":[{").when("versionId=v1"),
    ])
    .await;
    let found = state.versions(10).await.unwrap();
    let serials: Vec<_> = found
        .iter()
        .map(|past| match past {
            PastVersion::Written { serial, .. } => serial
                .as_ref()
                .map(|serial| *serial)
                .map_err(String::as_str),
            PastVersion::Deleted { .. } => Err("deleted"),
        })
        .collect();
    assert_eq!(serials[..2], [Ok(41), Ok(39)]);
    assert!(
        serials[2]
            .unwrap_err()
            .contains("s3:GetObjectVersion is denied"),
        "{serials:?}"
    );
    assert!(
        serials[3].unwrap_err().contains("do not hold serial"),
        "{serials:?}"
    );
    assert!(
        script
            .sent()
            .iter()
            .skip(3)
            .all(|sent| sent.header("range") == Some("bytes=0-4095"))
    );
}

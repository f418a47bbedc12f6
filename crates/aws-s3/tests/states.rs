//! Reading states: what goes over the wire, and what comes of what comes back.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may fail as tests do"
)]

use std::collections::BTreeSet;
use std::io::Read as _;

use afterhours_aws::testing::{Reply, Script};
use afterhours_aws_s3::{ObjectVersion, Opened, Past, READ_STATE_ACTIONS, StateBucket};
use afterhours_ports::ErrorClass;

const WRITTEN: &str = "Sat, 21 Nov 2026 04:00:00 GMT";
const ETAG: &str = "\"0cc175b9c0f1b6a831c399e269772661\"";

fn refusal(status: u16, code: &str) -> Reply {
    Reply::new(
        status,
        format!("<Error><Code>{code}</Code><Message>said {code}</Message></Error>"),
    )
}

fn object(body: &str) -> Reply {
    Reply::ok(body)
        .header("etag", ETAG)
        .header("last-modified", WRITTEN)
        .header("content-length", &body.len().to_string())
}

fn head(size: u64) -> Reply {
    Reply::ok("")
        .header("etag", ETAG)
        .header("last-modified", WRITTEN)
        .header("content-length", &size.to_string())
}

fn bucket(script: &Script) -> StateBucket {
    StateBucket::new(&script.aws(), "ml-team")
}

fn version(id: Option<&str>, size: u64) -> ObjectVersion {
    ObjectVersion {
        key: "prod.tfstate".to_owned(),
        version_id: id.map(str::to_owned),
        etag: ETAG.to_owned(),
        last_modified: "2026-11-21T04:00:00Z".parse().unwrap(),
        size,
        md5: None,
    }
}

/// The body, read where it may block.
async fn text(opened: Opened) -> std::io::Result<String> {
    let Opened::Body(mut body) = opened else {
        panic!("{opened:?}")
    };
    let read = move || {
        let mut text = String::new();
        body.read_to_string(&mut text).map(|_| text)
    };
    tokio::task::spawn_blocking(read).await.unwrap()
}

#[test]
fn actions_are_reads() {
    let actions: BTreeSet<_> = READ_STATE_ACTIONS.iter().copied().collect();
    let expected = [
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:ListBucket",
        "s3:ListBucketVersions",
    ];
    assert_eq!(actions, BTreeSet::from(expected));
}

#[tokio::test(start_paused = true)]
async fn the_current_version_is_told_by_head() {
    let script = Script::new([
        head(7).header("x-amz-version-id", "v2"),
        head(7).header("x-amz-server-side-encryption", "aws:kms"),
        head(7).header("x-amz-server-side-encryption", "AES256"),
        Reply::new(404, ""),
    ]);
    let bucket = bucket(&script);
    let found = bucket.head("prod.tfstate").await.unwrap().unwrap();
    let md5 = Some("0cc175b9c0f1b6a831c399e269772661".to_owned());
    assert_eq!(
        found,
        ObjectVersion {
            md5: md5.clone(),
            ..version(Some("v2"), 7)
        }
    );
    assert_eq!(bucket.head("a").await.unwrap().unwrap().md5, None);
    assert_eq!(bucket.head("a").await.unwrap().unwrap().md5, md5);
    assert_eq!(bucket.head("a").await.unwrap(), None);
    assert_eq!(script.sent()[0].method, "HEAD");
}

#[tokio::test(start_paused = true)]
async fn a_body_is_read_while_its_version_is_the_current_one() {
    let script = Script::new([
        object("{\"a\":1}").header("x-amz-version-id", "v2"),
        refusal(412, "PreconditionFailed"),
        refusal(404, "NoSuchKey"),
        object("{\"a\":1}").header("x-amz-version-id", "v3"),
        refusal(403, "AccessDenied"),
    ]);
    let (bucket, version) = (bucket(&script), version(Some("v2"), 7));
    assert_eq!(
        text(bucket.open(&version).await.unwrap()).await.unwrap(),
        "{\"a\":1}"
    );
    assert!(matches!(bucket.open(&version).await, Ok(Opened::Changed)));
    assert!(matches!(bucket.open(&version).await, Ok(Opened::Gone)));
    // The same bytes again, as a version of its own.
    assert!(matches!(bucket.open(&version).await, Ok(Opened::Changed)));
    let denied = bucket.open(&version).await.unwrap_err();
    assert_eq!(
        (denied.class, denied.action.as_str()),
        (ErrorClass::Denied, "s3:GetObject")
    );
    let sent = script.sent();
    assert_eq!(sent[0].header("if-match"), Some(ETAG));
    assert_eq!(sent[0].header("range"), None);
    assert!(!sent[0].uri.contains("versionId"), "{}", sent[0].uri);
}

/// The clock runs: a paused one stands still while a thread blocks, and the retry waits a millisecond.
#[tokio::test]
async fn a_body_that_ends_early_is_taken_up_again() {
    let script = Script::new([
        object("{\"a"),
        object("\":"),
        refusal(503, "SlowDown"),
        object("1}"),
    ]);
    let opened = bucket(&script).open(&version(None, 7)).await.unwrap();
    assert_eq!(text(opened).await.unwrap(), "{\"a\":1}");
    let ranges: Vec<_> = script
        .sent()
        .iter()
        .map(|sent| sent.header("range").map(str::to_owned))
        .collect();
    let range = |from: u32| Some(format!("bytes={from}-"));
    assert_eq!(ranges, [None, range(3), range(5), range(5)]);
    assert!(
        script
            .sent()
            .iter()
            .all(|sent| sent.header("if-match") == Some(ETAG))
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_cannot_be_had_whole_is_an_error_and_no_shorter_body() {
    let script = Script::new([object("{"), object(""), object(""), object("")]);
    let opened = bucket(&script).open(&version(None, 7)).await.unwrap();
    let error = text(opened).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
    assert!(error.to_string().contains("after 1 of 7 bytes"), "{error}");
    for (reply, word) in [
        (refusal(412, "PreconditionFailed"), "another version"),
        (refusal(404, "NoSuchKey"), "deleted"),
    ] {
        let script = Script::new([object("{"), reply]);
        let opened = bucket(&script).open(&version(None, 7)).await.unwrap();
        let error = text(opened).await.unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn objects_are_listed_over_pages() {
    let page = |keys: &[&str], next: Option<&str>| {
        let entry = |key: &&str| {
            format!(
                "<Contents><Key>{key}</Key><LastModified>2026-11-21T04:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>9</Size></Contents>"
            )
        };
        let contents: String = keys.iter().map(entry).collect();
        let next = next.map_or_else(String::new, |token| {
            format!("<NextContinuationToken>{token}</NextContinuationToken>")
        });
        Reply::ok(format!(
            "<ListBucketResult>{contents}{next}</ListBucketResult>"
        ))
    };
    let script = Script::new([
        page(&["env:/a/k", "env:/b/k"], Some("t")),
        page(&["env:/c/k"], None),
        page(&["x"], Some("t")),
        refusal(403, "AccessDenied"),
    ]);
    let bucket = bucket(&script);
    let found = bucket.list("env:/").await.unwrap();
    let keys: Vec<_> = found.iter().map(|object| object.key.as_str()).collect();
    assert_eq!(keys, ["env:/a/k", "env:/b/k", "env:/c/k"]);
    assert_eq!((found[0].etag.as_str(), found[0].size), ("\"e\"", 9));
    assert!(
        script.sent()[0].uri.contains("prefix=env%3A%2F"),
        "{}",
        script.sent()[0].uri
    );
    // Half a listing is none.
    let denied = bucket.list("env:/").await.unwrap_err();
    assert_eq!(
        (denied.class, denied.action.as_str()),
        (ErrorClass::Denied, "s3:ListBucket")
    );
}

fn history(entries: &str, next: Option<(&str, &str)>) -> Reply {
    let next = next.map_or_else(String::new, |(key, version)| {
        format!("<IsTruncated>true</IsTruncated><NextKeyMarker>{key}</NextKeyMarker><NextVersionIdMarker>{version}</NextVersionIdMarker>")
    });
    Reply::ok(format!(
        "<ListVersionsResult>{next}{entries}</ListVersionsResult>"
    ))
}

fn entry(key: &str, id: &str, hour: u32, latest: bool) -> String {
    format!(
        "<Version><Key>{key}</Key><VersionId>{id}</VersionId><IsLatest>{latest}</IsLatest><LastModified>2026-11-21T{hour:02}:00:00.000Z</LastModified><ETag>&quot;{id}&quot;</ETag><Size>5</Size></Version>"
    )
}

#[tokio::test(start_paused = true)]
async fn the_history_is_the_newest_first_and_of_this_key_only() {
    let key = "prod.tfstate";
    let deleted = format!(
        "<DeleteMarker><Key>{key}</Key><VersionId>d</VersionId><IsLatest>false</IsLatest><LastModified>2026-11-21T05:00:00.000Z</LastModified></DeleteMarker>"
    );
    let first = format!(
        "{}{}{deleted}",
        entry(key, "v4", 6, true),
        entry(key, "v3", 4, false)
    );
    let second = format!(
        "{}{}",
        entry(key, "v2", 3, false),
        entry("prod.tfstate.tflock", "l", 7, true)
    );
    let script = Script::new([
        history(&first, Some((key, "v3"))),
        history(&second, None),
        history(&first, Some((key, "v3"))),
    ]);
    let bucket = bucket(&script);
    let found = bucket.versions(key, 10).await.unwrap();
    let names: Vec<_> = found
        .iter()
        .map(|past| match past {
            Past::Version(version) => version.version_id.as_deref().unwrap(),
            Past::Deleted { .. } => "deleted",
        })
        .collect();
    assert_eq!(names, ["v4", "deleted", "v3", "v2"]);
    assert!(script.sent()[1].uri.contains("version-id-marker=v3"));
    assert_eq!(bucket.versions(key, 2).await.unwrap().len(), 2);
    assert_eq!(script.sent().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_start_of_a_version_is_read_without_the_rest() {
    let script = Script::new([
        Reply::new(206, "{\"ver").header("etag", ETAG),
        refusal(403, "AccessDenied"),
        refusal(404, "NoSuchVersion"),
    ]);
    let bucket = bucket(&script);
    let version = version(Some("v1"), 900);
    assert_eq!(bucket.start(&version, 5).await.unwrap(), b"{\"ver");
    let sent = script.sent();
    assert_eq!(sent[0].header("range"), Some("bytes=0-4"));
    assert!(sent[0].uri.contains("versionId=v1"), "{}", sent[0].uri);
    let denied = bucket.start(&version, 5).await.unwrap_err();
    assert_eq!(denied.action, "s3:GetObjectVersion");
    assert_eq!(
        bucket.start(&version, 5).await.unwrap_err().class,
        ErrorClass::NotFound
    );
    let empty = ObjectVersion { size: 0, ..version };
    assert_eq!(bucket.start(&empty, 5).await.unwrap(), b"");
    assert_eq!(script.sent().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn small_objects_are_bounded() {
    let script = Script::new([
        object("lock"),
        object("lock"),
        refusal(404, "NoSuchKey"),
        refusal(404, "NoSuchBucket"),
    ]);
    let bucket = bucket(&script);
    let (bytes, written) = bucket.small("k.tflock", 4).await.unwrap().unwrap();
    assert_eq!(
        (bytes.as_slice(), written),
        (
            b"lock".as_slice(),
            Some("2026-11-21T04:00:00Z".parse().unwrap())
        )
    );
    let large = bucket.small("k.tflock", 3).await.unwrap_err();
    assert!(large.message.contains("more than 3 bytes"), "{large}");
    assert_eq!(bucket.small("k.tflock", 4).await.unwrap(), None);
    let missing = bucket.small("k.tflock", 4).await.unwrap_err();
    assert!(
        missing.message.contains("\"ml-team\" does not exist"),
        "{missing}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_bucket_is_reached_in_its_region() {
    let there = |status| Reply::new(status, "").header("x-amz-bucket-region", "eu-west-1");
    for status in [200, 301, 400, 403] {
        let script = Script::new([there(status), head(1)]);
        let bucket = StateBucket::locate(&script.aws(), "ml-team").await.unwrap();
        bucket.head("k").await.unwrap();
        let sent = script.sent();
        assert_eq!((sent.len(), sent[0].method.as_str()), (2, "HEAD"));
        assert!(
            sent[1]
                .uri
                .starts_with("https://ml-team.s3.eu-west-1.amazonaws.com/k"),
            "{}",
            sent[1].uri
        );
    }
    // Without the region in the answer it stays where it is.
    let script = Script::new([Reply::new(403, ""), head(1)]);
    let bucket = StateBucket::locate(&script.aws(), "ml-team").await.unwrap();
    bucket.head("k").await.unwrap();
    assert!(script.sent()[1].uri.contains("eu-central-1"));
    let script = Script::new([Reply::new(404, "")]);
    let missing = StateBucket::locate(&script.aws(), "ml-team")
        .await
        .unwrap_err();
    assert_eq!(
        (missing.class, missing.code.as_str()),
        (ErrorClass::NotFound, "NoSuchBucket")
    );
    let elsewhere = refusal(301, "PermanentRedirect").header("x-amz-bucket-region", "eu-west-1");
    let script = Script::new([elsewhere]);
    let error = StateBucket::new(&script.aws(), "ml-team")
        .list("")
        .await
        .unwrap_err();
    assert!(error.message.contains("eu-west-1"), "{error}");
}

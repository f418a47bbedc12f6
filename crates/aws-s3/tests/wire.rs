//! What goes over the wire, and what comes of what comes back.

use afterhours_aws::testing::{Reply, Script};
use afterhours_aws_s3::S3Store;
use afterhours_ports::{ErrorClass, Precondition, PutOutcome, Store as _};

fn error(status: u16, code: &str) -> Reply {
    let body = format!("<Error><Code>{code}</Code><Message>said {code}</Message></Error>");
    Reply::new(status, body)
}

fn page(keys: &[&str], next: Option<&str>) -> Reply {
    let contents = keys.join("</Key></Contents><Contents><Key>");
    let contents = format!("<Contents><Key>{contents}</Key></Contents>");
    let next = next.map_or_else(String::new, |token| {
        format!("<NextContinuationToken>{token}</NextContinuationToken>")
    });
    Reply::ok(format!(
        "<ListBucketResult><Name>state</Name><IsTruncated>{}</IsTruncated>{contents}{next}</ListBucketResult>",
        !next.is_empty()
    ))
}

#[tokio::test(start_paused = true)]
async fn an_object_is_read_with_its_etag() {
    let script = Script::new([Reply::ok("{}").header("etag", "\"abc\"")]);
    let stored = S3Store::new(&script.aws(), "state")
        .get("scopes/a.json")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (stored.bytes.as_slice(), stored.etag.as_str()),
        (b"{}".as_slice(), "\"abc\"")
    );
    let sent = script.sent();
    assert_eq!(sent[0].method, "GET");
    assert!(
        sent[0]
            .uri
            .starts_with("https://state.s3.eu-central-1.amazonaws.com/scopes/a.json")
    );
}

#[tokio::test(start_paused = true)]
async fn a_missing_key_is_none_and_a_missing_bucket_an_error_that_names_it() {
    let script = Script::new([error(404, "NoSuchKey"), error(404, "NoSuchBucket")]);
    let store = S3Store::new(&script.aws(), "state");
    assert_eq!(store.get("a").await, Ok(None));
    let error = store.get("a").await.unwrap_err();
    assert_eq!(error.class, ErrorClass::NotFound);
    assert!(error.message.contains("\"state\""), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_etag_is_an_error() {
    let script = Script::new([Reply::ok("{}")]);
    let error = S3Store::new(&script.aws(), "state")
        .get("a")
        .await
        .unwrap_err();
    assert!(error.message.contains("`ETag`"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn writes_carry_their_precondition() {
    let script = Script::new([Reply::ok(""), Reply::ok("")]);
    let store = S3Store::new(&script.aws(), "state");
    let unchanged = Precondition::Unchanged("\"abc\"".to_owned());
    assert_eq!(
        store.put("j/1", b"{}", &Precondition::Absent).await,
        Ok(PutOutcome::Written)
    );
    assert_eq!(
        store.put("s", b"[1]", &unchanged).await,
        Ok(PutOutcome::Written)
    );
    let sent = script.sent();
    assert_eq!(sent[0].header("if-none-match"), Some("*"));
    assert_eq!(sent[0].header("if-match"), None);
    assert_eq!(sent[1].header("if-match"), Some("\"abc\""));
    assert_eq!(sent[1].header("content-type"), Some("application/json"));
    assert_eq!(sent[1].body, "[1]");
    // A streaming trailer is what stand-ins for S3 do not understand.
    assert_eq!(sent[1].header("x-amz-trailer"), None);
}

#[tokio::test(start_paused = true)]
async fn a_lost_race_is_a_conflict_and_no_error() {
    let script = Script::new([
        error(412, "PreconditionFailed"),
        error(409, "ConditionalRequestConflict"),
        error(404, "NoSuchKey"),
        error(404, "NoSuchBucket"),
        error(403, "AccessDenied"),
    ]);
    let store = S3Store::new(&script.aws(), "state");
    let unchanged = Precondition::Unchanged("\"abc\"".to_owned());
    for _ in 0..3 {
        assert_eq!(
            store.put("s", b"{}", &unchanged).await,
            Ok(PutOutcome::Conflict)
        );
    }
    let missing = store.put("s", b"{}", &unchanged).await.unwrap_err();
    assert_eq!(missing.class, ErrorClass::NotFound);
    let denied = store
        .put("s", b"{}", &Precondition::Absent)
        .await
        .unwrap_err();
    assert_eq!(
        (denied.class, denied.action.as_str()),
        (ErrorClass::Denied, "s3:PutObject")
    );
}

#[tokio::test(start_paused = true)]
async fn keys_are_listed_over_pages_after_a_key() {
    let script = Script::new([page(&["j/2", "j/3"], Some("t+/=")), page(&["j/4"], None)]);
    let keys = S3Store::new(&script.aws(), "state")
        .keys_after("j/", "j/1", None)
        .await
        .unwrap();
    assert_eq!(keys, ["j/2", "j/3", "j/4"]);
    let sent = script.sent();
    assert!(sent[0].uri.contains("start-after=j%2F1") && sent[0].uri.contains("max-keys=1000"));
    assert!(
        sent[1].uri.contains("continuation-token=t%2B%2F%3D"),
        "{}",
        sent[1].uri
    );
}

#[tokio::test(start_paused = true)]
async fn a_limit_ends_the_listing() {
    let script = Script::new([page(&["j/2", "j/3"], Some("next"))]);
    let keys = S3Store::new(&script.aws(), "state")
        .keys_after("j/", "", Some(2))
        .await
        .unwrap();
    assert_eq!(keys, ["j/2", "j/3"]);
    let sent = script.sent();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].uri.contains("max-keys=2") && !sent[0].uri.contains("start-after"));
}

#[tokio::test(start_paused = true)]
async fn a_page_that_comes_again_does_not_loop() {
    let script = Script::new([page(&["a"], Some("t")), page(&["b"], Some("t"))]);
    let error = S3Store::new(&script.aws(), "state")
        .keys_after("", "", None)
        .await
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::Unavailable);
    assert_eq!(script.sent().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn throttling_is_retried_and_reported_when_it_lasts() {
    let busy = || error(503, "SlowDown");
    let script = Script::new([
        busy(),
        Reply::ok("{}").header("etag", "e"),
        busy(),
        busy(),
        busy(),
    ]);
    let store = S3Store::new(&script.aws(), "state");
    assert!(store.get("a").await.unwrap().is_some());
    assert_eq!(
        store.get("a").await.unwrap_err().class,
        ErrorClass::Throttled
    );
    assert_eq!(script.sent().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_malformed_listing_is_no_empty_listing() {
    let script = Script::new([Reply::ok("<ListBucketResult><Contents>")]);
    let error = S3Store::new(&script.aws(), "state")
        .keys_after("", "", None)
        .await
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::Unavailable);
}

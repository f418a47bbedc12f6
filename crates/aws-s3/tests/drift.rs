//! What the reader of buckets asks, and what it makes of what comes back.

#![expect(clippy::unwrap_used, reason = "a test may end at once")]

use afterhours_aws::testing::{Reply, Script, Sent};
use afterhours_aws_s3::drift::{BucketReader, READ_ACTIONS};
use afterhours_diff::{HoleClass, Listing, Live, Origin, Wanted, WantedKeys};
use afterhours_ports::Reader as _;
use serde_json::{Value, json};

const BUCKET: &str = "aws_s3_bucket";

/// The calls of a bucket that is named, by the parameter that tells them apart, and an answer that says "nothing there".
const PARTS: &[(&str, &str)] = &[
    ("?tagging", "NoSuchTagSet"),
    ("?policy", "NoSuchBucketPolicy"),
    ("?acl", ""),
    ("?versioning", ""),
    (
        "?encryption",
        "ServerSideEncryptionConfigurationNotFoundError",
    ),
    ("?lifecycle", "NoSuchLifecycleConfiguration"),
    ("?logging", ""),
    ("?website", "NoSuchWebsiteConfiguration"),
    ("?cors", "NoSuchCORSConfiguration"),
    ("?replication", "ReplicationConfigurationNotFoundError"),
    ("?object-lock", "ObjectLockConfigurationNotFoundError"),
    ("?accelerate", ""),
    ("?requestPayment", ""),
];

fn error(status: u16, code: &str) -> Reply {
    let body = format!("<Error><Code>{code}</Code><Message>said {code}</Message></Error>");
    Reply::new(status, body)
}

fn wanted(keys: &[(&'static str, &[&str])]) -> Wanted {
    let mut wanted = Wanted {
        account: "123456789012".to_owned(),
        region: "eu-central-1".to_owned(),
        ..Wanted::default()
    };
    for (kind, keys) in keys {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        wanted.kinds.insert(
            kind,
            WantedKeys {
                keys,
                others: false,
            },
        );
    }
    wanted
}

fn and_others(mut wanted: Wanted) -> Wanted {
    wanted.kinds.entry(BUCKET).or_default().others = true;
    wanted
}

/// The list of all buckets; an empty region is one that S3 does not name.
fn list(buckets: &[(&str, &str)], next: Option<&str>) -> Reply {
    let buckets: Vec<String> = buckets
        .iter()
        .map(|(name, region)| {
            let region = match *region {
                "" => String::new(),
                region => format!("<BucketRegion>{region}</BucketRegion>"),
            };
            format!("<Bucket><Name>{name}</Name>{region}</Bucket>")
        })
        .collect();
    let next = next.map_or_else(String::new, |token| {
        format!("<ContinuationToken>{token}</ContinuationToken>")
    });
    Reply::ok(format!(
        "<ListAllMyBucketsResult><Buckets>{}</Buckets>{next}</ListAllMyBucketsResult>",
        buckets.concat()
    ))
    .when("max-buckets")
}

/// An answer without content to each call of a bucket.
fn bare() -> Vec<Reply> {
    PARTS
        .iter()
        .map(|(part, absent)| match *absent {
            "" => Reply::ok(empty(part)).when(part),
            code => error(404, code).when(part),
        })
        .collect()
}

fn empty(part: &str) -> String {
    match part {
        "?acl" => acl(&[("CanonicalUser", "owner", "FULL_CONTROL")]),
        "?requestPayment" => {
            "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>"
                .to_owned()
        }
        "?versioning" => "<VersioningConfiguration/>".to_owned(),
        "?logging" => "<BucketLoggingStatus/>".to_owned(),
        _ => "<AccelerateConfiguration/>".to_owned(),
    }
}

fn acl(grants: &[(&str, &str, &str)]) -> String {
    let grants: Vec<String> = grants
        .iter()
        .map(|(kind, who, permission)| {
            let who = match *kind {
                "Group" => format!("<URI>{who}</URI>"),
                _ => format!("<ID>{who}</ID>"),
            };
            format!(
                r#"<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="{kind}">{who}</Grantee><Permission>{permission}</Permission></Grant>"#
            )
        })
        .collect();
    format!(
        "<AccessControlPolicy><Owner><ID>owner</ID></Owner><AccessControlList>{}</AccessControlList></AccessControlPolicy>",
        grants.concat()
    )
}

async fn read(script: &Script, wanted: &Wanted) -> Vec<Listing> {
    BucketReader::new(&script.aws()).read(wanted).await
}

async fn only(script: &Script, wanted: &Wanted) -> Listing {
    let mut listings = read(script, wanted).await;
    assert_eq!(listings.len(), 1, "{listings:?}");
    listings.remove(0)
}

fn paths(script: &Script) -> Vec<String> {
    let path = |sent: &Sent| {
        let rest = sent.uri.split("amazonaws.com").nth(1).unwrap_or_default();
        format!("{} {rest}", sent.method)
    };
    script.sent().iter().map(path).collect()
}

fn first(listing: &Listing) -> &Live {
    listing.objects.first().unwrap()
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_where_nothing_of_it_is_wanted() {
    let script = Script::new([]);
    let wanted = wanted(&[("aws_vpc", &["vpc-1"]), (BUCKET, &[])]);
    assert!(read(&script, &wanted).await.is_empty());
    assert!(script.sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_named_bucket_takes_one_list_and_one_call_for_each_of_its_parts() {
    let mut replies = bare();
    replies.push(list(&[("models", "eu-central-1")], None));
    let script = Script::new(replies);
    let listing = only(&script, &wanted(&[(BUCKET, &["models"])])).await;
    assert_eq!(
        (listing.incomplete.as_ref(), listing.unread.len()),
        (None, 0)
    );
    let live = first(&listing);
    assert_eq!((live.key.as_str(), live.id.as_str()), ("models", "models"));
    assert_eq!(live.arn.as_deref(), Some("arn:aws:s3:::models"));
    assert!(live.holes.is_empty(), "{:?}", live.holes);
    assert_eq!(
        Value::Object(live.attributes.clone()),
        json!({
            "arn": "arn:aws:s3:::models",
            "bucket": "models",
            "region": "eu-central-1",
            "bucket_region": "eu-central-1",
            "tags": {},
            "policy": "",
            "acl": "private",
            "grant": [{"type": "CanonicalUser", "id": "owner", "uri": "", "permissions": ["FULL_CONTROL"], "canned": true}],
            "versioning": [{"enabled": false, "mfa_delete": false}],
            "server_side_encryption_configuration": [],
            "lifecycle_rule": [],
            "logging": [],
            "website": [],
            "cors_rule": [],
            "replication_configuration": [],
            "object_lock_enabled": false,
            "object_lock_configuration": [],
            "acceleration_status": "",
            "request_payer": "BucketOwner",
        })
    );
    let mut paths = paths(&script);
    assert_eq!(paths.remove(0), "GET /?x-id=ListBuckets&max-buckets=10000");
    paths.sort();
    let mut expected: Vec<String> = PARTS
        .iter()
        .map(|(part, _)| format!("GET /{part}"))
        .collect();
    expected.sort();
    assert_eq!(paths, expected);
}

#[tokio::test(start_paused = true)]
async fn only_the_parts_that_are_named_are_asked_for() {
    let script = Script::new([
        list(&[("models", "eu-central-1"), ("tables", "eu-central-1")], None),
        Reply::ok(r#"{"Version":"2012-10-17","Statement":[]}"#).when("?policy"),
        Reply::ok("<InventoryConfiguration><Id>weekly</Id><IsEnabled>true</IsEnabled><IncludedObjectVersions>All</IncludedObjectVersions><Destination><S3BucketDestination><Bucket>arn:aws:s3:::logs</Bucket><Format>CSV</Format><Encryption><SSE-S3/></Encryption></S3BucketDestination></Destination><Schedule><Frequency>Weekly</Frequency></Schedule></InventoryConfiguration>").when("?inventory"),
    ]);
    let wanted = wanted(&[
        ("aws_s3_bucket_policy", &["models"]),
        ("aws_s3_bucket_inventory", &["tables|weekly"]),
    ]);
    let listings = read(&script, &wanted).await;
    assert_eq!(
        listings
            .iter()
            .map(|listing| listing.kind)
            .collect::<Vec<_>>(),
        ["aws_s3_bucket_inventory", "aws_s3_bucket_policy"]
    );
    let inventory = first(&listings[0]);
    assert_eq!(
        (inventory.key.as_str(), inventory.id.as_str()),
        ("tables|weekly", "tables:weekly")
    );
    assert_eq!(
        inventory.attributes["destination"][0]["bucket"][0]["encryption"],
        json!([{"sse_kms": [], "sse_s3": [{}]}])
    );
    assert_eq!(
        first(&listings[1]).attributes["policy"],
        r#"{"Version":"2012-10-17","Statement":[]}"#
    );
    let mut paths = paths(&script);
    paths.sort();
    assert_eq!(
        paths,
        [
            "GET /?inventory&x-id=GetBucketInventoryConfiguration&id=weekly",
            "GET /?policy",
            "GET /?x-id=ListBuckets&max-buckets=10000"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_type_of_its_own_manages_is_compared_there_and_asked_for_once() {
    let mut replies = bare();
    replies.push(list(&[("models", "eu-central-1")], None));
    let script = Script::new(replies);
    let wanted = wanted(&[
        (BUCKET, &["models"]),
        ("aws_s3_bucket_versioning", &["models"]),
        ("aws_s3_bucket_acl", &["models"]),
    ]);
    let listings = read(&script, &wanted).await;
    let bucket = first(&listings[0]);
    for there in ["versioning", "acl", "grant"] {
        assert!(!bucket.attributes.contains_key(there), "{there}");
    }
    assert!(bucket.attributes.contains_key("policy"));
    let of = |kind: &str| {
        let listing = listings.iter().find(|listing| listing.kind == kind);
        first(listing.unwrap()).attributes.clone()
    };
    assert_eq!(
        of("aws_s3_bucket_versioning")["versioning_configuration"],
        json!([{"status": "Disabled", "mfa_delete": "Disabled"}])
    );
    assert_eq!(of("aws_s3_bucket_acl")["acl"], "private");
    assert_eq!(
        of("aws_s3_bucket_acl")["access_control_policy"],
        json!([{
            "grant": [{"permission": "FULL_CONTROL", "grantee": [{"id": "owner", "type": "CanonicalUser", "uri": ""}]}],
            "owner": [{"id": "owner"}],
        }])
    );
    let asked = paths(&script);
    assert_eq!(
        asked
            .iter()
            .filter(|path| path.ends_with("?versioning"))
            .count(),
        1
    );
}

#[tokio::test(start_paused = true)]
async fn a_denied_throttled_or_failing_part_is_a_hole_of_that_part_alone() {
    for (part, _) in PARTS {
        for (status, code, class) in [
            (403, "AccessDenied", HoleClass::Denied),
            (503, "SlowDown", HoleClass::Throttled),
            (500, "InternalError", HoleClass::Failed),
            (404, "NoSuchBucket", HoleClass::Failed),
            (400, "Strange", HoleClass::Failed),
        ] {
            let mut replies: Vec<Reply> = (0..3).map(|_| error(status, code).when(part)).collect();
            replies.extend(bare());
            replies.push(list(&[("models", "eu-central-1")], None));
            let listing = only(&Script::new(replies), &wanted(&[(BUCKET, &["models"])])).await;
            assert_eq!(
                (listing.incomplete.as_ref(), listing.unread.len()),
                (None, 0)
            );
            let live = first(&listing);
            assert!(!live.holes.is_empty(), "{part} {code}");
            for (name, hole) in &live.holes {
                assert_eq!(hole.class, class, "{part} {code}: {hole:?}");
                assert!(hole.message.starts_with(code), "{hole:?}");
                assert!(READ_ACTIONS.contains(&hole.action.as_str()), "{hole:?}");
                assert!(!live.attributes.contains_key(name), "{part} {name}");
            }
            let known = live.attributes.len() + live.holes.len();
            // The tags have a hole under both of their names.
            assert_eq!(known, 19 + usize::from(*part == "?tagging"), "{part}");
        }
    }
}

/// Types of their own: the key, the call, and the code that says that there is none.
const KINDS: &[(&str, &str, &str, &str)] = &[
    (
        "aws_s3_bucket_policy",
        "models",
        "?policy",
        "NoSuchBucketPolicy",
    ),
    (
        "aws_s3_bucket_public_access_block",
        "models",
        "?publicAccessBlock",
        "NoSuchPublicAccessBlockConfiguration",
    ),
    (
        "aws_s3_bucket_ownership_controls",
        "models",
        "?ownershipControls",
        "OwnershipControlsNotFoundError",
    ),
    (
        "aws_s3_bucket_server_side_encryption_configuration",
        "models",
        "?encryption",
        "ServerSideEncryptionConfigurationNotFoundError",
    ),
    (
        "aws_s3_bucket_lifecycle_configuration",
        "models",
        "?lifecycle",
        "NoSuchLifecycleConfiguration",
    ),
    (
        "aws_s3_bucket_website_configuration",
        "models",
        "?website",
        "NoSuchWebsiteConfiguration",
    ),
    (
        "aws_s3_bucket_cors_configuration",
        "models",
        "?cors",
        "NoSuchCORSConfiguration",
    ),
    (
        "aws_s3_bucket_replication_configuration",
        "models",
        "?replication",
        "ReplicationConfigurationNotFoundError",
    ),
    (
        "aws_s3_bucket_object_lock_configuration",
        "models",
        "?object-lock",
        "ObjectLockConfigurationNotFoundError",
    ),
    (
        "aws_s3_bucket_accelerate_configuration",
        "models",
        "?accelerate",
        "MethodNotAllowed",
    ),
    (
        "aws_s3_bucket_inventory",
        "models|x",
        "?inventory",
        "NoSuchConfiguration",
    ),
    (
        "aws_s3_bucket_metric",
        "models|x",
        "?metrics",
        "NoSuchConfiguration",
    ),
    (
        "aws_s3_bucket_analytics_configuration",
        "models|x",
        "?analytics",
        "NoSuchConfiguration",
    ),
    (
        "aws_s3_bucket_intelligent_tiering_configuration",
        "models|x",
        "?intelligent-tiering",
        "NoSuchConfiguration",
    ),
];

#[tokio::test(start_paused = true)]
async fn a_part_of_its_own_is_gone_by_its_code_and_unread_by_any_other() {
    for (kind, key, part, absent) in KINDS {
        let wanted = wanted(&[(kind, &[key])]);
        let buckets = || list(&[("models", "eu-central-1")], None);
        let gone = only(
            &Script::new([buckets(), error(404, absent).when(part)]),
            &wanted,
        )
        .await;
        assert!(
            gone.objects.is_empty() && gone.unread.is_empty() && gone.incomplete.is_none(),
            "{gone:?}"
        );
        for (status, code, class) in [
            (403, "AccessDenied", HoleClass::Denied),
            (503, "SlowDown", HoleClass::Throttled),
            (404, "NoSuchSomething", HoleClass::Failed),
        ] {
            let replies = (0..3).map(|_| error(status, code).when(part));
            let script = Script::new(replies.chain([buckets()]));
            let unread = only(&script, &wanted).await;
            assert!(unread.objects.is_empty(), "{unread:?}");
            assert_eq!(unread.unread[*key].class, class, "{kind} {code}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn parts_that_every_bucket_has_are_never_gone() {
    for (kind, part) in [
        ("aws_s3_bucket_acl", "?acl"),
        ("aws_s3_bucket_versioning", "?versioning"),
        ("aws_s3_bucket_logging", "?logging"),
        ("aws_s3_bucket_notification", "?notification"),
        (
            "aws_s3_bucket_request_payment_configuration",
            "?requestPayment",
        ),
    ] {
        let wanted = wanted(&[(kind, &["models"])]);
        let script = Script::new([
            list(&[("models", "eu-central-1")], None),
            error(404, "NoSuchConfiguration").when(part),
        ]);
        let listing = only(&script, &wanted).await;
        assert_eq!(listing.unread["models"].class, HoleClass::Failed, "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_bucket_of_another_region_is_asked_there() {
    let mut replies = bare();
    replies.push(list(
        &[
            ("models", "us-east-1"),
            ("other", "us-east-1"),
            ("mine", "eu-central-1"),
        ],
        None,
    ));
    let script = Script::new(replies);
    let listing = only(&script, &and_others(wanted(&[(BUCKET, &["models"])]))).await;
    assert_eq!(first(&listing).attributes["region"], "us-east-1");
    // Of the others, only those of the region that is looked at.
    let keys: Vec<&str> = listing
        .objects
        .iter()
        .map(|live| live.key.as_str())
        .collect();
    assert_eq!(keys, ["models", "mine"]);
    let sent = script.sent();
    assert!(
        sent[0].uri.starts_with("https://s3.eu-central-1."),
        "{}",
        sent[0].uri
    );
    assert!(
        sent[1..]
            .iter()
            .all(|sent| sent.uri.starts_with("https://models.s3.us-east-1.")),
        "{sent:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn pages_of_the_list_are_followed_to_their_end() {
    let script = Script::new([
        list(&[("a", "eu-central-1")], Some("t1")),
        list(&[("b", "eu-central-1")], None),
    ]);
    let listing = only(&script, &and_others(wanted(&[]))).await;
    assert_eq!(listing.objects.len(), 2);
    assert_eq!(listing.incomplete, None);
    assert!(script.sent()[1].uri.contains("continuation-token=t1"));
    // A token that comes again would go on for ever.
    let script = Script::new([
        list(&[("a", "eu-central-1")], Some("t1")),
        list(&[("b", "eu-central-1")], Some("t1")),
    ]);
    let listing = only(&script, &and_others(wanted(&[]))).await;
    let hole = listing.incomplete.unwrap();
    assert_eq!(
        (hole.class, hole.action.as_str()),
        (HoleClass::Failed, "s3:ListAllMyBuckets")
    );
}

#[tokio::test(start_paused = true)]
async fn without_the_list_each_named_bucket_is_asked_for_and_the_others_stay_unknown() {
    for (status, code, class) in [
        (403, "AccessDenied", HoleClass::Denied),
        (503, "SlowDown", HoleClass::Throttled),
        (500, "InternalError", HoleClass::Failed),
    ] {
        let mut replies: Vec<Reply> = (0..3)
            .map(|_| error(status, code).when("max-buckets"))
            .collect();
        replies.push(
            Reply::ok("")
                .header("x-amz-bucket-region", "eu-central-1")
                .when("//models."),
        );
        replies.push(error(404, "NoSuchBucket").when("//gone.s3.eu-central-1.amazonaws.com/?acl"));
        replies.push(Reply::new(404, "").when("//gone."));
        replies.extend((0..3).map(|_| Reply::new(403, "").when("//secret.")));
        replies.extend(bare());
        let script = Script::new(replies);
        let wanted = and_others(wanted(&[(BUCKET, &["models", "gone", "secret"])]));
        let listing = only(&script, &wanted).await;
        assert_eq!(listing.incomplete.as_ref().unwrap().class, class);
        assert_eq!(listing.objects.len(), 1);
        assert_eq!(first(&listing).key, "models");
        assert_eq!(listing.unread.len(), 1);
        assert_eq!(listing.unread["secret"].class, HoleClass::Denied);
        assert_eq!(listing.unread["secret"].action, "s3:ListBucket");
    }
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_the_list_lacks_is_gone_only_if_it_says_so_itself() {
    let listed = || list(&[("x", "eu-central-1")], None);
    let wanted = wanted(&[(BUCKET, &["models"]), ("aws_s3_bucket_policy", &["models"])]);
    let script = Script::new([
        listed(),
        error(404, "NoSuchBucket").when("?acl"),
        Reply::new(404, "").when("//models."),
    ]);
    for listing in read(&script, &wanted).await {
        assert!(
            listing.objects.is_empty() && listing.unread.is_empty(),
            "{listing:?}"
        );
        assert_eq!(listing.incomplete, None);
    }
    let head = script.sent().into_iter().find(|sent| sent.method == "HEAD");
    assert!(
        head.unwrap()
            .uri
            .starts_with("https://models.s3.eu-central-1.")
    );
    for (status, class) in [
        (403, HoleClass::Denied),
        (400, HoleClass::Failed),
        (503, HoleClass::Failed),
    ] {
        let heads = (0..3).map(|_| Reply::new(status, "").when("//models."));
        let script = Script::new(heads.chain([listed()]));
        for listing in read(&script, &wanted).await {
            assert_eq!(listing.unread["models"].class, class, "{listing:?}");
        }
    }
    // A 404 that S3 does not explain: somebody between may have answered.
    let script = Script::new([
        listed(),
        Reply::new(404, "not here").when("?acl"),
        Reply::new(404, "").when("//models."),
    ]);
    for listing in read(&script, &wanted).await {
        assert_eq!(
            listing.unread["models"].class,
            HoleClass::Failed,
            "{listing:?}"
        );
    }
    // One of another account, which the list of this one cannot have.
    let script = Script::new([
        listed(),
        Reply::ok("").when("//models."),
        Reply::ok("{}").when("?policy"),
    ]);
    let policy = self::wanted(&[("aws_s3_bucket_policy", &["models"])]);
    assert_eq!(only(&script, &policy).await.objects.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn confirming_asks_for_each_bucket_by_its_name_and_for_no_list() {
    let mut confirm = wanted(&[
        (BUCKET, &["gone", "moved"]),
        ("aws_s3_bucket_public_access_block", &["there"]),
    ]);
    confirm.confirm = true;
    let mut replies = vec![
        error(404, "NoSuchBucket").when("//gone.s3.eu-central-1.amazonaws.com/?acl"),
        Reply::new(404, "").when("//gone."),
        Reply::new(301, "")
            .header("x-amz-bucket-region", "us-west-2")
            .when("//moved."),
        Reply::ok("").when("//there."),
        error(404, "NoSuchPublicAccessBlockConfiguration").when("?publicAccessBlock"),
    ];
    replies.extend(bare());
    let script = Script::new(replies);
    let listings = read(&script, &confirm).await;
    assert_eq!(first(&listings[0]).key, "moved");
    assert_eq!(first(&listings[0]).attributes["region"], "us-west-2");
    assert_eq!(listings[0].objects.len(), 1);
    assert!(listings[1].objects.is_empty() && listings[1].unread.is_empty());
    assert!(
        !paths(&script)
            .iter()
            .any(|path| path.contains("max-buckets"))
    );
    let sent = script.sent();
    assert_eq!(sent.iter().filter(|sent| sent.method == "HEAD").count(), 3);
    assert!(
        sent.iter()
            .any(|sent| sent.uri.starts_with("https://moved.s3.us-west-2."))
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_read_is_a_hole() {
    let mut replies: Vec<Reply> = (0..3)
        .map(|_| Reply::ok("<Something/>").when("?versioning"))
        .collect();
    replies.extend(bare());
    replies.push(list(&[("models", "eu-central-1")], None));
    let listing = only(&Script::new(replies), &wanted(&[(BUCKET, &["models"])])).await;
    assert_eq!(first(&listing).holes["versioning"].class, HoleClass::Failed);
    assert!(!first(&listing).attributes.contains_key("versioning"));
}

#[tokio::test(start_paused = true)]
async fn grants_are_a_canned_acl_where_they_are_exactly_one() {
    const ALL: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
    const LOGS: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";
    let owner = ("CanonicalUser", "owner", "FULL_CONTROL");
    for (grants, canned) in [
        (vec![owner], json!("private")),
        (vec![("Group", ALL, "READ"), owner], json!("public-read")),
        (
            vec![owner, ("Group", ALL, "WRITE"), ("Group", ALL, "READ")],
            json!("public-read-write"),
        ),
        (
            vec![owner, ("Group", LOGS, "WRITE"), ("Group", LOGS, "READ_ACP")],
            json!("log-delivery-write"),
        ),
        (vec![owner, ("Group", ALL, "WRITE")], Value::Null),
        (
            vec![("CanonicalUser", "stranger", "FULL_CONTROL")],
            Value::Null,
        ),
        (
            vec![owner, ("CanonicalUser", "stranger", "FULL_CONTROL")],
            Value::Null,
        ),
        (vec![("Group", ALL, "READ")], Value::Null),
    ] {
        let script = Script::new([
            list(&[("models", "eu-central-1")], None),
            Reply::ok(acl(&grants)).when("?acl"),
        ]);
        let listing = only(&script, &wanted(&[("aws_s3_bucket_acl", &["models"])])).await;
        assert_eq!(first(&listing).attributes["acl"], canned, "{grants:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn buckets_of_tools_that_aws_made_are_told_by_their_whole_name() {
    let script = Script::new([list(
        &[
            (
                "cdk-hnb659fds-assets-123456789012-eu-central-1",
                "eu-central-1",
            ),
            (
                "cdk-hnb659fds-assets-999999999999-eu-central-1",
                "eu-central-1",
            ),
            ("elasticbeanstalk-eu-central-1-123456789012", "eu-central-1"),
            ("sagemaker-eu-central-1-123456789012", "eu-central-1"),
            ("codepipeline-eu-central-1-123456", "eu-central-1"),
            ("codepipeline-eu-central-1-mine", "eu-central-1"),
            ("models", ""),
        ],
        None,
    )]);
    let listing = only(&script, &and_others(wanted(&[]))).await;
    let origins: Vec<(&str, bool)> = listing
        .objects
        .iter()
        .map(|live| (live.key.as_str(), live.origin == Origin::Ordinary))
        .collect();
    assert_eq!(
        origins,
        [
            ("cdk-hnb659fds-assets-123456789012-eu-central-1", false),
            ("cdk-hnb659fds-assets-999999999999-eu-central-1", true),
            ("codepipeline-eu-central-1-123456", false),
            ("codepipeline-eu-central-1-mine", true),
            ("elasticbeanstalk-eu-central-1-123456789012", false),
            ("models", true),
            ("sagemaker-eu-central-1-123456789012", false),
        ]
    );
    assert_eq!(script.sent().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn every_bucket_is_asked_once_however_many_there_are() {
    let names: Vec<String> = (0..40).map(|number| format!("b{number:02}")).collect();
    let keys: Vec<&str> = names.iter().map(String::as_str).collect();
    let buckets: Vec<(&str, &str)> = keys.iter().map(|key| (*key, "eu-central-1")).collect();
    let mut replies = vec![list(&buckets, None)];
    replies.extend(keys.iter().map(|_| {
        Reply::ok("<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
            .when("?versioning")
    }));
    let script = Script::new(replies);
    let listing = only(&script, &wanted(&[("aws_s3_bucket_versioning", &keys)])).await;
    assert_eq!(listing.objects.len(), 40);
    assert_eq!(script.sent().len(), 41);
}

#[tokio::test(start_paused = true)]
async fn answers_of_other_stores_are_read_by_their_own_names() {
    let mut replies = vec![
        Reply::ok("<GetBucketVersioningResponse><Status>Enabled</Status></GetBucketVersioningResponse>")
            .when("?versioning"),
        Reply::ok("<GetBucketAccelerateConfigurationResponse><Status>Suspended</Status></GetBucketAccelerateConfigurationResponse>")
            .when("?accelerate"),
        Reply::ok("<ListBucketResult><Name>models</Name></ListBucketResult>")
            .when("?requestPayment"),
        // A list without regions: the bucket is asked for its own.
        list(&[("models", "")], None),
        Reply::ok("")
            .header("x-amz-bucket-region", "eu-central-1")
            .when("amazonaws.com/"),
    ];
    replies.extend(bare());
    let script = Script::new(replies);
    let listing = only(&script, &wanted(&[(BUCKET, &["models"])])).await;
    let live = first(&listing);
    assert!(live.holes.is_empty(), "{:?}", live.holes);
    assert_eq!(
        live.attributes["versioning"],
        json!([{"enabled": true, "mfa_delete": false}])
    );
    assert_eq!(live.attributes["acceleration_status"], "Suspended");
    assert_eq!(live.attributes["request_payer"], "BucketOwner");
    assert_eq!(live.attributes["region"], "eu-central-1");
}

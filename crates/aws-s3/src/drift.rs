//! Buckets and their parts, for the drift watcher.
//!
//! One list of all buckets tells which are there and in which region; the parts of a bucket are asked for only where a
//! state names the bucket or the part, sixteen calls at a time. A part that S3 says is not there is absent; a part that
//! could not be asked for is a hole of that part alone.

mod access;
mod ask;
mod content;
mod export;
mod lenient;
mod lifecycle;
mod notification;
mod origin;
mod part;
mod place;
mod replication;
mod said;
mod values;
mod website;

use std::collections::{BTreeMap, BTreeSet};

use afterhours_aws::{Aws, Service};
use afterhours_diff::{Hole, Listing, Live, Wanted};
use afterhours_ports::{PortResult, Reader, hole};
use async_trait::async_trait;
use aws_sdk_s3::Client;
use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use part::{About, PARTS};
use place::Place;
use said::Said;

/// What the reader may call, as IAM names it; `HeadBucket` is `s3:ListBucket`.
pub const READ_ACTIONS: &[&str] = &[
    "s3:GetAccelerateConfiguration",
    "s3:GetAnalyticsConfiguration",
    ACL,
    "s3:GetBucketCORS",
    "s3:GetBucketLogging",
    "s3:GetBucketNotification",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketRequestPayment",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetBucketWebsite",
    "s3:GetEncryptionConfiguration",
    "s3:GetIntelligentTieringConfiguration",
    "s3:GetInventoryConfiguration",
    "s3:GetLifecycleConfiguration",
    "s3:GetMetricsConfiguration",
    "s3:GetReplicationConfiguration",
    LIST,
    HEAD,
];

const ACL: &str = "s3:GetBucketAcl";
const LIST: &str = "s3:ListAllMyBuckets";
const HEAD: &str = "s3:ListBucket";

/// Calls at the same time.
const CONCURRENCY: usize = 16;

const BUCKET: &str = "aws_s3_bucket";

const KINDS: &[&str] = &[
    BUCKET,
    "aws_s3_bucket_accelerate_configuration",
    "aws_s3_bucket_acl",
    "aws_s3_bucket_analytics_configuration",
    "aws_s3_bucket_cors_configuration",
    "aws_s3_bucket_intelligent_tiering_configuration",
    "aws_s3_bucket_inventory",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_logging",
    "aws_s3_bucket_metric",
    "aws_s3_bucket_notification",
    "aws_s3_bucket_object_lock_configuration",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_replication_configuration",
    "aws_s3_bucket_request_payment_configuration",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
    "aws_s3_bucket_website_configuration",
];

/// Reads buckets and their parts.
#[derive(Debug, Clone)]
pub struct BucketReader {
    aws: Aws,
}

/// One part of one bucket; the last is the name of the configuration, where a bucket has several.
type Asked<'w> = (&'w str, part::Part, &'w str);

impl BucketReader {
    /// The buckets of the account that this connection speaks for.
    pub fn new(aws: &Aws) -> Self {
        Self { aws: aws.clone() }
    }

    fn client(&self, region: Option<&str>) -> Client {
        let aws = match region {
            Some(region) if region != self.aws.region() => self.aws.in_region(region),
            _ => self.aws.clone(),
        };
        let config = aws_sdk_s3::config::Builder::from(&aws.config(Service::S3))
            .force_path_style(aws.path_style())
            .build();
        Client::from_conf(config)
    }

    /// Finds the buckets that states name, and those that no state names; and why the list of all has an end.
    async fn find(&self, wanted: &Wanted) -> Found {
        let client = self.client(None);
        let named: BTreeSet<&str> = KINDS
            .iter()
            .flat_map(|kind| wanted.keys(kind))
            .map(|key| split(key).0)
            .collect();
        let listed = if wanted.confirm {
            Ok(BTreeMap::new())
        } else {
            place::list(&client).await
        };
        let (listed, ended) = match listed {
            Ok(listed) => (listed, None),
            Err(error) => (BTreeMap::new(), Some(hole(&error))),
        };
        // A bucket that the account's list lacks may be one of another account, or newer than the list; other stores that
        // speak S3 do not tell the region in it.
        let unplaced = named
            .iter()
            .copied()
            .filter(|name| listed.get(*name).is_none_or(Option::is_none));
        let mut places = place::heads(&client, unplaced.collect()).await;
        let mut others = Vec::new();
        for (name, region) in listed {
            if named.contains(name.as_str()) {
                // It is there, whatever it answered for itself.
                let answered = matches!(places.get(&name), Some(Place::In(Some(_))));
                if !answered {
                    places.insert(name, Place::In(region));
                }
            } else if region
                .as_deref()
                .is_none_or(|region| region == wanted.region)
            {
                others.push((name, region));
            }
        }
        Found {
            places,
            others,
            ended,
        }
    }

    /// Asks for the parts, several at a time.
    async fn ask<'w>(
        &self,
        asked: BTreeMap<Asked<'w>, &'static About>,
        places: &BTreeMap<String, Place>,
    ) -> BTreeMap<Asked<'w>, PortResult<Said>> {
        let mut clients: BTreeMap<Option<&str>, Client> = BTreeMap::new();
        let mut calls = Vec::new();
        for (key, about) in asked {
            if let Some(Place::In(region)) = places.get(key.0) {
                let region = region.as_deref();
                let client = clients
                    .entry(region)
                    .or_insert_with(|| self.client(region))
                    .clone();
                calls.push(answer(key, about, client));
            }
        }
        stream::iter(calls)
            .buffer_unordered(CONCURRENCY)
            .collect()
            .await
    }
}

async fn answer<'w>(
    key: Asked<'w>,
    about: &'static About,
    client: Client,
) -> (Asked<'w>, PortResult<Said>) {
    (key, ask::ask(about, &client, key.0, key.2).await)
}

struct Found {
    places: BTreeMap<String, Place>,
    others: Vec<(String, Option<String>)>,
    ended: Option<Hole>,
}

#[async_trait]
impl Reader for BucketReader {
    fn kinds(&self) -> &'static [&'static str] {
        KINDS
    }

    async fn read(&self, wanted: &Wanted) -> Vec<Listing> {
        let kinds: Vec<&'static str> = KINDS
            .iter()
            .copied()
            .filter(|kind| wanted.wants(kind))
            .collect();
        if kinds.is_empty() {
            return Vec::new();
        }
        let found = self.find(wanted).await;
        let answers = self.ask(asked(wanted), &found.places).await;
        let one = |kind| match About::of(kind) {
            Some(about) => parts(kind, about, wanted, &found.places, &answers),
            None => buckets(wanted, &found, &answers),
        };
        kinds.into_iter().map(one).collect()
    }
}

/// Every part that is wanted, once.
fn asked(wanted: &Wanted) -> BTreeMap<Asked<'_>, &'static About> {
    let mut asked = BTreeMap::new();
    for about in PARTS {
        for key in about.kind.into_iter().flat_map(|kind| wanted.keys(kind)) {
            let (bucket, name) = split(key);
            asked.insert((bucket, about.part, name), about);
        }
        if !about.inline.is_empty() {
            for bucket in wanted.keys(BUCKET) {
                asked.insert((bucket, about.part, ""), about);
            }
        }
    }
    asked
}

/// The bucket and the name of the configuration, of `bucket|name`.
fn split(key: &str) -> (&str, &str) {
    key.split_once('|').unwrap_or((key, ""))
}

fn parts(
    kind: &'static str,
    about: &About,
    wanted: &Wanted,
    places: &BTreeMap<String, Place>,
    answers: &BTreeMap<Asked<'_>, PortResult<Said>>,
) -> Listing {
    let mut listing = Listing::complete(kind, Vec::new());
    for key in wanted.keys(kind) {
        let (bucket, name) = split(key);
        match places.get(bucket) {
            None | Some(Place::Gone) => {}
            Some(Place::Unknown(hole)) => {
                listing.unread.insert(key.to_owned(), hole.clone());
            }
            Some(Place::In(region)) => match answers.get(&(bucket, about.part, name)) {
                None => {}
                Some(Err(error)) => {
                    listing.unread.insert(key.to_owned(), hole(error));
                }
                Some(Ok(said)) => {
                    let Some(own) = &said.own else {
                        continue;
                    };
                    let mut attributes = own.clone();
                    attributes.insert("bucket".to_owned(), Value::from(bucket));
                    insert_region(&mut attributes, region.as_deref());
                    listing.objects.push(Live {
                        kind,
                        key: key.to_owned(),
                        id: key.replacen('|', ":", 1),
                        attributes,
                        ..Live::default()
                    });
                }
            },
        }
    }
    listing
}

fn insert_region(attributes: &mut values::Object, region: Option<&str>) {
    if let Some(region) = region {
        attributes.insert("region".to_owned(), Value::from(region));
    }
}

fn buckets(
    wanted: &Wanted,
    found: &Found,
    answers: &BTreeMap<Asked<'_>, PortResult<Said>>,
) -> Listing {
    let mut listing = Listing::complete(BUCKET, Vec::new());
    for bucket in wanted.keys(BUCKET) {
        match found.places.get(bucket) {
            None | Some(Place::Gone) => {}
            Some(Place::Unknown(hole)) => {
                listing.unread.insert(bucket.to_owned(), hole.clone());
            }
            Some(Place::In(region)) => {
                let mut live = identity(bucket, region.as_deref(), wanted);
                for about in PARTS.iter().filter(|about| !about.inline.is_empty()) {
                    // What a type of its own manages is compared there: the bucket's copy in the state may be as old as
                    // the bucket.
                    let elsewhere = about.kind.is_some_and(|kind| wanted.names(kind, bucket));
                    match answers.get(&(bucket, about.part, "")) {
                        _ if elsewhere => {}
                        Some(Ok(said)) => live.attributes.extend(said.inline.clone()),
                        Some(Err(error)) => {
                            let hole = hole(error);
                            let names = about.inline.iter().map(|name| (*name).to_owned());
                            live.holes.extend(names.map(|name| (name, hole.clone())));
                        }
                        None => {}
                    }
                }
                listing.objects.push(live);
            }
        }
    }
    let others = wanted.kinds.get(BUCKET).is_some_and(|keys| keys.others);
    if others {
        listing.incomplete.clone_from(&found.ended);
        let named = |name: &str| wanted.names(BUCKET, name);
        for (name, region) in found.others.iter().filter(|(name, _)| !named(name)) {
            let mut live = identity(name, region.as_deref(), wanted);
            live.origin = origin::of(name, &wanted.account, &wanted.region);
            listing.objects.push(live);
        }
    }
    listing
}

fn identity(bucket: &str, region: Option<&str>, wanted: &Wanted) -> Live {
    let partition = match region.unwrap_or(&wanted.region) {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    let arn = format!("arn:{partition}:s3:::{bucket}");
    let mut attributes = values::object([
        ("arn", Value::from(arn.as_str())),
        ("bucket", Value::from(bucket)),
    ]);
    insert_region(&mut attributes, region);
    if let Some(region) = region {
        attributes.insert("bucket_region".to_owned(), Value::from(region));
    }
    Live {
        kind: BUCKET,
        key: bucket.to_owned(),
        id: bucket.to_owned(),
        arn: Some(arn),
        attributes,
        ..Live::default()
    }
}

//! S3: the bucket with everything inline, as provider 3 writes it, and the types of their own that provider 4 and
//! later make of it.
//!
//! What AWS fills in by itself: objects are encrypted with `AES256` since January 2023
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html>), the owner pays, versioning is off.

mod access;
mod bucket;
mod content;
mod export;
mod lifecycle;
mod replication;
mod same;

use super::{Attr, Key, Rule, Type};

pub(super) use same::key as kms_key;

pub(super) const TYPES: &[Type] = &[
    bucket::BUCKET,
    access::ACL,
    access::OWNERSHIP_CONTROLS,
    access::POLICY,
    access::PUBLIC_ACCESS_BLOCK,
    content::ACCELERATE,
    content::CORS,
    content::ENCRYPTION,
    content::LOGGING,
    content::NOTIFICATION,
    content::OBJECT_LOCK,
    content::REQUEST_PAYMENT,
    content::VERSIONING,
    content::WEBSITE,
    export::ANALYTICS,
    export::INVENTORY,
    export::METRIC,
    lifecycle::INTELLIGENT_TIERING,
    lifecycle::LIFECYCLE,
    replication::REPLICATION,
];

/// What every type of one bucket's part has.
const NAME: Attr = Attr::new("bucket", Rule::Scalar).availability();
const REGION: Attr = Attr::new("region", Rule::Scalar).availability();
const EXPECTED_OWNER: Attr = Attr::skip(
    "expected_bucket_owner",
    "a condition of the provider's requests, which S3 does not keep",
);
const ID: Attr = Attr::skip("id", "the provider's name for it, made of the bucket's");

/// A part of a bucket that exists at most once.
const fn part(name: &'static str, attributes: &'static [Attr]) -> Type {
    Type {
        name,
        key: Key::Attribute("bucket"),
        attributes,
        global: false,
        unmanaged: false,
    }
}

/// A configuration of a bucket that has a name.
const fn named(name: &'static str, attributes: &'static [Attr]) -> Type {
    Type {
        name,
        key: Key::Joined(&["bucket", "name"]),
        attributes,
        global: false,
        unmanaged: false,
    }
}

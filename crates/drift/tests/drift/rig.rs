//! States in memory, a reader that answers as told, and a bucket.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use std::sync::{Arc, Mutex};

use afterhours_core::alert::{Envelope, Scope};
use afterhours_core::memory::ScopeDocument;
use afterhours_diff::{Fingerprints, Hole, HoleClass, Listing, Live, Wanted};
use afterhours_drift::{
    Options, Place, Regions, Remembered, Scan, SourceError, StateSource, Subject, Told as Answer,
    WatchError, scan, watch,
};
use afterhours_ports::{PortResult, Precondition, Publisher, PutOutcome, Reader, Store, Stored};
use afterhours_tfstate::LockInfo;
use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Value, json};

pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const REGION: &str = "eu-central-1";

/// A state with these resources, serial 7.
pub(crate) fn state(resources: Value) -> Value {
    json!({"version": 4, "terraform_version": "1.11.4", "serial": 7, "lineage": "l", "outputs": {},
           "resources": resources, "check_results": null})
}

/// One managed resource with one instance.
pub(crate) fn resource(kind: &str, name: &str, attributes: Value) -> Value {
    json!({"mode": "managed", "type": kind, "name": name,
           "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
           "instances": [{"schema_version": 1, "attributes": attributes}]})
}

/// A key pair, the smallest type there is: the state's side.
pub(crate) fn key_pair(name: &str, tags: Value) -> Value {
    resource(
        "aws_key_pair",
        name,
        json!({"id": name, "key_name": name, "fingerprint": "f", "tags": tags}),
    )
}

/// Its live side.
pub(crate) fn live(kind: &'static str, key: &str, attributes: Value) -> Live {
    let Value::Object(mut attributes) = attributes else {
        panic!("attributes are an object");
    };
    if kind == "aws_key_pair" {
        attributes.insert("fingerprint".to_owned(), json!("f"));
    }
    Live {
        kind,
        key: key.to_owned(),
        id: key.to_owned(),
        attributes,
        ..Live::default()
    }
}

pub(crate) fn hole(class: HoleClass) -> Hole {
    Hole {
        class,
        action: "ec2:DescribeKeyPairs".to_owned(),
        message: "no".to_owned(),
    }
}

/// What becomes of a state between the two readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Quiet,
    Written,
    Locked,
    Unknown,
}

pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) fate: Fate,
    pub(crate) lock_since: Option<Timestamp>,
}

impl Source {
    pub(crate) fn new(name: &str, state: &Value) -> Self {
        Self {
            name: name.to_owned(),
            bytes: state.to_string().into_bytes(),
            fate: Fate::Quiet,
            lock_since: None,
        }
    }
}

#[async_trait]
impl StateSource for Source {
    fn name(&self) -> &str {
        &self.name
    }

    fn workspace(&self) -> Option<&str> {
        None
    }

    fn content(&self) -> Option<&str> {
        None
    }

    async fn lock(&self) -> Result<Option<LockInfo>, SourceError> {
        Ok((self.fate == Fate::Locked).then(|| LockInfo {
            id: "1".to_owned(),
            operation: "OperationTypeApply".to_owned(),
            info: String::new(),
            who: "ops@ci".to_owned(),
            version: String::new(),
            created: self.lock_since,
            path: String::new(),
        }))
    }

    async fn open(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        Ok(Box::new(Cursor::new(self.bytes.clone())))
    }

    async fn is_unchanged(&self) -> Result<bool, SourceError> {
        match self.fate {
            Fate::Written => Ok(false),
            Fate::Unknown => Err(SourceError {
                message: "s3:GetObject is denied".to_owned(),
                is_superseded: false,
            }),
            Fate::Quiet | Fate::Locked => Ok(true),
        }
    }
}

/// Answers as told: objects it lists, objects it only finds when asked for each, and faults.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) listed: Vec<Live>,
    pub(crate) only_when_asked: Vec<Live>,
    pub(crate) incomplete: BTreeMap<&'static str, Hole>,
    pub(crate) unread: BTreeMap<String, Hole>,
    pub(crate) confirm_fails: Option<Hole>,
    pub(crate) asked: Mutex<Vec<Wanted>>,
}

const KINDS: [&str; 5] = [
    "aws_key_pair",
    "aws_autoscaling_group",
    "aws_autoscaling_policy",
    "aws_autoscaling_schedule",
    "aws_sagemaker_endpoint",
];

#[async_trait]
impl Reader for Told {
    fn kinds(&self) -> &'static [&'static str] {
        &KINDS
    }

    async fn read(&self, wanted: &Wanted) -> Vec<Listing> {
        self.asked.lock().unwrap().push(wanted.clone());
        KINDS
            .iter()
            .copied()
            .filter(|kind| wanted.wants(kind))
            .map(|kind| {
                let mut objects: Vec<Live> = self.listed.clone();
                if wanted.confirm {
                    objects.extend(self.only_when_asked.clone());
                }
                objects.retain(|live| {
                    let others = wanted.kinds.get(kind).is_some_and(|keys| keys.others);
                    live.kind == kind && (others || wanted.names(kind, &live.key))
                });
                let mut listing = Listing::complete(kind, objects);
                listing.incomplete = self.incomplete.get(kind).cloned();
                if wanted.confirm && self.confirm_fails.is_some() {
                    listing.incomplete.clone_from(&self.confirm_fails);
                }
                listing.unread = self
                    .unread
                    .iter()
                    .filter(|(key, _)| wanted.names(kind, key))
                    .map(|(key, hole)| (key.clone(), hole.clone()))
                    .collect();
                listing
            })
            .collect()
    }
}

pub(crate) struct World {
    pub(crate) reader: Arc<Told>,
    pub(crate) memory: Option<ScopeDocument>,
}

impl World {
    pub(crate) fn of(reader: Told) -> Self {
        Self {
            reader: Arc::new(reader),
            memory: None,
        }
    }

    pub(crate) fn listing(objects: Vec<Live>) -> Self {
        Self::of(Told {
            listed: objects,
            ..Told::default()
        })
    }
}

#[async_trait]
impl Regions for World {
    fn default_place(&self) -> Place {
        Place {
            account: ACCOUNT.to_owned(),
            region: REGION.to_owned(),
        }
    }

    async fn readers(&self, place: &Place) -> Result<Vec<Arc<dyn Reader>>, Hole> {
        if place.account == ACCOUNT {
            Ok(vec![self.reader.clone()])
        } else {
            Err(Hole {
                class: HoleClass::Failed,
                action: String::new(),
                message: format!("account {} is not configured", place.account),
            })
        }
    }

    async fn memory(&self, _: &Place) -> Result<Option<ScopeDocument>, String> {
        Ok(self.memory.clone())
    }
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

pub(crate) fn options() -> Options {
    Options {
        now: at("2026-11-21T05:00:00Z"),
        unmanaged: true,
        whole: true,
        remembered: BTreeMap::new(),
        fingerprints: Fingerprints::unkeyed(),
    }
}

pub(crate) async fn scanned(sources: Vec<Source>, world: &World) -> Scan {
    let sources = sources
        .into_iter()
        .map(|source| -> Arc<dyn StateSource> { Arc::new(source) })
        .collect();
    scan(sources, world, &options()).await
}

/// Scans one state.
pub(crate) async fn scan_of(resources: Value, world: &World) -> Scan {
    scanned(vec![Source::new("s", &state(resources))], world).await
}

/// A bucket and a topic in memory.
#[derive(Default)]
pub(crate) struct Outside {
    pub(crate) objects: Mutex<BTreeMap<String, (u64, Vec<u8>)>>,
    pub(crate) alerts: Mutex<Vec<Envelope>>,
    pub(crate) topic_denied: Mutex<bool>,
}

impl Outside {
    pub(crate) fn keys(&self) -> BTreeSet<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }
}

#[async_trait]
impl Store for Outside {
    async fn get(&self, key: &str) -> PortResult<Option<Stored>> {
        let objects = self.objects.lock().unwrap();
        Ok(objects.get(key).map(|(version, bytes)| Stored {
            bytes: bytes.clone(),
            etag: version.to_string(),
        }))
    }

    async fn put(&self, key: &str, json: &[u8], only_if: &Precondition) -> PortResult<PutOutcome> {
        let mut objects = self.objects.lock().unwrap();
        let version = objects.get(key).map(|(version, _)| *version);
        let holds = match only_if {
            Precondition::Absent => version.is_none(),
            Precondition::Unchanged(etag) => version.is_some_and(|v| v.to_string() == *etag),
        };
        if !holds {
            return Ok(PutOutcome::Conflict);
        }
        objects.insert(key.to_owned(), (version.unwrap_or(0) + 1, json.to_vec()));
        Ok(PutOutcome::Written)
    }

    async fn keys_after(&self, _: &str, _: &str, _: Option<u32>) -> PortResult<Vec<String>> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl Publisher for Outside {
    async fn publish(&self, alert: &Envelope) -> PortResult<()> {
        if *self.topic_denied.lock().unwrap() {
            return Err(afterhours_ports::PortError {
                class: afterhours_ports::ErrorClass::Denied,
                action: "sns:Publish".to_owned(),
                code: "AuthorizationError".to_owned(),
                message: String::new(),
            });
        }
        self.alerts.lock().unwrap().push(alert.clone());
        Ok(())
    }
}

/// What comes after a scan.
pub(crate) async fn told(outside: &Outside, scan: &Scan) -> Result<Answer, WatchError> {
    let remembered = Remembered::load(outside).await?;
    let subject = Subject {
        scope: Scope::unknown(),
    };
    watch(scan, remembered, outside, Some(outside), &subject).await
}

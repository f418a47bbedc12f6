//! The live side as readers give it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Why something was not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoleClass {
    /// The role lacks a permission.
    Denied,
    /// Too many requests, after all retries.
    Throttled,
    /// Anything else: no answer, a fault of the service, an answer that cannot be read.
    Failed,
}

/// A call that did not give what was asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hole {
    /// What became of the call.
    pub class: HoleClass,
    /// The call, as IAM names the action: `ec2:DescribeVpcs`.
    pub action: String,
    /// The service's words.
    pub message: String,
}

/// Whose a live object is, where no state names it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Somebody made it.
    #[default]
    Ordinary,
    /// AWS made it with the account or with its parent: the default VPC, a main route table. What it is.
    Default(String),
    /// Another tool or an AWS service owns it: `cloudformation stack x`, `autoscaling group y`.
    ManagedBy(String),
}

/// A live object, projected to Terraform's attribute names.
///
/// An attribute that is known to be absent is `null`; one that is missing from the map was not read, and
/// [`Live::holes`] says why.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Live {
    /// Terraform's type: `aws_vpc`.
    pub kind: &'static str,
    /// What joins it with a state instance, as [`crate::catalog::Type::key`] makes it.
    pub key: String,
    /// What `terraform import` takes.
    pub id: String,
    /// Its ARN, where it has one.
    pub arn: Option<String>,
    /// Attributes in Terraform's names and shapes: blocks are arrays of objects, maps are objects, numbers are
    /// numbers.
    pub attributes: Map<String, Value>,
    /// Attributes that could not be read, by path (`versioning`, `policy`).
    pub holes: BTreeMap<String, Hole>,
    /// Whose it is, where no state names it.
    pub origin: Origin,
}

/// All objects of one type in one account and region, or those that were asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// Terraform's type.
    pub kind: &'static str,
    /// What was found, even if the reading stopped halfway.
    pub objects: Vec<Live>,
    /// Why the listing has an end too early: an object that is not in an incomplete listing is not known to be gone.
    pub incomplete: Option<Hole>,
    /// Why single objects of a complete listing could not be looked at, by key: neither present nor gone.
    pub unread: BTreeMap<String, Hole>,
}

impl Listing {
    /// A complete listing.
    pub fn complete(kind: &'static str, objects: Vec<Live>) -> Self {
        Self {
            kind,
            objects,
            incomplete: None,
            unread: BTreeMap::new(),
        }
    }

    /// A listing of which nothing could be read.
    pub fn failed(kind: &'static str, hole: Hole) -> Self {
        Self {
            kind,
            objects: Vec::new(),
            incomplete: Some(hole),
            unread: BTreeMap::new(),
        }
    }
}

/// Keys of one type that states name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WantedKeys {
    /// The keys.
    pub keys: BTreeSet<String>,
    /// Whether objects that no state names are wanted as well (to find unmanaged ones). They need no detail
    /// beyond identity, tags and origin.
    pub others: bool,
}

/// What is asked of the readers of one account and region.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// By Terraform's type.
    pub kinds: BTreeMap<&'static str, WantedKeys>,
    /// Whether this confirms absences: each key is to be asked for by itself (by its id or a filter on it), so that
    /// neither a stale nor a shortened list can make a thing seem deleted. `others` is then false everywhere.
    pub confirm: bool,
    /// The account that is asked, twelve digits.
    pub account: String,
    /// The region that is asked.
    pub region: String,
}

impl Wanted {
    /// Whether anything of this type is wanted.
    pub fn wants(&self, kind: &str) -> bool {
        self.kinds
            .get(kind)
            .is_some_and(|wanted| wanted.others || !wanted.keys.is_empty())
    }

    /// Whether this very object is named by a state.
    pub fn names(&self, kind: &str, key: &str) -> bool {
        self.kinds
            .get(kind)
            .is_some_and(|wanted| wanted.keys.contains(key))
    }

    /// The keys that states name; nothing where the type is not wanted.
    pub fn keys(&self, kind: &str) -> impl Iterator<Item = &str> {
        self.kinds
            .get(kind)
            .into_iter()
            .flat_map(|wanted| wanted.keys.iter().map(String::as_str))
    }
}

//! Live objects and listings.

use std::collections::{BTreeMap, BTreeSet};

use afterhours_aws::Answer;
use afterhours_diff::{Hole, Listing, Live, Origin, Wanted};
use afterhours_ports::{PortResult, hole};
use aws_sdk_ec2::types::Tag;
use serde_json::{Map, Value};

use crate::origin;
use crate::pages::Fetched;

/// One object before it is told which listing it belongs to.
pub(super) struct Object<'o> {
    pub(super) id: String,
    /// The last part of its ARN, such as `vpc/vpc-1`; none where it has no ARN.
    pub(super) arn: Option<String>,
    pub(super) owner: Option<&'o str>,
    pub(super) tags: Option<&'o [Tag]>,
    /// What it is where AWS made it.
    pub(super) origin: Option<Origin>,
}

impl<'o> Object<'o> {
    /// An object with tags; what they tell of its origin counts before what is known of it.
    pub(super) fn tagged(id: String, arn: &str, owner: Option<&'o str>, tags: &'o [Tag]) -> Self {
        Self {
            arn: Some(format!("{arn}/{id}")),
            id,
            owner,
            tags: Some(tags),
            origin: origin::owner(tags),
        }
    }

    /// What AWS made by itself.
    pub(super) fn or_default(mut self, is_default: bool, what: impl FnOnce() -> String) -> Self {
        if is_default {
            self.origin = Some(Origin::Default(what()));
        }
        self
    }

    /// Without details, for an object that no state names.
    pub(super) fn bare(self, wanted: &Wanted, kind: &'static str) -> Live {
        self.live(wanted, kind, Map::new())
    }

    /// With its attributes; tags and id are added.
    pub(super) fn live(
        self,
        wanted: &Wanted,
        kind: &'static str,
        mut attributes: Map<String, Value>,
    ) -> Live {
        let owner = self.owner.filter(|owner| !owner.is_empty());
        let arn = self.arn.map(|resource| {
            format!(
                "arn:{}:ec2:{}:{}:{resource}",
                partition(&wanted.region),
                wanted.region,
                owner.unwrap_or(&wanted.account)
            )
        });
        attributes.insert("id".to_owned(), Value::from(self.id.as_str()));
        if let Some(tags) = self.tags {
            attributes.insert("tags".to_owned(), origin::tags(tags));
        }
        Live {
            kind,
            key: self.id.clone(),
            id: self.id,
            arn,
            attributes,
            holes: BTreeMap::new(),
            origin: self.origin.unwrap_or_default(),
        }
    }
}

/// The partition of a region
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>, "partition").
fn partition(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

/// Puts the listing of one kind together: what states name in full, and the rest bare where it is wanted.
///
/// `siblings` are kinds of the same objects under another name: what a state names there is not unmanaged here.
/// `identify` gives none for what counts as gone.
pub(super) fn listing<T>(
    wanted: &Wanted,
    kind: &'static str,
    siblings: &[&'static str],
    fetched: &Fetched<T>,
    identify: impl for<'t> Fn(&'t T) -> PortResult<Option<Object<'t>>>,
    describe: impl Fn(&T, Object<'_>) -> Live,
) -> Option<Listing> {
    if !wanted.wants(kind) {
        return None;
    }
    let others = wanted.kinds.get(kind).is_some_and(|kind| kind.others);
    let mut listing = Listing::complete(kind, Vec::new());
    listing.incomplete.clone_from(&fetched.hole);
    let mut seen = BTreeSet::new();
    for item in &fetched.items {
        let object = match identify(item) {
            Ok(Some(object)) => object,
            Ok(None) => continue,
            Err(error) => {
                incomplete(&mut listing, || hole(&error));
                continue;
            }
        };
        // What moved between two pages was there twice.
        if !seen.insert(object.id.clone()) {
            continue;
        }
        if wanted.names(kind, &object.id) {
            listing.objects.push(describe(item, object));
        } else if others && !siblings.iter().any(|kind| wanted.names(kind, &object.id)) {
            listing.objects.push(object.bare(wanted, kind));
        }
    }
    Some(listing)
}

/// Says why a listing ends too early, if nothing said so before.
pub(super) fn incomplete(listing: &mut Listing, hole: impl FnOnce() -> Hole) {
    if listing.incomplete.is_none() {
        listing.incomplete = Some(hole());
    }
}

/// The id of an object, which its answer has to have.
pub(super) fn id(action: &'static str, field: &str, value: Option<&str>) -> PortResult<String> {
    Answer::of(action).text(field, value)
}

/// A value of an object whose attributes are given as JSON.
pub(super) fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// A value that another object decides, which a state names by itself and which is compared there.
pub(super) fn standalone(value: &Value) -> Value {
    serde_json::json!({ "standalone": value })
}

//! Live objects in the shapes of states.

use std::collections::{BTreeMap, BTreeSet};

use afterhours_aws::Answer;
use afterhours_diff::{Listing, Live, Origin, Wanted};
use afterhours_ports::{PortResult, hole};
use aws_sdk_ec2::types::{OperatorResponse, Tag};
use serde_json::{Map, Value, json};

use crate::origin;
use crate::pages::Fetched;

/// A live object with nothing but identity, tags and origin.
pub(super) fn bare(
    wanted: &Wanted,
    kind: &'static str,
    resource: &str,
    key: &str,
    tags: &[Tag],
) -> Live {
    let partition = match wanted.region.as_str() {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    let (region, account) = (&wanted.region, &wanted.account);
    let attributes = members(json!({ "id": key, "tags": origin::tags(tags) }));
    Live {
        kind,
        key: key.to_owned(),
        id: key.to_owned(),
        arn: Some(format!(
            "arn:{partition}:ec2:{region}:{account}:{resource}/{key}"
        )),
        attributes,
        holes: BTreeMap::new(),
        origin: owner(tags, None).unwrap_or_default(),
    }
}

/// Who made it: an AWS service that manages it for the account, or whom the tags name.
///
/// Tags that tell only of which launch template an instance was launched from are on what people launch as well.
pub(super) fn owner(tags: &[Tag], operator: Option<&OperatorResponse>) -> Option<Origin> {
    if let Some(operator) = operator
        && operator.managed() == Some(true)
    {
        let principal = operator.principal().unwrap_or("an AWS service");
        return Some(Origin::ManagedBy(principal.to_owned()));
    }
    let told: Vec<Tag> = tags
        .iter()
        .filter(|tag| {
            !tag.key()
                .unwrap_or_default()
                .starts_with("aws:ec2launchtemplate:")
        })
        .cloned()
        .collect();
    origin::owner(&told)
}

/// Puts the listing of one type together: what states name in full, and the rest bare where it is wanted.
pub(super) fn listing<T>(
    wanted: &Wanted,
    kind: &'static str,
    fetched: &Fetched<T>,
    bare: impl Fn(&T) -> PortResult<Live>,
    describe: impl Fn(&T, &mut Live),
) -> Option<Listing> {
    if !wanted.wants(kind) {
        return None;
    }
    let others = super::calls::others(wanted, kind);
    let mut listing = Listing::complete(kind, Vec::new());
    listing.incomplete.clone_from(&fetched.hole);
    let mut seen = BTreeSet::new();
    for item in &fetched.items {
        match bare(item) {
            Ok(mut live) => {
                let named = wanted.names(kind, &live.key);
                // What moved between two pages was there twice.
                if (named || others) && seen.insert(live.key.clone()) {
                    if named {
                        describe(item, &mut live);
                    }
                    listing.objects.push(live);
                }
            }
            Err(error) => {
                if listing.incomplete.is_none() {
                    listing.incomplete = Some(hole(&error));
                }
            }
        }
    }
    Some(listing)
}

/// The id of an object, which its answer has to have.
pub(super) fn id<'a>(
    action: &'static str,
    field: &str,
    value: Option<&'a str>,
) -> PortResult<&'a str> {
    value
        .filter(|value| !value.is_empty())
        .ok_or_else(|| Answer::of(action).lacks(field))
}

/// The members of an object that is given as JSON.
pub(super) fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// A block as states have it: an array of one, or of none.
pub(super) fn block<T>(value: Option<T>, show: impl FnOnce(T) -> Value) -> Value {
    Value::Array(value.map(show).into_iter().collect())
}

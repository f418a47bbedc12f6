//! Lists in whole, or as far as they could be read, and listings of them.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

use afterhours_aws::Pages;
use afterhours_diff::{Hole, Listing, Live, Origin, Wanted};
use afterhours_ports::{ErrorClass, PortError, PortResult, hole};
use serde_json::{Map, Value};

/// What lists gave, and why they end too early if they do.
#[derive(Debug)]
pub(super) struct Fetched<T> {
    pub(super) items: Vec<T>,
    pub(super) hole: Option<Hole>,
    /// Why single groups could not be asked, by name, where they are asked one by one.
    pub(super) unread: BTreeMap<String, Hole>,
}

// Not derived: nothing is asked of the items.
impl<T> Default for Fetched<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            hole: None,
            unread: BTreeMap::new(),
        }
    }
}

impl<T> Fetched<T> {
    /// Adds what another request of the same kind gave.
    pub(super) fn extend(&mut self, other: Self) {
        self.items.extend(other.items);
        self.hole = self.hole.take().or(other.hole);
        self.unread.extend(other.unread);
    }

    /// Adds what was asked of one group: its failure is its own.
    pub(super) fn extend_of(&mut self, group: &str, other: Self) {
        self.items.extend(other.items);
        if let Some(hole) = other.hole {
            self.unread.insert(group.to_owned(), hole);
        }
    }
}

/// All pages of one list. `send` asks for the page of a token. Of a group (`of_group`) that is gone nothing is left.
pub(super) async fn all<T, F>(
    action: &'static str,
    of_group: bool,
    send: impl Fn(Option<String>) -> F,
) -> Fetched<T>
where
    F: Future<Output = PortResult<(Vec<T>, Option<String>)>>,
{
    let mut fetched = Fetched::default();
    let mut pages = Pages::new(action);
    let mut token: Option<String> = None;
    loop {
        let is_first = token.is_none();
        let next = match send(token).await {
            Ok((items, next)) => {
                let count = items.len();
                fetched.items.extend(items);
                pages.next(next.as_deref(), count)
            }
            Err(error) if of_group && is_first && is_gone(&error) => return fetched,
            Err(error) => Err(error),
        };
        match next {
            Ok(Some(next)) => token = Some(next),
            Ok(None) => return fetched,
            Err(error) => {
                fetched.hole = Some(hole(&error));
                return fetched;
            }
        }
    }
}

/// `AutoScalingGroup name not found`, which Auto Scaling says by a validation error; any other "not found" is none of its
/// words.
fn is_gone(error: &PortError) -> bool {
    error.class == ErrorClass::NotFound && error.code == "ValidationError"
}

/// Whether objects of this type that no state names are wanted.
pub(super) fn others(wanted: &Wanted, kind: &str) -> bool {
    wanted.kinds.get(kind).is_some_and(|kind| kind.others)
}

/// What keys of the form `group|name` name, by group.
pub(super) fn by_group<'w>(wanted: &'w Wanted, kind: &str) -> BTreeMap<&'w str, Vec<&'w str>> {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for key in wanted.keys(kind) {
        if let Some((group, name)) = key.split_once('|') {
            groups.entry(group).or_default().push(name);
        }
    }
    groups
}

/// An object that is joined by `group|name`.
pub(super) fn named(
    kind: &'static str,
    group: &str,
    name: &str,
    arn: Option<&str>,
    attributes: Value,
) -> Live {
    Live {
        kind,
        key: format!("{group}|{name}"),
        id: format!("{group}/{name}"),
        arn: arn.map(str::to_owned),
        attributes: members(attributes),
        holes: BTreeMap::new(),
        origin: Origin::Ordinary,
    }
}

/// Puts the listing of one type together, of what states name.
pub(super) fn listing<T>(
    wanted: &Wanted,
    kind: &'static str,
    fetched: &Fetched<T>,
    describe: impl Fn(&T) -> PortResult<Live>,
) -> Option<Listing> {
    if !wanted.wants(kind) {
        return None;
    }
    let mut listing = Listing::complete(kind, Vec::new());
    listing.incomplete.clone_from(&fetched.hole);
    let mut seen = BTreeSet::new();
    for item in &fetched.items {
        match describe(item) {
            // What moved between two pages was there twice.
            Ok(live) if wanted.names(kind, &live.key) && seen.insert(live.key.clone()) => {
                listing.objects.push(live);
            }
            Ok(_) => {}
            Err(error) => incomplete(&mut listing, || hole(&error)),
        }
    }
    for (group, hole) in &fetched.unread {
        let of_group = |key: &&str| key.split_once('|').is_some_and(|(name, _)| name == group);
        for key in wanted.keys(kind).filter(of_group) {
            if !seen.contains(key) {
                listing.unread.insert(key.to_owned(), hole.clone());
            }
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

/// An instant as states have it.
pub(super) fn instant(value: Option<&aws_sdk_autoscaling::primitives::DateTime>) -> Option<String> {
    value?
        .fmt(aws_sdk_autoscaling::primitives::DateTimeFormat::DateTime)
        .ok()
}

//! The live side of all places that the states name.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use afterhours_core::memory::ScopeDocument;
use afterhours_diff::catalog;
use afterhours_diff::{Hole, HoleClass, Listing, Live, Wanted, WantedKeys};
use afterhours_ports::Reader;
use futures_util::future::join_all;

use crate::place::Place;
use crate::source::Regions;

/// Keys by place and type.
pub(crate) type Named = BTreeMap<Place, BTreeMap<&'static str, BTreeSet<String>>>;

/// What was found, by place.
#[derive(Debug, Default)]
pub struct LiveSide {
    pub(crate) places: BTreeMap<Place, LivePlace>,
}

/// What was found in one account and region.
#[derive(Debug, Default)]
pub(crate) struct LivePlace {
    /// Objects by type and key.
    pub(crate) objects: BTreeMap<&'static str, HashMap<String, Live>>,
    /// Types whose listing ended too early.
    pub(crate) incomplete: BTreeMap<&'static str, Hole>,
    /// Objects that could not be looked at, by type and key.
    pub(crate) unread: BTreeMap<(&'static str, String), Hole>,
    /// Keys that states name, by type.
    pub(crate) named: BTreeMap<&'static str, BTreeSet<String>>,
    /// Keys that were asked for by themselves and are gone.
    pub(crate) gone: BTreeSet<(&'static str, String)>,
    /// What the scaler remembers.
    pub(crate) memory: Option<ScopeDocument>,
    /// What scales each Auto Scaling group by itself: policies and schedules.
    pub(crate) scaled_by: BTreeMap<String, BTreeSet<String>>,
    /// Notes for people: memory that could not be read.
    pub(crate) notes: Vec<String>,
}

/// What a key turned out to be.
pub(crate) enum Known<'l> {
    /// There.
    Present(&'l Live),
    /// Asked for by itself, and gone.
    Gone,
    /// Not known, and why.
    Unknown(&'l Hole),
}

impl LivePlace {
    /// Whether a state names this object.
    pub(crate) fn is_named(&self, kind: &str, key: &str) -> bool {
        self.named.get(kind).is_some_and(|keys| keys.contains(key))
    }

    /// What is known of one key.
    pub(crate) fn known(&self, kind: &'static str, key: &str) -> Known<'_> {
        if let Some(live) = self.objects.get(kind).and_then(|objects| objects.get(key)) {
            return Known::Present(live);
        }
        if let Some(hole) = self.unread.get(&(kind, key.to_owned())) {
            return Known::Unknown(hole);
        }
        if self.gone.contains(&(kind, key.to_owned())) {
            return Known::Gone;
        }
        self.incomplete
            .get(kind)
            .map_or(Known::Unknown(unanswered()), Known::Unknown)
    }

    fn take(&mut self, listing: Listing) {
        let objects = self.objects.entry(listing.kind).or_default();
        for object in listing.objects {
            objects.insert(object.key.clone(), object);
        }
        if let Some(hole) = listing.incomplete {
            self.incomplete.insert(listing.kind, hole);
        }
        for (key, hole) in listing.unread {
            self.unread.insert((listing.kind, key), hole);
        }
    }
}

/// The hole of a key that no reader spoke of.
fn unanswered() -> &'static Hole {
    static HOLE: std::sync::OnceLock<Hole> = std::sync::OnceLock::new();
    HOLE.get_or_init(|| Hole {
        class: HoleClass::Failed,
        action: String::new(),
        message: "the reader of its type gave no answer about it".to_owned(),
    })
}

/// Reads all places, one after the other; the readers of a place run beside each other.
pub(crate) async fn gather(regions: &dyn Regions, named: &Named, unmanaged: bool) -> LiveSide {
    let mut side = LiveSide::default();
    for (place, kinds) in named {
        side.places.insert(
            place.clone(),
            read_place(regions, place, kinds, unmanaged).await,
        );
    }
    side
}

async fn read_place(
    regions: &dyn Regions,
    place: &Place,
    kinds: &BTreeMap<&'static str, BTreeSet<String>>,
    unmanaged: bool,
) -> LivePlace {
    let mut found = LivePlace {
        named: kinds.clone(),
        ..LivePlace::default()
    };
    let readers = match regions.readers(place).await {
        Ok(readers) => readers,
        Err(hole) => {
            found.incomplete = kinds.keys().map(|kind| (*kind, hole.clone())).collect();
            return found;
        }
    };
    match regions.memory(place).await {
        Ok(memory) => found.memory = memory,
        Err(error) => found.notes.push(format!(
            "what the scaler did in {place} is not known, and explains nothing: {error}"
        )),
    }
    let wanted = wanted(place, kinds, unmanaged);
    for listing in ask(&readers, &wanted).await {
        found.take(listing);
    }
    found.scaled_by = scaled_by(&found);
    confirm(&readers, &mut found, &wanted, kinds).await;
    found
}

/// What the first reading asks for.
fn wanted(
    place: &Place,
    kinds: &BTreeMap<&'static str, BTreeSet<String>>,
    unmanaged: bool,
) -> Wanted {
    let mut asked: BTreeMap<&'static str, WantedKeys> = kinds
        .iter()
        .map(|(kind, keys)| {
            let others = unmanaged && catalog::find(kind).is_some_and(|kind| kind.unmanaged);
            let keys = keys.clone();
            (*kind, WantedKeys { keys, others })
        })
        .collect();
    if kinds.contains_key("aws_autoscaling_group") {
        // Whether a group is scaled by itself explains its desired capacity.
        for kind in SCALERS {
            asked.entry(kind).or_default().others = true;
        }
    }
    Wanted {
        kinds: asked,
        confirm: false,
        account: place.account.clone(),
        region: place.region.clone(),
    }
}

/// Types that scale a group; their keys begin with its name.
const SCALERS: [&str; 2] = ["aws_autoscaling_policy", "aws_autoscaling_schedule"];

fn scaled_by(found: &LivePlace) -> BTreeMap<String, BTreeSet<String>> {
    let mut by_group: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for kind in SCALERS {
        let what = if kind == "aws_autoscaling_policy" {
            "policy"
        } else {
            "scheduled action"
        };
        for key in found.objects.get(kind).into_iter().flat_map(HashMap::keys) {
            if let Some((group, name)) = key.split_once('|') {
                by_group
                    .entry(group.to_owned())
                    .or_default()
                    .insert(format!("{what} {name}"));
            }
        }
    }
    by_group
}

/// Asks for each absent key by itself: neither a stale nor a shortened list makes a thing seem deleted.
async fn confirm(
    readers: &[Arc<dyn Reader>],
    found: &mut LivePlace,
    wanted: &Wanted,
    kinds: &BTreeMap<&'static str, BTreeSet<String>>,
) {
    let mut absent: BTreeMap<&'static str, WantedKeys> = BTreeMap::new();
    for (kind, keys) in kinds {
        if found.incomplete.contains_key(kind) {
            continue;
        }
        let objects = found.objects.get(kind);
        let missing: BTreeSet<String> = keys
            .iter()
            .filter(|key| {
                !objects.is_some_and(|objects| objects.contains_key(*key))
                    && !found.unread.contains_key(&(*kind, (*key).clone()))
            })
            .cloned()
            .collect();
        if !missing.is_empty() {
            absent.insert(
                kind,
                WantedKeys {
                    keys: missing,
                    others: false,
                },
            );
        }
    }
    if absent.is_empty() {
        return;
    }
    let again = Wanted {
        kinds: absent,
        confirm: true,
        account: wanted.account.clone(),
        region: wanted.region.clone(),
    };
    for listing in ask(readers, &again).await {
        let complete = listing.incomplete.is_none();
        let kind = listing.kind;
        found.take(listing);
        if !complete {
            continue;
        }
        for key in again.keys(kind) {
            let seen = found
                .objects
                .get(kind)
                .is_some_and(|objects| objects.contains_key(key));
            let unread = found.unread.contains_key(&(kind, key.to_owned()));
            if !seen && !unread {
                found.gone.insert((kind, key.to_owned()));
            }
        }
    }
}

async fn ask(readers: &[Arc<dyn Reader>], wanted: &Wanted) -> Vec<Listing> {
    let asked = readers
        .iter()
        .filter(|reader| reader.kinds().iter().any(|kind| wanted.wants(kind)))
        .map(|reader| reader.read(wanted));
    join_all(asked).await.into_iter().flatten().collect()
}

//! Why one instance is, or is not, a finding.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use afterhours_diff::compare::{Row, rows};
use afterhours_tfstate::{Instance, read};

use crate::judge::{is_sensitive, surroundings, words};
use crate::live::{Known, Named, gather};
use crate::overlap::without_parts;
use crate::place::Homes;
use crate::roll::{Sorted, call, sort};
use crate::source::{Regions, StateSource};

/// One instance, from both sides.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The state that has it.
    pub source: String,
    /// Its address.
    pub address: String,
    /// What became of it.
    pub standing: Standing,
}

/// What became of an instance.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// It cannot be looked at, and why.
    NotAsked(String),
    /// It could not be looked at, and why.
    Unknown(String),
    /// It is gone; by which key it was asked for, and where.
    Gone {
        /// What joins it with a live object.
        key: String,
        /// Account and region.
        place: String,
    },
    /// It is there.
    Present {
        /// What joins it with a live object.
        key: String,
        /// Account and region.
        place: String,
        /// Attribute by attribute.
        rows: Vec<Row>,
    },
}

/// Explains every instance of this address in the states.
///
/// # Errors
/// A state that cannot be read.
pub async fn explain(
    sources: Vec<Arc<dyn StateSource>>,
    regions: &dyn Regions,
    address: &str,
) -> Result<Vec<Explanation>, String> {
    let mut explained = Vec::new();
    let default = regions.default_place();
    for source in sources {
        let name = source.name().to_owned();
        let input = source
            .open()
            .await
            .map_err(|error| format!("{name}: {error}"))?;
        let wanted = address.to_owned();
        let mut homes = Homes::new(default.clone());
        let (found, homes) = tokio::task::spawn_blocking(move || {
            let mut found: Vec<Instance> = Vec::new();
            read(input, |entry| {
                if let Ok(instance) = entry {
                    homes.learn(&instance);
                    if instance.address == wanted {
                        found.push(instance);
                    }
                }
                ControlFlow::Continue(())
            })
            .map(|_| (found, homes))
        })
        .await
        .map_err(|error| error.to_string())?
        .map_err(|error| format!("{name}: {error}"))?;
        if found.is_empty() {
            continue;
        }
        let again = source
            .open()
            .await
            .map_err(|error| format!("{name}: {error}"))?;
        let home = default.clone();
        let roll = tokio::task::spawn_blocking(move || call(again, &home))
            .await
            .map_err(|error| error.to_string())?
            .map_err(|error| format!("{name}: {error}"))?;
        for instance in found {
            explained.push(Explanation {
                source: name.clone(),
                address: instance.address.clone(),
                standing: stand(&instance, regions, &homes, &roll.named).await,
            });
        }
    }
    Ok(explained)
}

async fn stand(
    instance: &Instance,
    regions: &dyn Regions,
    homes: &Homes,
    named: &Named,
) -> Standing {
    let (kind, key, place, is_sure) = match sort(instance, homes) {
        Sorted::Asked {
            kind,
            key,
            place,
            is_sure,
        } => (kind, key, place, is_sure),
        Sorted::Not(_, reason) => return Standing::NotAsked(reason),
    };
    // All that the state names in that place: what a resource of its own holds is no difference of its parent.
    let mut there: Named = BTreeMap::new();
    if let Some(kinds) = named.get(&place) {
        there.insert(place.clone(), kinds.clone());
    }
    let keys = there.entry(place.clone()).or_default();
    keys.entry(kind.name).or_default().insert(key.clone());
    let side = gather(regions, &there, false).await;
    let at = place.to_string();
    let Some(there) = side.places.get(&place) else {
        return Standing::Unknown("its account and region were not asked".to_owned());
    };
    match there.known(kind.name, &key) {
        Known::Unknown(hole) => Standing::Unknown(words(hole)),
        Known::Gone if !is_sure => Standing::Unknown(format!(
            "it is not in {at}, and neither it nor others of its provider configuration say where it is"
        )),
        Known::Gone => Standing::Gone { key, place: at },
        Known::Present(live) => Standing::Present {
            rows: rows(
                kind,
                &instance.attributes,
                without_parts(live, &instance.attributes, there)
                    .as_ref()
                    .unwrap_or(live),
                &surroundings(&place),
                &|path| is_sensitive(instance, path),
            ),
            key,
            place: at,
        },
    }
}

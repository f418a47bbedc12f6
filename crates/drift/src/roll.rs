//! The roll call: which objects a state names, and which of its instances cannot be looked at at all.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::ops::ControlFlow;

use afterhours_diff::Seen;
use afterhours_diff::catalog::{self, Type};
use afterhours_tfstate::{Header, Instance, Mode, Provider, StateError, account_region, read};

use crate::place::{Homes, Place};

/// What one state names.
#[derive(Debug)]
pub(crate) struct Roll {
    /// Its head.
    pub(crate) header: Header,
    /// Keys by place and type.
    pub(crate) named: BTreeMap<Place, BTreeMap<&'static str, BTreeSet<String>>>,
    /// Where its provider configurations are.
    pub(crate) homes: Homes,
}

/// What becomes of an instance before any call.
pub(crate) enum Sorted {
    /// It can be asked for.
    Asked {
        /// Its type.
        kind: &'static Type,
        /// What joins it.
        key: String,
        /// Where it is.
        place: Place,
        /// Whether that is sure enough to call it deleted when it is not found there.
        is_sure: bool,
    },
    /// It cannot, and why.
    Not(Seen, String),
}

/// Sorts an instance.
pub(crate) fn sort(instance: &Instance, homes: &Homes) -> Sorted {
    if instance.mode == Mode::Data {
        return Sorted::Not(Seen::OutOfScope, "a data source".to_owned());
    }
    if !instance.provider.is_aws() {
        return Sorted::Not(
            Seen::OutOfScope,
            format!("of provider {}", instance.provider.source),
        );
    }
    let Some(kind) = catalog::find(&instance.kind) else {
        return Sorted::Not(
            Seen::Unsupported,
            format!("{} has no reader", instance.kind),
        );
    };
    let Some(key) = kind.key(&instance.attributes) else {
        return Sorted::Not(
            Seen::Failed,
            "its attributes do not say which object it is".to_owned(),
        );
    };
    let (place, is_sure) = homes.place(instance, kind.global);
    Sorted::Asked {
        kind,
        key,
        place,
        is_sure,
    }
}

/// An instance that does not say where it is.
struct Waiting {
    provider: Provider,
    /// What it says of its account and region.
    own: (Option<String>, Option<String>),
    kind: &'static Type,
    key: String,
}

/// Reads a state once and notes what it names.
///
/// # Errors
/// It is no state that can be read.
pub(crate) fn call(input: impl Read, default: &Place) -> Result<Roll, StateError> {
    let mut named: BTreeMap<Place, BTreeMap<&'static str, BTreeSet<String>>> = BTreeMap::new();
    let mut homes = Homes::new(default.clone());
    // Those that do not say where they are wait until all others have been heard.
    let mut waiting: Vec<Waiting> = Vec::new();
    let mut put = |kind: &'static Type, key: String, place: Place| {
        named
            .entry(place)
            .or_default()
            .entry(kind.name)
            .or_default()
            .insert(key);
    };
    let header = read(input, |entry| {
        if let Ok(instance) = entry {
            homes.learn(&instance);
            if let Sorted::Asked {
                kind, key, place, ..
            } = sort(&instance, &homes)
            {
                let (account, region) = account_region(&instance);
                if account.is_some() && (kind.global || region.is_some()) {
                    put(kind, key, place);
                } else {
                    waiting.push(Waiting {
                        provider: instance.provider,
                        own: (account, region),
                        kind,
                        key,
                    });
                }
            }
        }
        ControlFlow::Continue(())
    })?;
    for Waiting {
        provider,
        own,
        kind,
        key,
    } in waiting
    {
        let (place, _) = homes.settled(&provider, own, kind.global);
        put(kind, key, place);
    }
    Ok(Roll {
        header,
        named,
        homes,
    })
}

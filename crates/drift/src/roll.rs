//! The roll call: which objects a state names, and which of its instances cannot be looked at at all.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::ops::ControlFlow;

use afterhours_diff::Seen;
use afterhours_diff::catalog::{self, Type};
use afterhours_tfstate::{Header, Instance, Mode, StateError, read};

use crate::place::Place;

/// What one state names.
#[derive(Debug)]
pub(crate) struct Roll {
    /// Its head.
    pub(crate) header: Header,
    /// Keys by place and type.
    pub(crate) named: BTreeMap<Place, BTreeMap<&'static str, BTreeSet<String>>>,
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
    },
    /// It cannot, and why.
    Not(Seen, String),
}

/// Sorts an instance.
pub(crate) fn sort(instance: &Instance, default: &Place) -> Sorted {
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
            Seen::Unsupported,
            "its attributes do not say which object it is".to_owned(),
        );
    };
    Sorted::Asked {
        kind,
        key,
        place: Place::of(instance, kind.global, default),
    }
}

/// Reads a state once and notes what it names.
///
/// # Errors
/// It is no state that can be read.
pub(crate) fn call(input: impl Read, default: &Place) -> Result<Roll, StateError> {
    let mut named: BTreeMap<Place, BTreeMap<&'static str, BTreeSet<String>>> = BTreeMap::new();
    let header = read(input, |entry| {
        if let Ok(instance) = entry
            && let Sorted::Asked { kind, key, place } = sort(&instance, default)
        {
            named
                .entry(place)
                .or_default()
                .entry(kind.name)
                .or_default()
                .insert(key);
        }
        ControlFlow::Continue(())
    })?;
    Ok(Roll { header, named })
}

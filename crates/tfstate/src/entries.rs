//! The entries of `instances`.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Read;
use std::ops::ControlFlow;

use crate::error::StateError;
use crate::instance::{EntryFault, Instance, Parts, Resource, Wrong};
use crate::scan::{Fault, Scanner};

/// Why reading ended early.
pub(crate) enum Stop {
    Fault(Fault),
    Wrong(StateError),
    /// All that was asked for is known.
    Enough,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Hashes of addresses that were seen.
pub(crate) type Hashes = std::collections::HashSet<u64>;

/// What becomes of the entries of `instances`.
pub(crate) struct Entries<F> {
    pub(crate) each: F,
    pub(crate) parts: Parts,
    pub(crate) known: Hashes,
    pub(crate) instances: u64,
    pub(crate) faults: u64,
    pub(crate) last: String,
}

impl<F: FnMut(Result<Instance, EntryFault>) -> ControlFlow<()>> Entries<F> {
    pub(crate) fn all<R: Read>(
        &mut self,
        scan: &mut Scanner<R>,
        resource: &Resource,
    ) -> Result<(), Stop> {
        if !scan.take(b'[')? {
            let mut text = Vec::new();
            scan.keep(&mut text)?;
            if text == b"null" {
                return self.none(resource);
            }
            let wrong = Wrong {
                field: "instances",
                found: "no list".to_owned(),
                accepted: "a list",
            };
            return self.fault(wrong.at(resource.address.clone()));
        }
        let (mut first, mut any) = (true, false);
        while scan.element(&mut first)? {
            any = true;
            self.one(scan, resource)?;
        }
        if any { Ok(()) } else { self.none(resource) }
    }

    /// A resource without instances is of no interest, unless it is at fault.
    pub(crate) fn none(&mut self, resource: &Resource) -> Result<(), Stop> {
        match &resource.wrong {
            Some(wrong) => self.fault(wrong.clone().at(resource.address.clone())),
            None => Ok(()),
        }
    }

    fn one<R: Read>(&mut self, scan: &mut Scanner<R>, resource: &Resource) -> Result<(), Stop> {
        if !scan.take(b'{')? {
            scan.skip()?;
            let wrong = Wrong {
                field: "instances",
                found: "no object in one of its entries".to_owned(),
                accepted: "objects",
            };
            return self.fault(wrong.at(resource.address.clone()));
        }
        self.parts.clear();
        let (mut first, mut key) = (true, String::new());
        while scan.key(&mut first, &mut key)? {
            match self.parts.of(&key) {
                Some(part) => scan.keep(part)?,
                None => scan.skip()?,
            }
        }
        let instance = match self.parts.resolve(resource) {
            Ok(instance) => instance,
            Err(fault) => return self.fault(fault),
        };
        let mut hasher = DefaultHasher::new();
        instance.address.hash(&mut hasher);
        if !self.known.insert(hasher.finish()) {
            let wrong = Wrong {
                field: "instances",
                found: "a second entry of the same address".to_owned(),
                accepted: "one entry for each instance",
            };
            return self.fault(wrong.at(instance.address));
        }
        self.instances += 1;
        self.last.clone_from(&instance.address);
        self.hand_over(Ok(instance))
    }

    pub(crate) fn fault(&mut self, fault: EntryFault) -> Result<(), Stop> {
        self.faults += 1;
        self.hand_over(Err(fault))
    }

    fn hand_over(&mut self, entry: Result<Instance, EntryFault>) -> Result<(), Stop> {
        match (self.each)(entry) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Stop::Wrong(StateError::Stopped)),
        }
    }
}

//! What was looked at, and what was not and why.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The class in which each instance of a state ends; exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// Compared with what is there, or known to be deleted.
    Compared,
    /// Compared but for some attributes.
    PartlyCompared,
    /// Its type has no reader, or its instance cannot be joined with a live object.
    Unsupported,
    /// A permission is missing.
    Denied,
    /// Too many requests.
    Throttled,
    /// Any other fault.
    Failed,
    /// Its state was locked or written during the scan.
    Void,
    /// A data source, or of another provider.
    OutOfScope,
}

impl Seen {
    /// Every class.
    pub const ALL: [Self; 8] = [
        Self::Compared,
        Self::PartlyCompared,
        Self::Unsupported,
        Self::Denied,
        Self::Throttled,
        Self::Failed,
        Self::Void,
        Self::OutOfScope,
    ];

    /// The name, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Compared => "compared",
            Self::PartlyCompared => "partly_compared",
            Self::Unsupported => "unsupported",
            Self::Denied => "denied",
            Self::Throttled => "throttled",
            Self::Failed => "failed",
            Self::Void => "void",
            Self::OutOfScope => "out_of_scope",
        }
    }
}

/// One instance that was not, or not wholly, compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entry {
    /// The state it is in, as in `states[].source`.
    pub source: String,
    /// Its address; empty for a whole state or listing.
    pub address: String,
    /// Why, and for `partly_compared` which attributes.
    pub reason: String,
}

/// How many instances ended in each class, and the reasons.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// Compared, or known to be deleted.
    pub compared: u64,
    /// Compared but for some attributes.
    pub partly_compared: u64,
    /// No reader, or no way to join them.
    pub unsupported: u64,
    /// A permission is missing.
    pub denied: u64,
    /// Too many requests.
    pub throttled: u64,
    /// Any other fault.
    pub failed: u64,
    /// Their state was locked or written during the scan.
    pub void: u64,
    /// Data sources, and other providers.
    pub out_of_scope: u64,
    /// The instances behind each count but the first, by class.
    pub details: BTreeMap<Seen, Vec<Entry>>,
    /// Listings for unmanaged objects that have holes: what is unmanaged may be more than was found.
    pub incomplete_listings: Vec<String>,
}

impl Coverage {
    /// Counts one instance.
    pub fn add(&mut self, seen: Seen, source: &str, address: &str, reason: &str) {
        *self.count_mut(seen) += 1;
        if seen != Seen::Compared {
            self.details.entry(seen).or_default().push(Entry {
                source: source.to_owned(),
                address: address.to_owned(),
                reason: reason.to_owned(),
            });
        }
    }

    /// Counts all that another counted, without a second copy of its entries.
    pub fn absorb(&mut self, other: Self) {
        for seen in Seen::ALL {
            *self.count_mut(seen) += other.count(seen);
        }
        for (seen, mut entries) in other.details {
            let own = self.details.entry(seen).or_default();
            if own.is_empty() {
                *own = entries;
            } else {
                own.append(&mut entries);
            }
        }
        self.incomplete_listings.extend(other.incomplete_listings);
    }

    const fn count_mut(&mut self, seen: Seen) -> &mut u64 {
        match seen {
            Seen::Compared => &mut self.compared,
            Seen::PartlyCompared => &mut self.partly_compared,
            Seen::Unsupported => &mut self.unsupported,
            Seen::Denied => &mut self.denied,
            Seen::Throttled => &mut self.throttled,
            Seen::Failed => &mut self.failed,
            Seen::Void => &mut self.void,
            Seen::OutOfScope => &mut self.out_of_scope,
        }
    }

    /// The number in one class.
    pub const fn count(&self, seen: Seen) -> u64 {
        match seen {
            Seen::Compared => self.compared,
            Seen::PartlyCompared => self.partly_compared,
            Seen::Unsupported => self.unsupported,
            Seen::Denied => self.denied,
            Seen::Throttled => self.throttled,
            Seen::Failed => self.failed,
            Seen::Void => self.void,
            Seen::OutOfScope => self.out_of_scope,
        }
    }

    /// All instances, whatever became of them.
    pub fn total(&self) -> u64 {
        Seen::ALL.iter().map(|seen| self.count(*seen)).sum()
    }

    /// Whether everything that could be looked at was. Types without a reader count against it only where
    /// `strict` says so; data sources and other providers never do.
    pub fn is_complete(&self, strict: bool) -> bool {
        let holes = self.partly_compared + self.denied + self.throttled + self.failed + self.void;
        holes == 0 && self.incomplete_listings.is_empty() && !(strict && self.unsupported > 0)
    }

    /// The share of AWS instances that were wholly compared, in per cent with one decimal, rounded down: 100.0 is said
    /// only of all. None where there are none.
    pub fn per_cent(&self) -> Option<f64> {
        let of = self.total() - self.out_of_scope;
        let tenths = (self.compared * 1000).checked_div(of)?;
        // At most 1000.
        u16::try_from(tenths)
            .ok()
            .map(|tenths| f64::from(tenths) / 10.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_never_complete_and_unsupported_only_if_strict() {
        for seen in Seen::ALL {
            let mut coverage = Coverage::default();
            coverage.add(Seen::Compared, "s", "a", "");
            coverage.add(seen, "s", "b", "why");
            let lenient = matches!(seen, Seen::Compared | Seen::Unsupported | Seen::OutOfScope);
            let strict = matches!(seen, Seen::Compared | Seen::OutOfScope);
            assert_eq!(coverage.is_complete(false), lenient, "{seen:?}");
            assert_eq!(coverage.is_complete(true), strict, "{seen:?}");
            assert_eq!(coverage.total(), 2);
        }
    }

    #[test]
    fn what_is_absorbed_is_counted_and_named_as_if_added() {
        let all: Vec<_> = Seen::ALL.into_iter().chain(Seen::ALL).collect();
        let (mut added, mut absorbing) = (Coverage::default(), Coverage::default());
        for (source, half) in [("one", 0..9), ("two", 9..16)] {
            let mut own = Coverage::default();
            for (number, seen) in all
                .iter()
                .enumerate()
                .filter(|(number, _)| half.contains(number))
            {
                let address = number.to_string();
                added.add(*seen, source, &address, "why");
                own.add(*seen, source, &address, "why");
            }
            absorbing.absorb(own);
        }
        assert_eq!(absorbing, added);
        assert_eq!(absorbing.total(), 16);
    }

    #[test]
    fn a_hundred_per_cent_is_said_only_of_all() {
        let mut coverage = Coverage::default();
        assert_eq!(coverage.per_cent(), None);
        coverage.compared = 9_999;
        coverage.add(Seen::Denied, "s", "b", "why");
        assert_eq!(coverage.per_cent(), Some(99.9));
        coverage.add(Seen::OutOfScope, "s", "data.x.y", "a data source");
        assert_eq!(coverage.per_cent(), Some(99.9));
    }
}

//! Address ranges.

use std::net::IpAddr;

/// A range of addresses in CIDR notation; a single address is a range of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    /// The first address, in the upper bits.
    first: u128,
    prefix: u32,
    is_v6: bool,
}

impl Network {
    /// None for what is no range, or has bits set behind its prefix.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let (first, width, is_v6) = match address {
            IpAddr::V4(address) => (u128::from(address.to_bits()) << 96, 32, false),
            IpAddr::V6(address) => (address.to_bits(), 128, true),
        };
        let prefix = match prefix {
            Some(prefix) if prefix.bytes().all(|byte| byte.is_ascii_digit()) => {
                prefix.parse().ok().filter(|prefix| *prefix <= width)?
            }
            Some(_) => return None,
            None => width,
        };
        (first & !mask(prefix) == 0).then_some(Self {
            first,
            prefix,
            is_v6,
        })
    }

    pub(crate) fn is_within(self, outer: Self) -> bool {
        self.is_v6 == outer.is_v6
            && self.prefix >= outer.prefix
            && self.first & mask(outer.prefix) == outer.first
    }

    /// Narrower than what a registry gives out: /8 of IPv4, /32 of IPv6.
    pub(crate) fn is_narrower_than_a_registry(self) -> bool {
        self.prefix >= if self.is_v6 { 32 } else { 8 }
    }
}

fn mask(prefix: u32) -> u128 {
    match prefix {
        0 => 0,
        _ => u128::MAX << (128 - prefix.min(128)),
    }
}

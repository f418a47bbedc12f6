//! Accounts and regions.

use std::fmt;

use afterhours_tfstate::{Instance, account_region};

/// One account and region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Twelve digits.
    pub account: String,
    /// Such as `eu-central-1`.
    pub region: String,
}

impl Place {
    /// The place of an instance: what it says, else the default. What is global is asked for in the default region.
    pub(crate) fn of(instance: &Instance, is_global: bool, default: &Self) -> Self {
        let (account, region) = account_region(instance);
        Self {
            account: account.unwrap_or_else(|| default.account.clone()),
            region: match region {
                Some(region) if !is_global => region,
                _ => default.region.clone(),
            },
        }
    }

    /// The partition that the region belongs to.
    pub fn partition(&self) -> &'static str {
        // Prefixes as in botocore's `partitions.json`.
        match self.region.split('-').next() {
            Some("cn") => "aws-cn",
            Some("us") if self.region.starts_with("us-gov-") => "aws-us-gov",
            Some("us") if self.region.starts_with("us-isob-") => "aws-iso-b",
            Some("us") if self.region.starts_with("us-iso-") => "aws-iso",
            _ => "aws",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.region)
    }
}

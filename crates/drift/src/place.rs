//! Accounts and regions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use afterhours_diff::catalog;
use afterhours_tfstate::{Instance, Mode, Provider, account_region};

/// One account and region.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Twelve digits.
    pub account: String,
    /// Such as `eu-central-1`.
    pub region: String,
}

impl Place {
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

/// Accounts and regions of the provider configurations of one state, as their instances tell them.
///
/// Routes, associations, rules of security groups and addresses do not say where they are. They are where the others of
/// their provider configuration are: without that, what an aliased provider made in another region would seem deleted.
#[derive(Debug, Clone)]
pub(crate) struct Homes {
    default: Place,
    told: BTreeMap<Provider, (BTreeSet<String>, BTreeSet<String>)>,
}

impl Homes {
    pub(crate) const fn new(default: Place) -> Self {
        Self {
            default,
            told: BTreeMap::new(),
        }
    }

    /// Takes in what an instance tells of its provider configuration.
    pub(crate) fn learn(&mut self, instance: &Instance) {
        if instance.mode != Mode::Managed
            || !instance.provider.is_aws()
            || catalog::find(&instance.kind).is_none()
        {
            return;
        }
        let (account, region) = account_region(instance);
        if account.is_none() && region.is_none() {
            return;
        }
        let told = self.told.entry(instance.provider.clone()).or_default();
        told.0.extend(account);
        told.1.extend(region);
    }

    /// The place of an instance, and whether that is sure enough to call it deleted when it is not found there.
    ///
    /// What it says itself, else what all others of its provider configuration say, else the default. The default is
    /// sure only for a configuration without alias of which nothing tells another place. What is global is asked for
    /// in the default region.
    pub(crate) fn place(&self, instance: &Instance, is_global: bool) -> (Place, bool) {
        self.settled(&instance.provider, account_region(instance), is_global)
    }

    /// [`Self::place`] of an instance of this provider configuration that says this account and region itself.
    pub(crate) fn settled(
        &self,
        provider: &Provider,
        (account, region): (Option<String>, Option<String>),
        is_global: bool,
    ) -> (Place, bool) {
        let told = self.told.get(provider);
        let (account, knows_account) = settle(
            account,
            told.map(|(accounts, _)| accounts),
            &self.default.account,
            provider,
        );
        let (region, knows_region) = if is_global {
            (self.default.region.clone(), true)
        } else {
            settle(
                region,
                told.map(|(_, regions)| regions),
                &self.default.region,
                provider,
            )
        };
        (Place { account, region }, knows_account && knows_region)
    }
}

fn settle(
    own: Option<String>,
    told: Option<&BTreeSet<String>>,
    default: &str,
    provider: &Provider,
) -> (String, bool) {
    if let Some(own) = own {
        return (own, true);
    }
    let mut told = told.into_iter().flatten();
    match (told.next(), told.next()) {
        (Some(only), None) => (only.clone(), true),
        (None, _) => (default.to_owned(), provider.alias.is_none()),
        (Some(_), Some(_)) => (default.to_owned(), false),
    }
}

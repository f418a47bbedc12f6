//! Which rules do something, and which are only left over.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::{Judgement, Rules};

/// What a run looked at: one state in one account and region, and whatever lies there in no state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeView<'a> {
    /// Twelve digits.
    pub account: &'a str,
    /// `eu-central-1`.
    pub region: &'a str,
    /// Where the state came from.
    pub source: &'a str,
    /// None where there are no workspaces.
    pub workspace: Option<&'a str>,
}

/// Collects which rules matched in a run.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    matched: BTreeSet<usize>,
    refused: BTreeSet<usize>,
}

/// A rule that hides nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// Which rule.
    pub rule: usize,
    /// Its line in the file, from 1.
    pub line: usize,
    /// Why it hides nothing.
    pub why: Staleness,
    /// The finding in words: "rule of line 3 (address `aws_a.*`) expired on 2027-01-31; owner: ml-team".
    pub text: String,
}

/// Why a rule hides nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Staleness {
    /// It counted to the end of this day.
    Expired(Date),
    /// What it is about was scanned, and nothing was found that it hides.
    NeverMatched,
    /// All that it could hide are secrets, and it asks for their value.
    Refused,
}

impl Tally {
    /// Nothing has matched yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes note of a judgement.
    pub fn record(&mut self, judgement: &Judgement) {
        self.matched.extend(&judgement.matched);
        self.refused.extend(&judgement.refused);
    }

    /// The rules that hide nothing, in the order of the file. A rule whose scope was not scanned in this run is not among them,
    /// unless it has expired; neither is a line of a `.driftignore` that only takes an exception back.
    pub fn stale(&self, rules: &Rules, today: Date, scanned: &[ScopeView<'_>]) -> Vec<Stale> {
        let mut stale = Vec::new();
        for (index, rule) in rules.iter() {
            let why =
                if let (crate::Expiry::On(last), true) = (rule.expires, rule.is_expired(today)) {
                    Staleness::Expired(last)
                } else if self.matched.contains(&index)
                    || rule.takes_back()
                    || !scanned.iter().any(|scope| rule.is_about(scope))
                {
                    continue;
                } else if self.refused.contains(&index) {
                    Staleness::Refused
                } else {
                    Staleness::NeverMatched
                };
            let what = match why {
                Staleness::Expired(last) => format!("expired on {last}"),
                Staleness::NeverMatched => "matched nothing".to_owned(),
                Staleness::Refused => {
                    "asks for the value of a secret, which no rule is told".to_owned()
                }
            };
            let owner = rule
                .owner
                .as_ref()
                .map(|owner| format!("; owner: {owner}"))
                .unwrap_or_default();
            stale.push(Stale {
                rule: index,
                line: rule.line,
                why,
                text: format!(
                    "rule of line {} ({}) {what}{owner}",
                    rule.line,
                    rule.selects()
                ),
            });
        }
        stale
    }
}

//! A rule, and many.

use jiff::civil::Date;

use crate::condition::When;
use crate::driftignore::Pattern;
use crate::glob::Glob;
use crate::judge::Class;

/// Rules, in the order of their files.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    pub(crate) rules: Vec<Rule>,
}

/// One rule of the YAML file, or one line of a `.driftignore`.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Where it begins in its file, from 1.
    pub line: usize,
    /// Why it is there; for a line of a `.driftignore` the line itself.
    pub reason: String,
    /// Who answers for it; None in a `.driftignore`, which names nobody.
    pub owner: Option<String>,
    /// Where it was discussed.
    pub ticket: Option<String>,
    /// Until when it counts.
    pub expires: Expiry,
    pub(crate) matter: Matter,
}

/// Until when a rule counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// To the end of this day.
    On(Date),
    /// As long as it stands there.
    Never,
}

#[derive(Debug, Clone)]
pub(crate) enum Matter {
    Selection(Box<Selection>),
    DriftIgnore(Pattern),
}

/// What a rule of the YAML file selects.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    pub(crate) address: Option<Glob>,
    pub(crate) kind: Option<Glob>,
    pub(crate) attribute: Option<Glob>,
    pub(crate) class: Option<Class>,
    pub(crate) scope: Scope,
    pub(crate) when: Option<When>,
}

/// Where a rule counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    pub(crate) account: Option<String>,
    pub(crate) region: Option<Glob>,
    pub(crate) state: Option<Glob>,
    pub(crate) workspace: Option<Glob>,
}

impl Scope {
    pub(crate) fn holds(
        &self,
        account: &str,
        region: &str,
        source: &str,
        workspace: Option<&str>,
    ) -> bool {
        let fits = |glob: &Option<Glob>, subject: &str| {
            glob.as_ref().is_none_or(|glob| glob.matches(subject))
        };
        self.account.as_ref().is_none_or(|own| own == account)
            && fits(&self.region, region)
            && fits(&self.state, source)
            && fits(&self.workspace, workspace.unwrap_or("default"))
    }
}

impl Rule {
    /// Whether it has expired on a day: it counts to the end of the day that it names.
    pub fn is_expired(&self, today: Date) -> bool {
        matches!(self.expires, Expiry::On(last) if today > last)
    }

    /// Whether it is a line of a `.driftignore`.
    pub fn is_imported(&self) -> bool {
        matches!(self.matter, Matter::DriftIgnore(_))
    }

    /// What it selects, in words: "address `aws_a.*`, attribute `tags`".
    pub fn selects(&self) -> String {
        match &self.matter {
            Matter::DriftIgnore(pattern) => format!("line `{}` of a .driftignore", pattern.text()),
            Matter::Selection(selection) => {
                let named = |name: &str, glob: &Option<Glob>| {
                    glob.as_ref()
                        .map(|glob| format!("{name} `{}`", glob.text()))
                };
                [
                    named("address", &selection.address),
                    named("type", &selection.kind),
                    named("attribute", &selection.attribute),
                ]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(", ")
            }
        }
    }
}

impl Rules {
    /// The rule of an index that a judgement names.
    pub fn get(&self, index: usize) -> Option<&Rule> {
        self.rules.get(index)
    }

    /// All rules with their indices.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Rule)> {
        self.rules.iter().enumerate()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Puts the rules of another file behind these.
    pub fn append(&mut self, other: Self) {
        self.rules.extend(other.rules);
    }
}

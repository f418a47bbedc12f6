//! What of a finding is suppressed.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::Value;

use crate::rule::{Matter, Rule, Rules, Selection};

/// What a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Attributes differ.
    Changed,
    /// In the state, and gone.
    Deleted,
    /// There, and in no state.
    Unmanaged,
    /// A fault of a state. No rule hides one.
    Integrity,
    /// Claimed by two states. No rule hides one.
    Conflict,
}

/// A finding as rules see it.
#[derive(Debug, Clone, Copy)]
pub struct FindingView<'a> {
    /// What it is.
    pub class: Class,
    /// As Terraform prints it (`module.ml.aws_autoscaling_group.gpu[0]`); empty for what is in no state.
    pub address: &'a str,
    /// Terraform's resource type.
    pub kind: &'a str,
    /// The id that Terraform has, or would have on import.
    pub id: &'a str,
    /// Twelve digits.
    pub account: &'a str,
    /// `eu-central-1`; for global services the region that was asked.
    pub region: &'a str,
    /// Where the state came from: `s3://bucket/key` or a path; empty for what is in no state.
    pub source: &'a str,
    /// None for what has no workspaces, which rules see as `default`.
    pub workspace: Option<&'a str>,
    /// The attributes that differ, for [`Class::Changed`].
    pub attributes: &'a [AttributeView<'a>],
}

/// One attribute that differs.
#[derive(Debug, Clone, Copy)]
pub struct AttributeView<'a> {
    /// As in findings: `tags.Name`, `ingress[0].from_port`.
    pub path: &'a str,
    /// The value of the state; null where there is none.
    pub state: &'a Value,
    /// The live value; null where there is none.
    pub live: &'a Value,
    /// Whether the values are secret: then no condition on a value holds.
    pub sensitive: bool,
}

/// What of a finding is suppressed, and by which rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    /// The rule that hides the whole finding.
    pub whole: Option<usize>,
    /// For each attribute of the finding, in its order, the first rule that hides it.
    pub attributes: Vec<Option<usize>>,
    /// All rules that matched, those behind the first too; expired ones are not among them.
    pub matched: BTreeSet<usize>,
    /// Rules that did not hide an attribute because they ask for the value of a secret.
    pub refused: BTreeSet<usize>,
}

impl Judgement {
    /// Whether nothing of the finding is left: the whole is hidden, or each of its attributes.
    pub fn is_suppressed(&self) -> bool {
        self.whole.is_some()
            || !self.attributes.is_empty() && self.attributes.iter().all(Option::is_some)
    }
}

impl Rules {
    /// What of the finding is suppressed on a day.
    pub fn judge(&self, finding: &FindingView<'_>, today: Date) -> Judgement {
        let mut judgement = Judgement {
            attributes: vec![None; finding.attributes.len()],
            ..Judgement::default()
        };
        for (index, rule) in self.rules.iter().enumerate() {
            if rule.is_expired(today) {
                continue;
            }
            if let Matter::Selection(selection) = &rule.matter {
                judgement.apply(index, selection, finding);
            }
        }
        self.apply_driftignore(finding, &mut judgement);
        judgement
    }

    /// The lines of a `.driftignore` are one list: of those that match, the last decides.
    fn apply_driftignore(&self, finding: &FindingView<'_>, judgement: &mut Judgement) {
        if matches!(finding.class, Class::Integrity | Class::Conflict) {
            return;
        }
        let lines = || {
            self.rules
                .iter()
                .enumerate()
                .filter_map(|(index, rule)| match &rule.matter {
                    Matter::DriftIgnore(pattern) => Some((index, pattern)),
                    Matter::Selection(_) => None,
                })
        };
        let mut decide = |subject: &str| -> Option<usize> {
            let mut last = None;
            for (index, pattern) in lines().filter(|(_, pattern)| pattern.matches(subject)) {
                judgement.matched.insert(index);
                last = (!pattern.is_negated()).then_some(index);
            }
            last
        };
        let subject = format!("{}.{}", finding.kind, finding.id);
        let whole = decide(&subject);
        let attributes: Vec<Option<usize>> = finding
            .attributes
            .iter()
            .map(|attribute| decide(&format!("{subject}.{}", dotted(attribute.path))))
            .collect();
        if judgement.whole.is_none() {
            judgement.whole = whole;
        }
        // A delete has no attributes, so a line for one cannot hide it.
        for (verdict, found) in judgement.attributes.iter_mut().zip(attributes) {
            *verdict = verdict.or(found);
        }
    }
}

/// A path as driftctl wrote it: `ingress[0].from_port` is `ingress.0.from_port`.
fn dotted(path: &str) -> String {
    path.replace("[\"", ".")
        .replace("\"]", "")
        .replace('[', ".")
        .replace(']', "")
}

impl Judgement {
    fn apply(&mut self, index: usize, selection: &Selection, finding: &FindingView<'_>) {
        if !selection.selects(finding) {
            return;
        }
        let Some(attribute) = &selection.attribute else {
            self.matched.insert(index);
            self.whole = self.whole.or(Some(index));
            return;
        };
        for (view, verdict) in finding.attributes.iter().zip(&mut self.attributes) {
            if !attribute.matches_path(view.path) {
                continue;
            }
            match &selection.when {
                // A secret's value must not be told by whether a rule holds.
                Some(_) if view.sensitive => {
                    self.refused.insert(index);
                    continue;
                }
                Some(when) if !when.holds(view.state, view.live) => continue,
                _ => {}
            }
            self.matched.insert(index);
            *verdict = verdict.or(Some(index));
        }
    }
}

impl Selection {
    /// Whether it is about findings of this class, address, type and scope.
    fn selects(&self, finding: &FindingView<'_>) -> bool {
        let class = match (self.class, finding.class) {
            (_, Class::Integrity | Class::Conflict) | (None, Class::Deleted) => false,
            // Only a rule that says so hides a delete, and never one for an attribute.
            (Some(class), Class::Deleted) => class == Class::Deleted && self.attribute.is_none(),
            (class, actual) => class.is_none_or(|class| class == actual),
        };
        class
            && (self.attribute.is_none() || finding.class == Class::Changed)
            && self
                .address
                .as_ref()
                .is_none_or(|glob| !finding.address.is_empty() && glob.matches(finding.address))
            && self
                .kind
                .as_ref()
                .is_none_or(|glob| glob.matches(finding.kind))
            && self.scope.holds(
                finding.account,
                finding.region,
                finding.source,
                finding.workspace,
            )
    }
}

impl Rule {
    /// Whether its scope takes in what was scanned.
    pub(crate) fn is_about(&self, scope: &crate::ScopeView<'_>) -> bool {
        match &self.matter {
            Matter::DriftIgnore(_) => true,
            Matter::Selection(selection) => {
                selection
                    .scope
                    .holds(scope.account, scope.region, scope.source, scope.workspace)
            }
        }
    }
}

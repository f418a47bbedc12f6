//! Suppressions over a scan.

use std::collections::BTreeSet;

use afterhours_core::alert::Severity;
use afterhours_diff::{Changed, Class, Finding, Fingerprints, SENSITIVE, meaning};
use afterhours_suppress::{
    AttributeView, Class as Kind, FindingView, Judgement, Problem, Rules, ScopeView, Stale,
    Staleness, Tally,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::scan::{Scan, Scanned};

/// What people have said to be fine.
#[derive(Debug, Default)]
pub struct Suppressions(Option<File>);

#[derive(Debug)]
struct File {
    address: String,
    rules: Rules,
    /// Lines of a `.driftignore` that hide nothing because they cannot be expressed.
    unusable: Vec<Problem>,
}

impl Suppressions {
    /// Nothing is suppressed.
    pub fn none() -> Self {
        Self::default()
    }

    /// Reads a YAML file of rules, or a `.driftignore` by its name.
    ///
    /// # Errors
    /// Every fault of a YAML file, with its place: a file with a fault hides nothing.
    pub fn parse(address: &str, text: &str) -> Result<Self, Vec<String>> {
        let (rules, unusable) = if address.ends_with(".driftignore") {
            Rules::import_driftignore(text)
        } else {
            let rules = Rules::parse(text).map_err(|problems| {
                problems
                    .iter()
                    .map(|problem| format!("{address}: {problem}"))
                    .collect::<Vec<_>>()
            })?;
            (rules, Vec::new())
        };
        Ok(Self(Some(File {
            address: address.to_owned(),
            rules,
            unusable,
        })))
    }

    /// Takes out what is suppressed, and puts in the rules that hide nothing.
    pub fn put_over(&self, scan: &mut Scan, now: Timestamp) {
        let Some(file) = &self.0 else { return };
        scan.looked.rules = Some(file.address.clone());
        let today = now.to_zoned(TimeZone::UTC).date();
        let mut tally = Tally::new();
        let mut kept = Vec::new();
        for finding in std::mem::take(&mut scan.report.findings) {
            let workspace = finding.source.as_ref().and_then(|source| {
                let line = scan
                    .report
                    .states
                    .iter()
                    .find(|line| line.source == *source);
                line?.workspace.clone()
            });
            let judgement = judge(&file.rules, &finding, workspace.as_deref(), today);
            tally.record(&judgement);
            if judgement.is_suppressed() {
                scan.report.suppressed += 1;
                scan.looked.suppressed.insert(finding.identity());
            } else {
                kept.push(without(finding, &judgement));
            }
        }
        let scopes: Vec<ScopeView<'_>> = scan.scanned.iter().map(view).collect();
        let stale = file.rules_that_hide_nothing(&tally, today, &scopes);
        kept.extend(stale);
        scan.report.findings = kept;
        for problem in &file.unusable {
            scan.report
                .notes
                .push(format!("{}: {problem}", file.address));
        }
    }
}

impl File {
    fn rules_that_hide_nothing(
        &self,
        tally: &Tally,
        today: jiff::civil::Date,
        scopes: &[ScopeView<'_>],
    ) -> Vec<Finding> {
        let stale = tally.stale(&self.rules, today, scopes);
        stale.iter().map(|stale| self.finding(stale)).collect()
    }

    fn finding(&self, stale: &Stale) -> Finding {
        let (name, severity) = match stale.why {
            Staleness::Expired(_) => ("suppression_expired", Severity::Notice),
            Staleness::NeverMatched => ("suppression_never_matched", Severity::Info),
            Staleness::Refused => ("suppression_of_a_secret", Severity::Info),
        };
        let name = format!("{name}:{}", stale.line);
        let object = [self.address.as_str(), name.as_str(), stale.text.as_str()];
        Finding {
            class: Class::Integrity,
            address: None,
            kind: None,
            account: None,
            region: None,
            source: Some(self.address.clone()),
            severity,
            fingerprint: Fingerprints::unkeyed().of(Class::Integrity, &object, &[]),
            parts: Vec::new(),
            id: Some(name),
            summary: stale.text.clone(),
            explained: None,
            attributes: Vec::new(),
            next_step: None,
        }
    }
}

fn view(scanned: &Scanned) -> ScopeView<'_> {
    ScopeView {
        account: &scanned.place.account,
        region: &scanned.place.region,
        source: &scanned.source,
        workspace: scanned.workspace.as_deref(),
    }
}

fn judge(
    rules: &Rules,
    finding: &Finding,
    workspace: Option<&str>,
    today: jiff::civil::Date,
) -> Judgement {
    let attributes: Vec<AttributeView<'_>> = finding
        .attributes
        .iter()
        .map(|Changed { path, state, live }| AttributeView {
            path,
            state,
            live,
            sensitive: state == SENSITIVE || live == SENSITIVE,
        })
        .collect();
    let view = FindingView {
        class: match finding.class {
            Class::Changed => Kind::Changed,
            Class::Deleted => Kind::Deleted,
            Class::Unmanaged => Kind::Unmanaged,
            Class::Integrity => Kind::Integrity,
            Class::Conflict => Kind::Conflict,
        },
        address: finding.address.as_deref().unwrap_or_default(),
        kind: finding.kind.as_deref().unwrap_or_default(),
        id: finding.id.as_deref().unwrap_or_default(),
        account: finding.account.as_deref().unwrap_or_default(),
        region: finding.region.as_deref().unwrap_or_default(),
        source: finding.source.as_deref().unwrap_or_default(),
        workspace,
        attributes: &attributes,
    };
    rules.judge(&view, today)
}

/// The finding without its suppressed attributes.
fn without(mut finding: Finding, judgement: &Judgement) -> Finding {
    let hidden: BTreeSet<usize> = judgement
        .attributes
        .iter()
        .enumerate()
        .filter_map(|(index, rule)| rule.map(|_| index))
        .collect();
    if hidden.is_empty() {
        return finding;
    }
    let is_left = |index: usize| !hidden.contains(&index);
    finding.attributes = left(finding.attributes, is_left);
    finding.parts = left(finding.parts, is_left);
    let said = finding.parts.iter();
    let said = said.map(|part| (part.severity, part.sentence.as_str()));
    let (severity, summary) = meaning::together(said);
    if finding.explained.is_none() {
        finding.severity = severity;
    }
    finding.summary = format!("{summary} ({} suppressed)", hidden.len());
    // A suppressed value that comes and goes is no change of what is left.
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let object = [
        text(&finding.source),
        text(&finding.address),
        text(&finding.id),
        text(&finding.account),
        text(&finding.region),
    ];
    let object: Vec<&str> = object.iter().map(String::as_str).collect();
    let parts = finding.parts.iter().map(|part| part.fingerprint.as_str());
    finding.fingerprint = Fingerprints::joined(finding.class, &object, parts);
    finding
}

fn left<T>(items: Vec<T>, is_left: impl Fn(usize) -> bool) -> Vec<T> {
    items
        .into_iter()
        .enumerate()
        .filter_map(|(index, item)| is_left(index).then_some(item))
        .collect()
}

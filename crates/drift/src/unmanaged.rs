//! What is there and no state names, and what two states claim.

use std::collections::{BTreeMap, BTreeSet};

use afterhours_core::alert::Severity;
use afterhours_diff::catalog;
use afterhours_diff::{Class, Finding, Fingerprints, Live, Origin};

use crate::live::{LiveSide, Named};
use crate::place::Place;

/// Types that are the same objects under another name.
fn family(kind: &str) -> &str {
    match kind {
        "aws_default_vpc" => "aws_vpc",
        "aws_default_subnet" => "aws_subnet",
        "aws_default_security_group" => "aws_security_group",
        "aws_default_route_table" => "aws_route_table",
        other => other,
    }
}

/// Objects that somebody made and no state names.
pub(crate) fn unmanaged(side: &LiveSide, named: &Named, prints: &Fingerprints) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (place, there) in &side.places {
        let mut known: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (kind, keys) in named.get(place).into_iter().flatten() {
            known
                .entry(family(kind))
                .or_default()
                .extend(keys.iter().map(String::as_str));
        }
        for (kind, objects) in &there.objects {
            if !catalog::find(kind).is_some_and(|kind| kind.unmanaged) {
                continue;
            }
            let mut keys: Vec<&String> = objects.keys().collect();
            keys.sort();
            for live in keys.into_iter().filter_map(|key| objects.get(key)) {
                let is_known = known
                    .get(family(kind))
                    .is_some_and(|keys| keys.contains(live.key.as_str()));
                if !is_known && live.origin == Origin::Ordinary {
                    findings.push(finding(place, live, prints));
                }
            }
        }
    }
    findings
}

fn finding(place: &Place, live: &Live, prints: &Fingerprints) -> Finding {
    let label: String = live
        .id
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let object = [live.kind, &live.id, &place.account, &place.region];
    Finding {
        class: Class::Unmanaged,
        address: None,
        kind: Some(live.kind.to_owned()),
        id: Some(live.id.clone()),
        account: Some(place.account.clone()),
        region: Some(place.region.clone()),
        source: None,
        severity: Severity::Notice,
        summary: format!("{} {} is in no scanned state", live.kind, live.id),
        explained: None,
        attributes: Vec::new(),
        next_step: Some(format!(
            "import {{\n  to = {}.imported_{label}\n  id = \"{}\"\n}}",
            live.kind,
            live.id.replace('\\', "\\\\").replace('"', "\\\"")
        )),
        fingerprint: prints.of(Class::Unmanaged, &object, &[]),
        parts: Vec::new(),
    }
}

/// Objects that two states claim; each claim is given by state.
pub(crate) fn conflicts(claims: &[(String, Named)], prints: &Fingerprints) -> Vec<Finding> {
    let mut claimed: BTreeMap<(&Place, &str, &str), BTreeSet<&str>> = BTreeMap::new();
    for (source, named) in claims {
        for (place, kinds) in named {
            for (kind, keys) in kinds {
                for key in keys {
                    claimed
                        .entry((place, kind, key))
                        .or_default()
                        .insert(source);
                }
            }
        }
    }
    claimed
        .into_iter()
        .filter(|(_, sources)| sources.len() > 1)
        .map(|((place, kind, key), sources)| {
            let sources: Vec<&str> = sources.into_iter().collect();
            let mut object = vec![kind, key, &place.account, &place.region];
            object.extend(&sources);
            Finding {
                class: Class::Conflict,
                address: None,
                kind: Some(kind.to_owned()),
                id: Some(key.to_owned()),
                account: Some(place.account.clone()),
                region: Some(place.region.clone()),
                source: None,
                severity: Severity::Warning,
                summary: format!(
                    "{kind} {key} is claimed by {} states: {}",
                    sources.len(),
                    sources.join(", ")
                ),
                explained: None,
                attributes: Vec::new(),
                next_step: None,
                fingerprint: prints.of(Class::Conflict, &object, &[]),
                parts: Vec::new(),
            }
        })
        .collect()
}

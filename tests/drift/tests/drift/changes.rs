//! Each change out of band, one at a time: the tool finds what the provider finds, or what its file expects and why.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use afterhours_drift_tests::drift::{Fate, top};
use afterhours_drift_tests::parallel::each;
use afterhours_drift_tests::tool::scan;
use afterhours_drift_tests::world::instances;
use afterhours_drift_tests::{Change, Drift, Kind, World, changes};

use super::world;

/// What one change came to.
struct Outcome {
    change: Change,
    ours: Drift,
    provider: Drift,
    /// Why it is wrong; empty where it is not.
    faults: Vec<String>,
}

/// Makes a change in a copy of the account, and looks at the copy with the tool and with the provider.
fn outcome(world: &World, change: &Change) -> anyhow::Result<Outcome> {
    let copy = world.fork()?;
    let url = copy.proxy.url();
    change.make(world, &url)?;
    let scan = scan(&url, "scan", world.refreshed())?;
    let name = format!("{}-{}", change.part, change.name);
    let resource_drift = world.resource_drift(&name, &url)?;
    let (ours, provider) = (Drift::of_scan(&scan), Drift::of_provider(&resource_drift));
    let mut faults = faults(change, &ours, &provider);
    let open = scan.findings(&["changed", "deleted", "unmanaged", "integrity", "conflict"]);
    let code = if open.is_empty() { 0 } else { 2 };
    if scan.ran.code != code {
        faults.push(format!(
            "exit {} instead of {code}: {}",
            scan.ran.code,
            scan.holes()
        ));
    }
    let unseen = scan.count("partly_compared") + scan.count("failed") + scan.count("denied");
    if unseen > 0 {
        faults.push(format!("not all was seen: {}", scan.holes()));
    }
    Ok(Outcome {
        change: change.clone(),
        ours,
        provider,
        faults,
    })
}

/// What the file of the change says that becomes of its resource.
fn expected(change: &Change) -> Option<Fate> {
    match change.kind {
        Kind::Noop => None,
        Kind::Delete => Some(Fate::Deleted),
        Kind::Change => Some(Fate::Changed(
            change.expect.iter().map(|path| top(path)).collect(),
        )),
    }
}

fn faults(change: &Change, ours: &Drift, provider: &Drift) -> Vec<String> {
    let words =
        |fate: Option<&Fate>| fate.map_or_else(|| "nothing".to_owned(), ToString::to_string);
    let mut faults = Vec::new();
    let expected = expected(change);
    let own = ours.0.get(&change.resource);
    if own != expected.as_ref() {
        faults.push(format!(
            "expected of {}: {}; found: {}",
            change.resource,
            words(expected.as_ref()),
            words(own)
        ));
    }
    let addresses: BTreeSet<&String> = ours.0.keys().chain(provider.0.keys()).collect();
    for address in addresses {
        let (own, theirs) = (ours.0.get(address), provider.0.get(address));
        let reason = if *address == change.resource {
            change.why_blind.as_ref()
        } else {
            change.besides.get(address)
        };
        if own == theirs && reason.is_some() && *address != change.resource {
            faults.push(format!(
                "{address}: `besides` names it, and both say {}",
                words(own)
            ));
        }
        if own != theirs && reason.is_none() {
            let (own, theirs) = (words(own), words(theirs));
            faults.push(format!(
                "{address}: the tool says {own}, the provider {theirs}"
            ));
        }
    }
    faults
}

/// Two plans and two scans at a time on two cores.
const AT_ONCE: usize = 3;

#[test]
fn every_change_is_found_and_nothing_else() {
    let Some(world) = world() else { return };
    let changes = changes::all(world).unwrap();
    let outcomes = each(AT_ONCE, &changes, |change| {
        outcome(world, change).unwrap_or_else(|error| Outcome {
            change: change.clone(),
            ours: Drift::default(),
            provider: Drift::default(),
            faults: vec![format!("{error:#}")],
        })
    });
    println!("{}", table(&outcomes));
    let mut wrong = String::new();
    for outcome in outcomes.iter().filter(|outcome| !outcome.faults.is_empty()) {
        writeln!(wrong, "{} {}", outcome.change.part, outcome.change.name).unwrap();
        for fault in &outcome.faults {
            writeln!(wrong, "    {fault}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn there_are_enough_changes_of_every_type() {
    let Some(world) = world() else { return };
    let changes = changes::all(world).unwrap();
    let of = |kind: Kind| changes.iter().filter(|change| change.kind == kind).count();
    let (others, deleted, noops) = (of(Kind::Change), of(Kind::Delete), of(Kind::Noop));
    println!("{others} changes, {deleted} deletions, {noops} that mean nothing");
    assert!(others + deleted >= 60, "{others} + {deleted}");
    assert!(deleted >= 10, "{deleted}");
    assert!(noops >= 20, "{noops}");
    let managed: BTreeMap<String, String> =
        instances(world.refreshed()).unwrap().into_iter().collect();
    let real = changes.iter().filter(|change| change.kind != Kind::Noop);
    let touched: BTreeSet<&String> = real
        .map(|change| {
            managed
                .get(&change.resource)
                .unwrap_or_else(|| panic!("{change:?}"))
        })
        .collect();
    let untouched: BTreeSet<&String> = managed
        .values()
        .filter(|kind| !touched.contains(kind))
        .collect();
    assert!(untouched.is_empty(), "no change of {untouched:?}");
}

/// One line for each change: what it does, what the tool and the provider say.
fn table(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        let Change {
            part, name, kind, ..
        } = &outcome.change;
        let mark = match (&outcome.change.why_blind, outcome.faults.is_empty()) {
            (_, false) => "WRONG",
            (None, true) => "same",
            (Some(_), true) => "ours",
        };
        let kind = format!("{kind:?}").to_lowercase();
        writeln!(
            text,
            "{mark:5} {kind:6} {part} {name} | {} | {}",
            outcome.ours, outcome.provider
        )
        .unwrap();
    }
    text
}

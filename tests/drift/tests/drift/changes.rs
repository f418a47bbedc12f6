//! Each change out of band, one at a time: the tool finds what the provider finds, or what its file expects and why.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Instant;

use afterhours_diff::catalog;
use afterhours_drift_tests::drift::{Fate, top};
use afterhours_drift_tests::parallel::each;
use afterhours_drift_tests::tool::{Scan, scan};
use afterhours_drift_tests::world::{Instance, instances, related};
use afterhours_drift_tests::{Change, Drift, Kind, World, changes};

use super::{say, world};

/// What one change came to.
struct Outcome {
    change: Change,
    ours: Drift,
    provider: Drift,
    /// Why it is wrong; empty where it is not.
    faults: Vec<String>,
}

/// Makes changes in a copy of the account, and looks at the copy with the tool and with the provider.
///
/// The provider is asked for what the changes can touch: their resources, what names them and what they name, and what
/// the tool found besides. A plan of all takes longer than all the rest.
fn look(world: &World, managed: &[Instance], changes: &[&Change]) -> anyhow::Result<Vec<Outcome>> {
    let copy = world.fork()?;
    let url = copy.proxy.url();
    changes::make(world, &url, changes)?;
    let scan = scan(&url, "scan", world.refreshed())?;
    let ours = Drift::of_scan(&scan);
    let mut targets: BTreeSet<String> = ours.0.keys().cloned().collect();
    for change in changes {
        targets.extend(related(managed, &change.resource));
    }
    let targets: Vec<String> = targets.into_iter().collect();
    let name = changes
        .first()
        .map_or("none", |change| change.name.as_str());
    let resource_drift = world.resource_drift(&format!("plan-{name}"), &url, &targets)?;
    let provider = Drift::of_provider(&resource_drift);
    let outcomes = changes.iter().map(|change| Outcome {
        faults: faults(change, changes, &ours, &provider)
            .into_iter()
            .chain(unseen(&scan))
            .collect(),
        change: (*change).clone(),
        ours: ours.clone(),
        provider: provider.clone(),
    });
    Ok(outcomes.collect())
}

/// What a scan of an undisturbed account has to have seen: all of it.
fn unseen(scan: &Scan) -> Option<String> {
    let open = scan.report["findings"]
        .as_array()
        .is_some_and(|all| !all.is_empty());
    let code = if open { 2 } else { 0 };
    let holes = ["partly_compared", "denied", "throttled", "failed", "void"];
    let unseen: u64 = holes.iter().map(|class| scan.count(class)).sum();
    (scan.ran.code != code || unseen > 0)
        .then(|| format!("exit {} instead of {code}: {}", scan.ran.code, scan.holes()))
}

/// What the file of the change says that becomes of its resource.
fn expected(change: &Change) -> Option<Fate> {
    match change.kind {
        Kind::Noop => None,
        Kind::Delete => Some(Fate::Deleted),
        Kind::Change => {
            let names = change.expect.iter().map(|path| top(path));
            Some(Fate::Changed(names.collect()))
        }
    }
}

/// What is wrong with the findings of one change, which was made together with `all`.
fn faults(change: &Change, all: &[&Change], ours: &Drift, provider: &Drift) -> Vec<String> {
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
    if change.kind == Kind::Noop {
        // The provider compares texts, and a policy in other words is another text: what means nothing is what the file
        // of the change says. Every finding is one too many, at whatever address.
        let others = ours
            .0
            .iter()
            .filter(|(address, _)| **address != change.resource);
        faults.extend(others.map(|(address, fate)| format!("{address}: the tool says {fate}")));
        return faults;
    }
    let addresses: BTreeSet<&String> = ours.0.keys().chain(provider.0.keys()).collect();
    for address in addresses {
        let (own, theirs) = (ours.0.get(address), provider.0.get(address));
        let is_own = *address == change.resource;
        if !is_own && all.iter().any(|other| other.resource == *address) {
            continue;
        }
        let reason = if is_own {
            change.why_blind.as_ref()
        } else {
            all.iter().find_map(|other| other.besides.get(address))
        };
        if own != theirs && reason.is_none() {
            let (own, theirs) = (words(own), words(theirs));
            faults.push(format!(
                "{address}: the tool says {own}, the provider {theirs}"
            ));
        }
    }
    // A reason that explains nothing hides the next fault.
    for (address, reason) in &change.besides {
        if ours.0.get(address) == provider.0.get(address) {
            faults.push(format!(
                "{address}: both say the same, in spite of: {reason}"
            ));
        }
    }
    if change.why_blind.is_some() && own == provider.0.get(&change.resource) {
        faults.push(format!(
            "both say {}, and `why_blind` says why not",
            words(own)
        ));
    }
    faults
}

/// Changes that are made together: each of those that mean something alone, and the others in rounds in which none
/// touches the resource of another, since all together have to give nothing.
fn rounds(all: &[Change]) -> Vec<Vec<&Change>> {
    let mut rounds: Vec<Vec<&Change>> = Vec::new();
    for change in all.iter().filter(|change| change.kind == Kind::Noop) {
        let free = rounds
            .iter_mut()
            .find(|round| round.iter().all(|other| other.resource != change.resource));
        match free {
            Some(round) => round.push(change),
            None => rounds.push(vec![change]),
        }
    }
    rounds.extend(
        all.iter()
            .filter(|change| change.kind != Kind::Noop)
            .map(|change| vec![change]),
    );
    rounds
}

/// One waits for Python or Terraform while others compute.
const AT_ONCE: usize = 3;

#[test]
fn every_change_is_found_and_nothing_else() {
    let Some(world) = world() else { return };
    let begun = Instant::now();
    let managed = instances(world.refreshed()).unwrap();
    let all = changes::all(world).unwrap();
    let rounds = rounds(&all);
    let outcomes = each(AT_ONCE, &rounds, |round| {
        let outcomes = look(world, &managed, round).unwrap_or_else(|error| {
            let failed = |change: &&Change| Outcome {
                change: (*change).clone(),
                ours: Drift::default(),
                provider: Drift::default(),
                faults: vec![format!("{error:#}")],
            };
            round.iter().map(failed).collect()
        });
        say(table(&outcomes).trim_end());
        outcomes
    });
    let outcomes: Vec<Outcome> = outcomes.into_iter().flatten().collect();
    say(&format!(
        "{} changes in {} s",
        all.len(),
        begun.elapsed().as_secs()
    ));
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
    say(&format!(
        "{others} changes, {deleted} deletions, {noops} that mean nothing"
    ));
    assert!(others + deleted >= 60, "{others} + {deleted}");
    assert!(deleted >= 10, "{deleted}");
    assert!(noops >= 20, "{noops}");
    let managed = instances(world.refreshed()).unwrap();
    let kinds: BTreeMap<&str, &str> = managed
        .iter()
        .map(|instance| (instance.address.as_str(), instance.kind.as_str()))
        .collect();
    let touched: BTreeSet<&str> = changes
        .iter()
        .filter(|change| change.kind != Kind::Noop)
        .map(|change| {
            let kind = kinds.get(change.resource.as_str());
            *kind.unwrap_or_else(|| panic!("{} is not in the state", change.resource))
        })
        .collect();
    let untouched: BTreeSet<&&str> = kinds
        .values()
        .filter(|kind| catalog::find(kind).is_some() && !touched.contains(**kind))
        .collect();
    assert!(untouched.is_empty(), "no change of {untouched:?}");
}

/// One line for each change: what it does, what the tool and the provider say.
fn table(outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        let Change {
            part,
            name,
            kind,
            resource,
            why_blind,
            ..
        } = &outcome.change;
        let mark = match (why_blind, outcome.faults.is_empty()) {
            (_, false) => "WRONG",
            (None, true) => "same",
            (Some(_), true) => "ours",
        };
        let kind = format!("{kind:?}").to_lowercase();
        let of = |drift: &Drift| match outcome.change.kind {
            // The other changes of the round stand in their own lines.
            Kind::Noop => drift
                .0
                .get(resource)
                .map_or_else(|| "-".to_owned(), ToString::to_string),
            _ => drift.to_string(),
        };
        let (ours, theirs) = (of(&outcome.ours), of(&outcome.provider));
        writeln!(text, "{mark:5} {kind:6} {part} {name} | {ours} | {theirs}").unwrap();
    }
    text
}

//! Nothing has changed, and nothing is found.

use std::collections::BTreeSet;
use std::path::Path;

use afterhours_diff::catalog;
use afterhours_drift_tests::tool::{Scan, scan};
use afterhours_drift_tests::world::instances;
use serde_json::Value;

use super::{say, world};

/// Nothing found, and everything accounted for.
fn assert_clean(scan: &Scan, state: &Path) {
    let findings = serde_json::to_string_pretty(&scan.report["findings"]).unwrap();
    assert_eq!(
        scan.ran.code,
        0,
        "{findings} {} {}",
        scan.holes(),
        scan.ran.stderr
    );
    assert_eq!(scan.report["findings"], Value::Array(Vec::new()));
    let managed = instances(state).unwrap();
    let read = managed
        .iter()
        .filter(|instance| catalog::find(&instance.kind).is_some());
    let read = read.count() as u64;
    assert_eq!(scan.count("compared"), read, "{}", scan.holes());
    assert_eq!(scan.count("unsupported"), managed.len() as u64 - read);
    for class in ["partly_compared", "denied", "throttled", "failed", "void"] {
        assert_eq!(scan.count(class), 0, "{class}: {}", scan.holes());
    }
    let out_of_scope = scan.report.pointer("/coverage/details/out_of_scope");
    for entry in out_of_scope.and_then(Value::as_array).into_iter().flatten() {
        let address = entry["address"].as_str().unwrap_or_default();
        assert!(address.split('.').any(|part| part == "data"), "{entry}");
    }
}

#[test]
fn no_false_finding_on_a_refreshed_state() {
    let Some(world) = world() else { return };
    let managed = instances(world.refreshed()).unwrap();
    let kinds: BTreeSet<&str> = managed
        .iter()
        .map(|instance| instance.kind.as_str())
        .collect();
    say(&format!(
        "{} instances of {} types",
        managed.len(),
        kinds.len()
    ));
    assert!(managed.len() >= 60, "{managed:?}");
    let copy = world.fork().unwrap();
    let scan = scan(&copy.proxy.url(), "clean", world.refreshed()).unwrap();
    let calls: u64 = copy.proxy.counts().values().sum();
    say(&format!(
        "{calls} calls of {} operations",
        copy.proxy.counts().len()
    ));
    assert_clean(&scan, world.refreshed());
}

#[cfg(feature = "proof")]
#[test]
fn no_false_finding_on_a_state_as_it_was_applied() {
    let Some(world) = world() else { return };
    let copy = world.fork().unwrap();
    let scan = scan(&copy.proxy.url(), "applied", world.applied()).unwrap();
    let findings = scan.report["findings"].as_array().unwrap();
    for finding in findings {
        // moto forgets the security groups that an instance is launched with; the provider says the same at its next
        // refresh.
        let paths: Vec<&Value> = finding["attributes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|attribute| &attribute["path"])
            .collect();
        assert_eq!(finding["type"], "aws_instance", "{finding}");
        assert_eq!(paths, ["vpc_security_group_ids"], "{finding}");
    }
    let managed = instances(world.applied()).unwrap();
    let known = |kind: &str| catalog::find(kind).is_some();
    let read = managed.iter().filter(|instance| known(&instance.kind));
    assert_eq!(
        scan.count("compared"),
        read.count() as u64,
        "{}",
        scan.holes()
    );
}

#[test]
fn the_provider_sees_nothing_either() {
    let Some(world) = world() else { return };
    let copy = world.fork().unwrap();
    let drift = world
        .resource_drift("quiet", &copy.proxy.url(), &[])
        .unwrap();
    assert_eq!(drift, Value::Array(Vec::new()));
}

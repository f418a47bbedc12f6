//! What is secret appears in no output, and a secret that changed is still found.

use afterhours_diff::catalog;
use afterhours_drift_tests::changes;
use afterhours_drift_tests::drift::{Drift, Fate, top};
use afterhours_drift_tests::tool::{Ran, scan, tool};
use afterhours_drift_tests::world::{Instance, instances};

use super::world;

/// What every secret of the configuration and of its changes begins with, and what others are named there.
const MARKS: [&str; 5] = [
    "MARK-",
    "correct-horse-battery-staple",
    "tr0ub4dor-and-3",
    "hidden-in-the-model",
    "hidden-in-the-script",
];

/// The alphabet of base64.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What base64 of any text with this mark contains: at one of three offsets, without the digits that its neighbours share.
fn encoded(mark: &str) -> Vec<String> {
    let digits = |bytes: &[u8]| -> String {
        let bits = bytes
            .iter()
            .flat_map(|byte| (0..8).rev().map(move |bit| (byte >> bit) & 1));
        let bits: Vec<u8> = bits.collect();
        let whole = bits.chunks_exact(6);
        whole
            .map(|six| six.iter().fold(0, |sum, bit| sum * 2 + usize::from(*bit)))
            .map(|digit| char::from(DIGITS[digit]))
            .collect()
    };
    (0..3)
        .map(|skip| digits(&mark.as_bytes()[skip..]))
        .collect()
}

/// Fails where an output shows a secret, plain or in base64.
fn assert_silent(what: &str, ran: &Ran) {
    for mark in MARKS {
        let forms = encoded(mark).into_iter().chain([mark.to_owned()]);
        for form in forms {
            for text in [&ran.stdout, &ran.stderr] {
                let at = text.find(&form).map(|at| at.saturating_sub(200));
                let around = at.and_then(|at| text.get(at..));
                assert!(at.is_none(), "{what} shows {form}: {around:?}");
            }
        }
    }
}

#[test]
fn no_output_shows_a_secret_and_each_that_changed_is_found() {
    let Some(world) = world() else { return };
    let copy = world.fork().unwrap();
    let url = copy.proxy.url();
    let secret = |part: &str, name: &str| {
        part == "secrets"
            || name.contains("user-data")
            || name.contains("environment")
            || name.contains("scripts-other")
    };
    let changes = changes::all(world).unwrap();
    let changes: Vec<_> = changes
        .iter()
        .filter(|change| secret(&change.part, &change.name))
        .collect();
    changes::make(world, &url, &changes).unwrap();
    let found = scan(&url, "secrets", world.refreshed()).unwrap();
    assert_eq!(found.ran.code, 2, "{}", found.ran.stderr);
    assert_silent("the scan as JSON", &found.ran);
    let drift = Drift::of_scan(&found);
    for change in changes.iter().filter(|change| change.part == "secrets") {
        let Some(Fate::Changed(names)) = drift.0.get(&change.resource) else {
            panic!("{} is not found: {drift}", change.resource);
        };
        for path in &change.expect {
            assert!(
                names.contains(&top(path)),
                "{}: {path}: {names:?}",
                change.name
            );
        }
    }
    let state = world.refreshed().display().to_string();
    let table = tool(&url, "secrets", &["drift", "scan", "--state", &state]).unwrap();
    assert_eq!(table.code, 2, "{}", table.stderr);
    assert_silent("the scan as a table", &table);
    for Instance { address, kind, .. } in instances(world.refreshed()).unwrap() {
        let may_have = ["aws_instance", "launch", "sagemaker", "secret"];
        if !may_have
            .iter()
            .any(|part| address.contains(part) || kind.contains(part))
        {
            continue;
        }
        // What has no reader cannot be looked at.
        let accepted = if catalog::find(&kind).is_some() {
            [0, 2].as_slice()
        } else {
            &[3]
        };
        for format in ["human", "json"] {
            let arguments = [
                "drift", "explain", &address, "--state", &state, "--format", format,
            ];
            let explained = tool(&url, "secrets", &arguments).unwrap();
            assert_silent(&format!("explain {address} as {format}"), &explained);
            assert!(
                accepted.contains(&explained.code),
                "{address}: {}",
                explained.stderr
            );
        }
    }
}

#[test]
fn the_marks_are_found_in_base64_too() {
    for text in [
        "export TOKEN=MARK-x",
        "xport TOKEN=MARK-x",
        "port TOKEN=MARK-x",
    ] {
        let whole = encoded(text).remove(0);
        let forms = encoded("MARK-");
        assert!(
            forms.iter().any(|form| whole.contains(form)),
            "{whole} {forms:?}"
        );
    }
}

//! The digest of a night: title, severity and order.

use afterhours_core::alert::digest::{self, Night, Paused};
use afterhours_core::alert::scale::{self, Failure, Finding, Operation, Subject};
use afterhours_core::alert::{Kind, Scope, Severity, text};
use proptest::prelude::*;

use super::samples::{bad_night, quiet_night};
use super::strategies::night;

#[test]
fn the_title_counts_and_names_the_night_in_its_zone() {
    assert_eq!(
        digest::envelope(&quiet_night()).title,
        "Night of 20 Nov: 6 slept, 1 kept awake, 6 woke, 0 failed"
    );
    assert_eq!(
        digest::envelope(&bad_night()).title,
        "Night of 20 Nov: 6 slept, 1 kept awake, 5 woke, 2 failed (1 still failing)"
    );
    let mut night = quiet_night();
    night.from = "2026-11-20T23:30:00Z".parse().unwrap();
    assert!(
        digest::envelope(&night)
            .title
            .starts_with("Night of 21 Nov")
    );
    night.zone = "Nowhere/AtAll".to_owned();
    assert!(
        digest::envelope(&night)
            .title
            .starts_with("Night of 20 Nov")
    );
}

#[test]
fn the_severity_follows_what_happened() {
    let severity = |change: fn(&mut Night)| {
        let mut night = quiet_night();
        change(&mut night);
        digest::envelope(&night).severity
    };
    assert_eq!(severity(|_| {}), Severity::Info);
    assert_eq!(
        severity(|n| n.failed = bad_night().failed),
        Severity::Warning
    );
    assert_eq!(severity(|n| n.open = bad_night().open), Severity::Warning);
    assert_eq!(
        severity(|n| n.still_billing = bad_night().still_billing),
        Severity::Notice
    );
    assert_eq!(
        severity(|n| n.paused = Some(Paused {
            since: n.from,
            by: None,
            reason: None
        })),
        Severity::Notice
    );
}

#[test]
fn the_same_night_has_one_fingerprint_and_the_next_another() {
    let first = digest::envelope(&quiet_night());
    assert_eq!(
        first.fingerprint,
        digest::envelope(&bad_night()).fingerprint
    );
    let mut next = quiet_night();
    next.from = "2026-11-21T18:00:00Z".parse().unwrap();
    assert_ne!(first.fingerprint, digest::envelope(&next).fingerprint);
}

#[test]
fn failures_stand_first_and_the_owner_of_a_lease_is_shown_as_unverified() {
    let text = text::render(&digest::envelope(&bad_night()), 80);
    let order = [
        "Still failing (1)",
        "Open (1)",
        "Kept awake by a lease (1)",
        "Failed, then worked (1)",
        "Slept (6)",
        "Woke (5)",
    ];
    let places: Vec<_> = order
        .iter()
        .map(|what| {
            text.find(what)
                .unwrap_or_else(|| panic!("{what} in {text}"))
        })
        .collect();
    assert!(places.is_sorted(), "{places:?}");
    assert!(text.contains("by ops (unverified label)"), "{text}");
}

#[test]
fn failures_and_findings_of_the_scaler_have_their_severities() {
    let subject = Subject {
        scope: Scope::unknown(),
        target: "gpu; rm -rf $HOME".to_owned(),
        kind: "asg".to_owned(),
        arn: None,
    };
    let at = jiff::Timestamp::UNIX_EPOCH;
    let failure = |operation| {
        scale::failure(
            &subject,
            &Failure {
                operation,
                call: None,
                error: "e",
                fix: None,
            },
            at,
        )
    };
    assert_eq!(failure(Operation::Wake).severity, Severity::Critical);
    assert_eq!(failure(Operation::Sleep).severity, Severity::Warning);
    assert_ne!(
        failure(Operation::Wake).fingerprint,
        failure(Operation::Sleep).fingerprint
    );
    let finding = |finding| scale::finding(&subject, &finding, at);
    let cannot = finding(Finding::CannotWake {
        why: "endpoint config deleted",
        fix: "create it",
    });
    assert_eq!(cannot.severity, Severity::Critical);
    assert_eq!(
        cannot.title,
        "gpu; rm -rf $HOME cannot wake: endpoint config deleted"
    );
    assert_eq!(
        finding(Finding::StillBilling {
            what: "w",
            fix: None
        })
        .severity,
        Severity::Notice
    );
    let invalid = finding(Finding::InvalidSchedule {
        value: "'; reboot #",
        error: "e",
        fix: "f",
    });
    assert_eq!(invalid.severity, Severity::Warning);
    assert!(
        invalid
            .actions
            .iter()
            .any(|a| a.target() == r"afterhours schedule explain ''\''; reboot #'"),
        "{:?}",
        invalid.actions
    );
    let other = Finding::Other {
        code: "busy",
        severity: Severity::Notice,
        what: "is busy",
        fix: None,
    };
    assert_eq!(finding(other).severity, Severity::Notice);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn the_details_are_the_night(night in night()) {
        let envelope = digest::envelope(&night);
        prop_assert!(envelope.validate().is_ok(), "{:?}", envelope.validate());
        prop_assert_eq!(envelope.kind, Kind::Scale);
        prop_assert_eq!(serde_json::from_value::<Night>(envelope.details).unwrap(), night);
    }
}

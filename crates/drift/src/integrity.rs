//! Faults of a state itself, as findings.

use afterhours_core::alert::Severity;
use afterhours_diff::{Class, Finding, Fingerprints};
use afterhours_tfstate::{Header, IntegrityFault, LockInfo, Mark, integrity};
use jiff::{SignedDuration, Timestamp};

/// From when on a lock is called stale: Terraform's own operations last minutes, the longest hours.
const STALE: SignedDuration = SignedDuration::from_hours(6);

/// What does not hold of a state, given what is remembered of it.
pub(crate) fn faults(
    source: &str,
    remembered: Option<&Mark>,
    header: &Header,
    content: Option<&str>,
    lock: Option<&LockInfo>,
    now: Timestamp,
    prints: &Fingerprints,
) -> Vec<Finding> {
    let present = Mark {
        serial: header.serial,
        lineage: header.lineage.clone(),
        content: content.map(str::to_owned),
    };
    integrity(remembered, &present, lock, now, STALE)
        .into_iter()
        .map(|fault| finding(source, &fault, prints))
        .collect()
}

fn finding(source: &str, fault: &IntegrityFault, prints: &Fingerprints) -> Finding {
    let (name, severity, summary, next_step) = match fault {
        IntegrityFault::SerialWentBack { from, to } => (
            "serial_went_back",
            Severity::Critical,
            format!(
                "its serial went back from {from} to {to}: an older version was put in its place, or two writers race"
            ),
            None,
        ),
        IntegrityFault::LineageChanged { from, to } => (
            "lineage_changed",
            Severity::Critical,
            format!("another state lies in its place: lineage {to} instead of {from}"),
            None,
        ),
        IntegrityFault::SameSerialOtherBytes { serial } => (
            "same_serial_other_bytes",
            Severity::Warning,
            format!(
                "its bytes changed and its serial {serial} did not: it was edited by hand, or written twice"
            ),
            None,
        ),
        IntegrityFault::StaleLock {
            id,
            who,
            operation,
            created,
            hours,
        } => (
            "stale_lock",
            Severity::Warning,
            format!(
                "it is locked for {hours} hours ({operation} by {who} since {created}); nothing of it is compared meanwhile"
            ),
            Some(format!("terraform force-unlock {id}")),
        ),
    };
    let object = [source, name, &summary];
    Finding {
        class: Class::Integrity,
        address: None,
        kind: None,
        id: Some(name.to_owned()),
        account: None,
        region: None,
        source: Some(source.to_owned()),
        severity,
        fingerprint: prints.of(Class::Integrity, &object, &[]),
        parts: Vec::new(),
        summary,
        explained: None,
        attributes: Vec::new(),
        next_step,
    }
}

//! Locks, and what must hold between versions of a state.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

use std::io::Read as _;

use afterhours_tfstate::{Digest, IntegrityFault, LockInfo, Mark, integrity};
use jiff::{SignedDuration, Timestamp};

const LOCK: &str = r#"{"ID":"7f0c","Operation":"OperationTypeApply","Info":"","Who":"ops@ci","Version":"1.13.4","Created":"2026-11-21T04:00:00.123456789Z","Path":"ml-team/prod.tfstate"}"#;

fn mark(serial: u64, lineage: &str, content: Option<&str>) -> Mark {
    Mark {
        serial,
        lineage: lineage.to_owned(),
        content: content.map(str::to_owned),
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn faults(was: Option<&Mark>, is: &Mark) -> Vec<IntegrityFault> {
    integrity(
        was,
        is,
        None,
        at("2026-11-21T08:00:00Z"),
        SignedDuration::from_hours(6),
    )
}

#[test]
fn what_goes_on_as_it_should_is_no_fault() {
    let was = mark(41, "x", Some("aa"));
    for is in [
        mark(41, "x", Some("aa")),
        mark(42, "x", Some("bb")),
        mark(90, "x", None),
        mark(41, "x", None),
    ] {
        assert_eq!(faults(Some(&was), &is), [], "{is:?}");
    }
    assert_eq!(faults(None, &was), []);
}

#[test]
fn each_break_has_its_fault() {
    let was = mark(41, "x", Some("aa"));
    assert_eq!(
        faults(Some(&was), &mark(40, "x", Some("aa"))),
        [IntegrityFault::SerialWentBack { from: 41, to: 40 }]
    );
    assert_eq!(
        faults(Some(&was), &mark(1, "y", Some("bb"))),
        [IntegrityFault::LineageChanged {
            from: "x".to_owned(),
            to: "y".to_owned()
        }]
    );
    assert_eq!(
        faults(Some(&was), &mark(41, "x", Some("bb"))),
        [IntegrityFault::SameSerialOtherBytes { serial: 41 }]
    );
}

#[test]
fn a_lock_grows_stale() {
    let lock = LockInfo::parse(LOCK.as_bytes()).unwrap();
    let is = mark(1, "x", None);
    let with = |lock: &LockInfo, now: &str| {
        integrity(
            None,
            &is,
            Some(lock),
            at(now),
            SignedDuration::from_hours(6),
        )
    };
    assert_eq!(with(&lock, "2026-11-21T10:00:00Z"), []);
    let stale = with(&lock, "2026-11-21T11:30:00Z");
    let [IntegrityFault::StaleLock { who, hours: 7, .. }] = stale.as_slice() else {
        panic!("{stale:?}")
    };
    assert_eq!(who, "ops@ci");
    let ageless = LockInfo {
        created: None,
        ..lock
    };
    assert_eq!(with(&ageless, "2027-01-01T00:00:00Z"), []);
}

#[test]
fn a_lock_is_read_as_terraform_writes_it() {
    let lock = LockInfo::parse(LOCK.as_bytes()).unwrap();
    assert_eq!(
        (lock.id.as_str(), lock.operation.as_str()),
        ("7f0c", "OperationTypeApply")
    );
    assert_eq!(lock.created, Some(at("2026-11-21T04:00:00.123456789Z")));
    assert_eq!(lock.path, "ml-team/prod.tfstate");
    for (text, word) in [
        ("", "empty"),
        ("x", "no JSON"),
        ("{}", "without `ID`"),
        ("[]", "without `ID`"),
    ] {
        let fault = LockInfo::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(fault.contains(word), "{fault}");
    }
}

#[test]
fn a_digest_is_the_sha_256_of_what_was_read() {
    let mut digest = Digest::new(b"abc".as_slice());
    let mut text = String::new();
    digest.read_to_string(&mut text).unwrap();
    let (found, length) = digest.finish();
    assert_eq!((text.as_str(), length), ("abc", 3));
    assert_eq!(
        found,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

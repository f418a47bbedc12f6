//! The scope document deleted, truncated or replaced by an older version: the journal has it all.

use afterhours_e2e::small::{EVENING, MORNING, Small};
use afterhours_local::proxy::Rule;

use crate::support::{At, document, document_path, empty_bucket, killed_tick, later, raw, settle};

#[derive(Debug, Clone, Copy)]
enum Damage {
    Deleted,
    Truncated,
    Emptied,
    Older,
}

const ALL: [Damage; 4] = [
    Damage::Deleted,
    Damage::Truncated,
    Damage::Emptied,
    Damage::Older,
];

/// Damages the document; `older` is what lay there some time ago, nothing where there was none.
fn damage(small: &Small, how: Damage, older: Option<&[u8]>) {
    let path = document_path();
    let put = |bytes: &[u8]| {
        let (status, _) = raw(small, "PUT", &path, bytes);
        assert_eq!(status, 200);
    };
    match (how, older) {
        (Damage::Deleted, _) | (Damage::Older, None) => {
            let (status, _) = raw(small, "DELETE", &path, b"");
            assert!(status == 204 || status == 404, "{status}");
        }
        (Damage::Truncated, _) => {
            let bytes = document(small).unwrap_or_else(|| b"{}".to_vec());
            put(bytes.get(..bytes.len() / 2).unwrap());
        }
        (Damage::Emptied, _) => put(b""),
        (Damage::Older, Some(older)) => put(older),
    }
}

#[test]
fn a_document_damaged_in_the_night_is_taken_from_the_journal() {
    let small = Small::start("damage", 31).unwrap();
    for how in ALL {
        let when = format!("{how:?}");
        small
            .stage
            .tick(later(EVENING, 0))
            .unwrap()
            .response()
            .unwrap();
        let older = document(&small).unwrap();
        damage(&small, how, None);
        settle(&small, later(EVENING, 5));
        small.assert_asleep(&when).unwrap();
        assert_ne!(document(&small).unwrap(), older, "{when}");
        damage(&small, how, Some(&older));
        let mended = small.stage.tick(later(EVENING, 300)).unwrap();
        let mended = mended
            .response()
            .unwrap()
            .pointer("/reports/0/mended")
            .cloned();
        assert!(
            mended.is_some_and(|mended| !mended.as_array().unwrap().is_empty()),
            "{when}: nothing was mended"
        );
        damage(&small, how, Some(&older));
        settle(&small, later(MORNING, 0));
        small.assert_restored(&when).unwrap();
        empty_bucket(&small);
    }
}

#[test]
fn a_document_damaged_between_a_crash_and_the_restart_loses_nothing() {
    let small = Small::start("damage-crash", 32).unwrap();
    // An empty document is a truncated one; the test above has both.
    for how in [Damage::Deleted, Damage::Truncated, Damage::Older] {
        for n in 1.. {
            let mut killed = false;
            for (from, evening) in [(EVENING, true), (MORNING, false)] {
                let when = format!("{how:?} after a crash at change {n} of {from}");
                let older = document(&small);
                let rule = Rule::on("*", "*").caller("scaler").mutating().nth(n);
                // Every other one is carried out by AWS and not answered.
                let at = if n % 2 == 0 { At::After } else { At::Before };
                killed |= killed_tick(&small, later(from, 0), rule, at);
                // The very first write is the journal entry's: before it there is nothing to be damaged.
                if document(&small).is_some() {
                    damage(&small, how, older.as_deref());
                }
                settle(&small, later(from, 5));
                if evening {
                    small.assert_asleep(&when).unwrap();
                } else {
                    small.assert_restored(&when).unwrap();
                }
            }
            empty_bucket(&small);
            if !killed {
                println!("{how:?}: {} changes", n - 1);
                assert!(n > 8, "a tick makes more than {n} changes");
                break;
            }
        }
    }
}

//! A tick that has nothing to do.

use afterhours_e2e::small::{EVENING, MORNING, Small};
use serde_json::json;

use crate::support::{actions, later, names, report, settle, whole_night};

/// Reads of a tick of the small platform that changes nothing, however it is asleep or awake.
const READS: usize = 9;

#[test]
fn a_night_without_trouble_leaves_everything_as_it_was() {
    let small = Small::start("night", 7).unwrap();
    whole_night(&small, EVENING, MORNING);
}

#[test]
fn a_tick_without_change_makes_no_mutating_call_and_no_write() {
    let small = Small::start("quiet", 8).unwrap();
    // By day everything is as the schedule wants it.
    let quiet = |minutes: i64, from: &str, when: &str| {
        let answered = small.stage.tick(later(from, minutes)).unwrap();
        assert_eq!(actions(&report(&answered)), Vec::<String>::new(), "{when}");
        let all = names(&answered.calls);
        assert!(
            answered.calls.iter().all(|record| !record.call.mutating),
            "{when}: {all:?}"
        );
        println!("{when}: {} reads: {all:?}", all.len());
        assert!(all.len() <= READS, "{when}: {all:?}");
        all.len()
    };
    quiet(-60, EVENING, "by day");
    settle(&small, later(EVENING, 0));
    let at_night: Vec<usize> = (0..3)
        .map(|tick| quiet(240 + 5 * tick, EVENING, "at night"))
        .collect();
    assert!(
        at_night.iter().all(|reads| Some(reads) == at_night.first()),
        "{at_night:?}"
    );
    settle(&small, later(MORNING, 0));
    quiet(120, MORNING, "the day after");
    assert_eq!(small.records("2026-11-25T09:05:00Z").unwrap(), json!({}));
}

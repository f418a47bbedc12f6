//! Death between any two calls: nothing is lost, and the ticks after it bring everything to its end.

use std::time::Instant;

use afterhours_e2e::small::{EVENING, MORNING, Small};
use afterhours_local::proxy::Rule;

use crate::support::{At, empty_bucket, killed_tick, later, settle};

/// Ticks after the first that still change something: an endpoint comes back in steps.
const LATER_TICKS: i64 = 6;

/// The tick, counted from 0, that ran last, and whether it died.
type Died = (i64, bool);

/// One life: evening and morning with `die` in each of them; says whether any of the two died.
///
/// The tick five minutes after a death is the first that goes on.
fn life(small: &Small, when: &str, die: impl Fn(&str) -> Died) -> bool {
    let (last, evening) = die(EVENING);
    settle(small, later(EVENING, (last + 1) * 5));
    small
        .assert_asleep(&format!("{when} of the evening"))
        .unwrap();
    let (last, morning) = die(MORNING);
    settle(small, later(MORNING, (last + 1) * 5));
    small
        .assert_restored(&format!("{when} of the morning"))
        .unwrap();
    empty_bucket(small);
    evening || morning
}

/// Lives until a life comes to its end without dying: `die` dies at the call that it is given.
fn lives(name: &str, seed: u64, at: At, least: u64, die: impl Fn(&Small, &str, u64) -> Died) {
    let small = Small::start(name, seed).unwrap();
    let begun = Instant::now();
    for n in 1.. {
        let when = format!("killed {at:?} call {n}");
        if !life(&small, &when, |from| die(&small, from, n)) {
            let calls = n - 1;
            println!(
                "{name}: killed {at:?} each of {calls} calls, {} s",
                begun.elapsed().as_secs()
            );
            assert!(calls >= least, "only {calls} calls");
            return;
        }
    }
}

/// Kills the first tick of evening and morning at each of its calls, reads included.
fn first_ticks(name: &str, seed: u64, at: At) {
    lives(name, seed, at, 20, |small, from, n| {
        let rule = Rule::on("*", "*").caller("scaler").nth(n);
        (0, killed_tick(small, later(from, 0), rule, at))
    });
}

/// Kills the ticks after the first at each call that changes or writes something.
fn later_ticks(name: &str, seed: u64, at: At) {
    lives(name, seed, at, 4, |small, from, n| {
        let tick = small.stage.tick(later(from, 0)).unwrap();
        tick.response().unwrap();
        let proxy = &small.stage.aws.proxy;
        let mut left = n;
        for number in 1..=LATER_TICKS {
            let before = proxy.mutations().len();
            let rule = Rule::on("*", "*").caller("scaler").mutating().nth(left);
            if killed_tick(small, later(from, number * 5), rule, at) {
                return (number, true);
            }
            left -= u64::try_from(proxy.mutations().len() - before).unwrap();
        }
        (LATER_TICKS, false)
    });
}

#[test]
fn a_first_tick_killed_before_any_of_its_calls_loses_nothing() {
    first_ticks("killed-before", 21, At::Before);
}

#[test]
fn a_first_tick_killed_after_any_of_its_calls_loses_nothing() {
    first_ticks("killed-after", 22, At::After);
}

#[test]
fn a_later_tick_killed_before_any_of_its_changes_loses_nothing() {
    later_ticks("killed-later-before", 23, At::Before);
}

#[test]
fn a_later_tick_killed_after_any_of_its_changes_loses_nothing() {
    later_ticks("killed-later-after", 24, At::After);
}

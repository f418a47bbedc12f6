//! Death between any two calls: nothing is lost, and the ticks after it bring everything to its end.

use std::time::Instant;

use afterhours_e2e::small::{EVENING, MORNING, Small};
use afterhours_local::proxy::Rule;

use crate::support::{At, empty_bucket, killed_tick, later, settle};

/// Kills the ticks at `minutes` of evening and morning at each of their calls in turn, and lets the night go on.
fn walk(name: &str, seed: u64, at: At, tick: i64) {
    let small = Small::start(name, seed).unwrap();
    let begun = Instant::now();
    for n in 1.. {
        let mut killed = false;
        for (from, evening) in [(EVENING, true), (MORNING, false)] {
            let when = format!("{name} {at:?} call {n} of tick {tick} of {from}");
            // The ticks before the one that dies come to their end.
            for before in 0..tick {
                small
                    .stage
                    .tick(later(from, before * 5))
                    .unwrap()
                    .response()
                    .unwrap();
            }
            let rule = Rule::on("*", "*").caller("scaler").nth(n);
            killed |= killed_tick(&small, later(from, tick * 5), rule, at);
            settle(&small, later(from, (tick + 1) * 5));
            if evening {
                small.assert_asleep(&when).unwrap();
            } else {
                small.assert_restored(&when).unwrap();
            }
        }
        if !killed {
            println!("{name}: {} calls, {:?}", n - 1, begun.elapsed());
            assert!(n > 10, "a tick makes more than {n} calls");
            return;
        }
        empty_bucket(&small);
    }
}

#[test]
fn a_tick_killed_before_any_of_its_calls_loses_nothing() {
    walk("killed-before", 21, At::Before, 0);
}

#[test]
fn a_tick_killed_after_any_of_its_calls_loses_nothing() {
    walk("killed-after", 22, At::After, 0);
}

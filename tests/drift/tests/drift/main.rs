//! The drift watcher on states that the real provider wrote: finds every change, invents none, and says what it did not
//! look at.
#![expect(
    clippy::explicit_write,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests fail the test, and say what was compared"
)]

#[cfg(feature = "proof")]
mod changes;
#[cfg(feature = "proof")]
mod disturbed;
mod quiet;
#[cfg(feature = "proof")]
mod secrets;

use std::io::Write as _;
use std::sync::OnceLock;

use afterhours_drift_tests::World;

/// Set by `cargo xtask test --without-terraform`.
const WITHOUT_TERRAFORM: &str = "AFTERHOURS_WITHOUT_TERRAFORM";

static WORLD: OnceLock<Result<World, String>> = OnceLock::new();

/// The account that all tests start from; each works on copies of it. None where there is to be no Terraform.
fn world() -> Option<&'static World> {
    if std::env::var_os(WITHOUT_TERRAFORM).is_some_and(|value| value == "1") {
        say(&format!(
            "left out: the drift watcher against the real provider ({WITHOUT_TERRAFORM}=1)"
        ));
        return None;
    }
    let built = WORLD.get_or_init(|| World::build("drift").map_err(|error| format!("{error:#}")));
    Some(built.as_ref().unwrap_or_else(|error| panic!("{error}")))
}

/// Says something about the run. Not `println!`: the test harness keeps that to itself where a test passes.
fn say(text: &str) {
    writeln!(std::io::stderr(), "{text}").unwrap();
}

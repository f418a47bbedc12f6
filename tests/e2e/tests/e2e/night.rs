//! The night that a newcomer watches, on the platform that Terraform's real AWS provider applies.

use std::io::Write as _;

/// Set by `cargo xtask test --without-terraform`.
const WITHOUT_TERRAFORM: &str = "AFTERHOURS_WITHOUT_TERRAFORM";

#[test]
fn the_night_of_the_demo_leaves_every_field_as_it_was() {
    if std::env::var_os(WITHOUT_TERRAFORM).is_some_and(|value| value == "1") {
        // Not `println!`: the test harness keeps that to itself where a test passes.
        let text = "left out: the night on the sample platform of Terraform";
        writeln!(std::io::stderr(), "{text} ({WITHOUT_TERRAFORM}=1)").unwrap();
        return;
    }
    afterhours_e2e::demo::run(Some(20_261_124)).unwrap();
}

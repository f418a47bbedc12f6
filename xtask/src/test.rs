//! `cargo xtask test`: everything that has to hold.

use std::process::Command;
use std::time::Instant;

use crate::run::{cargo, check};
use crate::say;

/// Tells the end-to-end tests to leave out what needs Terraform.
const WITHOUT_TERRAFORM: &str = "AFTERHOURS_WITHOUT_TERRAFORM";

/// A step and its name.
type Step = (&'static str, Box<dyn Fn() -> anyhow::Result<()>>);

pub(crate) fn run(without_terraform: bool) -> anyhow::Result<()> {
    let mut steps: Vec<Step> = vec![
        (
            "format",
            Box::new(|| check("cargo fmt", cargo().args(["fmt", "--all", "--check"]))),
        ),
        (
            "lints",
            Box::new(|| {
                let arguments = ["clippy", "--locked", "--workspace", "--all-targets", "--"];
                check(
                    "cargo clippy",
                    cargo().args(arguments).args(["-D", "warnings"]),
                )
            }),
        ),
    ];
    if without_terraform {
        say(
            "left out (--without-terraform): terraform fmt, and every end-to-end test that applies the sample platform",
        )?;
    } else {
        steps.push((
            "terraform fmt",
            Box::new(|| {
                let mut terraform = Command::new("terraform");
                terraform.env("TF_CLI_CONFIG_FILE", "/dev/null");
                check(
                    "terraform fmt",
                    terraform.args(["fmt", "-check", "-recursive", "tests"]),
                )
            }),
        ));
    }
    steps.push((
        "programs",
        Box::new(|| {
            // The same selection as that of the tests: with another one, features differ and the SDKs are built twice.
            let arguments = ["build", "--locked", "--workspace", "--all-targets"];
            check("cargo build", cargo().args(arguments))
        }),
    ));
    steps.push((
        "tests",
        Box::new(move || {
            let mut test = cargo();
            test.args(["test", "--locked", "--workspace", "--no-fail-fast"]);
            if without_terraform {
                test.env(WITHOUT_TERRAFORM, "1");
            }
            check("cargo test", &mut test)
        }),
    ));
    let begun = Instant::now();
    let count = steps.len();
    for (index, (name, step)) in steps.into_iter().enumerate() {
        say(&format!("[{}/{count}] {name}", index + 1))?;
        let started = Instant::now();
        step()?;
        say(&format!(
            "[{}/{count}] {name}: {} s",
            index + 1,
            started.elapsed().as_secs()
        ))?;
    }
    say(&format!(
        "everything passed in {} s",
        begun.elapsed().as_secs()
    ))
}

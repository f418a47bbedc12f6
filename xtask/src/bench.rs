//! `cargo xtask bench drift`: the drift scan beside the real provider, and on a state of 200 MB.

mod account;
mod large;
mod usage;

use std::fmt::Write as _;
use std::path::PathBuf;

use afterhours_local::Options;
use anyhow::{Context as _, bail};

use crate::marks::{Part, circumstances, grouped};
use crate::{run, say};
use account::{Account, Side};
use large::Scanned;

/// What it writes.
pub(crate) const PART: Part = Part("bench drift");

/// At least so many times fewer calls than the real provider makes.
const CALLS: f64 = 20.0;

/// At least so many times less time.
const WALL: f64 = 10.0;

/// At most so many KiB of resident memory for the large state.
const MEMORY: u64 = 128 * 1024;

/// Bytes of the large state.
const LARGE: u64 = 200_000_000;

pub(crate) fn run(resources: u32, program: Option<PathBuf>, write: bool) -> anyhow::Result<()> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        bail!("the provider exists for Linux x86-64 only, and memory is read from /proc");
    }
    if resources < 100 {
        bail!("--resources is {resources}; accepted: 100 and more");
    }
    let program = if let Some(program) = program {
        std::path::absolute(program)?
    } else {
        run::build_programs()?;
        afterhours_e2e::programs::program("afterhours")?
    };
    say("scanning a state of 200 MB")?;
    let large = large::scan(Options::in_target("bench-large")?, &program, LARGE)?;
    say(&format!("making {resources} resources with Terraform"))?;
    let account = Account::make(Options::in_target("bench-drift")?, resources)?;
    say("terraform plan -refresh-only")?;
    let plan = account.plan()?;
    say("afterhours drift scan")?;
    let scan = account.scan(&program)?;
    let text = markdown(resources, &plan, &scan, &large)?;
    say(&format!("\n{text}"))?;
    if write {
        PART.write(&text)?;
    }
    let mut missed = Vec::new();
    for (what, ratio, least) in [
        ("calls", calls(&plan, &scan), CALLS),
        ("wall time", plan.usage.wall / scan.usage.wall, WALL),
    ] {
        // With few resources the calls that every scan makes weigh most.
        if ratio < least && resources >= 10_000 {
            missed.push(format!(
                "{what}: {ratio:.1} times less than the provider; at least {least} is asked for"
            ));
        }
    }
    if large.usage.rss > MEMORY {
        missed.push(format!(
            "memory of the large state: {} KiB; at most {MEMORY} is accepted",
            large.usage.rss
        ));
    }
    if missed.is_empty() {
        account.stop()
    } else {
        bail!("{}", missed.join("\n"))
    }
}

/// How many times fewer calls the scan makes.
fn calls(plan: &Side, scan: &Side) -> f64 {
    ratio(plan.calls(), scan.calls())
}

#[expect(clippy::cast_precision_loss, reason = "what is counted is below 2^52")]
fn ratio(of: u64, to: u64) -> f64 {
    of as f64 / to as f64
}

#[expect(clippy::cast_precision_loss, reason = "memory is below 2^52 KiB")]
fn mebibytes(kibibytes: u64) -> f64 {
    kibibytes as f64 / 1024.0
}

fn whole(number: u64) -> anyhow::Result<String> {
    Ok(grouped(usize::try_from(number)?))
}

/// The tables.
fn markdown(resources: u32, plan: &Side, scan: &Side, large: &Scanned) -> anyhow::Result<String> {
    let mut text = format!("{} Development build of the tool.\n\n", circumstances()?);
    let resources = whole(resources.into())?;
    writeln!(
        text,
        "| {resources} resources | calls | wall, s | CPU, s | memory of the largest process, MiB | of all processes, MiB |"
    )?;
    writeln!(text, "|---|---:|---:|---:|---:|---:|")?;
    for (name, side) in [
        ("`terraform plan -refresh-only`, provider 3.39.0", plan),
        ("`afterhours drift scan`", scan),
    ] {
        writeln!(
            text,
            "| {name} | {} | {:.2} | {:.2} | {:.1} | {:.1} |",
            whole(side.calls())?,
            side.usage.wall,
            side.usage.cpu,
            mebibytes(side.usage.rss),
            mebibytes(side.usage.tree)
        )?;
    }
    writeln!(
        text,
        "| **times less** | **{:.1}** | **{:.1}** | {:.1} | {:.1} | {:.1} |",
        calls(plan, scan),
        plan.usage.wall / scan.usage.wall,
        plan.usage.cpu / scan.usage.cpu,
        ratio(plan.usage.rss, scan.usage.rss),
        ratio(plan.usage.tree, scan.usage.tree)
    )?;
    writeln!(
        text,
        "| asked for | {CALLS} | {WALL} | | | |\n\nThe calls of the scan: {}.",
        most(scan)
    )?;
    writeln!(text, "The calls of the provider: {}.\n", most(plan))?;
    writeln!(
        text,
        "| state of {} bytes | |\n|---|---:|",
        whole(large.bytes)?
    )?;
    for (name, value) in [
        ("instances", whole(large.instances)?),
        ("findings", whole(large.findings)?),
        ("calls", whole(large.calls)?),
        ("wall, s", format!("{:.2}", large.usage.wall)),
        ("CPU, s", format!("{:.2}", large.usage.cpu)),
        (
            "**memory, MiB**",
            format!("**{:.1}**", mebibytes(large.usage.rss)),
        ),
        ("at most", format!("{:.0}", mebibytes(MEMORY))),
    ] {
        writeln!(text, "| {name} | {value} |")?;
    }
    Ok(text)
}

/// The calls, most frequent first.
fn most(side: &Side) -> String {
    let mut counts: Vec<_> = side.operations.iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let named = counts
        .iter()
        .map(|(operation, count)| format!("{count} {operation}"));
    named.collect::<Vec<_>>().join(", ")
}

/// The answer of `drift scan --format json`.
fn report(file: &std::path::Path) -> anyhow::Result<serde_json::Value> {
    let file = std::fs::File::open(file)?;
    serde_json::from_reader(std::io::BufReader::new(file)).context("the tool printed no JSON")
}

//! Weighs the reading of a large state.
//!
//! `weigh generate BYTES FILE` makes one; `weigh read FILE` reads it, and says what was found, how long it took and
//! how much memory the process had at most (Linux).

mod generator;

use std::error::Error;
use std::fs::File;
use std::io::{Write as _, stdout};
use std::ops::ControlFlow;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["generate", bytes, file] => {
            let mut state = generator::Generated::of(bytes.parse()?);
            std::io::copy(&mut state, &mut File::create(file)?)?;
            Ok(())
        }
        ["read", file] => weigh(file),
        _ => Err("usage: weigh generate BYTES FILE | weigh read FILE".into()),
    }
}

fn weigh(file: &str) -> Result<(), Box<dyn Error>> {
    let (mut attributes, mut secret) = (0_usize, 0_usize);
    let began = Instant::now();
    let header = afterhours_tfstate::read(File::open(file)?, |entry| {
        if let Ok(instance) = entry {
            attributes += instance.attributes.len();
            secret += instance.sensitive.len();
        }
        ControlFlow::Continue(())
    })?;
    let seconds = began.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap_or("VmHWM: unknown");
    writeln!(
        stdout(),
        "{} instances, {} faults, {attributes} attributes, {secret} secret paths; {seconds:.2} s; {peak}",
        header.instances,
        header.faults
    )?;
    Ok(())
}

//! What a batch of 100,000 lines costs: CPU, from the kernel's count, and memory.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

const LINES: u32 = 100_000;

/// Lines in blocks, so that the memory is looked at in between.
const BLOCK: u32 = 10_000;

/// Every tenth line has a schedule of its own; the others share a few, as a fleet does.
fn line(number: u32) -> String {
    const ZONES: [&str; 4] = [
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kolkata",
        "Pacific/Auckland",
    ];
    let schedule = if number.is_multiple_of(10) {
        let (hour, minute) = (number / 600 % 22, number / 10 % 60);
        format!(
            "Mon-Fri {hour:02}:{minute:02}-23:{minute:02}; skip 2026-12-{:02}",
            number % 31 + 1
        )
    } else {
        format!(
            "Mon-Fri {:02}:00-18:00,20:00-02:00; skip 2026-12-24..2027-01-01",
            number % 8
        )
    };
    let zone = ZONES
        .iter()
        .cycle()
        .nth(usize::try_from(number % 4).unwrap())
        .unwrap();
    let (month, day, hour) = (number % 12 + 1, number % 28 + 1, number % 24);
    format!(
        r#"{{"id":{number},"schedule":"{schedule}","tz":"{zone}","at":"2026-{month:02}-{day:02}T{hour:02}:30:00Z"}}"#
    )
}

/// The peak of the resident memory, in KiB (`VmHWM`, proc(5)).
fn peak_memory_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// User and system time in clock ticks, 100 a second on Linux (`USER_HZ`, proc(5), fields 14 and 15).
fn cpu_ticks(process: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let after_name = stat.rsplit_once(") ").unwrap().1;
    after_name
        .split(' ')
        .skip(11)
        .take(2)
        .map(|ticks| ticks.parse::<u64>().unwrap())
        .sum()
}

#[test]
fn a_batch_of_100_000_lines_takes_under_2_s_of_cpu_and_memory_does_not_grow() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_afterhours"))
        .args(["schedule", "eval", "--batch", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let reader = std::thread::spawn(move || {
        let lines = output.lines().map(Result::unwrap);
        lines.filter(|line| line.contains("\"state\":")).count()
    });
    let mut peaks = Vec::new();
    for block in 0..LINES / BLOCK {
        let mut text = String::new();
        for number in block * BLOCK..(block + 1) * BLOCK {
            writeln!(text, "{}", line(number)).unwrap();
        }
        // The pipe holds less than a tenth of a block, so the rest has been answered after this.
        input.write_all(text.as_bytes()).unwrap();
        peaks.push(peak_memory_kib(child.id()));
    }
    let ticks = cpu_ticks(child.id());
    drop(input);
    assert!(child.wait().unwrap().success());
    assert_eq!(u32::try_from(reader.join().unwrap()).unwrap(), LINES);
    assert!(ticks < 200, "{ticks} ticks of CPU");
    // The first blocks fill the calendars that are kept.
    let (early, late) = (peaks[2], peaks[peaks.len() - 1]);
    assert!(
        late <= early + 1024,
        "peak memory in KiB by block: {peaks:?}"
    );
}

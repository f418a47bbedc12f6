//! Processor time and memory of a process, from `/proc`.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

/// What a process used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// User and system time of all threads that are alive; to the nanosecond where the kernel keeps scheduler statistics,
    /// else to 10 ms.
    pub cpu: Duration,
    /// Peak resident memory in KiB (`VmHWM`, which is what Lambda reports as memory used).
    pub peak_rss_kib: u64,
}

impl Usage {
    /// Reads the figures of a running process.
    pub fn of(process: u32) -> Result<Self> {
        if !cfg!(target_os = "linux") {
            bail!("processor time is read from /proc, which only Linux has");
        }
        let status = fs::read_to_string(format!("/proc/{process}/status"))
            .context("the process has ended")?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim()
                .trim_end_matches(" kB")
                .trim()
                .parse::<u64>()
                .ok()
        };
        let peak = field("VmHWM:")
            .or_else(|| field("VmRSS:"))
            .context("the status of the process has no memory")?;
        Ok(Self {
            cpu: precise(process).unwrap_or(ticks(process)?),
            peak_rss_kib: peak,
        })
    }
}

/// Sum over the threads of `schedstat`, whose first number is nanoseconds on a processor; `None` where it is not kept.
fn precise(process: u32) -> Option<Duration> {
    let mut total = 0_u64;
    for task in fs::read_dir(format!("/proc/{process}/task"))
        .ok()?
        .flatten()
    {
        // A thread may end between the two reads.
        let Ok(text) = fs::read_to_string(task.path().join("schedstat")) else {
            continue;
        };
        total += text.split_whitespace().next()?.parse::<u64>().ok()?;
    }
    (total > 0).then(|| Duration::from_nanos(total))
}

/// `utime` and `stime` of `/proc/PID/stat`, in ticks of 10 ms (`USER_HZ` is 100 on Linux).
fn ticks(process: u32) -> Result<Duration> {
    let stat =
        fs::read_to_string(format!("/proc/{process}/stat")).context("the process has ended")?;
    // The second field is the name in brackets, which may hold spaces.
    let rest = stat
        .rsplit_once(')')
        .map(|(_, rest)| rest)
        .context("/proc/PID/stat has another form")?;
    let mut fields = rest.split_whitespace().skip(11);
    let mut next = || {
        fields
            .next()
            .and_then(|field| field.parse::<u64>().ok())
            .context("/proc/PID/stat has another form")
    };
    Ok(Duration::from_millis((next()? + next()?) * 10))
}

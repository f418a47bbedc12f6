//! Processor time of processes: of a function until its first `/next`, and of whole short-lived programs.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use afterhours_local::lambda::Usage;
use anyhow::{Context as _, bail};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use serde_json::json;

use super::server::{Reply, Request, serve, tls};

/// How long a function may take to start before the measurement gives up.
const LIMIT: Duration = Duration::from_mins(1);

/// The median and the bounds of a figure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Summary {
    pub(super) median: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

impl Summary {
    fn of(mut values: Vec<f64>) -> anyhow::Result<Self> {
        values.sort_by(f64::total_cmp);
        let found = (values.get(values.len() / 2), values.first(), values.last());
        let (Some(&median), Some(&min), Some(&max)) = found else {
            bail!("nothing was measured");
        };
        Ok(Self { median, min, max })
    }
}

/// What a function used until it asked for its first event.
#[derive(Debug)]
pub(super) struct Start {
    /// User and system time in milliseconds.
    pub(super) cpu: Summary,
    /// Peak resident memory (`VmHWM`) in MiB.
    pub(super) peak_rss: Summary,
    /// AWS calls of one start, made by the configuration and the warm-up.
    pub(super) calls: usize,
}

/// What a process with 0, 1 and 2 AWS calls used, in milliseconds of user and system time.
#[derive(Debug)]
pub(super) struct Calls {
    pub(super) none: Summary,
    pub(super) one: Summary,
    pub(super) two: Summary,
}

impl Calls {
    /// The handshake, the first request and what the client sets up lazily.
    pub(super) fn first(&self) -> f64 {
        self.one.median - self.none.median
    }

    /// A request on the open connection.
    pub(super) fn second(&self) -> f64 {
        self.two.median - self.one.median
    }
}

/// User and system time in milliseconds of all children that were waited for.
///
/// The kernel counts them to the nanosecond and tells microseconds, where `/proc/PID/stat` has ticks of 10 ms.
fn of_children() -> anyhow::Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    #[expect(clippy::cast_precision_loss, reason = "a day is 2^37 microseconds")]
    Ok(micros as f64 / 1_000.0)
}

/// A child that is killed and waited for, whatever happens.
struct Reaped(Child);

impl Drop for Reaped {
    fn drop(&mut self) {
        // Fails only for a child that has ended; what it used is counted once it was waited for.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a program to its end, and gives its milliseconds.
pub(super) fn whole(command: &mut Command) -> anyhow::Result<f64> {
    let before = of_children()?;
    let status = command
        .status()
        .context("a measured program could not be started")?;
    if !status.success() {
        bail!("a measured program failed: {status}");
    }
    Ok(of_children()? - before)
}

/// A program that does nothing: what the kernel and the loader of programs take.
pub(super) fn floor(runs: usize) -> anyhow::Result<Summary> {
    let runs = (0..runs).map(|_| whole(Command::new("true").env_clear()));
    Summary::of(runs.collect::<anyhow::Result<_>>()?)
}

/// Starts a function `runs` times and stops it at its first `/next`.
///
/// Not on the emulator of the end-to-end tests: that one starts its processes through `setpriv`, whose time would count.
pub(super) fn starts(function: &Path, config: &Path, runs: usize) -> anyhow::Result<Start> {
    let (asked, events) = channel();
    let api = serve(None, move |request: &Request| {
        let next = request.method == "GET" && request.path.ends_with("/invocation/next");
        let event = if next {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&request.body).into_owned())
        };
        // The receiver is gone once all was measured.
        let _ = asked.send(event);
        if next { Reply::Hold } else { Reply::Accepted }
    })?;
    let (called, calls) = channel();
    let aws = serve(None, move |request: &Request| {
        let _ = called.send(());
        aws_answer(request)
    })?;
    let (mut cpu, mut peak_rss, mut count) = (Vec::new(), Vec::new(), 0);
    for _ in 0..runs {
        let before = of_children()?;
        let mut command = Command::new(function);
        command
            .env_clear()
            .envs([
                ("AWS_LAMBDA_FUNCTION_NAME", "measured"),
                ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
                ("AWS_REGION", "eu-central-1"),
                ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
                ("AWS_SECRET_ACCESS_KEY", "test"),
                ("AWS_SESSION_TOKEN", "test"),
            ])
            .env("AWS_LAMBDA_RUNTIME_API", api.to_string())
            .env("AWS_ENDPOINT_URL", format!("http://{aws}"))
            .env("AFTERHOURS_CONFIG", config)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let child = command.spawn().context("a function could not be started")?;
        let child = Reaped(child);
        wait(&events)?;
        let usage = Usage::of(child.0.id())?;
        drop(child);
        cpu.push(of_children()? - before);
        #[expect(clippy::cast_precision_loss, reason = "memory is below 2^52 KiB")]
        peak_rss.push(usage.peak_rss_kib as f64 / 1_024.0);
        count = calls.try_iter().count();
    }
    Ok(Start {
        cpu: Summary::of(cpu)?,
        peak_rss: Summary::of(peak_rss)?,
        calls: count,
    })
}

fn wait(events: &Receiver<Result<(), String>>) -> anyhow::Result<()> {
    match events.recv_timeout(LIMIT) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(text)) => bail!("a function could not start: {text}"),
        Err(_) => bail!(
            "a function did not ask for an event within {} s",
            LIMIT.as_secs()
        ),
    }
}

/// What a start asks for: the secret of the notifier, the document of the scaler.
fn aws_answer(request: &Request) -> Reply {
    let target = request.headers.get("x-amz-target");
    if target.is_some_and(|target| target.ends_with(".GetSecretValue")) {
        let secret = json!({"Name": "slack", "SecretString": "http://127.0.0.1:9/services/T/B/X"});
        return Reply::Document("application/x-amz-json-1.1", secret.to_string());
    }
    Reply::Document("application/json", "{}".to_owned())
}

/// Runs the program that makes AWS calls over TLS 1.3, `runs` times each with 0, 1 and 2 of them.
///
/// `folder` is where the certificate of the server's authority is written, the only root that the program reads.
pub(super) fn calls(program: &Path, folder: &Path, runs: usize) -> anyhow::Result<Calls> {
    let (authority, config) = tls()?;
    let roots = folder.join("root.pem");
    std::fs::write(&roots, authority)?;
    let server = serve(Some(config), aws_answer)?;
    let process = |count: &str| {
        whole(
            Command::new(program)
                .args([&format!("https://{server}"), count])
                .env_clear()
                .env("SSL_CERT_FILE", &roots),
        )
    };
    let (mut none, mut one, mut two) = (Vec::new(), Vec::new(), Vec::new());
    // In turn: a machine that grows slower in between slows all three alike.
    for _ in 0..runs {
        none.push(process("0")?);
        one.push(process("1")?);
        two.push(process("2")?);
    }
    Ok(Calls {
        none: Summary::of(none)?,
        one: Summary::of(one)?,
        two: Summary::of(two)?,
    })
}

//! An emulator of the Lambda Runtime API that runs a function binary as a child process.
//!
//! Own, and not cargo-lambda's: tests kill the function between two calls to AWS, give it deadlines that do not depend on
//! the wall clock, choose request ids and ARNs (aliases), and read its processor time at the first `/next`; cargo-lambda's
//! emulator builds and watches the project itself and offers none of these.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

mod api;
mod usage;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::process::{Child, Killer, tied_command};
use crate::{ACCOUNT, REGION};
use api::{Api, Event, Posted};

pub use usage::Usage;

/// What to run, and in which environment.
#[derive(Debug, Clone)]
pub struct FunctionOptions {
    /// The function's binary (or an interpreter with the script in `arguments`).
    pub program: PathBuf,
    /// Arguments of the program; Lambda gives none.
    pub arguments: Vec<String>,
    /// `AWS_LAMBDA_FUNCTION_NAME`; also the access key and the SDK's application id, by which the proxy knows the caller.
    pub name: String,
    /// `AWS_LAMBDA_FUNCTION_MEMORY_SIZE` in MiB; told, not enforced.
    pub memory_mib: u32,
    /// `AWS_ENDPOINT_URL`, the proxy's address.
    pub endpoint_url: String,
    /// More variables; they win over those set here.
    pub environment: BTreeMap<String, String>,
}

impl FunctionOptions {
    /// 256 MiB, no arguments, nothing more in the environment.
    pub fn new(program: impl Into<PathBuf>, name: &str, endpoint_url: &str) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            name: name.to_owned(),
            memory_mib: 256,
            endpoint_url: endpoint_url.to_owned(),
            environment: BTreeMap::new(),
        }
    }

    /// Adds a variable to the environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.insert(name.to_owned(), value.into());
        self
    }
}

/// What an invocation tells the function.
#[derive(Debug, Clone)]
pub struct InvokeOptions {
    /// `Lambda-Runtime-Aws-Request-Id`.
    pub request_id: String,
    /// `Lambda-Runtime-Invoked-Function-Arn`, with the alias as its last part; made from the name when `None`.
    pub function_arn: Option<String>,
    /// `Lambda-Runtime-Deadline-Ms`, milliseconds since 1970; far in the future by default.
    pub deadline_ms: u64,
    /// How long the emulator waits before it kills the function; a guard of the test, no deadline of Lambda.
    pub limit: Duration,
}

impl Default for InvokeOptions {
    fn default() -> Self {
        Self {
            request_id: "11111111-2222-4333-8444-555555555555".to_owned(),
            function_arn: None,
            deadline_ms: 32_503_680_000_000,
            limit: Duration::from_mins(2),
        }
    }
}

/// How an invocation ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The function answered with this document.
    Response(Value),
    /// The function answered with an error (`errorType`, `errorMessage`).
    Error(Value),
    /// The function reported that it cannot start.
    InitError(Value),
    /// The process ended without an answer.
    Exited(ExitStatus),
    /// The limit passed; the process was killed.
    TimedOut,
}

/// How a start ended.
#[derive(Debug, Clone)]
pub enum Started {
    /// The function asked for its first event, having used this much (`None` where there is no `/proc`).
    Ready(Option<Usage>),
    /// The function reported that it cannot start.
    InitError(Value),
    /// The process ended before.
    Exited(ExitStatus),
}

/// A line that the function wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Whether it was written to standard error.
    pub stderr: bool,
    /// The text without the line break.
    pub text: String,
}

type Logs = Arc<Mutex<Vec<LogLine>>>;

/// A running function; dropping it kills it.
#[derive(Debug)]
pub struct Function {
    child: Child,
    api: Api,
    logs: Logs,
    readers: Mutex<Vec<JoinHandle<()>>>,
    name: String,
}

impl Function {
    /// Starts the process with an environment of its own; returns at once.
    pub fn start(options: &FunctionOptions) -> Result<Self> {
        let logs = Logs::default();
        let api = Api::start()?;
        let mut command = tied_command(&options.program);
        command
            .args(&options.arguments)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("TZ", ":UTC")
            .env("LANG", "en_US.UTF-8")
            .env("_HANDLER", "bootstrap")
            .env("AWS_LAMBDA_RUNTIME_API", api.address())
            .env("AWS_LAMBDA_FUNCTION_NAME", &options.name)
            .env(
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                options.memory_mib.to_string(),
            )
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
            .env(
                "AWS_LAMBDA_LOG_GROUP_NAME",
                format!("/aws/lambda/{}", options.name),
            )
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "local")
            .env("AWS_REGION", REGION)
            .env("AWS_DEFAULT_REGION", REGION)
            .env("AWS_ACCESS_KEY_ID", &options.name)
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_SDK_UA_APP_ID", &options.name)
            .env("AWS_ENDPOINT_URL", &options.endpoint_url)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(&options.environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = Child::spawn(command)?;
        api.watch(child.id());
        let stdout = child
            .take_stdout()
            .context("the function has no standard output")?;
        let stderr = child
            .take_stderr()
            .context("the function has no standard error")?;
        let readers = vec![read(stdout, false, &logs), read(stderr, true, &logs)];
        Ok(Self {
            child,
            api,
            logs,
            readers: Mutex::new(readers),
            name: options.name.clone(),
        })
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the function asks for its first event or ends.
    pub fn started(&self, limit: Duration) -> Result<Started> {
        let deadline = Instant::now() + limit;
        loop {
            let seen = self.api.wait(
                |state| state.asked || state.init_error.is_some(),
                Duration::from_millis(5),
            );
            if seen.asked {
                return Ok(Started::Ready(seen.first_next));
            }
            if let Some(error) = seen.init_error {
                return Ok(Started::InitError(error));
            }
            if let Some(status) = self.child.exited()? {
                self.drain();
                return Ok(Started::Exited(status));
            }
            if Instant::now() >= deadline {
                bail!(
                    "{} did not ask for an event within {} s; it wrote: {}",
                    self.name,
                    limit.as_secs(),
                    self.log_text()
                );
            }
        }
    }

    /// Gives the function one event and waits for its end, and for what it does until it asks for the next one.
    pub fn invoke(&self, payload: &Value, options: &InvokeOptions) -> Result<Outcome> {
        let arn = options.function_arn.clone();
        self.api.give(Event {
            request_id: options.request_id.clone(),
            function_arn: arn.unwrap_or_else(|| {
                format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{}", self.name)
            }),
            deadline_ms: options.deadline_ms,
            payload: payload.to_string(),
        });
        let deadline = Instant::now() + options.limit;
        let mut outcome = None;
        loop {
            // After its answer a function may still write logs and metrics: it is done when it asks again.
            let seen = self.api.wait(
                |state| state.idle_after_answer() || state.init_error.is_some(),
                Duration::from_millis(5),
            );
            if let Some(posted) = seen.answer {
                outcome = Some(match posted {
                    Posted::Response(body) => Outcome::Response(body),
                    Posted::Error(body) => Outcome::Error(body),
                });
                if seen.asking {
                    break;
                }
            }
            if outcome.is_none()
                && let Some(error) = seen.init_error
            {
                return Ok(Outcome::InitError(error));
            }
            if let Some(status) = self.child.exited()? {
                self.drain();
                // The answer may have come between the two looks.
                let late = self.api.answer().map(|posted| match posted {
                    Posted::Response(body) => Outcome::Response(body),
                    Posted::Error(body) => Outcome::Error(body),
                });
                outcome = outcome.or(late).or(Some(Outcome::Exited(status)));
                break;
            }
            if Instant::now() >= deadline {
                self.kill()?;
                return Ok(outcome.unwrap_or(Outcome::TimedOut));
            }
        }
        self.api.clear();
        outcome.context("the invocation ended without an outcome")
    }

    /// Kills the function (SIGKILL).
    pub fn kill(&self) -> Result<ExitStatus> {
        let status = self.child.kill()?;
        self.drain();
        Ok(status)
    }

    /// A handle that kills the function from a rule of the proxy.
    pub fn killer(&self) -> Killer {
        self.child.killer()
    }

    /// Whether the process still runs.
    pub fn is_running(&self) -> Result<bool> {
        Ok(self.child.exited()?.is_none())
    }

    /// Processor time and peak memory until now; an error once the process has ended.
    pub fn usage(&self) -> Result<Usage> {
        Usage::of(self.child.id())
    }

    /// What the function wrote until now, in order per stream.
    pub fn logs(&self) -> Vec<LogLine> {
        self.logs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The lines that are JSON objects: structured logs and embedded metrics.
    pub fn json_logs(&self) -> Vec<Value> {
        self.logs()
            .iter()
            .filter_map(|line| serde_json::from_str(&line.text).ok())
            .filter(Value::is_object)
            .collect()
    }

    /// Waits for a line that `wanted` accepts: lines reach the test a moment after they were written.
    pub fn wait_for_log(&self, limit: Duration, wanted: impl Fn(&str) -> bool) -> Result<String> {
        crate::process::poll("the log line", limit, || {
            Ok(self
                .logs()
                .into_iter()
                .map(|line| line.text)
                .find(|text| wanted(text)))
        })
        .with_context(|| format!("{} wrote: {}", self.name, self.log_text()))
    }

    fn log_text(&self) -> String {
        self.logs()
            .into_iter()
            .map(|line| line.text)
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Reads what is left in the pipes of a process that has ended.
    fn drain(&self) {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        for reader in readers.drain(..) {
            // A reader never panics; if it did, its lines are what is lost.
            let _ = reader.join();
        }
    }
}

fn read(pipe: impl Read + Send + 'static, stderr: bool, logs: &Logs) -> JoinHandle<()> {
    let logs = Arc::clone(logs);
    thread::spawn(move || {
        for line in BufReader::new(pipe)
            .split(b'\n')
            .map_while(std::result::Result::ok)
        {
            let text = String::from_utf8_lossy(&line).into_owned();
            logs.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(LogLine { stderr, text });
        }
    })
}

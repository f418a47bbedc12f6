//! Child processes that never outlive their parent.
//!
//! A parent that is killed by SIGKILL runs no destructor. The kernel can end the child then
//! (`PR_SET_PDEATHSIG`), which `setpriv --pdeathsig` of util-linux sets without unsafe code here. The signal is
//! bound to the *thread* that started the child, so one thread that lives as long as the process starts them all.

use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow};
use shared_child::SharedChild;

type Job = (Command, Sender<io::Result<SharedChild>>);

fn spawner() -> &'static Mutex<Sender<Job>> {
    static SPAWNER: OnceLock<Mutex<Sender<Job>>> = OnceLock::new();
    SPAWNER.get_or_init(|| {
        let (jobs, queue) = channel::<Job>();
        thread::spawn(move || {
            for (mut command, answer) in queue {
                // The asker may have gone: then the child is dropped, which leaves it to its pipes.
                let _ = answer.send(SharedChild::spawn(&mut command));
            }
        });
        Mutex::new(jobs)
    })
}

/// A command that runs `program` and is killed by the kernel when this process ends, where `setpriv` exists.
///
/// Elsewhere (macOS) the program is run directly and ends by the closing of its standard input or its server.
pub fn tied_command(program: &Path) -> Command {
    let setpriv = ["/usr/bin/setpriv", "/bin/setpriv"]
        .iter()
        .map(Path::new)
        .find(|path| path.exists());
    match setpriv {
        Some(setpriv) if cfg!(target_os = "linux") => {
            let mut command = Command::new(setpriv);
            command.args(["--pdeathsig", "KILL", "--"]).arg(program);
            command
        }
        _ => Command::new(program),
    }
}

/// A running child; dropping it kills and reaps it.
#[derive(Debug)]
pub struct Child {
    inner: Arc<SharedChild>,
}

impl Child {
    /// Starts `command` (usually made by [`tied_command`]) from the thread that lives as long as the process.
    pub fn spawn(command: Command) -> Result<Self> {
        let name = format!("{command:?}");
        let (answer, answered) = channel();
        spawner()
            .lock()
            .map_err(|_| anyhow!("the thread that starts processes has died"))?
            .send((command, answer))
            .map_err(|_| anyhow!("the thread that starts processes has died"))?;
        let child = answered
            .recv()
            .context("the thread that starts processes has died")?;
        Ok(Self {
            inner: Arc::new(child.with_context(|| format!("cannot start {name}"))?),
        })
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.inner.id()
    }

    /// The pipe to the child's standard input, once, if it was asked for.
    pub fn take_stdin(&self) -> Option<std::process::ChildStdin> {
        self.inner.take_stdin()
    }

    /// The pipe from the child's standard output, once, if it was asked for.
    pub fn take_stdout(&self) -> Option<std::process::ChildStdout> {
        self.inner.take_stdout()
    }

    /// The pipe from the child's standard error, once, if it was asked for.
    pub fn take_stderr(&self) -> Option<std::process::ChildStderr> {
        self.inner.take_stderr()
    }

    /// A handle that can kill the child from another thread, for example from a rule of the proxy.
    pub fn killer(&self) -> Killer {
        Killer {
            inner: Arc::clone(&self.inner),
        }
    }

    /// The exit status if the child has ended.
    pub fn exited(&self) -> Result<Option<ExitStatus>> {
        Ok(self.inner.try_wait()?)
    }

    /// Waits until the child ends, at most `limit`; `None` when it is still running then.
    pub fn wait_for(&self, limit: Duration) -> Result<Option<ExitStatus>> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.inner.try_wait()? {
                return Ok(Some(status));
            }
            if Instant::now() >= deadline {
                return Ok(None);
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Kills (SIGKILL) and reaps the child; a child that has ended already is not an error.
    pub fn kill(&self) -> Result<ExitStatus> {
        self.killer().kill()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Nothing can be done about a failure here: the process is gone or not ours.
        let _ = self.kill();
    }
}

/// Kills a [`Child`] from anywhere; see [`Child::killer`].
#[derive(Debug, Clone)]
pub struct Killer {
    inner: Arc<SharedChild>,
}

impl Killer {
    /// Kills (SIGKILL) and reaps the child; a child that has ended already is not an error.
    pub fn kill(&self) -> Result<ExitStatus> {
        // Fails only when the child was reaped before, which wait then reports.
        let _ = self.inner.kill();
        Ok(self.inner.wait()?)
    }
}

/// Polls `ready` until it gives a value, at most `limit`.
pub fn poll<T>(
    what: &str,
    limit: Duration,
    mut ready: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let deadline = Instant::now() + limit;
    let mut pause = Duration::from_millis(5);
    loop {
        if let Some(value) = ready()? {
            return Ok(value);
        }
        if Instant::now() >= deadline {
            return Err(anyhow!("{what} was not ready after {} s", limit.as_secs()));
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(100));
    }
}

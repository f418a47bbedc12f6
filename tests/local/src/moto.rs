//! Moto's server as a child process on a free loopback port.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::process::{Child, poll, tied_command};
use crate::venv::Venv;

const SERVER: &str = include_str!("../python/moto_server.py");
const START: Duration = Duration::from_mins(2);

/// A running moto server; dropping it ends it.
#[derive(Debug)]
pub struct Moto {
    child: Child,
    // Closing it ends the server even where the kernel does not.
    _stdin: Option<ChildStdin>,
    port: u16,
    log: PathBuf,
}

impl Moto {
    /// Starts moto of `venv`, its log in `directory`, and returns when it answers.
    ///
    /// # Errors
    /// The server ended or did not answer within two minutes; the error quotes the end of its log.
    pub fn start(venv: &Venv, directory: &Path) -> Result<Self> {
        fs::create_dir_all(directory)?;
        let script = directory.join("moto_server.py");
        fs::write(&script, SERVER)?;
        let log = directory.join("moto.log");
        let mut command = tied_command(&venv.python());
        command
            .arg("-B")
            .arg(&script)
            .env_clear()
            // Without these moto takes the caller's region and account from the environment.
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("PYTHONUNBUFFERED", "1")
            .env("TZ", "UTC")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).with_context(|| format!("cannot write {}", log.display()))?);
        let child = Child::spawn(command)?;
        let stdin = child.take_stdin();
        let stdout = child.take_stdout().context("moto has no standard output")?;
        let (told, port) = std::sync::mpsc::channel();
        thread::spawn(move || {
            let mut lines = BufReader::new(stdout).lines();
            if let Some(Ok(line)) = lines.next() {
                let _ = told.send(line);
            }
            // Keeps the pipe open and empty, so that a later print cannot block the server.
            for _ in lines {}
        });
        let Ok(line) = port.recv_timeout(START) else {
            let status = child.exited()?;
            bail!(
                "moto did not start ({status:?}); the end of {}: {}",
                log.display(),
                tail(&log)
            );
        };
        let port: u16 = line
            .trim()
            .parse()
            .with_context(|| format!("moto printed {line:?} instead of its port"))?;
        let moto = Self {
            child,
            _stdin: stdin,
            port,
            log,
        };
        poll("moto", START, || {
            if let Some(status) = moto.child.exited()? {
                bail!(
                    "moto ended ({status}); the end of {}: {}",
                    moto.log.display(),
                    tail(&moto.log)
                );
            }
            Ok(http(moto.port, "GET", "/moto-api/").ok().map(|_| ()))
        })?;
        Ok(moto)
    }

    /// The loopback port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address, for clients that go to moto directly.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where the server writes its log.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// The process id of the server.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Removes all resources of all services and accounts.
    pub fn reset(&self) -> Result<()> {
        http(self.port, "POST", "/moto-api/reset")?;
        Ok(())
    }

    /// A copy of the account as it is now, in a process of its own: it ends with this server, or when it is dropped.
    pub fn fork(&self) -> Result<Fork> {
        let answer = http(self.port, "POST", "/moto-api/afterhours/fork")?;
        let port: u16 = answer
            .trim()
            .parse()
            .with_context(|| format!("moto answered {answer:?} instead of the port of its copy"))?;
        let fork = Fork { port };
        poll("the copy of moto", START, || {
            Ok(http(port, "GET", "/moto-api/").ok().map(|_| ()))
        })?;
        Ok(fork)
    }
}

/// A copy of an account; see [`Moto::fork`].
#[derive(Debug)]
pub struct Fork {
    port: u16,
}

impl Fork {
    /// The loopback port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Fork {
    fn drop(&mut self) {
        // It ends with its parent at the latest.
        let _ = http(self.port, "POST", "/moto-api/afterhours/end");
    }
}

/// The body of the answer to one bodiless HTTP/1.0 request to moto's own API; needs no client, runtime or pool.
fn http(port: u16, method: &str, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split_whitespace().nth(1).unwrap_or("no status");
    if status != "200" {
        bail!("moto answered {status} to {method} {path}");
    }
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body);
    Ok(body.unwrap_or_default().to_owned())
}

fn tail(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(10).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}

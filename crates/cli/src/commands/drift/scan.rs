//! `drift scan`: states against what is there.

use std::fmt::Write as _;

use afterhours_connect_drift::{AwsRegions, sources};
use afterhours_core::config::Config;
use afterhours_diff::Fingerprints;
use afterhours_drift::{Options, Report, Suppressions, scan};
use clap::Args;

use super::table;
use crate::aws::{AwsOptions, read, runtime};
use crate::clock;
use crate::context::{Context, Failure, Format, Outcome};

/// Compares Terraform state with what is there.
#[derive(Debug, Args)]
pub(crate) struct ScanCommand {
    /// A state: a file, a folder, `s3://BUCKET/KEY`, `s3://BUCKET/PREFIX/`; may repeat.
    #[arg(long = "state", value_name = "ADDRESS")]
    states: Vec<String>,

    /// What is not to be reported: a YAML file, or a `.driftignore`.
    #[arg(long, value_name = "FILE")]
    ignore_file: Option<String>,

    /// The configuration: its states where none are given, and the scaler's records, which explain.
    #[arg(long, env = "AFTERHOURS_CONFIG", value_name = "ADDRESS")]
    config: Option<String>,

    /// Leave out what no state names.
    #[arg(long)]
    no_unmanaged: bool,

    /// Count types without a reader as incomplete.
    #[arg(long)]
    strict: bool,

    #[command(flatten)]
    aws: AwsOptions,
}

impl ScanCommand {
    /// Does it.
    pub(crate) fn run(self, context: &mut Context) -> Result<Outcome, Failure> {
        let (report, skipped) = runtime()?.block_on(self.scan())?;
        match context.format {
            Format::Json => context.print_json(&report)?,
            Format::Human => {
                let text = table::report(context, &report, &skipped);
                context.out.write_all(text.as_bytes())?;
            }
        }
        if report.states.iter().all(|state| state.error.is_some()) {
            let mut text = "no state could be read".to_owned();
            for state in &report.states {
                let error = state.error.as_deref().unwrap_or_default();
                // Writing to a string cannot fail.
                let _ = write!(text, "\n  {}: {error}", state.source);
            }
            return Err(text.into());
        }
        Ok(if report.open().next().is_some() {
            Outcome::Found
        } else if report.is_complete(self.strict) {
            Outcome::Complete
        } else {
            Outcome::Incomplete
        })
    }

    async fn scan(&self) -> Result<(Report, Vec<String>), Failure> {
        let aws = self.aws.connect().await?;
        let config = match &self.config {
            Some(address) => {
                let text = read(&aws, address).await?;
                let config =
                    Config::from_json(&text).map_err(|error| format!("{address}: {error}"))?;
                Some(config)
            }
            None => None,
        };
        let configured = config.as_ref().and_then(|config| config.drift.as_ref());
        let states = match (self.states.as_slice(), configured) {
            ([], Some(drift)) => drift.states.clone(),
            ([], None) => {
                return Err(
                    "no state is given; accepted: --state FILE, --state s3://BUCKET/KEY, \
                            or a configuration with the section `drift`"
                        .into(),
                );
            }
            (states, _) => states.to_vec(),
        };
        let ignore = self
            .ignore_file
            .clone()
            .or_else(|| configured?.suppressions.clone());
        let suppressions = match ignore {
            Some(address) => {
                let text = read(&aws, &address).await?;
                Suppressions::parse(&address, &text).map_err(|problems| problems.join("\n"))?
            }
            None => Suppressions::none(),
        };
        let region = aws.region().to_owned();
        let mut regions = AwsRegions::of(&aws, &region).await?;
        if let Some(config) = &config {
            regions = regions.with_memory(&config.bucket);
        }
        let listed = sources(&aws, &states).await;
        let options = Options {
            now: clock::now(),
            unmanaged: !self.no_unmanaged && configured.is_none_or(|drift| drift.unmanaged),
            whole: listed.faults.is_empty(),
            remembered: std::collections::BTreeMap::new(),
            fingerprints: Fingerprints::unkeyed(),
        };
        let mut scan = scan(listed.sources, &regions, &options).await;
        listed.faults.put_into(&mut scan);
        suppressions.put_over(&mut scan, options.now);
        Ok((scan.report, listed.skipped))
    }
}

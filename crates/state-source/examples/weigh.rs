//! Reads states from an S3 of this machine (such as moto), and says how long it took and how much memory it needed.
//!
//! `weigh http://127.0.0.1:5000 s3://BUCKET/KEY …` (Linux; any credentials are good for a stand-in).

use std::error::Error;
use std::io::{Write as _, stdout};
use std::ops::ControlFlow;
use std::time::Instant;

use afterhours_aws::{AccessKeys, Aws, Credentials, Endpoints, Retry, Roots, Settings, Timeouts};
use afterhours_state_source::{Location, StateSources};
use afterhours_tfstate::read;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let endpoint = arguments.next().ok_or("usage: weigh ENDPOINT LOCATION…")?;
    let locations = arguments
        .map(|text| text.parse())
        .collect::<Result<Vec<Location>, _>>()?;
    let aws = Aws::new(Settings {
        region: "eu-central-1".to_owned(),
        credentials: Credentials::keys(AccessKeys {
            id: "id".to_owned(),
            secret: "secret".to_owned(),
            session_token: None,
        }),
        endpoints: Endpoints::everywhere("ENDPOINT", &endpoint)?,
        roots: Roots::AmazonTrustServices,
        retry: Retry::default(),
        timeouts: Timeouts::default(),
    })?;
    let mut out = stdout();
    let listing = StateSources::new(aws).list(&locations).await;
    for fault in &listing.faults {
        writeln!(out, "{}: {}", fault.location, fault.error)?;
    }
    for skipped in &listing.skipped {
        writeln!(out, "{}: {}", skipped.source, skipped.reason)?;
    }
    for state in &listing.states {
        writeln!(out, "{} {:?}", state.source(), state.version())?;
        let began = Instant::now();
        let body = state.open().await?;
        let reading =
            tokio::task::spawn_blocking(move || read(body, |_| ControlFlow::Continue(())));
        let header = reading.await??;
        let seconds = began.elapsed().as_secs_f64();
        writeln!(
            out,
            "{header:?} in {seconds:.2} s; {:?}",
            state.standing().await?
        )?;
        for past in state.versions(5).await? {
            writeln!(out, "{past:?}")?;
        }
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM"));
    writeln!(out, "{}", peak.unwrap_or("VmHWM: unknown"))?;
    Ok(())
}

//! States of files and buckets.

use std::error::Error;
use std::io::Read;
use std::sync::Arc;

use afterhours_aws::Aws;
use afterhours_diff::Seen;
use afterhours_drift::{Scan, SourceError, StateLine, StateSource};
use afterhours_state_source::{Location, SourceError as Unreadable, StateRef, StateSources};
use afterhours_tfstate::LockInfo;
use async_trait::async_trait;

/// The states that some addresses name.
pub struct Listed {
    /// What was found.
    pub sources: Vec<Arc<dyn StateSource>>,
    /// What could not be used.
    pub faults: Faults,
    /// What was passed over, and why.
    pub skipped: Vec<String>,
}

/// Addresses that could not be used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(Vec<(String, String)>);

impl Faults {
    /// Whether every address could be used.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first of them, in words.
    pub fn first(&self) -> Option<String> {
        self.0
            .first()
            .map(|(location, error)| format!("{location}: {error}"))
    }

    /// Puts them into the report: a state that was not found was not looked at.
    pub fn put_into(&self, scan: &mut Scan) {
        for (location, error) in &self.0 {
            scan.report.coverage.add(Seen::Failed, location, "", error);
            scan.report.states.push(StateLine {
                source: location.clone(),
                workspace: None,
                serial: None,
                lineage: None,
                terraform_version: None,
                error: Some(error.clone()),
            });
        }
    }
}

/// Finds the states: files, folders, `s3://BUCKET/KEY`, `s3://BUCKET/PREFIX/`.
pub async fn sources(aws: &Aws, addresses: &[String]) -> Listed {
    let mut faults = Faults::default();
    let mut locations = Vec::new();
    for address in addresses {
        match address.parse::<Location>() {
            Ok(location) => locations.push(location),
            Err(error) => faults.0.push((address.clone(), error.to_string())),
        }
    }
    let listing = StateSources::new(aws.clone()).list(&locations).await;
    for fault in listing.faults {
        faults.0.push((fault.location, chain(&fault.error)));
    }
    if !addresses.is_empty() && listing.states.is_empty() && faults.0.is_empty() {
        let all = addresses.join(", ");
        faults.0.push((all, "no state was found there".to_owned()));
    }
    Listed {
        sources: listing
            .states
            .into_iter()
            .map(|state| -> Arc<dyn StateSource> { Arc::new(Pinned(state)) })
            .collect(),
        faults,
        skipped: listing
            .skipped
            .into_iter()
            .map(|skipped| format!("{} was passed over: {}", skipped.source, skipped.reason))
            .collect(),
    }
}

/// One version of one state.
struct Pinned(StateRef);

#[async_trait]
impl StateSource for Pinned {
    fn name(&self) -> &str {
        self.0.source()
    }

    fn workspace(&self) -> Option<&str> {
        self.0.workspace()
    }

    fn content(&self) -> Option<&str> {
        self.0.version().content.as_deref()
    }

    async fn lock(&self) -> Result<Option<LockInfo>, SourceError> {
        let lock = self.0.lock().await.map_err(|error| unreadable(&error))?;
        Ok(lock.map(|lock| lock.info()))
    }

    async fn open(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        self.0.open().await.map_err(|error| unreadable(&error))
    }

    async fn is_unchanged(&self) -> Result<bool, SourceError> {
        self.0
            .is_unchanged()
            .await
            .map_err(|error| unreadable(&error))
    }
}

fn unreadable(error: &Unreadable) -> SourceError {
    SourceError {
        message: chain(error),
        is_superseded: matches!(error, Unreadable::Changed { .. } | Unreadable::Gone { .. }),
    }
}

/// An error with what caused it.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

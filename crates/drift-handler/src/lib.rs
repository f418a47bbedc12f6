//! The drift watcher as a function: payload in, answer and metrics out.

use afterhours_aws::Aws;
use afterhours_aws_s3::S3Store;
use afterhours_aws_secretsmanager::Secrets;
use afterhours_aws_sns::SnsPublisher;
use afterhours_connect_drift::{AwsRegions, sources};
use afterhours_core::alert::Scope;
use afterhours_core::config::{Config, Drift};
use afterhours_core::watch_command::WatchCommand;
use afterhours_diff::{Fingerprints, Seen};
use afterhours_drift::{Options, Remembered, Report, Subject, Suppressions, Told, scan, watch};
use afterhours_ports::{Publisher, Store as _};
use afterhours_shell::{Answer, ErrorClass, FunctionError, Handler, Invocation, Metric, Start};
use serde_json::{Value, json};

/// Makes the function from its configuration.
///
/// # Errors
/// The configuration has no section `drift`.
#[expect(
    clippy::unused_async,
    reason = "the shell awaits the start of every function"
)]
pub async fn start(start: Start) -> Result<impl Handler, FunctionError> {
    let Some(drift) = start.config.drift.clone() else {
        return Err(FunctionError::new(
            ErrorClass::Configuration,
            "configuration field `drift` is missing; accepted: {\"states\": [\"s3://BUCKET/KEY\"]}",
        ));
    };
    Ok(DriftFunction {
        region: start.environment.region.clone(),
        config: start.config,
        drift,
        aws: start.aws,
    })
}

struct DriftFunction {
    config: Config,
    drift: Drift,
    aws: Aws,
    region: String,
}

impl Handler for DriftFunction {
    async fn handle(&self, payload: &str, invocation: Invocation) -> Result<Answer, FunctionError> {
        let command = WatchCommand::from_json(payload)?;
        if let Some(alias) = &invocation.alias
            && let Some(rule) = self.config.aliases.get(alias)
        {
            command.authorise(alias, rule)?;
        }
        let WatchCommand::Scan { states } = command;
        let states = self.drift.covered(states)?;
        let whole = states == self.drift.states;
        let store = S3Store::new(&self.aws, &self.config.bucket);
        let remembered = Remembered::load(&store).await.map_err(FunctionError::of)?;
        let suppressions = self.suppressions().await?;
        let listed = sources(&self.aws, &states).await;
        let options = Options {
            now: invocation.now,
            unmanaged: self.drift.unmanaged,
            whole: whole && listed.faults.is_empty(),
            remembered: remembered.marks(),
            fingerprints: self.fingerprints().await?,
        };
        let regions = AwsRegions::of(&self.aws, &self.region)
            .await
            .map_err(FunctionError::of)?
            .with_memory(&self.config.bucket);
        let mut scan = scan(listed.sources, &regions, &options).await;
        listed.faults.put_into(&mut scan);
        suppressions.put_over(&mut scan, invocation.now);
        let publisher = self
            .config
            .topic_arn
            .as_deref()
            .map(|arn| SnsPublisher::new(&self.aws, arn));
        let subject = Subject {
            scope: Scope {
                environment: self.config.environment.clone(),
                account: regions.account().to_owned(),
                region: self.region.clone(),
            },
        };
        let publisher = publisher.as_ref().map(|topic| -> &dyn Publisher { topic });
        let told = watch(&scan, remembered, &store, publisher, &subject)
            .await
            .map_err(FunctionError::of)?;
        Ok(Answer {
            body: body(&scan.report, &told),
            metrics: metrics(&scan.report, &told),
        })
    }
}

impl DriftFunction {
    async fn fingerprints(&self) -> Result<Fingerprints, FunctionError> {
        let Some(name) = &self.drift.fingerprint_secret else {
            return Ok(Fingerprints::unkeyed());
        };
        let secret = Secrets::new(&self.aws)
            .text(name)
            .await
            .map_err(FunctionError::of)?;
        Ok(Fingerprints::keyed(secret.expose().as_bytes()))
    }

    async fn suppressions(&self) -> Result<Suppressions, FunctionError> {
        let Some(address) = &self.drift.suppressions else {
            return Ok(Suppressions::none());
        };
        let wrong = |message: String| FunctionError::new(ErrorClass::Configuration, message);
        let (bucket, key) = address
            .strip_prefix("s3://")
            .and_then(|rest| rest.split_once('/'))
            .ok_or_else(|| wrong(format!("{address}: accepted: s3://BUCKET/KEY")))?;
        let stored = S3Store::new(&self.aws, bucket)
            .get(key)
            .await
            .map_err(FunctionError::of)?
            .ok_or_else(|| wrong(format!("{address} does not exist")))?;
        let text = String::from_utf8(stored.bytes)
            .map_err(|_| wrong(format!("{address} is no text in UTF-8")))?;
        Suppressions::parse(address, &text).map_err(|problems| wrong(problems.join("\n")))
    }
}

/// What the caller gets: counts and open findings; the whole report lies in the bucket.
fn body(report: &Report, told: &Told) -> Value {
    let counts: serde_json::Map<String, Value> = Seen::ALL
        .iter()
        .map(|seen| {
            (
                seen.as_str().to_owned(),
                report.coverage.count(*seen).into(),
            )
        })
        .collect();
    let findings: Vec<Value> = report
        .findings
        .iter()
        .take(100)
        .map(|finding| {
            json!({
                "class": finding.class, "address": finding.address, "type": finding.kind,
                "id": finding.id, "severity": finding.severity, "summary": finding.summary,
                "explained": finding.explained, "fingerprint": finding.fingerprint,
            })
        })
        .collect();
    json!({
        "states": report.states, "complete": report.is_complete(false), "coverage": counts,
        "findings": findings, "suppressed": report.suppressed, "notes": report.notes, "told": told,
    })
}

fn metrics(report: &Report, told: &Told) -> Vec<Metric> {
    let size = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let coverage = &report.coverage;
    let holes = coverage.total() - coverage.out_of_scope - coverage.compared;
    vec![
        Metric::count("DriftOpen", report.open().count()),
        Metric::count("DriftNew", told.new),
        Metric::count("DriftCompared", size(coverage.compared)),
        Metric::count("DriftNotCompared", size(holes)),
        Metric::count("Alerts", told.alerts),
    ]
}

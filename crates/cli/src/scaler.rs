//! Asking the scaler: on AWS directly, or the installed function.

use std::path::Path;
use std::time::Duration;

use afterhours_aws::{Aws, Endpoints, Retry, Timeouts, ToolSettings, is_loopback};
use afterhours_aws_lambda_invoke::Functions;
use afterhours_aws_s3::S3Store;
use afterhours_aws_ssm::Parameters;
use afterhours_core::command::Command;
use afterhours_core::config::Config;
use afterhours_ports::Store as _;
use afterhours_scaler::{Reply, Request, chain};
use clap::Args;
use jiff::Timestamp;
use serde_json::Value;

use crate::clock;
use crate::context::Failure;

/// How long one command of the tool may take before it begins no further call.
const BUDGET: Duration = Duration::from_mins(10);

/// The longest that a function runs (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>).
const FUNCTION_LIMIT: Duration = Duration::from_mins(15);

const NO_CONFIGURATION: &str = "no configuration is given; accepted: --config FILE, \
    s3://BUCKET/KEY or ssm:/NAME, the variable AFTERHOURS_CONFIG, or --function NAME";

/// Where the scaler is, and which AWS it works on.
#[derive(Debug, Args)]
pub(crate) struct Connection {
    /// The configuration: a file, `s3://BUCKET/KEY` or `ssm:/NAME`.
    #[arg(
        long,
        env = "AFTERHOURS_CONFIG",
        value_name = "ADDRESS",
        conflicts_with = "function"
    )]
    config: Option<String>,

    /// Ask the installed function instead: NAME, NAME:ALIAS or ARN.
    #[arg(long, value_name = "NAME")]
    function: Option<String>,

    /// A profile of the AWS configuration.
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,

    /// The region of bucket and topic; scopes name their own.
    #[arg(long, value_name = "REGION")]
    region: Option<String>,

    /// One address for all of AWS, such as a local one.
    #[arg(long, env = "AWS_ENDPOINT_URL", value_name = "URL")]
    endpoint_url: Option<String>,

    /// The instant to decide for; with a command that changes something only against a local AWS.
    #[arg(long, value_name = "INSTANT", conflicts_with = "function")]
    now: Option<Timestamp>,
}

/// What came back.
pub(crate) enum Answer {
    /// From AWS directly.
    Reply(Reply),
    /// From the function, as it sent it.
    Document(Value),
}

/// Sends one command and waits for its answer.
pub(crate) fn ask(command: &Command, connection: &Connection) -> Result<Answer, Failure> {
    let changes = !matches!(
        command,
        Command::Plan {} | Command::Status {} | Command::Why { .. }
    );
    if let Some(now) = connection.now
        && changes
        && !connection.endpoint_url.as_deref().is_some_and(is_loopback)
    {
        let error = format!(
            "--now {now} with `{}` is refused: it changes something, and --endpoint-url is not a \
             loopback address; accepted with plan, status and why, or against a local AWS",
            command.name()
        );
        return Err(error.into());
    }
    if connection.config.is_none() && connection.function.is_none() {
        return Err(NO_CONFIGURATION.into());
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let aws = connect(connection).await?;
        match &connection.function {
            Some(function) => invoke(&aws, function, command).await,
            None => direct(&aws, command, connection).await,
        }
    })
}

async fn connect(connection: &Connection) -> Result<Aws, Failure> {
    let endpoints = match &connection.endpoint_url {
        Some(url) => Endpoints::everywhere("--endpoint-url", url)?,
        None => Endpoints::real(),
    };
    let settings = ToolSettings {
        profile: connection.profile.clone(),
        region: connection.region.clone(),
        endpoints,
        retry: Retry::default(),
        timeouts: Timeouts::default(),
    };
    Ok(Aws::for_tool(settings).await?)
}

async fn direct(aws: &Aws, command: &Command, connection: &Connection) -> Result<Answer, Failure> {
    let address = connection.config.as_deref().ok_or(NO_CONFIGURATION)?;
    let text = read(aws, address).await?;
    let config = Config::from_json(&text).map_err(|error| format!("{address}: {error}"))?;
    let now = connection.now.unwrap_or_else(clock::now);
    let scaler = afterhours_connect::scaler(config, aws);
    let request = Request {
        id: format!("tool-{}-{}", now.as_second(), std::process::id()),
        now,
        budget: BUDGET,
        alias: None,
    };
    match scaler.run(command, &request).await {
        Ok(reply) => Ok(Answer::Reply(reply)),
        Err(error) => Err(chain(&error).into()),
    }
}

async fn read(aws: &Aws, address: &str) -> Result<String, Failure> {
    if let Some(rest) = address.strip_prefix("s3://") {
        let (bucket, key) = rest
            .split_once('/')
            .filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty())
            .ok_or_else(|| format!("{address}: accepted: s3://BUCKET/KEY"))?;
        let stored = S3Store::new(aws, bucket).get(key).await?;
        let stored = stored.ok_or_else(|| format!("{address} does not exist"))?;
        return Ok(String::from_utf8(stored.bytes)?);
    }
    if let Some(name) = address.strip_prefix("ssm:") {
        return Ok(Parameters::new(aws).value(name).await?);
    }
    std::fs::read_to_string(Path::new(address))
        .map_err(|error| format!("{address} could not be read: {error}").into())
}

async fn invoke(aws: &Aws, function: &str, command: &Command) -> Result<Answer, Failure> {
    let payload = serde_json::to_vec(command)?;
    let invoked = Functions::new(aws, FUNCTION_LIMIT)
        .invoke(function, payload)
        .await?;
    let text = String::from_utf8_lossy(&invoked.payload);
    if !invoked.failed {
        return Ok(Answer::Document(serde_json::from_str(&text)?));
    }
    let error: Value = serde_json::from_str(&text).unwrap_or_default();
    let message = error.get("errorMessage").and_then(Value::as_str);
    Err(format!("{function} failed: {}", message.unwrap_or(&text)).into())
}

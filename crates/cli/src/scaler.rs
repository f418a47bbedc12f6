//! Asking the scaler: on AWS directly, or the installed function.

use std::time::Duration;

use afterhours_aws::{Aws, is_loopback};
use afterhours_aws_lambda_invoke::Functions;
use afterhours_core::command::Command;
use afterhours_core::config::Config;
use afterhours_scaler::{Reply, Request, chain};
use clap::Args;
use jiff::Timestamp;
use serde_json::Value;

use crate::aws::{AwsOptions, read, runtime};
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

    #[command(flatten)]
    aws: AwsOptions,

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
        && !connection
            .aws
            .endpoint_url
            .as_deref()
            .is_some_and(is_loopback)
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
    runtime()?.block_on(async {
        let aws = connection.aws.connect().await?;
        match &connection.function {
            Some(function) => invoke(&aws, function, command).await,
            None => direct(&aws, command, connection).await,
        }
    })
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

//! Which AWS a command asks.

use std::path::Path;

use afterhours_aws::{Aws, Endpoints, Retry, Timeouts, ToolSettings};
use afterhours_aws_s3::S3Store;
use afterhours_aws_ssm::Parameters;
use afterhours_ports::Store as _;
use clap::Args;

use crate::context::Failure;

/// The usual settings of AWS.
#[derive(Debug, Clone, Args)]
pub(crate) struct AwsOptions {
    /// A profile of the AWS configuration.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// The region, where nothing else names one.
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,

    /// One address for all of AWS, such as a local one.
    #[arg(long, env = "AWS_ENDPOINT_URL", value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
}

impl AwsOptions {
    /// Connects.
    pub(crate) async fn connect(&self) -> Result<Aws, Failure> {
        let endpoints = match &self.endpoint_url {
            Some(url) => Endpoints::everywhere("--endpoint-url", url)?,
            None => Endpoints::real(),
        };
        let settings = ToolSettings {
            profile: self.profile.clone(),
            region: self.region.clone(),
            endpoints,
            retry: Retry::default(),
            timeouts: Timeouts::default(),
        };
        Ok(Aws::for_tool(settings).await?)
    }
}

/// Bucket and key of `s3://BUCKET/KEY`; none for another address.
///
/// # Errors
/// It begins with `s3://` and lacks one of them.
pub(crate) fn object(address: &str) -> Result<Option<(&str, &str)>, Failure> {
    let Some(rest) = address.strip_prefix("s3://") else {
        return Ok(None);
    };
    rest.split_once('/')
        .filter(|(bucket, key)| !bucket.is_empty() && !key.is_empty())
        .map(Some)
        .ok_or_else(|| format!("{address}: accepted: s3://BUCKET/KEY").into())
}

/// Reads a text: a file, `s3://BUCKET/KEY` or `ssm:/NAME`.
pub(crate) async fn read(aws: &Aws, address: &str) -> Result<String, Failure> {
    if let Some((bucket, key)) = object(address)? {
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

/// A runtime of one thread: a command asks few things at a time.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    Ok(builder.enable_all().build()?)
}

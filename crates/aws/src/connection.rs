//! The one connection that all adapters share.

use std::time::Duration;

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use aws_types::sdk_config::{RequestChecksumCalculation, ResponseChecksumValidation};

use crate::{Credentials, Endpoints, Roots, Service, is_loopback};

/// How often a request is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Attempts in all, the first one included; at least 1.
    pub attempts: u32,
    /// Upper bound of the first pause; it doubles with each further one, and chance shortens it.
    pub initial_backoff: Duration,
    /// Upper bound of every pause.
    pub max_backoff: Duration,
}

impl Default for Retry {
    /// Six attempts within at most 13 seconds: throttling five times in a row is ridden out within a tick.
    fn default() -> Self {
        Self {
            attempts: 6,
            initial_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(5),
        }
    }
}

/// How long is waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For one attempt.
    pub attempt: Duration,
    /// For a call with all its attempts and pauses.
    pub operation: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            attempt: Duration::from_secs(10),
            operation: Duration::from_secs(30),
        }
    }
}

/// What a connection is made from.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Such as `eu-central-1`.
    pub region: String,
    /// Who asks.
    pub credentials: Credentials,
    /// Where requests go.
    pub endpoints: Endpoints,
    /// Which certificate authorities are trusted.
    pub roots: Roots,
    /// How often a request is tried.
    pub retry: Retry,
    /// How long is waited.
    pub timeouts: Timeouts,
}

/// A connection that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The certificate authorities cannot be used.
    #[error("the trusted certificate authorities cannot be used")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No region is known.
    #[error(
        "no region is known; accepted: --region, AWS_REGION, or `region` in the profile of the AWS configuration"
    )]
    NoRegion,
    /// No credentials can be looked for.
    #[error("no source of credentials is known")]
    NoCredentials,
}

/// One connection: one HTTP client, one retry rule, one set of credentials.
#[derive(Debug, Clone)]
pub struct Aws {
    sdk: SdkConfig,
    endpoints: Endpoints,
}

impl Aws {
    /// Makes the connection; nothing is sent yet.
    ///
    /// # Errors
    /// [`BuildError::Tls`].
    pub fn new(settings: Settings) -> Result<Self, BuildError> {
        let http = http_client(settings.roots)?;
        Ok(Self::with_http_client(settings, http))
    }

    pub(crate) fn with_http_client(settings: Settings, http: SharedHttpClient) -> Self {
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(settings.region))
            .credentials_provider(settings.credentials.into_provider())
            .http_client(http)
            .sleep_impl(TokioSleep::new())
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(settings.retry.attempts.max(1))
                    .with_initial_backoff(settings.retry.initial_backoff)
                    .with_max_backoff(settings.retry.max_backoff),
            )
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(settings.timeouts.connect)
                    .operation_attempt_timeout(settings.timeouts.attempt)
                    .operation_timeout(settings.timeouts.operation)
                    .build(),
            )
            // Other stores that speak S3 know no trailing checksums; TLS and Content-Length guard the small documents.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .build();
        Self {
            sdk,
            endpoints: settings.endpoints,
        }
    }

    /// The configuration for a client of `service`.
    pub fn config(&self, service: Service) -> SdkConfig {
        match self.endpoints.of(service) {
            Some(url) => self.sdk.to_builder().endpoint_url(url).build(),
            None => self.sdk.clone(),
        }
    }

    /// The region.
    pub fn region(&self) -> &str {
        self.sdk.region().map_or("", Region::as_ref)
    }

    /// The same connection for another region.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        let sdk = self
            .sdk
            .to_builder()
            .region(Region::new(region.to_owned()))
            .build();
        Self {
            sdk,
            endpoints: self.endpoints.clone(),
        }
    }

    /// Whether buckets are named in the path: host names below a loopback address do not resolve.
    pub fn path_style(&self) -> bool {
        self.endpoints.of(Service::S3).is_some_and(is_loopback)
    }
}

/// The HTTP client: rustls with ring, which needs no C build and no entropy collection on first use.
fn http_client(roots: Roots) -> Result<SharedHttpClient, BuildError> {
    let context = TlsContext::builder()
        .with_trust_store(roots.trust_store())
        .build()
        .map_err(|error| BuildError::Tls(Box::new(error)))?;
    Ok(aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(context)
        .build_https())
}

/// What a connection of the command-line tool is made from.
#[cfg(feature = "tool")]
#[derive(Debug, Clone)]
pub struct ToolSettings {
    /// A profile of the AWS configuration; else the usual chain decides.
    pub profile: Option<String>,
    /// A region; else that of the environment or the profile.
    pub region: Option<String>,
    /// Where requests go.
    pub endpoints: Endpoints,
    /// How often a request is tried.
    pub retry: Retry,
    /// How long is waited.
    pub timeouts: Timeouts,
}

#[cfg(feature = "tool")]
impl Aws {
    /// Makes the connection of the tool: system roots, credentials by the usual chain
    /// (environment, profile with single sign-on or process, web identity, container, instance).
    ///
    /// # Errors
    /// [`BuildError`].
    pub async fn for_tool(settings: ToolSettings) -> Result<Self, BuildError> {
        let http = http_client(Roots::System)?;
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(http.clone())
            .sleep_impl(TokioSleep::new());
        if let Some(profile) = settings.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = settings.region {
            loader = loader.region(Region::new(region));
        }
        let found = loader.load().await;
        let region = found.region().ok_or(BuildError::NoRegion)?.to_string();
        let credentials = found
            .credentials_provider()
            .ok_or(BuildError::NoCredentials)?;
        let settings = Settings {
            region,
            credentials: Credentials::provider(credentials),
            endpoints: settings.endpoints,
            roots: Roots::System,
            retry: settings.retry,
            timeouts: settings.timeouts,
        };
        Ok(Self::with_http_client(settings, http))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AccessKeys;

    fn settings(endpoints: Endpoints) -> Settings {
        Settings {
            region: "eu-central-1".to_owned(),
            credentials: Credentials::keys(AccessKeys {
                id: "id".to_owned(),
                secret: "secret".to_owned(),
                session_token: None,
            }),
            endpoints,
            roots: Roots::AmazonTrustServices,
            retry: Retry::default(),
            timeouts: Timeouts::default(),
        }
    }

    #[test]
    fn every_setting_is_explicit() {
        let aws = Aws::new(settings(Endpoints::real())).unwrap();
        let sdk = aws.config(Service::Sns);
        let timeouts = sdk.timeout_config().unwrap();
        assert_eq!(
            timeouts.operation_attempt_timeout(),
            Some(Duration::from_secs(10))
        );
        assert_eq!(timeouts.operation_timeout(), Some(Duration::from_secs(30)));
        assert_eq!(sdk.retry_config().unwrap().max_attempts(), 6);
        assert_eq!(sdk.endpoint_url(), None);
        assert!(!aws.path_style());
        assert_eq!(aws.in_region("us-east-1").region(), "us-east-1");
    }

    #[test]
    fn a_loopback_endpoint_takes_buckets_in_the_path() {
        let endpoints = Endpoints::everywhere("--endpoint-url", "http://127.0.0.1:5000").unwrap();
        let aws = Aws::new(settings(endpoints)).unwrap();
        assert!(aws.path_style());
        assert_eq!(
            aws.config(Service::S3).endpoint_url(),
            Some("http://127.0.0.1:5000")
        );
    }
}

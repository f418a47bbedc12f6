//! One HTTP client for the webhook: the same hyper and rustls as the SDK's, with public roots.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::header::{CONTENT_TYPE, RETRY_AFTER};
use hyper::{Request, StatusCode};
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;

use crate::WebhookUrl;

/// Most of an answer that is read; Slack answers with one word.
const MAX_ANSWER: usize = 16 * 1024;
/// An idle connection is given up before the other side does it.
const IDLE: Duration = Duration::from_secs(30);

/// A client that cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("the TLS settings of the webhook's client cannot be used")]
pub struct ClientError(#[source] rustls::Error);

/// A client for webhooks.
#[derive(Debug, Clone)]
pub struct Client(HyperClient<HttpsConnector<HttpConnector>, Full<Bytes>>);

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) retry_after: Option<Duration>,
    /// The word that Slack answers with, such as `ok` or `invalid_blocks`.
    pub(crate) word: String,
}

impl Client {
    /// Makes the client; nothing is sent yet.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn new() -> Result<Self, ClientError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(ClientError)?
            .with_webpki_roots()
            .with_no_client_auth();
        // Plain HTTP goes only to loopback: see `WebhookUrl`.
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .build();
        let client = HyperClient::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Ok(Self(client))
    }

    /// Posts JSON; an error says what went wrong with the connection, without the address.
    pub(crate) async fn post(
        &self,
        url: &WebhookUrl,
        json: &str,
        limit: Duration,
    ) -> Result<Answer, String> {
        let request = Request::post(url.uri().clone())
            .header(CONTENT_TYPE, "application/json; charset=utf-8")
            .body(Full::from(json.to_owned()))
            .map_err(|error| url.redact(&chain(&error)))?;
        match tokio::time::timeout(limit, self.exchange(request)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(url.redact(&chain(&*error))),
            Err(_) => Err(format!("no answer within {:.1} s", limit.as_secs_f64())),
        }
    }

    async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Answer, Box<dyn Error + Send + Sync>> {
        let response = self.0.request(request).await?;
        let status = response.status();
        let retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok());
        // Slack gives whole seconds (https://docs.slack.dev/apis/web-api/rate-limits); a date is not understood.
        let retry_after = retry_after
            .and_then(|text| text.trim().parse().ok())
            .map(Duration::from_secs);
        // The status decides; a body that cannot be read says nothing more.
        let body = Limited::new(response.into_body(), MAX_ANSWER)
            .collect()
            .await;
        let word = body.map(|body| word(&body.to_bytes())).unwrap_or_default();
        Ok(Answer {
            status,
            retry_after,
            word,
        })
    }
}

/// The answer where it is a word of Slack's; anything else might hold what was posted.
fn word(body: &[u8]) -> String {
    let text = std::str::from_utf8(body).unwrap_or_default().trim();
    let plain = text.len() <= 40
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if plain {
        text.to_owned()
    } else {
        String::new()
    }
}

fn chain(error: &(dyn Error + 'static)) -> String {
    afterhours_aws::error_text(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_word_of_slack_is_kept_of_an_answer() {
        assert_eq!(word(b"invalid_blocks\n"), "invalid_blocks");
        for body in [
            &b"{\"text\": \"x\"}"[..],
            b"Not Found",
            b"\xff",
            &[b'a'; 41],
        ] {
            assert_eq!(word(body), "");
        }
    }
}

//! Scripted HTTP, so that the tests of adapters see the wire and need no server.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_runtime_api::shared::IntoShared as _;
use aws_smithy_types::body::SdkBody;

use crate::{AccessKeys, Aws, Credentials, Endpoints, Retry, Roots, Settings, Timeouts};

/// A request as it went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Such as `POST`.
    pub method: String,
    /// The whole address.
    pub uri: String,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body as text.
    pub body: String,
    /// The body as it is.
    pub bytes: Vec<u8>,
}

impl Sent {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    only: Option<&'static str>,
}

impl Reply {
    /// An answer with a body.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
            only: None,
        }
    }

    /// Success with a body.
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::new(200, body)
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Only for requests whose address, target or body contains this text, where requests go out side by side.
    #[must_use]
    pub fn when(mut self, text: &'static str) -> Self {
        self.only = Some(text);
        self
    }

    fn fits(&self, sent: &Sent) -> bool {
        self.only.is_none_or(|text| {
            let target = sent.header("x-amz-target").unwrap_or_default();
            sent.uri.contains(text) || target.contains(text) || sent.body.contains(text)
        })
    }

    /// An error of a service that speaks JSON.
    pub fn json_error(status: u16, code: &str, message: &str) -> Self {
        Self::new(
            status,
            format!(r#"{{"__type":"{code}","message":"{message}"}}"#),
        )
    }

    /// An error of a service that speaks the query protocol.
    pub fn xml_error(status: u16, code: &str, message: &str) -> Self {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
        );
        Self::new(status, body)
    }
}

/// Answers in order, each once, to the first request that it fits; a request without answer gets no connection.
#[derive(Debug, Clone)]
pub struct Script {
    replies: Arc<Mutex<VecDeque<Reply>>>,
    sent: Arc<Mutex<Vec<Sent>>>,
}

impl Script {
    /// These answers, in this order.
    pub fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self {
            replies: Arc::new(Mutex::new(replies.into_iter().collect())),
            sent: Arc::default(),
        }
    }

    /// A connection that gets these answers: three attempts, one millisecond apart.
    pub fn aws(&self) -> Aws {
        let settings = Settings {
            region: "eu-central-1".to_owned(),
            credentials: Credentials::keys(AccessKeys {
                id: "AKIDEXAMPLE".to_owned(),
                secret: "secret".to_owned(),
                session_token: None,
            }),
            endpoints: Endpoints::real(),
            roots: Roots::AmazonTrustServices,
            retry: Retry {
                attempts: 3,
                initial_backoff: Duration::from_millis(1),
                max_backoff: Duration::from_millis(1),
            },
            timeouts: Timeouts::default(),
        };
        Aws::with_http_client(settings, self.clone().into_shared())
    }

    /// What was sent so far.
    pub fn sent(&self) -> Vec<Sent> {
        self.sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl HttpClient for Script {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.clone().into_shared()
    }
}

impl HttpConnector for Script {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let headers = request.headers().iter();
        let body = request.body().bytes().unwrap_or_default();
        let sent = Sent {
            method: request.method().to_owned(),
            uri: request.uri().to_owned(),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body: String::from_utf8_lossy(body).into_owned(),
            bytes: body.to_vec(),
        };
        let reply = {
            let mut replies = self.replies.lock().unwrap_or_else(PoisonError::into_inner);
            let position = replies.iter().position(|reply| reply.fits(&sent));
            position.and_then(|position| replies.remove(position))
        };
        self.sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(sent);
        HttpConnectorFuture::ready(reply.ok_or_else(exhausted).and_then(response))
    }
}

fn exhausted() -> ConnectorError {
    ConnectorError::other("the script has no further answer".into(), None)
}

fn response(reply: Reply) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(reply.status)
        .map_err(|error| ConnectorError::other(error.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(reply.body));
    for (name, value) in reply.headers {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

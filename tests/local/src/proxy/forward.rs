//! Forwarding to the server behind the proxy.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::header::{CONNECTION, CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING};
use hyper::{Request, Response, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use super::call::{Call, Protocol, to_form};
use crate::http::{Answer, HangUp, Incoming, answer};

#[derive(Debug)]
pub(crate) struct Upstream {
    address: SocketAddr,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Upstream {
    pub(crate) fn new(address: SocketAddr) -> Self {
        // moto's development server closes kept connections at will: a fresh one for each call is never a stale one.
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .build_http();
        Self { address, client }
    }

    pub(crate) async fn forward(&self, request: Incoming) -> Result<Answer, HangUp> {
        let (mut head, body) = request.into_parts();
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        head.uri = format!("http://{}{path}", self.address)
            .parse::<Uri>()
            .map_err(|_| HangUp)?;
        head.headers.remove(CONNECTION);
        head.headers.remove(TRANSFER_ENCODING);
        head.headers
            .insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        let head_request = head.method == hyper::Method::HEAD;
        let answered = match self
            .client
            .request(Request::from_parts(head, Full::new(body)))
            .await
        {
            Ok(answered) => answered,
            Err(error) => {
                return Ok(answer(
                    502,
                    "text/plain",
                    format!("the server behind the proxy does not answer: {error}"),
                ));
            }
        };
        let (mut head, body) = answered.into_parts();
        let body = body.collect().await.map_err(|_| HangUp)?.to_bytes();
        head.headers.remove(CONNECTION);
        head.headers.remove(TRANSFER_ENCODING);
        if !head_request {
            head.headers.remove(CONTENT_LENGTH);
        }
        Ok(Response::from_parts(head, Full::new(body)))
    }

    /// Sends another query of the same service in the name of the same caller, and gives status and text.
    pub(crate) async fn query(
        &self,
        like: &Incoming,
        fields: &[(&str, &str)],
    ) -> Result<(u16, String), HangUp> {
        let fields: serde_json::Map<String, Value> = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
            .collect();
        let response = self.forward(with_form(like, &fields)).await?;
        text(response).await
    }
}

/// The request with another form as its body.
pub(crate) fn with_form(like: &Incoming, fields: &serde_json::Map<String, Value>) -> Incoming {
    let mut request = Request::new(Bytes::from(to_form(fields)));
    *request.method_mut() = hyper::Method::POST;
    *request.headers_mut() = like.headers().clone();
    request
}

/// The response with half of its list; see [`super::halve`].
pub(crate) async fn halved(response: Answer) -> Result<Answer, HangUp> {
    let (mut head, body) = response.into_parts();
    let body = body.collect().await.map_err(|_| HangUp)?.to_bytes();
    head.headers.remove(CONTENT_LENGTH);
    let body = super::halve::halve(&String::from_utf8_lossy(&body));
    Ok(Response::from_parts(head, Full::new(Bytes::from(body))))
}

/// Status and body of a response.
pub(crate) async fn text(response: Answer) -> Result<(u16, String), HangUp> {
    let status = response.status().as_u16();
    let body = response
        .into_body()
        .collect()
        .await
        .map_err(|_| HangUp)?
        .to_bytes();
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}

/// Asks for pages of at most `size`, by the name that the protocol's services give the page size.
pub(crate) fn limit_page(call: &mut Call, request: &mut Incoming, size: usize) {
    match call.protocol {
        Protocol::AwsQuery | Protocol::Ec2Query => {
            let name = match (call.protocol, call.service.as_str()) {
                (_, "iam") => "MaxItems",
                (Protocol::AwsQuery, _) => "MaxRecords",
                _ => "MaxResults",
            };
            if let Some(fields) = call.input.as_object_mut() {
                fields.insert(name.to_owned(), Value::from(size.to_string()));
                *request = with_form(request, fields);
            }
        }
        Protocol::RestXml => {
            let uri = request.uri();
            let kept =
                uri.query().unwrap_or_default().split('&').filter(|pair| {
                    !pair.starts_with("max-keys=") && !pair.starts_with("max-buckets=")
                });
            let query = kept.collect::<Vec<_>>().join("&");
            let name = if call.operation == "ListBuckets" {
                "max-buckets"
            } else {
                "max-keys"
            };
            if let Ok(limited) = format!("{}?{query}&{name}={size}", uri.path()).parse() {
                *request.uri_mut() = limited;
            }
        }
        Protocol::AwsJson10 | Protocol::AwsJson11 | Protocol::RestJson => {
            if let Some(fields) = call.input.as_object_mut() {
                fields.insert("MaxResults".to_owned(), Value::from(size));
                *request.body_mut() = Bytes::from(call.input.to_string());
            }
        }
        // GetMetricData is the only paged call here: its pages are not cut.
        Protocol::RpcV2Cbor => {}
    }
}

//! Answers and errors in the format of each protocol.

use hyper::header::HeaderValue;
use serde_json::{Value, json};

use super::call::{Call, Protocol};
use crate::http::{Answer, answer};

/// An error of AWS: its code, message and HTTP status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsError {
    /// Such as `ValidationException`.
    pub code: String,
    /// The text for people.
    pub message: String,
    /// The HTTP status.
    pub status: u16,
}

impl AwsError {
    /// An error of the caller (400).
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            status: 400,
        }
    }

    /// What AWS answers to a caller without the right to this call.
    ///
    /// `AccessDenied` with 403 in the query and XML protocols, `AccessDeniedException` with 400 in the others:
    /// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/CommonErrors.html>.
    pub(crate) fn denied(call: &Call) -> Self {
        let message = format!(
            "User: arn:aws:sts::123456789012:assumed-role/afterhours/{} is not authorized to perform: {}:{} because no identity-based policy allows the action",
            call.caller, call.service, call.operation
        );
        match call.protocol {
            Protocol::Ec2Query => Self {
                code: "UnauthorizedOperation".to_owned(),
                message,
                status: 403,
            },
            Protocol::AwsQuery | Protocol::RestXml => Self {
                code: "AccessDenied".to_owned(),
                message,
                status: 403,
            },
            _ => Self::new("AccessDeniedException", message),
        }
    }

    /// What AWS answers above a rate: `Throttling` (400) in the query protocols, `SlowDown` (503) of S3, else `ThrottlingException`.
    pub(crate) fn throttled(call: &Call) -> Self {
        match call.protocol {
            Protocol::Ec2Query => Self {
                code: "RequestLimitExceeded".to_owned(),
                message: "Request limit exceeded.".to_owned(),
                status: 503,
            },
            Protocol::AwsQuery => Self::new("Throttling", "Rate exceeded"),
            Protocol::RestXml => Self {
                code: "SlowDown".to_owned(),
                message: "Please reduce your request rate.".to_owned(),
                status: 503,
            },
            _ => Self::new("ThrottlingException", "Rate exceeded"),
        }
    }

    /// A fault of the service (500).
    pub(crate) fn internal(call: &Call) -> Self {
        let code = match call.protocol {
            Protocol::RestXml | Protocol::Ec2Query => "InternalError",
            Protocol::AwsQuery => "InternalFailure",
            _ => "InternalServerException",
        };
        Self {
            code: code.to_owned(),
            message: "An internal error occurred".to_owned(),
            status: 500,
        }
    }
}

/// The error in the protocol of `call`.
pub(crate) fn error(call: &Call, error: &AwsError) -> Answer {
    let (code, message) = (escape(&error.code), escape(&error.message));
    let id = request_id(call);
    match call.protocol {
        Protocol::AwsQuery => {
            let kind = if error.status < 500 {
                "Sender"
            } else {
                "Receiver"
            };
            let body = format!(
                "<ErrorResponse><Error><Type>{kind}</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>"
            );
            answer(error.status, "text/xml", body)
        }
        Protocol::Ec2Query => {
            let body = format!(
                "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors><RequestID>{id}</RequestID></Response>"
            );
            answer(error.status, "text/xml", body)
        }
        Protocol::RestXml => {
            let body = format!(
                "<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{id}</RequestId></Error>"
            );
            answer(error.status, "application/xml", body)
        }
        Protocol::AwsJson10 | Protocol::AwsJson11 | Protocol::RestJson | Protocol::RpcV2Cbor => {
            let mut response = json_status(
                call,
                error.status,
                &json!({"__type": error.code, "message": error.message}),
            );
            if let Ok(value) = HeaderValue::from_str(&error.code) {
                response.headers_mut().insert("x-amzn-errortype", value);
            }
            response
        }
    }
}

/// A successful output in the protocol of `call`, for protocols whose bodies are JSON or CBOR.
pub(crate) fn output(call: &Call, body: &Value) -> Answer {
    json_status(call, 200, body)
}

/// A successful answer of a query protocol: `inner` is what stands within `<OperationResult>`.
pub(crate) fn query_output(call: &Call, inner: &str) -> Answer {
    let (operation, id) = (&call.operation, request_id(call));
    let body = format!(
        "<{operation}Response><{operation}Result>{inner}</{operation}Result><ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{operation}Response>"
    );
    answer(200, "text/xml", body)
}

fn json_status(call: &Call, status: u16, body: &Value) -> Answer {
    let mut response = match call.protocol {
        Protocol::RpcV2Cbor => cbor(status, body),
        Protocol::AwsJson10 => answer(status, "application/x-amz-json-1.0", body.to_string()),
        _ => answer(status, "application/x-amz-json-1.1", body.to_string()),
    };
    if let Ok(value) = HeaderValue::from_str(&request_id(call)) {
        response.headers_mut().insert("x-amzn-requestid", value);
    }
    response
}

/// An answer of `rpc-v2-cbor`.
pub(crate) fn cbor(status: u16, body: &impl serde::Serialize) -> Answer {
    let mut bytes = Vec::new();
    // Writing a JSON-like value to memory cannot fail.
    let _ = ciborium::into_writer(body, &mut bytes);
    let mut response = answer(status, "application/cbor", bytes);
    let protocol = HeaderValue::from_static("rpc-v2-cbor");
    response.headers_mut().insert("smithy-protocol", protocol);
    response
}

fn request_id(call: &Call) -> String {
    format!("00000000-0000-4000-8000-{:012}", call.number)
}

pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

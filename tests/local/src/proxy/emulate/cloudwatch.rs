//! CloudWatch over `rpc-v2-cbor`, which moto 5.2.5 does not speak.
//!
//! The call is sent on as AWS JSON 1.0, which moto does speak, and the answer is put into CBOR: times get tag 1, and
//! statistics are floats even when they are whole.
//!
//! Source: <https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html>; member names from botocore's model.

use bytes::Bytes;
use ciborium::Value as Cbor;
use http_body_util::Full;
use hyper::Response;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde_json::Value;

use super::super::Shared;
use super::super::call::{Call, Protocol};
use super::super::forward::text;
use super::super::reply::{self, AwsError};
use crate::http::{HangUp, Incoming};

impl Shared {
    pub(super) async fn cloudwatch(
        &self,
        call: &Call,
        request: Incoming,
    ) -> Result<Response<Full<Bytes>>, HangUp> {
        if call.protocol != Protocol::RpcV2Cbor {
            return self.upstream.forward(request).await;
        }
        let mut json = hyper::Request::new(Bytes::from(call.input.to_string()));
        *json.method_mut() = hyper::Method::POST;
        *json.headers_mut() = request.headers().clone();
        for name in ["smithy-protocol", "accept", "content-encoding"] {
            json.headers_mut().remove(name);
        }
        json.headers_mut().insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-amz-json-1.0"),
        );
        let target = format!("GraniteServiceVersion20100801.{}", call.operation);
        json.headers_mut().insert(
            "x-amz-target",
            HeaderValue::from_str(&target).map_err(|_| HangUp)?,
        );
        let (status, body) = text(self.upstream.forward(json).await?).await?;
        let body: Value = serde_json::from_str(&body).unwrap_or(Value::Null);
        if status != 200 {
            let code = body["__type"].as_str().unwrap_or("InternalServiceFault");
            let code = code.rsplit('#').next().unwrap_or(code);
            let message = body["message"]
                .as_str()
                .or_else(|| body["Message"].as_str())
                .unwrap_or_default();
            return Ok(reply::error(
                call,
                &AwsError {
                    code: code.to_owned(),
                    message: message.to_owned(),
                    status,
                },
            ));
        }
        Ok(reply::cbor(status, &to_cbor("", &body)))
    }
}

/// JSON as CBOR, by the name of the member that it is the value of, or an element of.
fn to_cbor(member: &str, value: &Value) -> Cbor {
    match value {
        Value::Null => Cbor::Null,
        Value::Bool(flag) => Cbor::Bool(*flag),
        Value::String(text) => Cbor::Text(text.clone()),
        Value::Number(number) if is_time(member) => Cbor::Tag(
            1,
            Box::new(Cbor::Float(number.as_f64().unwrap_or_default())),
        ),
        Value::Number(number) => match number.as_i64() {
            Some(whole) if !is_statistic(member) => Cbor::Integer(whole.into()),
            _ => Cbor::Float(number.as_f64().unwrap_or_default()),
        },
        Value::Array(items) => {
            Cbor::Array(items.iter().map(|item| to_cbor(member, item)).collect())
        }
        Value::Object(fields) => {
            // A member without a value is left out in this protocol.
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            Cbor::Map(
                fields
                    .map(|(name, value)| (Cbor::Text(name.clone()), to_cbor(name, value)))
                    .collect(),
            )
        }
    }
}

fn is_time(member: &str) -> bool {
    matches!(member, "StartTime" | "EndTime" | "LastModified")
        || member.ends_with("Timestamp")
        || member == "Timestamps"
}

fn is_statistic(member: &str) -> bool {
    matches!(
        member,
        "Value"
            | "Values"
            | "Counts"
            | "Average"
            | "Sum"
            | "Minimum"
            | "Maximum"
            | "SampleCount"
            | "Threshold"
    )
}

//! What a request to AWS asks for: service, operation, input.

use std::collections::BTreeMap;

use bytes::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, USER_AGENT};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::http::Incoming;

/// The wire protocols of AWS, as Smithy names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Protocol {
    /// Form in, XML out (`autoscaling`, `sns`, `sts`).
    AwsQuery,
    /// As [`Protocol::AwsQuery`], with EC2's own error document.
    Ec2Query,
    /// JSON with `X-Amz-Target`, version 1.0.
    AwsJson10,
    /// JSON with `X-Amz-Target`, version 1.1 (`sagemaker`, `application-autoscaling`).
    AwsJson11,
    /// CBOR at `/service/…/operation/…` (`cloudwatch` of the Rust SDK).
    RpcV2Cbor,
    /// XML by method and path (`s3`).
    RestXml,
    /// JSON by method and path (`lambda`, `scheduler`).
    RestJson,
}

/// One request, recognised.
#[derive(Debug, Clone, Serialize)]
pub struct Call {
    /// 1 for the first call since the proxy was started or its log cleared.
    pub number: u64,
    /// The SDK's name of the service: `autoscaling`, `application-autoscaling`, `cloudwatch`, `s3`, …
    pub service: String,
    /// The operation, as in the API reference: `DescribeAutoScalingGroups`.
    pub operation: String,
    /// Whether the operation can change something; by its name, reads being `Describe…`, `Get…`, `List…`, `Head…` and a few more.
    pub mutating: bool,
    /// The input: JSON and CBOR bodies as they are, a form as an object of strings (`Tags.member.1.Key`), for S3 `Bucket`,
    /// `Key`, the query and `IfMatch` and `IfNoneMatch`.
    pub input: Value,
    /// The region of the signature.
    pub region: String,
    /// Who calls: the SDK's application id (`AWS_SDK_UA_APP_ID`), else the access key id.
    pub caller: String,
    /// The protocol of the request and so of the answer.
    pub protocol: Protocol,
    /// The body as sent.
    #[serde(skip)]
    pub body: Bytes,
}

impl Call {
    /// A field of the input that is a string, such as `AutoScalingGroupName`.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.input.get(name).and_then(Value::as_str)
    }

    /// Whether this is `operation` of `service`; `*` stands for any.
    pub fn is(&self, service: &str, operation: &str) -> bool {
        (service == "*" || service == self.service)
            && (operation == "*" || operation == self.operation)
    }

    pub(crate) fn recognise(number: u64, request: &Incoming) -> Self {
        let headers = request.headers();
        let query = form(request.uri().query().unwrap_or_default().as_bytes());
        let content_type = header(headers, CONTENT_TYPE.as_str());
        let scope = credential(headers, &query);
        let path = request.uri().path();
        let target = header(headers, "x-amz-target");
        let mut service = match scope.service.as_str() {
            "monitoring" => "cloudwatch".to_owned(),
            "tagging" => "resourcegroupstaggingapi".to_owned(),
            other => other.to_owned(),
        };
        let (protocol, operation, input);
        if let Some((_, rest)) = path
            .strip_prefix("/service/")
            .and_then(|rest| rest.split_once("/operation/"))
        {
            protocol = Protocol::RpcV2Cbor;
            operation = rest.to_owned();
            input = from_cbor(request.body());
        } else if let Some((prefix, name)) = target.rsplit_once('.') {
            protocol = if content_type.contains("1.0") {
                Protocol::AwsJson10
            } else {
                Protocol::AwsJson11
            };
            if prefix == "AnyScaleFrontendService" {
                "application-autoscaling".clone_into(&mut service);
            }
            operation = name.to_owned();
            input = serde_json::from_slice(request.body()).unwrap_or(Value::Null);
        } else if content_type.starts_with("application/x-www-form-urlencoded")
            || query.contains_key("Action")
        {
            let mut fields = query;
            fields.extend(form(request.body()));
            protocol = if service == "ec2" {
                Protocol::Ec2Query
            } else {
                Protocol::AwsQuery
            };
            operation = fields.get("Action").cloned().unwrap_or_default();
            input = object(fields);
        } else if service == "s3" || service.is_empty() {
            let (name, fields) = s3(request, query);
            "s3".clone_into(&mut service);
            (protocol, operation, input) = (Protocol::RestXml, name, object(fields));
        } else {
            protocol = Protocol::RestJson;
            operation = rest_operation(&service, request.method().as_str(), path);
            input = serde_json::from_slice(request.body()).unwrap_or_else(|_| object(query));
        }
        Self {
            number,
            mutating: mutates(&operation),
            service,
            operation,
            input,
            region: if scope.region.is_empty() {
                "us-east-1".to_owned()
            } else {
                scope.region
            },
            caller: app_id(headers).unwrap_or(scope.access_key),
            protocol,
            body: request.body().clone(),
        }
    }
}

/// Operations that only read; every other name is taken for a change.
fn mutates(operation: &str) -> bool {
    const READS: [&str; 9] = [
        "Describe",
        "Get",
        "List",
        "Head",
        "Search",
        "Lookup",
        "BatchGet",
        "Query",
        "AssumeRole",
    ];
    !READS.iter().any(|prefix| operation.starts_with(prefix))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

#[derive(Default)]
struct Scope {
    access_key: String,
    region: String,
    service: String,
}

/// The credential scope of a Signature Version 4: `KEY/20260101/eu-central-1/autoscaling/aws4_request`.
fn credential(headers: &HeaderMap, query: &BTreeMap<String, String>) -> Scope {
    let signed = header(headers, AUTHORIZATION.as_str());
    let scope = signed
        .split_once("Credential=")
        .map(|(_, rest)| rest.split([',', ' ']).next().unwrap_or_default())
        .or_else(|| query.get("X-Amz-Credential").map(String::as_str))
        .unwrap_or_default();
    let mut parts = scope.split('/').map(str::to_owned);
    let access_key = parts.next().unwrap_or_default();
    let region = parts.nth(1).unwrap_or_default();
    Scope {
        access_key,
        region,
        service: parts.next().unwrap_or_default(),
    }
}

/// `app/NAME` of the user agent, which SDKs set from `AWS_SDK_UA_APP_ID`.
fn app_id(headers: &HeaderMap) -> Option<String> {
    [USER_AGENT.as_str(), "x-amz-user-agent"]
        .iter()
        .flat_map(|name| header(headers, name).split(' '))
        .find_map(|word| word.strip_prefix("app/"))
        .map(str::to_owned)
}

/// Decodes `a=1&b=%20`.
pub(crate) fn form(text: &[u8]) -> BTreeMap<String, String> {
    text.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = halves.next().unwrap_or_default();
            (
                percent_decode(name),
                percent_decode(halves.next().unwrap_or_default()),
            )
        })
        .collect()
}

/// Encodes an object of strings as a form.
pub(crate) fn to_form<'a>(fields: impl IntoIterator<Item = (&'a String, &'a Value)>) -> String {
    let pairs = fields.into_iter().map(|(name, value)| {
        format!(
            "{}={}",
            percent_encode(name),
            percent_encode(value.as_str().unwrap_or_default())
        )
    });
    pairs.collect::<Vec<_>>().join("&")
}

fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            other => encoded.extend(format!("%{other:02X}").chars()),
        }
    }
    encoded
}

fn percent_decode(text: &[u8]) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => decoded.push(b' '),
            b'%' => {
                let pair: Vec<u8> = bytes.by_ref().take(2).collect();
                let value = std::str::from_utf8(&pair)
                    .ok()
                    .and_then(|pair| u8::from_str_radix(pair, 16).ok());
                decoded.push(value.unwrap_or(b'%'));
            }
            other => decoded.push(other),
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn object(fields: BTreeMap<String, String>) -> Value {
    Value::Object(
        fields
            .into_iter()
            .map(|(name, value)| (name, Value::String(value)))
            .collect::<Map<_, _>>(),
    )
}

/// CBOR as JSON; byte strings and tags (times) become their plain content.
fn from_cbor(body: &[u8]) -> Value {
    use ciborium::Value as Cbor;
    fn plain(value: Cbor) -> Value {
        match value {
            Cbor::Integer(number) => i64::try_from(number).map_or(Value::Null, Value::from),
            Cbor::Float(number) => Value::from(number),
            Cbor::Text(text) => Value::String(text),
            Cbor::Bool(flag) => Value::Bool(flag),
            Cbor::Bytes(bytes) => Value::String(String::from_utf8_lossy(&bytes).into_owned()),
            Cbor::Tag(_, inner) => plain(*inner),
            Cbor::Array(items) => Value::Array(items.into_iter().map(plain).collect()),
            Cbor::Map(pairs) => Value::Object(
                pairs
                    .into_iter()
                    .filter_map(|(name, value)| Some((name.into_text().ok()?, plain(value))))
                    .collect::<Map<_, _>>(),
            ),
            _ => Value::Null,
        }
    }
    ciborium::from_reader::<Cbor, _>(body).map_or(Value::Null, plain)
}

/// The operation of an S3 request in path style: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html>.
fn s3(request: &Incoming, query: BTreeMap<String, String>) -> (String, BTreeMap<String, String>) {
    let path = percent_decode(
        &request
            .uri()
            .path()
            .trim_start_matches('/')
            .replace('+', "%2B")
            .into_bytes(),
    );
    let (bucket, key) = path.split_once('/').unwrap_or((&path, ""));
    let has = |name: &str| query.contains_key(name);
    let method = request.method().as_str();
    let name = if bucket.is_empty() {
        "ListBuckets".to_owned()
    } else if key.is_empty() {
        let part = sub_resource(&query);
        match (method, part) {
            ("GET", _) if has("list-type") => "ListObjectsV2".to_owned(),
            ("GET", _) if has("versions") => "ListObjectVersions".to_owned(),
            ("GET", _) if has("uploads") => "ListMultipartUploads".to_owned(),
            ("POST", _) if has("delete") => "DeleteObjects".to_owned(),
            ("GET", Some(part)) => format!("GetBucket{part}"),
            ("PUT", Some(part)) => format!("PutBucket{part}"),
            ("DELETE", Some(part)) => format!("DeleteBucket{part}"),
            ("GET", None) => "ListObjects".to_owned(),
            ("PUT", None) => "CreateBucket".to_owned(),
            ("DELETE", None) => "DeleteBucket".to_owned(),
            ("HEAD", _) => "HeadBucket".to_owned(),
            (other, _) => format!("{other}Bucket"),
        }
    } else {
        let copied = request.headers().contains_key("x-amz-copy-source");
        match method {
            "GET" if has("tagging") => "GetObjectTagging".to_owned(),
            "PUT" if has("tagging") => "PutObjectTagging".to_owned(),
            "GET" if has("acl") => "GetObjectAcl".to_owned(),
            "PUT" if has("acl") => "PutObjectAcl".to_owned(),
            "GET" => "GetObject".to_owned(),
            "HEAD" => "HeadObject".to_owned(),
            "PUT" if has("uploadId") => "UploadPart".to_owned(),
            "PUT" if copied => "CopyObject".to_owned(),
            "PUT" => "PutObject".to_owned(),
            "POST" if has("uploads") => "CreateMultipartUpload".to_owned(),
            "POST" if has("uploadId") => "CompleteMultipartUpload".to_owned(),
            "DELETE" if has("uploadId") => "AbortMultipartUpload".to_owned(),
            "DELETE" => "DeleteObject".to_owned(),
            other => format!("{other}Object"),
        }
    };
    let mut fields = query;
    fields.insert("Bucket".to_owned(), bucket.to_owned());
    fields.insert("Key".to_owned(), key.to_owned());
    for (header_name, field) in [("if-match", "IfMatch"), ("if-none-match", "IfNoneMatch")] {
        let value = header(request.headers(), header_name);
        if !value.is_empty() {
            fields.insert(field.to_owned(), value.to_owned());
        }
    }
    (name, fields)
}

/// `versioning` → `Versioning`, `lifecycle` → `Lifecycle`, `publicAccessBlock` → `PublicAccessBlock`.
fn sub_resource(query: &BTreeMap<String, String>) -> Option<String> {
    let name = query
        .iter()
        .find(|(name, value)| value.is_empty() && !name.starts_with("X-Amz"))
        .map(|(name, _)| name)?;
    let mut letters = name.chars();
    let first = letters.next()?;
    Some(first.to_uppercase().chain(letters).collect())
}

fn rest_operation(service: &str, method: &str, path: &str) -> String {
    if service == "lambda" && method == "POST" && path.ends_with("/invocations") {
        return "Invoke".to_owned();
    }
    let verb = match method {
        "GET" => "Get",
        "HEAD" => "Head",
        "PUT" => "Put",
        "DELETE" => "Delete",
        _ => "Post",
    };
    format!("{verb} {path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, uri: &str, headers: &[(&str, &str)], body: &'static str) -> Incoming {
        let mut builder = hyper::Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        builder.body(Bytes::from_static(body.as_bytes())).unwrap()
    }

    fn signed(service: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-central-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
        )
    }

    #[test]
    fn a_form_names_its_action_and_its_fields() {
        let call = Call::recognise(
            1,
            &request(
                "POST",
                "/",
                &[
                    ("authorization", &signed("autoscaling")),
                    (
                        "content-type",
                        "application/x-www-form-urlencoded; charset=utf-8",
                    ),
                    ("user-agent", "aws-sdk-rust/1.3 app/scaler"),
                ],
                "Action=UpdateAutoScalingGroup&AutoScalingGroupName=gpu%20one&MinSize=0",
            ),
        );
        assert_eq!(
            (call.service.as_str(), call.operation.as_str()),
            ("autoscaling", "UpdateAutoScalingGroup")
        );
        assert_eq!(call.param("AutoScalingGroupName"), Some("gpu one"));
        assert_eq!(
            (call.caller.as_str(), call.region.as_str(), call.mutating),
            ("scaler", "eu-central-1", true)
        );
    }

    #[test]
    fn json_and_cbor_targets_are_recognised() {
        let json = Call::recognise(
            1,
            &request(
                "POST",
                "/",
                &[
                    (
                        "x-amz-target",
                        "AnyScaleFrontendService.DescribeScalableTargets",
                    ),
                    ("authorization", &signed("application-autoscaling")),
                ],
                r#"{"ServiceNamespace":"sagemaker"}"#,
            ),
        );
        assert!(json.is("application-autoscaling", "DescribeScalableTargets") && !json.mutating);
        let cbor = Call::recognise(
            1,
            &request(
                "POST",
                "/service/GraniteServiceVersion20100801/operation/GetMetricData",
                &[("authorization", &signed("monitoring"))],
                "",
            ),
        );
        assert!(cbor.is("cloudwatch", "GetMetricData"));
        assert_eq!(
            (cbor.protocol, cbor.caller.as_str()),
            (Protocol::RpcV2Cbor, "AKID")
        );
    }

    #[test]
    fn s3_operations_follow_method_path_and_query() {
        let auth = signed("s3");
        let cases = [
            ("GET", "/b?list-type=2&prefix=journal%2F", "ListObjectsV2"),
            ("GET", "/b/k", "GetObject"),
            ("HEAD", "/b/k", "HeadObject"),
            ("PUT", "/b/k?x-id=PutObject", "PutObject"),
            ("DELETE", "/b/k", "DeleteObject"),
            ("PUT", "/b", "CreateBucket"),
            ("GET", "/b?versioning", "GetBucketVersioning"),
            ("POST", "/b?delete", "DeleteObjects"),
            ("GET", "/", "ListBuckets"),
        ];
        for (method, uri, operation) in cases {
            let call = Call::recognise(
                1,
                &request(
                    method,
                    uri,
                    &[("authorization", &auth), ("if-match", "\"e\"")],
                    "",
                ),
            );
            assert_eq!(call.operation, operation, "{method} {uri}");
            assert_eq!(call.param("IfMatch"), Some("\"e\""));
        }
        let call = Call::recognise(
            1,
            &request("GET", "/b/a/b%20c", &[("authorization", &auth)], ""),
        );
        assert_eq!(
            (call.param("Bucket"), call.param("Key")),
            (Some("b"), Some("a/b c"))
        );
    }
}

//! Resource Groups Tagging API: moto does not know the endpoints that the proxy keeps.
//!
//! Auto Scaling groups are not among the API's resource types, here as there:
//! <https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html>.

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;
use serde_json::{Value, json};

use super::super::call::Call;
use super::super::{Shared, forward, locked, reply};
use super::pages;
use crate::http::{HangUp, Incoming};

impl Shared {
    pub(super) async fn get_resources(
        &self,
        call: &Call,
        mut request: Incoming,
    ) -> Result<Response<Full<Bytes>>, HangUp> {
        let types: Vec<&str> = call.input["ResourceTypeFilters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let wanted =
            |kind: &str| types.is_empty() || types.contains(&"sagemaker") || types.contains(&kind);
        let filters = call.input["TagFilters"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let mut items: Vec<Value> = locked(&self.world)
            .region(&call.region)
            .sagemaker
            .tagged()
            .into_iter()
            .filter(|(kind, _, tags)| {
                wanted(&format!("sagemaker:{kind}"))
                    && filters.iter().all(|filter| passes(filter, tags))
            })
            .map(|(_, arn, tags)| json!({"ResourceARN": arn, "Tags": tags}))
            .collect();
        if types.is_empty() || types.iter().any(|kind| !kind.starts_with("sagemaker")) {
            // moto pages its own part; here one page holds all, then both are paged together.
            let mut input = call.input.clone();
            if let Some(input) = input.as_object_mut() {
                input.remove("PaginationToken");
                input.insert("ResourcesPerPage".to_owned(), Value::from(100));
            }
            *request.body_mut() = Bytes::from(input.to_string());
            let (status, body) = forward::text(self.upstream.forward(request).await?).await?;
            if status != 200 {
                return Ok(crate::http::answer(
                    status,
                    "application/x-amz-json-1.1",
                    body,
                ));
            }
            let body: Value = serde_json::from_str(&body).unwrap_or(Value::Null);
            items.extend(
                body["ResourceTagMappingList"]
                    .as_array()
                    .cloned()
                    .unwrap_or_default(),
            );
        }
        let size = call.input["ResourcesPerPage"]
            .as_u64()
            .and_then(|size| usize::try_from(size).ok())
            .unwrap_or(50);
        let start = pages::start(
            call.param("PaginationToken")
                .filter(|token| !token.is_empty()),
        )
        .unwrap_or(0);
        let total = items.len();
        let items: Vec<Value> = items.into_iter().skip(start).take(size).collect();
        let end = start + items.len();
        let token = if end < total {
            pages::token(end)
        } else {
            String::new()
        };
        Ok(reply::output(
            call,
            &json!({"ResourceTagMappingList": items, "PaginationToken": token}),
        ))
    }
}

/// One tag filter: the key must be there, with one of the values if any are given.
fn passes(filter: &Value, tags: &[Value]) -> bool {
    let values = filter["Values"].as_array().cloned().unwrap_or_default();
    tags.iter().any(|tag| {
        tag["Key"] == filter["Key"] && (values.is_empty() || values.contains(&tag["Value"]))
    })
}

//! Pages of lists, with tokens that say where the next page begins.

use serde_json::{Value, json};

use super::super::call::Call;
use super::super::reply::AwsError;

/// One page of `items` under `name`, as `MaxResults` and `NextToken` of the input ask.
pub(crate) fn page(
    call: &Call,
    name: &str,
    items: Vec<Value>,
    default: usize,
) -> Result<Value, AwsError> {
    let size = call
        .input
        .get("MaxResults")
        .and_then(Value::as_u64)
        .map_or(default, |size| usize::try_from(size).unwrap_or(default));
    let start = start(call.param("NextToken"))
        .ok_or_else(|| AwsError::new("ValidationException", "Invalid NextToken"))?;
    let total = items.len();
    let items: Vec<Value> = items.into_iter().skip(start).take(size.max(1)).collect();
    let end = start + items.len();
    let mut output = json!({ name: items });
    if end < total
        && let Some(output) = output.as_object_mut()
    {
        output.insert("NextToken".to_owned(), Value::from(token(end)));
    }
    Ok(output)
}

/// The token of the page that begins at `index`.
pub(crate) fn token(index: usize) -> String {
    format!("page-{index:08}")
}

/// Where the page of `token` begins; 0 without one, `None` for a token that is not ours.
pub(crate) fn start(token: Option<&str>) -> Option<usize> {
    token.map_or(Some(0), |token| token.strip_prefix("page-")?.parse().ok())
}

//! Telling Lambda that a function cannot start.

use std::time::Duration;

use lambda_runtime::{Diagnostic, Error};
use lambda_runtime_api_client::{Client, body::Body, build_request};

/// How long the report may take.
const LIMIT: Duration = Duration::from_secs(1);

/// Posts to `/runtime/init/error` (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-initerror>).
pub(crate) async fn report(api: &str, diagnostic: &Diagnostic) -> Result<(), Error> {
    let client = Client::builder().with_endpoint(api.parse()?).build()?;
    let request = build_request()
        .method("POST")
        .uri("/2018-06-01/runtime/init/error")
        .header("lambda-runtime-function-error-type", &diagnostic.error_type)
        .body(Body::from(lambda_diagnostic(diagnostic).to_string()))?;
    tokio::time::timeout(LIMIT, client.call(request)).await??;
    Ok(())
}

fn lambda_diagnostic(diagnostic: &Diagnostic) -> serde_json::Value {
    serde_json::json!({"errorType": diagnostic.error_type, "errorMessage": diagnostic.error_message, "stackTrace": []})
}

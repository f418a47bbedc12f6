//! What goes over the wire, and what comes of what comes back.

use std::time::Duration;

use afterhours_aws::testing::{Reply, Script};
use afterhours_aws_lambda_invoke::Functions;
use afterhours_ports::ErrorClass;

fn functions(script: &Script) -> Functions {
    Functions::new(&script.aws(), Duration::from_mins(1))
}

#[tokio::test(start_paused = true)]
async fn a_function_is_called_with_the_payload() {
    let script = Script::new([Reply::ok(r#"{"woke":1}"#)]);
    let payload = br#"{"command":"tick"}"#.to_vec();
    let answer = functions(&script)
        .invoke("scaler:ops", payload)
        .await
        .unwrap();
    assert!(!answer.failed);
    assert_eq!(answer.payload, br#"{"woke":1}"#);
    let sent = script.sent();
    assert!(
        sent[0].uri.ends_with("/functions/scaler%3Aops/invocations"),
        "{}",
        sent[0].uri
    );
    assert_eq!(sent[0].body, r#"{"command":"tick"}"#);
}

#[tokio::test(start_paused = true)]
async fn a_function_that_fails_is_told_from_a_call_that_fails() {
    let script = Script::new([
        Reply::ok(r#"{"errorType":"Denied","errorMessage":"no"}"#)
            .header("x-amz-function-error", "Unhandled"),
        Reply::new(404, r#"{"Message":"Function not found"}"#)
            .header("x-amzn-errortype", "ResourceNotFoundException"),
        Reply::new(403, r#"{"Message":"no"}"#).header("x-amzn-errortype", "AccessDeniedException"),
    ]);
    let functions = functions(&script);
    let failed = functions.invoke("scaler", Vec::new()).await.unwrap();
    assert!(failed.failed && String::from_utf8_lossy(&failed.payload).contains("Denied"));
    for class in [ErrorClass::NotFound, ErrorClass::Denied] {
        assert_eq!(
            functions
                .invoke("scaler", Vec::new())
                .await
                .unwrap_err()
                .class,
            class
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_is_never_repeated() {
    let script = Script::new([
        Reply::new(500, "{}").header("x-amzn-errortype", "ServiceException"),
        Reply::ok("{}"),
    ]);
    let error = functions(&script)
        .invoke("scaler", Vec::new())
        .await
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::Unavailable);
    assert_eq!(script.sent().len(), 1);
}

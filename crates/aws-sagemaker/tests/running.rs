//! What of an endpoint runs now, over the wire.

use afterhours_aws::Pace;
use afterhours_aws::testing::{Reply, Script};
use afterhours_aws_sagemaker::running::endpoint;
use afterhours_core::model::Tags;
use afterhours_ports::{ErrorClass, PortResult, Running};
use serde_json::{Value, json};

fn described(variants: &Value) -> Reply {
    let answer = json!({
        "EndpointName": "quant", "EndpointArn": "arn:aws:sagemaker:eu-central-1:111122223333:endpoint/quant",
        "EndpointStatus": "InService", "EndpointConfigName": "quant-3",
        "CreationTime": 1_767_323_045.0, "LastModifiedTime": 1_767_323_045.0,
        "ProductionVariants": variants,
    });
    Reply::ok(answer.to_string())
}

fn config() -> Reply {
    let answer = json!({
        "EndpointConfigName": "quant-3", "CreationTime": 1_767_323_045.0,
        "EndpointConfigArn": "arn:aws:sagemaker:eu-central-1:111122223333:endpoint-config/quant-3",
        "ProductionVariants": [{ "VariantName": "a", "InstanceType": "ml.g5.xlarge" }],
    });
    Reply::ok(answer.to_string())
}

fn missing() -> Reply {
    Reply::json_error(
        400,
        "ValidationException",
        "Could not find endpoint \\\"quant\\\".",
    )
}

async fn running(script: &Script) -> PortResult<Option<Running>> {
    endpoint(&script.aws(), &Pace::unlimited(), "quant", &Tags::new()).await
}

#[tokio::test(start_paused = true)]
async fn instances_are_counted_by_type_and_unknown_types_stay_unknown() {
    let variants = json!([
        { "VariantName": "a", "CurrentInstanceCount": 2 },
        { "VariantName": "b", "CurrentInstanceCount": 1 },
        { "VariantName": "c", "CurrentInstanceCount": 0 },
    ]);
    let script = Script::new([described(&variants), config()]);
    let found = running(&script).await.unwrap().unwrap();
    let counts: Vec<_> = found.instances.into_iter().collect();
    assert_eq!(counts, [(String::new(), 1), ("ml.g5.xlarge".to_owned(), 2)]);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_sleeps_or_is_gone_does_not_run() {
    let asleep = Script::new([described(
        &json!([{ "VariantName": "a", "CurrentInstanceCount": 0 }]),
    )]);
    assert_eq!(running(&asleep).await, Ok(None));
    assert_eq!(running(&Script::new([missing()])).await, Ok(None));
}

#[tokio::test(start_paused = true)]
async fn a_configuration_that_is_gone_leaves_types_unknown_and_a_denial_is_an_error() {
    let variants = json!([{ "VariantName": "a", "CurrentInstanceCount": 2 }]);
    let script = Script::new([described(&variants), missing()]);
    let found = running(&script).await.unwrap().unwrap();
    assert_eq!(found.instances.get(""), Some(&2));
    let denied = Reply::json_error(400, "AccessDeniedException", "no");
    let script = Script::new([described(&variants), denied]);
    assert_eq!(
        running(&script).await.unwrap_err().class,
        ErrorClass::Denied
    );
}

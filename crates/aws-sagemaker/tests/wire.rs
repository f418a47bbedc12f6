//! What goes over the wire, and what comes of what comes back.

use std::collections::BTreeSet;

use afterhours_aws::Pace;
use afterhours_aws::testing::{Reply, Script, Sent};
use afterhours_aws_sagemaker::SagemakerEndpoints;
use afterhours_core::model::{EndpointStatus, Tags};
use afterhours_ports::{Endpoints as _, ErrorClass};
use serde_json::{Value, json};

const ARN: &str = "arn:aws:sagemaker:eu-central-1:111122223333:endpoint/quant";

fn adapter(script: &Script) -> SagemakerEndpoints {
    SagemakerEndpoints::new(&script.aws(), Pace::unlimited())
}

/// The body as JSON; null where it is none.
fn body(sent: &Sent) -> Value {
    serde_json::from_str(&sent.body).unwrap_or_default()
}

fn ok(value: &Value) -> Reply {
    Reply::ok(value.to_string())
}

fn summary(name: &str, status: &str) -> Value {
    json!({ "EndpointName": name, "EndpointArn": ARN, "EndpointStatus": status,
        "CreationTime": 1_767_323_045.0, "LastModifiedTime": 1_767_323_046.5 })
}

fn described() -> Value {
    json!({
        "EndpointName": "quant", "EndpointArn": ARN, "EndpointStatus": "InService",
        "EndpointConfigName": "quant-3", "CreationTime": 1_767_323_045.0,
        "LastModifiedTime": 1_767_323_045.0, "FailureReason": "the last update failed",
        "ProductionVariants": [
            { "VariantName": "b", "DesiredInstanceCount": 2, "CurrentInstanceCount": 1, "DesiredWeight": 0.25 },
            { "VariantName": "a", "DesiredInstanceCount": 0, "CurrentWeight": 0.75 },
        ],
    })
}

#[tokio::test(start_paused = true)]
async fn endpoints_are_listed_over_pages() {
    let script = Script::new([
        ok(&json!({ "Endpoints": [summary("a", "InService")], "NextToken": "n" })),
        ok(&json!({ "Endpoints": [summary("b", "Hibernating")] })),
    ]);
    let found = adapter(&script).list().await.unwrap();
    assert_eq!(found[0].status, EndpointStatus::InService);
    assert_eq!(
        found[1].status,
        EndpointStatus::Other("Hibernating".to_owned())
    );
    assert_eq!(
        found[0].modified_at,
        "2026-01-02T03:04:06.5Z".parse().unwrap()
    );
    let sent = script.sent();
    assert_eq!(
        sent[0].header("x-amz-target"),
        Some("SageMaker.ListEndpoints")
    );
    assert_eq!(
        body(&sent[1]),
        json!({ "MaxResults": 100, "NextToken": "n" })
    );
}

#[tokio::test(start_paused = true)]
async fn a_summary_without_a_field_is_an_error_that_names_it() {
    for field in [
        "EndpointName",
        "EndpointArn",
        "EndpointStatus",
        "CreationTime",
    ] {
        let mut endpoint = summary("a", "InService");
        endpoint.as_object_mut().unwrap().remove(field);
        let script = Script::new([ok(&json!({ "Endpoints": [endpoint] }))]);
        let error = adapter(&script).list().await.unwrap_err();
        assert!(error.message.contains(&format!("`{field}`")), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn endpoints_with_components_are_named_once() {
    let component = |name: &str| {
        json!({ "InferenceComponentName": "c", "InferenceComponentArn": "arn", "EndpointName": name,
            "EndpointArn": ARN, "VariantName": "v", "CreationTime": 1.0, "LastModifiedTime": 1.0 })
    };
    let script = Script::new([
        ok(&json!({ "InferenceComponents": [component("a"), component("a")], "NextToken": "n" })),
        ok(&json!({ "InferenceComponents": [component("b")] })),
    ]);
    let names = adapter(&script).with_components().await.unwrap();
    assert_eq!(names, BTreeSet::from(["a".to_owned(), "b".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_is_described_in_full() {
    let script = Script::new([ok(&described())]);
    let found = adapter(&script).describe("quant").await.unwrap().unwrap();
    assert_eq!(
        (found.name.as_str(), found.config_name.as_str()),
        ("quant", "quant-3")
    );
    assert_eq!(
        found.failure_reason.as_deref(),
        Some("the last update failed")
    );
    let variants: Vec<_> = found
        .variants
        .iter()
        .map(|v| (v.name.as_str(), v.count, v.weight.to_string()))
        .collect();
    assert_eq!(
        variants,
        [("b", 2, "0.25".to_owned()), ("a", 0, "0.75".to_owned())]
    );
    assert!(!found.asynchronous && !found.serverless && !found.managed_scaling);
}

#[tokio::test(start_paused = true)]
async fn the_forms_of_endpoints_are_recognised() {
    let mut asynchronous = described();
    asynchronous["AsyncInferenceConfig"] =
        json!({ "OutputConfig": { "S3OutputPath": "s3://b/o" } });
    let mut serverless = described();
    let config = json!({ "MemorySizeInMB": 2048, "MaxConcurrency": 5 });
    serverless["ProductionVariants"] = json!([
        { "VariantName": "a", "DesiredWeight": 1.0, "CurrentServerlessConfig": config },
        { "VariantName": "b", "DesiredWeight": 1.0, "DesiredServerlessConfig": config },
    ]);
    let mut half = serverless.clone();
    half["ProductionVariants"][1] =
        json!({ "VariantName": "b", "DesiredWeight": 1.0, "DesiredInstanceCount": 1 });
    let mut managed = described();
    managed["ProductionVariants"][1]["ManagedInstanceScaling"] = json!({ "Status": "ENABLED" });
    let script = Script::new([ok(&asynchronous), ok(&serverless), ok(&half), ok(&managed)]);
    let adapter = adapter(&script);
    let mut forms = Vec::new();
    for _ in 0..4 {
        let found = adapter.describe("quant").await.unwrap().unwrap();
        forms.push((found.asynchronous, found.serverless, found.managed_scaling));
    }
    assert_eq!(
        forms,
        [
            (true, false, false),
            (false, true, false),
            (false, false, false),
            (false, false, true)
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_missing_count_is_an_error_and_never_zero() {
    let mut lacking = described();
    lacking["ProductionVariants"][0]
        .as_object_mut()
        .unwrap()
        .remove("DesiredInstanceCount");
    let mut empty = described();
    empty["ProductionVariants"] = json!([]);
    for (answer, field) in [
        (lacking, "ProductionVariants.DesiredInstanceCount"),
        (empty, "ProductionVariants"),
    ] {
        let script = Script::new([ok(&answer)]);
        let error = adapter(&script).describe("quant").await.unwrap_err();
        assert!(error.message.contains(&format!("`{field}`")), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_in_creation_has_no_variants_yet() {
    let mut creating = described();
    creating["EndpointStatus"] = json!("Creating");
    creating
        .as_object_mut()
        .unwrap()
        .remove("ProductionVariants");
    let script = Script::new([ok(&creating)]);
    let found = adapter(&script).describe("quant").await.unwrap().unwrap();
    assert!(found.variants.is_empty() && !found.serverless);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_exist_is_none_and_other_refusals_are_errors() {
    let absent = |what: &str| {
        Reply::json_error(
            400,
            "ValidationException",
            &format!("Could not find {what} arn."),
        )
    };
    let script = Script::new([
        absent("endpoint"),
        absent("endpoint configuration"),
        Reply::json_error(400, "AccessDeniedException", "not authorized"),
    ]);
    let adapter = adapter(&script);
    assert_eq!(adapter.describe("quant").await, Ok(None));
    assert_eq!(adapter.describe_config("quant-3").await, Ok(None));
    assert_eq!(
        adapter.describe("quant").await.unwrap_err().class,
        ErrorClass::Denied
    );
}

#[tokio::test(start_paused = true)]
async fn a_configuration_with_a_variant_without_model_is_recognised() {
    let config = |model: &Value| {
        json!({ "EndpointConfigName": "c", "EndpointConfigArn": "arn", "CreationTime": 1.0,
            "ProductionVariants": [{ "VariantName": "a", "ModelName": "m" }, { "VariantName": "b", "ModelName": model }] })
    };
    let script = Script::new([ok(&config(&json!("m"))), ok(&config(&Value::Null))]);
    let adapter = adapter(&script);
    assert!(
        !adapter
            .describe_config("c")
            .await
            .unwrap()
            .unwrap()
            .variant_without_model
    );
    assert!(
        adapter
            .describe_config("c")
            .await
            .unwrap()
            .unwrap()
            .variant_without_model
    );
}

#[tokio::test(start_paused = true)]
async fn changes_send_exactly_what_was_asked() {
    let arn = || ok(&json!({ "EndpointArn": ARN }));
    let script = Script::new([arn(), arn(), Reply::ok("{}"), arn(), arn()]);
    let adapter = adapter(&script);
    adapter.set_count("quant", "a", 0).await.unwrap();
    adapter
        .set_weights("quant", &[("a".to_owned(), 0.5), ("b".to_owned(), 0.0)])
        .await
        .unwrap();
    adapter.delete("quant").await.unwrap();
    let tags = Tags::from([("team".to_owned(), "ml".to_owned())]);
    adapter.create("quant", "quant-3", &tags).await.unwrap();
    adapter
        .create("quant", "quant-3", &Tags::new())
        .await
        .unwrap();
    let expected = [
        json!({ "EndpointName": "quant",
            "DesiredWeightsAndCapacities": [{ "VariantName": "a", "DesiredInstanceCount": 0 }] }),
        json!({ "EndpointName": "quant", "DesiredWeightsAndCapacities": [
            { "VariantName": "a", "DesiredWeight": 0.5 }, { "VariantName": "b", "DesiredWeight": 0.0 }] }),
        json!({ "EndpointName": "quant" }),
        json!({ "EndpointName": "quant", "EndpointConfigName": "quant-3",
            "Tags": [{ "Key": "team", "Value": "ml" }] }),
        json!({ "EndpointName": "quant", "EndpointConfigName": "quant-3" }),
    ];
    let sent: Vec<Value> = script.sent().iter().map(body).collect();
    assert_eq!(sent, expected);
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_in_transition_is_busy() {
    let script = Script::new([Reply::json_error(
        400,
        "ValidationException",
        "Cannot update in-progress endpoint.",
    )]);
    let error = adapter(&script)
        .set_count("quant", "a", 1)
        .await
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::Busy);
    assert_eq!(error.action, "sagemaker:UpdateEndpointWeightsAndCapacities");
}

#[tokio::test(start_paused = true)]
async fn tags_are_read_over_pages_and_throttling_is_retried() {
    let script = Script::new([
        ok(&json!({ "Tags": [{ "Key": "a", "Value": "1" }], "NextToken": "n" })),
        Reply::json_error(400, "ThrottlingException", "Rate exceeded"),
        ok(&json!({ "Tags": [{ "Key": "b", "Value": "" }] })),
    ]);
    let tags = adapter(&script).tags(ARN).await.unwrap();
    let expected = [("a", "1"), ("b", "")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(tags, Tags::from(expected));
    assert_eq!(script.sent().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn endless_pages_and_malformed_answers_are_errors() {
    let page = || ok(&json!({ "Endpoints": [], "NextToken": "n" }));
    let script = Script::new([page(), page(), Reply::ok("{\"Endpoints\":[")]);
    let adapter = adapter(&script);
    assert!(
        adapter
            .list()
            .await
            .unwrap_err()
            .message
            .contains("there before")
    );
    assert_eq!(
        adapter.list().await.unwrap_err().class,
        ErrorClass::Unavailable
    );
}

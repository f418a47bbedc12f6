//! What the reader of models, endpoints and notebooks asks, and what it makes of what comes back.

#![expect(clippy::unwrap_used, reason = "a test may end at once")]

use afterhours_aws::Pace;
use afterhours_aws::testing::{Reply, Script};
use afterhours_aws_sagemaker::drift::{MachineLearningReader, READ_ACTIONS};
use afterhours_diff::{HoleClass, Listing, Live, Wanted, WantedKeys};
use afterhours_ports::Reader as _;
use serde_json::{Value, json};

const MODEL: &str = "aws_sagemaker_model";
const CONFIGURATION: &str = "aws_sagemaker_endpoint_configuration";
const ENDPOINT: &str = "aws_sagemaker_endpoint";
const NOTEBOOK: &str = "aws_sagemaker_notebook_instance";
const LIFECYCLE: &str = "aws_sagemaker_notebook_instance_lifecycle_configuration";

/// Each type, the calls that describe one and list all, and how AWS says that there is none of a name.
const KINDS: &[(&str, &str, Option<&str>, &str)] = &[
    (
        MODEL,
        "SageMaker.DescribeModel",
        Some("SageMaker.ListModels"),
        "Could not find model 'arn:aws:sagemaker:eu-central-1:123456789012:model/x'.",
    ),
    (
        CONFIGURATION,
        "SageMaker.DescribeEndpointConfig",
        Some("SageMaker.ListEndpointConfigs"),
        "Could not find endpoint configuration 'arn:aws:sagemaker:eu-central-1:123456789012:endpoint-config/x'.",
    ),
    (
        ENDPOINT,
        "SageMaker.DescribeEndpoint",
        Some("SageMaker.ListEndpoints"),
        "Could not find endpoint 'arn:aws:sagemaker:eu-central-1:123456789012:endpoint/x'.",
    ),
    (
        NOTEBOOK,
        "SageMaker.DescribeNotebookInstance",
        Some("SageMaker.ListNotebookInstances"),
        "RecordNotFound",
    ),
    (
        LIFECYCLE,
        "SageMaker.DescribeNotebookInstanceLifecycleConfig",
        None,
        "Unable to describe Notebook Instance Lifecycle Config 'x'. Details: RecordNotFound",
    ),
];

fn wanted(kind: &'static str, keys: &[&str], others: bool) -> Wanted {
    let keys = keys.iter().map(|key| (*key).to_owned()).collect();
    let mut wanted = Wanted {
        account: "123456789012".to_owned(),
        region: "eu-central-1".to_owned(),
        ..Wanted::default()
    };
    wanted.kinds.insert(kind, WantedKeys { keys, others });
    wanted
}

async fn only(script: &Script, wanted: &Wanted) -> Listing {
    let reader = MachineLearningReader::paced(&script.aws(), Pace::unlimited());
    let mut listings = reader.read(wanted).await;
    assert_eq!(listings.len(), 1, "{listings:?}");
    listings.remove(0)
}

fn first(listing: &Listing) -> &Live {
    listing.objects.first().unwrap()
}

fn answer(call: &'static str, body: &Value) -> Reply {
    Reply::ok(body.to_string()).when(call)
}

/// Three times the same error: more than a retry outlasts.
fn failing(call: &'static str, status: u16, code: &str) -> Vec<Reply> {
    (0..3)
        .map(|_| Reply::json_error(status, code, "said so").when(call))
        .collect()
}

fn tags(pairs: &[(&str, &str)]) -> Reply {
    let tags: Vec<Value> = pairs
        .iter()
        .map(|(key, value)| json!({"Key": key, "Value": value}))
        .collect();
    answer("SageMaker.ListTags", &json!({"Tags": tags}))
}

/// An object with nothing but its name.
fn bare(kind: &str, name: &str) -> Value {
    let field = match kind {
        MODEL => "Model",
        CONFIGURATION => "EndpointConfig",
        ENDPOINT => "Endpoint",
        NOTEBOOK => "NotebookInstance",
        _ => "NotebookInstanceLifecycleConfig",
    };
    json!({
        format!("{field}Name"): name,
        format!("{field}Arn"): format!("arn:aws:sagemaker:eu-central-1:123456789012:x/{name}"),
        "EndpointConfigName": name,
        "EndpointStatus": "InService",
        "CreationTime": 1,
        "LastModifiedTime": 1,
        "ProductionVariants": [],
    })
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_where_nothing_of_it_is_wanted() {
    let script = Script::new([]);
    let reader = MachineLearningReader::new(&script.aws());
    assert!(
        reader
            .read(&wanted("aws_vpc", &["vpc-1"], true))
            .await
            .is_empty()
    );
    assert!(reader.read(&wanted(MODEL, &[], false)).await.is_empty());
    assert!(script.sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_model_is_described_with_its_containers_and_tags() {
    let mut model = bare(MODEL, "ranking");
    let members = json!({
        "ExecutionRoleArn": "arn:aws:iam::123456789012:role/sagemaker",
        "EnableNetworkIsolation": true,
        "PrimaryContainer": {
            "Image": "image:1",
            "Mode": "SingleModel",
            "Environment": {"TOKEN": "hidden"},
            "ImageConfig": {"RepositoryAccessMode": "Vpc", "RepositoryAuthConfig": {"RepositoryCredentialsProviderArn": "arn:l"}},
            "ModelDataSource": {"S3DataSource": {"S3Uri": "s3://m/", "S3DataType": "S3Prefix", "CompressionType": "None", "ModelAccessConfig": {"AcceptEula": true}}},
            "AdditionalModelDataSources": [{"ChannelName": "adapter", "S3DataSource": {"S3Uri": "s3://a/", "S3DataType": "S3Object", "CompressionType": "Gzip"}}],
            "MultiModelConfig": {"ModelCacheSetting": "Disabled"},
        },
        "InferenceExecutionConfig": {"Mode": "Direct"},
        "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]},
    });
    model
        .as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    let script = Script::new([
        answer("SageMaker.DescribeModel", &model),
        tags(&[("Team", "ml-team"), ("aws:x", "y")]),
    ]);
    let listing = only(&script, &wanted(MODEL, &["ranking"], false)).await;
    let live = first(&listing);
    assert_eq!(
        (live.key.as_str(), live.id.as_str()),
        ("ranking", "ranking")
    );
    assert!(live.holes.is_empty());
    assert_eq!(
        Value::Object(live.attributes.clone()),
        json!({
            "name": "ranking",
            "arn": "arn:aws:sagemaker:eu-central-1:123456789012:x/ranking",
            "region": "eu-central-1",
            "tags": {"Team": "ml-team", "aws:x": "y"},
            "execution_role_arn": "arn:aws:iam::123456789012:role/sagemaker",
            "enable_network_isolation": true,
            "container": [],
            "primary_container": [{
                "container_hostname": null,
                "environment": {"TOKEN": "hidden"},
                "image": "image:1",
                "inference_specification_name": null,
                "mode": "SingleModel",
                "model_data_url": null,
                "model_package_name": null,
                "additional_model_data_source": [{"channel_name": "adapter", "s3_data_source": [{
                    "compression_type": "Gzip", "s3_data_type": "S3Object", "s3_uri": "s3://a/", "model_access_config": [],
                }]}],
                "image_config": [{
                    "repository_access_mode": "Vpc",
                    "repository_auth_config": [{"repository_credentials_provider_arn": "arn:l"}],
                }],
                "model_data_source": [{"s3_data_source": [{
                    "compression_type": "None", "s3_data_type": "S3Prefix", "s3_uri": "s3://m/",
                    "model_access_config": [{"accept_eula": true}],
                }]}],
                "multi_model_config": [{"model_cache_setting": "Disabled"}],
            }],
            "inference_execution_config": [{"mode": "Direct"}],
            "vpc_config": [{"security_group_ids": ["sg-1"], "subnets": ["subnet-1"]}],
        })
    );
    let sent = script.sent();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].body, r#"{"ModelName":"ranking"}"#);
    assert_eq!(
        serde_json::from_str::<Value>(&sent[1].body).unwrap(),
        json!({"ResourceArn": "arn:aws:sagemaker:eu-central-1:123456789012:x/ranking", "MaxResults": 100})
    );
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_tells_its_configuration_and_what_runs_now() {
    let mut endpoint = bare(ENDPOINT, "live");
    endpoint["EndpointConfigName"] = json!("live-2");
    endpoint["ProductionVariants"] = json!([{
        "VariantName": "main", "CurrentInstanceCount": 0, "DesiredInstanceCount": 2,
        "CurrentWeight": 0.9, "DesiredWeight": 0.1,
    }]);
    endpoint["LastDeploymentConfig"] = json!({
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {"Type": "CANARY", "WaitIntervalInSeconds": 300, "CanarySize": {"Type": "INSTANCE_COUNT", "Value": 1}},
            "TerminationWaitInSeconds": 60, "MaximumExecutionTimeoutInSeconds": 900,
        },
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]},
    });
    let script = Script::new([answer("SageMaker.DescribeEndpoint", &endpoint), tags(&[])]);
    let listing = only(&script, &wanted(ENDPOINT, &["live"], false)).await;
    let attributes = &first(&listing).attributes;
    assert_eq!(attributes["endpoint_config_name"], "live-2");
    assert_eq!(attributes["tags"], json!({}));
    assert_eq!(
        attributes["production_variants"],
        json!([{
            "variant_name": "main", "current_instance_count": 0, "desired_instance_count": 2,
            "current_weight": 0.9, "desired_weight": 0.1,
        }])
    );
    assert_eq!(
        attributes["deployment_config"],
        json!([{
            "auto_rollback_configuration": [{"alarms": [{"alarm_name": "errors"}]}],
            "blue_green_update_policy": [{
                "maximum_execution_timeout_in_seconds": 900,
                "termination_wait_in_seconds": 60,
                "traffic_routing_configuration": [{
                    "type": "CANARY", "wait_interval_in_seconds": 300,
                    "canary_size": [{"type": "INSTANCE_COUNT", "value": 1}], "linear_step_size": [],
                }],
            }],
            "rolling_update_policy": [],
        }])
    );
}

#[tokio::test(start_paused = true)]
async fn a_configuration_is_described_variant_by_variant() {
    let mut configuration = bare(CONFIGURATION, "live");
    configuration["KmsKeyId"] = json!("key");
    configuration["ProductionVariants"] = json!([{
        "VariantName": "main", "ModelName": "ranking", "InitialInstanceCount": 2, "InstanceType": "ml.m5.xlarge",
        "InitialVariantWeight": 0.9, "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5},
        "ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": 1, "MaxInstanceCount": 4},
        "RoutingConfig": {"RoutingStrategy": "RANDOM"}, "EnableSSMAccess": true,
        "CoreDumpConfig": {"DestinationS3Uri": "s3://d", "KmsKeyId": "k"},
    }]);
    configuration["AsyncInferenceConfig"] = json!({
        "ClientConfig": {"MaxConcurrentInvocationsPerInstance": 3},
        "OutputConfig": {"S3OutputPath": "s3://o", "NotificationConfig": {"SuccessTopic": "t", "IncludeInferenceResponseIn": ["SUCCESS_NOTIFICATION_TOPIC"]}},
    });
    let script = Script::new([
        answer("SageMaker.DescribeEndpointConfig", &configuration),
        tags(&[]),
    ]);
    let listing = only(&script, &wanted(CONFIGURATION, &["live"], false)).await;
    let attributes = &first(&listing).attributes;
    assert_eq!(attributes["kms_key_arn"], "key");
    let variant = &attributes["production_variants"][0];
    assert_eq!(variant["initial_variant_weight"], json!(0.9));
    assert_eq!(variant["enable_ssm_access"], true);
    assert_eq!(
        variant["serverless_config"],
        json!([{"max_concurrency": 5, "memory_size_in_mb": 2048, "provisioned_concurrency": null}])
    );
    assert_eq!(
        variant["managed_instance_scaling"],
        json!([{"status": "ENABLED", "min_instance_count": 1, "max_instance_count": 4}])
    );
    assert_eq!(
        variant["core_dump_config"],
        json!([{"destination_s3_uri": "s3://d", "kms_key_id": "k"}])
    );
    assert_eq!(
        attributes["async_inference_config"][0]["output_config"][0]["notification_config"],
        json!([{"error_topic": null, "success_topic": "t", "include_inference_response_in": ["SUCCESS_NOTIFICATION_TOPIC"]}])
    );
}

#[tokio::test(start_paused = true)]
async fn a_notebook_and_its_scripts_are_described() {
    let mut notebook = bare(NOTEBOOK, "research");
    notebook["RootAccess"] = json!("Disabled");
    notebook["VolumeSizeInGB"] = json!(20);
    notebook["SecurityGroups"] = json!(["sg-1"]);
    notebook["NotebookInstanceLifecycleConfigName"] = json!("scripts");
    notebook["InstanceMetadataServiceConfiguration"] =
        json!({"MinimumInstanceMetadataServiceVersion": "2"});
    let script = Script::new([
        answer("SageMaker.DescribeNotebookInstance", &notebook),
        tags(&[]),
    ]);
    let listing = only(&script, &wanted(NOTEBOOK, &["research"], false)).await;
    let attributes = &first(&listing).attributes;
    assert_eq!(attributes["root_access"], "Disabled");
    assert_eq!(attributes["volume_size"], 20);
    assert_eq!(attributes["security_groups"], json!(["sg-1"]));
    assert_eq!(attributes["lifecycle_config_name"], "scripts");
    assert_eq!(
        attributes["instance_metadata_service_configuration"],
        json!([{"minimum_instance_metadata_service_version": "2"}])
    );
    let mut scripts = bare(LIFECYCLE, "scripts");
    scripts["OnStart"] = json!([{"Content": "ZWNobw=="}]);
    let script = Script::new([
        answer(
            "SageMaker.DescribeNotebookInstanceLifecycleConfig",
            &scripts,
        ),
        tags(&[]),
    ]);
    let listing = only(&script, &wanted(LIFECYCLE, &["scripts"], true)).await;
    let attributes = &first(&listing).attributes;
    assert_eq!(attributes["on_start"], "ZWNobw==");
    assert_eq!(attributes["on_create"], Value::Null);
    // Nothing lists lifecycle configurations: those that no state names are no findings.
    assert_eq!(script.sent().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_gone_and_an_error_is_not_even_when_it_is_to_be_confirmed() {
    for (kind, describe, _, message) in KINDS {
        for confirm in [false, true] {
            let mut wanted = wanted(kind, &["x"], false);
            wanted.confirm = confirm;
            let script =
                Script::new(
                    [Reply::json_error(400, "ValidationException", message).when(describe)],
                );
            let gone = only(&script, &wanted).await;
            assert!(
                gone.objects.is_empty() && gone.unread.is_empty(),
                "{gone:?}"
            );
            assert_eq!(gone.incomplete, None);
            for (status, code, class) in [
                (400, "AccessDeniedException", HoleClass::Denied),
                (400, "ThrottlingException", HoleClass::Throttled),
                (500, "InternalFailure", HoleClass::Failed),
                (400, "ValidationException", HoleClass::Failed),
                (404, "UnknownOperationException", HoleClass::Failed),
            ] {
                let unread = only(&Script::new(failing(describe, status, code)), &wanted).await;
                assert!(unread.objects.is_empty());
                let hole = &unread.unread["x"];
                assert_eq!(hole.class, class, "{kind} {code}");
                assert!(READ_ACTIONS.contains(&hole.action.as_str()), "{hole:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn tags_that_cannot_be_read_are_a_hole_of_the_tags_alone() {
    for (kind, describe, _, _) in KINDS {
        for (status, code, class) in [
            (400, "AccessDeniedException", HoleClass::Denied),
            (400, "ThrottlingException", HoleClass::Throttled),
            (500, "InternalFailure", HoleClass::Failed),
        ] {
            let mut replies = failing("SageMaker.ListTags", status, code);
            replies.push(answer(describe, &bare(kind, "x")));
            let listing = only(&Script::new(replies), &wanted(kind, &["x"], false)).await;
            let live = first(&listing);
            assert_eq!(live.holes["tags"].class, class, "{kind}");
            assert_eq!(live.holes["tags_all"].action, "sagemaker:ListTags");
            assert!(!live.attributes.contains_key("tags"));
            assert_eq!(live.attributes["name"], "x");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn tags_go_on_to_their_last_page() {
    let script = Script::new([
        answer("SageMaker.DescribeModel", &bare(MODEL, "x")),
        answer(
            "SageMaker.ListTags",
            &json!({"Tags": [{"Key": "a", "Value": "1"}], "NextToken": "t"}),
        ),
        tags(&[("b", "2")]),
    ]);
    let listing = only(&script, &wanted(MODEL, &["x"], false)).await;
    assert_eq!(
        first(&listing).attributes["tags"],
        json!({"a": "1", "b": "2"})
    );
    assert!(script.sent()[2].body.contains(r#""NextToken":"t""#));
}

fn page(kind: &str, names: &[&str], next: Option<&str>) -> Value {
    let field = match kind {
        MODEL => "Models",
        CONFIGURATION => "EndpointConfigs",
        ENDPOINT => "Endpoints",
        _ => "NotebookInstances",
    };
    let items: Vec<Value> = names.iter().map(|name| bare(kind, name)).collect();
    json!({field: items, "NextToken": next})
}

#[tokio::test(start_paused = true)]
async fn lists_give_what_no_state_names_and_go_on_to_their_last_page() {
    for (kind, describe, list, _) in KINDS {
        let Some(list) = *list else {
            continue;
        };
        let script = Script::new([
            answer(list, &page(kind, &["a", "x"], Some("t"))),
            answer(list, &page(kind, &["b"], None)),
            answer(describe, &bare(kind, "x")),
            tags(&[]),
        ]);
        let listing = only(&script, &wanted(kind, &["x"], true)).await;
        let keys: Vec<&str> = listing
            .objects
            .iter()
            .map(|live| live.key.as_str())
            .collect();
        assert_eq!(keys, ["x", "a", "b"], "{kind}");
        assert_eq!(listing.incomplete, None);
        assert_eq!(
            listing.objects[1].arn.as_deref(),
            Some("arn:aws:sagemaker:eu-central-1:123456789012:x/a")
        );
        let sent = script.sent();
        let pages: Vec<Value> = sent
            .iter()
            .filter(|sent| sent.header("x-amz-target") == Some(list))
            .map(|sent| serde_json::from_str(&sent.body).unwrap())
            .collect();
        assert_eq!(
            pages,
            [
                json!({"MaxResults": 100}),
                json!({"MaxResults": 100, "NextToken": "t"})
            ]
        );
        assert_eq!(sent.len(), 4);
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_ends_too_early_is_incomplete_and_keeps_what_it_has() {
    for (kind, describe, list, _) in KINDS {
        let Some(list) = *list else {
            continue;
        };
        for (status, code, class) in [
            (400, "AccessDeniedException", HoleClass::Denied),
            (400, "ThrottlingException", HoleClass::Throttled),
            (500, "InternalFailure", HoleClass::Failed),
        ] {
            let mut replies = vec![
                answer(list, &page(kind, &["a"], Some("t"))),
                answer(describe, &bare(kind, "x")),
                tags(&[]),
            ];
            replies.extend(failing(list, status, code));
            let listing = only(&Script::new(replies), &wanted(kind, &["x"], true)).await;
            assert_eq!(listing.objects.len(), 2, "{kind} {code}");
            let hole = listing.incomplete.unwrap();
            assert_eq!(hole.class, class, "{kind} {code}");
            assert!(READ_ACTIONS.contains(&hole.action.as_str()));
        }
        let script = Script::new([
            answer(list, &page(kind, &["a"], Some("t"))),
            answer(list, &page(kind, &["b"], Some("t"))),
        ]);
        let listing = only(&script, &wanted(kind, &[], true)).await;
        assert_eq!(listing.objects.len(), 2);
        assert_eq!(listing.incomplete.unwrap().class, HoleClass::Failed);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_name_or_arn_is_unread_not_gone() {
    for (kind, describe, _, _) in KINDS {
        let script = Script::new([answer(describe, &json!({}))]);
        let listing = only(&script, &wanted(kind, &["x"], false)).await;
        assert_eq!(listing.unread["x"].class, HoleClass::Failed, "{kind}");
    }
}

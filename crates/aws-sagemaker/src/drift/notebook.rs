//! Notebook instances and what they run when they are made and started.

use aws_sdk_sagemaker::operation::describe_notebook_instance::DescribeNotebookInstanceOutput;
use aws_sdk_sagemaker::operation::describe_notebook_instance_lifecycle_config::DescribeNotebookInstanceLifecycleConfigOutput;
use aws_sdk_sagemaker::types::NotebookInstanceLifecycleHook;
use serde_json::{Value, json};

use super::values::{Object, block, object, text};

pub(super) fn attributes(notebook: &DescribeNotebookInstanceOutput) -> Object {
    let metadata = notebook
        .instance_metadata_service_configuration()
        .map(|metadata| {
            json!({
                "minimum_instance_metadata_service_version":
                    metadata.minimum_instance_metadata_service_version(),
            })
        });
    object([
        (
            "additional_code_repositories",
            json!(notebook.additional_code_repositories()),
        ),
        (
            "default_code_repository",
            json!(notebook.default_code_repository()),
        ),
        (
            "direct_internet_access",
            text(notebook.direct_internet_access()),
        ),
        ("instance_type", text(notebook.instance_type())),
        ("kms_key_id", json!(notebook.kms_key_id())),
        (
            "lifecycle_config_name",
            json!(notebook.notebook_instance_lifecycle_config_name()),
        ),
        ("platform_identifier", json!(notebook.platform_identifier())),
        ("role_arn", json!(notebook.role_arn())),
        ("root_access", text(notebook.root_access())),
        ("security_groups", json!(notebook.security_groups())),
        ("subnet_id", json!(notebook.subnet_id())),
        ("volume_size", json!(notebook.volume_size_in_gb())),
        ("instance_metadata_service_configuration", block(metadata)),
    ])
}

/// At most one script each (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeNotebookInstanceLifecycleConfig.html>,
/// "Maximum number of 1 item").
pub(super) fn lifecycle(config: &DescribeNotebookInstanceLifecycleConfigOutput) -> Object {
    let script = |hooks: &[NotebookInstanceLifecycleHook]| {
        let content = hooks.first().and_then(|hook| hook.content());
        content.map_or(Value::Null, Value::from)
    };
    object([
        ("on_create", script(config.on_create())),
        ("on_start", script(config.on_start())),
    ])
}

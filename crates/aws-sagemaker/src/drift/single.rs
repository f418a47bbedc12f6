//! One object by its name, with its tags.

use afterhours_aws::{Answer, Pages, port_error};
use afterhours_diff::Live;
use afterhours_ports::{ErrorClass, PortError, PortResult, hole};
use serde_json::{Map, Value};

use super::values::{insert, live};
use super::{
    CONFIGURATION, ENDPOINT, LIFECYCLE, MODEL, MachineLearningReader, NOTEBOOK, configuration,
    endpoint as endpoints, model as models, notebook as notebooks,
};

/// Tags of one page, at most
/// (<https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTags.html>, `MaxResults`).
const TAGS: i32 = 100;
const LIST_TAGS: &str = "sagemaker:ListTags";

/// None where there is no such thing: `SageMaker` says so by the message of a `ValidationException`, for notebooks by
/// `RecordNotFound`. A plain 404 may be anybody's.
fn found<T>(answer: Result<T, PortError>) -> PortResult<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if is_absence(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

fn is_absence(error: &PortError) -> bool {
    match error.code.as_str() {
        "ResourceNotFound" => true,
        "ValidationException" | "ValidationError" => {
            error.class == ErrorClass::NotFound || error.message.contains("RecordNotFound")
        }
        _ => false,
    }
}

macro_rules! describe {
    ($reader:ident, $action:literal, $call:ident, $argument:ident, $name:ident) => {{
        $reader.pace.wait().await;
        let answer = $reader.client.$call().$argument($name).send().await;
        match found(answer.map_err(|error| port_error($action, error)))? {
            Some(answer) => (answer, Answer::of($action)),
            None => return Ok(None),
        }
    }};
}

pub(super) async fn model(reader: &MachineLearningReader, name: &str) -> PortResult<Option<Live>> {
    let (answer, read) = describe!(
        reader,
        "sagemaker:DescribeModel",
        describe_model,
        model_name,
        name
    );
    let one = live(
        MODEL,
        read,
        ("ModelName", answer.model_name()),
        ("ModelArn", answer.model_arn()),
        models::attributes(&answer),
    )?;
    Ok(Some(tagged(reader, one).await))
}

pub(super) async fn configuration(
    reader: &MachineLearningReader,
    name: &str,
) -> PortResult<Option<Live>> {
    let (answer, read) = describe!(
        reader,
        "sagemaker:DescribeEndpointConfig",
        describe_endpoint_config,
        endpoint_config_name,
        name
    );
    let one = live(
        CONFIGURATION,
        read,
        ("EndpointConfigName", answer.endpoint_config_name()),
        ("EndpointConfigArn", answer.endpoint_config_arn()),
        configuration::attributes(&answer),
    )?;
    Ok(Some(tagged(reader, one).await))
}

pub(super) async fn endpoint(
    reader: &MachineLearningReader,
    name: &str,
) -> PortResult<Option<Live>> {
    let (answer, read) = describe!(
        reader,
        "sagemaker:DescribeEndpoint",
        describe_endpoint,
        endpoint_name,
        name
    );
    let one = live(
        ENDPOINT,
        read,
        ("EndpointName", answer.endpoint_name()),
        ("EndpointArn", answer.endpoint_arn()),
        endpoints::attributes(&answer),
    )?;
    Ok(Some(tagged(reader, one).await))
}

pub(super) async fn notebook(
    reader: &MachineLearningReader,
    name: &str,
) -> PortResult<Option<Live>> {
    let (answer, read) = describe!(
        reader,
        "sagemaker:DescribeNotebookInstance",
        describe_notebook_instance,
        notebook_instance_name,
        name
    );
    let one = live(
        NOTEBOOK,
        read,
        ("NotebookInstanceName", answer.notebook_instance_name()),
        ("NotebookInstanceArn", answer.notebook_instance_arn()),
        notebooks::attributes(&answer),
    )?;
    Ok(Some(tagged(reader, one).await))
}

pub(super) async fn lifecycle(
    reader: &MachineLearningReader,
    name: &str,
) -> PortResult<Option<Live>> {
    let (answer, read) = describe!(
        reader,
        "sagemaker:DescribeNotebookInstanceLifecycleConfig",
        describe_notebook_instance_lifecycle_config,
        notebook_instance_lifecycle_config_name,
        name
    );
    let one = live(
        LIFECYCLE,
        read,
        (
            "NotebookInstanceLifecycleConfigName",
            answer.notebook_instance_lifecycle_config_name(),
        ),
        (
            "NotebookInstanceLifecycleConfigArn",
            answer.notebook_instance_lifecycle_config_arn(),
        ),
        notebooks::lifecycle(&answer),
    )?;
    Ok(Some(tagged(reader, one).await))
}

/// With its tags, or the hole that they leave.
async fn tagged(reader: &MachineLearningReader, mut live: Live) -> Live {
    let arn = live.arn.clone().unwrap_or_default();
    match tags(reader, &arn).await {
        Ok(tags) => insert(&mut live.attributes, "tags", Value::Object(tags)),
        Err(error) => {
            // Either name may be the one that the state has.
            for name in ["tags", "tags_all"] {
                live.holes.insert(name.to_owned(), hole(&error));
            }
        }
    }
    live
}

async fn tags(reader: &MachineLearningReader, arn: &str) -> PortResult<Map<String, Value>> {
    let mut tags = Map::new();
    let mut pages = Pages::new(LIST_TAGS);
    let mut token = None;
    loop {
        reader.pace.wait().await;
        let request = reader.client.list_tags().resource_arn(arn);
        let answer = request
            .max_results(TAGS)
            .set_next_token(token)
            .send()
            .await
            .map_err(|error| port_error(LIST_TAGS, error))?;
        for tag in answer.tags() {
            let key = Answer::of(LIST_TAGS).text("Tags.Key", tag.key())?;
            tags.insert(key, Value::from(tag.value().unwrap_or_default()));
        }
        token = pages.next(answer.next_token(), answer.tags().len())?;
        if token.is_none() {
            return Ok(tags);
        }
    }
}

"""Changes of models, endpoint configurations, endpoints and notebook instances.

Models and endpoint configurations cannot be changed, only made anew under their name.
"""

from common import change

RANKING = 'aws_sagemaker_model.single["ranking"]'
SEARCH = 'aws_sagemaker_model.single["search"]'
LIVE = "aws_sagemaker_endpoint_configuration.live"
SMALL = "aws_sagemaker_endpoint_configuration.small[1]"
RESEARCH = "aws_sagemaker_notebook_instance.research"
SCRIPTS = "aws_sagemaker_notebook_instance_lifecycle_configuration.research"


def pairs(tags):
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def remake_model(aws, state, address, **changed):
    """Deletes a model and makes it anew with other members of its container."""
    model = state[address]
    container = model["primary_container"][0]
    request = {
        "Image": container["image"],
        "Mode": container["mode"],
        "ModelDataUrl": container["model_data_url"],
        **changed,
    }
    if container["environment"]:
        request.setdefault("Environment", container["environment"])
    aws("sagemaker").delete_model(ModelName=model["name"])
    aws("sagemaker").create_model(
        ModelName=model["name"],
        ExecutionRoleArn=model["execution_role_arn"],
        PrimaryContainer=request,
        Tags=pairs(model["tags"]),
    )


def remake_configuration(aws, state, address, **changed):
    """Deletes an endpoint configuration and makes it anew with another first variant."""
    found = aws("sagemaker").describe_endpoint_config(EndpointConfigName=state[address]["name"])
    variants = found["ProductionVariants"]
    variants[0].update(changed)
    request = {
        "EndpointConfigName": found["EndpointConfigName"],
        "ProductionVariants": variants,
        "Tags": pairs(state[address]["tags"]),
    }
    for optional in ("DataCaptureConfig", "KmsKeyId"):
        if found.get(optional):
            request[optional] = found[optional]
    aws("sagemaker").delete_endpoint_config(EndpointConfigName=found["EndpointConfigName"])
    aws("sagemaker").create_endpoint_config(**request)


def remake_endpoint(aws, state, address, configuration):
    """Deletes an endpoint and makes it anew with this configuration."""
    endpoint = state[address]
    aws("sagemaker").delete_endpoint(EndpointName=endpoint["name"])
    aws("sagemaker").create_endpoint(
        EndpointName=endpoint["name"],
        EndpointConfigName=configuration,
        Tags=pairs(endpoint["tags"]),
    )


def remake_notebook(aws, state, address, **changed):
    """Deletes a notebook instance and makes it anew."""
    notebook = state[address]
    request = {
        "NotebookInstanceName": notebook["name"],
        "InstanceType": notebook["instance_type"],
        "RoleArn": notebook["role_arn"],
        "RootAccess": notebook["root_access"],
        "VolumeSizeInGB": notebook["volume_size"],
        "LifecycleConfigName": notebook["lifecycle_config_name"],
        "Tags": pairs(notebook["tags"]),
        **changed,
    }
    aws("sagemaker").stop_notebook_instance(NotebookInstanceName=notebook["name"])
    aws("sagemaker").delete_notebook_instance(NotebookInstanceName=notebook["name"])
    aws("sagemaker").create_notebook_instance(**request)


def remake_scripts(aws, state, **changed):
    """Deletes a lifecycle configuration and makes it anew."""
    scripts = state[SCRIPTS]
    request = {"OnCreate": scripts["on_create"], "OnStart": scripts["on_start"], **changed}
    aws("sagemaker").delete_notebook_instance_lifecycle_config(
        NotebookInstanceLifecycleConfigName=scripts["name"]
    )
    aws("sagemaker").create_notebook_instance_lifecycle_config(
        NotebookInstanceLifecycleConfigName=scripts["name"],
        **{hook: [{"Content": content}] for hook, content in request.items() if content},
    )


# Models.


@change("model-other-image", RANKING, "change", ["primary_container"])
def model_other_image(aws, state):
    image = state[RANKING]["primary_container"][0]["image"]
    remake_model(aws, state, RANKING, Image=image.replace(":1", ":2"))


@change("model-other-environment", RANKING, "change", ["primary_container"])
def model_other_environment(aws, state):
    environment = {**state[RANKING]["primary_container"][0]["environment"], "STAGE": "dev"}
    remake_model(aws, state, RANKING, Environment=environment)


@change("model-other-data", SEARCH, "change", ["primary_container"])
def model_other_data(aws, state):
    remake_model(aws, state, SEARCH, ModelDataUrl="s3://somewhere-else/search.tar.gz")


@change("model-made-again", SEARCH, "noop", [])
def model_made_again(aws, state):
    remake_model(aws, state, SEARCH)


@change("model-tag", RANKING, "change", ["tags.Team"])
def model_tag(aws, state):
    aws("sagemaker").add_tags(
        ResourceArn=state[RANKING]["arn"], Tags=[{"Key": "Team", "Value": "ops"}]
    )


@change("model-tag-put-again", RANKING, "noop", [])
def model_tag_put_again(aws, state):
    aws("sagemaker").add_tags(
        ResourceArn=state[RANKING]["arn"], Tags=[{"Key": "Team", "Value": "ml-team"}]
    )


@change("model-deleted", "aws_sagemaker_model.pipeline", "delete", [])
def model_deleted(aws, state):
    aws("sagemaker").delete_model(ModelName=state["aws_sagemaker_model.pipeline"]["name"])


# Endpoint configurations.


@change("configuration-larger", LIVE, "change", ["production_variants"])
def configuration_larger(aws, state):
    remake_configuration(aws, state, LIVE, InitialInstanceCount=7)


@change("configuration-other-model", LIVE, "change", ["production_variants"])
def configuration_other_model(aws, state):
    remake_configuration(aws, state, LIVE, ModelName=state[SEARCH]["name"])


@change("configuration-other-type", LIVE, "change", ["production_variants"])
def configuration_other_type(aws, state):
    remake_configuration(aws, state, LIVE, InstanceType="ml.p3.2xlarge")


@change("configuration-made-again", LIVE, "noop", [])
def configuration_made_again(aws, state):
    remake_configuration(aws, state, LIVE)


@change("configuration-tag-of-aws", LIVE, "noop", [])
def configuration_tag_of_aws(aws, state):
    aws("sagemaker").add_tags(
        ResourceArn=state[LIVE]["arn"], Tags=[{"Key": "aws:servicecatalog:part", "Value": "x"}]
    )


@change("configuration-deleted", SMALL, "delete", [])
def configuration_deleted(aws, state):
    aws("sagemaker").delete_endpoint_config(EndpointConfigName=state[SMALL]["name"])


# Endpoints.


@change("endpoint-other-configuration", "aws_sagemaker_endpoint.live", "change", ["endpoint_config_name"])
def endpoint_other_configuration(aws, state):
    remake_endpoint(aws, state, "aws_sagemaker_endpoint.live", state[SMALL]["name"])


@change("endpoint-tag-removed", "aws_sagemaker_endpoint.live", "change", ["tags.Part"])
def endpoint_tag_removed(aws, state):
    aws("sagemaker").delete_tags(
        ResourceArn=state["aws_sagemaker_endpoint.live"]["arn"], TagKeys=["Part"]
    )


@change("endpoint-weights", "aws_sagemaker_endpoint.live", "noop", [])
def endpoint_weights(aws, state):
    aws("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=state["aws_sagemaker_endpoint.live"]["name"],
        DesiredWeightsAndCapacities=[{"VariantName": "main", "DesiredInstanceCount": 3}],
    )


@change("endpoint-deleted", "aws_sagemaker_endpoint.small", "delete", [])
def endpoint_deleted(aws, state):
    aws("sagemaker").delete_endpoint(EndpointName=state["aws_sagemaker_endpoint.small"]["name"])


# Notebook instances.


@change("notebook-root", RESEARCH, "change", ["root_access"])
def notebook_root(aws, state):
    remake_notebook(aws, state, RESEARCH, RootAccess="Enabled")


@change("notebook-larger", RESEARCH, "change", ["instance_type", "volume_size"])
def notebook_larger(aws, state):
    remake_notebook(aws, state, RESEARCH, InstanceType="ml.p3.2xlarge", VolumeSizeInGB=500)


@change("notebook-other-role", RESEARCH, "change", ["role_arn"])
def notebook_other_role(aws, state):
    remake_notebook(aws, state, RESEARCH, RoleArn="arn:aws:iam::123456789012:role/administrator")


@change("notebook-made-again", RESEARCH, "noop", [])
def notebook_made_again(aws, state):
    remake_notebook(aws, state, RESEARCH)


@change("notebook-deleted", "aws_sagemaker_notebook_instance.plain", "delete", [])
def notebook_deleted(aws, state):
    notebook = state["aws_sagemaker_notebook_instance.plain"]["name"]
    aws("sagemaker").stop_notebook_instance(NotebookInstanceName=notebook)
    aws("sagemaker").delete_notebook_instance(NotebookInstanceName=notebook)


@change("scripts-other-start", SCRIPTS, "change", ["on_start"])
def scripts_other_start(aws, state):
    remake_scripts(aws, state, OnStart="Y3VybCBleGFtcGxlLmNvbQo=")


@change(
    "scripts-removed",
    SCRIPTS,
    "change",
    ["on_create"],
    why_blind="provider 3 keeps a script that is gone, because it only reads those that are there",
)
def scripts_removed(aws, state):
    remake_scripts(aws, state, OnCreate="")


@change("scripts-deleted", SCRIPTS, "delete", [])
def scripts_deleted(aws, state):
    aws("sagemaker").delete_notebook_instance_lifecycle_config(
        NotebookInstanceLifecycleConfigName=state[SCRIPTS]["name"]
    )

"""Changes of values that no output may show; what the tests look for begins with `MARK-`."""

import base64

from common import change

TOPIC = "aws_sns_topic.secret"
TEMPLATE = "aws_launch_template.secret"
MODEL = "aws_sagemaker_model.secret"
SCRIPTS = "aws_sagemaker_notebook_instance_lifecycle_configuration.secret"


def encoded(text):
    return base64.b64encode(text.encode()).decode()


@change("secret-display-name", TOPIC, "change", ["display_name"])
def secret_display_name(aws, state):
    aws("sns").set_topic_attributes(
        TopicArn=state[TOPIC]["arn"], AttributeName="DisplayName", AttributeValue="MARK-other-name"
    )


@change("secret-tag", TOPIC, "change", ["tags.Token"])
def secret_tag(aws, state):
    aws("sns").tag_resource(
        ResourceArn=state[TOPIC]["arn"], Tags=[{"Key": "Token", "Value": "MARK-other-tag"}]
    )


@change("secret-user-data", TEMPLATE, "change", ["latest_version", "user_data"])
def secret_user_data(aws, state):
    aws("ec2").create_launch_template_version(
        LaunchTemplateId=state[TEMPLATE]["id"],
        LaunchTemplateData={"UserData": encoded("export TOKEN=MARK-other-user-data\n")},
    )


@change("secret-environment", MODEL, "change", ["primary_container[0].environment.TOKEN"])
def secret_environment(aws, state):
    model = state[MODEL]
    aws("sagemaker").delete_model(ModelName=model["name"])
    aws("sagemaker").create_model(
        ModelName=model["name"],
        ExecutionRoleArn=model["execution_role_arn"],
        PrimaryContainer={
            "Image": model["primary_container"][0]["image"],
            "Environment": {"TOKEN": "MARK-other-environment"},
        },
    )


@change("secret-script", SCRIPTS, "change", ["on_create"])
def secret_script(aws, state):
    name = state[SCRIPTS]["name"]
    aws("sagemaker").delete_notebook_instance_lifecycle_config(
        NotebookInstanceLifecycleConfigName=name
    )
    aws("sagemaker").create_notebook_instance_lifecycle_config(
        NotebookInstanceLifecycleConfigName=name,
        OnCreate=[{"Content": encoded("export TOKEN=MARK-other-script\n")}],
    )

# Adds to the sample platform what terraform-provider-aws 3.39.0 (May 2021) cannot make: asynchronous and serverless
# inference, inference components and disabled scaling policies came later. Run by the `afterhours-local` crate with
# `client(service)` and `args` (the variables of the run); `args["async_count"]` is the size of the asynchronous endpoint.

sagemaker, scaling, asg = client("sagemaker"), client("application-autoscaling"), client("autoscaling")
role = "arn:aws:iam::123456789012:role/afterhours-sample-sagemaker"
office = [{"Key": "afterhours:schedule", "Value": "office"}]
variable = args or {}
async_count = variable.get("async_count", 2)


def endpoint(name, variants, **config):
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=variants, **config)
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name, Tags=office)


def model(name):
    sagemaker.create_model(
        ModelName=name, ExecutionRoleArn=role,
        PrimaryContainer={"Image": f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/{name}:1"})


for name in ("sample-async", "sample-serverless", "sample-component"):
    model(name)

endpoint(
    "sample-async",
    [{"VariantName": "main", "ModelName": "sample-async", "InstanceType": "ml.g5.2xlarge", "InitialInstanceCount": async_count}],
    AsyncInferenceConfig={"OutputConfig": {"S3OutputPath": "s3://afterhours-sample/async/"}})
endpoint(
    "sample-serverless",
    [{"VariantName": "main", "ModelName": "sample-serverless", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}])
endpoint(
    "sample-components",
    [{
        "VariantName": "main", "InstanceType": "ml.g5.12xlarge", "InitialInstanceCount": 1,
        "ManagedInstanceScaling": {"Status": "ENABLED", "MinInstanceCount": 0, "MaxInstanceCount": 4},
        "RoutingConfig": {"RoutingStrategy": "LEAST_OUTSTANDING_REQUESTS"},
    }],
    ExecutionRoleArn=role)
sagemaker.create_inference_component(
    InferenceComponentName="sample-llm", EndpointName="sample-components", VariantName="main",
    Specification={"ModelName": "sample-component", "ComputeResourceRequirements": {
        "NumberOfAcceleratorDevicesRequired": 1, "MinMemoryRequiredInMb": 1024}},
    RuntimeConfig={"CopyCount": 2})

target = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/sample-async/variant/main",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
# One switch is on already: it has to be on again after a night, and the others off.
scaling.register_scalable_target(
    **target, MinCapacity=1, MaxCapacity=max(10, async_count), SuspendedState={"ScheduledScalingSuspended": True})
scaling.put_scaling_policy(
    **target, PolicyName="backlog-at-5", PolicyType="TargetTrackingScaling",
    TargetTrackingScalingPolicyConfiguration={
        "TargetValue": 5.0, "ScaleInCooldown": 300, "ScaleOutCooldown": 60,
        "CustomizedMetricSpecification": {
            "MetricName": "ApproximateBacklogSizePerInstance", "Namespace": "AWS/SageMaker", "Statistic": "Average",
            "Dimensions": [{"Name": "EndpointName", "Value": "sample-async"}]}})

asg.put_scaling_policy(
    AutoScalingGroupName="gpu-eks", PolicyName="in-by-one", PolicyType="SimpleScaling",
    AdjustmentType="ChangeInCapacity", ScalingAdjustment=-1, Cooldown=300, Enabled=False)

# A platform that is made in a second: every form of sleep, as few resources as possible.
asg, sagemaker, scaling = client("autoscaling"), client("sagemaker"), client("application-autoscaling")
role = "arn:aws:iam::123456789012:role/small"
tags = [{"Key": "afterhours:schedule", "Value": "office"}]

ec2 = client("ec2")
template = ec2.create_launch_template(
    LaunchTemplateName="small", LaunchTemplateData={"InstanceType": "t3.micro", "ImageId": "ami-12c6146b"})
template = template["LaunchTemplate"]["LaunchTemplateId"]
for name, (low, desired, high) in args["groups"].items():
    asg.create_auto_scaling_group(
        AutoScalingGroupName=name, MinSize=low, DesiredCapacity=desired, MaxSize=high,
        AvailabilityZones=["eu-central-1a"], LaunchTemplate={"LaunchTemplateId": template},
        Tags=[{"Key": "afterhours:schedule", "Value": "office", "PropagateAtLaunch": False}])
asg.put_scaling_policy(
    AutoScalingGroupName="tracked", PolicyName="cpu", PolicyType="TargetTrackingScaling",
    TargetTrackingConfiguration={
        "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"}, "TargetValue": 50.0})
asg.suspend_processes(AutoScalingGroupName="plain", ScalingProcesses=["AZRebalance"])

for name in ("a", "b"):
    sagemaker.create_model(
        ModelName=name, ExecutionRoleArn=role,
        PrimaryContainer={"Image": f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/{name}:1"})
variant = {"InstanceType": "ml.g5.xlarge"}
sagemaker.create_endpoint_config(
    EndpointConfigName="queue-1",
    ProductionVariants=[{"VariantName": "main", "ModelName": "a", "InitialInstanceCount": args["queue"], **variant}],
    AsyncInferenceConfig={"OutputConfig": {"S3OutputPath": "s3://small/out/"}})
sagemaker.create_endpoint(EndpointName="queue", EndpointConfigName="queue-1", Tags=tags)
sagemaker.create_endpoint_config(
    EndpointConfigName="split-1",
    ProductionVariants=[
        {"VariantName": "a", "ModelName": "a", "InitialInstanceCount": 1, "InitialVariantWeight": 0.5, **variant},
        {"VariantName": "b", "ModelName": "b", "InitialInstanceCount": 1, "InitialVariantWeight": 0.5, **variant}])
sagemaker.create_endpoint(
    EndpointName="split", EndpointConfigName="split-1", Tags=tags + [{"Key": "team", "Value": "search"}])
# What runs is not what the configuration says: both have to come back.
sagemaker.update_endpoint_weights_and_capacities(
    EndpointName="split", DesiredWeightsAndCapacities=[{"VariantName": "a", "DesiredInstanceCount": args["split"]}])
sagemaker.update_endpoint_weights_and_capacities(
    EndpointName="split", DesiredWeightsAndCapacities=[
        {"VariantName": "a", "DesiredWeight": 0.75}, {"VariantName": "b", "DesiredWeight": 0.25}])

dimension = {"ServiceNamespace": "sagemaker", "ScalableDimension": "sagemaker:variant:DesiredInstanceCount"}
for resource, suspended in (
    ("endpoint/queue/variant/main", {"ScheduledScalingSuspended": True}),
    ("endpoint/split/variant/a", {"DynamicScalingInSuspended": True}),
):
    scaling.register_scalable_target(
        ResourceId=resource, MinCapacity=1, MaxCapacity=9, SuspendedState=suspended, **dimension)
    scaling.put_scaling_policy(
        ResourceId=resource, PolicyName="load", PolicyType="TargetTrackingScaling", **dimension,
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 70.0, "ScaleInCooldown": 600,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}})

client("s3").create_bucket(Bucket="small", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
print(json.dumps(client("sns").create_topic(Name="alerts")["TopicArn"]))

# Prints everything that a night may touch, as JSON, field by field; run by runner.py with boto3, which shares no code
# with the product. It reads through the proxy, because endpoints and scalable targets live there.
#
# Left out, because they change with every sleep and wake and say nothing about configuration:
#   Auto Scaling: Instances (their ids; their number is DesiredCapacity), SuspensionReason (a time), Status
#   SageMaker:    LastModifiedTime, and CreationTime of endpoints (those deleted and made again are new)
#   Application Auto Scaling: CreationTime, and the ARNs and alarm names, which hold an id made at registration


def pages(client_, operation, key, **kwargs):
    found = []
    for page in client_.get_paginator(operation).paginate(**kwargs):
        found.extend(page.get(key, []))
    return found


def without(item, *names):
    return {name: value for name, value in item.items() if name not in names}


def by(items, *fields):
    return {"/".join(str(item[field]) for field in fields): item for item in items}


def tags(items):
    return {tag["Key"]: without(tag, "Key", "ResourceId") for tag in items}


asg, sagemaker, scaling = client("autoscaling"), client("sagemaker"), client("application-autoscaling")

groups = []
for group in pages(asg, "describe_auto_scaling_groups", "AutoScalingGroups"):
    group = without(group, "Instances", "Status")
    group["SuspendedProcesses"] = sorted(process["ProcessName"] for process in group.get("SuspendedProcesses", []))
    group["Tags"] = tags(group.get("Tags", []))
    group["EnabledMetrics"] = sorted(metric["Metric"] for metric in group.get("EnabledMetrics", []))
    groups.append(group)

endpoints, configs = [], {}
for summary in pages(sagemaker, "list_endpoints", "Endpoints"):
    endpoint = sagemaker.describe_endpoint(EndpointName=summary["EndpointName"])
    endpoint = without(endpoint, "ResponseMetadata", "LastModifiedTime", "CreationTime")
    endpoint["Tags"] = tags(pages(sagemaker, "list_tags", "Tags", ResourceArn=endpoint["EndpointArn"]))
    for variants in ("ProductionVariants", "ShadowProductionVariants"):
        if variants in endpoint:
            endpoint[variants] = by(endpoint[variants], "VariantName")
    endpoints.append(endpoint)
for summary in pages(sagemaker, "list_endpoint_configs", "EndpointConfigs"):
    name = summary["EndpointConfigName"]
    config = sagemaker.describe_endpoint_config(EndpointConfigName=name)
    config = without(config, "ResponseMetadata")
    config["Tags"] = tags(pages(sagemaker, "list_tags", "Tags", ResourceArn=config["EndpointConfigArn"]))
    configs[name] = config
components = []
for summary in pages(sagemaker, "list_inference_components", "InferenceComponents"):
    component = sagemaker.describe_inference_component(InferenceComponentName=summary["InferenceComponentName"])
    components.append(without(component, "ResponseMetadata", "LastModifiedTime"))

space = {"ServiceNamespace": "sagemaker"}
target_keys = ("ResourceId", "ScalableDimension")
targets = pages(scaling, "describe_scalable_targets", "ScalableTargets", **space)
policies = pages(scaling, "describe_scaling_policies", "ScalingPolicies", **space)
scheduled = pages(scaling, "describe_scheduled_actions", "ScheduledActions", **space)

print(json.dumps({
    "auto_scaling_groups": by(groups, "AutoScalingGroupName"),
    "auto_scaling_policies": by(pages(asg, "describe_policies", "ScalingPolicies"), "AutoScalingGroupName", "PolicyName"),
    "auto_scaling_scheduled_actions": by(
        pages(asg, "describe_scheduled_actions", "ScheduledUpdateGroupActions"), "AutoScalingGroupName", "ScheduledActionName"),
    "endpoints": by(endpoints, "EndpointName"),
    "endpoint_configs": configs,
    "inference_components": by(components, "InferenceComponentName"),
    "scalable_targets": by([without(t, "CreationTime", "ScalableTargetARN") for t in targets], *target_keys),
    "scaling_policies": by([without(p, "CreationTime", "PolicyARN", "Alarms") for p in policies], *target_keys, "PolicyName"),
    "scaling_scheduled_actions": by(
        [without(s, "CreationTime", "ScheduledActionARN") for s in scheduled], *target_keys, "ScheduledActionName"),
}, default=str, sort_keys=True))

"""Changes of Auto Scaling groups and what belongs to them."""

from common import change

FULL = "aws_autoscaling_group.full"
MIXED = "aws_autoscaling_group.mixed"
WARM = "aws_autoscaling_group.warm"
NIGHT = 'aws_autoscaling_schedule.night["down"]'
STEP = "aws_autoscaling_policy.step"
TARGET = "aws_autoscaling_policy.target"
DRAIN = 'aws_autoscaling_lifecycle_hook.drain["launching"]'
ONLY_ITS_OWN = "provider 3.39.0 reads only the tags that its state names"


def mixed_policy(aws, name):
    """The mixed-instances policy of a group, as it may be given again."""
    groups = aws("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    policy = groups["AutoScalingGroups"][0]["MixedInstancesPolicy"]
    policy["LaunchTemplate"]["LaunchTemplateSpecification"].pop("LaunchTemplateName", None)
    return policy


def update(aws, state, address, **changed):
    """Updates a group."""
    aws("autoscaling").update_auto_scaling_group(
        AutoScalingGroupName=state[address]["name"], **changed
    )


def tag(state, address, key, value, propagates):
    """A tag of a group."""
    return {
        "ResourceId": state[address]["name"],
        "ResourceType": "auto-scaling-group",
        "Key": key,
        "Value": value,
        "PropagateAtLaunch": propagates,
    }


def put_action(aws, state, address, **changed):
    """Puts a recurring action again, with something else."""
    action = state[address]
    aws("autoscaling").put_scheduled_update_group_action(
        AutoScalingGroupName=action["autoscaling_group_name"],
        ScheduledActionName=action["scheduled_action_name"],
        **{
            "MinSize": int(action["min_size"]),
            "MaxSize": int(action["max_size"]),
            "DesiredCapacity": int(action["desired_capacity"]),
            "Recurrence": action["recurrence"],
            **changed,
        },
    )


def put_target(aws, state, **changed):
    """Puts the target-tracking policy again, with something else."""
    aws("autoscaling").put_scaling_policy(
        AutoScalingGroupName=state[TARGET]["autoscaling_group_name"],
        PolicyName="target",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
            "TargetValue": 55,
            "DisableScaleIn": True,
            **changed,
        },
    )


def put_hook(aws, state, **changed):
    """Puts the hook again, with something else."""
    hook = state[DRAIN]
    aws("autoscaling").put_lifecycle_hook(
        AutoScalingGroupName=hook["autoscaling_group_name"],
        LifecycleHookName=hook["name"],
        **{
            "LifecycleTransition": hook["lifecycle_transition"],
            "DefaultResult": hook["default_result"],
            "HeartbeatTimeout": int(hook["heartbeat_timeout"]),
            **changed,
        },
    )


@change("group-max", FULL, "change", ["max_size"])
def group_max(aws, state):
    update(aws, state, FULL, MaxSize=40)


@change("group-desired", FULL, "change", ["desired_capacity"])
def group_desired(aws, state):
    aws("autoscaling").set_desired_capacity(AutoScalingGroupName="autoscaling-full", DesiredCapacity=3)


@change("group-min-zero", FULL, "change", ["min_size"])
def group_min_zero(aws, state):
    update(aws, state, FULL, MinSize=0)


@change("group-health-check", FULL, "change", ["health_check_grace_period", "health_check_type"])
def group_health_check(aws, state):
    update(aws, state, FULL, HealthCheckType="ELB", HealthCheckGracePeriod=600)


@change("group-unprotected", FULL, "change", ["protect_from_scale_in"])
def group_unprotected(aws, state):
    update(aws, state, FULL, NewInstancesProtectedFromScaleIn=False)


@change("group-suspended", FULL, "change", ["suspended_processes"])
def group_suspended(aws, state):
    aws("autoscaling").suspend_processes(
        AutoScalingGroupName="autoscaling-full", ScalingProcesses=["Terminate"]
    )


@change("group-resumed", FULL, "change", ["suspended_processes"])
def group_resumed(aws, state):
    aws("autoscaling").resume_processes(
        AutoScalingGroupName="autoscaling-full", ScalingProcesses=["AZRebalance"]
    )


@change("group-template-version", FULL, "change", ["launch_template[0].version"])
def group_template_version(aws, state):
    template = state[FULL]["launch_template"][0]["id"]
    update(aws, state, FULL, LaunchTemplate={"LaunchTemplateId": template, "Version": "1"})


@change(
    "group-template", WARM, "change", ["launch_template[0].id", "launch_template[0].name"]
)
def group_template(aws, state):
    update(aws, state, WARM, LaunchTemplate={"LaunchTemplateName": "autoscaling-1"})


@change("group-subnets", FULL, "change", ["availability_zones", "vpc_zone_identifier"])
def group_subnets(aws, state):
    update(
        aws, state, FULL, VPCZoneIdentifier=state["aws_subnet.autoscaling[0]"]["id"]
    )


@change("group-metrics", FULL, "change", ["enabled_metrics"])
def group_metrics(aws, state):
    aws("autoscaling").enable_metrics_collection(
        AutoScalingGroupName="autoscaling-full", Metrics=["GroupMinSize"], Granularity="1Minute"
    )


@change("group-tag", FULL, "change", ["tag"])
def group_tag(aws, state):
    aws("autoscaling").create_or_update_tags(Tags=[tag(state, FULL, "Team", "ops", True)])


@change("group-tag-removed", MIXED, "change", ["tags"])
def group_tag_removed(aws, state):
    aws("autoscaling").delete_tags(Tags=[tag(state, MIXED, "Stage", "dev", False)])


@change("group-tag-added", FULL, "change", ["tag"], ONLY_ITS_OWN)
def group_tag_added(aws, state):
    aws("autoscaling").create_or_update_tags(Tags=[tag(state, FULL, "Owner", "quant", True)])


@change(
    "group-spot-only",
    MIXED,
    "change",
    [
        "mixed_instances_policy[0].instances_distribution[0].on_demand_base_capacity",
        "mixed_instances_policy[0].instances_distribution[0].on_demand_percentage_above_base_capacity",
    ],
)
def group_spot_only(aws, state):
    policy = mixed_policy(aws, "autoscaling-mixed")
    policy["InstancesDistribution"]["OnDemandBaseCapacity"] = 0
    policy["InstancesDistribution"]["OnDemandPercentageAboveBaseCapacity"] = 0
    update(aws, state, MIXED, MixedInstancesPolicy=policy)


@change("group-warm-pool", WARM, "change", ["warm_pool[0].min_size", "warm_pool[0].pool_state"])
def group_warm_pool(aws, state):
    aws("autoscaling").put_warm_pool(
        AutoScalingGroupName="autoscaling-warm",
        MaxGroupPreparedCapacity=3,
        MinSize=2,
        PoolState="Running",
    )


@change("group-warm-pool-gone", WARM, "change", ["warm_pool"])
def group_warm_pool_gone(aws, state):
    aws("autoscaling").delete_warm_pool(AutoScalingGroupName="autoscaling-warm")


@change("group-deleted", WARM, "delete", [])
def group_deleted(aws, state):
    aws("autoscaling").delete_auto_scaling_group(
        AutoScalingGroupName="autoscaling-warm", ForceDelete=True
    )


@change("attachment-gone", "aws_autoscaling_attachment.classic", "delete", [])
def attachment_gone(aws, state):
    aws("autoscaling").detach_load_balancers(
        AutoScalingGroupName="autoscaling-classic-dev", LoadBalancerNames=["autoscaling"]
    )


@change("schedule-recurrence", NIGHT, "change", ["recurrence"])
def schedule_recurrence(aws, state):
    put_action(aws, state, NIGHT, Recurrence="0 23 * * *")


@change("schedule-size", NIGHT, "change", ["desired_capacity", "min_size"])
def schedule_size(aws, state):
    put_action(aws, state, NIGHT, MinSize=1, DesiredCapacity=1)


@change("schedule-end", "aws_autoscaling_schedule.once", "change", ["end_time"])
def schedule_end(aws, state):
    aws("autoscaling").put_scheduled_update_group_action(
        AutoScalingGroupName="autoscaling-mixed",
        ScheduledActionName="release",
        StartTime="2045-12-11T18:00:00Z",
        EndTime="2045-12-13T06:00:00Z",
        DesiredCapacity=5,
    )


@change("schedule-deleted", 'aws_autoscaling_schedule.night["up"]', "delete", [])
def schedule_deleted(aws, state):
    aws("autoscaling").delete_scheduled_action(
        AutoScalingGroupName="autoscaling-full", ScheduledActionName="night-up"
    )


@change(
    "policy-target",
    TARGET,
    "change",
    [
        "target_tracking_configuration[0].disable_scale_in",
        "target_tracking_configuration[0].target_value",
    ],
)
def policy_target(aws, state):
    put_target(aws, state, TargetValue=90, DisableScaleIn=False)


@change("policy-steps", STEP, "change", ["step_adjustment"])
def policy_steps(aws, state):
    aws("autoscaling").put_scaling_policy(
        AutoScalingGroupName="autoscaling-mixed",
        PolicyName="step",
        PolicyType="StepScaling",
        AdjustmentType="PercentChangeInCapacity",
        MinAdjustmentMagnitude=1,
        MetricAggregationType="Average",
        EstimatedInstanceWarmup=60,
        StepAdjustments=[{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 10}],
    )


@change("policy-simple", "aws_autoscaling_policy.simple[0]", "change", ["cooldown", "scaling_adjustment"])
def policy_simple(aws, state):
    aws("autoscaling").put_scaling_policy(
        AutoScalingGroupName="autoscaling-full",
        PolicyName="simple-0",
        PolicyType="SimpleScaling",
        AdjustmentType="ChangeInCapacity",
        ScalingAdjustment=8,
        Cooldown=30,
    )


@change("policy-deleted", "aws_autoscaling_policy.simple[1]", "delete", [])
def policy_deleted(aws, state):
    aws("autoscaling").delete_policy(
        AutoScalingGroupName="autoscaling-full", PolicyName="simple-1"
    )


@change("hook-result", DRAIN, "change", ["default_result", "heartbeat_timeout"])
def hook_result(aws, state):
    put_hook(aws, state, DefaultResult="ABANDON", HeartbeatTimeout=60)


@change("hook-deleted", 'aws_autoscaling_lifecycle_hook.drain["terminating"]', "delete", [])
def hook_deleted(aws, state):
    aws("autoscaling").delete_lifecycle_hook(
        AutoScalingGroupName="autoscaling-full", LifecycleHookName="drain-terminating"
    )


@change("group-same-sizes", FULL, "noop", [])
def group_same_sizes(aws, state):
    update(aws, state, FULL, MinSize=1, MaxSize=4, DesiredCapacity=2)


@change("group-same-subnets", FULL, "noop", [])
def group_same_subnets(aws, state):
    subnets = [state[f"aws_subnet.autoscaling[{index}]"]["id"] for index in (1, 0)]
    update(aws, state, FULL, VPCZoneIdentifier=",".join(subnets))


@change("group-same-tag", FULL, "noop", [])
def group_same_tag(aws, state):
    aws("autoscaling").create_or_update_tags(Tags=[tag(state, FULL, "Team", "ml-team", True)])


@change("group-processes-in-another-order", FULL, "noop", [])
def group_processes(aws, state):
    both = ["AlarmNotification", "AZRebalance"]
    aws("autoscaling").resume_processes(
        AutoScalingGroupName="autoscaling-full", ScalingProcesses=both
    )
    for process in both:
        aws("autoscaling").suspend_processes(
            AutoScalingGroupName="autoscaling-full", ScalingProcesses=[process]
        )


@change("schedule-same", NIGHT, "noop", [])
def schedule_same(aws, state):
    put_action(aws, state, NIGHT)


@change("policy-same-target", TARGET, "noop", [])
def policy_same_target(aws, state):
    put_target(aws, state, TargetValue=55.0)


@change("policy-steps-in-another-order", STEP, "noop", [])
def policy_steps_in_another_order(aws, state):
    aws("autoscaling").put_scaling_policy(
        AutoScalingGroupName="autoscaling-mixed",
        PolicyName="step",
        PolicyType="StepScaling",
        AdjustmentType="PercentChangeInCapacity",
        MinAdjustmentMagnitude=1,
        MetricAggregationType="Average",
        EstimatedInstanceWarmup=60,
        StepAdjustments=[
            {"MetricIntervalLowerBound": 20, "ScalingAdjustment": 30},
            {
                "MetricIntervalLowerBound": 0.0,
                "MetricIntervalUpperBound": 20.0,
                "ScalingAdjustment": 10,
            },
        ],
    )


@change("hook-same", DRAIN, "noop", [])
def hook_same(aws, state):
    put_hook(aws, state)

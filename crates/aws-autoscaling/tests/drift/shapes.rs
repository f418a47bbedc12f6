//! What AWS answers, in the shapes of states of several providers.

use super::*;

fn with(mut state: Value, changed: &Value) -> Value {
    let all = state.as_object_mut().unwrap();
    all.extend(changed.as_object().unwrap().clone());
    state
}

async fn one(kind: &'static str, key: &str, reply: Reply) -> Live {
    let script = Script::new([reply]);
    let found = read(&script, &wanted(&[(kind, &[key])], false)).await;
    let live = object(&found, kind, key);
    assert_eq!(live.holes, [].into());
    live.clone()
}

fn same(live: &Live, state: &Value) {
    let compared = compared(live, state);
    assert_eq!(compared.differences, [], "{state}");
    assert_eq!(compared.unknown, Vec::<String>::new(), "{state}");
}

const FULL: &str = "<member><AutoScalingGroupName>g</AutoScalingGroupName><AutoScalingGroupARN>arn:g</AutoScalingGroupARN>\
    <MixedInstancesPolicy><LaunchTemplate><LaunchTemplateSpecification><LaunchTemplateId>lt-1</LaunchTemplateId><LaunchTemplateName>t</LaunchTemplateName>\
    <Version>$Latest</Version></LaunchTemplateSpecification><Overrides><member><InstanceType>m5.large</InstanceType><WeightedCapacity>1</WeightedCapacity></member>\
    <member><InstanceRequirements><VCpuCount><Min>2</Min></VCpuCount><MemoryMiB><Min>4096</Min></MemoryMiB></InstanceRequirements></member></Overrides></LaunchTemplate>\
    <InstancesDistribution><OnDemandAllocationStrategy>prioritized</OnDemandAllocationStrategy><OnDemandBaseCapacity>1</OnDemandBaseCapacity>\
    <OnDemandPercentageAboveBaseCapacity>25</OnDemandPercentageAboveBaseCapacity><SpotAllocationStrategy>lowest-price</SpotAllocationStrategy></InstancesDistribution></MixedInstancesPolicy>\
    <MinSize>0</MinSize><MaxSize>4</MaxSize><DesiredCapacity>2</DesiredCapacity><DefaultCooldown>300</DefaultCooldown>\
    <AvailabilityZones><member>eu-central-1b</member><member>eu-central-1a</member></AvailabilityZones><HealthCheckType>EC2</HealthCheckType>\
    <HealthCheckGracePeriod>300</HealthCheckGracePeriod><VPCZoneIdentifier>subnet-2, subnet-1</VPCZoneIdentifier>\
    <SuspendedProcesses><member><ProcessName>AZRebalance</ProcessName></member></SuspendedProcesses>\
    <EnabledMetrics><member><Metric>GroupMinSize</Metric><Granularity>1Minute</Granularity></member></EnabledMetrics>\
    <TerminationPolicies><member>Default</member></TerminationPolicies><NewInstancesProtectedFromScaleIn>true</NewInstancesProtectedFromScaleIn>\
    <TrafficSources><member><Identifier>arn:tg</Identifier><Type>elbv2</Type></member></TrafficSources>\
    <TargetGroupARNs><member>arn:tg</member></TargetGroupARNs>\
    <WarmPoolConfiguration><MinSize>0</MinSize><PoolState>Stopped</PoolState></WarmPoolConfiguration>\
    <AvailabilityZoneDistribution><CapacityDistributionStrategy>balanced-best-effort</CapacityDistributionStrategy></AvailabilityZoneDistribution>\
    <CapacityReservationSpecification><CapacityReservationPreference>default</CapacityReservationPreference></CapacityReservationSpecification>\
    <Tags><member><Key>Team</Key><Value>ml-team</Value><PropagateAtLaunch>true</PropagateAtLaunch></member>\
    <member><Key>aws:cloudformation:stack-id</Key><Value>s</Value></member></Tags></member>";

/// What provider 3.39.0 writes of it.
fn version_3() -> Value {
    json!({
        "availability_zones": ["eu-central-1a", "eu-central-1b"], "capacity_rebalance": false, "default_cooldown": 300,
        "desired_capacity": 2, "enabled_metrics": ["GroupMinSize"], "health_check_grace_period": 300, "health_check_type": "EC2",
        "initial_lifecycle_hook": [], "launch_configuration": "", "launch_template": [], "load_balancers": null,
        "max_instance_lifetime": 0, "max_size": 4, "metrics_granularity": "1Minute", "min_size": 0, "name": "g", "placement_group": "",
        "protect_from_scale_in": true, "suspended_processes": ["AZRebalance"], "tag": [], "target_group_arns": ["arn:tg"],
        "tags": [{"key": "Team", "propagate_at_launch": "true", "value": "ml-team"}], "termination_policies": null,
        "vpc_zone_identifier": ["subnet-1", "subnet-2"],
        "warm_pool": [{"max_group_prepared_capacity": -1, "min_size": 0, "pool_state": "Stopped"}],
        "mixed_instances_policy": [{
            "instances_distribution": [{
                "on_demand_allocation_strategy": "prioritized", "on_demand_base_capacity": 1,
                "on_demand_percentage_above_base_capacity": 25, "spot_allocation_strategy": "lowest-price",
                "spot_instance_pools": 0, "spot_max_price": "",
            }],
            "launch_template": [{
                "launch_template_specification": [{"launch_template_id": "lt-1", "launch_template_name": "t", "version": "$Latest"}],
                "override": [
                    {"instance_type": "m5.large", "launch_template_specification": [], "weighted_capacity": "1"},
                    {"instance_type": "", "launch_template_specification": [], "weighted_capacity": ""},
                ],
            }],
        }],
    })
}

#[tokio::test(start_paused = true)]
async fn a_group_is_as_the_state_of_each_provider_says() {
    let live = one("aws_autoscaling_group", "g", groups(FULL)).await;
    assert_eq!(live.arn.as_deref(), Some("arn:g"));
    same(&live, &version_3());
    let mut six = with(
        version_3(),
        &json!({
            "tag": [{"key": "Team", "propagate_at_launch": true, "value": "ml-team"}],
            "availability_zone_distribution": [{"capacity_distribution_strategy": "balanced-best-effort"}],
            "capacity_reservation_specification": [{"capacity_reservation_preference": "default", "capacity_reservation_target": []}],
            "context": "", "default_instance_warmup": 0, "desired_capacity_type": "", "instance_maintenance_policy": [],
            "traffic_source": [{"identifier": "arn:tg", "type": "elbv2"}], "region": "eu-central-1",
        }),
    );
    six.as_object_mut().unwrap().remove("tags");
    same(&live, &six);
}

#[tokio::test(start_paused = true)]
async fn each_change_of_a_group_is_seen() {
    let live = one("aws_autoscaling_group", "g", groups(FULL)).await;
    for (changed, path) in [
        (json!({"min_size": 1}), "min_size"),
        (json!({"desired_capacity": 0}), "desired_capacity"),
        (json!({"suspended_processes": null}), "suspended_processes"),
        (
            json!({"termination_policies": ["OldestInstance"]}),
            "termination_policies",
        ),
        (json!({"target_group_arns": []}), "target_group_arns"),
        (
            json!({"vpc_zone_identifier": ["subnet-1"]}),
            "vpc_zone_identifier",
        ),
        (json!({"warm_pool": []}), "warm_pool"),
        (
            json!({"warm_pool": [{"max_group_prepared_capacity": 0, "min_size": 0}]}),
            "warm_pool[0].max_group_prepared_capacity",
        ),
        (
            json!({"launch_template": [{"id": "lt-1", "name": "t", "version": "1"}]}),
            "launch_template[0].id",
        ),
        (
            json!({"tags": [{"key": "Team", "propagate_at_launch": false, "value": "ml-team"}]}),
            "tags",
        ),
        (
            json!({"protect_from_scale_in": false}),
            "protect_from_scale_in",
        ),
    ] {
        let found = differs(&live, &with(version_3(), &changed));
        assert_eq!(found.first().map(String::as_str), Some(path), "{changed}");
    }
    let policy = |edit: &dyn Fn(&mut Value)| {
        let mut state = version_3();
        edit(&mut state["mixed_instances_policy"][0]);
        differs(&live, &state)
    };
    let swapped = policy(&|policy| {
        let overrides = policy["launch_template"][0]["override"]
            .as_array_mut()
            .unwrap();
        overrides.reverse();
    });
    assert!(!swapped.is_empty(), "the order of overrides is a priority");
    let older = policy(&|policy| {
        policy["launch_template"][0]["launch_template_specification"][0]["version"] = json!("3");
    });
    assert_eq!(
        older,
        ["mixed_instances_policy[0].launch_template[0].launch_template_specification[0].version"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_scheduled_action_leaves_out_what_it_does_not_set() {
    let action = |rest: &str| {
        let member = format!(
            "<member><AutoScalingGroupName>g</AutoScalingGroupName><ScheduledActionName>n</ScheduledActionName>{rest}</member>"
        );
        page(
            "DescribeScheduledActions",
            "ScheduledUpdateGroupActions",
            &member,
            "",
        )
    };
    let kind = "aws_autoscaling_schedule";
    let live = one(kind, "g|n", action("<StartTime>2045-12-11T18:00:00Z</StartTime><EndTime>2045-12-12T06:00:00Z</EndTime><DesiredCapacity>0</DesiredCapacity>")).await;
    let state = json!({
        "autoscaling_group_name": "g", "scheduled_action_name": "n", "desired_capacity": 0, "min_size": -1, "max_size": -1,
        "start_time": "2045-12-11T18:00:00Z", "end_time": "2045-12-12T06:00:00Z", "recurrence": "", "time_zone": "",
    });
    same(&live, &state);
    for (changed, path) in [
        (json!({"desired_capacity": -1}), "desired_capacity"),
        (json!({"min_size": 0}), "min_size"),
        (json!({"start_time": "2045-12-11T19:00:00Z"}), "start_time"),
        (json!({"end_time": null}), "end_time"),
        (json!({"recurrence": "0 20 * * *"}), "recurrence"),
        (json!({"time_zone": "Europe/Berlin"}), "time_zone"),
    ] {
        assert_eq!(
            differs(&live, &with(state.clone(), &changed)),
            [path],
            "{changed}"
        );
    }
    // The next run, which moves on by itself.
    let live = one(kind, "g|n", action("<StartTime>2026-11-22T20:00:00Z</StartTime><Recurrence>0 20 * * *</Recurrence><MinSize>0</MinSize>")).await;
    let state = json!({"start_time": "2026-11-20T20:00:00Z", "recurrence": "0 20 * * *", "min_size": 0, "desired_capacity": -1});
    same(&live, &state);
}

#[tokio::test(start_paused = true)]
async fn policies_of_all_kinds_are_as_states_say() {
    let policy = |rest: &str| {
        let member = format!(
            "<member><AutoScalingGroupName>g</AutoScalingGroupName><PolicyName>p</PolicyName><Enabled>true</Enabled>{rest}</member>"
        );
        page("DescribePolicies", "ScalingPolicies", &member, "")
    };
    let kind = "aws_autoscaling_policy";
    let step = one(kind, "g|p", policy(
        "<PolicyType>StepScaling</PolicyType><AdjustmentType>ChangeInCapacity</AdjustmentType><StepAdjustments>\
         <member><MetricIntervalLowerBound>20.5</MetricIntervalLowerBound><ScalingAdjustment>3</ScalingAdjustment></member>\
         <member><MetricIntervalLowerBound>0.0</MetricIntervalLowerBound><MetricIntervalUpperBound>20.5</MetricIntervalUpperBound><ScalingAdjustment>1</ScalingAdjustment></member></StepAdjustments>",
    )).await;
    let first = json!({"metric_interval_lower_bound": "0", "metric_interval_upper_bound": "20.5", "scaling_adjustment": 1});
    let second = json!({"metric_interval_lower_bound": "20.5", "metric_interval_upper_bound": "", "scaling_adjustment": 3});
    let state = json!({"policy_type": "StepScaling", "adjustment_type": "ChangeInCapacity", "step_adjustment": [first, second], "target_tracking_configuration": []});
    same(&step, &state);
    let unbounded = with(first, &json!({"metric_interval_lower_bound": ""}));
    let changed = with(state, &json!({"step_adjustment": [unbounded, second]}));
    assert_eq!(
        differs(&step, &changed),
        ["step_adjustment"],
        "no bound is not the bound zero"
    );

    let tracking = one(kind, "g|p", policy(
        "<PolicyType>TargetTrackingScaling</PolicyType><TargetTrackingConfiguration><TargetValue>50.0</TargetValue><DisableScaleIn>false</DisableScaleIn>\
         <CustomizedMetricSpecification><Metrics><member><Id>m</Id><MetricStat><Metric><Namespace>n</Namespace><MetricName>q</MetricName>\
         <Dimensions><member><Name>d</Name><Value>1</Value></member></Dimensions></Metric><Stat>Sum</Stat></MetricStat><ReturnData>false</ReturnData></member>\
         <member><Id>e</Id><Expression>m / 2</Expression></member></Metrics></CustomizedMetricSpecification></TargetTrackingConfiguration>",
    )).await;
    let metric = json!([{"namespace": "n", "metric_name": "q", "dimensions": [{"name": "d", "value": "1"}]}]);
    let metrics = json!([
        {"id": "e", "expression": "m / 2", "label": "", "metric_stat": [], "return_data": true},
        {"id": "m", "expression": "", "label": "", "metric_stat": [{"metric": metric, "stat": "Sum", "unit": ""}], "return_data": false},
    ]);
    let tracked = |value: f64| {
        json!({"policy_type": "TargetTrackingScaling", "target_tracking_configuration": [{
            "target_value": value, "disable_scale_in": false, "predefined_metric_specification": [],
            "customized_metric_specification": [{"metric_name": "", "namespace": "", "statistic": "", "unit": "", "metric_dimension": [], "metrics": metrics}],
        }]})
    };
    same(&tracking, &tracked(50.0));
    assert_eq!(
        differs(&tracking, &tracked(70.0)),
        ["target_tracking_configuration[0].target_value"]
    );

    let predictive = one(kind, "g|p", policy(
        "<PolicyType>PredictiveScaling</PolicyType><PredictiveScalingConfiguration><MetricSpecifications><member><TargetValue>40.0</TargetValue>\
         <PredefinedMetricPairSpecification><PredefinedMetricType>ASGCPUUtilization</PredefinedMetricType></PredefinedMetricPairSpecification>\
         </member></MetricSpecifications><Mode>ForecastAndScale</Mode><SchedulingBufferTime>300</SchedulingBufferTime></PredictiveScalingConfiguration>",
    )).await;
    let forecast = |mode: &str| {
        json!({"policy_type": "PredictiveScaling", "enabled": true, "predictive_scaling_configuration": [{
            "max_capacity_breach_behavior": "HonorMaxCapacity", "max_capacity_buffer": "", "mode": mode, "scheduling_buffer_time": "300",
            "metric_specification": [{
                "target_value": 40, "predefined_metric_pair_specification": [{"predefined_metric_type": "ASGCPUUtilization", "resource_label": ""}],
                "customized_load_metric_specification": [], "predefined_load_metric_specification": [],
            }],
        }]})
    };
    same(&predictive, &forecast("ForecastAndScale"));
    assert_eq!(
        differs(&predictive, &forecast("ForecastOnly")),
        ["predictive_scaling_configuration[0].mode"]
    );
}

#[tokio::test(start_paused = true)]
async fn hooks_and_notifications_are_as_states_say() {
    let hook = "<member><LifecycleHookName>drain</LifecycleHookName><AutoScalingGroupName>g</AutoScalingGroupName><LifecycleTransition>autoscaling:EC2_INSTANCE_TERMINATING</LifecycleTransition>\
        <RoleARN>arn:role</RoleARN><HeartbeatTimeout>600</HeartbeatTimeout><DefaultResult>CONTINUE</DefaultResult></member>";
    let live = one(
        "aws_autoscaling_lifecycle_hook",
        "g|drain",
        page("DescribeLifecycleHooks", "LifecycleHooks", hook, ""),
    )
    .await;
    let state = json!({
        "autoscaling_group_name": "g", "name": "drain", "lifecycle_transition": "autoscaling:EC2_INSTANCE_TERMINATING", "role_arn": "arn:role",
        "heartbeat_timeout": 600, "default_result": "CONTINUE", "notification_metadata": "", "notification_target_arn": "",
    });
    same(&live, &state);
    assert_eq!(
        differs(&live, &with(state, &json!({"role_arn": "arn:other"}))),
        ["role_arn"]
    );

    let send = |group: &str, topic: &str, kind: &str| {
        format!(
            "<member><AutoScalingGroupName>{group}</AutoScalingGroupName><TopicARN>{topic}</TopicARN><NotificationType>{kind}</NotificationType></member>"
        )
    };
    let members = [
        send("a", "arn:t", "autoscaling:EC2_INSTANCE_LAUNCH"),
        send("a", "arn:t", "autoscaling:EC2_INSTANCE_TERMINATE"),
        send("c", "arn:t", "autoscaling:TEST_NOTIFICATION"),
        send("b", "arn:u", "autoscaling:EC2_INSTANCE_LAUNCH"),
    ];
    let reply = page(
        "DescribeNotificationConfigurations",
        "NotificationConfigurations",
        &members.concat(),
        "",
    );
    let live = one("aws_autoscaling_notification", "arn:t|a|b", reply).await;
    let state = json!({
        "topic_arn": "arn:t", "group_names": ["b", "a"],
        "notifications": ["autoscaling:EC2_INSTANCE_TERMINATE", "autoscaling:EC2_INSTANCE_LAUNCH"],
    });
    assert_eq!(
        differs(&live, &state),
        ["group_names"],
        "`b` sends no longer, and `c` is of another resource"
    );
}

//! Groups, as states have them.

use std::collections::{BTreeMap, BTreeSet};

use afterhours_aws::Answer;
use afterhours_diff::{Listing, Live, Origin, Wanted};
use afterhours_ports::{PortResult, hole};
use aws_sdk_autoscaling::types::{
    AutoScalingGroup, InstancesDistribution, LaunchTemplateSpecification, MixedInstancesPolicy,
    TagDescription, WarmPoolConfiguration,
};
use serde_json::{Map, Value, json};

use super::live::{Fetched, block, incomplete, members, others};
use super::requirements::requirements;
use super::{ATTACHMENT, GROUP, GROUP_TAG, actions};

/// Keys that a service or another tool sets on groups that it makes, and its name.
const OWNERS: &[(&str, &str)] = &[
    ("aws:cloudformation:stack-name", "CloudFormation stack"),
    ("eks:nodegroup-name", "EKS node group"),
    ("eks:cluster-name", "EKS cluster"),
    ("aws:eks:cluster-name", "EKS cluster"),
    (
        "elasticbeanstalk:environment-name",
        "Elastic Beanstalk environment",
    ),
    (
        "aws:servicecatalog:provisionedProductArn",
        "Service Catalog product",
    ),
    ("AWSBatchServiceTag", "AWS Batch"),
];

pub(super) fn name(group: &AutoScalingGroup) -> PortResult<String> {
    Answer::of(actions::GROUPS).text("AutoScalingGroupName", group.auto_scaling_group_name())
}

pub(super) fn listing(wanted: &Wanted, groups: &Fetched<AutoScalingGroup>) -> Option<Listing> {
    if !wanted.wants(GROUP) {
        return None;
    }
    let mut listing = Listing::complete(GROUP, Vec::new());
    listing.incomplete.clone_from(&groups.hole);
    let mut seen = BTreeSet::new();
    for group in &groups.items {
        let name = match name(group) {
            Ok(name) => name,
            Err(error) => {
                incomplete(&mut listing, || hole(&error));
                continue;
            }
        };
        let is_named = wanted.names(GROUP, &name);
        // What moved between two pages was there twice.
        if !(is_named || others(wanted, GROUP)) || !seen.insert(name.clone()) {
            continue;
        }
        let mut attributes = members(json!({
            "name": name,
            "tag": tags(wanted, &name, group.tags()),
            "tags": tags(wanted, &name, group.tags()),
        }));
        if is_named {
            attributes.extend(self::attributes(group));
            attributes.extend(balancing(wanted, &name, group));
            attributes.extend(blocks(group));
        }
        listing.objects.push(Live {
            kind: GROUP,
            key: name.clone(),
            id: name,
            arn: group.auto_scaling_group_arn().map(str::to_owned),
            attributes,
            holes: BTreeMap::new(),
            origin: origin(group),
        });
    }
    Some(listing)
}

fn origin(group: &AutoScalingGroup) -> Origin {
    if let Some(operator) = group.operator() {
        let principal = operator.principal().unwrap_or("an AWS service");
        return Origin::ManagedBy(principal.to_owned());
    }
    let value = |wanted: &str| {
        let tag = group.tags().iter().find(|tag| tag.key() == Some(wanted))?;
        Some(tag.value().unwrap_or_default())
    };
    for (key, what) in OWNERS {
        if let Some(name) = value(key) {
            return Origin::ManagedBy(format!("{what} {name}").trim().to_owned());
        }
    }
    for tag in group.tags() {
        let key = tag.key().unwrap_or_default();
        // `shared` is set on what people lend to a cluster.
        if let Some(cluster) = key.strip_prefix("kubernetes.io/cluster/")
            && tag.value() == Some("owned")
        {
            return Origin::ManagedBy(format!("Kubernetes cluster {cluster}"));
        }
        if key.starts_with("aws:") {
            return Origin::ManagedBy(format!("AWS, by its tag {key}"));
        }
    }
    Origin::Ordinary
}

/// Tags as blocks. One that a state sets by an `aws_autoscaling_group_tag` is marked `standalone`.
fn tags(wanted: &Wanted, group: &str, tags: &[TagDescription]) -> Value {
    let shown = tags.iter().filter_map(|tag| {
        let key = tag.key()?;
        let mut shown = members(json!({
            "key": key,
            "propagate_at_launch": tag.propagate_at_launch().unwrap_or_default(),
            "value": tag.value().unwrap_or_default(),
        }));
        if wanted.names(GROUP_TAG, &format!("{group},{key}")) {
            shown.insert("standalone".to_owned(), Value::Bool(true));
        }
        Some(Value::Object(shown))
    });
    shown.collect()
}

fn attributes(group: &AutoScalingGroup) -> Map<String, Value> {
    let subnets = group.vpc_zone_identifier().unwrap_or_default().split(',');
    let subnets: Vec<&str> = subnets.map(str::trim).filter(|id| !id.is_empty()).collect();
    let suspended = group.suspended_processes().iter();
    let metrics = group.enabled_metrics();
    members(json!({
        "availability_zones": group.availability_zones(),
        "capacity_rebalance": group.capacity_rebalance(),
        "context": group.context(),
        "default_cooldown": group.default_cooldown(),
        "default_instance_warmup": group.default_instance_warmup(),
        "desired_capacity": group.desired_capacity(),
        "desired_capacity_type": group.desired_capacity_type(),
        "enabled_metrics": metrics.iter().filter_map(|metric| metric.metric()).collect::<Vec<_>>(),
        "health_check_grace_period": group.health_check_grace_period(),
        "health_check_type": group.health_check_type(),
        "launch_configuration": group.launch_configuration_name(),
        "max_instance_lifetime": group.max_instance_lifetime(),
        "max_size": group.max_size(),
        "metrics_granularity": metrics.first().and_then(|metric| metric.granularity()),
        "min_size": group.min_size(),
        "placement_group": group.placement_group(),
        "protect_from_scale_in": group.new_instances_protected_from_scale_in(),
        "service_linked_role_arn": group.service_linked_role_arn(),
        "suspended_processes":
            suspended.filter_map(|process| process.process_name()).collect::<Vec<_>>(),
        "termination_policies": group.termination_policies(),
        "vpc_zone_identifier": subnets,
    }))
}

/// What traffic comes from. What a state attaches by an `aws_autoscaling_attachment` is marked `standalone`.
fn balancing(wanted: &Wanted, name: &str, group: &AutoScalingGroup) -> Map<String, Value> {
    let by_balancer = |balancer: &str| wanted.names(ATTACHMENT, &format!("{name}|{balancer}|"));
    let by_target = |target: &str| wanted.names(ATTACHMENT, &format!("{name}||{target}"));
    let shown = |names: &[String], is_attached: &dyn Fn(&str) -> bool| -> Vec<Value> {
        let names = names.iter();
        names
            .map(|name| {
                if is_attached(name) {
                    json!({ "standalone": name })
                } else {
                    json!(name)
                }
            })
            .collect()
    };
    let sources = group.traffic_sources().iter().map(|source| {
        let identifier = source.identifier().unwrap_or_default();
        let mut shown = members(json!({ "identifier": identifier, "type": source.r#type() }));
        if by_balancer(identifier) || by_target(identifier) {
            shown.insert("standalone".to_owned(), Value::Bool(true));
        }
        Value::Object(shown)
    });
    members(json!({
        "load_balancers": shown(group.load_balancer_names(), &by_balancer),
        "target_group_arns": shown(group.target_group_arns(), &by_target),
        "traffic_source": sources.collect::<Vec<_>>(),
    }))
}

fn blocks(group: &AutoScalingGroup) -> Map<String, Value> {
    members(json!({
        "launch_template": block(group.launch_template(), |template| json!({
            "id": template.launch_template_id(),
            "name": template.launch_template_name(),
            "version": template.version(),
        })),
        "mixed_instances_policy": block(group.mixed_instances_policy(), mixed),
        "warm_pool": block(group.warm_pool_configuration(), warm_pool),
        "availability_zone_distribution":
            block(group.availability_zone_distribution(), |distribution| {
                let strategy = distribution.capacity_distribution_strategy();
                json!({ "capacity_distribution_strategy": strategy.map(|value| value.as_str()) })
            }),
        "capacity_reservation_specification":
            block(group.capacity_reservation_specification(), |specification| {
                let preference = specification.capacity_reservation_preference();
                json!({
                    "capacity_reservation_preference": preference.map(|value| value.as_str()),
                    "capacity_reservation_target":
                        block(specification.capacity_reservation_target(), |target| json!({
                            "capacity_reservation_ids": target.capacity_reservation_ids(),
                            "capacity_reservation_resource_group_arns":
                                target.capacity_reservation_resource_group_arns(),
                        })),
                })
            }),
        "instance_lifecycle_policy": block(group.instance_lifecycle_policy(), |policy| json!({
            "retention_triggers": block(policy.retention_triggers(), |triggers| {
                let action = triggers.terminate_hook_abandon();
                json!({ "terminate_hook_abandon": action.map(|value| value.as_str()) })
            }),
        })),
        "instance_maintenance_policy": block(group.instance_maintenance_policy(), |policy| json!({
            "max_healthy_percentage": policy.max_healthy_percentage(),
            "min_healthy_percentage": policy.min_healthy_percentage(),
        })),
    }))
}

fn mixed(policy: &MixedInstancesPolicy) -> Value {
    let template = policy.launch_template();
    json!({
        "instances_distribution": block(policy.instances_distribution(), distribution),
        "launch_template": block(template, |template| {
            let overrides = template.overrides().iter().map(|found| json!({
                "instance_requirements": block(found.instance_requirements(), requirements),
                "instance_type": found.instance_type(),
                "launch_template_specification":
                    block(found.launch_template_specification(), specification),
                "weighted_capacity": found.weighted_capacity(),
            }));
            json!({
                "launch_template_specification":
                    block(template.launch_template_specification(), specification),
                "override": overrides.collect::<Vec<_>>(),
            })
        }),
    })
}

fn distribution(distribution: &InstancesDistribution) -> Value {
    json!({
        "on_demand_allocation_strategy": distribution.on_demand_allocation_strategy(),
        "on_demand_base_capacity": distribution.on_demand_base_capacity(),
        "on_demand_percentage_above_base_capacity":
            distribution.on_demand_percentage_above_base_capacity(),
        "spot_allocation_strategy": distribution.spot_allocation_strategy(),
        "spot_instance_pools": distribution.spot_instance_pools(),
        "spot_max_price": distribution.spot_max_price(),
    })
}

fn specification(template: &LaunchTemplateSpecification) -> Value {
    json!({
        "launch_template_id": template.launch_template_id(),
        "launch_template_name": template.launch_template_name(),
        "version": template.version(),
    })
}

fn warm_pool(pool: &WarmPoolConfiguration) -> Value {
    json!({
        "instance_reuse_policy": block(
            pool.instance_reuse_policy(),
            |policy| json!({ "reuse_on_scale_in": policy.reuse_on_scale_in() }),
        ),
        "max_group_prepared_capacity": pool.max_group_prepared_capacity(),
        "min_size": pool.min_size(),
        "pool_state": pool.pool_state().map(|state| state.as_str()),
    })
}

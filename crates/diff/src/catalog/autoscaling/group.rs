//! Groups.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{REGION, scalar, set};
use crate::catalog::ec2_compute::requirements::INSTANCE_REQUIREMENTS;
use crate::catalog::{Absent, Attr, Key, Rule, Type};
use crate::compare::canonical;

pub(super) const GROUP: Type = Type {
    name: "aws_autoscaling_group",
    key: Key::Attribute("name"),
    attributes: ATTRIBUTES,
    global: false,
    unmanaged: true,
};

const ATTRIBUTES: &[Attr] = &[
    set("availability_zones").availability(),
    scalar("capacity_rebalance").availability(),
    scalar("context"),
    scalar("default_cooldown").availability(),
    scalar("default_instance_warmup").availability(),
    // Zero is a size; so are the two bounds.
    Attr::new("desired_capacity", Rule::Scalar)
        .absent(Absent::Never)
        .cost(),
    Attr::new("desired_capacity_type", Rule::Scalar)
        .absent(Absent::Is("\"units\""))
        .cost(),
    set("enabled_metrics"),
    scalar("health_check_grace_period").availability(),
    scalar("health_check_type").availability(),
    scalar("launch_configuration").security(),
    Attr::new("load_balancers", Rule::Custom(attached)).availability(),
    scalar("max_instance_lifetime").availability(),
    Attr::new("max_size", Rule::Scalar)
        .absent(Absent::Never)
        .cost(),
    Attr::new("metrics_granularity", Rule::Scalar).absent(Absent::Is("\"1Minute\"")),
    Attr::new("min_size", Rule::Scalar)
        .absent(Absent::Never)
        .availability(),
    scalar("name"),
    scalar("placement_group"),
    scalar("protect_from_scale_in").availability(),
    scalar("service_linked_role_arn").security(),
    set("suspended_processes").availability(),
    Attr::new("tag", Rule::Custom(tags)),
    Attr::new("tags", Rule::Custom(tags)),
    Attr::new("target_group_arns", Rule::Custom(attached)).availability(),
    Attr::new("termination_policies", Rule::List)
        .absent(Absent::Is("[\"Default\"]"))
        .availability(),
    set("vpc_zone_identifier").security(),
    Attr::new("launch_template", Rule::Block(LAUNCH_TEMPLATE)),
    Attr::new(
        "mixed_instances_policy",
        Rule::Block(MIXED_INSTANCES_POLICY),
    ),
    Attr::new("traffic_source", Rule::Custom(traffic)).availability(),
    Attr::new(
        "warm_pool",
        Rule::Block(&[
            Attr::new(
                "instance_reuse_policy",
                Rule::Block(&[scalar("reuse_on_scale_in").cost()]),
            ),
            // No bound is not the bound zero; the provider writes it as -1 or leaves it out.
            scalar("max_group_prepared_capacity")
                .absent(Absent::Is("-1"))
                .cost(),
            scalar("min_size").cost(),
            scalar("pool_state")
                .absent(Absent::Is("\"Stopped\""))
                .cost(),
        ]),
    )
    .absent(Absent::Never)
    .cost(),
    Attr::new(
        "availability_zone_distribution",
        Rule::Block(&[scalar("capacity_distribution_strategy")
            .absent(Absent::Is("\"balanced-best-effort\""))
            .availability()]),
    ),
    Attr::new(
        "capacity_reservation_specification",
        Rule::Block(&[
            scalar("capacity_reservation_preference")
                .absent(Absent::Is("\"default\""))
                .cost(),
            Attr::new(
                "capacity_reservation_target",
                Rule::Block(&[
                    set("capacity_reservation_ids").cost(),
                    set("capacity_reservation_resource_group_arns").cost(),
                ]),
            ),
        ]),
    ),
    Attr::new(
        "instance_lifecycle_policy",
        Rule::Block(&[Attr::new(
            "retention_triggers",
            Rule::Block(&[scalar("terminate_hook_abandon")
                .absent(Absent::Is("\"terminate\""))
                .availability()]),
        )]),
    ),
    Attr::new(
        "instance_maintenance_policy",
        Rule::Block(&[
            scalar("max_healthy_percentage")
                .absent(Absent::Is("-1"))
                .availability(),
            scalar("min_healthy_percentage")
                .absent(Absent::Is("-1"))
                .availability(),
        ]),
    ),
    Attr::skip("force_delete", "only used when the group is deleted"),
    Attr::skip(
        "force_delete_warm_pool",
        "only used when the warm pool is deleted",
    ),
    Attr::skip(
        "ignore_failed_scaling_activities",
        "says how Terraform waits",
    ),
    Attr::skip(
        "initial_lifecycle_hook",
        "only used when the group is made; hooks of their own are compared",
    ),
    Attr::skip(
        "instance_refresh",
        "says what Terraform does about a change",
    ),
    Attr::skip("min_elb_capacity", "says how long Terraform waits"),
    Attr::skip("name_prefix", "only used to make the name"),
    Attr::skip("wait_for_capacity_timeout", "says how long Terraform waits"),
    Attr::skip("wait_for_elb_capacity", "says how long Terraform waits"),
    Attr::skip("timeouts", "says how long Terraform waits"),
    REGION,
];

/// `id`, `name` and the version as it was asked for: `$Latest`, `$Default`, a number; none is the default one.
const LAUNCH_TEMPLATE: &[Attr] = &[
    scalar("id").security(),
    scalar("name").security(),
    scalar("version")
        .absent(Absent::Is("\"$Default\""))
        .security(),
];

const SPECIFICATION: Attr = Attr::new(
    "launch_template_specification",
    Rule::Block(&[
        scalar("launch_template_id").security(),
        scalar("launch_template_name").security(),
        scalar("version")
            .absent(Absent::Is("\"$Default\""))
            .security(),
    ]),
);

const MIXED_INSTANCES_POLICY: &[Attr] = &[
    Attr::new(
        "instances_distribution",
        Rule::Block(&[
            scalar("on_demand_allocation_strategy").cost(),
            scalar("on_demand_base_capacity").cost(),
            scalar("on_demand_percentage_above_base_capacity")
                .absent(Absent::Is("100"))
                .cost(),
            scalar("spot_allocation_strategy")
                .absent(Absent::Is("\"lowest-price\""))
                .cost(),
            scalar("spot_instance_pools").cost(),
            scalar("spot_max_price").cost(),
        ]),
    ),
    Attr::new(
        "launch_template",
        Rule::Block(&[
            SPECIFICATION,
            // Their order is the priority of `prioritized`.
            Attr::new(
                "override",
                Rule::OrderedBlocks(&[
                    Attr::new("instance_requirements", Rule::Block(INSTANCE_REQUIREMENTS)),
                    scalar("instance_type").cost(),
                    SPECIFICATION,
                    scalar("weighted_capacity").cost(),
                ]),
            )
            .cost(),
        ]),
    ),
];

/// Load balancers or target groups. One that is attached by an `aws_autoscaling_attachment` (`{"standalone": …}` on
/// the live side) is in the group's state or not, depending on when it was read last.
fn attached(state: &Value, live: &Value) -> bool {
    let known: BTreeSet<&str> = items(state).filter_map(Value::as_str).collect();
    let own: BTreeSet<&str> = items(live).filter_map(Value::as_str).collect();
    let standalone: BTreeSet<&str> = items(live)
        .filter_map(|item| item.get("standalone")?.as_str())
        .collect();
    own.is_subset(&known)
        && known
            .iter()
            .all(|name| own.contains(name) || standalone.contains(name))
}

/// Sources of traffic. What is a load balancer or target group is compared under those names as well, and a state
/// that leaves sources empty has them there.
fn traffic(state: &Value, live: &Value) -> bool {
    let source = |item: &Value| {
        let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
        (text("identifier").to_owned(), text("type").to_owned())
    };
    let is_optional = |item: &Value| {
        item.get("standalone").is_some()
            || (items(state).next().is_none() && matches!(source(item).1.as_str(), "elb" | "elbv2"))
    };
    let known: BTreeSet<_> = items(state).map(source).collect();
    let found: BTreeSet<_> = items(live).map(source).collect();
    let same = |a: &(String, String), b: &(String, String)| {
        a.0 == b.0 && (a.1 == b.1 || a.1.is_empty() || b.1.is_empty())
    };
    known
        .iter()
        .all(|wanted| found.iter().any(|other| same(wanted, other)))
        && items(live)
            .filter(|item| !is_optional(item))
            .all(|item| known.iter().any(|wanted| same(wanted, &source(item))))
}

/// Tags with whether instances get them. Those of AWS are not compared, nor is a tag that an
/// `aws_autoscaling_group_tag` sets (`standalone`), nor what the state leaves empty: it has either `tag` or `tags`.
fn tags(state: &Value, live: &Value) -> bool {
    let shown = |item: &Value| {
        let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
        let propagates = match item.get("propagate_at_launch") {
            Some(Value::String(text)) => text == "true" || text == "1",
            other => other == Some(&Value::Bool(true)),
        };
        canonical(&serde_json::json!([text("key"), text("value"), propagates]))
    };
    let is_ours = |item: &&Value| {
        let key = item.get("key").and_then(Value::as_str).unwrap_or_default();
        !key.starts_with("aws:")
    };
    let known: BTreeSet<String> = items(state).filter(is_ours).map(shown).collect();
    let found: BTreeSet<String> = items(live).filter(is_ours).map(shown).collect();
    let own = items(live).filter(is_ours).filter(|item| {
        // Capacity providers of ECS set it on the group that they are given.
        item.get("standalone").is_none()
            && item.get("key") != Some(&Value::from("AmazonECSManaged"))
    });
    known.is_empty() || (known.is_subset(&found) && own.map(shown).all(|tag| known.contains(&tag)))
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tags_are_compared_in_both_notations() {
        let live = json!([
            {"key": "Team", "value": "ml-team", "propagate_at_launch": true},
            {"key": "aws:x", "value": "y", "propagate_at_launch": true},
        ]);
        let team = |propagates: Value| json!([{"key": "Team", "value": "ml-team", "propagate_at_launch": propagates}]);
        assert!(tags(&team(json!(true)), &live));
        assert!(tags(&team(json!("true")), &live));
        assert!(!tags(&team(json!(false)), &live));
        assert!(tags(&json!([]), &live));
        assert!(!tags(&team(json!(true)), &json!([])), "a tag that is gone");
        let more = |extra: Value| {
            let mut items = live.as_array().unwrap().clone();
            items.push(extra);
            tags(&team(json!(true)), &Value::Array(items))
        };
        assert!(!more(
            json!({"key": "New", "value": "", "propagate_at_launch": false})
        ));
        assert!(more(
            json!({"key": "New", "value": "", "propagate_at_launch": false, "standalone": true})
        ));
        assert!(more(
            json!({"key": "AmazonECSManaged", "value": "", "propagate_at_launch": true})
        ));
    }

    #[test]
    fn what_attachments_attach_may_be_in_the_state_or_not() {
        let live = json!(["a", {"standalone": "b"}]);
        assert!(attached(&json!(["a"]), &live));
        assert!(attached(&json!(["b", "a"]), &live));
        assert!(!attached(&json!([]), &live));
        assert!(!attached(&json!(["a", "c"]), &live));
        assert!(!attached(&json!(["a"]), &json!([])));
    }

    #[test]
    fn sources_that_are_load_balancers_are_left_to_their_own_attributes() {
        let balancer = json!({"identifier": "arn", "type": "elbv2"});
        let lattice = json!({"identifier": "arn2", "type": "vpc-lattice"});
        assert!(traffic(&json!([]), &json!([balancer])));
        assert!(!traffic(&json!([]), &json!([lattice])));
        assert!(traffic(&json!([{"identifier": "arn"}]), &json!([balancer])));
        assert!(!traffic(&json!([balancer]), &json!([balancer, lattice])));
        assert!(!traffic(&json!([balancer]), &json!([])));
    }
}

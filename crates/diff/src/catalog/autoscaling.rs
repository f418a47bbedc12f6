//! EC2 Auto Scaling.

mod group;
mod policy;
mod schedule;

use serde_json::{Map, Value};

use super::{Absent, Attr, Key, Rule, Type};

pub(super) const TYPES: &[Type] = &[
    group::GROUP,
    ATTACHMENT,
    GROUP_TAG,
    LIFECYCLE_HOOK,
    NOTIFICATION,
    policy::POLICY,
    schedule::SCHEDULE,
];

const REGION: Attr = Attr::skip(
    "region",
    "an object is looked for in this region only: elsewhere it counts as deleted",
);

const fn scalar(name: &'static str) -> Attr {
    Attr::new(name, Rule::Scalar)
}

const fn set(name: &'static str) -> Attr {
    Attr::new(name, Rule::Set)
}

/// The id in the state is a random one.
const ATTACHMENT: Type = Type {
    name: "aws_autoscaling_attachment",
    key: Key::Made(attachment),
    attributes: &[
        scalar("autoscaling_group_name").availability(),
        scalar("elb").availability(),
        scalar("lb_target_group_arn").availability(),
        // Of provider 3 and 4.
        scalar("alb_target_group_arn").availability(),
        REGION,
    ],
    global: false,
    unmanaged: false,
};

fn attachment(state: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| state.get(name).and_then(Value::as_str).unwrap_or_default();
    let target = match text("lb_target_group_arn") {
        "" => text("alb_target_group_arn"),
        arn => arn,
    };
    let (group, balancer) = (text("autoscaling_group_name"), text("elb"));
    let is_told = !group.is_empty() && (balancer.is_empty() != target.is_empty());
    is_told.then(|| format!("{group}|{balancer}|{target}"))
}

const GROUP_TAG: Type = Type {
    name: "aws_autoscaling_group_tag",
    key: Key::Attribute("id"),
    attributes: &[
        scalar("autoscaling_group_name"),
        Attr::new(
            "tag",
            Rule::Block(&[
                scalar("key"),
                scalar("propagate_at_launch"),
                Attr::new("value", Rule::Scalar).absent(Absent::Empty),
            ]),
        ),
        REGION,
    ],
    global: false,
    unmanaged: false,
};

const LIFECYCLE_HOOK: Type = Type {
    name: "aws_autoscaling_lifecycle_hook",
    key: Key::Joined(&["autoscaling_group_name", "name"]),
    attributes: &[
        scalar("autoscaling_group_name"),
        scalar("default_result").availability(),
        scalar("heartbeat_timeout").availability(),
        scalar("lifecycle_transition").availability(),
        scalar("name"),
        scalar("notification_metadata").secret(),
        scalar("notification_target_arn").security(),
        scalar("role_arn").security(),
        REGION,
    ],
    global: false,
    unmanaged: false,
};

/// A topic may be named by several resources, each for groups of its own.
const NOTIFICATION: Type = Type {
    name: "aws_autoscaling_notification",
    key: Key::Made(notification),
    attributes: &[
        set("group_names").availability(),
        set("notifications").availability(),
        scalar("topic_arn").security(),
        REGION,
    ],
    global: false,
    unmanaged: false,
};

fn notification(state: &Map<String, Value>) -> Option<String> {
    let topic = state.get("topic_arn").and_then(Value::as_str)?;
    let groups = state.get("group_names").and_then(Value::as_array)?;
    let mut groups: Vec<&str> = groups.iter().filter_map(Value::as_str).collect();
    groups.sort_unstable();
    (!topic.is_empty()).then(|| format!("{topic}|{}", groups.join("|")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key(kind: &Type, state: &Value) -> Option<String> {
        kind.key(state.as_object().unwrap())
    }

    #[test]
    fn attachments_are_joined_whatever_the_provider_calls_the_target_group() {
        let of = |state: Value| key(&ATTACHMENT, &state);
        let base = |name: &str, value: &str| json!({"autoscaling_group_name": "g", "id": "g-2026", name: value});
        assert_eq!(of(base("elb", "classic")).as_deref(), Some("g|classic|"));
        for name in ["alb_target_group_arn", "lb_target_group_arn"] {
            assert_eq!(of(base(name, "arn")).as_deref(), Some("g||arn"), "{name}");
        }
        assert_eq!(of(json!({"autoscaling_group_name": "g"})), None);
    }

    #[test]
    fn notifications_are_joined_by_topic_and_groups() {
        let state = json!({"topic_arn": "arn:t", "group_names": ["b", "a"]});
        assert_eq!(key(&NOTIFICATION, &state).as_deref(), Some("arn:t|a|b"));
    }

    #[test]
    fn names_are_unique_within_a_group_only() {
        let state = json!({"autoscaling_group_name": "g", "name": "up", "id": "up"});
        assert_eq!(key(&policy::POLICY, &state).as_deref(), Some("g|up"));
        assert_eq!(key(&LIFECYCLE_HOOK, &state).as_deref(), Some("g|up"));
        let state =
            json!({"autoscaling_group_name": "g", "scheduled_action_name": "up", "id": "up"});
        assert_eq!(key(&schedule::SCHEDULE, &state).as_deref(), Some("g|up"));
    }
}

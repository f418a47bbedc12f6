//! Scheduled actions.

use serde_json::Value;

use super::{REGION, scalar};
use crate::catalog::{Absent, Attr, Key, Rule, Type};

pub(super) const SCHEDULE: Type = Type {
    name: "aws_autoscaling_schedule",
    key: Key::Joined(&["autoscaling_group_name", "scheduled_action_name"]),
    attributes: &[
        scalar("autoscaling_group_name"),
        size("desired_capacity"),
        Attr::new("end_time", Rule::Custom(same_instant)).availability(),
        size("max_size"),
        size("min_size"),
        Attr::new("recurrence", Rule::Custom(same_recurrence)).availability(),
        scalar("scheduled_action_name"),
        Attr::new("start_time", Rule::Custom(same_start)).availability(),
        Attr::new("time_zone", Rule::Scalar)
            .absent(Absent::Is("\"UTC\""))
            .availability(),
        REGION,
    ],
    global: false,
    unmanaged: false,
};

/// A size that the action sets; -1 is the provider's word for one that it leaves as it is, and zero is a size.
const fn size(name: &'static str) -> Attr {
    Attr::new(name, Rule::Scalar)
        .absent(Absent::Is("-1"))
        .availability()
}

fn same_recurrence(state: &Value, live: &Value) -> bool {
    let fields = |value: &Value| -> Vec<String> {
        let text = value.as_str().unwrap_or_default();
        text.split_whitespace().map(str::to_owned).collect()
    };
    fields(state) == fields(live)
}

/// AWS moves the start of a recurring action (`{"recurring": true}`) on to its next run by itself.
fn same_start(state: &Value, live: &Value) -> bool {
    live.is_object() || same_instant(state, live)
}

/// Instants as AWS and the provider write them: in UTC, with or without a fraction.
fn same_instant(state: &Value, live: &Value) -> bool {
    let text = |value: &Value| {
        let text = value.as_str().unwrap_or_default();
        let seconds = text
            .strip_suffix('Z')
            .or_else(|| text.strip_suffix("+00:00"));
        let seconds = seconds.unwrap_or(text);
        seconds
            .split_once('.')
            .map_or(seconds, |(whole, _)| whole)
            .to_owned()
    };
    text(state) == text(live)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn instants_and_recurrences_are_compared_by_meaning() {
        let same = |a: &str, b: &str| same_instant(&json!(a), &json!(b));
        assert!(same("2045-12-11T18:00:00Z", "2045-12-11T18:00:00.000Z"));
        assert!(same("2045-12-11T18:00:00Z", "2045-12-11T18:00:00+00:00"));
        assert!(!same("2045-12-11T18:00:00Z", "2045-12-11T18:00:01Z"));
        assert!(!same_instant(&json!("2045-12-11T18:00:00Z"), &Value::Null));
        assert!(same_start(
            &json!("2045-12-11T18:00:00Z"),
            &json!({"recurring": true})
        ));
        assert!(same_recurrence(
            &json!("0 20 * * 1-5"),
            &json!("0  20 * * 1-5 ")
        ));
        assert!(!same_recurrence(
            &json!("0 20 * * 1-5"),
            &json!("0 20 * * *")
        ));
    }
}

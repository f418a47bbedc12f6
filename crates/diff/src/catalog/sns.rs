//! SNS: topics, their policies and subscriptions.
//!
//! Arguments after the recorded schema of provider 6.69.1; shapes of provider 3.39.0 as it writes them. Defaults that
//! AWS leaves out of its answers are those of
//! <https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html> and
//! <https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html>.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Absent, Attr, Key, Rule, Type};

const fn text(name: &'static str) -> Attr {
    Attr::new(name, Rule::Scalar).absent(Absent::Empty)
}

const fn json(name: &'static str) -> Attr {
    Attr::new(name, Rule::Json).absent(Absent::Empty)
}

/// Who writes the log of deliveries.
const fn logging(name: &'static str) -> Attr {
    text(name).security()
}

/// Per cent of the successful deliveries that are logged.
const fn rate(name: &'static str) -> Attr {
    Attr::new(name, Rule::Scalar)
}

const POLICY: Attr = Attr::new("policy", Rule::Policy)
    .absent(Absent::Never)
    .security();
const REGION: Attr = text("region");

pub(super) const TYPES: &[Type] = &[
    Type {
        name: "aws_sns_topic",
        key: Key::Attribute("arn"),
        attributes: &[
            logging("application_failure_feedback_role_arn"),
            logging("application_success_feedback_role_arn"),
            rate("application_success_feedback_sample_rate"),
            json("archive_policy").availability(),
            text("arn"),
            Attr::skip("beginning_archive_time", "moves by itself"),
            Attr::new("content_based_deduplication", Rule::Scalar).availability(),
            json("delivery_policy").availability(),
            text("display_name"),
            text("fifo_throughput_scope").availability(),
            Attr::new("fifo_topic", Rule::Scalar).availability(),
            logging("firehose_failure_feedback_role_arn"),
            logging("firehose_success_feedback_role_arn"),
            rate("firehose_success_feedback_sample_rate"),
            logging("http_failure_feedback_role_arn"),
            logging("http_success_feedback_role_arn"),
            rate("http_success_feedback_sample_rate"),
            text("kms_master_key_id").security(),
            logging("lambda_failure_feedback_role_arn"),
            logging("lambda_success_feedback_role_arn"),
            rate("lambda_success_feedback_sample_rate"),
            Attr::new("maximum_message_size", Rule::Custom(same_size))
                .absent(Absent::Is("262144"))
                .availability(),
            text("name"),
            Attr::skip("name_prefix", "only used when the name is made"),
            text("owner").security(),
            POLICY,
            REGION,
            Attr::new("signature_version", Rule::Custom(same_signature))
                .absent(Absent::Is("1"))
                .security(),
            logging("sqs_failure_feedback_role_arn"),
            logging("sqs_success_feedback_role_arn"),
            rate("sqs_success_feedback_sample_rate"),
            Attr::new("tags", Rule::Tags),
            Attr::new("tags_all", Rule::Tags),
            Attr::new("tracing_config", Rule::Scalar).absent(Absent::Is("\"PassThrough\"")),
        ],
        global: false,
        unmanaged: true,
    },
    Type {
        name: "aws_sns_topic_policy",
        key: Key::Attribute("arn"),
        attributes: &[text("arn"), text("owner").security(), POLICY, REGION],
        global: false,
        unmanaged: false,
    },
    Type {
        name: "aws_sns_topic_subscription",
        key: Key::Made(subscription),
        attributes: &[
            text("arn"),
            Attr::skip(
                "confirmation_timeout_in_minutes",
                "only used when it is created",
            ),
            Attr::new("confirmation_was_authenticated", Rule::Scalar).security(),
            json("delivery_policy").availability(),
            // Addresses of web hooks carry their secret in the path.
            Attr::new("endpoint", Rule::Custom(same_endpoint))
                .absent(Absent::Empty)
                .security()
                .secret(),
            Attr::skip("endpoint_auto_confirms", "only used when it is created"),
            Attr::new("filter_policy", Rule::Custom(same_filter))
                .absent(Absent::Empty)
                .availability(),
            Attr::new("filter_policy_scope", Rule::Scalar)
                .absent(Absent::Is("\"MessageAttributes\""))
                .availability(),
            text("owner_id").security(),
            Attr::skip(
                "pending_confirmation",
                "changes by itself when the receiver confirms; the way back is a new subscription",
            ),
            text("protocol").security(),
            Attr::new("raw_message_delivery", Rule::Scalar).availability(),
            json("redrive_policy").availability(),
            REGION,
            json("replay_policy").availability(),
            text("subscription_role_arn").security(),
            text("topic_arn").security(),
        ],
        global: false,
        unmanaged: true,
    },
];

/// The ARN; none where an old provider wrote `PendingConfirmation` in its place, which names no subscription.
fn subscription(state: &Map<String, Value>) -> Option<String> {
    ["arn", "id"]
        .iter()
        .filter_map(|name| state.get(*name).and_then(Value::as_str))
        .find(|arn| arn.starts_with("arn:"))
        .map(str::to_owned)
}

/// What AWS leaves out of its answer is its default, which newer providers write as 0.
fn same_number(state: &Value, live: &Value, default: i64) -> bool {
    let number = |value: &Value| {
        let number = match value {
            Value::String(text) => text.parse().ok(),
            other => other.as_i64(),
        };
        match number {
            None | Some(0) => default,
            Some(number) => number,
        }
    };
    number(state) == number(live)
}

fn same_signature(state: &Value, live: &Value) -> bool {
    same_number(state, live, 1)
}

fn same_size(state: &Value, live: &Value) -> bool {
    same_number(state, live, 262_144)
}

/// AWS gives `****` in place of the password of an address.
fn same_endpoint(state: &Value, live: &Value) -> bool {
    const HIDDEN: &str = ":****@";
    let (Some(state), Some(live)) = (state.as_str(), live.as_str()) else {
        return state == live;
    };
    if state == live {
        return true;
    }
    let parts = |address: &str| {
        let (scheme, rest) = address.split_once("://")?;
        let end = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (user, host) = authority.rsplit_once('@')?;
        let (user, _) = user.split_once(':')?;
        Some(format!("{scheme}://{user}@{host}{path}"))
    };
    (state.contains(HIDDEN) || live.contains(HIDDEN))
        && parts(state).is_some_and(|address| Some(address) == parts(live))
}

/// A filter policy is a JSON object whose lists are choices, except the operands of `numeric`, which come in order
/// (<https://docs.aws.amazon.com/sns/latest/dg/and-or-logic.html>,
/// <https://docs.aws.amazon.com/sns/latest/dg/numeric-value-matching.html>).
fn same_filter(state: &Value, live: &Value) -> bool {
    let parsed = |value: &Value| match value {
        Value::String(text) => serde_json::from_str::<Value>(text).ok(),
        other => Some(other.clone()),
    };
    match (parsed(state), parsed(live)) {
        (Some(state), Some(live)) => written(&state, false) == written(&live, false),
        _ => state == live,
    }
}

/// One notation for all that means the same.
fn written(value: &Value, ordered: bool) -> String {
    match value {
        Value::Array(items) if ordered => {
            let items: Vec<String> = items.iter().map(|item| written(item, false)).collect();
            format!("[{}]", items.join(","))
        }
        Value::Array(items) => {
            let items: BTreeSet<String> = items.iter().map(|item| written(item, false)).collect();
            format!("[{}]", items.into_iter().collect::<Vec<_>>().join(","))
        }
        Value::Object(members) => {
            let members: BTreeSet<String> = members
                .iter()
                .map(|(name, value)| {
                    // A single choice of `anything-but` may stand without its list.
                    let value = match value {
                        Value::Array(items) if name == "anything-but" && items.len() == 1 => {
                            items.first().unwrap_or(value)
                        }
                        other => other,
                    };
                    format!("{name:?}:{}", written(value, name == "numeric"))
                })
                .collect();
            format!("{{{}}}", members.into_iter().collect::<Vec<_>>().join(","))
        }
        Value::Number(number) => number
            .as_f64()
            .map_or_else(|| number.to_string(), |number| number.to_string()),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn filter_policies_are_one_whatever_the_order_of_choices() {
        let state = r#"{"kind":["scale","drift"],"amount":[{"numeric":[">=",100,"<",1000]}],"$or":[{"a":["x"]},{"b":[{"anything-but":["info"]}]}]}"#;
        for same in [
            r#"{ "amount": [ {"numeric": [">=", 100.0, "<", 1e3]} ], "$or": [{"b":[{"anything-but":"info"}]},{"a":["x"]}], "kind": ["drift", "scale", "drift"] }"#,
            state,
        ] {
            assert!(same_filter(&json!(state), &json!(same)), "{same}");
        }
        for other in [
            r#"{"kind":["scale"],"amount":[{"numeric":[">=",100,"<",1000]}],"$or":[{"a":["x"]},{"b":[{"anything-but":["info"]}]}]}"#,
            r#"{"kind":["scale","drift"],"amount":[{"numeric":["<",100,">=",1000]}],"$or":[{"a":["x"]},{"b":[{"anything-but":["info"]}]}]}"#,
            r#"{"kind":["scale","drift"],"amount":[{"numeric":[">=",100,"<",1000]}],"$or":[{"a":["x"]},{"b":["info"]}]}"#,
            r#"{"kind":["scale","drift"],"amount":[{"numeric":[">=","100","<",1000]}],"$or":[{"a":["x"]},{"b":[{"anything-but":["info"]}]}]}"#,
            "{}",
            "",
            "no filter",
        ] {
            assert!(!same_filter(&json!(state), &json!(other)), "{other}");
        }
        assert!(!same_filter(&json!(state), &Value::Null));
    }

    #[test]
    fn a_hidden_password_is_no_change_and_everything_else_of_an_address_is() {
        let state = json!("https://ops:secret@hooks.example.com/a");
        for (live, same) in [
            ("https://ops:secret@hooks.example.com/a", true),
            ("https://ops:****@hooks.example.com/a", true),
            ("https://ml:****@hooks.example.com/a", false),
            ("https://ops:****@hooks.example.com/b", false),
            ("https://ops:****@hooks.example.org/a", false),
            ("https://ops:other@hooks.example.com/a", false),
            ("http://ops:****@hooks.example.com/a", false),
        ] {
            assert_eq!(same_endpoint(&state, &json!(live)), same, "{live}");
        }
    }

    #[test]
    fn the_default_signature_is_one_however_it_is_written() {
        for one in [Value::Null, json!(0), json!(1), json!("1"), json!("")] {
            assert!(same_signature(&one, &json!("1")), "{one}");
            assert!(!same_signature(&one, &json!("2")), "{one}");
        }
        assert!(same_size(&json!(0), &json!(262_144)));
        assert!(!same_size(&json!(0), &json!(1_048_576)));
    }

    #[test]
    fn a_subscription_that_has_no_arn_cannot_be_joined() {
        let arn = "arn:aws:sns:eu-central-1:111122223333:alerts:1";
        for (state, key) in [
            (json!({"arn": arn, "id": arn}), Some(arn)),
            (json!({"id": arn}), Some(arn)),
            (
                json!({"arn": "PendingConfirmation", "id": "PendingConfirmation"}),
                None,
            ),
            (json!({"id": "pending confirmation"}), None),
        ] {
            let state = state.as_object().cloned().unwrap_or_default();
            assert_eq!(subscription(&state).as_deref(), key);
        }
    }
}

//! IAM: roles and what is in them and attached to them, managed policies, instance profiles, identity providers.
//!
//! Arguments after the recorded schema of provider 6.69.1; shapes of provider 3.39.0 as it writes them.

use serde_json::Value;

use super::{Absent, Attr, Key, Rule, Type};

const PREFIX: &str = "only used when the name is made";
const MADE: &str = "the time of creation; `unique_id` tells whether it was made anew";

const ARN: Attr = Attr::new("arn", Rule::Scalar).absent(Absent::Empty);
const NAME: Attr = Attr::new("name", Rule::Scalar).absent(Absent::Empty);
const PATH: Attr = Attr::new("path", Rule::Scalar).absent(Absent::Is("\"/\""));
const DESCRIPTION: Attr = Attr::new("description", Rule::Scalar).absent(Absent::Empty);
const TAGS: Attr = Attr::new("tags", Rule::Tags);
const TAGS_ALL: Attr = Attr::new("tags_all", Rule::Tags);
/// Another one under the same name: policies that name the old one as principal no longer mean it.
const UNIQUE_ID: Attr = Attr::new("unique_id", Rule::Scalar)
    .absent(Absent::Empty)
    .security();
const POLICY: Attr = Attr::new("policy", Rule::Policy)
    .absent(Absent::Never)
    .security();

pub(super) const TYPES: &[Type] = &[
    Type {
        name: "aws_iam_role",
        key: Key::Attribute("name"),
        attributes: &[
            ARN,
            Attr::new("assume_role_policy", Rule::Policy)
                .absent(Absent::Never)
                .security(),
            Attr::skip("create_date", MADE),
            DESCRIPTION,
            Attr::skip("force_detach_policies", "only used when it is deleted"),
            Attr::new(
                "inline_policy",
                Rule::Blocks {
                    by: &["name"],
                    attributes: &[
                        NAME,
                        Attr::new("policy", Rule::Policy)
                            .absent(Absent::Empty)
                            .security(),
                    ],
                },
            )
            .absent(Absent::Empty)
            .security(),
            Attr::new("managed_policy_arns", Rule::Set)
                .absent(Absent::Empty)
                .security(),
            // One hour where nobody set it
            // (https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html).
            Attr::new("max_session_duration", Rule::Scalar)
                .absent(Absent::Is("3600"))
                .security(),
            NAME,
            Attr::skip("name_prefix", PREFIX),
            PATH,
            Attr::new("permissions_boundary", Rule::Scalar)
                .absent(Absent::Empty)
                .security(),
            TAGS,
            TAGS_ALL,
            UNIQUE_ID,
        ],
        global: true,
        unmanaged: true,
    },
    Type {
        name: "aws_iam_role_policy",
        key: Key::Joined(&["role", "name"]),
        attributes: &[
            NAME,
            Attr::skip("name_prefix", PREFIX),
            POLICY,
            Attr::new("role", Rule::Scalar)
                .absent(Absent::Empty)
                .security(),
        ],
        global: true,
        unmanaged: false,
    },
    Type {
        name: "aws_iam_role_policies_exclusive",
        key: Key::Attribute("role_name"),
        attributes: &[
            Attr::new("policy_names", Rule::Set)
                .absent(Absent::Empty)
                .security(),
            Attr::new("role_name", Rule::Scalar)
                .absent(Absent::Empty)
                .security(),
        ],
        global: true,
        unmanaged: false,
    },
    Type {
        name: "aws_iam_role_policy_attachment",
        key: Key::Joined(&["role", "policy_arn"]),
        attributes: &[
            Attr::new("policy_arn", Rule::Scalar)
                .absent(Absent::Empty)
                .security(),
            Attr::new("role", Rule::Scalar)
                .absent(Absent::Empty)
                .security(),
        ],
        global: true,
        unmanaged: false,
    },
    Type {
        name: "aws_iam_role_policy_attachments_exclusive",
        key: Key::Attribute("role_name"),
        attributes: &[
            Attr::new("policy_arns", Rule::Set)
                .absent(Absent::Empty)
                .security(),
            Attr::new("role_name", Rule::Scalar)
                .absent(Absent::Empty)
                .security(),
        ],
        global: true,
        unmanaged: false,
    },
    Type {
        name: "aws_iam_policy",
        key: Key::Attribute("arn"),
        attributes: &[
            ARN,
            Attr::skip(
                "attachment_count",
                "what it is attached to is found at the attachments",
            ),
            Attr::skip(
                "delay_after_policy_creation_in_ms",
                "only used when it is created",
            ),
            DESCRIPTION,
            NAME,
            Attr::skip("name_prefix", PREFIX),
            PATH,
            POLICY,
            Attr::new("policy_id", Rule::Scalar)
                .absent(Absent::Empty)
                .security(),
            TAGS,
            TAGS_ALL,
        ],
        global: true,
        unmanaged: true,
    },
    Type {
        name: "aws_iam_policy_attachment",
        key: Key::Attribute("policy_arn"),
        attributes: &[
            Attr::new("groups", Rule::Set)
                .absent(Absent::Empty)
                .security(),
            Attr::skip("name", "a label of the state that AWS does not know"),
            Attr::new("policy_arn", Rule::Scalar)
                .absent(Absent::Empty)
                .security(),
            Attr::new("roles", Rule::Set)
                .absent(Absent::Empty)
                .security(),
            Attr::new("users", Rule::Set)
                .absent(Absent::Empty)
                .security(),
        ],
        global: true,
        unmanaged: false,
    },
    Type {
        name: "aws_iam_instance_profile",
        key: Key::Attribute("name"),
        attributes: &[
            ARN,
            Attr::skip("create_date", MADE),
            NAME,
            Attr::skip("name_prefix", PREFIX),
            PATH,
            Attr::new("role", Rule::Scalar)
                .absent(Absent::Empty)
                .security(),
            TAGS,
            TAGS_ALL,
            UNIQUE_ID,
        ],
        global: true,
        unmanaged: true,
    },
    Type {
        name: "aws_iam_openid_connect_provider",
        key: Key::Attribute("arn"),
        attributes: &[
            ARN,
            Attr::new("client_id_list", Rule::Set)
                .absent(Absent::Empty)
                .security(),
            TAGS,
            TAGS_ALL,
            Attr::new("thumbprint_list", Rule::Set)
                .absent(Absent::Empty)
                .security(),
            Attr::new("url", Rule::Custom(same_address))
                .absent(Absent::Empty)
                .security(),
        ],
        global: true,
        unmanaged: true,
    },
];

/// AWS leaves `https://` out, and states have it where the provider kept what was configured.
fn same_address(state: &Value, live: &Value) -> bool {
    let bare = |value: &Value| {
        let text = value.as_str().unwrap_or_default();
        text.strip_prefix("https://").unwrap_or(text).to_owned()
    };
    bare(state) == bare(live)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_address_is_the_same_with_and_without_its_scheme() {
        assert!(same_address(
            &json!("https://ci.example.com/oidc"),
            &json!("ci.example.com/oidc")
        ));
        assert!(!same_address(
            &json!("https://ci.example.com/oidc"),
            &json!("ci.example.com/oidc2")
        ));
        assert!(!same_address(
            &json!("https://ci.example.com"),
            &Value::Null
        ));
    }

    #[test]
    fn instances_of_each_type_are_joined_by_what_names_them_in_aws() {
        let state = json!({
            "id": "ml-20260101", "arn": "arn:aws:iam::111122223333:policy/ml", "name": "ml", "role": "worker",
            "role_name": "worker", "policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
        });
        let state = state.as_object().cloned().unwrap_or_default();
        let keys: Vec<(&str, Option<String>)> = TYPES
            .iter()
            .map(|kind| (kind.name, kind.key(&state)))
            .collect();
        let expected = [
            ("aws_iam_role", "ml"),
            ("aws_iam_role_policy", "worker|ml"),
            ("aws_iam_role_policies_exclusive", "worker"),
            (
                "aws_iam_role_policy_attachment",
                "worker|arn:aws:iam::aws:policy/ReadOnlyAccess",
            ),
            ("aws_iam_role_policy_attachments_exclusive", "worker"),
            ("aws_iam_policy", "arn:aws:iam::111122223333:policy/ml"),
            (
                "aws_iam_policy_attachment",
                "arn:aws:iam::aws:policy/ReadOnlyAccess",
            ),
            ("aws_iam_instance_profile", "ml"),
            (
                "aws_iam_openid_connect_provider",
                "arn:aws:iam::111122223333:policy/ml",
            ),
        ]
        .map(|(kind, key)| (kind, Some(key.to_owned())));
        assert_eq!(keys, expected);
    }

    #[test]
    fn a_role_without_inline_policies_is_the_same_in_the_shape_of_every_provider() {
        use crate::compare::{Surroundings, compare};
        let role = TYPES.iter().find(|kind| kind.name == "aws_iam_role");
        let role = role.unwrap();
        let around = Surroundings {
            account: "111122223333".to_owned(),
            partition: "aws".to_owned(),
        };
        let differ = |state: Value, live: Value| {
            let state = json!({"inline_policy": state}).as_object().cloned();
            let live = crate::Live {
                attributes: json!({"inline_policy": live})
                    .as_object()
                    .cloned()
                    .unwrap_or_default(),
                ..crate::Live::default()
            };
            let found = compare(role, &state.unwrap_or_default(), &live, &around, &|_| false);
            let paths = found.differences.into_iter().map(|found| found.path);
            paths.collect::<Vec<String>>()
        };
        let policy =
            json!([{"name": "logs", "policy": r#"{"Version":"2012-10-17","Statement":[]}"#}]);
        let blank = json!([{"name": "", "policy": ""}]);
        for none in [blank, json!([]), Value::Null] {
            assert!(differ(none.clone(), json!([])).is_empty(), "{none}");
            assert_eq!(differ(none, policy.clone()), ["inline_policy[name=logs]"]);
        }
        assert_eq!(differ(policy, json!([])), ["inline_policy[name=logs]"]);
    }
}

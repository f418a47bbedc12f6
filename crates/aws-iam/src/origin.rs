//! Whose a thing is that no state names.

use afterhours_diff::Origin;
use serde_json::Value;

/// Tags by which an owner marks what it made, and how the owner is called.
const OWNERS: &[(&str, &str)] = &[
    ("aws:cloudformation:stack-name", "cloudformation stack"),
    (
        "aws:servicecatalog:provisionedProductArn",
        "service catalog product",
    ),
    (
        "elasticbeanstalk:environment-name",
        "elastic beanstalk environment",
    ),
    ("aws:eks:cluster-name", "eks cluster"),
];

/// Beginnings of names that Control Tower and service-managed stack sets give their roles
/// (<https://docs.aws.amazon.com/controltower/latest/userguide/roles-how.html>,
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-activate-trusted-access.html>).
const NAMES: &[(&str, &str)] = &[
    ("AWSControlTower", "control tower"),
    ("aws-controltower-", "control tower"),
    ("stacksets-exec-", "cloudformation stack sets"),
];

/// Role that Organizations makes with an account
/// (<https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html>).
const ACCOUNT_ROLE: &str = "OrganizationAccountAccessRole";

/// By path, tags and name, the most certain first.
///
/// Service-linked roles lie below `/aws-service-role/`, those of IAM Identity Center below
/// `/aws-reserved/sso.amazonaws.com/`
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-friendly-names>).
pub(crate) fn origin(path: &str, name: &str, tags: &Value) -> Origin {
    if let Some(service) = path.strip_prefix("/aws-service-role/") {
        return Origin::ManagedBy(format!("service {}", service.trim_end_matches('/')));
    }
    if path.starts_with("/aws-reserved/sso.amazonaws.com/") {
        return Origin::ManagedBy("iam identity center".to_owned());
    }
    if let Some(service) = path.strip_prefix("/aws-reserved/") {
        return Origin::ManagedBy(format!("service {}", service.trim_end_matches('/')));
    }
    for (tag, owner) in OWNERS {
        if let Some(value) = tags.get(tag).and_then(Value::as_str) {
            return Origin::ManagedBy(format!("{owner} {value}"));
        }
    }
    if name == ACCOUNT_ROLE {
        return Origin::Default("role that Organizations makes with an account".to_owned());
    }
    NAMES
        .iter()
        .find(|(prefix, _)| name.starts_with(prefix))
        .map_or(Origin::Ordinary, |(_, owner)| {
            Origin::ManagedBy((*owner).to_owned())
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_aws_made_is_told_from_what_somebody_made() {
        let by = |owner: &str| Origin::ManagedBy(owner.to_owned());
        for (path, name, tags, whose) in [
            (
                "/aws-service-role/autoscaling.amazonaws.com/",
                "AWSServiceRoleForAutoScaling",
                json!({}),
                by("service autoscaling.amazonaws.com"),
            ),
            (
                "/aws-reserved/sso.amazonaws.com/eu-central-1/",
                "AWSReservedSSO_ReadOnly_0123456789abcdef",
                json!({}),
                by("iam identity center"),
            ),
            (
                "/",
                "app-Role-1ABC",
                json!({"aws:cloudformation:stack-name": "app", "team": "ml"}),
                by("cloudformation stack app"),
            ),
            (
                "/",
                "OrganizationAccountAccessRole",
                json!({}),
                Origin::Default("role that Organizations makes with an account".to_owned()),
            ),
            (
                "/",
                "AWSControlTowerExecution",
                json!({}),
                by("control tower"),
            ),
            (
                "/",
                "stacksets-exec-0123456789abcdef",
                json!({}),
                by("cloudformation stack sets"),
            ),
            ("/service-role/", "batch", json!({}), Origin::Ordinary),
            (
                "/team/aws-service-role/",
                "batch",
                json!({"team": "ml"}),
                Origin::Ordinary,
            ),
        ] {
            assert_eq!(origin(path, name, &tags), whose, "{path}{name}");
        }
    }
}

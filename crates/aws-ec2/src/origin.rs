//! Whose an object is, as its tags tell.

use afterhours_diff::Origin;
use aws_sdk_ec2::types::Tag;
use serde_json::{Map, Value};

/// Keys that a service or another tool sets on what it makes, and its name. AWS keeps the prefix `aws:` to itself
/// (<https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions>).
const OWNERS: &[(&str, &str)] = &[
    ("aws:cloudformation:stack-name", "CloudFormation stack"),
    ("aws:autoscaling:groupName", "Auto Scaling group"),
    ("aws:eks:cluster-name", "EKS cluster"),
    ("eks:cluster-name", "EKS cluster"),
    ("aws:elasticmapreduce:job-flow-id", "EMR cluster"),
    (
        "aws:servicecatalog:provisionedProductArn",
        "Service Catalog product",
    ),
    (
        "elasticbeanstalk:environment-name",
        "Elastic Beanstalk environment",
    ),
    ("ManagedByAmazonSageMakerResource", "SageMaker resource"),
    ("aws.cloudfront.vpcorigin", "CloudFront VPC origin"),
];

/// The owner that tags name; none where somebody made it.
pub(crate) fn owner(tags: &[Tag]) -> Option<Origin> {
    let value = |wanted: &str| {
        let tag = tags.iter().find(|tag| tag.key() == Some(wanted))?;
        Some(tag.value().unwrap_or_default())
    };
    for (key, what) in OWNERS {
        if let Some(name) = value(key) {
            return Some(Origin::ManagedBy(
                format!("{what} {name}").trim().to_owned(),
            ));
        }
    }
    for tag in tags {
        let key = tag.key().unwrap_or_default();
        // `shared` is set on what people lend to a cluster.
        if let Some(cluster) = key.strip_prefix("kubernetes.io/cluster/")
            && tag.value() == Some("owned")
        {
            return Some(Origin::ManagedBy(format!("Kubernetes cluster {cluster}")));
        }
        if key.starts_with("aws:") {
            return Some(Origin::ManagedBy(format!("AWS, by its tag {key}")));
        }
    }
    None
}

/// Tags in Terraform's shape.
pub(crate) fn tags(tags: &[Tag]) -> Value {
    let tags = tags.iter().filter_map(|tag| {
        let value = tag.value().unwrap_or_default();
        Some((tag.key()?.to_owned(), Value::from(value)))
    });
    Value::Object(tags.collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(key: &str, value: &str) -> Tag {
        Tag::builder().key(key).value(value).build()
    }

    #[test]
    fn owners_are_told_by_their_tags() {
        for (key, value, expected) in [
            (
                "aws:cloudformation:stack-name",
                "net",
                Some("CloudFormation stack net"),
            ),
            (
                "kubernetes.io/cluster/ml",
                "owned",
                Some("Kubernetes cluster ml"),
            ),
            ("kubernetes.io/cluster/ml", "shared", None),
            ("aws:new", "x", Some("AWS, by its tag aws:new")),
            (
                "aws.cloudfront.vpcorigin",
                "",
                Some("CloudFront VPC origin"),
            ),
            ("awsome", "x", None),
            ("Team", "ml-team", None),
        ] {
            let expected = expected.map(|owner| Origin::ManagedBy(owner.to_owned()));
            assert_eq!(
                owner(&[tag("Name", "n"), tag(key, value)]),
                expected,
                "{key}"
            );
        }
    }
}

//! Buckets that AWS's own tools make, by their names.

use afterhours_diff::Origin;

/// Whose a bucket is that no state names. Only names that hold the account or the region, or a fixed beginning that its
/// maker documents, tell; a name alone that anybody may choose does not.
pub(super) fn of(name: &str, account: &str, region: &str) -> Origin {
    let managed = |by: &str| Origin::ManagedBy(by.to_owned());
    // `cdk-<qualifier>-assets-<account>-<region>` (<https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html>).
    if name.starts_with("cdk-") && name.ends_with(&format!("-assets-{account}-{region}")) {
        return managed("CDK bootstrap");
    }
    // `elasticbeanstalk-region-account-id` (<https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/AWSHowTo.S3.html>).
    if name == format!("elasticbeanstalk-{region}-{account}") {
        return managed("Elastic Beanstalk");
    }
    // `sagemaker-{region}-{aws-account-id}` (<https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html>).
    if name == format!("sagemaker-{region}-{account}") {
        return managed("SageMaker default bucket");
    }
    // `aws-glue-assets-<accountid>-<region>` (<https://docs.aws.amazon.com/glue/latest/dg/set-up-iam.html>).
    if name == format!("aws-glue-assets-{account}-{region}") {
        return managed("Glue Studio");
    }
    // `cf-templates-<random>-<region>` (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-using-console-create-stack-template.html>).
    if name.starts_with("cf-templates-") && name.ends_with(&format!("-{region}")) {
        return managed("CloudFormation console");
    }
    // `codepipeline-region-<digits>` (<https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts.html>).
    let digits = name.strip_prefix(&format!("codepipeline-{region}-"));
    if digits.is_some_and(|rest| {
        !rest.is_empty()
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'-')
    }) {
        return managed("CodePipeline");
    }
    Origin::Ordinary
}

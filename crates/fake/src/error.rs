//! Errors with the codes and messages of AWS.

use afterhours_ports::{ErrorClass, PortError};

/// The code of the error that stands for a dead process.
pub const CRASHED: &str = "Crashed";

/// The actions that IAM knows for the calls that the ports make.
const CALLS: [&str; 24] = [
    "application-autoscaling:DeregisterScalableTarget",
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingPolicies",
    "application-autoscaling:DescribeScheduledActions",
    "application-autoscaling:PutScalingPolicy",
    "application-autoscaling:RegisterScalableTarget",
    "autoscaling:DescribeAutoScalingGroups",
    "autoscaling:ResumeProcesses",
    "autoscaling:SuspendProcesses",
    "autoscaling:UpdateAutoScalingGroup",
    "cloudwatch:GetMetricData",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
    "sagemaker:CreateEndpoint",
    "sagemaker:DeleteEndpoint",
    "sagemaker:DescribeEndpoint",
    "sagemaker:DescribeEndpointConfig",
    "sagemaker:ListEndpoints",
    "sagemaker:ListInferenceComponents",
    "sagemaker:ListTags",
    "sagemaker:UpdateEndpointWeightsAndCapacities",
    "sns:Publish",
    "tag:GetResources",
];
/// Permissions that a call needs besides its own.
const BESIDES: [&str; 3] = [
    "autoscaling:DescribePolicies",
    "iam:PassRole",
    "sagemaker:AddTags",
];

/// A test that denies what nobody needs would prove nothing.
pub(crate) fn check_permission(action: &str) {
    if !BESIDES.contains(&action) {
        check_call(action);
    }
}

/// A test that breaks what nobody calls would prove nothing.
pub(crate) fn check_call(action: &str) {
    assert!(
        CALLS.contains(&action),
        "the test names action {action:?}; accepted: {}",
        CALLS.join(", ")
    );
}

fn error(class: ErrorClass, action: &str, code: &str, message: impl Into<String>) -> PortError {
    PortError {
        class,
        action: action.to_owned(),
        code: code.to_owned(),
        message: message.into(),
    }
}

/// The role may not do `action`; the code is the one that the service uses.
pub fn denied(action: &str, resource: &str) -> PortError {
    let code = match action
        .split_once(':')
        .map_or(action, |(service, _)| service)
    {
        "autoscaling" | "s3" | "cloudwatch" => "AccessDenied",
        "sns" => "AuthorizationError",
        _ => "AccessDeniedException",
    };
    let message = format!(
        "User: arn:aws:sts::111122223333:assumed-role/afterhours/scaler is not authorized to \
         perform: {action} on resource: {resource} because no identity-based policy allows the \
         {action} action"
    );
    error(ErrorClass::Denied, action, code, message)
}

/// Too many requests, after all retries of the client.
pub fn throttled(action: &str) -> PortError {
    error(ErrorClass::Throttled, action, "Throttling", "Rate exceeded")
}

/// No answer, after all retries of the client.
pub fn unavailable(action: &str) -> PortError {
    error(
        ErrorClass::Unavailable,
        action,
        "",
        "connection reset before an answer came",
    )
}

/// The process is dead: class `Unavailable`, code [`CRASHED`].
pub fn crashed(action: &str) -> PortError {
    error(
        ErrorClass::Unavailable,
        action,
        CRASHED,
        "the process died here",
    )
}

/// EC2 Auto Scaling and `SageMaker` name what is invalid by different codes.
fn validation_code(action: &str) -> &'static str {
    if action.starts_with("autoscaling:") {
        "ValidationError"
    } else {
        "ValidationException"
    }
}

pub(crate) fn invalid(action: &str, message: impl Into<String>) -> PortError {
    error(
        ErrorClass::Invalid,
        action,
        validation_code(action),
        message,
    )
}

/// Both services tell what does not exist as a validation error.
pub(crate) fn not_found(action: &str, message: impl Into<String>) -> PortError {
    error(
        ErrorClass::NotFound,
        action,
        validation_code(action),
        message,
    )
}

pub(crate) fn not_found_as(action: &str, code: &str, message: impl Into<String>) -> PortError {
    error(ErrorClass::NotFound, action, code, message)
}

/// `SageMaker` refuses a change to what is already changing as a validation error.
pub(crate) fn busy(action: &str, message: impl Into<String>) -> PortError {
    error(ErrorClass::Busy, action, validation_code(action), message)
}

pub(crate) fn busy_as(action: &str, code: &str, message: impl Into<String>) -> PortError {
    error(ErrorClass::Busy, action, code, message)
}

//! From an error of the SDK to one that a caller can act on.

use std::error::Error;

use afterhours_ports::{ErrorClass, PortError};
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// Codes of refusals for want of permission or of valid credentials
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html> and the services' lists).
const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AuthFailure",
    "AuthorizationError",
    "AuthorizationErrorException",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSecurity",
    "KMSAccessDenied",
    "KMSAccessDeniedException",
    "MissingAuthenticationToken",
    "NotAuthorized",
    "OptInRequired",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnauthorizedOperation",
    "UnrecognizedClientException",
];

/// Codes of throttling, as the SDK retries them
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>).
const THROTTLED: &[&str] = &[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "KMSThrottling",
    "KMSThrottlingException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "Throttled",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

const BUSY: &[&str] = &[
    "ConcurrentUpdateException",
    "ConflictException",
    "ResourceContention",
    "ResourceContentionFault",
    "ResourceInUse",
    "ResourceInUseException",
    "ResourceInUseFault",
    "ScalingActivityInProgress",
    "ScalingActivityInProgressFault",
];

const LIMIT: &[&str] = &[
    "LimitExceeded",
    "LimitExceededException",
    "LimitExceededFault",
    "ResourceLimitExceeded",
    "ServiceQuotaExceededException",
];

const NOT_FOUND: &[&str] = &[
    "NoSuchBucket",
    "NoSuchKey",
    "NotFound",
    "NotFoundException",
    "ObjectNotFoundException",
    "ParameterNotFound",
    "ResourceNotFound",
    "ResourceNotFoundException",
];

const UNAVAILABLE: &[&str] = &[
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServiceError",
    "InternalServiceException",
    "InternalServiceFault",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
];

/// Maps an error of `action` (as IAM names it, such as `sns:Publish`).
#[expect(
    clippy::needless_pass_by_value,
    reason = "takes what a call returned, for `map_err`"
)]
pub fn port_error<E>(action: &'static str, error: SdkError<E, HttpResponse>) -> PortError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let (class, code, message) = match &error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            let code = answer.err().code().unwrap_or_default();
            let message = answer.err().message().unwrap_or_default();
            if code.is_empty() && status < 300 {
                let text = error_text(answer.err());
                let message = format!("the answer (HTTP status {status}) cannot be read: {text}");
                (ErrorClass::Unavailable, String::new(), message)
            } else {
                let class = classify(code, message, status);
                let message = if code.is_empty() && message.is_empty() {
                    format!("HTTP status {status}")
                } else {
                    message.to_owned()
                };
                (class, code.to_owned(), message)
            }
        }
        SdkError::ResponseError(answer) => {
            let status = answer.raw().status().as_u16();
            let message = format!(
                "the answer (HTTP status {status}) cannot be read: {}",
                error_text(&error)
            );
            (ErrorClass::Unavailable, String::new(), message)
        }
        SdkError::TimeoutError(_) => (ErrorClass::Unavailable, String::new(), error_text(&error)),
        SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) => {
            let class = if causes(&error).any(<dyn Error>::is::<CredentialsError>) {
                ErrorClass::Denied
            } else if matches!(error, SdkError::DispatchFailure(_)) {
                ErrorClass::Unavailable
            } else {
                ErrorClass::Invalid
            };
            (class, String::new(), error_text(&error))
        }
        _ => (ErrorClass::Other, String::new(), error_text(&error)),
    };
    PortError {
        class,
        action: action.to_owned(),
        code,
        message,
    }
}

/// An error for a request that could not be put together.
pub fn request_error(action: &'static str, error: &(dyn Error + 'static)) -> PortError {
    PortError {
        class: ErrorClass::Invalid,
        action: action.to_owned(),
        code: String::new(),
        message: error_text(error),
    }
}

/// An error and its causes in one line, each text once.
pub fn error_text(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    for cause in causes(error) {
        let part = cause.to_string();
        if !text.contains(&part) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&part);
        }
    }
    text
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}

fn classify(code: &str, message: &str, status: u16) -> ErrorClass {
    // Some services write `Sender.Throttling` or `Throttling.Rate`.
    let is =
        |list: &[&str]| list.contains(&code) || code.split('.').any(|part| list.contains(&part));
    let lists = [
        (DENIED, ErrorClass::Denied),
        (THROTTLED, ErrorClass::Throttled),
        (BUSY, ErrorClass::Busy),
        (LIMIT, ErrorClass::Limit),
        (NOT_FOUND, ErrorClass::NotFound),
        (UNAVAILABLE, ErrorClass::Unavailable),
    ];
    if let Some((_, class)) = lists.into_iter().find(|(list, _)| is(list)) {
        return class;
    }
    if matches!(code, "ValidationError" | "ValidationException") {
        return classify_validation(message);
    }
    match status {
        401 | 403 => ErrorClass::Denied,
        404 => ErrorClass::NotFound,
        429 => ErrorClass::Throttled,
        408 | 500..=599 => ErrorClass::Unavailable,
        400..=499 => ErrorClass::Invalid,
        _ => ErrorClass::Other,
    }
}

/// Auto Scaling and `SageMaker` say by the message alone what kind of refusal it is.
fn classify_validation(message: &str) -> ErrorClass {
    let message = message.to_ascii_lowercase();
    let says = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
    if says(&["in-progress", "in progress", "pending delete"]) {
        ErrorClass::Busy
    } else if says(&[
        "could not find",
        "not found",
        "does not exist",
        "no scalable target",
    ]) {
        ErrorClass::NotFound
    } else {
        ErrorClass::Invalid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_decide_the_class() {
        for (code, message, status, class) in [
            (
                "AccessDenied",
                "User is not authorized",
                403,
                ErrorClass::Denied,
            ),
            ("AuthorizationError", "", 403, ErrorClass::Denied),
            ("UnauthorizedOperation", "", 403, ErrorClass::Denied),
            ("Throttling", "Rate exceeded", 400, ErrorClass::Throttled),
            ("RequestLimitExceeded", "", 503, ErrorClass::Throttled),
            ("SlowDown", "", 503, ErrorClass::Throttled),
            ("ScalingActivityInProgress", "", 400, ErrorClass::Busy),
            ("ScalingActivityInProgressFault", "", 400, ErrorClass::Busy),
            ("ResourceContention", "", 500, ErrorClass::Busy),
            ("ConcurrentUpdateException", "", 500, ErrorClass::Busy),
            ("ResourceLimitExceeded", "", 400, ErrorClass::Limit),
            ("ObjectNotFoundException", "", 400, ErrorClass::NotFound),
            ("NoSuchBucket", "", 404, ErrorClass::NotFound),
            ("InternalServiceException", "", 500, ErrorClass::Unavailable),
            ("", "", 502, ErrorClass::Unavailable),
            ("InvalidParameterValue", "", 400, ErrorClass::Invalid),
            ("", "", 302, ErrorClass::Other),
        ] {
            assert_eq!(classify(code, message, status), class, "{code} {status}");
        }
    }

    #[test]
    fn messages_decide_where_codes_do_not() {
        for (message, class) in [
            (
                "Cannot update in-progress endpoint \"arn:…\".",
                ErrorClass::Busy,
            ),
            ("Could not find endpoint \"arn:…\".", ErrorClass::NotFound),
            (
                "AutoScalingGroup name not found - null",
                ErrorClass::NotFound,
            ),
            (
                "Max bound, 0, must be greater than or equal to min bound, 2",
                ErrorClass::Invalid,
            ),
        ] {
            for code in ["ValidationError", "ValidationException"] {
                assert_eq!(classify(code, message, 400), class, "{message}");
            }
        }
    }
}

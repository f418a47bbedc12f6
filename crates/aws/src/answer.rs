//! Reading answers without inventing what they lack.

use afterhours_ports::{ErrorClass, PortError, PortResult};
use jiff::Timestamp;

/// Reads the fields of an answer to one action.
#[derive(Debug, Clone, Copy)]
pub struct Answer {
    action: &'static str,
}

impl Answer {
    /// The answer to `action`, such as `autoscaling:DescribeAutoScalingGroups`.
    pub const fn of(action: &'static str) -> Self {
        Self { action }
    }

    /// An error for an answer that cannot be used.
    pub fn unusable(self, message: String) -> PortError {
        PortError {
            class: ErrorClass::Unavailable,
            action: self.action.to_owned(),
            code: String::new(),
            message,
        }
    }

    /// An error for a field that the answer lacks.
    pub fn lacks(self, field: &str) -> PortError {
        self.unusable(format!("the answer lacks `{field}`"))
    }

    /// A field that has to be there.
    pub fn required<T>(self, field: &str, value: Option<T>) -> PortResult<T> {
        value.ok_or_else(|| self.lacks(field))
    }

    /// A text that has to be there; the SDK fills in an empty one for a required field that is absent.
    pub fn text(self, field: &str, value: Option<&str>) -> PortResult<String> {
        match value {
            Some(text) if !text.is_empty() => Ok(text.to_owned()),
            _ => Err(self.lacks(field)),
        }
    }

    /// A number of instances that has to be there.
    pub fn count(self, field: &str, value: Option<i32>) -> PortResult<u32> {
        let value = self.required(field, value)?;
        u32::try_from(value)
            .map_err(|_| self.unusable(format!("`{field}` is {value}, which is below zero")))
    }

    /// An instant that has to be there; the SDK fills in 1970 for a required field that is absent.
    pub fn instant(
        self,
        field: &str,
        value: Option<&aws_smithy_types::DateTime>,
    ) -> PortResult<Timestamp> {
        let value = self.required(field, value)?;
        let nanos = i32::try_from(value.subsec_nanos()).unwrap_or_default();
        match Timestamp::new(value.secs(), nanos) {
            Ok(instant) if instant != Timestamp::UNIX_EPOCH => Ok(instant),
            Ok(_) => Err(self.lacks(field)),
            Err(error) => Err(self.unusable(format!("`{field}` is no usable instant: {error}"))),
        }
    }
}

/// The instant in the form of the SDK.
pub fn date_time(instant: Timestamp) -> aws_smithy_types::DateTime {
    aws_smithy_types::DateTime::from_nanos(instant.as_nanosecond())
        .unwrap_or_else(|_| aws_smithy_types::DateTime::from_secs(instant.as_second()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: Answer = Answer::of("sagemaker:DescribeEndpoint");

    #[test]
    fn what_is_absent_is_named() {
        let errors = [
            ANSWER.text("EndpointArn", Some("")).unwrap_err(),
            ANSWER.text("EndpointArn", None).unwrap_err(),
            ANSWER.count("EndpointArn", None).unwrap_err(),
            ANSWER
                .instant(
                    "EndpointArn",
                    Some(&aws_smithy_types::DateTime::from_secs(0)),
                )
                .unwrap_err(),
        ];
        for error in errors {
            assert_eq!(
                error.to_string(),
                "sagemaker:DescribeEndpoint got no usable answer: the answer lacks `EndpointArn`"
            );
        }
    }

    #[test]
    fn negative_counts_are_refused() {
        assert!(
            ANSWER
                .count("MinSize", Some(-1))
                .unwrap_err()
                .message
                .contains("`MinSize` is -1")
        );
        assert_eq!(ANSWER.count("MinSize", Some(0)), Ok(0));
    }

    #[test]
    fn instants_round_trip() {
        let instant: Timestamp = "2026-11-21T04:00:00.123Z".parse().unwrap();
        assert_eq!(
            ANSWER.instant("CreatedTime", Some(&date_time(instant))),
            Ok(instant)
        );
    }
}

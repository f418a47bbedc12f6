//! Readers of the live side.

use afterhours_diff::{Hole, HoleClass, Listing, Wanted};
use async_trait::async_trait;

use crate::{ErrorClass, PortError};

/// Reads what is really there, of one service in one account and region, by bulk calls first.
///
/// A reader never fails as a whole: what could not be read is said in the listing it belongs to.
#[async_trait]
pub trait Reader: Send + Sync {
    /// Terraform's types that it reads.
    fn kinds(&self) -> &'static [&'static str];
    /// One listing for each wanted type that it reads, and none for others.
    async fn read(&self, wanted: &Wanted) -> Vec<Listing>;
}

/// What a failed call leaves unseen. Whether "not found" means that a thing is absent is for the reader to say, before
/// it asks for this.
pub fn hole(error: &PortError) -> Hole {
    Hole {
        class: match error.class {
            ErrorClass::Denied => HoleClass::Denied,
            ErrorClass::Throttled => HoleClass::Throttled,
            _ => HoleClass::Failed,
        },
        action: error.action.clone(),
        message: match (error.code.as_str(), error.message.as_str()) {
            (code, "") => code.to_owned(),
            ("", message) => message.to_owned(),
            (code, message) => format!("{code}: {message}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_keeps_the_class_that_matters_and_the_words_of_the_service() {
        for (class, code, message, of, words) in [
            (
                ErrorClass::Denied,
                "AccessDenied",
                "no",
                HoleClass::Denied,
                "AccessDenied: no",
            ),
            (
                ErrorClass::Throttled,
                "SlowDown",
                "",
                HoleClass::Throttled,
                "SlowDown",
            ),
            (
                ErrorClass::Unavailable,
                "",
                "no answer",
                HoleClass::Failed,
                "no answer",
            ),
            (ErrorClass::NotFound, "", "", HoleClass::Failed, ""),
        ] {
            let error = PortError {
                class,
                action: "ec2:DescribeVpcs".to_owned(),
                code: code.to_owned(),
                message: message.to_owned(),
            };
            let hole = hole(&error);
            assert_eq!((hole.class, hole.message.as_str()), (of, words));
            assert_eq!(hole.action, "ec2:DescribeVpcs");
        }
    }
}

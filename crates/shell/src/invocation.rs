//! What a handler knows about an invocation.

use std::time::Duration;

use jiff::Timestamp;

/// One invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// Lambda's request id; a repeated delivery has the same.
    pub request_id: String,
    /// The alias that was invoked; none where it was the function itself or one of its versions.
    pub alias: Option<String>,
    /// Now: the instant of the rehearsal where there is one.
    pub now: Timestamp,
    /// Nothing new should be begun when this much real time has passed.
    pub budget: Duration,
}

/// The alias in the ARN of an invoked function, `arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]`.
///
/// A version (`7`, `$LATEST`) is no alias: an alias cannot consist of digits alone
/// (<https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html>).
pub fn alias_of(function_arn: &str) -> Option<&str> {
    let mut parts = function_arn.splitn(8, ':').skip(5);
    let ("function", _name, qualifier) = (parts.next()?, parts.next()?, parts.next()?) else {
        return None;
    };
    let version = qualifier.starts_with('$') || qualifier.bytes().all(|byte| byte.is_ascii_digit());
    (!version).then_some(qualifier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_alias_is_an_alias() {
        let arn = "arn:aws:lambda:eu-central-1:123456789012:function:afterhours-scaler";
        for (qualifier, alias) in [
            ("", None),
            (":", None),
            (":7", None),
            (":1234567", None),
            (":$LATEST", None),
            (":chatops", Some("chatops")),
            (":team-a_7", Some("team-a_7")),
            (":7a", Some("7a")),
        ] {
            assert_eq!(alias_of(&format!("{arn}{qualifier}")), alias, "{qualifier}");
        }
        for odd in [
            "",
            "afterhours-scaler:alias",
            "arn:aws:lambda:r:a:layer:name:alias",
            "No header",
        ] {
            assert_eq!(alias_of(odd), None, "{odd}");
        }
    }
}

//! Policy documents, which IAM gives percent-encoded (RFC 3986).

use afterhours_aws::Answer;
use afterhours_ports::PortResult;

/// The JSON text of a policy document.
///
/// An encoded document never starts with a brace, so one that does is taken as it is: a percent sign in it is part of
/// the policy.
///
/// # Errors
/// The document is missing, or it is no percent-encoded UTF-8.
pub(crate) fn decode(answer: Answer, field: &str, document: Option<&str>) -> PortResult<String> {
    let document = answer.text(field, document)?;
    if document.trim_start().starts_with('{') {
        return Ok(document);
    }
    percent_decoded(&document)
        .ok_or_else(|| answer.unusable(format!("`{field}` is no percent-encoded text")))
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                let (high, low) = (digit()?, digit()?);
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: Option<&str>) -> PortResult<String> {
        decode(Answer::of("iam:GetRole"), "AssumeRolePolicyDocument", text)
    }

    #[test]
    fn percent_signs_are_decoded_once_and_a_plus_stays() {
        for (given, text) in [
            (
                "%7B%22Sid%22%3A%22a+b%2Bc%25d%2520%C3%A4%22%7D",
                r#"{"Sid":"a+b+c%d%20ä"}"#,
            ),
            ("%7b%0A%7d", "{\n}"),
            (r#" {"Sid":"100%25"}"#, r#" {"Sid":"100%25"}"#),
        ] {
            assert_eq!(decoded(Some(given)).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_is_missing_or_not_encoded_text_is_an_error() {
        for given in [
            None,
            Some(""),
            Some("%7"),
            Some("%7x"),
            Some("%FF%FE"),
            Some("%+1"),
        ] {
            let error = decoded(given).unwrap_err();
            assert!(
                error.message.contains("AssumeRolePolicyDocument"),
                "{given:?}: {error}"
            );
        }
    }
}

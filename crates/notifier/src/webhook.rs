//! The address of a webhook: who has it can post.

use std::fmt;
use std::str::FromStr;

use afterhours_aws::is_loopback;
use hyper::Uri;

/// The address of an incoming webhook; never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookUrl(Uri);

/// A text that is no address of a webhook; the text itself is secret and left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the secret holds no address of a webhook; accepted: https://HOST/PATH, plain http only to loopback"
)]
pub struct WebhookUrlError;

impl WebhookUrl {
    pub(crate) fn uri(&self) -> &Uri {
        &self.0
    }

    /// The text without the path of this address, whatever brought it there.
    pub(crate) fn redact(&self, text: &str) -> String {
        match self.0.path() {
            "" | "/" => text.to_owned(),
            path => text.replace(path, "/…"),
        }
    }
}

impl FromStr for WebhookUrl {
    type Err = WebhookUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let uri: Uri = text.parse().map_err(|_| WebhookUrlError)?;
        let named = uri.authority().is_some_and(|authority| {
            !authority.host().is_empty() && !authority.as_str().contains('@')
        });
        let safe = uri.scheme_str() == Some("https")
            || uri.scheme_str() == Some("http") && is_loopback(text);
        if named && safe {
            Ok(Self(uri))
        } else {
            Err(WebhookUrlError)
        }
    }
}

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookUrl(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_loopback_are_accepted() {
        for text in [
            "https://hooks.slack.com/services/T/B/X",
            " https://h/x\n",
            "http://127.0.0.1:1/x",
            "http://[::1]/x",
        ] {
            assert!(text.parse::<WebhookUrl>().is_ok(), "{text}");
        }
        for text in [
            "",
            "xoxb-secret",
            "hooks.slack.com/services/T/B/X",
            "http://hooks.slack.com/services/T/B/X",
            "http://127.0.0.1@example.com/x",
            "https://user:pass@example.com/x",
            "ftp://127.0.0.1/x",
            "/services/T/B/X",
        ] {
            let error = text.parse::<WebhookUrl>().unwrap_err().to_string();
            assert!(
                error.contains("accepted: https://") && !error.contains("services/T"),
                "{error}"
            );
        }
    }

    #[test]
    fn the_address_is_never_shown() {
        let url: WebhookUrl = "https://hooks.slack.com/services/T0/B0/XXXX"
            .parse()
            .unwrap();
        assert_eq!(format!("{url:?}"), "WebhookUrl(…)");
        assert_eq!(
            url.redact("POST /services/T0/B0/XXXX broke"),
            "POST /… broke"
        );
    }
}

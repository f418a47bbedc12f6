//! Which provider an instance belongs to.

use crate::address::Index;

/// A provider configuration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Provider {
    /// `registry.terraform.io/hashicorp/aws`; for the form before Terraform 0.13 (`provider.aws`) the
    /// namespace is not known and stands as `-`, as Terraform itself has it.
    pub source: String,
    /// The alias of the configuration.
    pub alias: Option<String>,
    /// The module that has the configuration; none for the root module.
    pub module: Option<String>,
    /// The key of an `OpenTofu` provider with `for_each`.
    pub key: Option<Index>,
}

impl Provider {
    /// Reads `provider["HOST/NAMESPACE/TYPE"].ALIAS["KEY"]` or `provider.TYPE.ALIAS`, below a module or not.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (module, rest) = split_module(text)?;
        let (source, mut rest) = if let Some(rest) = rest.strip_prefix("[\"") {
            let (source, rest) = rest.split_once("\"]")?;
            let parts: Vec<&str> = source.split('/').collect();
            let full = match parts.as_slice() {
                [_, _, _] => source.to_owned(),
                [_, _] | [_] if parts.iter().all(|part| !part.is_empty()) => {
                    let namespace = if parts.len() == 1 { "hashicorp/" } else { "" };
                    format!("registry.terraform.io/{namespace}{source}")
                }
                _ => return None,
            };
            (full, rest)
        } else {
            let rest = rest.strip_prefix('.')?;
            let end = rest.find('.').unwrap_or(rest.len());
            let (name, rest) = rest.split_at(end);
            (format!("registry.terraform.io/-/{name}"), rest)
        };
        if source.split('/').any(str::is_empty) {
            return None;
        }
        let mut alias = None;
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find('[').unwrap_or(after.len());
            let (name, after) = after.split_at(end);
            if name.is_empty() || name.contains('.') {
                return None;
            }
            alias = Some(name.to_owned());
            rest = after;
        }
        let key = if rest.is_empty() {
            None
        } else {
            let inner = rest.strip_prefix('[')?.strip_suffix(']')?;
            Some(match inner.parse() {
                Ok(number) => Index::Number(number),
                Err(_) => Index::Key(serde_json::from_str(inner).ok()?),
            })
        };
        Some(Self {
            source,
            alias,
            module,
            key,
        })
    }

    /// The type: `aws`.
    pub fn name(&self) -> &str {
        self.source
            .rsplit_once('/')
            .map_or(self.source.as_str(), |(_, name)| name)
    }

    /// Whether it is the AWS provider, from whichever registry or mirror, in a form of any age.
    pub fn is_aws(&self) -> bool {
        let mut parts = self.source.rsplit('/');
        parts.next() == Some("aws") && matches!(parts.next(), Some("hashicorp" | "opentofu" | "-"))
    }
}

/// The module and what follows `provider`.
fn split_module(text: &str) -> Option<(Option<String>, &str)> {
    if let Some(rest) = text.strip_prefix("provider") {
        return Some((None, rest));
    }
    // A module or an alias may be called provider: the source's bracket or the last such word counts.
    let at = text
        .find(".provider[\"")
        .or_else(|| text.rfind(".provider."))?;
    let (module, rest) = text.split_at(at);
    if !module.starts_with("module.") {
        return None;
    }
    let rest = rest.strip_prefix(".provider")?;
    Some((Some(module.to_owned()), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(source: &str, alias: Option<&str>, module: Option<&str>, key: Option<Index>) -> Provider {
        Provider {
            source: source.to_owned(),
            alias: alias.map(str::to_owned),
            module: module.map(str::to_owned),
            key,
        }
    }

    #[test]
    fn every_form_is_read() {
        const AWS: &str = "registry.terraform.io/hashicorp/aws";
        let tofu = "registry.opentofu.org/hashicorp/aws";
        let cases = [
            (
                r#"provider["registry.terraform.io/hashicorp/aws"]"#,
                of(AWS, None, None, None),
            ),
            (
                r#"provider["registry.terraform.io/hashicorp/aws"].us"#,
                of(AWS, Some("us"), None, None),
            ),
            (
                r#"module.a.module.b.provider["registry.terraform.io/hashicorp/aws"].us"#,
                of(AWS, Some("us"), Some("module.a.module.b"), None),
            ),
            (
                "provider.aws",
                of("registry.terraform.io/-/aws", None, None, None),
            ),
            (
                "provider.aws.us",
                of("registry.terraform.io/-/aws", Some("us"), None, None),
            ),
            (
                "module.m.provider.aws",
                of("registry.terraform.io/-/aws", None, Some("module.m"), None),
            ),
            (
                r#"provider["registry.opentofu.org/hashicorp/aws"].by_region["eu-west-1"]"#,
                of(
                    tofu,
                    Some("by_region"),
                    None,
                    Some(Index::Key("eu-west-1".to_owned())),
                ),
            ),
            (
                r#"provider["registry.opentofu.org/hashicorp/aws"].n[2]"#,
                of(tofu, Some("n"), None, Some(Index::Number(2))),
            ),
        ];
        for (text, expected) in cases {
            let found = Provider::parse(text).unwrap();
            assert_eq!(found, expected, "{text}");
            assert!(found.is_aws());
            assert_eq!(found.name(), "aws");
        }
    }

    #[test]
    fn others_are_not_aws_and_what_is_no_provider_is_none() {
        let awscc =
            Provider::parse(r#"provider["registry.terraform.io/hashicorp/awscc"]"#).unwrap();
        assert!(!awscc.is_aws());
        let local = Provider::parse(r#"provider["mirror.example.com/hashicorp/aws"]"#).unwrap();
        assert!(local.is_aws());
        for text in [
            "",
            "aws",
            "provider",
            "provider.",
            "provider[\"\"]",
            "provider[\"a//b\"]",
            "provider[\"a/b/c\"",
            "x.provider.aws",
            "provider[\"a/b/c\"].",
            "provider[\"a/b/c\"].x[",
            "provider[\"a/b/c\"]x",
        ] {
            assert_eq!(Provider::parse(text), None, "{text}");
        }
    }
}

//! Where requests go.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A service that an adapter speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// EC2 Auto Scaling.
    AutoScaling,
    /// Application Auto Scaling.
    ApplicationAutoScaling,
    /// `SageMaker`.
    SageMaker,
    /// `CloudWatch`.
    CloudWatch,
    /// S3.
    S3,
    /// SNS.
    Sns,
    /// Resource Groups Tagging API.
    Tagging,
    /// Secrets Manager.
    SecretsManager,
    /// Systems Manager.
    Ssm,
    /// Lambda.
    Lambda,
    /// EC2.
    Ec2,
    /// IAM.
    Iam,
    /// Cost Explorer.
    CostExplorer,
    /// Budgets.
    Budgets,
    /// Security Token Service, which the credentials of the tool may come from.
    Sts,
}

impl Service {
    /// Every service.
    pub const ALL: [Self; 15] = [
        Self::AutoScaling,
        Self::ApplicationAutoScaling,
        Self::SageMaker,
        Self::CloudWatch,
        Self::S3,
        Self::Sns,
        Self::Tagging,
        Self::SecretsManager,
        Self::Ssm,
        Self::Lambda,
        Self::Ec2,
        Self::Iam,
        Self::CostExplorer,
        Self::Budgets,
        Self::Sts,
    ];

    /// The ending of `AWS_ENDPOINT_URL_…`, as in
    /// <https://docs.aws.amazon.com/sdkref/latest/guide/ss-endpoints-table.html>.
    pub const fn variable_suffix(self) -> &'static str {
        match self {
            Self::AutoScaling => "AUTO_SCALING",
            Self::ApplicationAutoScaling => "APPLICATION_AUTO_SCALING",
            Self::SageMaker => "SAGEMAKER",
            Self::CloudWatch => "CLOUDWATCH",
            Self::S3 => "S3",
            Self::Sns => "SNS",
            Self::Tagging => "RESOURCE_GROUPS_TAGGING_API",
            Self::SecretsManager => "SECRETS_MANAGER",
            Self::Ssm => "SSM",
            Self::Lambda => "LAMBDA",
            Self::Ec2 => "EC2",
            Self::Iam => "IAM",
            Self::CostExplorer => "COST_EXPLORER",
            Self::Budgets => "BUDGETS",
            Self::Sts => "STS",
        }
    }
}

/// An address that is no endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{variable} is {value:?}; accepted: an address such as https://host or http://127.0.0.1:5000, without user name"
)]
pub struct EndpointError {
    /// The variable or option that holds it.
    pub variable: String,
    /// What it holds.
    pub value: String,
}

/// Addresses that stand for the real ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoints {
    all: Option<String>,
    by_service: BTreeMap<Service, String>,
}

impl Endpoints {
    /// The real addresses.
    pub fn real() -> Self {
        Self::default()
    }

    /// One address for every service.
    ///
    /// # Errors
    /// Names `variable` where the address cannot be used.
    pub fn everywhere(variable: &str, url: &str) -> Result<Self, EndpointError> {
        check(variable, url)?;
        Ok(Self {
            all: Some(url.to_owned()),
            by_service: BTreeMap::new(),
        })
    }

    /// Reads `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>` by means of `variable`; an empty value counts as unset.
    ///
    /// # Errors
    /// Names the variable whose address cannot be used.
    pub fn from_variables(
        mut variable: impl FnMut(&str) -> Option<String>,
    ) -> Result<Self, EndpointError> {
        let mut read = |name: &str| match variable(name).filter(|value| !value.is_empty()) {
            Some(url) => check(name, &url).map(|()| Some(url)),
            None => Ok(None),
        };
        let all = read("AWS_ENDPOINT_URL")?;
        let mut by_service = BTreeMap::new();
        for service in Service::ALL {
            if let Some(url) = read(&format!("AWS_ENDPOINT_URL_{}", service.variable_suffix()))? {
                by_service.insert(service, url);
            }
        }
        Ok(Self { all, by_service })
    }

    /// The address that stands for that of `service`.
    pub fn of(&self, service: Service) -> Option<&str> {
        self.by_service
            .get(&service)
            .or(self.all.as_ref())
            .map(String::as_str)
    }

    /// The first service whose requests would leave this machine.
    pub fn first_beyond_loopback(&self) -> Option<Service> {
        Service::ALL
            .into_iter()
            .find(|service| !self.of(*service).is_some_and(is_loopback))
    }
}

fn check(variable: &str, url: &str) -> Result<(), EndpointError> {
    if host(url).is_some() {
        return Ok(());
    }
    Err(EndpointError {
        variable: variable.to_owned(),
        value: url.to_owned(),
    })
}

/// The host of an `http` or `https` address; none where a user name could disguise it.
fn host(url: &str) -> Option<&str> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))?;
    let authority = rest.split(['/', '?', '#']).next()?;
    if authority.contains(['@', '\\']) || !authority.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let (host, port) = if let Some(bracketed) = authority.strip_prefix('[') {
        let (host, port) = bracketed.split_once(']')?;
        host.parse::<Ipv6Addr>().ok()?;
        (host, port)
    } else {
        authority.split_at(authority.find(':').unwrap_or(authority.len()))
    };
    let port_fits = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|port| port.parse::<u16>().is_ok());
    (!host.is_empty() && port_fits).then_some(host)
}

/// Whether requests to this address stay on this machine.
///
/// Only literal loopback addresses and `localhost` count: another name may resolve to anything.
pub fn is_loopback(url: &str) -> bool {
    host(url).is_some_and(|host| {
        host.eq_ignore_ascii_case("localhost")
            || host
                .parse::<Ipv4Addr>()
                .is_ok_and(|address| address.is_loopback())
            || host
                .parse::<Ipv6Addr>()
                .is_ok_and(|address| address.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_this_machine_are_loopback() {
        for url in [
            "http://127.0.0.1:5000",
            "http://localhost/x",
            "http://[::1]:80",
            "https://127.9.9.9",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "http://127.0.0.1@example.com",
            "http://127.0.0.1:80@example.com/",
            "http://127.0.0.1\\@example.com",
            "https://sagemaker.eu-central-1.amazonaws.com",
            "http://0.0.0.0:5000",
            "http://169.254.169.254",
            "127.0.0.1:5000",
            "http://",
            "",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }

    #[test]
    fn one_real_service_is_enough_to_leave_the_machine() {
        let variables = |s3: &'static str| {
            move |name: &str| match name {
                "AWS_ENDPOINT_URL" => Some("http://127.0.0.1:5000".to_owned()),
                "AWS_ENDPOINT_URL_S3" => Some(s3.to_owned()),
                _ => None,
            }
        };
        let local = Endpoints::from_variables(variables("http://localhost:9000")).unwrap();
        assert_eq!(local.first_beyond_loopback(), None);
        assert_eq!(local.of(Service::S3), Some("http://localhost:9000"));
        assert_eq!(local.of(Service::Sns), Some("http://127.0.0.1:5000"));
        let leaking =
            Endpoints::from_variables(variables("https://s3.eu-central-1.amazonaws.com")).unwrap();
        assert_eq!(leaking.first_beyond_loopback(), Some(Service::S3));
        assert_eq!(
            Endpoints::real().first_beyond_loopback(),
            Some(Service::AutoScaling)
        );
    }

    #[test]
    fn an_address_that_cannot_be_used_is_refused_by_name() {
        for url in [
            "127.0.0.1:5000",
            "ftp://x",
            "http://h:port",
            "http://a@b",
            "http://[::1",
        ] {
            let error = Endpoints::from_variables(|name| {
                (name == "AWS_ENDPOINT_URL_SNS").then(|| url.to_owned())
            })
            .unwrap_err()
            .to_string();
            assert!(
                error.contains("AWS_ENDPOINT_URL_SNS")
                    && error.contains(url)
                    && error.contains("accepted"),
                "{error}"
            );
        }
    }
}

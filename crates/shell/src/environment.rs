//! The environment, read once.

use std::collections::BTreeMap;
use std::str::FromStr as _;

use afterhours_aws::{AccessKeys, Credentials, Endpoints, Roots, Settings, is_loopback};
use afterhours_core::config::Mode;
use jiff::Timestamp;
use tracing::level_filters::LevelFilter;

use crate::{Clock, ConfigSource};

/// The variables of afterhours; any other `AFTERHOURS_…` is refused, since it is one of these misspelt.
pub const VARIABLES: [&str; 4] = [
    "AFTERHOURS_CONFIG",
    "AFTERHOURS_LOG_LEVEL",
    "AFTERHOURS_MODE",
    "AFTERHOURS_REHEARSAL_NOW",
];

const ENDPOINT: &str = "AWS_ENDPOINT_URL";
const IGNORE_ENDPOINTS: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";

/// What the environment says.
#[derive(Debug, Clone)]
pub struct Environment {
    /// `AWS_LAMBDA_FUNCTION_NAME`.
    pub function: String,
    /// `AFTERHOURS_CONFIG`.
    pub config: ConfigSource,
    /// `AFTERHOURS_MODE`, which wins over the configuration's.
    pub mode: Option<Mode>,
    /// `AFTERHOURS_LOG_LEVEL`; `info` by default.
    pub log_level: LevelFilter,
    /// The clock: fixed where `AFTERHOURS_REHEARSAL_NOW` is set and every endpoint is loopback.
    pub clock: Clock,
    /// `AWS_REGION`, else `AWS_DEFAULT_REGION`.
    pub region: String,
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.
    pub keys: AccessKeys,
    /// `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`, unless `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` is true.
    pub endpoints: Endpoints,
}

/// An environment that cannot be used; names every variable that is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", problems.join("; "))]
pub struct EnvironmentError {
    problems: Vec<String>,
}

/// The variables of this process as text.
pub(crate) fn variables() -> BTreeMap<String, String> {
    let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    std::env::vars_os()
        .map(|(name, value)| (text(name), text(value)))
        .collect()
}

/// Collects what is wrong, so that all of it is told at once.
struct Reader<'a> {
    variables: &'a BTreeMap<String, String>,
    problems: Vec<String>,
}

impl Reader<'_> {
    /// The value; an empty one counts as unset.
    fn get(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    fn required(&mut self, name: &str, accepted: &str) -> String {
        if let Some(value) = self.get(name) {
            return value.to_owned();
        }
        self.problems
            .push(format!("{name} is not set; accepted: {accepted}"));
        String::new()
    }

    fn parsed<T>(
        &mut self,
        name: &str,
        accepted: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.get(name)?;
        let parsed = parse(value);
        if parsed.is_none() {
            let problem = format!("{name} is {value:?}; accepted: {accepted}");
            self.problems.push(problem);
        }
        parsed
    }
}

impl Environment {
    /// Reads variables.
    ///
    /// # Errors
    /// [`EnvironmentError`].
    pub fn from_variables(variables: &BTreeMap<String, String>) -> Result<Self, EnvironmentError> {
        let mut reader = Reader {
            variables,
            problems: Vec::new(),
        };
        for name in variables.keys() {
            if name.starts_with("AFTERHOURS_") && !VARIABLES.contains(&name.as_str()) {
                let problem = format!("{name} is not known; accepted: {}", VARIABLES.join(", "));
                reader.problems.push(problem);
            }
        }
        let function = runtime(&mut reader);
        let config = config(&mut reader);
        let mode = reader.parsed("AFTERHOURS_MODE", "`observe` or `act`", |text| match text {
            "observe" => Some(Mode::Observe),
            "act" => Some(Mode::Act),
            _ => None,
        });
        let log_level = log_level(&mut reader);
        let region = region(&mut reader);
        let keys = keys(&mut reader);
        let (endpoints, ignored) = endpoints(&mut reader);
        let clock = clock(&mut reader, &endpoints, ignored);
        match (config, reader.problems.is_empty()) {
            (Some(config), true) => Ok(Self {
                function,
                config,
                mode,
                log_level: log_level.unwrap_or(LevelFilter::INFO),
                clock,
                region,
                keys,
                endpoints,
            }),
            _ => Err(EnvironmentError {
                problems: reader.problems,
            }),
        }
    }

    /// The settings of the connection to AWS: these keys and no other source, and Amazon's roots alone.
    pub fn aws(&self) -> Settings {
        Settings {
            region: self.region.clone(),
            credentials: Credentials::keys(self.keys.clone()),
            endpoints: self.endpoints.clone(),
            roots: Roots::AmazonTrustServices,
            retry: afterhours_aws::Retry::default(),
            timeouts: afterhours_aws::Timeouts::default(),
        }
    }
}

/// What Lambda sets and the runtime needs
/// (<https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>); the runtime would panic without.
fn runtime(reader: &mut Reader<'_>) -> String {
    let accepted =
        "what AWS Lambda sets: this program runs there; for a terminal there is `afterhours`";
    for name in [
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    ] {
        reader.required(name, accepted);
    }
    reader.parsed(
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "a number of MiB",
        |text| text.parse::<i32>().ok(),
    );
    reader.required("AWS_LAMBDA_FUNCTION_NAME", accepted)
}

fn config(reader: &mut Reader<'_>) -> Option<ConfigSource> {
    let text = reader.required(
        "AFTERHOURS_CONFIG",
        "a file, `s3://BUCKET/KEY` or `ssm:/NAME`",
    );
    if text.is_empty() {
        return None;
    }
    let source = ConfigSource::from_str(&text);
    source
        .map_err(|error| reader.problems.push(format!("AFTERHOURS_CONFIG: {error}")))
        .ok()
}

fn log_level(reader: &mut Reader<'_>) -> Option<LevelFilter> {
    let accepted = "`error`, `warn`, `info`, `debug` or `trace`";
    reader.parsed("AFTERHOURS_LOG_LEVEL", accepted, |text| {
        match text.to_ascii_lowercase().as_str() {
            "error" => Some(LevelFilter::ERROR),
            "warn" => Some(LevelFilter::WARN),
            "info" => Some(LevelFilter::INFO),
            "debug" => Some(LevelFilter::DEBUG),
            "trace" => Some(LevelFilter::TRACE),
            _ => None,
        }
    })
}

fn region(reader: &mut Reader<'_>) -> String {
    match reader.get("AWS_DEFAULT_REGION").map(str::to_owned) {
        Some(fallback) => reader.get("AWS_REGION").map_or(fallback, str::to_owned),
        None => reader.required("AWS_REGION", "a region such as eu-central-1"),
    }
}

fn keys(reader: &mut Reader<'_>) -> AccessKeys {
    let accepted = "the keys of the function's role, which AWS Lambda sets";
    AccessKeys {
        id: reader.required("AWS_ACCESS_KEY_ID", accepted),
        secret: reader.required("AWS_SECRET_ACCESS_KEY", accepted),
        session_token: reader.get("AWS_SESSION_TOKEN").map(str::to_owned),
    }
}

/// The endpoints, and whether those that are configured are to be ignored
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>).
fn endpoints(reader: &mut Reader<'_>) -> (Endpoints, bool) {
    let ignored = reader.parsed(IGNORE_ENDPOINTS, "`true` or `false`", |text| {
        match text.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    });
    if ignored == Some(true) {
        return (Endpoints::real(), true);
    }
    let found = Endpoints::from_variables(|name| reader.get(name).map(str::to_owned));
    let endpoints = found.unwrap_or_else(|error| {
        reader.problems.push(error.to_string());
        Endpoints::real()
    });
    (endpoints, false)
}

/// A moved clock in front of a real account would put it to sleep or wake it at the wrong time.
fn clock(reader: &mut Reader<'_>, endpoints: &Endpoints, ignored: bool) -> Clock {
    const NAME: &str = "AFTERHOURS_REHEARSAL_NOW";
    let accepted = "an instant such as 2026-03-27T22:00:00Z";
    if reader.get(NAME).is_none() {
        return Clock::System;
    }
    let instant = reader.parsed(NAME, accepted, |text| text.parse::<Timestamp>().ok());
    let rule = "a rehearsal is accepted only where every AWS endpoint is loopback (127.0.0.0/8, ::1, localhost)";
    let leaving = if ignored {
        Some(format!("{IGNORE_ENDPOINTS} is true"))
    } else {
        match reader.get(ENDPOINT) {
            None => Some(format!("{ENDPOINT} is not set")),
            Some(_) => beyond_loopback(reader.variables).or_else(|| {
                let service = endpoints.first_beyond_loopback()?;
                Some(format!(
                    "the endpoint of {} is not loopback",
                    service.variable_suffix()
                ))
            }),
        }
    };
    if let Some(why) = leaving {
        reader
            .problems
            .push(format!("{NAME} is set but {why}; {rule}"));
        return Clock::System;
    }
    instant.map_or(Clock::System, Clock::Fixed)
}

/// Any endpoint variable counts, whether an adapter uses its service or not.
fn beyond_loopback(variables: &BTreeMap<String, String>) -> Option<String> {
    variables
        .iter()
        .filter(|(name, value)| name.starts_with(ENDPOINT) && !value.is_empty())
        .find(|(_, value)| !is_loopback(value))
        .map(|(name, value)| format!("{name} is {value:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(changes: &[(&str, &str)]) -> Result<Environment, String> {
        let mut variables: BTreeMap<String, String> = [
            ("AFTERHOURS_CONFIG", "config.json"),
            ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001"),
            ("AWS_LAMBDA_FUNCTION_NAME", "afterhours-scaler"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "7"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUt"),
        ]
        .into_iter()
        .chain(changes.iter().copied())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
        variables.insert("PATH".to_owned(), "/usr/bin".to_owned());
        Environment::from_variables(&variables).map_err(|error| error.to_string())
    }

    #[test]
    fn what_lambda_sets_suffices_with_the_address_of_the_configuration() {
        let environment = read(&[]).unwrap();
        assert_eq!(environment.function, "afterhours-scaler");
        assert_eq!(environment.config, ConfigSource::File("config.json".into()));
        assert_eq!(environment.mode, None);
        assert_eq!(environment.log_level, LevelFilter::INFO);
        assert_eq!(environment.clock, Clock::System);
        assert_eq!(environment.endpoints, Endpoints::real());
        assert_eq!(environment.aws().region, "eu-central-1");
        assert!(!format!("{environment:?}").contains("wJalrXUt"));
    }

    #[test]
    fn overrides_are_read_and_an_empty_value_counts_as_unset() {
        let environment = read(&[
            ("AFTERHOURS_MODE", "act"),
            ("AFTERHOURS_LOG_LEVEL", "Debug"),
            ("AWS_SESSION_TOKEN", "t"),
        ])
        .unwrap();
        assert_eq!(environment.mode, Some(Mode::Act));
        assert_eq!(environment.log_level, LevelFilter::DEBUG);
        assert_eq!(environment.keys.session_token.as_deref(), Some("t"));
        assert_eq!(
            read(&[("AFTERHOURS_MODE", ""), ("AFTERHOURS_REHEARSAL_NOW", "")])
                .unwrap()
                .mode,
            None
        );
        assert_eq!(
            read(&[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "us-east-1")])
                .unwrap()
                .region,
            "us-east-1"
        );
    }

    #[test]
    fn each_fault_is_named_with_its_variable_and_what_is_accepted() {
        for (name, value, says) in [
            ("AFTERHOURS_MODE", "Act", "accepted: `observe` or `act`"),
            ("AFTERHOURS_LOG_LEVEL", "loud", "accepted: `error`, `warn`"),
            (
                "AFTERHOURS_CONFIG",
                "https://x",
                "accepted: a file, `s3://BUCKET/KEY` or `ssm:/NAME`",
            ),
            ("AFTERHOURS_CONFIG", "", "AFTERHOURS_CONFIG is not set"),
            (
                "AFTERHOURS_MODUS",
                "act",
                "AFTERHOURS_MODUS is not known; accepted: AFTERHOURS_CONFIG",
            ),
            ("AWS_REGION", "", "AWS_REGION is not set"),
            ("AWS_ACCESS_KEY_ID", "", "AWS_ACCESS_KEY_ID is not set"),
            (
                "AWS_SECRET_ACCESS_KEY",
                "",
                "AWS_SECRET_ACCESS_KEY is not set",
            ),
            (
                "AWS_LAMBDA_RUNTIME_API",
                "",
                "AWS_LAMBDA_RUNTIME_API is not set",
            ),
            (
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
                "much",
                "accepted: a number of MiB",
            ),
            (
                "AWS_ENDPOINT_URL_S3",
                "somewhere",
                "AWS_ENDPOINT_URL_S3 is \"somewhere\"",
            ),
            (
                "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
                "yes",
                "accepted: `true` or `false`",
            ),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            assert!(error.contains(name) && error.contains(says), "{error}");
            assert_eq!(error.matches("accepted").count(), 1, "{error}");
        }
        let error = read(&[("AFTERHOURS_MODE", "Act"), ("AWS_REGION", "")]).unwrap_err();
        assert!(
            error.contains("AFTERHOURS_MODE") && error.contains("AWS_REGION"),
            "{error}"
        );
    }

    #[test]
    fn a_rehearsal_needs_every_endpoint_on_this_machine() {
        let now = ("AFTERHOURS_REHEARSAL_NOW", "2026-03-27T22:00:00+01:00");
        let local = (ENDPOINT, "http://127.0.0.1:5000");
        let instant: Timestamp = "2026-03-27T21:00:00Z".parse().unwrap();
        for url in [
            "http://127.0.0.1:5000",
            "http://127.9.9.9",
            "http://[::1]:5000",
            "http://localhost:5000",
        ] {
            assert_eq!(
                read(&[now, (ENDPOINT, url)]).unwrap().clock,
                Clock::Fixed(instant),
                "{url}"
            );
        }
        let s3 = ("AWS_ENDPOINT_URL_S3", "http://[::1]:9000");
        assert_eq!(
            read(&[now, local, s3]).unwrap().clock,
            Clock::Fixed(instant)
        );
        for leaving in [
            &[now][..],
            &[now, s3][..],
            &[
                now,
                (ENDPOINT, "https://sagemaker.eu-central-1.amazonaws.com"),
            ][..],
            &[now, (ENDPOINT, "http://127.0.0.1.example.com")][..],
            &[
                now,
                local,
                (
                    "AWS_ENDPOINT_URL_S3",
                    "https://s3.eu-central-1.amazonaws.com",
                ),
            ][..],
            &[
                now,
                local,
                (
                    "AWS_ENDPOINT_URL_DYNAMODB",
                    "https://dynamodb.eu-central-1.amazonaws.com",
                ),
            ][..],
            &[now, local, (IGNORE_ENDPOINTS, "TRUE")][..],
        ] {
            let error = read(leaving).unwrap_err();
            assert!(
                error.starts_with("AFTERHOURS_REHEARSAL_NOW is set but "),
                "{error}"
            );
            assert!(error.contains("every AWS endpoint is loopback"), "{error}");
            assert!(
                !error.contains(';') || error.matches(';').count() == 1,
                "one error: {error}"
            );
        }
        let error = read(&[("AFTERHOURS_REHEARSAL_NOW", "tonight"), local]).unwrap_err();
        assert!(
            error.contains("AFTERHOURS_REHEARSAL_NOW is \"tonight\"; accepted: an instant"),
            "{error}"
        );
    }

    #[test]
    fn configured_endpoints_can_be_ignored() {
        let local = (ENDPOINT, "http://127.0.0.1:5000");
        assert_ne!(
            read(&[local, (IGNORE_ENDPOINTS, "false")])
                .unwrap()
                .endpoints,
            Endpoints::real()
        );
        assert_eq!(
            read(&[local, (IGNORE_ENDPOINTS, "true")])
                .unwrap()
                .endpoints,
            Endpoints::real()
        );
    }
}

//! A local AWS with the function binaries on it.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use afterhours_local::lambda::{Function, FunctionOptions, InvokeOptions, Outcome, Started};
use afterhours_local::proxy::{Published, Record, Transitions};
use afterhours_local::slack::Slack;
use afterhours_local::{LocalAws, Options};
use anyhow::{Context as _, bail};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::platform::SLACK_SECRET;
use crate::programs::program;

/// How long a function may take to start or to answer before a test gives up.
const LIMIT: Duration = Duration::from_mins(1);

/// How long an invocation has, so how long a crashed one keeps others away from its targets.
const BUDGET: Duration = Duration::from_mins(2);

/// A local AWS with the function binaries on it.
#[derive(Debug)]
pub struct Stage {
    /// The account.
    pub aws: LocalAws,
    /// The Slack workspace.
    pub slack: Slack,
    config: PathBuf,
    requests: AtomicU64,
}

/// An invocation that came to its end.
#[derive(Debug, Clone)]
pub struct Answered {
    /// How it ended.
    pub outcome: Outcome,
    /// The calls that it made, in order.
    pub calls: Vec<Record>,
}

impl Answered {
    /// The answer.
    ///
    /// # Errors
    /// Where it is none.
    pub fn response(&self) -> anyhow::Result<&Value> {
        match &self.outcome {
            Outcome::Response(value) => Ok(value),
            other => bail!("the function did not answer: {other:?}"),
        }
    }

    /// The calls that changed something, writes to the state bucket and published alerts left out.
    pub fn mutations(&self) -> Vec<&Record> {
        self.calls
            .iter()
            .filter(|record| record.call.mutating)
            .filter(|record| record.call.service != "s3" && record.call.service != "sns")
            .collect()
    }

    /// The writes to the state bucket.
    pub fn writes(&self) -> Vec<&Record> {
        let s3 = |record: &&Record| record.call.service == "s3" && record.call.mutating;
        self.calls.iter().filter(s3).collect()
    }
}

impl Stage {
    /// Starts an empty account and an empty Slack.
    pub fn start(name: &str) -> anyhow::Result<Self> {
        let aws = LocalAws::start(Options::in_target(name)?)?;
        // A change of an endpoint is seen in transition once, and done after that.
        aws.proxy.set_transitions(Transitions::AfterDescribes(1));
        let config = aws.run_folder().join("config.json");
        Ok(Self {
            aws,
            slack: Slack::start()?,
            config,
            requests: AtomicU64::new(1),
        })
    }

    /// Writes the configuration that the functions read.
    pub fn configure(&self, config: &Value) -> anyhow::Result<()> {
        fs::write(&self.config, serde_json::to_vec_pretty(config)?)?;
        Ok(())
    }

    /// The path of the configuration.
    pub fn config_path(&self) -> &PathBuf {
        &self.config
    }

    /// Stores the webhook's address where the notifier looks for it.
    pub fn store_webhook(&self) -> anyhow::Result<()> {
        self.aws.python(
            "client('secretsmanager').create_secret(Name=args['name'], SecretString=args['url'])",
            &json!({"name": SLACK_SECRET, "url": self.slack.webhook_url()}),
        )?;
        Ok(())
    }

    /// How the scaler is started at an instant.
    pub fn scaler(&self, now: Timestamp) -> anyhow::Result<FunctionOptions> {
        self.function("scaler", now)
    }

    /// How a function is started at an instant.
    pub fn function(&self, name: &str, now: Timestamp) -> anyhow::Result<FunctionOptions> {
        let options = FunctionOptions::new(program(name)?, name, &self.aws.endpoint_url());
        Ok(options
            .env("AFTERHOURS_CONFIG", self.config.display().to_string())
            .env("AFTERHOURS_REHEARSAL_NOW", now.to_string()))
    }

    /// Sends one command to a fresh scaler whose clock shows `now`.
    pub fn send(&self, now: Timestamp, payload: &Value) -> anyhow::Result<Answered> {
        self.send_as(now, payload, None)
    }

    /// As [`Stage::send`], through an alias.
    pub fn send_as(
        &self,
        now: Timestamp,
        payload: &Value,
        alias: Option<&str>,
    ) -> anyhow::Result<Answered> {
        self.ask("scaler", now, payload, alias)
    }

    /// Has a fresh drift watcher whose clock shows `now` scan the states of the configuration.
    pub fn scan(&self, now: Timestamp) -> anyhow::Result<Answered> {
        self.send_to("drift", now, &json!({"command": "scan"}))
    }

    /// Sends one payload to a fresh function whose clock shows `now`.
    pub fn send_to(&self, name: &str, now: Timestamp, payload: &Value) -> anyhow::Result<Answered> {
        self.ask(name, now, payload, None)
    }

    fn ask(
        &self,
        name: &str,
        now: Timestamp,
        payload: &Value,
        alias: Option<&str>,
    ) -> anyhow::Result<Answered> {
        let function = Function::start(&self.function(name, now)?)?;
        let before = self.aws.proxy.calls().len();
        let mut options = self.invocation()?;
        if let Some(alias) = alias {
            let (region, account) = (afterhours_local::REGION, afterhours_local::ACCOUNT);
            options.function_arn = Some(format!(
                "arn:aws:lambda:{region}:{account}:function:{name}:{alias}"
            ));
        }
        let outcome = match function.started(LIMIT)? {
            Started::Ready(_) => function.invoke(payload, &options)?,
            Started::InitError(error) => Outcome::InitError(error),
            Started::Exited(status) => Outcome::Exited(status),
        };
        let calls = self.aws.proxy.calls().split_off(before);
        Ok(Answered { outcome, calls })
    }

    /// One tick at `now`.
    pub fn tick(&self, now: Timestamp) -> anyhow::Result<Answered> {
        self.send(now, &json!({"command": "tick"}))
    }

    /// An invocation with a request id of its own and a deadline of real time.
    pub fn invocation(&self) -> anyhow::Result<InvokeOptions> {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        #[expect(
            clippy::disallowed_methods,
            reason = "Lambda gives deadlines of the real clock"
        )]
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
        Ok(InvokeOptions {
            request_id: format!("00000000-0000-4000-8000-{number:012}"),
            deadline_ms: u64::try_from((now + BUDGET).as_millis())?,
            limit: LIMIT,
            ..InvokeOptions::default()
        })
    }

    /// Gives alerts that were published to the notifier, as SNS does.
    pub fn deliver(&self, published: &[Published]) -> anyhow::Result<()> {
        let endpoint = self.aws.endpoint_url();
        let options = FunctionOptions::new(program("notifier")?, "notifier", &endpoint)
            .env("AFTERHOURS_CONFIG", self.config.display().to_string());
        let function = Function::start(&options)?;
        let Started::Ready(_) = function.started(LIMIT)? else {
            bail!("the notifier did not start: {:?}", function.logs());
        };
        let event = sns_event(published);
        match function.invoke(&event, &self.invocation()?)? {
            Outcome::Response(_) => Ok(()),
            other => bail!("the notifier did not deliver: {other:?}"),
        }
    }

    /// Runs the tool against the account.
    pub fn tool(&self, arguments: &[&str]) -> anyhow::Result<std::process::Output> {
        std::process::Command::new(program("afterhours")?)
            .args(arguments)
            .env_clear()
            .env("AFTERHOURS_CONFIG", &self.config)
            .env("AWS_ENDPOINT_URL", self.aws.endpoint_url())
            .env("AWS_REGION", afterhours_local::REGION)
            .env("AWS_ACCESS_KEY_ID", "tool")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .output()
            .context("the tool could not be started")
    }
}

/// The event that SNS invokes a function with; see
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html>.
pub fn sns_event(published: &[Published]) -> Value {
    let records: Vec<Value> = published
        .iter()
        .enumerate()
        .map(|(index, message)| {
            let attributes: serde_json::Map<String, Value> = message
                .attributes
                .iter()
                .map(|(name, value)| (name.clone(), json!({"Type": "String", "Value": value})))
                .collect();
            json!({
                "EventSource": "aws:sns",
                "EventVersion": "1.0",
                "EventSubscriptionArn": format!("{}:00000000-0000-4000-8000-000000000000", message.topic),
                "Sns": {
                    "Type": "Notification",
                    "MessageId": format!("00000000-0000-4000-9000-{index:012}"),
                    "TopicArn": message.topic,
                    "Subject": message.subject,
                    "Message": message.body("lambda"),
                    "Timestamp": "2026-01-01T00:00:00.000Z",
                    "MessageAttributes": attributes,
                },
            })
        })
        .collect();
    json!({"Records": records})
}

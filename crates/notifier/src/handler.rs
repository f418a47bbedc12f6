//! The notifier as a function.

use std::sync::Arc;

use afterhours_shell::{Answer, ErrorClass, FunctionError, Handler, Invocation, Metric, Start};
use serde_json::json;

use crate::{Client, Notifier, NotifyError, Report};

/// Makes the function from its configuration.
///
/// # Errors
/// The configuration has no `notify`.
pub async fn start(start: Start) -> Result<impl Handler, FunctionError> {
    let Some(notify) = &start.config.notify else {
        let text = "configuration field `notify` is missing; the notifier needs `notify.slack_webhook_secret`";
        return Err(FunctionError::new(ErrorClass::Configuration, text));
    };
    let secrets = Arc::new(afterhours_aws_secretsmanager::Secrets::new(&start.aws));
    let client = Client::new().map_err(FunctionError::of)?;
    Ok(Notifier::new(secrets, &notify.slack_webhook_secret, client))
}

impl Handler for Notifier {
    async fn handle(&self, payload: &str, invocation: Invocation) -> Result<Answer, FunctionError> {
        match self.run(payload, invocation.budget).await {
            Ok(report) => Ok(Answer {
                body: json!(report),
                metrics: metrics(&report, 0),
            }),
            Err(NotifyError::Event(error)) => Err(FunctionError::new(ErrorClass::Command, error)),
            Err(NotifyError::Undelivered(undelivered)) => {
                let metrics = metrics(&undelivered.report, undelivered.failures.len());
                let error = NotifyError::Undelivered(undelivered);
                Err(FunctionError::new(ErrorClass::Undelivered, error).with_metrics(metrics))
            }
        }
    }

    async fn warm_up(&self) {
        Self::warm_up(self).await;
    }
}

fn metrics(report: &Report, failures: usize) -> Vec<Metric> {
    vec![
        Metric::count("Delivered", report.delivered.len()),
        Metric::count("Failures", failures),
    ]
}

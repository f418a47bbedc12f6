//! The scaler as a function: payload in, answer and metrics out.

use afterhours_core::command::Command;
use afterhours_scaler::{Reply, Request, Scaler, ScalerError, TickReport};
use afterhours_shell::{Answer, ErrorClass, FunctionError, Handler, Invocation, Metric, Start};

/// Makes the function from its configuration.
///
/// # Errors
/// None at present; the shell asks for the type.
#[expect(
    clippy::unused_async,
    reason = "the shell awaits the start of every function"
)]
pub async fn start(start: Start) -> Result<impl Handler, FunctionError> {
    Ok(ScalerFunction(afterhours_connect::scaler(
        start.config,
        &start.aws,
    )))
}

struct ScalerFunction(Scaler);

impl Handler for ScalerFunction {
    async fn handle(&self, payload: &str, invocation: Invocation) -> Result<Answer, FunctionError> {
        let command = Command::from_json(payload)?;
        let request = Request {
            id: invocation.request_id,
            now: invocation.now,
            budget: invocation.budget,
            alias: invocation.alias,
        };
        match self.0.run(&command, &request).await {
            Ok(reply) => Ok(Answer {
                metrics: metrics(&reply),
                body: serde_json::to_value(&reply)
                    .map_err(|error| FunctionError::new(ErrorClass::Internal, error))?,
            }),
            Err(error @ (ScalerError::Command(_) | ScalerError::Claim(_))) => {
                Err(FunctionError::new(ErrorClass::Command, error))
            }
            Err(error @ ScalerError::Gather(_)) => {
                Err(FunctionError::new(ErrorClass::Configuration, error))
            }
            Err(error @ ScalerError::Contended) => Err(FunctionError::new(ErrorClass::Busy, error)),
            Err(error) => Err(FunctionError::of(error)),
        }
    }

    async fn warm_up(&self) {
        self.0.warm_up().await;
    }
}

/// Sums over scopes; none per sleeper, since each series of `CloudWatch` costs money.
fn metrics(reply: &Reply) -> Vec<Metric> {
    let (reports, errors): (Vec<&TickReport>, usize) = match reply {
        Reply::Tick { reports, errors } => (reports.iter().collect(), errors.len()),
        Reply::Claim(claim) => (claim.tick.iter().collect(), 0),
        Reply::Status { .. } | Reply::Why(_) => return Vec::new(),
    };
    let sum = |count: fn(&TickReport) -> usize| reports.iter().map(|report| count(report)).sum();
    vec![
        Metric::count("Targets", sum(|report| report.targets)),
        Metric::count("Asleep", sum(|report| report.asleep)),
        Metric::count("Actions", sum(|report| report.plan.actions.len())),
        Metric::count("Failures", sum(TickReport::failures)),
        Metric::count("Unread", errors + sum(|report| report.plan.errors.len())),
        Metric::count("Alerts", sum(|report| report.alerts)),
    ]
}

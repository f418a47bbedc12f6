//! The life of a function: start, then one invocation after the other.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use afterhours_aws::Aws;
use afterhours_core::config::Config;
use futures_util::FutureExt as _;
use lambda_runtime::{Diagnostic, LambdaEvent, Runtime, service_fn};
use serde_json::Value;
use serde_json::value::RawValue;
use tracing::Instrument as _;
use tracing::level_filters::LevelFilter;

use crate::budget::Budget;
use crate::clock::system_now;
use crate::environment::variables;
use crate::{Clock, Environment, ErrorClass, FunctionError, Invocation, Metric, Unit, alias_of};
use crate::{init_error, log, metrics};

/// Most time that a warm-up may take; what does not answer within it will not be faster for being waited for.
pub const WARM_UP: Duration = Duration::from_millis(300);

/// What a function starts from.
#[derive(Debug, Clone)]
pub struct Start {
    /// What the environment says.
    pub environment: Environment,
    /// The configuration, with the overrides of the environment.
    pub config: Config,
    /// The one connection to AWS; clones share it.
    pub aws: Aws,
}

/// What a handler answers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// The document for the caller.
    pub body: Value,
    /// What was measured; `DurationMs` and `Errors` are added to it.
    pub metrics: Vec<Metric>,
}

/// A function.
pub trait Handler: Send + Sync + 'static {
    /// Answers one payload, which is JSON text.
    fn handle(
        &self,
        payload: &str,
        invocation: Invocation,
    ) -> impl Future<Output = Result<Answer, FunctionError>> + Send;

    /// Opens connections during the start, at most for [`WARM_UP`]; what fails is left to the first invocation.
    fn warm_up(&self) -> impl Future<Output = ()> + Send {
        async {}
    }
}

/// Runs a function until Lambda ends it; gives an exit code where it cannot start or loses the Runtime API.
///
/// A start that fails writes one line to the log and is reported to Lambda; the exit code is then 1.
pub async fn serve<H: Handler>(
    start: impl AsyncFnOnce(Start) -> Result<H, FunctionError>,
) -> ExitCode {
    let variables = variables();
    let function = variables
        .get("AWS_LAMBDA_FUNCTION_NAME")
        .cloned()
        .unwrap_or_default();
    let environment = Environment::from_variables(&variables);
    let level = environment
        .as_ref()
        .map_or(LevelFilter::INFO, |environment| environment.log_level);
    log::start(&function, level);
    let begun = match environment {
        Ok(environment) => begin(environment, start).await,
        Err(error) => Err(FunctionError::new(ErrorClass::Configuration, error)),
    };
    let service = match begun {
        Ok(service) => Arc::new(service),
        Err(error) => {
            let api = variables.get("AWS_LAMBDA_RUNTIME_API").map(String::as_str);
            return give_up(&error, api).await;
        }
    };
    let runtime = Runtime::new(service_fn(move |event: LambdaEvent<Box<RawValue>>| {
        let service = Arc::clone(&service);
        async move { service.invoke(event).await }
    }));
    match runtime.run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(
                error = afterhours_aws::error_text(&*error),
                "the Runtime API was lost"
            );
            ExitCode::FAILURE
        }
    }
}

async fn begin<H: Handler>(
    environment: Environment,
    start: impl AsyncFnOnce(Start) -> Result<H, FunctionError>,
) -> Result<Service<H>, FunctionError> {
    let aws = Aws::new(environment.aws())?;
    let mut config = environment.config.load(&aws).await?;
    config.mode = environment.mode.unwrap_or(config.mode);
    let (function, clock) = (environment.function.clone(), environment.clock);
    let label = config.environment.clone();
    if let Clock::Fixed(now) = clock {
        tracing::warn!(%now, "rehearsal: the clock stands still");
    }
    let begun = AssertUnwindSafe(start(Start {
        environment,
        config,
        aws,
    }))
    .catch_unwind()
    .await;
    let handler = begun.unwrap_or_else(|panic| Err(panicked(&*panic)))?;
    // Neither a slow nor a failing warm-up may keep a function from starting.
    let warm_up = AssertUnwindSafe(tokio::time::timeout(WARM_UP, handler.warm_up())).catch_unwind();
    if !matches!(warm_up.await, Ok(Ok(()))) {
        tracing::debug!("the warm-up did not end in time");
    }
    Ok(Service {
        handler,
        function,
        environment: label,
        clock,
    })
}

async fn give_up(error: &FunctionError, api: Option<&str>) -> ExitCode {
    let diagnostic = error.diagnostic();
    tracing::error!(
        error_type = diagnostic.error_type,
        error = diagnostic.error_message,
        "cannot start"
    );
    if let Some(api) = api
        && let Err(error) = init_error::report(api, &diagnostic).await
    {
        tracing::debug!(
            error = afterhours_aws::error_text(&*error),
            "the Runtime API did not take the report"
        );
    }
    ExitCode::FAILURE
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> FunctionError {
    FunctionError::new(
        ErrorClass::Panic,
        format!("the function panicked: {}", log::panic_text(panic)),
    )
}

struct Service<H> {
    handler: H,
    function: String,
    environment: String,
    clock: Clock,
}

impl<H: Handler> Service<H> {
    async fn invoke(&self, event: LambdaEvent<Box<RawValue>>) -> Result<Value, Diagnostic> {
        let began = Instant::now();
        let (payload, context) = event.into_parts();
        let budget = Budget::until(context.deadline, system_now());
        let span = tracing::error_span!("invocation", request_id = context.request_id);
        let invocation = Invocation {
            request_id: context.request_id.clone(),
            alias: alias_of(&context.invoked_function_arn).map(str::to_owned),
            now: self.clock.now(),
            budget: budget.work,
        };
        let at = invocation.now;
        let work = self
            .handler
            .handle(payload.get(), invocation)
            .instrument(span.clone());
        let result = match AssertUnwindSafe(tokio::time::timeout(budget.limit, work))
            .catch_unwind()
            .await
        {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => {
                let seconds = budget.limit.as_secs_f64();
                let text = format!(
                    "the time of the function ({seconds:.1} s) did not suffice; what was under way was given up"
                );
                Err(FunctionError::new(ErrorClass::Timeout, text))
            }
            Err(panic) => Err(panicked(&*panic)),
        };
        let duration = Metric {
            name: "DurationMs",
            value: began.elapsed().as_secs_f64() * 1_000.0,
            unit: Unit::Milliseconds,
        };
        let errors = Metric::count("Errors", usize::from(result.is_err()));
        let measured = match &result {
            Ok(answer) => &answer.metrics,
            Err(error) => error.metrics(),
        };
        let measured = [measured, &[duration, errors]].concat();
        log::to_stdout(&metrics::line(
            &self.function,
            &self.environment,
            &context.request_id,
            at,
            &measured,
        ));
        result.map(|answer| answer.body).map_err(|error| {
            let diagnostic = error.diagnostic();
            span.in_scope(|| {
                tracing::error!(
                    error_type = diagnostic.error_type,
                    error = diagnostic.error_message,
                    "failed"
                );
            });
            diagnostic
        })
    }
}
